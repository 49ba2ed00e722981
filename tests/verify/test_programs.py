"""Programs read back: good ones hold, every mutation is found."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.exporters import gcode, plan_json
from fabplan.verify.programs import verify_programs
from tests.printing import DIALECTS, SETTINGS, UM, dialect, printed


def written(folder: Path, name: str, **shape: int) -> dict:
    """Programs and plan.json on disk; the parsed plan."""
    plan = dataclasses.replace(printed(SETTINGS, **shape)[0], dialect=dialect(name))
    for path, data in {**gcode.export(plan), **plan_json.export(plan)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return json.loads((folder / "plan.json").read_bytes())


@settings(max_examples=12, deadline=None)
@given(name=st.sampled_from(DIALECTS), count=st.integers(1, 4), width=st.integers(20, 120), gap=st.integers(10, 90))
def test_good_programs_hold(tmp_path_factory, name, count, width, gap):
    folder = tmp_path_factory.mktemp("out")
    plan = written(folder, name, count=count, width=width * UM, gap=gap * UM)
    # nozzles wider than a drawn gap are told; nothing else is
    assert {(f.rule, f.severity) for f in verify_programs(folder, plan)} <= {("program-collision", "warning")}


def nth(pattern: str, replacement: str, n: int = 4):
    """Replace the n-th match only."""

    def edit(text: str) -> str:
        matches = list(re.finditer(pattern, text, re.MULTILINE))
        match = matches[min(n, len(matches) - 1)]
        return text[: match.start()] + match.expand(replacement) + text[match.end() :]

    return edit


def everywhere(pattern: str, replacement: str):
    return lambda text: re.sub(pattern, replacement, text, flags=re.MULTILINE)


def before_end(line: str):
    return lambda text: re.sub(r"^M2$", f"{line}\nM2", text, flags=re.MULTILINE)


MUTATIONS = [
    ("grbl", "another box in the header", nth(r"(bbox[ \n()]+X)-?\d", r"\g<1>7", 0), "program-length"),
    ("linuxcnc", "axes that are too short", nth(r"(travel X )\d+", r"\g<1>4", 0), "program-area"),
    ("klipper", "another amount of ink in the header", nth(r"(, ink \d+\.\d\d)\d", r"\g<1>9", 0), "program-plan"),
    ("marlin", "valve-off dropped", nth(r"^M42 P4 S0\n", ""), "program-valve"),
    ("linuxcnc", "valve-off dropped", nth(r"^M65 P0\n", ""), "program-valve"),
    ("grbl", "valve-off dropped", nth(r"^M9\n", ""), "program-valve"),
    ("reprapfirmware", "valve-off dropped", nth(r"^M42 P0 S0\n", ""), "program-valve"),
    ("marlin", "last valve-off and closing dropped", everywhere(r"^M42 P4 S0\n", ""), "program-valve"),
    ("marlin", "valve-on dropped", nth(r"^M42 P4 S255\n", ""), "program-length"),
    ("linuxcnc", "valve-on dropped", nth(r"^M64 P0\n", ""), "program-dwell"),
    ("marlin", "wait for moves dropped", nth(r"^M400\n(?=M42 P4 S0\nG4)", ""), "program-valve"),
    ("marlin", "one feed dropped", nth(r" F15\.000$", ""), "program-feed"),
    ("linuxcnc", "all feeds dropped", everywhere(r" F[\d.]+$", ""), "program-feed"),
    ("marlin", "travel feed while printing", nth(r" F15\.000$", " F300.000"), "program-feed"),
    ("linuxcnc", "trailing M63", before_end("M63 P0"), "program-valve"),
    ("linuxcnc", "M62 before a dwell", everywhere(r"^M64 P0$", "M62 P0"), "program-valve"),
    ("linuxcnc", "valve opened at the end", before_end("M64 P1"), "program-valve"),
    ("marlin", "seconds for milliseconds", everywhere(r"^G4 P(\d+)$", r"G4 P0.\1"), "program-dwell"),
    ("linuxcnc", "milliseconds for seconds", everywhere(r"^G4 P0\.(\d+)$", r"G4 P\1"), "program-dwell"),
    ("grbl", "milliseconds for seconds", everywhere(r"^G4 P0\.(\d+)$", r"G4 P\1"), "program-dwell"),
    ("marlin", "one dwell dropped", nth(r"^G4 P100\n", ""), "program-dwell"),
    ("marlin", "a point moved along", nth(r"^(G1 X\S+ Y)\S+( F15)", r"\g<1>0.4000\2"), "program-points"),
    ("marlin", "a point moved by 0.7 um", nth(r"^(G1 X-?\d+\.\d\d\d)\d( Y\S+ F15)", r"\g<1>7\2"), "program-points"),
    ("linuxcnc", "a start moved by a nanometre", nth(r"^(G0 X\d+\.\d{5})\d", r"\g<1>3"), "program-points"),
    ("marlin", "a layer too low", nth(r"^G1 Z0\.0543", "G1 Z0.0443"), "program-points"),
    ("marlin", "a filament outside the footprint", nth(r"^G1 X\S+( Y\S+ F15)", r"G1 X99.0000\1"), "program-footprint"),
    ("marlin", "lift dropped", nth(r"^G1 Z1\.\d+ F300\.000\n(?=G0)", ""), "program-height"),
    ("linuxcnc", "safe height lowered", nth(r"^G1 Z1\.\d+ F300\.000$", "G1 Z0.1 F300.000"), "program-height"),
    ("marlin", "a rapid move prints", nth(r"^G1 X(.*F15)", r"G0 X\1"), "program-height"),
    ("marlin", "descent while printing", nth(r"^(G1 X\S+ Y\S+)( F15)", r"\1 Z0.05\2"), "program-height"),
    ("marlin", "an E word", nth(r"^(G1 X\S+)", r"\1 E1"), "program-piston"),
    ("grbl", "a word that the dialect has not", nth(r"^M8$", "M42 P4 S255"), "program-word"),
    ("linuxcnc", "an exponent", nth(r"^G1 X\S+", "G1 X1e-3"), "program-word"),
    ("marlin", "a negative zero", nth(r"^G1 X\S+", "G1 X-0.0000"), "program-word"),
    ("linuxcnc", "words after the end", lambda text: text + "G0 X1\n", "program-word"),
    ("linuxcnc", "an open comment", nth(r"\)$", "", 3), "program-word"),
    ("marlin", "a filament dropped", nth(r"^G0 X[^\n]+\n(?:(?!G0)[^\n]*\n){8}", ""), "program-length"),
    ("marlin", "no header", lambda text: "\n".join(text.splitlines()[16:]) + "\n", "program-header"),
    ("marlin", "another length in the header", nth(r"path \d+", "path 7", 0), "program-length"),
    ("marlin", "another travel in the header", nth(r"travel \d+\.", "travel 7.", 0), "program-plan"),
    ("marlin", "slower travel", everywhere(r"F300\.000", "F30.000"), "program-time"),
    ("marlin", "an unknown toolpath", everywhere("toolpath=print-anode", "toolpath=print-anodes"), "program-plan"),
    ("marlin", "not ASCII", lambda text: text.replace("UNITS", "\u00b5"), "program-text"),
    ("marlin", "a control character", lambda text: text.replace("G90\n", "G90\r\n"), "program-text"),
]


@pytest.mark.parametrize(("name", "title", "edit", "rule"), MUTATIONS, ids=[f"{n}: {t}" for n, t, _, _ in MUTATIONS])
def test_mutations_are_found(tmp_path, name, title, edit, rule):
    plan = written(tmp_path, name)
    file = next((tmp_path / "toolpaths").glob("05-*"))
    text = file.read_text(encoding="ascii")
    broken = edit(text)
    assert broken != text, "the mutation changed nothing"
    file.write_bytes(broken.encode())
    found = verify_programs(tmp_path, plan)
    assert rule in {f.rule for f in found if f.severity == "error"}, found
    # a wall on the wrong place stands in the way of the second program: nothing else is wrong with it
    assert all("06-" not in f.where or f.rule == "program-collision" for f in found)


def test_missing_program_and_unknown_dialect(tmp_path):
    plan = written(tmp_path, "marlin")
    assert [f.severity for f in verify_programs(tmp_path, {**plan, "dialect": "mine"})] == ["info", "info"]
    for file in (tmp_path / "toolpaths").iterdir():
        file.unlink()
    assert {f.rule for f in verify_programs(tmp_path, plan)} == {"program-missing"}
    outside = {**plan, "steps": [{"program": "../secret.gcode"}]}
    (tmp_path.parent / "secret.gcode").write_text("G0 X1\n")
    assert {f.rule for f in verify_programs(tmp_path, outside)} == {"program-missing"}


def test_plans_without_programs_hold(tmp_path):
    assert verify_programs(tmp_path, {"steps": [{"program": None}]}) == ()
