"""Programs of every dialect with two heads, line styles, pistons and lamps: good ones hold, broken ones are found."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from fabplan.errors import BadInput
from fabplan.exporters import gcode, plan_json
from fabplan.layout.types import LineStyle
from fabplan.verify.programs import verify_programs
from tests.printing import DIALECTS, SETTINGS, STYLE, bench, dialect, printed, together

TWO_HEADS = tuple(name for name in DIALECTS if name != "grbl")
PISTONS = ("marlin", "reprapfirmware", "klipper", "linuxcnc", "aerotech-a3200", "hyrel")
AXES = ("linuxcnc", "aerotech-a3200")


def styled(name: str, drive: str) -> LineStyle:
    """The full style, less the suck-back that a dialect cannot do."""
    cannot = (drive == "piston" and name in AXES) or (drive == "pressure" and name in ("hyrel", "grbl"))
    return dataclasses.replace(STYLE, suckback=0.0) if cannot else STYLE


def written(folder: Path, name: str, drive: str, style: LineStyle | None, two: bool) -> dict:
    machine = bench(name, drive)
    settings = dataclasses.replace(SETTINGS, style=style, lamp_time=0.0 if name == "hyrel" else 0.5)
    plan = together(machine, settings)[0] if two else dataclasses.replace(printed(settings)[0], machine=machine)
    plan = dataclasses.replace(plan, dialect=dialect(name))
    for path, data in {**gcode.export(plan), **plan_json.export(plan)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return json.loads((folder / "plan.json").read_bytes())


CASES = [(name, "pressure", two) for name in DIALECTS for two in (False, True) if not (two and name == "grbl")]
CASES += [(name, "piston", two) for name in PISTONS for two in (False, True)]


@pytest.mark.parametrize("full", [False, True], ids=["plain", "styled"])
@pytest.mark.parametrize(("name", "drive", "two"), CASES)
def test_good_programs_hold(tmp_path, name, drive, two, full):
    plan = written(tmp_path, name, drive, styled(name, drive) if full else None, two)
    assert verify_programs(tmp_path, plan) == ()


def nth(pattern: str, replacement: str, n: int = 4):
    def edit(text: str) -> str:
        matches = list(re.finditer(pattern, text, re.MULTILINE))
        match = matches[min(n, len(matches) - 1)]
        return text[: match.start()] + match.expand(replacement) + text[match.end() :]

    return edit


def swapped(one: str, other: str):
    """Exchange two outputs in the body of a program."""
    return lambda text: re.sub(
        rf"^(.*[PN]=?)({one}|{other})( [SV].*)$",
        lambda m: m[1] + (other if m[2] == one else one) + m[3],
        text,
        flags=re.MULTILINE,
    )


MUTATIONS = [
    ("marlin", "pressure", "heads exchanged", swapped("4", "5"), "program-head"),
    ("klipper", "pressure", "heads exchanged", swapped("valve0", "valve1"), "program-head"),
    ("marlin", "pressure", "a change of head dropped", nth(r"^T1\n", "", 1), "program-head"),
    ("linuxcnc", "pressure", "an origin dropped", nth(r"^G52 X-2.*\n", "", 1), "program-head"),
    ("linuxcnc", "pressure", "an origin moved", nth(r"^G52 X-25\.", "G52 X-24.", 1), "program-head"),
    ("klipper", "pressure", "an offset dropped", nth(r"^SET_GCODE_OFFSET X=-2.*\n", "", 1), "program-head"),
    ("aerotech-a3200", "pressure", "an origin dropped", nth(r"^G92 X.*\n", "", 1), "program-head"),
    ("marlin", "pressure", "another offset in M218", nth(r"^M218 T1 X25", "M218 T1 X24", 0), "program-head"),
    ("marlin", "pressure", "vacuum left on", nth(r"^M42 P6 S0\n", ""), "program-valve"),
    ("marlin", "pressure", "suck-back dropped", nth(r"^M42 P6 S255\nG4 P20\n", ""), "program-dwell"),
    ("marlin", "pressure", "a lamp dropped", nth(r"^M42 P12 S255\nG4 P500\n", "", 1), "program-lamp"),
    ("marlin", "pressure", "a wipe into the other wall", nth(r"^G1 X\S+( Y\S+ F15\.000\nG1 Z)", r"G1 X0.9000\1"),
     "program-height"),
    ("marlin", "piston", "M83 dropped", nth(r"^M83\n", "", 0), "program-piston"),
    ("marlin", "piston", "an amount raised", nth(r"^(G1 X\S+ Y\S+ E0)\.000", r"\1.001"), "program-piston"),
    ("marlin", "piston", "too much given back", nth(r"^G1 E0\.000", "G1 E0.001"), "program-piston"),
    ("marlin", "piston", "an amount dropped", nth(r"^(G1 X\S+ Y\S+) E\S+", r"\1"), "program-piston"),
    ("linuxcnc", "piston", "an axis exchanged", nth(r" A(\d\S+)", r" B\1"), "program-piston"),
    ("klipper", "pressure", "an output left on", nth(r"^SET_PIN PIN=valve0 VALUE=0\n", "", 9), "program-valve"),
    ("automation1", "pressure", "an output left on", nth(r"^DigitalOutputSet\(X, 0, 0\)\n", "", 9), "program-valve"),
    ("aerotech-a3200", "pressure", "an output left on", nth(r"^\$DO0\.0=0\n", "", 9), "program-valve"),
    ("aerotech-a3200", "pressure", "feeds per minute", nth(r"F0\.250000", "F15.000000"), "program-feed"),
    ("hyrel", "pressure", "travel prints", nth(r"^(G0 X\S+ Y\S+)", r"\1 E1"), "program-height"),
    ("klipper", "pressure", "seconds for milliseconds", nth(r"^G4 P100", "G4 P0.1"), "program-dwell"),
    ("marlin", "pressure", "a layer shifted", nth(r"^(G0 X0\.0)1", r"\g<1>2", 1), "program-points"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "drive", "title", "edit", "rule"),
    MUTATIONS,
    ids=[f"{name}: {title}" for name, _, title, _, _ in MUTATIONS],
)
def test_mutations_are_found(tmp_path, name, drive, title, edit, rule):
    plan = written(tmp_path, name, drive, styled(name, drive), two=True)
    file = next((tmp_path / "toolpaths").iterdir())
    text = file.read_text(encoding="ascii")
    broken = edit(text)
    assert broken != text, "the mutation changed nothing"
    file.write_text(broken, encoding="ascii")
    found = verify_programs(tmp_path, plan)
    assert rule in {f.rule for f in found if f.severity == "error"}, found[:5]


@pytest.mark.parametrize(
    ("name", "drive", "told"),
    [("grbl", "pressure", "several heads"), ("automation1", "piston", "a piston"), ("linuxcnc", "piston", "draw back")],
)
def test_what_a_dialect_cannot_say_is_told(tmp_path, name, drive, told):
    with pytest.raises(BadInput, match=told):
        written(tmp_path, name, drive, STYLE, two=True)
