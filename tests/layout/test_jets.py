"""Ways of a jetting nozzle: every drop of the pattern falls once, where its pixel is."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fabplan.catalog.types import Machine
from fabplan.errors import BadInput
from fabplan.layout.drops import DropPattern, drop_pattern
from fabplan.layout.jets import drop_path, jet_runs
from fabplan.methods.base import Sweep
from tests.printing import UM, comb, record

PITCH = 20 * UM


def pattern_of(pixels: np.ndarray, passes: int) -> DropPattern:
    area = float(np.count_nonzero(pixels)) * PITCH**2
    return DropPattern("p", pixels, (3 * UM, -7 * UM), (PITCH, PITCH), area, passes=passes)


def fired(runs: np.ndarray, pattern: DropPattern) -> np.ndarray:
    """How many drops fall into each pixel: half a step behind the start of a run, then one every step."""
    counts = np.zeros(pattern.pixels.shape, np.int64)
    step = PITCH * pattern.passes
    for (x0, y0), (x1, y1) in runs.tolist():
        way = abs(x1 - x0) + abs(y1 - y0)
        assert way % step == 0 and (x0 == x1 or y0 == y1)
        for k in range(way // step):
            share = (k + 0.5) * step / way
            column = (x0 + (x1 - x0) * share - pattern.origin[0]) / PITCH - 0.5
            row = (y0 + (y1 - y0) * share - pattern.origin[1]) / PITCH - 0.5
            assert column == pytest.approx(round(column), abs=1e-9) and row == pytest.approx(round(row), abs=1e-9)
            counts[round(row), round(column)] += 1
    return counts


@settings(max_examples=60, deadline=None)
@given(pixels=arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))), passes=st.integers(1, 4))
def test_every_drop_falls_once_where_its_pixel_is(pixels: np.ndarray, passes: int) -> None:
    pattern = pattern_of(pixels, passes)
    assert (fired(jet_runs(pattern), pattern) == pixels).all()


def test_lines_run_along_the_fingers_back_and_forth() -> None:
    pattern = drop_pattern(comb(4, 40 * UM, 120 * UM, 600 * UM, 40 * UM), (PITCH, PITCH), "p")
    runs = jet_runs(pattern)
    assert (runs[:, 0, 0] == runs[:, 1, 0]).all()  # up and down
    assert len(runs) < 40  # along x there would be 4 for each of 30 lines
    up = np.sign(runs[:, 1, 1] - runs[:, 0, 1])
    assert (up[::2] == 1).all() and (up[1::2] == -1).all()


def test_the_path_knows_ink_layers_and_pauses() -> None:
    machine = record(Machine, "machines", "inkjet-gantry")
    pattern = dataclasses.replace(drop_pattern(comb(2, 40 * UM, 120 * UM, 200 * UM, 40 * UM), (PITCH, PITCH), "p"),
                                  passes=2, layers=3)  # fmt: skip
    sweep = Sweep("jet", 2 * PITCH * 1e-9, PITCH * 1e-9, 0.02, 3, 1e-3, layer_pause=60.0, section=1e-14 / 4e-5)
    path = drop_path(pattern, sweep, machine, "p")
    drops = 3 * np.count_nonzero(pattern.pixels)
    assert path.ink_volume == pytest.approx(drops * 1e-14) and path.printed_length == pytest.approx(drops * 4e-5)
    assert path.duration > 180.0 and set(path.layer_of.tolist()) == {1, 2, 3} and path.points[0, 2] == path.safe_height


def test_what_no_dialect_has_words_for_is_refused() -> None:
    machine = record(Machine, "machines", "inkjet-gantry")
    pattern = pattern_of(np.ones((2, 2), bool), 1)
    sweep = Sweep("jet", 2e-5, 2e-5, 0.02, 1, 1e-3, section=1e-9)
    with pytest.raises(BadInput, match="16 nozzles at once"):
        drop_path(dataclasses.replace(pattern, nozzles=16), sweep, machine, "p")
    with pytest.raises(BadInput, match="no program"):
        drop_path(pattern_of(np.zeros((2, 2), bool), 1), sweep, machine, "p")
