"""Programs: numbers, templates, headers, and what independent interpreters read in them."""

from __future__ import annotations

import dataclasses
import math
import re
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.exporters import gcode
from fabplan.exporters._dialect_check import PLACEHOLDERS, check_dialect, output_of
from fabplan.exporters._program_text import clean, comment_lines, filled, fixed_point, written
from fabplan.layout.types import LineStyle, Toolpath
from fabplan.planner.plan import Plan
from tests.printing import DIALECTS, SETTINGS, STYLE, UM, bench, dialect, printed


def programs(name: str, plan: Plan | None = None) -> dict[str, str]:
    plan = plan or printed()[0]
    out = gcode.export(dataclasses.replace(plan, dialect=dialect(name)))
    return {path: data.decode("ascii") for path, data in out.items()}


# --- numbers ---


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=30), st.integers(0, 9))
def test_fixed_point_is_printf(values, decimals):
    text = written(np.pad(fixed_point(np.array(values), decimals), ((0, 0), (0, 1)), constant_values=10)).decode()
    wanted = [f"{Decimal(v).scaleb(-decimals):.{decimals}f}" for v in values]
    assert text.splitlines() == [w if Decimal(w) else w.lstrip("-") for w in wanted]


def test_fixed_point_of_nothing():
    assert fixed_point(np.zeros(0, np.int64), 4).shape[0] == 0


@given(st.lists(st.tuples(st.integers(-99_999, 99_999), st.integers(-99_999, 99_999)), min_size=1, max_size=9))
def test_filled_lines_are_format_lines(points):
    columns = {name: fixed_point(np.array([p[i] for p in points]), 3) for i, name in enumerate("xy")}
    text = written(filled("G1 X{x} Y{y} F{feed}", {**columns, "feed": "15.000"}, len(points))).decode()
    wanted = [f"G1 X{Decimal(x).scaleb(-3):.3f} Y{Decimal(y).scaleb(-3):.3f} F15.000" for x, y in points]
    assert text.splitlines() == wanted


# --- dialects ---


@pytest.mark.parametrize("name", DIALECTS)
def test_shipped_dialects_hold(name):
    assert check_dialect(dialect(name)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"travel": "G0 X{x} Y{y} {speed}"}, "unknown placeholder"),
        ({"travel": "G0 X{x}"}, "a placeholder is missing"),
        ({"travel": "G0 X{x Y{y}"}, "braces do not match"),
        ({"travel": "G0 X{x:.3f} Y{y}"}, "a placeholder with a format"),
        ({"travel": "G0 X{x!r} Y{y}"}, "a placeholder with a format"),
        ({"travel": "G0 X{x.real} Y{y}"}, "unknown placeholder"),
        ({"print_move": "G1 X{x} Y{y}"}, "a placeholder is missing"),
        ({"valve_on": ()}, "nothing to write"),
        ({"valve_off": ()}, "nothing to write"),
        ({"valves_off": ()}, "nothing to write"),
        ({"prologue": ("G21\nM42 P4 S255",)}, "not plain ASCII on one line"),
        ({"prologue": ("G21 \u00b5",)}, "not plain ASCII on one line"),
        ({"extension": "../x"}, "not an extension"),
        ({"comment": "({text})", "comment_drops": ""}, "a character is missing"),
        ({"dwell": "G4"}, "one unit of time is needed"),
        ({"dwell": "G4 P{seconds} S{milliseconds}"}, "one unit of time is needed"),
        ({"line_length": 10}, "a line is too long"),
        ({"valves": ("4 S255",)}, "not an output"),
    ],
)
def test_faulty_dialects_are_told(change, told):
    faulty = dataclasses.replace(dialect("marlin"), **change)
    assert any(told in problem.what for problem in check_dialect(faulty))
    with pytest.raises(BadInput):
        gcode.export(dataclasses.replace(printed()[0], dialect=faulty))


def test_every_template_is_checked():
    fields = {f.name for f in dataclasses.fields(dialect("marlin"))}
    rest = {"id", "name", "aliases", "extension", "comment_drops", "line_length", "decimals", "valves", "verified_by"}
    rest |= {"feed_time", "piston_axes", "piston_decimals", "exact_stop", "reads_as"}
    assert set(PLACEHOLDERS) == fields - rest - {"notes", "source", "confidence"}


def test_outputs_come_from_the_machine_then_the_dialect():
    assert output_of(dialect("marlin"), (), 1) == "5"
    assert output_of(dialect("marlin"), ("fan2", "64"), 1) == "64"
    with pytest.raises(BadInput, match="no valve output for head 2"):
        output_of(dialect("marlin"), (), 2)
    with pytest.raises(BadInput, match="not an output"):
        output_of(dialect("marlin"), ("4\nM42 P1 S255",), 0)


def test_no_dialect_and_unknown_toolpath_are_told():
    plan = printed()[0]
    with pytest.raises(BadInput, match=r"machine\.dialect"):
        gcode.export(dataclasses.replace(plan, dialect=None))
    with pytest.raises(BadInput, match="unknown toolpath"):
        gcode.export(dataclasses.replace(plan, dialect=dialect("marlin"), toolpaths=()))
    assert gcode.export(dataclasses.replace(plan, dialect=None, steps=())) == {}


# --- the text as a whole ---


@given(st.text(max_size=60), st.sampled_from(DIALECTS))
def test_text_stays_in_its_comment(text, name):
    spoken = dialect(name)
    for line in comment_lines(spoken, text):
        assert line.isascii() and line.isprintable()
        assert not spoken.line_length or len(line) <= spoken.line_length
        closed = line.startswith("(") and line.endswith(")") and line.count("(") == line.count(")") == 1
        assert line.startswith((";", "//")) or closed
    assert not set(clean(text, spoken.comment_drops)) & set(spoken.comment_drops)


def test_names_cannot_open_a_line():
    plan = dataclasses.replace(printed()[0], name="x)\nM42 P4 S255\r\nG0 Z-5 (; \u2028M3")
    for name in DIALECTS:
        for text in programs(name, plan).values():
            assert text.splitlines() == text.split("\n")[:-1]
            assert not re.search(r"^(M42 P4 S255\nG0|G0 Z-5|M3$)", text, re.MULTILINE)
            assert "Z-5" not in re.sub(r"^([;(]|//).*$", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", DIALECTS)
def test_numbers_lines_and_names(name):
    out = programs(name)
    extension = dialect(name).extension
    assert sorted(out) == [f"toolpaths/05-print-anode.{extension}", f"toolpaths/06-print-cathode.{extension}"]
    for text in out.values():
        assert not re.search(r"\d[eE][-+]?\d", re.sub(r"^[;(].*$|points [0-9a-f]+", "", text, flags=re.MULTILINE))
        assert not re.search(r"-0\.?0*(\s|$)", text)
        assert "  " not in text and not text.endswith("\n\n")
        if name == "grbl":
            assert max(map(len, text.splitlines())) < 80
            assert max(len(re.sub(r"\D", "", w)) for w in re.findall(r"[XYZ]-?[\d.]+", text)) <= 8


@pytest.mark.parametrize("name", DIALECTS)
def test_header_tells_the_job(name):
    for path, (file, text) in zip(printed()[1], programs(name).items(), strict=True):
        lines = text.splitlines()
        assert re.search(rf"\bpath {path.printed_length * 1e3:.3f} mm", lines[0]), file
        head = " ".join(line.strip(";()/ ") for line in lines if line[0] in ";(/")
        for fact in (
            f"dialect={name}", f"TIME {path.duration:.1f} s", f"travel {path.travel_length * 1e3:.3f} mm",
            "speed 0.250000 mm/s", "pressure 4137 kPa = 600 psi", f"ink {path.ink_volume * 1e9:.4f} uL", "UNITS mm",
            "footprint", "origin", "fiducials", "bbox", "layers 3", "nozzle 0.030 mm", "work offset",
        ):
            assert fact in head, fact
        verified = dialect(name).verified_by
        assert (f"CHECKED: {verified} reads" in head) if verified else ("not machine-verified" in head)
        assert not re.search(r"20\d\d-\d\d|\d\d:\d\d", head)  # no clock
        assert [f"LAYER {k}" in text for k in range(1, 5)] == [True, True, True, False]


def test_pressure_is_set_once_and_only_when_known():
    text = next(iter(programs("linuxcnc").values()))
    assert text.count("M68 E0 Q4137.000") == 1 and text.count("M68 E0 Q0\n") == 2
    plan = printed(dataclasses.replace(SETTINGS, pressure=None))[0]
    text = next(iter(programs("linuxcnc", plan).values()))
    assert re.findall("M68.*", text) == ["M68 E0 Q0"] * 2 and "calibrate" in text


def test_pages_join_without_a_seam(monkeypatch):
    plan = printed()[0]
    whole = programs("marlin", plan)
    monkeypatch.setattr(gcode, "LINES_AT_ONCE", 7)
    assert programs("marlin", plan) == whole


def polyline(points: list[tuple[float, float]]) -> Toolpath:
    base = printed()[1][0]
    line = np.array([(x, y, 30e-6) for x, y in points])
    return dataclasses.replace(
        base, points=np.concatenate([base.points[:2], line]), starts=np.array([0, 2, 2 + len(line)]),
        kinds=("prime", "wall"), layer_of=np.array([0, 1]),
    )


def test_a_filament_of_many_points_opens_its_valve_once():
    text = gcode.program(polyline([(0, 0), (1e-3, 0), (1e-3, 1e-3), (0, 1e-3)]), dialect("marlin"), ("h",)).decode()
    assert text.count("M42 P4 S255") == 2
    assert re.search(r"M42 P4 S255\nG4 P100\n(G1 X\S+ Y\S+ F15.000\n){3}M400\nM42 P4 S0\n", text)


# --- independent interpreters ---

_CANON = re.compile(
    r"(SET_FEED_RATE|DWELL|(?:SET|CLEAR)_(?:MOTION|AUX)_OUTPUT_BIT|STRAIGHT_FEED|STRAIGHT_TRAVERSE)\(([-\d., ]+)\)"
)


def rs274(program: str, file, text: str) -> dict:
    """LinuxCNC's own reading: printed length, time at feed with dwells, dwells with open valve, outputs left open."""
    file.write_text(text)
    run = subprocess.run([program, "-g", str(file)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    place, feed, valves, waiting = (0.0, 0.0, 0.0), 0.0, {}, {}
    result = {"length": 0.0, "time": 0.0, "wet": [], "dry": [], "feeds": set(), "lowest_rapid": math.inf, "openings": 0}
    for word, text_arguments in _CANON.findall(run.stdout):
        numbers = [float(x) for x in text_arguments.split(",")]
        if word == "SET_FEED_RATE":
            feed = numbers[0] / 60
        elif word == "DWELL":
            result["wet" if any(valves.values()) else "dry"].append(numbers[0])
        elif word.endswith("_BIT"):
            (waiting if "MOTION" in word else valves)[int(numbers[0])] = word.startswith("SET")
            result["openings"] += word.startswith("SET")
        else:
            valves.update(waiting)
            waiting.clear()
            length = math.dist(place, numbers[:3])
            if word == "STRAIGHT_TRAVERSE":
                if place[:2] != tuple(numbers[:2]):
                    result["lowest_rapid"] = min(result["lowest_rapid"], place[2], numbers[2])
            elif any(valves.values()):
                result["length"] += length
                result["time"] += length / feed
                result["feeds"].add(feed)
            place = tuple(numbers[:3])
    return {**result, "open": [k for k, on in valves.items() if on], "lost": waiting}


@settings(max_examples=15, deadline=None)
@given(
    count=st.integers(1, 5), width=st.integers(20, 120), gap=st.integers(10, 90), length=st.integers(300, 900),
    beads=st.integers(1, 4),
)
def test_linuxcnc_reads_what_was_planned(oracle, tmp_path_factory, count, width, gap, length, beads):
    program = oracle("rs274")
    settings_ = dataclasses.replace(SETTINGS, beads_per_width=beads)
    plan, paths = printed(settings_, count=count, width=width * UM, gap=gap * UM, length=length * UM)
    for path, text in zip(paths, programs("linuxcnc", plan).values(), strict=True):
        got = rs274(program, tmp_path_factory.mktemp("ngc") / "job.ngc", text)
        assert got["length"] == pytest.approx(path.printed_length * 1e3, abs=1e-4 * len(path.kinds) + 1e-3)
        assert got["time"] == pytest.approx(path.printed_length / path.speed, rel=1e-3)
        assert got["feeds"] == {0.25}
        assert got["openings"] == len(path.kinds)
        assert not got["open"] and not got["lost"]
        assert got["wet"] == [0.1] * len(path.kinds) and got["dry"] == [0.05] * len(path.kinds)
        assert got["lowest_rapid"] == pytest.approx(path.safe_height * 1e3, abs=1e-4)


def test_rs274_refuses_a_broken_program(oracle, tmp_path):
    """The oracle can fail: an E word, and a move before any feed."""
    text = next(iter(programs("linuxcnc").values()))
    for broken in (text.replace("G1 X", "G1 E1 X", 1), re.sub(r" F[\d.]+", "", text)):
        with pytest.raises(AssertionError):
            rs274(oracle("rs274"), tmp_path / "job.ngc", broken)


def marlin_state(parser, text: str) -> dict:
    """Modal state of Marlin over the tokens of an independent parser."""
    place, feed, valves = {"X": 0.0, "Y": 0.0, "Z": 0.0}, None, {}
    length = time = 0.0
    feeds = set()
    body = "\n".join(line for line in text.splitlines() if not line.startswith("M117"))
    for line in parser.GcodeParser(body).lines:
        word, given_ = f"{line.command[0]}{line.command[1]}", line.params
        if word == "M42":
            valves[given_["P"]] = given_["S"] > 0
        elif word == "G4":
            time += given_["P"] / 1000
        elif word in ("G0", "G1"):
            feed = given_.get("F", feed)
            goal = {axis: given_.get(axis, place[axis]) for axis in place}
            step = math.dist(place.values(), goal.values())
            if any(valves.values()):
                length += step
                feeds.add(feed)
                assert "F" in given_
            time += step / (feed / 60)
            place = goal
    return {"length": length, "time": time, "feeds": feeds, "open": [v for v, on in valves.items() if on]}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_marlin_reads_what_was_planned(oracle):
    parser = oracle("gcodeparser")
    for path, text in zip(printed()[1], programs("marlin").values(), strict=True):
        got = marlin_state(parser, text)
        assert got["length"] == pytest.approx(path.printed_length * 1e3, abs=1e-4 * len(path.kinds) + 1e-3)
        # the way from the machine's zero to the prime line is not part of the plan
        first = math.dist((0, 0), path.points[0, :2]) + path.safe_height
        assert got["time"] == pytest.approx(path.duration + first / path.travel_speed, rel=1e-3)
        assert got["feeds"] == {15.0} and got["open"] == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_travel_feed_cannot_leak_into_printing(oracle):
    """A fault of an early prototype: 47 minutes instead of 31 hours. Without the explicit feed it is back."""
    text = next(iter(programs("marlin").values())).replace(" F15.000", "")
    with pytest.raises(AssertionError):
        marlin_state(oracle("gcodeparser"), text)


def test_decimal_rounding_rule():
    """Coordinates round half away from zero from whole nanometres: 0.00005 mm is 0.0001 mm."""
    path = polyline([(50e-9, -50e-9), (1e-3, -149e-9)])
    text = gcode.program(path, dialect("marlin"), ("h",)).decode()
    for value in ("0.00005", "-0.00005", "-0.000149"):
        wanted = Decimal(value).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        assert f"{'X' if value[0] != '-' else 'Y'}{wanted}" in text


def test_acceptance_script(shared, oracle, tmp_path):
    oracle("rs274")
    script = shared / "acceptance" / "check_gcode.py"
    if not script.is_file():
        pytest.skip("no acceptance script here")
    files = []
    for name in ("marlin", "linuxcnc", "reprapfirmware", "grbl", "hyrel"):  # the script knows their outputs
        for path, text in programs(name).items():
            files.append(tmp_path / f"{name}-{path.split('/')[-1]}")
            files[-1].write_text(text)
    run = subprocess.run([sys.executable, str(script), *map(str, files)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


# --- styles and outputs of a machine ---

STYLE_KEYS = (
    "lead_in", "shutoff_distance", "suckback", "wipe", "backtrack_length", "backtrack_gap", "backtrack_speed",
    "retract_height", "retract_speed", "down_speed",
)  # fmt: skip


@pytest.mark.parametrize("key", STYLE_KEYS)
def test_every_key_of_a_style_changes_the_program(key):
    """Without that key the program is another one; the header is not compared."""

    def body(style: LineStyle) -> str:
        path = dataclasses.replace(printed()[1][0], style=style)
        return gcode.program(path, dialect("marlin"), (), machine=bench("marlin")).decode().partition("G21")[2]

    none = {name: field.default for name, field in LineStyle.__dataclass_fields__.items()}
    assert body(STYLE) != body(dataclasses.replace(STYLE, **{key: none[key]}))


def test_an_output_that_opens_a_valve_is_no_lamp():
    """The lamp would press ink over the part."""
    path = dataclasses.replace(printed()[1][0], lamp_time=2.0)
    with pytest.raises(BadInput, match="output 4 is a valve and a vacuum or lamp at once"):
        gcode.program(path, dialect("marlin"), (), machine=bench("marlin", lamps=("4", "4")))
