"""Formatted process programs of SECS/GEM hosts (S7F23) as SML text: a document to read from, no driver."""

from __future__ import annotations

import re
import unicodedata

from fabplan import plugins
from fabplan.exporters._controller_points import CALIBRATE, USE, Written, path_of, printable
from fabplan.exporters.sheets import is_unknown, needs_calibration
from fabplan.methods.base import SetPoint
from fabplan.planner.plan import Plan, Step

FAMILIES = ("vapour", "thermal")
LONGEST_NAME, LONGEST_TEXT = 80, 120


def write(plan: Plan, step: Step) -> list[Written]:
    """Program of one vacuum or furnace step; none for other processes and without set points."""
    if not step.set_points or step.method not in plugins.names("methods"):
        return []
    if getattr(plugins.load("methods", step.method), "FAMILY", "") not in FAMILIES:
        return []
    left = sum(map(needs_calibration, step.set_points))
    told = "every parameter is value and unit; names of commands, tool and revision are those of your equipment"
    return [Written(path_of(step, "sml"), message(plan, step).encode("ascii"), "SECS/GEM S7F23 as SML", told, left)]


def message(plan: Plan, step: Step) -> str:
    """The message: name, model, software revision (both of the equipment, left empty), commands with parameters."""
    note = command("NOTE", [ascii_item(f"{USE}: command names are not those of an equipment")])
    commands = [note, *(command(point.name, parameters(point)) for point in step.set_points)]
    body = "\n".join(f"    {line}" for line in commands)
    name = code(f"{plan.name} {step.number:02d} {step.id}")[:LONGEST_NAME]
    head = f'S7F23 W\n<L[4]\n  {ascii_item(name)}\n  <A "">\n  <A "">'
    return f"{head}\n  <L[{len(commands)}]\n{body}\n  >\n>.\n"


def command(name: str, items: list[str]) -> str:
    """One command: its code and the list of its parameters."""
    return f"<L[2] {ascii_item(code(name))} <L[{len(items)}] {' '.join(items)}>>"


def parameters(point: SetPoint) -> list[str]:
    """Value and unit; what nobody knows is empty, and what is uncertain says so."""
    words = ascii_item("" if is_unknown(point) else point.shown)
    value = words if point.value is None else f"<F8 {point.value!r}>"
    mark = [ascii_item(CALIBRATE)] if needs_calibration(point) else []
    return [value, ascii_item(point.unit), *mark]


def ascii_item(text: str) -> str:
    """Text as an item; a quotation mark would end it and dialects differ on escapes, so there is none inside."""
    plain = unicodedata.normalize("NFKD", printable(text)).encode("ascii", "replace").decode()
    return '<A "{}">'.format(plain.replace('"', "'").replace("\\", "/")[:LONGEST_TEXT])


def code(text: str) -> str:
    """Name of a command or program: capitals, digits and underscores."""
    return re.sub(r"[^A-Z0-9]+", "_", unicodedata.normalize("NFKD", text).upper()).strip("_") or "UNNAMED"
