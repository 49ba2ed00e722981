"""A grid of sizes over one cell: the same as a search of the same designs, in blocks that do not grow."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from fabplan.errors import BadInput, Problem
from fabplan.estimate import scan, sweep
from fabplan.estimate.cells import read_cells
from fabplan.estimate.run import estimate
from fabplan.estimate.sweep import Axis
from fabplan.estimate.variants import Base
from tests.estimate.examples import document

KEYS = {
    "interdigital": ("gap_m", 10e-6, 40e-6), "porous-stack": ("pos.L_m", 10e-6, 40e-6),
    "film-planar": ("pos.L_m", 5e-7, 2e-6), "film-coaxial": ("r0_m", 1e-6, 4e-6),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(KEYS))
def test_designs_are_those_of_the_estimator(kind: str) -> None:
    """The grid against the fast tier on cells whose size was written into the file."""
    given, (key, low, high) = document(kind, c_rates=[0.2]), KEYS[kind]
    axis = Axis(key, low, high, 4)
    made = list(sweep.swept(read_cells(given, "x"), Base.of(given), [axis], [0.2]))
    capacity = np.concatenate([block.capacity for block in made])[:, 0]
    for place, size in enumerate(axis.at(np.arange(4.0))):
        own = document(kind, c_rates=[0.2])
        side, _, name = key.rpartition(".")
        part = own["cells"][0]["design"]
        (part[side] if side else part)[name] = float(size)
        for q in ("Q_1C_Ah_m2", "Q_1C_Ah_m", "Q_1C_Ah"):
            part.pop(q, None)
        assert capacity[place] == pytest.approx(estimate(read_cells(own, "x"), "fast").capacity[0], rel=2e-3)


def test_blocks_change_nothing_and_the_last_axis_runs_fastest(monkeypatch: pytest.MonkeyPatch) -> None:
    given = document("interdigital")
    axes = [Axis("gap_m", 1e-5, 2e-5, 3), Axis("w1_m", 3e-5, 6e-5, 5)]
    cells, base = read_cells(given, "x"), Base.of(given)
    whole = list(sweep.swept(cells, base, axes, [0.5, 2.0]))
    assert len(whole) == 1 and whole[0].sizes[:2, 1].tolist() == pytest.approx([3e-5, 3.75e-5])
    monkeypatch.setattr(sweep, "BLOCK_POINTS", 8)
    told: list[tuple[int, int]] = []
    parts = list(sweep.swept(cells, base, axes, [0.5, 2.0], lambda *done: told.append(done)))
    assert len(parts) == 4 and told[-1] == (15, 15)
    assert np.allclose(np.concatenate([part.capacity for part in parts]), whole[0].capacity, rtol=1e-12)
    text = sweep.header(cells, axes, [0.5, 2.0]) + sweep.lines(whole[0])
    table = np.genfromtxt(text.decode().splitlines(), delimiter=",", names=True)
    assert len(table) == 15 and len(table.dtype.names) == 2 + 8
    assert table["gap_m"][-1] / 2e-5 == pytest.approx(1.0)
    assert table[table.dtype.names[2]][0] * 3600.0 == pytest.approx(whole[0].capacity[0, 0], rel=1e-5)


def test_memory_does_not_grow_with_the_designs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "BLOCK_POINTS", 512)
    monkeypatch.setattr(scan, "BLOCK_POINTS", 512)
    given = document("porous-stack")
    cells, base = read_cells(given, "x"), Base.of(given)

    def peak(count: int) -> int:
        tracemalloc.start()
        for block in sweep.swept(cells, base, [Axis("pos.L_m", 1e-5, 4e-5, count)], [0.5, 1.0]):
            sweep.lines(block)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(512)
    assert peak(8192) < 1.5 * peak(512)


NO_AXES = ["gap_m", "gap_m=1..2", "gap_m=2e-5..1e-5:3", "gap_m=0..1:3", "gap_m=1e-5..2e-5:0", "=1..1:1"]


@pytest.mark.parametrize("text", NO_AXES)
def test_what_is_no_axis(text: str) -> None:
    assert isinstance(sweep.typed(text), Problem)


def test_all_faults_at_once() -> None:
    axes = [Axis("gapm", 1e-5, 2e-5, 10**5), Axis("w1_m", 1e-5, 2e-5, 10**4), Axis("w1_m", 1e-5, 2e-5, 2)]
    with pytest.raises(BadInput) as caught:
        sweep.checked(read_cells(document("interdigital"), "x"), axes, [0.0])
    words = ("did you mean 'gap_m'", "the same size twice", "C-rates", "too many designs")
    assert all(word in str(caught.value) for word in words)
