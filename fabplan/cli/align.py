"""``fabplan align``."""

from __future__ import annotations

from pathlib import Path

import click

from fabplan import units
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, tell_findings
from fabplan.findings import errors


@click.command("align")
@click.argument("program")
@click.argument("fiducials")
@click.option("-o", "output", required=True, metavar="FILE", help="Where the moved program goes.")
@click.option("--budget", metavar="LENGTH", help='How far a fiducial may lie off, e.g. "5 um"; else the header\'s.')
@click.option("--scaled", is_flag=True, help="The part may have stretched or shrunk.")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@common_options
def command(
    common: Common, program: str, fiducials: str, output: str, budget: str | None, scaled: bool, force: bool
) -> int:
    """Move PROGRAM onto a part whose FIDUCIALS were measured (a table name,x_mm,y_mm).

    Places count from the origin that the program starts from. The moved program is run and held against
    its header and against the program before it: every point where the fit puts it, the same feeds, waits and
    heads. Nothing is written when a fiducial lies farther off than the budget, or when it does not hold.

    \b
    Example:
      fabplan align out/node-a/toolpaths/04-print-anode.gcode measured.csv -o anode-on-chip-7.gcode --budget "5 um"
    """
    # Running programs needs numpy and the layout: loaded when it is asked for.
    from fabplan.errors import BadInput, Problem
    from fabplan.readers.guarded import read_bytes
    from fabplan.verify.align import aligned, measured_fiducials
    from fabplan.verify.programs import LARGEST

    text = read_bytes(Path(program), LARGEST, program).decode("ascii", "replace")
    measured = measured_fiducials(read_bytes(Path(fiducials), 1_000_000, fiducials), fiducials)
    allowed = None if budget is None else units.parse(budget, "length", "--budget")
    found = aligned(text, measured, program, allowed, scaled)
    faults = errors(found.findings)
    if not faults:
        if Path(output).exists() and not force:
            raise BadInput(Problem("the file is there already", "-o", output, "another name, or --force"))
        Path(output).write_bytes(found.program.encode("ascii"))
    fit = found.alignment
    if common.as_json:
        numbers = {"angle_rad": fit.angle, "scale": fit.scale, "shift_mm": fit.shift, "residuals_mm": fit.residuals}
        numbers["path_error_mm"] = None if found.worst != found.worst else found.worst
        say_json({"schema": "fabplan/alignment/1", **numbers, "findings": [vars(f) for f in found.findings]})
    else:
        x, y = fit.shift
        say(f"turned by {fit.angle * 1e3:.4f} mrad, scale {fit.scale:.6f}, shifted by {x:.4f} {y:.4f} mm")
        for name, off in fit.residuals.items():
            say(f"{name}  {off * 1e3:.2f} um off")
        if found.worst == found.worst:
            say(f"path {found.worst * 1e6:.0f} nm at most from the moved path: rounding")
    tell_findings(found.findings)
    return 1 if faults else 0
