"""Programs moved onto a part: every point where the fit puts it, still sound, never a broken one made sound."""

from __future__ import annotations

import dataclasses
import math
import re

import pytest

from fabplan.cli.main import run
from fabplan.errors import BadInput
from fabplan.exporters import gcode
from fabplan.findings import errors
from fabplan.verify._replay import GRAMMARS, replay
from fabplan.verify.align import aligned, drawn_fiducials, measured_fiducials
from tests.printing import DIALECTS, SETTINGS, STYLE, bench, dialect, printed

DRAWN = {"F1": (-0.5, 0.2), "F2": (11.3, 0.2), "F3": (-0.5, 1.8)}
TOLD = "fiducials " + ", ".join(f"{n} X{x:.3f} Y{y:.3f}" for n, (x, y) in DRAWN.items())


def text_of(name: str, styled: bool = False) -> str:
    style = dataclasses.replace(STYLE, suckback=0.0 if name in ("hyrel", "grbl") else 0.02) if styled else None
    plan = dataclasses.replace(
        printed(dataclasses.replace(SETTINGS, style=style))[0], dialect=dialect(name), machine=bench(name)
    )
    text = next(iter(gcode.export(plan).values())).decode()
    return re.sub(r"fiducials: none drawn, align to the edges of the\S*\s*\S*\s*collector", TOLD, text)


def measured(angle: float = 0.02, shift: tuple[float, float] = (3.0, -4.0), scale: float = 1.0) -> dict:
    c, s = scale * math.cos(angle), scale * math.sin(angle)
    return {n: (c * x - s * y + shift[0], s * x + c * y + shift[1]) for n, (x, y) in DRAWN.items()}


@pytest.mark.parametrize("styled", [False, True])
@pytest.mark.parametrize("name", [n for n in DIALECTS if n != "grbl"])  # its header is broken into short lines
def test_points_go_where_the_fit_puts_them(name, styled):
    text = text_of(name, styled)
    found = aligned(text, measured(), "p", 1e-6)
    assert not errors(found.findings), found.findings
    before, after = (
        replay(t, GRAMMARS[name], "p", ("2", "3", "6", "11", "Z", "U", "2.0", "2.1")) for t in (text, found.program)
    )
    assert len(before.moves) == len(after.moves) and [d.seconds for d in before.dwells] == [
        d.seconds for d in after.dwells
    ]
    c, s = math.cos(0.02), math.sin(0.02)
    for a, b in zip(before.moves, after.moves, strict=True):
        x, y, z = a.end
        if not math.isnan(x):
            assert b.end == pytest.approx((c * x - s * y + 3, s * x + c * y - 4, z), abs=6e-5)
        assert (a.printing, a.feed, a.rapid) == (b.printing, b.feed, b.rapid)
    again = drawn_fiducials(found.program, "p")
    assert again["F2"] == pytest.approx(measured()["F2"], abs=6e-4)


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
    rows = "".join(f"{n},{x:.6f},{y:.6f}\n" for n, (x, y) in measured().items())
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
