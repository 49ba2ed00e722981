"""The porous-electrode model: reference discharges, conservation, limits, mesh."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from fabplan.estimate import dfn, dfn_cell
from fabplan.estimate.cells import read_cells
from fabplan.estimate.designs import Materials, Stacks, take
from fabplan.estimate.dfn_cell import Mesh, build, columns, graded, modes
from fabplan.estimate.diffusion import SPHERE, STEADY, sphere_excess
from fabplan.estimate.electrolyte import salt
from fabplan.estimate.run import estimate
from fabplan.estimate.trust import doubtful
from tests.estimate.examples import against_lithium, cells, discharges, document
from tests.estimate.test_spme import errors


def hard(count: int = 24) -> tuple[Stacks, Materials, np.ndarray, np.ndarray]:
    """Depleted points of the reference: designs, tables, currents, capacities over the 1C capacity."""
    found = discharges("dfn_discharge.json")
    fast = estimate(found.cells, "fast")
    places = np.argsort(-fast.salt_depletion)[:count]
    group = found.cells.groups[0]
    row_of = {found.cells.ids[place]: row for row, place in enumerate(group.places)}
    rows = np.array([row_of[fast.ids[place]] for place in places])
    assert isinstance(group.designs, Stacks)
    answers = np.array([found.capacity[fast.ids[place], float(fast.c_rate[place])] for place in places])
    return take(group.designs, rows), found.cells.materials, fast.current[places], answers


def test_reference_where_salt_runs_out() -> None:
    stacks, materials, current, answers = hard()
    with np.errstate(all="ignore"):
        found = dfn.discharge(stacks, materials, current)
    assert found.finished.all()
    off = np.abs(found.charge / (stacks.one_c_current * 3600.0) - answers)
    assert np.max(off) < 0.01 and np.median(off) < 0.004


def test_a_finer_mesh_comes_nearer() -> None:
    stacks, materials, current, answers = hard(8)
    off = []
    for mesh in (Mesh(6, 3, 8, 1.2), Mesh(24, 10, 36, 1.04)):
        with np.errstate(all="ignore"):
            found = dfn.discharge(stacks, materials, current, mesh)
        off.append(np.abs(found.charge / (stacks.one_c_current * 3600.0) - answers).max())
    assert off[1] < 0.5 * off[0] and off[1] < 0.004


def test_reference_with_both_tiers() -> None:
    found = discharges("dfn_discharge.json")
    result = estimate(found.cells)
    capacity, voltage = errors(found, result)
    assert np.percentile(capacity, 95) < 0.004 and np.max(capacity) < 0.02
    assert np.percentile(voltage, 95) < 3e-3
    assert 0.0 < result.accurate.mean() < 0.2


@pytest.mark.parametrize("lithium", [False, True])
def test_calm_cells_agree_with_the_closed_form(lithium: bool) -> None:
    given = document("porous-stack", "interdigital", c_rates=[0.2, 1.0])
    made = read_cells(against_lithium(given) if lithium else given, "x")
    fast, slow = estimate(made, "fast"), estimate(made, "accurate")
    assert slow.accurate.all()
    one_c = fast.current / fast.c_rate * 3600.0
    assert np.allclose(fast.capacity / one_c, slow.capacity / one_c, atol=1.5e-3)
    assert np.allclose(fast.mean_voltage, slow.mean_voltage, atol=3e-3)


def test_a_point_does_not_depend_on_its_neighbours() -> None:
    made = cells("porous-stack", c_rates=[1.0, 8.0, 20.0])
    together = estimate(made, "accurate")
    for place, rate in enumerate((1.0, 8.0, 20.0)):
        alone = estimate(made, "accurate", [rate])
        assert np.isclose(together.capacity[place], alone.capacity[0], rtol=1e-9)


def test_salt_and_lithium_are_conserved() -> None:
    made = cells("porous-stack")
    stacks, materials = made.groups[0].designs, made.materials
    assert isinstance(stacks, Stacks)
    current = stacks.one_c_current * 8.0
    cell = build(stacks, materials, current, Mesh())
    state = dfn.uniform(cell, np.array([0.01]))
    with np.errstate(all="ignore"):
        for _ in range(40):
            state, _, _ = dfn._advance(cell, materials, state, np.full((1, 2), np.nan))
    assert state.time[0] > 1.0
    held = (cell.hold * state.salt).sum()
    assert np.isclose(held, (cell.hold * cell.start).sum(), rtol=1e-9)
    negative = state.modes[0, : cell.negative, 0] * cell.width[: cell.negative, 0]
    moved = negative.sum() * stacks.negative.site_charge[0] / stacks.negative.thickness[0]
    assert np.isclose(-moved, current[0] * state.time[0], rtol=1e-9)


def test_modes_make_the_series() -> None:
    family = modes()
    tau = np.array([0.003, 0.02, 0.2, 2.0])
    slow = (family.weights * -np.expm1(-np.multiply.outer(tau, family.rates))).sum(axis=1)
    assert np.allclose(slow + family.instant, sphere_excess(tau), rtol=0.03, atol=1e-4)
    assert np.isclose(family.weights.sum() + family.instant, STEADY[SPHERE])


def test_mesh_is_fine_at_the_separator() -> None:
    widths = graded(10, 1.2)
    assert np.isclose(widths.sum(), 1.0) and np.allclose(widths[1:] / widths[:-1], 1.2)
    made = cells("porous-stack")
    stacks = made.groups[0].designs
    assert isinstance(stacks, Stacks)
    cell = build(stacks, made.materials, stacks.one_c_current, Mesh(4, 2, 5, 1.3))
    assert cell.width[3, 0] < cell.width[0, 0] and cell.width[6, 0] < cell.width[-1, 0]
    assert np.isclose(cell.width.sum(), 22e-6 + 15e-6 + 20e-6)
    assert columns(cell, np.array([0])).width.shape == cell.width.shape
    assert dfn_cell.Mesh().positive >= 10


def test_too_high_a_rate_delivers_nothing() -> None:
    result = estimate(cells("porous-stack", c_rates=[5000.0]), "accurate")
    assert result.capacity[0] == 0.0 and result.mean_voltage[0] == 0.0


def test_diffusion_in_particles_is_resolved_on_a_plateau() -> None:
    """Thin electrodes, slow particles, flat potentials: the closed form is exact there."""
    given = document("porous-stack", c_rates=[0.5, 2.0, 8.0])
    own = given["cells"][0]["design"]
    own["pos"] |= {"L_m": 4e-6, "R_m": 1e-6, "D_s": 4e-17}
    own["neg"] |= {"L_m": 4.4e-6, "R_m": 1e-6}
    made = read_cells(given, "x")
    fast, slow = estimate(made, "fast"), estimate(made, "accurate")
    one_c = fast.current / fast.c_rate * 3600.0
    assert np.all(fast.capacity < 0.85 * one_c) and np.all(fast.capacity > 0.0)
    assert np.allclose(fast.capacity / one_c, slow.capacity / one_c, atol=1.1e-3)


def test_an_electrode_used_up_from_its_back() -> None:
    """Bad electronic conductor, flat potential: particles empty one after the other, the discharge goes on."""
    given = document("porous-stack", c_rates=[0.2, 1.0])
    given["cells"][0]["design"]["neg"]["sigma"] = 1e-3
    made = read_cells(given, "x")
    result = estimate(made, "accurate")
    assert result.accurate.all()
    stacks = made.groups[0].designs
    assert isinstance(stacks, Stacks)
    with np.errstate(all="ignore"):
        fine = dfn.discharge(take(stacks, np.array([0, 0])), made.materials, result.current, Mesh(24, 8, 30, 1.04))
    assert np.allclose(result.capacity, fine.charge, rtol=3e-3)
    assert result.capacity[0] > 0.95 * result.current[0] / 0.2 * 3600.0


def test_exhausted_electrodes_end_a_discharge() -> None:
    """A cut-off far below what the tables reach: the surfaces leave (0, 1) instead."""
    given = copy.deepcopy(document("porous-stack", c_rates=[0.5]))
    given["cells"][0]["design"]["V_cut"] = -5.0
    fast, slow = (estimate(read_cells(given, "x"), tier) for tier in ("fast", "accurate"))
    assert slow.accurate.all() and np.isclose(slow.capacity[0], fast.capacity[0], rtol=0.01)


def test_the_coarse_mesh_of_calm_points_is_fine_enough() -> None:
    found = discharges("dfn_discharge.json").cells
    stacks = found.groups[0].designs
    assert isinstance(stacks, Stacks)
    with np.errstate(all="ignore"):
        current = stacks.one_c_current
        calm = ~doubtful(stacks, found.materials, current, salt(stacks, found.materials, current))
        some = take(stacks, np.flatnonzero(calm)[::3])
        usual = dfn.discharge(some, found.materials, some.one_c_current, compiled=False)
        fine = dfn.discharge(some, found.materials, some.one_c_current, Mesh(14, 6, 20), compiled=False)
    assert len(some.cutoff) > 8 and usual.finished.all()
    assert np.allclose(usual.charge / fine.charge, 1.0, atol=2e-4)
    assert np.allclose(usual.energy / usual.charge, fine.energy / fine.charge, atol=1e-3)


def test_energy_over_a_parabola_is_exact_after_the_first_step() -> None:
    time = np.array([0.0, 1.0, 1.7, 3.0, 3.2])
    volts = 4.0 - 0.3 * time + 0.05 * time**2
    first = 0.5 * (volts[0] + volts[1])
    exact = [4.0 * t - 0.15 * t**2 + 0.05 * t**3 / 3.0 for t in time[[1, -1]]]
    assert np.isclose(dfn._integral(time, volts, 0) - first, exact[1] - exact[0], rtol=1e-12)
    plain = float(np.sum(0.5 * (volts[1:] + volts[:-1]) * np.diff(time)))
    assert dfn._integral(time, volts, 4) == plain != dfn._integral(time, volts, 0)
