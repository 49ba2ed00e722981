"""``fabplan draw``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabplan.cli.browser import printed
from fabplan.cli.common import Common, common_options
from fabplan.cli.completing import names
from fabplan.cli.faults import naming_lines
from fabplan.cli.output import say, say_json, stages
from fabplan.errors import BadInput, Problem

KINDS = (".svg", ".pdf", ".png")

if TYPE_CHECKING:
    from fabplan.planner.plan import Plan


@click.command("draw")
@click.argument("spec", shell_complete=names("specs", files=True))
@click.option(
    "--what", required=True, metavar="PICTURE", help="layout, section, 3d, flow, discharge, ragone or candidates."
)
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Any key of the spec.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Picture to write: .svg, .pdf or .png.")
@click.option("--force", is_flag=True, help="Replace the file.")
@common_options
def command(common: Common, spec: str, what: str, sets: tuple[str, ...], output: str, force: bool) -> int:
    """One picture of a plan for papers and slides, as SVG, PDF or PNG (the last two by an installed browser).

    SPEC is a .toml file, the name of a shipped spec, or the folder that fabplan plan wrote.

    \b
    Example:
      fabplan draw planar-interdigital --what section -o section.svg
    """
    # The planner and the pictures need numpy and shapely: loaded when something is drawn, not for --help.
    from fabplan.exporters import _draw

    path = Path(output)
    _check(what, _draw.WHAT, path, force)
    picture = _draw.drawing(_planned(spec, sets, common), what)
    path.write_bytes(picture.encode() if path.suffix == ".svg" else printed(picture, path.suffix))
    if common.as_json:
        say_json({"what": what, "file": output})
    else:
        say(f"{what}  {output}")
    return 0


def _check(what: str, pictures: tuple[str, ...], path: Path, force: bool) -> None:
    problems = []
    if what not in pictures:
        problems.append(Problem("unknown picture", "--what", repr(what)[:60], ", ".join(pictures)))
    if path.suffix not in KINDS:
        problems.append(Problem("unknown kind of picture", "--output", path.name, ", ".join(KINDS)))
    if path.exists() and not force:
        problems.append(Problem("the file is already there", "--output", path.name, "a new file, or --force"))
    if not path.parent.is_dir():
        problems.append(Problem("no such folder", "--output", str(path.parent), "a folder that is there"))
    if problems:
        raise BadInput(problems)


def _planned(spec: str, sets: tuple[str, ...], common: Common) -> Plan:
    from fabplan.planner import run  # as above
    from fabplan.planner.spec_source import merged

    with stages(common.as_json) as tell:
        if Path(spec).is_dir():
            return run.planned(merged(_asked(Path(spec)), {}, sets), "plan.json", common.catalog(), tell)
        with naming_lines(spec):
            return run.plan(spec, {}, sets, common.catalog(), tell)


def _asked(folder: Path) -> dict[str, Any]:
    """The request of a folder that fabplan wrote: the same request gives the same plan."""
    from fabplan.readers.json_file import read_json  # only for a folder

    document = read_json(folder / "plan.json", where="plan.json")
    if not isinstance(document, dict) or not isinstance(document.get("spec"), dict):
        raise BadInput(Problem("not a plan", "plan.json", None, 'a document with "spec"'))
    asked: dict[str, Any] = document["spec"]
    return asked
