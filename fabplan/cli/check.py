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

if TYPE_CHECKING:
    from fabplan.catalog.loader import Catalog


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
    from fabplan.catalog.check import check
    from fabplan.catalog.loader import RECORDS, gathered

    if folder is not None:
        common = replace(common, catalogs=(Path(folder), *common.catalogs))
    catalog, faults, faulty = gathered(common.catalogs)
    findings = check(catalog, plugins.names("methods"), faulty)
    problems = [*faults]
    problems += [Problem(f.message, f.where, None, f.change or None) for f in errors(findings)]
    problems += [*_settings(catalog), *_dialects(catalog), *_specs(common.catalogs, catalog)]
    if problems:
        raise BadInput(problems)
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


def _settings(catalog: Catalog) -> Iterator[Problem]:
    """Faults in what the recipes tell their processes."""
    from fabplan.planner.route import method_of  # as above

    for recipe in catalog.recipes.values():
        try:
            method_of(recipe, catalog.origin["recipes", recipe.id])
        except BadInput as fault:
            yield from fault.problems


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
