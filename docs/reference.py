"""Writes the reference pages from the program itself: ``python docs/reference.py``.

Commands from their own help, rules from `templates/rules.toml`, schemas from the types of the catalog. A test holds
the pages against what this script writes, so that they cannot fall behind.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from fabplan.catalog.loader import Catalog, load
from fabplan.cli.explain import rules as every_rule
from fabplan.cli.main import group
from fabplan.exporters import _schema

HERE = Path(__file__).parent
WIDTH = 100  # characters of a help text
PLAN_FILES = (
    ("`plan.json`", "the plan as data: schema `fabplan-plan`, version in `schema_version`"),
    ("`manifest.json`", "size and SHA-256 of every file of the folder"),
    ("`masks/`, `toolpaths/`, `jobs/`, `recipes/`, `mesh/`", "what the README's table says of each"),
)


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Path below ``docs/`` and text of every page."""
    yield "reference/commands.md", commands()
    yield "reference/rules.md", rules()
    yield "reference/files.md", files()
    for kind in _schema.KINDS:
        text = json.dumps(_schema.schema(kind, catalog), indent=1, sort_keys=True, ensure_ascii=False)
        yield f"reference/schemas/{kind}.schema.json", text + "\n"


def commands() -> str:
    """Every command with its help, as the terminal shows it."""
    lines = ["# Commands", "", "`fabplan COMMAND --help` shows the same, `--json` prints one document. Exit codes:"]
    lines += ["0 done, 1 the request cannot be met, 2 bad input, 70 a bug.", ""]
    context = click.Context(group, info_name="fabplan", terminal_width=WIDTH, max_content_width=WIDTH)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, context, name, terminal_width=WIDTH, max_content_width=WIDTH)
        lines += [f"## fabplan {name}", "", "```", command.get_help(inner), "```", ""]
    return "\n".join(lines)


def rules() -> str:
    """What every rule checks, and what usually mends its finding."""
    lines = ["# Rules and findings", "", "`fabplan explain RULE` says the same of one rule. A star stands for the name"]
    lines.append("of a process or a figure.")
    about = ""
    for rule, entry in every_rule().items():
        if entry["about"] != about:
            about = entry["about"]
            lines += ["", f"## {about}", "", "| rule | what it checks | what mends it |", "|---|---|---|"]
        lines.append(f"| `{rule}` | {_cell(entry['checks'])} | {_cell(entry['change'])} |")
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def files() -> str:
    """What is written and what can be read, with the schemas."""
    lines = ["# Files and schemas", "", "## What `fabplan plan` writes", "", "| file | what it holds |", "|---|---|"]
    lines += [f"| {name} | {what} |" for name, what in PLAN_FILES]
    lines += ["", "## What you write", "", "TOML; every value with its unit as text. The first line", ""]
    lines += ["```", "#:schema spec.schema.json", "```", "", "lets an editor complete keys and names."]
    lines += ["JSON schemas (draft 7), also printed by `fabplan schema KIND`:", ""]
    lines += [f"- [{kind}](schemas/{kind}.schema.json)" for kind in _schema.KINDS]
    return "\n".join(lines) + "\n"


def main(folder: Path = HERE) -> int:
    """Write all pages, beside this script or below another folder."""
    for path, text in pages(load()):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
