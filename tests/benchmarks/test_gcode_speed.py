"""Toolpaths and programs are fast enough that nobody waits: a comb that prints for a day, and a million lines."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

import numpy as np
import pytest

from fabplan.exporters.gcode import program
from fabplan.layout.toolpaths import toolpath
from fabplan.layout.types import Toolpath
from tests.printing import SETTINGS, UM, comb, dialect, gantry, walls


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """Shortest of several wall times [s]."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def test_large_comb_takes_a_fifth_of_a_second():
    """16 layers on 10 mm x 10 mm: about 15 m of one ink."""
    body = walls("anode", comb(46, 60 * UM, 220 * UM, 9_800 * UM, 100 * UM), "anode", 390e-6)
    settings, machine = dataclasses.replace(SETTINGS, layers=16), gantry()
    path = toolpath(body, settings, machine, 0, "p", (0, 0, 10_000 * UM, 10_000 * UM))
    assert 14 < path.printed_length < 16 and path.duration > 16 * 3600
    assert best(lambda: toolpath(body, settings, machine, 0, "p", (0, 0, 10_000 * UM, 10_000 * UM))) < 0.2
    assert best(lambda: program(path, dialect("marlin"), ("h",))) < 0.1


@pytest.mark.slow
@pytest.mark.parametrize(("filaments", "points"), [(100_000, 2), (1_000, 1_000), (10, 100_000)])
def test_a_million_lines_take_half_a_second(filaments, points):
    rows = np.random.default_rng(1).integers(0, 10_000_000, (filaments * points, 3)) * 1e-9
    path = Toolpath(
        "p", 0, 30e-6, rows, np.arange(0, len(rows) + 1, points), ("wall",) * filaments, np.ones(filaments, np.int64),
        250e-6, 5e-3, 1e-3, None, 0.1, 0.05, 1.0, 1.0, 1.0, 1e-9,
    )
    spoken = dialect("marlin")
    assert program(path, spoken, ("h",)).count(b"\n") > 1e6
    assert best(lambda: program(path, spoken, ("h",)), 3) < 0.5
