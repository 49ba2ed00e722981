"""Programs moved onto a part: every point where the fit puts it, still sound, never a broken one made sound."""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
import pytest

from fabplan.cli.main import run
from fabplan.errors import BadInput
from fabplan.exporters import gcode
from fabplan.findings import errors
from fabplan.layout.alignment import fitted
from fabplan.verify._aligned_text import Mover
from fabplan.verify._claims import bench_of
from fabplan.verify._program_file import read_program
from fabplan.verify._replay import GRAMMARS, replay
from fabplan.verify.align import _proved, aligned, drawn_fiducials, measured_fiducials
from tests.printing import DIALECTS, SETTINGS, STYLE, bench, dialect, printed, together

DRAWN = {"F1": (-0.5, 0.2), "F2": (11.3, 0.2), "F3": (-0.5, 1.8)}
TOLD = "fiducials " + ", ".join(f"{n} X{x:.6f} Y{y:.6f}" for n, (x, y) in DRAWN.items())
OTHERS = ("2", "3", "6", "11", "Z", "U", "2.0", "2.1")


def text_of(name: str, styled: bool = False, two: bool = False, drive: str = "pressure") -> str:
    style = dataclasses.replace(STYLE, suckback=0.02 if drive == "pressure" and name not in ("hyrel", "grbl") else 0.0)
    settings, machine = dataclasses.replace(SETTINGS, style=style if styled else None), bench(name, drive)
    plan = together(machine, settings)[0] if two else dataclasses.replace(printed(settings)[0], machine=machine)
    text = next(iter(gcode.export(dataclasses.replace(plan, dialect=dialect(name))).values())).decode()
    told = re.sub(r"fiducials: none drawn, align to the edges of the\S*\s*\S*\s*collector", TOLD, text)
    lines = told.splitlines()
    if name == "grbl":  # its comments stay shorter than 80 characters
        place = next(k for k, line in enumerate(lines) if "fiducials F1" in line)
        at = lines[place].rindex(" ", 0, 79)
        lines[place : place + 1] = [lines[place][:at] + ")", "(" + lines[place][at + 1 :]]
    return "\n".join(lines) + "\n"


def measured(angle: float = 0.02, shift: tuple[float, float] = (3.0, -4.0), scale: float = 1.0) -> dict:
    c, s = scale * math.cos(angle), scale * math.sin(angle)
    return {n: (c * x - s * y + shift[0], s * x + c * y + shift[1]) for n, (x, y) in DRAWN.items()}


CASES = [(name, True, False, "pressure", 1.0004) for name in DIALECTS]
CASES += [(name, True, True, "pressure", scale) for name in DIALECTS if name != "grbl" for scale in (1.0,)]
CASES += [(name, False, True, "piston", 1.0) for name in ("marlin", "linuxcnc", "aerotech-a3200", "hyrel")]


@pytest.mark.parametrize(("name", "styled", "two", "drive", "scale"), CASES)
def test_points_go_where_the_fit_puts_them(name, styled, two, drive, scale):
    text = text_of(name, styled, two, drive)
    found = aligned(text, measured(scale=scale), "p", scaled=scale != 1)
    assert not errors(found.findings) and found.worst < 1e-4, found.findings
    before, after = (replay(t, GRAMMARS[name], "p", *bench_of(text)) for t in (text, found.program))
    assert len(before.moves) == len(after.moves) and [d.seconds for d in before.dwells] == [
        d.seconds for d in after.dwells
    ]
    c, s = scale * math.cos(0.02), scale * math.sin(0.02)
    for a, b in zip(before.moves, after.moves, strict=True):
        x, y, z = a.end
        if not math.isnan(x) and a.start[:2] != a.end[:2]:
            assert b.end == pytest.approx((c * x - s * y + 3, s * x + c * y - 4, z), abs=0.75 * 10.0**-after.decimals)
        assert (a.printing, a.feed, a.rapid) == (b.printing, b.feed, b.rapid)
    assert drawn_fiducials(found.program, "p")["F2"] == pytest.approx(measured(scale=scale)["F2"], abs=6e-7)
    read = read_program(found.program.encode(), "p")
    assert read.dialect == name and not read.findings, read.findings


def test_aligned_twice_is_aligned_by_both():
    once = aligned(text_of("grbl", True), measured(), "p")
    more = {n: (x - 1.0, y + 0.25) for n, (x, y) in measured().items()}
    twice = aligned(once.program, more, "p")
    direct = aligned(text_of("grbl", True), more, "p")
    assert not errors(twice.findings)
    ends = [[m.end for m in replay(f.program, GRAMMARS["grbl"], "p").moves] for f in (twice, direct)]
    assert np.nan_to_num(np.array(ends[0])) == pytest.approx(np.nan_to_num(np.array(ends[1])), abs=1.1e-4)
    assert not read_program(twice.program.encode(), "p").findings


@pytest.mark.parametrize("arc", ["G2 X4.0000 Y0.0000 I1.0000 J-0.5000 F60.000", "G3 X4.0000 Y0.0000 R2.5000 F60.000",
                                 "G2 I0.5000 J0.0000 F60.000"])
def test_arcs_turn_with_their_middles(arc):
    fit = fitted(DRAWN, measured(0.7, scale=1.5), scaled=True)
    grammar, lines = GRAMMARS["linuxcnc"], ["G21 G90", "G0 X2.0000 Y0.0000", arc, "G1 X5.0000", "Y1.0000"]
    mover = Mover(fit, grammar)
    turned = [mover.line(line) for line in lines]
    one, other = (replay("\n".join(text), grammar, "p") for text in (lines, turned))
    ends = [np.array([m.end[:2] for m in run.moves]) for run in (one, other)]
    assert fit.apply(ends[0]) == pytest.approx(ends[1], abs=3e-4) 
    assert not any("comment" in f.message for f in other.faults)


def test_a_turned_offset_is_found():
    """The proof that the moved program does the same elsewhere can fail."""
    fit = fitted(DRAWN, measured())
    text = text_of("aerotech-a3200", two=True)
    good = replay(text, GRAMMARS["aerotech-a3200"], "p")
    mover = Mover(fit, GRAMMARS["aerotech-a3200"])
    lines = [mover.line(line) for line in text.splitlines()]
    for old, new in (("", ""), ("G92 X2", "G92 X3"), ("F0.25", "F0.26"), ("G4 P0.1", "G4 P0.2")):
        changed = "\n".join(lines).replace(old, new, 1) if old else "\n".join(lines)
        found = _proved(good, replay(changed, GRAMMARS["aerotech-a3200"], "p"), fit)[1]
        assert {f.rule for f in found} == ({"alignment-path"} if old else set()), (old, found)


def test_stretched_parts_and_budgets():
    text = text_of("marlin")
    assert errors(aligned(text, measured(scale=1.0005), "p", 1e-6).findings)
    assert not errors(aligned(text, measured(scale=1.0005), "p", 1e-6, scaled=True).findings)
    assert {f.rule for f in errors(aligned(text, {**measured(), "F3": (0, 0)}, "p", 1e-6).findings)} == {
        "alignment-residual"
    }


def test_a_broken_program_is_not_made_sound():
    broken = text_of("marlin").replace("G1 X0.7050 Y0.0150", "G1 X0.7051 Y0.0150", 1)
    assert "program-points" in {f.rule for f in errors(aligned(broken, measured(), "p", 1e-6).findings)}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (b"a,b\n", "another header"),
        (b"name,x_mm,y_mm\nF1,1\n", "not a fiducial"),
        (b"name,x_mm,y_mm\nF1,1,nan\n", "not a"),
    ],
)
def test_bad_tables_are_told(table, told):
    with pytest.raises(BadInput, match=told):
        measured_fiducials(table, "f.csv")


def test_command(tmp_path, capsys):
    (tmp_path / "p.gcode").write_text(text_of("marlin"))
    rows = "".join(f"{n},{x!r},{y!r}\n" for n, (x, y) in measured().items())
    (tmp_path / "f.csv").write_text("name,x_mm,y_mm\n" + rows)
    call = [
        "align",
        str(tmp_path / "p.gcode"),
        str(tmp_path / "f.csv"),
        "-o",
        str(tmp_path / "q.gcode"),
        "--budget",
        "5 um",
    ]
    assert run(call) == 0 and "turned by 20.0" in capsys.readouterr().out
    assert (tmp_path / "q.gcode").read_text() == aligned(text_of("marlin"), measured(), "p", 5e-6).program
    assert run(call) == 2
    (tmp_path / "f.csv").write_text("name,x_mm,y_mm\n" + rows.replace("F3,", "F3,9"))
    assert run([*call, "--force"]) == 1
