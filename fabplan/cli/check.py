"""``fabplan check``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from fabplan import plugins
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, tell_labelled

RECORDS = ("materials", "recipes", "machines", "facilities", "dialects", "devices", "inks")


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
    if folder is not None:
        common = replace(common, catalogs=(Path(folder), *common.catalogs))
    catalog = common.catalog()
    counts = {kind: len(catalog.records(kind)) for kind in RECORDS}
    broken = [state for kind in plugins.KINDS for state in plugins.broken(kind)]
    if common.as_json:
        say_json({"records": counts, "plugins_broken": [vars(state) for state in broken]})
    else:
        say("catalog holds: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    for state in broken:
        tell_labelled("warning", str(state))
    return 0
