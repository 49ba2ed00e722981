"""Times with ramps: one move by hand, the passes against a loop, limits of slow and fast axes."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.layout.motion import corner_speeds, move_times, ramped_duration
from tests.printing import bench, printed, together


def looped(lengths, limits, corners, a):
    """The same by two plain loops."""
    u = [0.0, *corners, 0.0]
    for i in range(1, len(u)):
        u[i] = min(u[i], u[i - 1] + 2 * a * lengths[i - 1])
    for i in range(len(u) - 2, -1, -1):
        u[i] = min(u[i], u[i + 1] + 2 * a * lengths[i])
    times = []
    for i, (length, limit) in enumerate(zip(lengths, limits, strict=True)):
        peak = min(limit**2, (u[i] + u[i + 1]) / 2 + a * length)
        v = math.sqrt(max(peak, u[i], u[i + 1]))
        ramp = length - (2 * v * v - u[i] - u[i + 1]) / (2 * a)
        times.append((2 * v - math.sqrt(u[i]) - math.sqrt(u[i + 1])) / a + max(ramp, 0) / v)
    return np.array(times)


def test_one_move_by_hand():
    """1 mm at 1 mm/s with 10 mm/s2: 0.1 s up, 0.9 s along, 0.1 s down; 0.05 mm never reaches the speed."""
    assert move_times(np.array([1e-3]), np.array([1e-3]), np.zeros(0), 1e-2) == pytest.approx([1.1])
    assert move_times(np.array([5e-5]), np.array([1e-3]), np.zeros(0), 1e-2) == pytest.approx(
        [2 * math.sqrt(5e-5 / 1e-2)]
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(0, 10**6), st.sampled_from([0.0, 1e-8, 1e-6, 1e-5]))
def test_passes_are_those_of_a_loop(count, seed, deviation):
    rng = np.random.default_rng(seed)
    points = np.cumsum(rng.normal(0, 1e-3, (count + 1, 3)), axis=0)
    limits = rng.uniform(1e-3, 2e-2, count)
    corners = corner_speeds(points, limits, 0.5, deviation)
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert move_times(lengths, limits, corners, 0.5) == pytest.approx(looped(lengths, limits, corners, 0.5), rel=1e-6)


def test_corners():
    straight = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [2, 1, 0], [2, 0, 0]]) * 1e-3
    limits = np.full(4, 5e-3)
    assert corner_speeds(straight, limits, 1.0, 0.0) == pytest.approx([25e-6, 0.0, 0.0])
    half = math.sin(math.pi / 4)
    wanted = min(1e-6 * half / (1 - half), 25e-6)
    assert corner_speeds(straight, limits, 1.0, 1e-6)[1] == pytest.approx(wanted)


def test_programs_with_infinite_axes_take_the_constant_speed_time():
    path = printed()[1][0]
    assert ramped_duration(path, 1e9) == pytest.approx(path.duration, rel=1e-3)
    slow, quick = ramped_duration(path, 0.05), ramped_duration(path, 0.5)
    assert slow > quick > path.duration
    joint = together(bench("marlin"))[1]
    assert ramped_duration(joint, 0.5) > 0.8 * joint.duration


def test_a_million_moves_are_quick():
    rng = np.random.default_rng(1)
    lengths, limits, corners = (
        rng.uniform(1e-5, 1e-3, 10**6),
        rng.uniform(1e-3, 1e-2, 10**6),
        rng.uniform(0, 1e-5, 10**6 - 1),
    )
    start = time.perf_counter()
    move_times(lengths, limits, corners, 1.0)
    assert time.perf_counter() - start < 2.0  # 0.2 s on a quiet machine
