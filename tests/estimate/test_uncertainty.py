"""Sampling of uncertain inputs: against direct runs, exact propagation and what must not change."""

from __future__ import annotations

import copy
import time

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.estimate.cells import read_cells
from fabplan.estimate.ranges import DISTRIBUTIONS, NINE_IN_TEN, Range
from fabplan.estimate.resistance import Pulse, dc_resistance
from fabplan.estimate.run import estimate
from fabplan.estimate.uncertainty import propagate
from tests.estimate.examples import document

RANGES = {
    "porous-stack": [Range("pos.D_s", 1e-16, 1e-14, "log-uniform"), Range("electrolyte.kappa_S_m", 0.3, 1.5)],
    "interdigital": [Range("gap_m", 10e-6, 30e-6), Range("cathode.sigma", 0.5, 50.0, "log-uniform")],
    "film-planar": [Range("se.kappa", 5e-5, 5e-4, "log-uniform"), Range("pos.D_s", 1e-16, 1e-14, "log-uniform")],
    "film-coaxial": [Range("r0_m", 1e-6, 3e-6), Range("contact_ohm_m2", 0.0, 1e-3)],
}


@pytest.mark.parametrize("kind", list(RANGES))
def test_ends_are_those_of_direct_runs(kind: str) -> None:
    given = document(kind, c_rates=[2.0])
    found = propagate(given, RANGES[kind], 2.0, draws=40)
    base = read_cells(given, "x")
    nominal = estimate(base, "fast")
    assert np.isclose(found.intervals["capacity"].nominal, nominal.capacity[0], rtol=1e-9)
    pulse = Pulse(0.5, 1.0, 2.0)
    assert np.isclose(found.intervals["resistance"].nominal, dc_resistance(base, pulse)[0], rtol=1e-9)
    for effect in found.effects["capacity"]:
        entry = next(entry for entry in RANGES[kind] if entry.path == effect.path)
        for value, ours in ((entry.low, effect.at_low), (entry.high, effect.at_high)):
            made = copy.deepcopy(given)
            side, _, key = entry.path.rpartition(".")
            own = made["cells"][0]["design"]
            if side == "electrolyte":
                table = made["electrolytes"]["gel"]
                table[key] = [part * value for part in table[key]]
            else:
                (own[side] if side else own)[key] = value
            cells = read_cells(made, "x")
            one_c = cells.groups[0].designs.one_c_current * getattr(cells.groups[0].designs, "scale", 1.0)
            rate = float(nominal.current[0] / one_c[0])
            assert np.isclose(ours, estimate(cells, "fast", [rate]).capacity[0], rtol=1e-6), (effect.path, value)


def test_a_contact_resistance_propagates_exactly() -> None:
    """The resistance is linear in it: quantiles of a uniform input are known."""
    given = document("porous-stack")
    found = propagate(given, [("contact_ohm_m2", 0.0, 2e-3, "uniform")], draws=10_000)
    interval, fixed = found.intervals["resistance"], found.effects["resistance"][0].at_low
    assert np.isclose(interval.low - fixed, 0.05 * 2e-3, atol=2e-5)
    assert np.isclose(interval.middle - fixed, 1e-3, atol=3e-5)
    assert np.isclose(interval.high - fixed, 0.95 * 2e-3, atol=2e-5)
    assert found.effects["resistance"][0].share > 0.999 and found.trusted == 1.0


def test_ranking_and_shares() -> None:
    given = document("porous-stack")
    wanted = [
        Range("contact_ohm_m2", 0.0, 5e-3),
        Range("pos.i0_ref", 0.9, 1.1),
        Range("pos.eps_am", 0.5, 0.55, "triangular"),
    ]
    found = propagate(given, wanted, 0.2, draws=2000)
    assert found.effects["resistance"][0].path == "contact_ohm_m2"
    assert found.effects["capacity"][0].path == "pos.eps_am"
    for name in ("capacity", "energy", "resistance"):
        assert 0.9 < sum(effect.share for effect in found.effects[name]) < 1.1


@pytest.mark.parametrize("distribution", [kind for kind in DISTRIBUTIONS if kind != NINE_IN_TEN])
def test_draws_stay_inside_and_repeat(distribution: str) -> None:
    given = document("film-planar")
    wanted = [("se.kappa", 1e-4, 4e-4, distribution)]
    one, other, third = (propagate(given, wanted, draws=300, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one.samples["energy"], other.samples["energy"])
    assert not np.array_equal(one.samples["energy"], third.samples["energy"])
    ends = sorted((one.effects["resistance"][0].at_low, one.effects["resistance"][0].at_high))
    assert ends[0] - 1e-12 <= one.samples["resistance"].min() <= one.samples["resistance"].max() <= ends[1] + 1e-12


def test_nothing_uncertain_is_a_point() -> None:
    found = propagate(document("porous-stack"), [("pos.D_s", 1e-15, 1e-15, "uniform")], draws=5)
    interval = found.intervals["capacity"]
    assert interval.low == interval.high == interval.nominal and found.effects["capacity"][0].share == 0.0


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (("pos.D_z", 1.0, 2.0, "uniform"), "did you mean 'pos.D_s'"),
        (("pos.material", 1.0, 2.0, "uniform"), "unknown input"),
        (("pos.D_s", 2e-15, 1e-15, "uniform"), "low to high"),
        (("pos.D_s", 0.0, 1e-15, "log-uniform"), "logarithm"),
        (("pos.eps", 0.3, 1.5, "uniform"), "at most 1"),
        (("pos.D_s", 1e-15, 2e-15, "lognormal"), "log-uniform"),
        (("electrolyte.c_mol_m3", 1.0, 2.0, "uniform"), "unknown input"),
    ],
)
def test_bad_ranges(entry: tuple[str, float, float, str], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        propagate(document("porous-stack"), [entry])


@pytest.mark.slow
def test_ten_thousand_draws_are_quick() -> None:
    begin = time.process_time()  # not the wall: others may load the machine
    propagate(document("interdigital"), [*RANGES["interdigital"], Range("electrolyte.t_plus", 0.2, 0.5)])
    seconds = time.process_time() - begin
    print(f"10^4 draws: {seconds:.2f} s")
    assert seconds < 3.0
