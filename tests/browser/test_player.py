"""The toolpath player in a real browser: its clock and its ink against the plan, and what it draws."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from fabplan.exporters._player import MOST_FILAMENTS, player
from fabplan.layout.types import Toolpath
from tests.browser.chromium import Browser
from tests.browser.pixels import painted
from tests.exporters.sample_plan import sample_plan

Opener = Callable[..., Browser]
PLAN = sample_plan()
CANVAS = ".player canvas"
STATUS = "document.querySelector('.player .status').textContent"


def duration(path: Toolpath) -> float:
    """Print, travel (over, down, up, back to the start) and valve delays of two-point filaments [s]."""
    first, last = path.points[path.starts[:-1]], path.points[path.starts[1:] - 1]
    printed = np.linalg.norm(last - first, axis=1).sum()
    over = np.linalg.norm((np.roll(first, -1, axis=0) - last)[:, :2], axis=1).sum()
    lifts = (2 * path.safe_height - first[:, 2] - last[:, 2]).sum()
    delays = len(path.kinds) * (path.start_delay + path.stop_delay)
    return float(printed / path.speed + (over + lifts) / path.travel_speed + delays)


def check(opened: Browser, selector: str, on: bool = True) -> None:
    opened.choose(selector, on)
    opened.settle()


def test_the_clock_is_that_of_the_programs(page: Opener) -> None:
    opened = page(PLAN)
    assert opened.run("fab.player.total") == pytest.approx(sum(map(duration, PLAN.toolpaths)), rel=1e-6)


def test_ink_and_length_grow_to_those_of_the_plan(page: Opener) -> None:
    opened = page(PLAN)
    lengths = opened.run("fab.player.programs.map((p) => p.length)")
    assert lengths == pytest.approx(
        [np.linalg.norm(p.points[p.starts[1:] - 1] - p.points[p.starts[:-1]], axis=1).sum() for p in PLAN.toolpaths]
    )
    printed = opened.run(
        "[0, 0.1, 0.3, 0.6, 1].map((s) => fab.player.programs.map((p) =>"
        " (fab.player.at(p, s * fab.player.total) || {printed: 0}).printed))"
    )
    assert np.all(np.diff(np.array(printed), axis=0) >= 0) and printed[-1] == pytest.approx(lengths)
    assert "nL of" in opened.run(STATUS)


def test_half_a_line_is_half_printed(page: Opener) -> None:
    opened = page(PLAN)
    path = PLAN.toolpaths[0]
    middle = (path.safe_height - path.points[0, 2]) / path.travel_speed + path.start_delay + 0.75e-3 / path.speed
    assert opened.run(f"fab.player.at(fab.player.programs[0], {middle}).share") == pytest.approx(0.5)


def test_time_layer_travel_and_inks_change_the_picture(page: Opener) -> None:
    opened = page(PLAN)
    full = painted(opened, CANVAS)
    check(opened, '.player [data-ink="1"]', False)
    one = painted(opened, CANVAS)
    check(opened, '.player [data-ink="1"]')
    check(opened, ".player [data-do=travel]")
    assert 0 < one < full < painted(opened, CANVAS)
    check(opened, ".player [data-do=travel]", False)
    opened.run("fab.player.go(0)")
    opened.settle()
    assert painted(opened, CANVAS) < one
    opened.choose("[data-do=layer]", 2, "input")
    assert "print-anode, layer 2 of 4" in opened.run(STATUS)


def test_it_plays(page: Opener) -> None:
    opened = page(PLAN)
    opened.press(".player [data-do=play]")
    opened.settle(0.4)
    first = opened.run("fab.player.now()")
    opened.settle(0.4)
    assert 0 < first < opened.run("fab.player.now()")
    opened.press(".player [data-do=play]")
    assert opened.run("document.querySelector('.player [data-do=play]').textContent") == "Play"


def long_path(lines: int, layers: int, same: bool) -> Toolpath:
    """Walls that repeat in every layer, or not."""
    y = np.arange(lines) * 1e-5
    points = [
        [[0.0 if same else layer * 1e-7 + k * 1e-8, y[k], layer * 1e-5], [1e-3, y[k], layer * 1e-5]]
        for layer in range(1, layers + 1)
        for k in range(lines)
    ]
    count = lines * layers
    return dataclasses.replace(
        PLAN.toolpaths[0], points=np.array(points).reshape(-1, 3), starts=np.arange(0, 2 * count + 1, 2),
        kinds=("wall",) * count, layer_of=np.repeat(np.arange(1, layers + 1), lines),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "layers", "same"), [(500, 40, True), (500, 41, True), (400, 30, False), (30_000, 1, False)]
)
def test_large_programs_stay_small(lines: int, layers: int, same: bool) -> None:
    (program,) = player(dataclasses.replace(PLAN, toolpaths=(long_path(lines, layers, same),)))
    assert len(str(program)) < 170_000
    assert (program["left_out"] == 0) == (same and lines * layers <= MOST_FILAMENTS)
    assert program["layers"][0][2] == 1 and program["layers"][-1][2] == layers


def test_a_large_program_plays_smoothly(page: Opener) -> None:
    opened = page(dataclasses.replace(PLAN, toolpaths=(long_path(500, 40, True),)))
    times = opened.run(
        "(async () => { const times = []; for (let k = 1; k < 12; k++) { const start = performance.now();"
        " fab.player.go(fab.player.total * k / 12); await new Promise(requestAnimationFrame);"
        " times.push(performance.now() - start); } return times.sort((a, b) => a - b); })()"
    )
    assert times[len(times) // 2] < 50
