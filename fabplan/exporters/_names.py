"""Paths of the files of a plan: one place says what they are called."""

from __future__ import annotations

import re

from fabplan.catalog.types import Dialect
from fabplan.planner.plan import Step

_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
LONGEST = 48


def file_name(text: str) -> str:
    """Any text to a name that every file system takes: ``[a-z0-9._-]``, never hidden, never reserved.

    Two different texts may give the same name; step files stay apart by their number.
    """
    name = re.sub(r"[^a-z0-9._-]+", "-", text.casefold()).strip("-._")
    name = re.sub(r"\.{2,}", ".", name)[:LONGEST].rstrip("-._")
    return f"x-{name}" if not name or _RESERVED.match(name) else name


def step_stem(step: Step) -> str:
    """``NN-<id>``: two-digit step number and id."""
    return f"{step.number:02d}-{file_name(step.id)}"


def sheet_path(step: Step, extension: str = "md") -> str:
    """Path of a step's recipe sheet, e.g. ``"recipes/03-print-anode.md"``."""
    return f"recipes/{step_stem(step)}.{extension}"


def program_path(step: Step, dialect: Dialect | None) -> str | None:
    """Path of a step's program, e.g. ``"toolpaths/05-print-anode.gcode"``; None without toolpath or dialect."""
    if not step.toolpath or dialect is None:
        return None
    return f"toolpaths/{step_stem(step)}.{dialect.extension.lstrip('.')}"


def operator_path(step: Step) -> str:
    """Path of the page that lies beside the printer, e.g. ``"jobs/05-print-anode.operator.md"``."""
    return f"jobs/{step_stem(step)}.operator.md"
