"""Printing: results to standard output, everything else to standard error; a line of progress on a terminal alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from fabplan.findings import Finding, ordered

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


def clean(text: object) -> str:
    """Text without control characters: a value from a file must not command the terminal."""
    return _CONTROL.sub("\ufffd", str(text))


def say(text: object = "") -> None:
    """One line of result on standard output."""
    click.echo(clean(text))


def tell(text: object) -> None:
    """One line of progress or message on standard error."""
    click.echo(clean(text), err=True)


def say_json(document: Any) -> None:
    """The one JSON document of ``--json``."""
    click.echo(json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False))


def painted(text: str, severity: str) -> str:
    """Severity in its colour, on a terminal that wants one."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stderr.isatty()
    return text if plain else click.style(text, fg=_COLOURS[severity], bold=True)


def _watched() -> bool:
    return sys.stderr.isatty()


@contextmanager
def stages(quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """What long work is at: one line on a terminal that each stage overwrites and the end wipes; nothing elsewhere.

    Parameters
    ----------
    quiet : as where ``--json`` is asked
    """
    if quiet or not _watched():
        yield lambda text: None
        return
    room, dumb = shutil.get_terminal_size().columns - 1, os.environ.get("TERM") == "dumb"

    def shown(text: str) -> None:
        line = clean(f"… {text}")[:room]
        click.echo(line if dumb else f"\r{line.ljust(room)}", nl=dumb, err=True)

    try:
        yield shown
    finally:
        if not dumb:
            click.echo(f"\r{' ' * room}\r", nl=False, err=True)


def tell_labelled(severity: str, text: object) -> None:
    """A message behind its severity on standard error."""
    click.echo(f"{painted(severity, severity)}: {clean(text)}", err=True)


def tell_findings(findings: Iterable[Finding]) -> None:
    """Findings, worst first, each with the change that would mend it."""
    for finding in ordered(findings):
        change = f" ({finding.change})" if finding.change else ""
        tell_labelled(finding.severity, f"{finding.rule} [{finding.where}]: {finding.message}{change}")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows in columns, the last one as wide as it likes."""
    cells = [[clean(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head) - 1)]
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)]
        say("  ".join([*padded, row[-1]]).rstrip())
