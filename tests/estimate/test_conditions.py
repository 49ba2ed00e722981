"""Temperature, first cycle, self-discharge, fade."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.estimate import conditions
from fabplan.estimate.cells import read_cells
from fabplan.estimate.resistance import dc_resistance
from fabplan.estimate.run import estimate
from tests.estimate.examples import against_lithium, document


def test_arrhenius() -> None:
    """50 kJ/mol: about a factor of two for ten kelvin at room temperature."""
    assert np.isclose(conditions.arrhenius(50e3, 308.15, 298.15), 1.925, atol=0.002)
    assert conditions.arrhenius(50e3, 298.15, 298.15) == 1.0


def test_what_has_no_energy_is_kept_and_named() -> None:
    given = document("porous-stack")
    given["electrolytes"]["gel"]["Ea_kappa_J_mol"] = 30e3
    cold, notes = conditions.at_temperature(given, 263.15)
    ratio = np.array(cold["electrolytes"]["gel"]["kappa_S_m"]) / given["electrolytes"]["gel"]["kappa_S_m"]
    assert np.allclose(ratio, conditions.arrhenius(30e3, 263.15, 298.15)) and ratio[0] < 1.0
    assert cold["cells"][0]["design"]["T_K"] == 263.15 and given["cells"][0]["design"]["T_K"] == 298.15
    assert any("gel.D_e_m2_s" in note for note in notes) and not any("kappa" in note for note in notes)
    assert any("pos.i0_ref" in note for note in notes)
    assert read_cells(cold, "x").notes == ()


def test_cold_cells_resist_more_and_give_less() -> None:
    given = document("porous-stack", c_rates=[2.0])
    for side in ("pos", "neg"):
        given["cells"][0]["design"][side] |= {"Ea_D_s_J_mol": 40e3, "Ea_i0_J_mol": 50e3}
    given["electrolytes"]["gel"] |= {"Ea_kappa_J_mol": 20e3, "Ea_D_e_J_mol": 20e3}
    made = [read_cells(conditions.at_temperature(given, kelvin)[0], "x") for kelvin in (258.15, 298.15, 328.15)]
    resistance = [float(dc_resistance(cells)[0]) for cells in made]
    capacity = [float(estimate(cells).capacity[0]) for cells in made]
    assert resistance[0] > 2.0 * resistance[1] > 2.0 * resistance[2] and capacity[0] < capacity[1] < capacity[2]


def test_there_and_back() -> None:
    given = document("film-planar")
    given["cells"][0]["design"]["se"]["Ea_kappa_J_mol"] = 55e3
    cold, _ = conditions.at_temperature(given, 273.15)
    back, _ = conditions.at_temperature(cold, 298.15)
    assert np.isclose(back["cells"][0]["design"]["se"]["kappa"], given["cells"][0]["design"]["se"]["kappa"])


def test_bad_conditions() -> None:
    for kelvin in (25.0, 400.0, float("nan")):
        with pytest.raises(BadInput, match="-20 to 60"):
            conditions.at_temperature(document("porous-stack"), kelvin)
    given = document("porous-stack")
    given["electrolytes"]["gel"]["Ea_kappa_J_mol"] = "much"
    with pytest.raises(BadInput, match="Ea_kappa_J_mol"):
        conditions.at_temperature(given, 273.15)
    with pytest.raises(BadInput):
        conditions.after_first_cycle(document("porous-stack"), 1.0)


def test_first_cycle_takes_its_share() -> None:
    """An anode-limited cell at a small rate loses what the anode keeps."""
    given = document("porous-stack", c_rates=[0.02])
    given["cells"][0]["design"]["neg"]["L_m"] = 15e-6
    fresh, formed = (
        float(estimate(read_cells(some, "x")).capacity[0])
        for some in (given, conditions.after_first_cycle(given, 0.12))
    )
    side = given["cells"][0]["design"]["neg"]
    window = 96485.33212 * side["c_max"] * side["eps_am"] * side["L_m"] * (side["sto100"] - side["sto0"])
    assert np.isclose(fresh - formed, 0.12 * window, rtol=0.02)
    metal = against_lithium(given)
    assert conditions.after_first_cycle(metal, 0.12) == metal


def test_self_discharge_is_ohmic() -> None:
    found = conditions.self_discharge(4.0, 1e-13, np.array([1e-6, 1e-7]), 3600.0)
    assert np.allclose(found.current, [4e-7, 4e-6])
    assert np.allclose(found.share_per_day * found.days_to_half, 0.5)
    assert conditions.self_discharge(4.0, 0.0, 1e-6, 3600.0).days_to_half == np.inf


def test_fade_is_marked_and_bounded() -> None:
    fade = conditions.Fade(per_cycle=0.01, power=0.5)
    assert not fade.validated and fade.left(0.0, 100.0) == pytest.approx(0.9) and fade.left(0.0, 1e6) == 0.0
