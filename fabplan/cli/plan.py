"""``fabplan plan``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabplan import files
from fabplan.cli.common import Common, common_options
from fabplan.cli.completing import names
from fabplan.cli.faults import naming_lines
from fabplan.cli.output import say, say_json, stages, tell_findings
from fabplan.cli.request import request_options
from fabplan.cli.summary import summary
from fabplan.findings import Finding, errors

if TYPE_CHECKING:
    from fabplan.planner.plan import Plan


@click.command("plan")
@request_options
@click.option(
    "--load",
    metavar="NAME",
    help="Load to carry between recharges (`fabplan list loads`), or a .toml file.",
    shell_complete=names("loads", files=True),
)
@click.option(
    "--architecture",
    metavar="NAME",
    help="Cell structure; chosen when left out.",
    shell_complete=names("architectures"),
)
@click.option("--route", multiple=True, metavar="ROLE=PROCESS", help="E.g. anode=screen-printing.")
@click.option(
    "--machine", metavar="NAME", help="Printer that runs the programs.", shell_complete=names("machines")
)
@click.option("--wafer", metavar="SIZE", help='Wafer full of cells, e.g. "100 mm" or "4 inch".')
@click.option("-o", "--output", metavar="DIR", help="Output folder itself; out/<name> when left out.")
@click.option("--dry-run", is_flag=True, help="Decide and report, write nothing.")
@click.option("--force", is_flag=True, help="Replace a folder that fabplan wrote, if nothing in it was changed.")
@common_options
def command(
    common: Common,
    spec: str | None,
    sets: tuple[str, ...],
    output: str | None,
    dry_run: bool,
    force: bool,
    **options: Any,
) -> int:
    """Turn a target and a footprint into masks, toolpaths, recipe sheets and a verdict.

    SPEC is a .toml file or the name of a shipped spec (fabplan list specs); options override it.

    \b
    Examples:
      fabplan plan --capacity "20 uAh" --footprint "3 mm x 3 mm"
      fabplan plan interdigital-3d-filament -o my-cell
      fabplan plan my.toml --set target.margin=0.1 --dry-run
    """
    # The planner needs numpy and shapely: loaded when a plan is asked for, not for --help or wrong usage.
    from fabplan.planner import run

    if output is not None and not dry_run:
        files.check_target(output, force)
    with stages(common.as_json) as tell:
        with naming_lines(spec):
            plan = run.plan(spec, options, sets, common.catalog(), tell)
        folder = Path("out") / plan.name if output is None else Path(output)
        idle = dry_run or bool(errors(plan.findings))
        written, findings = ({}, ()) if idle else _written(plan, folder, force, tell)
    if errors(plan.findings):
        return _refused(plan, common.as_json)
    tell_findings([*(f for f in plan.findings if f.severity != "info"), *findings])
    if common.as_json:
        say_json(_document(plan, folder, written))
    else:
        for line in summary(plan):
            say(line)
        if not dry_run and "bpx.json" not in written:
            from fabplan.exporters import bpx  # as above

            say(f"bpx.json     left out: {bpx.why_not(plan)}")
        say("nothing was written (--dry-run)" if dry_run else f"report       {folder / 'report.html'}")
    return 0


def _written(
    plan: Plan, folder: Path, force: bool, tell: Callable[[str], None]
) -> tuple[Mapping[str, bytes], tuple[Finding, ...]]:
    # Exporters load gdstk and trimesh (over 1 s): only when there is a plan to export.
    from fabplan.exporters import all as exporters

    files.check_target(folder, force)
    exported = exporters.collect(plan, tell)
    files.write(folder, exported.files, force=force)
    return exported.files, exported.findings


def _document(plan: Plan, folder: Path, written: Mapping[str, bytes]) -> dict[str, Any]:
    """``plan.json``, with what was written beside it."""
    from fabplan.exporters import plan_json  # as above

    document: dict[str, Any] = json.loads(written.get("plan.json") or plan_json.export(plan)["plan.json"])
    document["output"] = {"folder": str(folder) if written else None, "files": sorted(written)}
    return document


def _refused(plan: Plan, as_json: bool) -> int:
    """The plan has errors: show all findings, export nothing."""
    if as_json:
        found = [vars(finding) for finding in plan.findings]
        message = "\n".join(finding.message for finding in errors(plan.findings))
        say_json({"error": {"kind": "findings", "exit_code": 1, "message": message, "findings": found}})
    tell_findings(plan.findings)
    return 1
