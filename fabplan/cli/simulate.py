"""``fabplan simulate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fabplan import __version__, files
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, tell_findings
from fabplan.cli.programs import bench_and_bounds, dialect_id
from fabplan.findings import errors

if TYPE_CHECKING:
    from fabplan.verify.simulate import Simulation

LAYERS = 100  # pictures of a program


@click.command("simulate")
@click.argument("program")
@click.option("-o", "--output", metavar="DIR", help="Draw it: a page that plays it, and a picture of every layer.")
@click.option("--dialect", metavar="NAME", help="Read it as this dialect (fabplan list dialects).")
@click.option("--machine", metavar="NAME", help="Take ramps, travel speed, piston and nozzle of this machine.")
@click.option("--acceleration", metavar="VALUE", help='Of the axes, e.g. "0.5 m/s2".')
@click.option("--travel-speed", metavar="VALUE", help='Of moves that state no feed, e.g. "5 mm/s".')
@click.option("--nozzle", metavar="LENGTH", help="Inner diameter, for the ink of a program that does not tell it.")
@click.option("--piston", metavar="LENGTH", help="Diameter of what the E axis moves: piston or filament.")
@click.option("--force", is_flag=True, help="Replace a folder that fabplan wrote before.")
@common_options
def command(
    common: Common, program: str, output: str | None, dialect: str | None, machine: str | None,
    acceleration: str | None, travel_speed: str | None, nozzle: str | None, piston: str | None, force: bool,
) -> int:  # fmt: skip
    """Run PROGRAM, of fabplan or of anybody else: time, ink, ways, box, layers, temperatures.

    The dialect is recognised where the program tells it. Exit code 1 when the program has a fault: an output left
    open, a feed that leaked, a wait in the wrong unit, a nozzle that passes through what stands.

    \b
    Examples:
      fabplan simulate out/node-a/toolpaths/04-print-anode.gcode -o out/simulated
      fabplan simulate sliced.gcode --dialect marlin --piston "1.75 mm" --acceleration "0.5 m/s2"
    """
    # Running programs needs numpy and the layout: loaded when it is asked for.
    from fabplan.readers.guarded import read_bytes
    from fabplan.verify._program_file import read_program
    from fabplan.verify.programs import LARGEST
    from fabplan.verify.simulate import document, simulated
    from fabplan.verify.told import rows

    bench, bounds = bench_and_bounds(common, machine, acceleration, travel_speed, nozzle, piston)
    if output is not None:
        files.check_target(output, force)
    raw = read_bytes(Path(program), LARGEST, program)
    found = simulated(read_program(raw, Path(program).name, dialect_id(common, dialect), bounds), bench)
    if output is not None:
        made = _drawn(found)
        files.write(output, {**made, files.MANIFEST: files.manifest(made, __version__)}, force=force)
    if common.as_json:
        say_json(document(found))
    else:
        for name, value in rows(found):
            say(f"{name:12} {value}")
        if output is not None:
            say(f"{'drawn':12} {output}/simulation.html")
    tell_findings(found.findings)
    return 1 if errors(found.findings) else 0


def _drawn(found: Simulation) -> dict[str, bytes]:
    """The page and the pictures of the layers."""
    from fabplan.exporters._json import dump  # as above
    from fabplan.exporters._program_pictures import ROLES, Lines, layer_picture, page
    from fabplan.verify._drawn import layers, toolpaths
    from fabplan.verify.simulate import document
    from fabplan.verify.told import rows

    told = [{k: str(v) for k, v in vars(f).items()} for f in found.findings]
    made = {
        "simulation.html": page(found.program.where, toolpaths(found), rows(found), told),
        "simulation.json": dump(document(found)),
    }
    for k, layer in zip(range(1, LAYERS + 1), layers(found), strict=False):
        lines = [Lines(found.heads[head].name, ROLES[head % len(ROLES)], parts) for head, parts in layer.printed]
        title = f"{found.program.where}, z {layer.height * 1e3:.4f} mm"
        width = max(head.width for head in found.heads)
        made[f"layers/{k:03d}.svg"] = layer_picture(title, lines, layer.travels, width)
    return made
