"""``fabplan show``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from fabplan.cli.common import Common, common_options
from fabplan.cli.completing import chosen, of_kind
from fabplan.cli.kinds import KINDS, entry
from fabplan.cli.output import say, say_json


@click.command("show")
@click.argument("kind", shell_complete=chosen(*KINDS))
@click.argument("name", shell_complete=of_kind)
@common_options
def command(common: Common, kind: str, name: str) -> int:
    """One structure, material, recipe or other record, every value with source and confidence.

    \b
    Examples:
      fabplan show materials lto
      fabplan show architectures planar-interdigital
    """
    found = entry(kind, name, common)
    if common.as_json:
        say_json({"kind": kind, **found})
    else:
        for line in _lines(found, ""):
            say(line)
    return 0


def _lines(value: dict[str, Any], indent: str) -> Iterator[str]:
    for key, item in value.items():
        if isinstance(item, dict) and "shown" in item:
            yield f"{indent}{key}: {_quantity(item)}"
        elif isinstance(item, dict):
            yield f"{indent}{key}:"
            yield from _lines(item, indent + "  ")
        elif isinstance(item, list) and any(isinstance(part, dict) for part in item):
            for number, part in enumerate(item):
                yield f"{indent}{key}[{number}]:"
                yield from _lines(part if isinstance(part, dict) else {"": part}, indent + "  ")
        else:
            shown = ", ".join(str(part) for part in item) if isinstance(item, list) else str(item)
            yield f"{indent}{key}: {shown.strip()}".replace("\n", f"\n{indent}  ")


def _quantity(item: dict[str, Any]) -> str:
    note = f"; {item['note']}" if item.get("note") else ""
    return f"{item['shown']}  ({item['confidence']} confidence; {item['source']}{note})"
