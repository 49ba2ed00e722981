"""No name, note or source of a user changes what a file is: every text field of a plan, twelve payloads, all formats.

What a browser makes of the report is in tests/browser.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest

from fabplan import plugins
from fabplan.catalog.loader import load
from fabplan.planner.plan import Plan
from fabplan.planner.run import plan
from tests.exporters.sample_plan import infected

MESHES = "mesh"  # names only, and half of the time
PAYLOADS = (
    "</script><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    "=HYPERLINK(\"https://x\",\"y\")",
    "\n=1+1",
    "\nM104 S999\n",
    ") G0 X999 (",
    "; M112",
    "../../../etc/passwd",
    "\x1b[2J\x1b]0;owned\x07",
    "| a | b |\n|---|---|\n# heading `x` <b>",
    "\u2028\u2029\u202e\x00",
)
PATH = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._+-]*/)*[A-Za-z0-9][A-Za-z0-9._+-]*")
TEXT = (".md", ".txt", ".csv", ".svg", ".json", ".html", ".yaml", ".sml", ".gcode", ".ngc", ".drc", ".lyp", ".lyrdb")
NUMBER = re.compile(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?")


@cache
def real() -> Plan:
    return plan("interdigital-3d-filament", {}, (), load())


@cache
def clean() -> dict[str, bytes]:
    return _exported(real())


@cache
def bad(payload: str) -> dict[str, bytes]:
    # a dialect's words are the program itself, not text in it
    return _exported(dataclasses.replace(infected(real(), payload), dialect=real().dialect))


def _exported(made: Plan) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for plugin in plugins.found("exporters"):
        if plugin.origin == plugins.CORE and plugin.name != MESHES:
            found |= plugins.loaded(plugin).export(made)
    return found


def pairs(payload: str, ending: str) -> list[tuple[str, str, str]]:
    """Name of the clean file, its text and that of the infected one: files in the same order.

    What fabplan looks up by a name that now ends in a payload is missing from the infected one; nothing may be added.
    """
    old, new = ([(n, d) for n, d in files.items() if n.endswith(ending)] for files in (clean(), bad(payload)))
    assert len(old) == len(new)
    return [(name, a.decode("utf-8"), b.decode("utf-8")) for (name, a), (_, b) in zip(old, new, strict=True)]


every = pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))


@every
def test_paths(payload: str) -> None:
    assert all(PATH.fullmatch(name) and len(name) < 200 for name in bad(payload))
    assert len({name.lower() for name in bad(payload)}) == len(bad(payload))  # no two become one
    missing = len(clean()) - len(bad(payload))
    assert 0 <= missing <= sum(name.startswith("cut/") for name in clean())  # the lid is a body looked up by its name


@every
def test_tables(payload: str) -> None:
    for name, before, after in pairs(payload, ".csv"):
        widths = [{len(row) for row in csv.reader(io.StringIO(text))} for text in (before, after)]
        assert widths[1] <= widths[0], name
        for cell in (cell for row in csv.reader(io.StringIO(after)) for cell in row):
            assert not re.match(r"[=+\-@\t\r\n]", cell) or NUMBER.fullmatch(cell), (name, cell)


@every
def test_programs(payload: str) -> None:
    found = 0
    for name, before, after in pairs(payload, ".ngc") + pairs(payload, ".gcode"):
        stripped = [[_code(line) for line in text.splitlines()] for text in (before, after)]
        assert stripped[0] == stripped[1], name
        assert after.isascii() and not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", after)
        found += 1
    assert found >= 2


def _code(line: str) -> str:
    """A line without its comments, as the controller reads it."""
    return re.sub(r"\([^()]*\)|;.*", "", line).strip()


@every
def test_sheets(payload: str) -> None:
    for name, before, after in pairs(payload, ".md"):
        kinds = [{_kind(line) for line in text.split("\n")} for text in (before, after)]
        assert kinds[1] <= kinds[0] | {""}, name
        assert not re.search(r"^(=1|M104|# heading|\|---\|---\|\n# )", after, re.M), name
        assert "<img" not in after.replace("\\<", "") and "<svg" not in after.replace("\\<", "")


def _kind(line: str) -> str:
    """What a line of Markdown is: its mark, and how many cells a row of a table has."""
    mark = re.match(r"#{1,6} |[-*] |\d+\. |\||>", line)
    cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
    return f"{mark[0] if mark and not mark[0][0].isdigit() else ''}{cells or ''}"


@every
def test_pictures_and_data(payload: str) -> None:
    for name, before, after in pairs(payload, ".svg"):
        tags = [{node.tag for node in ElementTree.fromstring(text).iter()} for text in (before, after)]
        assert tags[1] <= tags[0], name
        assert not re.search(r"\son\w+=", re.sub(r">[^<]*<", "><", after)), name
    for _, _, after in pairs(payload, ".json"):
        json.loads(after)
    for name, data in bad(payload).items():
        if name.endswith(TEXT):
            assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data.decode("utf-8")), name


@every
def test_masks(payload: str, oracle: Callable[[str], Any]) -> None:
    db = oracle("klayout.db")
    for name, data in bad(payload).items():
        if name.endswith((".gds", ".oas")):
            options = db.LoadLayoutOptions()
            layout = db.Layout()
            layout.read_bytes(data, options)
            names = [cell.name for cell in layout.each_cell()]
            assert all(re.fullmatch(r"[A-Za-z0-9_?$]{1,32}", cell) for cell in names), names
            before = db.Layout()
            before.read_bytes(clean()[name] if name in clean() else _like(name), options)
            assert len(names) <= before.cells()


def _like(name: str) -> bytes:
    return next(data for other, data in clean().items() if other.endswith(name[-4:]))
