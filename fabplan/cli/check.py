"""``fabplan check``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fabplan import plugins
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, tell_findings, tell_labelled
from fabplan.errors import BadInput, Problem
from fabplan.findings import errors
from fabplan.readers.toml import read_toml
from fabplan.records import WITHOUT_SOURCE, Origin, read_rough

if TYPE_CHECKING:
    from fabplan.catalog.loader import Catalog, Gathered


@click.command("check")
@click.argument("folder", required=False)
@common_options
def command(common: Common, folder: str | None) -> int:
    """Validate the catalog, with your own FOLDER laid over it; says every fault at once.

    \b
    Examples:
      fabplan check
      fabplan check my-lab
    """
    # Rules over records need numpy: loaded when they are asked for, not for --help or wrong usage.
    from fabplan.catalog.check import check, with_faulty
    from fabplan.catalog.loader import RECORDS, gathered

    if folder is not None:
        common = replace(common, catalogs=(Path(folder), *common.catalogs))
    got = gathered(common.catalogs)
    catalog = with_faulty(got.catalog, got.faulty)
    findings = check(got.catalog, plugins.names("methods"), got.faulty)
    problems = [*got.problems]
    problems += [Problem(f.message, _place(f.where, got), None, f.change or None) for f in errors(findings)]
    problems += [*_settings(catalog, got), *_dialects(got.catalog), *_specs(common.catalogs, catalog)]
    if problems:
        raise BadInput(dict.fromkeys(problems))
    catalog = got.catalog
    broken = [state for kind in plugins.KINDS for state in plugins.broken(kind)]
    counts = {kind: len(catalog.records(kind)) for kind in RECORDS}
    if common.as_json:
        found = [vars(finding) for finding in findings]
        say_json({"records": counts, "findings": found, "plugins_broken": [vars(state) for state in broken]})
    else:
        say("sound: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    tell_findings(finding for finding in findings if finding.severity != "info")
    for state in broken:
        tell_labelled("warning", str(state))
    return 0


def _dialects(catalog: Catalog) -> Iterator[Problem]:
    """Faults in the templates of all dialects."""
    # The rules of templates need numpy: loaded with the catalog.
    from fabplan.exporters._dialect_check import check_dialect

    for dialect in catalog.dialects.values():
        yield from check_dialect(dialect)


def _place(where: str, got: Gathered) -> str:
    """The file that a finding's place such as ``recipes/mine: method`` means."""
    record, colon, key = where.partition(": ")
    kind, _, name = record.partition("/")
    return got.files.get((kind, name), record) + colon + key


def _settings(catalog: Catalog, got: Gathered) -> Iterator[Problem]:
    """Faults in what the recipes tell their processes, also of recipes with other faults."""
    from fabplan.planner.route import method_of  # as above

    known = plugins.names("methods")
    for recipe in (r for r in catalog.recipes.values() if r.method in known):  # others were told with the names
        key = ("recipes", recipe.id)
        if key in got.orphans:
            faults: list[Problem] = []
            fields, where = plugins.load("methods", recipe.method).Settings, f"{got.files[key]}: settings"
            read_rough(fields, recipe.settings, where, faults, origin=Origin("not known", "low"))
            yield from faults
            continue
        try:
            method_of(recipe, got.files[key])
        except BadInput as fault:
            # A source that is missing was told once for the whole file.
            yield from (p for p in fault.problems if key not in got.faulty or p.what != WITHOUT_SOURCE)


def _specs(folders: tuple[Path, ...], catalog: Catalog) -> Iterator[Problem]:
    """Faults in the user's own specs."""
    from fabplan.planner.attempt import check_names  # as above
    from fabplan.planner.load_target import resolved
    from fabplan.planner.spec import parse
    from fabplan.planner.spec_source import load_rooted

    for path in sorted(path for folder in folders for path in (folder / "specs").glob("*.toml")):
        try:
            spec = parse(load_rooted(read_toml(path), path.parent), str(path))
            check_names(spec, catalog)
            resolved(spec, catalog)
        except BadInput as fault:
            yield from fault.problems
