"""``fabplan schedule``."""

from __future__ import annotations

from typing import Any

import click

from fabplan import __version__, files, units
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, table, tell, tell_labelled

MINUTE = 60.0


@click.command("schedule")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--count", default=1, type=click.IntRange(1, 500), help="How many lots of every SOURCE.")
@click.option("--facility", default="", metavar="NAME", help="Lab whose tools count.")
@click.option("--time", "times", multiple=True, metavar="STEP=TIME", help='Of a step, e.g. etching="1 h".')
@click.option("--clock", "clocks", multiple=True, metavar="STEP=TIME", help="Longest wait after a step.")
@click.option("--allow-uncalibrated", is_flag=True, help="Count times of low confidence too.")
@click.option("--effort", default=10.0, type=click.FloatRange(0.01, 3600.0), help="Most work of the solver.")
@click.option("-o", "--output", metavar="DIR", help="Folder for the data, a table, Gantt pictures and a page.")
@click.option("--force", is_flag=True, help="Replace a folder that fabplan wrote, if nothing in it was changed.")
@common_options
def command(
    common: Common,
    sources: tuple[str, ...],
    count: int,
    facility: str,
    times: tuple[str, ...],
    clocks: tuple[str, ...],
    allow_uncalibrated: bool,
    effort: float,
    output: str | None,
    force: bool,
) -> int:
    """Several lots on shared tools: when each step runs, so that all are done soonest.

    SOURCE is a file of lots (.toml with [[lots]]), a spec, or the folder of a plan. STEP is a step, a recipe or a
    process. Needs the extra "schedule" (OR-tools). The effort is about seconds, but the same on every machine.

    \b
    Examples:
      fabplan schedule interdigital-3d-filament --count 16 --allow-uncalibrated -o gantt
      fabplan schedule lots.toml --effort 60
      fabplan schedule out/a out/b --count 4 --clock sputter-electrolyte="30 min"
    """
    # The planner needs numpy and scipy: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.exporters import _schedule_page
    from fabplan.planner import schedule, schedule_spec

    if output is not None:
        files.check_target(output, force)
    wanted, folder = schedule_spec.asked(sources, count, facility, times, clocks)
    task, remarks = schedule_spec.task(wanted, folder, common.catalog(), allow_uncalibrated)
    found = schedule.schedule(task, effort)
    document = _schedule_page.document(found, remarks)
    if output is not None:
        made = _schedule_page.files(found, remarks)
        files.write(output, {**made, files.MANIFEST: files.manifest(made, __version__)}, force=force)
        tell(f"written to {output}")
    if common.as_json:
        say_json(document)
    else:
        _show(document)
    return 0


def _show(document: dict[str, Any]) -> None:
    for remark in document["remarks"]:
        tell_labelled("info", remark)
    end, bound = units.show(document["makespan_s"], "time"), units.show(document["bound_s"], "time")
    proof = "proven: no schedule is shorter" if document["optimal"] else f"not proven; none is shorter than {bound}"
    say(f"{len(document['lots'])} lots are done after {end} ({proof})")
    table(
        ("tool", "count", "lots a run", "runs", "hours", "used"),
        [
            (t["tool"], t["count"], t["lots_per_run"], t["runs"], f"{t['hours']:.1f}", f"{t['used_share']:.0%}")
            for t in document["tools"]
        ],
    )
    rows = [(lot["lot"], units.show(lot["end_s"], "time")) for lot in document["lots"]]
    table(("lot", "done after"), rows)
