"""``fabplan explain``."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import click

from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, table
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.readers.toml import read_toml
from fabplan.resources import templates_folder

RULES = "rules.toml"


@click.command("explain")
@click.argument("rule", required=False)
@common_options
def command(common: Common, rule: str | None) -> int:
    """What a rule checks and what mends its finding; all rules when none is named.

    \b
    Examples:
      fabplan explain minimum-gap
      fabplan explain
    """
    every = rules()
    if rule is None:
        found = every
    else:
        name = next((name for name in (rule, *every) if name in every and fnmatchcase(rule, name)), None)
        if name is None:
            given = repr(rule)[:60]
            raise BadInput(Problem("unknown rule", "RULE", given, listed(sorted(every)), nearest(rule, every)))
        found = {rule: every[name]}
    if common.as_json:
        say_json({"rules": [{"rule": name, **entry} for name, entry in found.items()]})
    elif rule is None:
        table(("rule", "about", "what it checks"), [(n, e["about"], e["checks"]) for n, e in found.items()])
    else:
        for name, entry in found.items():
            say(f"{name} ({entry['about']})")
            say(f"checks   {entry['checks']}")
            say(f"to mend  {entry['change']}")
    return 0


def rules() -> Mapping[str, dict[str, Any]]:
    """All rules: name, ``*`` for an open part of it -> about, checks, change."""
    areas = read_toml(templates_folder() / RULES, RULES)
    return {
        name: {"about": area, "checks": checks, "change": change}
        for area, entries in areas.items()
        for name, (checks, change) in entries.items()
    }
