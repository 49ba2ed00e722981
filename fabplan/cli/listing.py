"""``fabplan list``."""

from __future__ import annotations

import click

from fabplan.cli.common import Common, common_options
from fabplan.cli.completing import chosen
from fabplan.cli.kinds import KINDS, entries
from fabplan.cli.output import say_json, table


@click.command("list")
@click.argument("kind", shell_complete=chosen(*KINDS))
@common_options
def command(common: Common, kind: str) -> int:
    """What fabplan knows of one kind.

    KIND is one of architectures, methods, exporters, materials, recipes, inks, machines,
    facilities, dialects, devices, profiles (of mask shops), specs, patterns.

    \b
    Example:
      fabplan list materials
    """
    found = entries(kind, common)
    if common.as_json:
        say_json({kind: found})
    else:
        table(("id", "what it is"), [(entry["id"], entry["title"]) for entry in found])
    return 0
