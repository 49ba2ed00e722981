"""``fabplan explain``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase
from typing import Any

import click
from click.shell_completion import CompletionItem

from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, table
from fabplan.errors import BadInput, Problem, listed, nearest


def _complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in rules() if name.startswith(begun)]


@click.command("explain")
@click.argument("rule", required=False, shell_complete=_complete)
@common_options
def command(common: Common, rule: str | None) -> int:
    """What a rule checks, what mends its finding and where its limit comes from; all rules when none is named.

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
            say(f"source   {entry['source']}")
    return 0


def rules() -> Mapping[str, dict[str, Any]]:
    """All rules: name, ``*`` for an open part of it -> about, checks, change, source."""
    # The rules are read for an explanation, not for --help.
    from fabplan.exporters._rulebook import rules as every_rule

    return {name: asdict(entry) for name, entry in every_rule().items()}
