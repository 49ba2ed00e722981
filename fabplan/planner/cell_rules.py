"""Electrochemical rules: windows, lithium, balance, target, trust. Findings are collected, never raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Barrier
from fabplan.findings import Finding, Severity
from fabplan.planner import first_cycle, half_cell, mixed_stack
from fabplan.planner.electrical import Chemistry, Porous, balanced, interpolated
from fabplan.planner.route import Route
from fabplan.planner.size import collector_role
from fabplan.planner.spec import Target
from fabplan.records import Quantity

WATER_CHARGE = 96485.33212 / 0.01801528  # coulomb of lithium per kilogram of water: one Li per H2O
SHELF_LOSS = 0.2  # share of the capacity whose loss ends the shelf life
SHELF_LIFE = 30 * 86400.0  # seconds: less is worth a warning
JOINT_WIDTH = 1e-3  # metre: width that edge transmissions are stated for
LEAST_VOLTAGE = 0.2  # volt at full charge
CUT_OFF_TRUST = 0.1  # volt: tables of potentials of different films differ by that much
DEPLETION_TRUST = 0.5  # electrochemistry.md 2h: below it the closed form stays within 0.15 %


@dataclass(frozen=True)
class Window:
    """What a material at a net bears [V against Li], and published cells that stretch it at either end."""

    who: str
    where: str
    low: Quantity | None
    high: Quantity | None
    evidence_low: Sequence[str] = ()
    evidence_high: Sequence[str] = ()


@dataclass(frozen=True)
class Opening:
    """Where a barrier lets water in: ``area`` [m²] of a film, or of the open side of a joint of ``width`` [m]."""

    area: float
    width: float | None


def check(
    route: Route,
    chem: Chemistry,
    catalog: Catalog,
    target: Target,
    estimate: Mapping[str, Any],
    openings: Mapping[str, Opening],
) -> tuple[Finding, ...]:
    """All findings of the cell's electrochemistry."""
    return (
        *windows(route, chem, catalog, estimate),
        *lithium(chem),
        *half_cell.convention(chem),
        *half_cell.inventory(chem, estimate),
        *mixed_stack.findings(chem, estimate),
        *first_cycle.findings(chem),
        *balance(chem, estimate),
        *target_met(target, estimate),
        *trust(chem, estimate),
        *shelf_life(route, estimate, openings),
    )


def potentials(p: Porous, window: tuple[float, float], catalog: Catalog) -> tuple[float, float]:
    """Lowest and highest equilibrium potential of an electrode between its lithium fractions [V against Li]."""
    if p.metal:
        return 0.0, 0.0
    ends = [interpolated(catalog.ocp[p.ocp], x) for x in window]
    return min(ends), max(ends)


def of_both(chem: Chemistry, catalog: Catalog, estimate: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Net -> lowest and highest potential of its electrode in the balanced cell [V against Li]."""
    anode, cathode = balanced(chem, estimate["anode_capacity_Ah"] or 0.0, estimate["cathode_capacity_Ah"])
    return {"anode": potentials(chem.anode, anode, catalog), "cathode": potentials(chem.cathode, cathode, catalog)}


def windows(route: Route, chem: Chemistry, catalog: Catalog, estimate: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Collectors and electrolyte inside their potential windows."""
    findings: list[Finding] = []
    e = chem.electrolyte
    for net, working in of_both(chem, catalog, estimate).items():
        role = collector_role(route, net)
        material = route.choices[role].material if role else None
        if material is not None and material.collector is not None:
            c = material.collector
            who = f"{net} collector {material.name}"
            window = Window(who, net, c.potential_low, c.potential_high, c.evidence, c.evidence)
            findings += _inside(window, working)
        who = f"electrolyte {chem.electrolyte_material.name} at the {net}"
        window = Window(who, "electrolyte", e.window_low, e.window_high, e.evidence_low, e.evidence_high)
        findings += _inside(window, working)
        findings += _cut_off(route, net, working)
    return tuple(findings)


def _cut_off(route: Route, net: str, working: tuple[float, float]) -> Iterable[Finding]:
    """An electrode inside the working window of its own material: beyond it the lattice is emptied or overfilled."""
    choice = route.choices.get(net)
    electrode = choice.material.electrode if choice else None
    if choice is None or electrode is None:
        return
    for reached, bound, side, sign in (
        (working[0], electrode.potential_low, "below", -1.0),
        (working[1], electrode.potential_high, "above", 1.0),
    ):
        if bound is None or bound.value is None or sign * (reached - bound.value) <= CUT_OFF_TRUST:
            continue
        text = (
            f"{net} {choice.material.name} goes to {reached:.2f} V, {side} its cut-off of {bound.value:.2f} V "
            f"[{bound.source}]"
        )
        change = "stoichiometries inside its window, in a catalog overlay"
        severity: Severity = "error" if sign > 0 else "warning"  # row V-LCO: an emptied lattice does not come back
        yield Finding("electrode-cut-off", severity, net, text, reached, bound.value, "V", change)


def _inside(window: Window, working: tuple[float, float]) -> Iterable[Finding]:
    low, high = working
    if not (window.low and window.high) or window.low.value is None or window.high.value is None:
        text = f"{window.who}: its potential window is unknown; working range {low:.2f} to {high:.2f} V against Li"
        yield Finding("window-unknown", "warning", window.where, text)
        return
    if low < window.low.value - 1e-9:
        yield _outside(window, low, window.low, "lowest")
    if high > window.high.value + 1e-9:
        yield _outside(window, high, window.high, "highest")


def _outside(window: Window, reached: float, bound: Quantity, end: str) -> Finding:
    evidence = window.evidence_low if end == "lowest" else window.evidence_high
    note = f"; published cells stretch it: {'; '.join(evidence)}" if evidence else ""
    text = (
        f"{window.who} bears {bound.value:.2f} V against Li at the {end}, "
        f"the electrode goes to {reached:.2f} V{note} [{bound.source}]"
    )
    change = "another collector or electrolyte, or another electrode"
    severity: Severity = "warning" if evidence else "error"
    return Finding("potential-window", severity, window.where, text, reached, bound.value, "V", change)


def lithium(chem: Chemistry) -> tuple[Finding, ...]:
    """Someone must bring the lithium."""
    if chem.anode.metal or chem.cathode.contains_lithium or chem.anode.contains_lithium:
        return ()
    text = f"neither {chem.anode.material} nor {chem.cathode.material} holds cyclable lithium as made"
    change = "a lithiated cathode (lfp, lco, lmo), lithium metal, or a pre-lithiated anode"
    return (Finding("no-lithium", "error", "cell", text, change=change),)


def balance(chem: Chemistry, estimate: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Voltage must be positive and the anode not the smaller one where lithium could plate."""
    findings = []
    high, ratio = estimate["open_circuit_window_V"][1], estimate["n_p_ratio"]
    if high <= LEAST_VOLTAGE:
        text = (
            f"{chem.anode.material} against {chem.cathode.material} gives {high:.2f} V at full charge: "
            "anode and cathode are exchanged or too close"
        )
        change = "exchange anode and cathode"
        findings.append(Finding("no-voltage", "error", "cell", text, high, LEAST_VOLTAGE, "V", change))
    if ratio is not None and ratio < 1.0:
        text = (
            f"N/P is {ratio:.2f}: the anode limits the cell, the cathode is not used to its end; "
            "near 0 V such an anode plates lithium"
        )
        findings.append(Finding("n-p-ratio", "warning", "cell", text, ratio, 1.0, "", "a wider or thicker anode"))
    return tuple(findings)


def target_met(target: Target, estimate: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The target holds at its rate, with margin, for the cell as drawn."""
    findings = []
    for what, asked, key, dimension, unit in (
        ("capacity", target.capacity, "capacity_Ah", "charge", "C"),
        ("energy", target.energy, "energy_Wh", "energy", "J"),
    ):
        reached, need = estimate[key] * 3600.0, (asked or 0.0) * (1 + target.margin)
        if asked is not None and reached < need * (1 - 1e-6):
            text = (
                f"{what} reachable here: {units.show(reached, dimension)} at {target.c_rate:.3g}C; "
                f"asked {units.show(asked, dimension)} and {target.margin:.0%} margin"
            )
            change = "a larger footprint, a higher cell, or a lower rate"
            findings.append(Finding(f"target-{what}", "error", "target", text, reached, need, unit, change))
    return tuple(findings)


def trust(chem: Chemistry, estimate: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Where the estimate is weak, and what is not known."""
    findings = [_unknown(what, consequence) for what, consequence in chem.unknown]
    for rate in estimate["rates"]:
        depletion, at = rate["salt_depletion"], f"{rate['c_rate']:.3g}C"
        if depletion >= DEPLETION_TRUST and rate["tier"] == "fast":
            text = f"salt depletion {depletion:.2f} at {at}: beyond what the closed form answers well"
            findings.append(Finding("salt-depletion", "warning", at, text, depletion, DEPLETION_TRUST))
    if estimate["confidence"] == "low":
        text = "the estimate rests on values of low confidence; the report shows how far it moves with them"
        findings.append(Finding("low-confidence", "warning", "estimate", text))
    return tuple(findings)


def _unknown(what: str, consequence: str) -> Finding:
    text, change = f"{what} is not known: {consequence}", "measure it and put it into a catalog overlay"
    return Finding("calibrate", "warning", what.split(":")[0], text, change=change)


def shelf_life(route: Route, estimate: Mapping[str, Any], openings: Mapping[str, Opening]) -> tuple[Finding, ...]:
    """Water through the encapsulation takes lithium: one Li per H2O (1 g/m²/day takes 149 µAh/cm²/day).

    Parameters
    ----------
    openings : role -> where its barrier lets water in; sideways through a joint the flow falls with its width
    """
    stated, loss = [], 0.0
    for role, opening in openings.items():
        choice = route.choices.get(role)
        rate = _transmission(choice.material.barrier, opening) if choice else None
        if choice is not None and rate is not None:
            through = units.show(opening.area, "area")
            stated.append(f"{choice.material.name} {rate * 86400 * 1e3:.3g} g/m2/day through {through}")
            loss += rate * opening.area * WATER_CHARGE  # coulomb of lithium per second
    if not stated:
        text = "the water vapour transmission of the encapsulation is unknown: no shelf life can be stated"
        return (Finding("barrier-unknown", "warning", "encapsulation", text),)
    charge = estimate["equilibrium_capacity_Ah"] * 3600.0 * estimate.get("cells_in_series", 1)  # of all of them
    life = SHELF_LOSS * charge / loss if loss > 0 else float("inf")
    text = (
        f"moisture takes {SHELF_LOSS:.0%} of the capacity in {units.show(life, 'time', 2)} "
        f"({'; '.join(stated)}; one Li per H2O)"
    )
    if life >= SHELF_LIFE:
        return (Finding("shelf-life", "info", "encapsulation", text, life, SHELF_LIFE, "s"),)
    change = "a barrier film (Al2O3 by ALD, metal, glass) over the polymer, a wider rim, or dry storage"
    return (Finding("shelf-life", "warning", "encapsulation", text, life, SHELF_LIFE, "s", change),)


def _transmission(barrier: Barrier | None, opening: Opening) -> float | None:
    """Water through an opening [kg/m²/s]; None when nobody has stated it."""
    if barrier is None:
        return None
    edge = barrier.edge_transmission.value if barrier.edge_transmission else None
    if opening.width is not None and edge is not None:
        return edge * JOINT_WIDTH / opening.width
    return barrier.water_vapour_transmission.value if barrier.water_vapour_transmission else None
