"""Limits and identities of every kind of cell, full and against lithium, each against figures computed here."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.linalg import solve_banded

from fabplan.estimate import operate, reduced
from fabplan.estimate.cells import read_cells
from fabplan.estimate.half_cells import with_half_cells
from fabplan.estimate.resistance import Pulse, dc_resistance, resistance_parts
from fabplan.estimate.run import estimate
from tests.estimate.examples import against_lithium, document

KINDS = ("porous-stack", "interdigital", "film-planar", "film-coaxial")
CELLS = [(kind, metal) for kind in KINDS for metal in (False, True)]
GAS, CHARGE = 8.31446261815324, 96485.33212
few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def asked(kind: str, metal: bool, rates: list[float]) -> dict[str, Any]:
    made = document(kind, c_rates=rates)
    return against_lithium(made) if metal else made


def parts_of(design: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Negative and positive electrode of a design."""
    return (design["anode"], design["cathode"]) if "anode" in design else (design["neg"], design["pos"])


def open_circuit(given: dict[str, Any], charge: Any) -> Any:
    """U_p - U_n after charges were taken slowly [C per m2 or per metre]; from the tables of the document."""
    design = given["cells"][0]["design"]

    def potential(side: dict[str, Any], x: Any) -> Any:
        table = given["ocp"][side["material"]]
        return np.interp(x, table.get("x", table.get("sto")), table.get("V", table.get("U_V")))

    sites = capacities(design)
    values = []
    for side, whole, sign in zip(parts_of(design), sites, (-1.0, 1.0), strict=True):
        metal = side["material"] == "Li"
        values.append(0.0 if metal else potential(side, side["sto100"] + sign * charge / whole))
    return values[1] - values[0]


def capacities(design: dict[str, Any]) -> tuple[float, float]:
    """Charge of all lithium sites of both electrodes [C], per m2, or per metre of finger or wire."""
    negative, positive = parts_of(design)
    if "anode" in design:
        volumes = [0.5 * design[key] * design["h_m"] for key in ("w1_m", "w2_m")]
    elif "r0_m" in design:
        radii = np.cumsum([design["r0_m"], positive["L_m"], design["se"]["L_m"], negative.get("L_m", 0.0)])
        volumes = [np.pi * (radii[3] ** 2 - radii[2] ** 2), np.pi * (radii[1] ** 2 - radii[0] ** 2)]
    else:
        volumes = [negative.get("L_m", 0.0), positive["L_m"]]
    found = [
        np.inf if side["material"] == "Li" else CHARGE * side["c_max"] * side.get("eps_am", 1.0) * volume
        for side, volume in zip((negative, positive), volumes, strict=True)
    ]
    return found[0], found[1]


@pytest.mark.parametrize(("kind", "metal"), CELLS)
def test_at_no_rate_it_delivers_the_equilibrium_charge(kind: str, metal: bool) -> None:
    """Bisection of U_p(x) - U_n(x) = V_cut on the tables as given."""
    given_document = asked(kind, metal, [1e-4])
    design = given_document["cells"][0]["design"]
    negative, positive = parts_of(design)
    sites = capacities(design)
    least = 0.0 if metal else negative["sto100"] * sites[0]
    low, high = 0.0, min((1.0 - positive["sto100"]) * sites[1], least or np.inf)
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if open_circuit(given_document, middle) > design["V_cut"] else (low, middle)
    for tier in ("fast", "accurate"):
        result = estimate(read_cells(given_document, "x"), tier)
        assert np.isclose(result.capacity[0], low, rtol=1e-3)
        charges = np.linspace(0.0, low, 4001)
        mean = np.trapezoid(open_circuit(given_document, charges), charges) / low
        assert np.isclose(result.mean_voltage[0], mean, atol=2e-3)


@pytest.mark.parametrize(("kind", "metal"), CELLS)
@pytest.mark.parametrize("tier", ["fast", "accurate"])
def test_faster_is_never_more(kind: str, metal: bool, tier: str) -> None:
    result = estimate(read_cells(asked(kind, metal, list(np.geomspace(0.05, 40.0, 12))), "x"), tier)
    assert np.all(np.diff(result.capacity) <= 1e-4 * result.capacity[0])
    assert np.all(np.diff(result.energy) <= 1e-4 * result.energy[0])
    assert result.energy[-1] < 0.97 * result.energy[0]


@pytest.mark.parametrize(("kind", "metal"), CELLS)
def test_energy_is_below_what_rest_would_give(kind: str, metal: bool) -> None:
    """E <= int U dQ of the same charge: there is always a loss, and at no rate none."""
    given_document = asked(kind, metal, [0.01, 1.0, 20.0])
    for tier in ("fast", "accurate"):
        result = estimate(read_cells(given_document, "x"), tier)
        losses = []
        for charge, energy in zip(result.capacity.tolist(), result.energy.tolist(), strict=True):
            charges = np.linspace(0.0, charge, 1001)
            at_rest = float(np.trapezoid(open_circuit(given_document, charges), charges))
            losses.append(at_rest / charge - energy / charge)
        assert -5e-4 < losses[0] < losses[1] < losses[2] and losses[0] < 0.02


@few
@given(st.sampled_from(CELLS), st.sampled_from(["fast", "accurate"]), st.floats(0.05, 30.0), st.floats(-1.0, 1.0))
def test_energy_below_charge_times_rest_voltage_and_alone_as_in_company(
    cell: tuple[str, bool], tier: str, rate: float, thicker: float
) -> None:
    """A point alone is bitwise the first of many."""
    alone = asked(*cell, [rate])
    many = copy.deepcopy(alone)
    other = copy.deepcopy(alone["cells"][0]) | {"id": "other"}
    for key in ("w1_m", "w2_m"):
        if key in other["design"]:
            other["design"][key] *= 10.0**thicker
    many["cells"].append(other)
    first, both = (estimate(read_cells(some, "x"), tier) for some in (alone, many))
    for column in ("capacity", "energy", "salt_depletion", "current"):
        assert getattr(first, column)[0] == pytest.approx(getattr(both, column)[0], rel=1e-12)
    full = open_circuit(alone, 0.0)
    assert np.all(first.energy <= first.capacity * full * (1 + 1e-9))


@few
@given(st.sampled_from([False, True]), st.floats(0.2, 20.0), st.sampled_from(["fast", "accurate"]))
def test_a_thick_wire_is_a_plane(metal: bool, rate: float, tier: str) -> None:
    """Radius a thousand times the films: per area of the cathode's face the planar cell."""
    planar, wire = (asked(kind, metal, [rate]) for kind in ("film-planar", "film-coaxial"))
    design = wire["cells"][0]["design"]
    radius = 1e3 * design["pos"]["L_m"]
    design["r0_m"] = radius
    face = 2.0 * np.pi * (radius + design["pos"]["L_m"])
    flat, round_ = (read_cells(some, "x") for some in (planar, wire))
    one, other = estimate(flat, tier), estimate(round_, tier)
    assume(one.capacity[0] > 0.0)
    assert np.isclose(other.capacity[0] / face, one.capacity[0], rtol=2e-3)
    assert np.isclose(other.mean_voltage[0], one.mean_voltage[0], atol=2e-3)
    assert np.isclose(dc_resistance(round_)[0] * face, dc_resistance(flat)[0], rtol=2e-3)


def electrode_network(side: dict[str, Any], thick: float, kappa: float, temperature: float) -> float:
    """A porous electrode as a line of 4000 nodes of ions, electrons and reactions, solved node by node [ohm m2].

    Ions enter at the first node, electrons leave at the last.
    """
    transfer = GAS * temperature / CHARGE
    area = 3.0 * side["eps_am"] / side["R_m"]
    exchange = side["i0_ref"] * 2.0 * np.sqrt(side["sto100"] * (1.0 - side["sto100"]))
    nodes = 4000
    step = thick / nodes
    ionic, solid, react = kappa * side["eps"] ** side["brug"] / step, side["sigma"] / step, area * exchange / transfer
    reaction = react * step
    # u = solid - ionic potential at the nodes: (ionic and solid in series) u'' = reaction u (1/ionic + 1/solid)
    pull = reaction * (1.0 / ionic + 1.0 / solid)
    matrix = np.zeros((3, nodes))
    matrix[1], matrix[0, 1:], matrix[2, :-1] = 2.0 + pull, -1.0, -1.0
    matrix[1, 0] = matrix[1, -1] = 1.0 + pull
    right = np.zeros(nodes)
    right[0], right[-1] = 1.0 / ionic, 1.0 / solid  # unit current: ions through the first, electrons out of the last
    gap = solve_banded((1, 1), matrix, right)
    ions = 1.0 - np.cumsum(reaction * gap)  # after each node
    inside = np.sum(ions[:-1]) / ionic  # ionic drop from the first to the last node
    return float(inside + gap[-1] + 0.5 / ionic + 0.5 / solid)


@pytest.mark.parametrize(("kind", "metal"), CELLS)
@pytest.mark.parametrize("electrons", [0.02, 5.0])
def test_resistance_is_the_sum_of_independent_parts(kind: str, metal: bool, electrons: float) -> None:
    """Of a cell without cover at rest, by resistor networks and formulas of the test."""
    given_document = asked(kind, metal, [1.0])
    design = given_document["cells"][0]["design"]
    film = kind.startswith("film")
    unit, kappa, transfer = 1.0, 0.3, GAS * design["T_K"] / CHARGE
    if kind == "interdigital":
        # electrons from the base meet no resistance here: with it fingers are two-dimensional (``test_first_moment``)
        design |= {"w1_m": 100e-6, "w2_m": 100e-6, "H_m": 50e-6, "contact_ohm_m": 0.1}
        unit, electrons = design["h_m"], 1e4 * electrons
    total = 0.0
    for side in parts_of(design):
        if side["material"] == "Li" or film:
            x = side.get("sto100", 0.5)
            total += transfer / (side["i0_ref"] * 2.0 * np.sqrt(x * (1.0 - x)))
        else:
            side["sigma"] = electrons
            thick = 50e-6 if kind == "interdigital" else side["L_m"]
            total += electrode_network(side, thick, kappa, design["T_K"])
    if film and "r0_m" in design:
        inner = design["r0_m"] + design["pos"]["L_m"]
        outer = inner + design["se"]["L_m"]
        negative, positive = (
            transfer / (side["i0_ref"] * 2.0 * np.sqrt(x * (1.0 - x)))
            for side, x in ((side, side.get("sto100", 0.5)) for side in parts_of(design))
        )
        total = negative / (2.0 * np.pi * outer) + (positive + design["contact_ohm_m2"]) / (2.0 * np.pi * inner)
        total += np.log(outer / inner) / (2.0 * np.pi * design["se"]["kappa"])
    elif film:
        total += design["se"]["L_m"] / design["se"]["kappa"] + design["contact_ohm_m2"]
    else:
        sep = design["sep"]
        total += sep.get("L_m", design.get("gap_m")) / (kappa * sep["eps"] ** sep["brug"])
        total = total / unit + design.get("contact_ohm_m2", design.get("contact_ohm_m", 0.0))
    found = dc_resistance(read_cells(given_document, "x"), Pulse(c_rate=1e-5))[0]
    assert np.isclose(found, total, rtol=1e-3)


@pytest.mark.parametrize(("kind", "metal"), CELLS)
@pytest.mark.parametrize("seconds", [1e-3, 0.1, 1.0])
def test_resistance_is_that_of_the_voltage_after_a_step(kind: str, metal: bool, seconds: float) -> None:
    """The parts' sum against (rest - voltage)/current of the state-space model that pulses use.

    That one lets porous electrodes react evenly, which is an upper bound: the sum may lie a little below.
    """
    made = read_cells(asked(kind, metal, [1.0]), "x")
    model = reduced.reduce(made)[0]
    for discharged in (0.0, 0.4):
        state = operate.state_at(model, discharged)
        seen = operate.sag(model, state, 0.5 * model.one_c, [seconds])
        parts = resistance_parts(made, Pulse(discharged, seconds, 0.5))
        off = parts.total[0] * model.scale / seen.resistance[0] - 1.0
        assert abs(off) < 3e-3 if kind.startswith("film") else -0.05 < off < 3e-3


@pytest.mark.parametrize("kind", ["porous-stack", "interdigital", "film-planar"])
def test_half_cells_keep_it_all(kind: str) -> None:
    """Energy below charge times rest voltage, more rate never more, and at no rate the window of the electrode."""
    given_document = document(kind, c_rates=[1e-3, 0.5, 5.0])
    made, _ = with_half_cells(given_document, 10.0)
    for cell in made["cells"][1:]:
        alone = {**made, "cells": [cell]}
        result = estimate(read_cells(alone, "x"))
        side, sites = parts_of(cell["design"])[1], capacities(cell["design"])[1]
        assert np.all(np.diff(result.capacity) <= 1e-4 * result.capacity[0])
        assert np.all(result.energy <= result.capacity * open_circuit(alone, 0.0))
        window = sites * (side["sto0"] - side["sto100"])
        assert window < result.capacity[0] < 1.06 * window
        assert open_circuit(alone, float(result.capacity[0])) == pytest.approx(cell["design"]["V_cut"], abs=0.01)
