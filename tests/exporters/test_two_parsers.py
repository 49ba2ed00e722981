"""Programs with a piston, read by independent parsers: what is pressed, how far it goes, where, how long."""

from __future__ import annotations

import dataclasses
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.exporters import gcode
from fabplan.layout.moves import moves, totals
from fabplan.layout.toolpaths import steps_of
from fabplan.layout.types import Toolpath
from tests.printing import SETTINGS, UM, bench, dialect, printed

DIALECTS = ("marlin", "reprapfirmware", "klipper")
_MOTION = re.compile(r"(?:G[019]|G2[01]|G9[0-2]|M8[23])\b")


@dataclasses.dataclass
class Reading:
    """What a parser found: pressed [mm³], the way of moves that press [mm], box [mm] and time of all moves [s]."""

    pressed: float
    wet: float
    box: tuple[float, float, float, float]
    time: float


def program(name: str, **shape: int) -> tuple[Toolpath, str]:
    """The first program of a comb whose inks are pressed by pistons in a dialect, without what no parser knows."""
    path, machine = printed(SETTINGS, **shape)[1][0], bench(name, "piston")
    text = gcode.program(path, dialect(name), ("h",), machine=machine).decode("ascii")
    return path, "\n".join(line for line in text.splitlines() if _MOTION.match(line))


def summed(moved: list[tuple[tuple[float, float, float], float, float]]) -> Reading:
    """Sums over the ends, the feeds [mm/min] and the pressed amounts of moves; the way to the first is not counted."""
    here, wet, time = moved[0][0], 0.0, 0.0
    for place, feed, pressed in moved:
        step = math.dist(here, place)
        time, wet, here = time + step / (feed / 60), wet + (step if pressed else 0.0), place
    sides = [axis for k in (0, 1) for axis in (min(p[k] for p, _, _ in moved), max(p[k] for p, _, _ in moved))]
    box = (sides[0], sides[1], sides[2], sides[3])
    return Reading(sum(pressed for _, _, pressed in moved), wet, box, time)


def by_gcodeparser(parser, text: str) -> Reading:
    """Tokens of gcodeparser with modal states of our own."""
    place, feed, moved = {"X": 0.0, "Y": 0.0, "Z": 0.0}, 0.0, []
    for line in parser.GcodeParser(text).lines:
        if line.command[0] == "G" and line.command[1] in (0, 1):
            feed = line.params.get("F", feed)
            place |= {axis: value for axis, value in line.params.items() if axis in place}
            if "X" in line.params or moved:
                moved.append((tuple(place.values()), feed, line.params.get("E", 0.0)))
    return summed(moved)


def by_gcode_lib(parser, text: str) -> Reading:
    """Tokens and modal states of gcode-lib."""
    lines, moved = parser.parse_lines(text), []
    for line, before in parser.iter_moves(lines):
        after = before.copy()
        parser.advance_state(after, line)
        if "X" in line.words or moved:
            moved.append(((after.x, after.y, after.z), after.f, line.words.get("E", 0.0)))
    assert parser.compute_stats(lines).total_extrusion == pytest.approx(sum(e for _, _, e in moved if e > 0))
    return summed(moved)


def by_printrun(parser, text: str) -> Reading:
    """Tokens and modal states of printrun, single precision inside."""
    found, moved = parser.GCode(text.splitlines()), []
    for line in found.lines:
        if line.is_move and (line.x is not None or moved):
            moved.append(((line.current_x, line.current_y, line.current_z), line.f, line.e or 0.0))
    assert found.total_e == pytest.approx(sum(e for _, _, e in moved), rel=1e-5)
    feed = 0.0
    for k, (place, given_feed, pressed) in enumerate(moved):
        feed = given_feed or feed
        moved[k] = (place, feed, pressed)
    return summed(moved)


def check(got: Reading, path: Toolpath, rounding: float = 1e-4) -> None:
    """A reading against the plan; ``rounding`` [mm] of every coordinate."""
    table = moves(path)
    sums = totals(path)
    assert got.pressed == pytest.approx(path.ink_volume * 1e9, rel=1e-6)
    assert got.wet == pytest.approx(sums.printed * 1e3, abs=rounding * len(path.points))
    steps = steps_of(table.points, 4) * 1e-4
    assert got.box == pytest.approx((*_ends(steps, 0), *_ends(steps, 1)), abs=2e-6)
    waiting = (path.start_delay + path.stop_delay) * len(path.kinds)
    assert got.time == pytest.approx(path.duration - waiting, rel=1e-4)


def _ends(steps, axis: int) -> tuple[float, float]:
    return float(steps[:, axis].min()), float(steps[:, axis].max())


SHAPES = st.fixed_dictionaries({
    "count": st.integers(1, 4), "width": st.integers(20, 120).map(lambda um: um * UM),
    "gap": st.integers(10, 90).map(lambda um: um * UM), "length": st.integers(300, 900).map(lambda um: um * UM),
})  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", DIALECTS)
def test_two_parsers_read_what_was_planned(oracle, name: str) -> None:
    one, other = oracle("gcodeparser"), oracle("gcode_lib")

    @settings(max_examples=5, deadline=None)
    @given(shape=SHAPES)
    def run(shape: dict[str, int]) -> None:
        path, text = program(name, **shape)
        check(by_gcodeparser(one, text), path)
        check(by_gcode_lib(other, text), path)

    run()


def test_printrun_reads_the_same() -> None:
    """A third reading; printrun is not among the test dependencies, since what it depends on needs a compiler."""
    gcoder = pytest.importorskip("printrun.gcoder", reason="printrun is not installed (pip install --no-deps printrun)")
    for name in DIALECTS:
        path, text = program(name)
        check(by_printrun(gcoder, text), path)


def test_the_parsers_can_fail(oracle) -> None:
    """A lost relative mode, a leaked travel feed and a lost press are all seen by gcode-lib."""
    parser = oracle("gcode_lib")
    path, text = program("marlin")
    broken = (
        text.replace(" F15.000", ""),
        re.sub(r" E0\.\d+", "", text, count=1),
        text.replace("\nG1 X", "\nG1 X1", 1),
    )
    for changed in broken:
        assert changed != text
        with pytest.raises(AssertionError):
            check(by_gcode_lib(parser, changed), path)
