"""Mapping of interdigital cells to planar ones."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.estimate import shape_factors
from fabplan.estimate.cells import read_cells
from fabplan.estimate.designs import Fingers, Stacks
from fabplan.estimate.interdigital import finger_pair_resistance, parallel_cover, uneven_gain
from fabplan.estimate.resistance import dc_resistance
from fabplan.estimate.run import estimate
from fabplan.estimate.trust import Doubt
from tests.estimate.examples import discharges, document, reference
from tests.estimate.test_spme import errors


def test_reference_with_the_accurate_tier_where_needed() -> None:
    """All points, those of little depletion and little drop along the height, and that the others are flagged."""
    found = discharges("interdigital_discharge.json")
    result = estimate(found.cells)
    capacity, voltage = errors(found, result)
    assert np.median(capacity) < 1e-4 and np.percentile(capacity, 95) < 0.01 and np.max(capacity) < 0.15
    assert np.percentile(voltage, 95) < 5e-3
    designs = {case["design"]["id"]: case["design"] for case in found.raw["cases"]}
    drop = np.array([base_drop(designs[name], rate) for name, rate in zip(result.ids, result.c_rate, strict=True)])
    calm = (result.salt_depletion < 0.5) & (drop < 0.1)
    assert np.count_nonzero(calm) > 90
    assert np.max(capacity[calm]) < 1e-3 and np.max(voltage[calm]) < 3.5e-3
    assert np.all(result.doubt[~calm] == Doubt.FINGERS)


def base_drop(own: dict[str, Any], rate: float) -> float:
    """I sum h/(3 sigma w/2) of a reference design [V]."""
    current, halves = rate * own["Q_1C_Ah_m"], ((own["anode"], own["w1_m"] / 2), (own["cathode"], own["w2_m"] / 2))
    return float(current * sum(own["h_m"] / (3.0 * side["sigma"] * half) for side, half in halves))


def flush(tier_rates: list[float]) -> tuple[dict[str, object], dict[str, object]]:
    """A flush interdigital cell as high as its fingers are wide, and the planar cell it is."""
    comb = document("interdigital", c_rates=tier_rates)
    own = comb["cells"][0]["design"]
    own |= {"w1_m": 40e-6, "w2_m": 40e-6, "h_m": 20e-6, "H_m": 20e-6}
    planar = document("porous-stack", c_rates=tier_rates)
    planar["cells"][0]["design"] |= {
        "pos": own["cathode"] | {"L_m": 20e-6},
        "neg": own["anode"] | {"L_m": 20e-6},
        "sep": own["sep"] | {"L_m": own["gap_m"]},
        "contact_ohm_m2": 0.0,
    }
    return comb, planar


@pytest.mark.parametrize("tier", ["fast", "accurate"])
def test_a_flush_square_finger_is_a_planar_cell(tier: str) -> None:
    comb, planar = (estimate(read_cells(given, "x"), tier) for given in flush([0.5, 5.0]))
    assert np.allclose(comb.capacity / 20e-6, planar.capacity, rtol=1e-6)
    assert np.allclose(comb.mean_voltage, planar.mean_voltage, atol=1e-6)


def test_cover_helps_and_never_hurts_the_electrolyte() -> None:
    given = document("interdigital", "interdigital", c_rates=[5.0])
    bare, covered = (cell["design"] for cell in given["cells"])
    bare["H_m"], covered["H_m"] = bare["h_m"], 1.5 * covered["h_m"]
    result = estimate(read_cells(given, "x"), "fast")
    assert result.salt_depletion[1] < result.salt_depletion[0]
    assert result.mean_voltage[1] > result.mean_voltage[0]


def test_parallel_cover_limits() -> None:
    assert np.isclose(parallel_cover(np.array(1e-5), np.array(1e-9)), 1e-9, rtol=1e-3)
    assert np.isclose(parallel_cover(np.array(1e-5), np.array(1e-1)), 1e-5, rtol=1e-3)


def test_electrons_from_the_base_see_the_height() -> None:
    given = document("interdigital", "interdigital")
    given["cells"][1]["design"] |= {"h_m": 100e-6, "H_m": 110e-6}
    stacks = read_cells(given, "x").groups[0].designs
    assert isinstance(stacks, Stacks)
    drop = stacks.positive.thickness / (3.0 * stacks.positive.conductivity)
    heights = np.array([50e-6, 100e-6])
    assert np.allclose(drop / heights, heights / (3.0 * 5.0 * 20e-6))


def test_capacity_is_per_metre_of_one_gap() -> None:
    given = document("interdigital", c_rates=[0.01])
    doubled = copy.deepcopy(given)
    doubled["cells"][0]["design"] |= {"h_m": 100e-6, "H_m": 120e-6}
    low, high = (estimate(read_cells(some, "x"), "fast").capacity[0] for some in (given, doubled))
    assert np.isclose(high, 2.0 * low, rtol=5e-3)


def test_porous_finger_resistance() -> None:
    """Against two-dimensional finite elements."""
    found = reference("porous_finger_resistance.json")["cases"]
    column = {key: np.array([case[key] for case in found]) for key in found[0] if key not in ("id", "convergence")}
    lengths = [1e-6 * column[f"{key}_um"] for key in ("w1", "w2", "gap", "h", "H")]
    sides = [[column[f"{key}{side}"] for key in ("kappa_eff", "sigma", "g")] for side in "12"]
    made = finger_pair_resistance(Fingers(*lengths), column["kappa"], *sides)
    off = np.abs(made / column["R_ohm_m"] - 1.0)
    assert len(off) == 16 and np.median(off) < 1e-4 and np.max(off) < 1e-3


def uneven(anode: float, cathode: float, lid: float = 60e-6) -> dict[str, object]:
    """The example with fingers of these heights [m]."""
    given = document("interdigital", c_rates=[0.2, 2.0])
    own = given["cells"][0]["design"]
    del own["h_m"]
    own |= {"h1_m": anode, "h2_m": cathode, "H_m": lid}
    return given


def test_two_equal_heights_are_one() -> None:
    one, other = (estimate(read_cells(given, "x")) for given in (document("interdigital"), uneven(50e-6, 50e-6)))
    assert other.capacity[0] == estimate(read_cells(document("interdigital", c_rates=[0.2]), "x")).capacity[0]
    assert not one.doubt.any() and not other.doubt.any()


def test_unequal_heights_conduct_as_the_reference() -> None:
    """Between equipotential fingers: gain times the closed form of the lower ones, against finite elements."""
    checked = 0
    for case in reference("laplace_shape_factor.json")["cases"]:
        if case["kind"] != "interdigital" or case["h1_um"] == case["h2_um"] or case["H_is_infinite"]:
            continue
        low = min(case["h1_um"], case["h2_um"])
        lengths = [np.array([float(case[f"{key}_um"])]) for key in ("w1", "w2", "gap")]
        lid = np.array([float(case["H_um"])])
        rises = (np.array([case["h1_um"] / low]), np.array([case["h2_um"] / low]))
        gain = uneven_gain(Fingers(*lengths, np.array([float(low)]), lid, *rises))
        closed = shape_factors.fingers(*lengths, low, lid)
        assert abs(float(gain[0] * closed[0]) / case["S"] - 1.0) < 0.025
        checked += 1
    assert checked == 4


def test_unequal_heights_hold_all_material_and_are_flagged() -> None:
    """At low rate a cathode of half the height delivers half; the taller anode never hurts the resistance."""
    even, short = (read_cells(uneven(50e-6, high), "x") for high in (50e-6, 25e-6))
    full, half = estimate(even), estimate(short)
    assert np.isclose(half.capacity[0], 0.5 * full.capacity[0], rtol=0.01)
    assert (half.doubt == Doubt.HEIGHTS).all() and "unequal height" in short.notes[0]
    low = read_cells(document("interdigital") | {"cells": uneven(25e-6, 25e-6)["cells"]}, "x")
    assert dc_resistance(even)[0] < dc_resistance(short)[0] < dc_resistance(low)[0]


def test_the_taller_finger_keeps_its_material_and_its_base() -> None:
    """Sites and electronic drop per metre of finger are those of its own height."""
    even, short = (read_cells(uneven(50e-6, high), "x").groups[0].designs for high in (50e-6, 25e-6))
    assert isinstance(even, Stacks) and isinstance(short, Stacks)
    for part in ("site_charge", "reaction_area"):
        per_metre = [getattr(stacks.negative, part) * stacks.scale for stacks in (even, short)]
        assert np.isclose(per_metre[0], per_metre[1], rtol=1e-12)
    drops = [stacks.negative.thickness / stacks.negative.conductivity / stacks.scale for stacks in (even, short)]
    assert np.isclose(drops[0], drops[1], rtol=1e-12)


def test_very_many_unequal_pairs_are_close_to_solved_ones() -> None:
    random = np.random.default_rng(2)
    wide = [size * (1.0 + 0.05 * random.standard_normal(201)) for size in (44e-6, 40e-6, 20e-6, 25e-6, 60e-6)]
    many = Fingers(*wide, np.full(201, 2.0), np.ones(201))
    few = Fingers(*(part[:5] for part in wide), np.full(5, 2.0), np.ones(5))
    assert np.allclose(uneven_gain(many)[:5], uneven_gain(few), rtol=5e-3)


def test_bad_heights() -> None:
    with pytest.raises(BadInput, match="lid lies below"):
        read_cells(uneven(50e-6, 70e-6), "x")
    given = uneven(50e-6, 50e-6)
    del given["cells"][0]["design"]["h2_m"]  # type: ignore[index]
    with pytest.raises(BadInput, match="h2_m"):
        read_cells(given, "x")
