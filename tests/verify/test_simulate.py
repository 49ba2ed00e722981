"""Programs run by `fabplan simulate`: fabplan's own in every dialect, and those of others."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import pytest

from fabplan.cli.main import run
from fabplan.errors import BadInput
from fabplan.exporters import gcode
from fabplan.findings import errors
from fabplan.layout.types import LineStyle
from fabplan.verify._program_file import read_program, recognised
from fabplan.verify.simulate import Bench, document, simulated
from tests.printing import DIALECTS, SETTINGS, STYLE, bench, dialect, printed, together

PISTONS = ("marlin", "reprapfirmware", "klipper", "linuxcnc", "aerotech-a3200", "hyrel")
CASES = [(name, "pressure") for name in DIALECTS] + [(name, "piston") for name in PISTONS]


def of(text: str, dialect_name: str = "marlin", bench_: Bench | None = None):
    """A text run."""
    return simulated(read_program(text.encode(), "p.gcode", dialect_name), bench_ or Bench())


@pytest.mark.parametrize(("name", "drive"), CASES)
def test_what_fabplan_wrote_runs_as_planned(name: str, drive: str) -> None:
    """Time, ramped time, ways, ink and box of the toolpath, from the text alone."""
    machine = bench(name, drive, vacuums=(), lamps=())
    plan, (path, _) = printed(dataclasses.replace(SETTINGS, style=dataclasses.replace(STYLE, suckback=0.0)))
    text = gcode.export(dataclasses.replace(plan, machine=machine, dialect=dialect(name)))
    program = read_program(next(iter(text.values())), "p")
    found = simulated(program)
    assert not found.findings
    assert found.time == pytest.approx(path.duration, abs=0.06)
    assert path.ramped and found.ramped == pytest.approx(path.ramped, rel=1e-3)
    assert found.printed == pytest.approx(path.printed_length, rel=1e-5)
    assert found.travelled == pytest.approx(path.travel_length, rel=1e-3)
    assert sum(h.ink or 0.0 for h in found.heads) == pytest.approx(path.ink_volume, rel=2e-5)
    assert len(found.layers) == 4  # the prime line has a height of its own
    assert [layer.begins for layer in found.layers] == sorted(layer.begins for layer in found.layers)
    assert json.loads(json.dumps(document(found), allow_nan=False))["made_by_fabplan"] is True


def test_two_heads_and_their_inks() -> None:
    plan, path = together(bench("linuxcnc", vacuums=(), lamps=()), dataclasses.replace(SETTINGS, style=LineStyle()))
    text = next(iter(gcode.export(dataclasses.replace(plan, dialect=dialect("linuxcnc"))).values()))
    found = simulated(read_program(text, "p.ngc"))
    assert [h.ink for h in found.heads] == pytest.approx([h.ink_volume for h in path.heads], rel=1e-5)
    assert found.time == pytest.approx(path.duration, abs=0.06)


SQUARE = "G90\nM83\nG1 F600\nG0 X0 Y0 Z0.2\nG1 X10 E1\nG1 Y10 E1\nG0 X0 F6000\n"


def test_a_program_of_somebody_else() -> None:
    found = of(SQUARE, bench_=Bench(piston_diameter=2e-3))
    assert not found.program.findings
    assert found.time == pytest.approx(20 / 10 + 10 / 100) and found.printed == pytest.approx(20e-3)
    assert found.heads[0].pressed == pytest.approx(2.0)
    assert found.heads[0].ink == pytest.approx(2e-3 * math.pi * 1e-6)
    assert of(SQUARE).heads[0].ink is None


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("G20\nG90\nM83\nG0 X0 Y0 Z0\nG1 X1 F10 E1\n", 25.4),
        ("G21\nG91\nM83\nG0 X0 Y0 Z0\nG1 X3 F10 E1\nG1 X3 E1\n", 6.0),
        ("G90\nM82\nG0 X0 Y0 Z0\nG1 X4 E1 F10\nG1 X8 E2\nG1 X9 E2\n", 8.0),
        ("G90\nM83\nG0 X1 Y0 Z0\nG3 X-1 Y0 I-1 J0 E1 F10\n", math.pi),
        ("G90\nM83\nG0 X1 Y0 Z0\nG2 X-1 Y0 I-1 J0 E1 F10\n", math.pi),
        ("G90\nM83\nG0 X1 Y0 Z0\nG3 X0 Y1 R1 E1 F10\n", math.pi / 2),
        ("G90\nM83\nG0 X1 Y0 Z0\nG3 X0 Y1 R-1 E1 F10\n", 1.5 * math.pi),
        ("G90\nM83\nG0 X1 Y0 Z0\nG2 X1 Y0 I-1 J0 E1 F10\n", 2 * math.pi),
        ("N1 G90\nN2 M83*12\nG0X0Y0Z0\nG1X5E1F10\n", 5.0),
    ],
)
def test_words_of_others(text: str, length: float) -> None:
    found = of(text)
    assert found.printed == pytest.approx(length * 1e-3, rel=1e-4)
    assert not errors(found.findings), found.findings


@pytest.mark.parametrize(
    ("name", "line", "seconds"),
    [("marlin", "G4 P500", 0.5), ("marlin", "G4 S2", 2.0), ("klipper", "G4 P500", 0.5), ("linuxcnc", "G4 P2", 2.0),
     ("grbl", "G4 P2", 2.0), ("aerotech-a3200", "G4 P2", 2.0), ("aerotech-a3200", "DWELL 2", 2.0),
     ("automation1", "Dwell(2)", 2.0), ("reprapfirmware", "G4 S2", 2.0)],
)  # fmt: skip
def test_dwells_in_the_unit_of_the_dialect(name: str, line: str, seconds: float) -> None:
    assert of(f"{line}\nG1 X1 Y1 Z0 F60\n", name).waits == seconds


def test_klipper_ignores_seconds() -> None:
    assert {f.rule for f in errors(of("G4 S2\n", "klipper").findings)} == {"program-dwell"}


def test_toggles_of_mecode(oracle, tmp_path) -> None:
    """mecode only toggles: one toggle too few leaves the ink on, which it cannot see."""
    mecode = oracle("mecode")
    for lost in (False, True):
        file = tmp_path / f"{lost}.pgm"
        with (
            open(file, "wb") as opened,
            mecode.G(outfile=opened, print_lines=False, aerotech_include=False) as g,
        ):
            g.feed(5)
            g.abs_move(x=0, y=0)
            g.abs_move(z=0.1)
            for k in range(3):
                g.toggle_pressure(5)
                g.move(x=10)
                if not (lost and k == 1):
                    g.toggle_pressure(5)
                g.move(z=5)
                g.move(z=-5)
        found = simulated(read_program(file.read_bytes(), "m.pgm", "aerotech-a3200"))
        assert ("program-valve" in {f.rule for f in errors(found.findings)}) == lost
        if not lost:
            assert found.printed == pytest.approx(30e-3) and len(found.groups) == 3


def test_fullcontrol_program(oracle) -> None:
    fc = oracle("fullcontrol")
    bead = fc.ExtrusionGeometry(area_model="rectangle", width=0.4, height=0.2)
    steps = [fc.Printer(print_speed=600, travel_speed=3000), bead]
    for k in range(4):
        steps += [fc.Extruder(on=False), fc.Point(x=0, y=k, z=0.2), fc.Extruder(on=True), fc.Point(x=20, y=k, z=0.2)]
    text = fc.transform(steps, "gcode", fc.GcodeControls(printer_name="generic"), show_tips=False)
    found = of(text, bench_=Bench(piston_diameter=1.75e-3))
    assert found.printed == pytest.approx(80e-3) and not errors(found.findings)
    assert found.heads[0].ink == pytest.approx(80 * 0.4 * 0.2 * 1e-9, rel=1e-5)


def test_ramps_need_an_acceleration() -> None:
    assert of(SQUARE).ramped is None
    ramped = of(SQUARE, bench_=Bench(acceleration=1.0)).ramped
    # 10 mm/s twice with full stops, then 100 mm/s: v/a is added for every stop
    assert ramped == pytest.approx(2 * (1.0 + 0.01) + 0.1 + 0.1)


def test_unknown_speeds_are_told() -> None:
    found = of("G90\nG0 X0 Y0 Z0\nG0 X10\nM64 P0\nG1 X20 F60\nM65 P0\n", "linuxcnc")
    assert found.unknown_speed == pytest.approx(10e-3) and found.time == pytest.approx(10.0)
    assert any("nobody told" in f.message for f in found.findings)
    known = of("G90\nG0 X0 Y0 Z0\nG0 X10\nM64 P0\nG1 X20 F60\nM65 P0\n", "linuxcnc", Bench(travel_speed=5e-3))
    assert known.time == pytest.approx(12.0)


FAULTS = [
    ("marlin", SQUARE.replace("G1 F600\n", "").replace(" F6000", ""), "program-feed", "before any feed"),
    ("linuxcnc", "G90 G0 X0 Y0 Z0\nM62 P0\nG1 X1 F60\nM63 P0\n", "program-valve", "is lost"),
    ("linuxcnc", "G90 G0 X0 Y0 Z0\nM64 P0\nG1 X1 F60\n", "program-valve", "open at the end"),
    ("linuxcnc", "G90 G0 X0 Y0 Z0\nM64 P0\nM65 P0\nG1 X1 F60\n", "program-valve", "nothing moves"),
    ("linuxcnc", "G90 G0 X0 Y0 Z0\nM64 P0\nG0 X1\nM65 P0\n", "program-feed", "before any feed"),
    ("marlin", "G90\nG0 X0 Y0 Z1 F60\nM42 P4 S255\nG1 X1\nM400\nM42 P4 S0\n", "program-valve", "M400"),
    ("marlin", "M83\nG0 X0 Y0 Z1 F60\nG1 X9 E1\nG0 Y1 Z.5\nG0 X0 Y-1\n", "program-collision", "below the top"),
]


@pytest.mark.parametrize(("name", "text", "rule", "told"), FAULTS, ids=[f"{f[0]} {f[3]}" for f in FAULTS])
def test_faults_of_others(name: str, text: str, rule: str, told: str) -> None:
    found = errors(of(text, name).findings)
    assert rule in {f.rule for f in found} and any(told in f.message for f in found), found


@pytest.mark.parametrize(
    ("text", "where", "name"),
    [
        ("; dialect=hyrel job", "a", "hyrel"), (";FLAVOR:Marlin\nG1", "a", "marlin"),
        ("G1\n; gcode_flavor = klipper", "a", "klipper"), ("G1 X1", "a.ngc", "linuxcnc"),
        ("SET_PIN PIN=a VALUE=1", "a", "klipper"), ("$DO0.0=1", "a", "aerotech-a3200"), ("M62 P0", "a", "linuxcnc"),
        ('M291 P"x"', "a", "reprapfirmware"), ("DigitalOutputSet(X, 0, 1)", "a", "automation1"),
    ],
)  # fmt: skip
def test_dialects_are_recognised(text: str, where: str, name: str) -> None:
    assert recognised(text, where)[0] == name


def test_what_cannot_be_recognised_is_refused() -> None:
    with pytest.raises(BadInput, match="--dialect"):
        recognised("G1 X1 Y1\n", "a.gcode")
    with pytest.raises(BadInput, match="not a text"):
        read_program(b"\0\1", "a.gcode")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    plan = dataclasses.replace(printed()[0], dialect=dialect("marlin"))
    place = tmp_path / "p.gcode"
    place.write_bytes(next(iter(gcode.export(plan).values())))
    return place


def test_command_line(file: Path, tmp_path: Path, capsys) -> None:
    assert run(["simulate", str(file), "-o", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "marlin: its header says so" in told and "with ramps" in told and "uL" in told
    page = (tmp_path / "out" / "simulation.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("http-equiv", "") and "program-data" in page
    assert len(list((tmp_path / "out" / "layers").iterdir())) == 4
    assert run(["simulate", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "fabplan/simulation/1"
    assert run(["verify", str(file), "--machine", "diw-gantry"]) == 0


def test_command_line_tells_faults(file: Path, capsys) -> None:
    file.write_bytes(file.read_bytes().replace(b"M42 P4 S0\nG4", b"G4", 3))
    for command in ("simulate", "verify"):
        assert run([command, str(file)]) == 1
        assert "program-valve" in capsys.readouterr().err
    assert run(["simulate", str(file), "--dialect", "marlim"]) == 2


def test_area_of_the_machine(tmp_path: Path, capsys) -> None:
    place = tmp_path / "p.gcode"
    place.write_text("M83\nG0 X0 Y0 Z0 F600\nG1 X150 E1\n")
    assert run(["verify", str(place), "--machine", "diw-gantry"]) == 1
    assert "program-area" in capsys.readouterr().err
