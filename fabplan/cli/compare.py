"""``fabplan compare``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from fabplan import __version__, files, units
from fabplan.cli.common import Common, common_options
from fabplan.cli.faults import naming_lines
from fabplan.cli.output import say, say_json, stages, table, tell, tell_labelled
from fabplan.cli.request import request_options
from fabplan.units import show

if TYPE_CHECKING:
    from fabplan.planner.structures import Comparison, Contender

SECONDS_PER_HOUR = 3600.0


@click.command("compare")
@request_options
@click.option("-o", "--output", metavar="DIR", help="Folder for compare.json, compare.csv and a page with plots.")
@click.option("--force", is_flag=True, help="Replace a folder that fabplan wrote, if nothing in it was changed.")
@common_options
def command(
    common: Common, spec: str | None, sets: tuple[str, ...], output: str | None, force: bool, **options: Any
) -> int:
    """The same target on every structure that can make it, and why the others cannot.

    Every structure is planned, drawn and estimated as `fabplan plan` would; nothing is exported. Of SPEC the
    target, footprint, height and facility count, not what it says about one structure.

    \b
    Examples:
      fabplan compare --capacity "20 uAh" --footprint "3 mm x 3 mm"
      fabplan compare my.toml --set target.rate=2C -o compared
    """
    # The planner needs numpy and shapely: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.exporters import _comparison_page
    from fabplan.planner.structures import compare

    if output is not None:
        files.check_target(output, force)
    with stages(common.as_json) as told, naming_lines(spec):
        found = compare(spec, options, sets, common.catalog(), told)
    document = _comparison_page.document(found)
    if output is not None:
        made = {
            "compare.json": (json.dumps(document, indent=1, allow_nan=False) + "\n").encode(),
            "compare.csv": _comparison_page.csv(found),
            "compare.html": _comparison_page.page(found),
        }
        files.write(output, {**made, files.MANIFEST: files.manifest(made, __version__)}, force=force)
        tell(f"written to {output}")
    if common.as_json:
        say_json(document)
    else:
        _show(found)
    return 0 if any(c.plan is not None for c in found.contenders) else 1


def _show(found: Comparison) -> None:
    if found.set_aside:
        tell_labelled("info", f"set aside, since all structures are compared: {', '.join(found.set_aside)}")
    good = [c for c in found.contenders if c.plan is not None]
    if good:
        head = ("spec", "capacity", "energy", "power", "of footprint", "height", "resistance", "plates", "steps")
        table((*head, "time", "confidence"), [tuple(_cells(c)) for c in good])
    for contender in found.contenders:
        for remark in contender.remarks:
            tell_labelled("info", f"{contender.start}: {remark}")
    for contender in (c for c in found.contenders if c.plan is None):
        say(f"{contender.start} cannot: {'; '.join(contender.reasons) or 'no reason was found'}")


def _cells(contender: Contender) -> Iterator[str]:
    f: dict[str, Any] = dict(contender.figures)
    yield contender.start
    yield show(f["capacity_Ah"] * SECONDS_PER_HOUR, "charge")
    yield show(f["energy_Wh"] * SECONDS_PER_HOUR, "energy")
    yield "unknown" if f["power_W"] is None else f"{show(f['power_W'], 'power')} at {f['power_c_rate']:g}C"
    yield "unknown" if f["footprint_use"] is None else f"{f['footprint_use']:.0%}"
    yield show(f["height_m"], "length")
    yield show(f["dc_resistance_ohm"], "resistance")
    yield str(f["masks"])
    yield str(f["steps"])
    over = "over " if f["steps_of_unknown_time"] else ""
    yield "unknown" if f["time_s"] is None else f"{over}{units.show(f['time_s'], 'time')}"
    yield str(f["confidence"])
