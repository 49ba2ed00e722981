"""``fabplan new``."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import click

from fabplan import files, plugins
from fabplan.cli.common import Common, common_options
from fabplan.cli.completing import names
from fabplan.cli.output import say, say_json, tell_labelled

#: stands where nothing was asked
EXAMPLE = {"capacity": "20 uAh", "footprint": "3 mm x 3 mm"}
_NOT_TAKEN = ("description", "source", "compare", "starting_point")  # they tell of the example, not of the new cell


@click.command("new")
@click.argument("name")
@click.option("--like", metavar="SPEC", help="Shipped spec to start from.", shell_complete=names("specs"))
@click.option("--capacity", metavar="TEXT", help='Charge to deliver, e.g. "100 uAh".')
@click.option("--load", metavar="NAME", help="Load to carry between recharges.", shell_complete=names("loads"))
@click.option("--footprint", metavar="TEXT", help='Rectangle the cell may take, e.g. "10 mm x 10 mm".')
@click.option("--facility", metavar="NAME", help="Lab that makes it.", shell_complete=names("facilities"))
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Any key of the spec.")
@click.option("-o", "--output", metavar="FILE", help="File to write; NAME.toml when left out.")
@click.option("--force", is_flag=True, help="Replace the file.")
@common_options
def command(
    common: Common,
    name: str,
    like: str | None,
    sets: tuple[str, ...],
    output: str | None,
    force: bool,
    **options: Any,
) -> int:
    """Write a spec to edit: what you ask for, and every other key as a comment that says what it means.

    \b
    Examples:
      fabplan new my-cell --capacity "20 uAh" --footprint "3 mm x 3 mm"
      fabplan new my-print --like interdigital-3d-filament
    """
    # The spec is read as the planner reads it: not loaded for --help.
    from fabplan.exporters._starter import starter
    from fabplan.planner.spec import parse

    path = Path(output if output is not None else f"{name}.toml")
    data, freed, filled = _asked(name, like, sets, options)
    parse(data, path.name)
    text = starter(data, _parameters(data), freed)
    files.write_file(path, text.encode(), replace=force)
    if common.as_json:
        say_json({"file": str(path), "spec": data})
        return 0
    if filled:
        tell_labelled("info", f"{' and '.join(filled)} stand there as an example: put yours")
    say(f"spec  {path}")
    say(f"next  fabplan plan {path}")
    return 0


def _asked(
    name: str, like: str | None, sets: tuple[str, ...], options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """The spec, sizes of the example that it leaves open again, and what had to be filled in."""
    from fabplan.planner.spec_source import merged, read_source

    shipped = read_source(like)[0]
    wished = merged({}, options, sets)
    target, footprint = wished.get("target", {}), wished.get("footprint", {})
    filled = []
    if like is None and not any(key in target for key in ("capacity", "energy", "load")):
        options, filled = {**options, "capacity": EXAMPLE["capacity"]}, ["capacity"]
    if like is None and not any(key in footprint for key in ("size", "outline")):
        options, filled = {**options, "footprint": EXAMPLE["footprint"]}, [*filled, "footprint"]
    start = {key: value for key, value in shipped.items() if key not in _NOT_TAKEN}
    # Sizes of the example fit its own target and footprint: another one searches them anew.
    freed = start.pop("parameters", {}) if target or footprint else {}
    return {**merged(start, options, sets), "name": name}, freed, filled


def _parameters(data: dict[str, Any]) -> dict[str, str]:
    """Sizes that the structure knows, and what they mean."""
    structure = data.get("cell", {}).get("architecture")
    if structure is None:
        return {}
    params = plugins.load("architectures", str(structure)).Params
    return {f.name: str(f.metadata["meaning"]) for f in dataclasses.fields(params)}
