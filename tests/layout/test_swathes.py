"""Swathes of several nozzles: every drop of the pattern falls once, where its pixel is."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fabplan.catalog.types import Machine
from fabplan.errors import BadInput
from fabplan.layout.drops import DropPattern
from fabplan.layout.swathes import drop_ends, swathe_ends, swathe_path, swathe_table
from fabplan.methods.base import Sweep
from tests.printing import UM, record

PITCH = 20 * UM
SWEEP = Sweep("jet", 4e-5, 2e-5, 0.02, 3, 1e-3, layer_pause=60.0, section=1e-9)


def pattern_of(pixels: np.ndarray, **more: int) -> DropPattern:
    area = float(np.count_nonzero(pixels)) * PITCH**2
    return DropPattern("p", pixels, (3 * UM, -7 * UM), (PITCH, PITCH), area, **more)


@settings(max_examples=40, deadline=None)
@given(
    pixels=arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 7))), passes=st.integers(1, 3),
    nozzles=st.integers(2, 5), apart=st.integers(1, 4),
)  # fmt: skip
def test_every_drop_falls_once_where_its_pixel_is(pixels: np.ndarray, passes: int, nozzles: int, apart: int) -> None:
    pattern = pattern_of(pixels, passes=passes, nozzles=nozzles, nozzle_pitch=apart)
    counts = np.zeros(pixels.shape, np.int64)
    for one in swathe_table(pattern):
        assert one.pixels.shape == (nozzles, pixels.shape[1]) and one.pixels.any()
        for nozzle, column in zip(*np.nonzero(one.pixels), strict=True):
            y = one.level + nozzle * apart * PITCH  # where that nozzle stands
            row, rest = divmod(y - pattern.origin[1] - PITCH // 2, PITCH)
            assert rest == 0
            counts[row, column] += 1
    assert (counts == pixels).all()


def test_the_axes_run_at_their_speed_before_the_first_drop() -> None:
    machine = record(Machine, "machines", "inkjet-gantry")
    pattern = pattern_of(np.ones((5, 4), bool), nozzles=3, nozzle_pitch=2, passes=2)
    path = swathe_path(pattern, SWEEP, machine, 1e-6)
    rows = swathe_table(pattern)
    assert len(path.kinds) == 3 * len(rows) and path.layer_pause == 60.0 and path.ink_volume == 0.0
    first, last = drop_ends(pattern)
    run = 0.02**2 / 2 / machine.acceleration.value + 2e-5
    assert first * 1e-9 - path.points[0, 0] >= run and path.points[1, 0] - last * 1e-9 >= run
    assert (np.rint(path.points[: 2 * len(rows) : 2, 1] * 1e9) == [one.level for one in rows]).all()
    assert (path.points[1::2, 0] > path.points[::2, 0]).all()  # left to right
    assert swathe_ends(pattern, 0.02, 1e9)[0] == first - PITCH


def test_unknown_ramps_and_endless_swathes_are_refused() -> None:
    machine = record(Machine, "machines", "inkjet-gantry")
    pattern = pattern_of(np.ones((5, 4), bool), nozzles=3)
    with pytest.raises(BadInput, match="acceleration"):
        swathe_path(pattern, SWEEP, dataclasses.replace(machine, acceleration=None), 0.0)
    with pytest.raises(BadInput, match="1000 swathes a layer"):
        swathe_path(pattern_of(np.ones((2000, 1), bool), nozzles=2), SWEEP, machine, 0.0)
