"""Electrochemical rules: windows, lithium, balance, target, trust. Findings are collected, never raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Barrier
from fabplan.findings import Finding, Severity
from fabplan.planner.electrical import Chemistry, Porous, balanced, interpolated
from fabplan.planner.route import Route
from fabplan.planner.size import collector_role
from fabplan.planner.spec import Target

WATER_CHARGE = 96485.33212 / 0.01801528  # coulomb of lithium per kilogram of water: one Li per H2O
SHELF_LOSS = 0.2  # share of the capacity whose loss ends the shelf life
SHELF_DAYS = 30.0
JOINT_WIDTH = 1e-3  # metre: width that edge transmissions are stated for
DEPLETION_TRUST = 0.5  # electrochemistry.md 2h: below it the closed form stays within 0.15 %


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
        *balance(chem, estimate),
        *target_met(target, estimate),
        *trust(chem, estimate),
        *shelf_life(route, estimate, openings),
    )


def potentials(p: Porous, window: tuple[float, float], catalog: Catalog) -> tuple[float, float]:
    """Lowest and highest equilibrium potential of an electrode between its lithium fractions [V against Li]."""
    if p.metal:
        return 0.0, 0.0
    table = catalog.ocp[p.ocp]
    ends = [interpolated(table, x) for x in window]
    return min(ends), max(ends)


def of_both(chem: Chemistry, catalog: Catalog, estimate: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Net -> lowest and highest potential of its electrode in the balanced cell [V against Li]."""
    anode, cathode = balanced(chem, estimate["anode_capacity_Ah"] or 0.0, estimate["cathode_capacity_Ah"])
    return {"anode": potentials(chem.anode, anode, catalog), "cathode": potentials(chem.cathode, cathode, catalog)}


def windows(route: Route, chem: Chemistry, catalog: Catalog, estimate: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Collectors and electrolyte inside their potential windows."""
    findings: list[Finding] = []
    for net, (low, high) in of_both(chem, catalog, estimate).items():
        role = collector_role(route, net)
        material = route.choices[role].material if role else None
        if material is not None and material.collector is not None:
            c = material.collector
            findings.extend(
                _inside(
                    f"{net} collector {material.name}", net, low, high, c.potential_low, c.potential_high, c.evidence
                )
            )
        e = chem.electrolyte
        findings.extend(
            _inside(
                f"electrolyte {chem.electrolyte_material.name} at the {net}",
                "electrolyte",
                low,
                high,
                e.window_low,
                e.window_high,
                (),
            )
        )
    return tuple(findings)


def _inside(
    who: str, where: str, low: float, high: float, bottom: Any, top: Any, evidence: Sequence[str]
) -> list[Finding]:
    found = []
    severity: Severity = "warning" if evidence else "error"
    note = f"; published cells stretch it: {'; '.join(evidence)}" if evidence else ""
    if bottom is None or bottom.value is None or top is None or top.value is None:
        return [
            Finding(
                "window-unknown",
                "warning",
                where,
                f"{who}: its potential window is unknown; working range {low:.2f} to {high:.2f} V against Li",
            )
        ]
    if low < bottom.value - 1e-9:
        found.append(
            Finding(
                "potential-window",
                severity,
                where,
                f"{who} bears {bottom.value:.2f} V against Li at the lowest, the electrode goes to "
                f"{low:.2f} V{note} [{bottom.source}]",
                low,
                bottom.value,
                "V",
                "another collector or electrolyte, or another electrode",
            )
        )
    if high > top.value + 1e-9:
        found.append(
            Finding(
                "potential-window",
                severity,
                where,
                f"{who} bears {top.value:.2f} V against Li at the highest, the electrode goes to "
                f"{high:.2f} V{note} [{top.source}]",
                high,
                top.value,
                "V",
                "another collector or electrolyte, or another electrode",
            )
        )
    return found


def lithium(chem: Chemistry) -> tuple[Finding, ...]:
    """Someone must bring the lithium."""
    if chem.anode.metal or chem.cathode.contains_lithium or chem.anode.contains_lithium:
        return ()
    return (
        Finding(
            "no-lithium",
            "error",
            "cell",
            f"neither {chem.anode.material} nor {chem.cathode.material} holds cyclable lithium as made",
            change="a lithiated cathode (lfp, lco, lmo), lithium metal, or a pre-lithiated anode",
        ),
    )


def balance(chem: Chemistry, estimate: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Voltage must be positive and the anode not the smaller one where lithium could plate."""
    findings = []
    high = estimate["open_circuit_window_V"][1]
    if high <= 0.2:
        findings.append(
            Finding(
                "no-voltage",
                "error",
                "cell",
                f"{chem.anode.material} against {chem.cathode.material} gives {high:.2f} V at full charge: "
                "anode and cathode are exchanged or too close",
                high,
                0.2,
                "V",
                "exchange anode and cathode",
            )
        )
    ratio = estimate["n_p_ratio"]
    if ratio is not None and ratio < 1.0:
        findings.append(
            Finding(
                "n-p-ratio",
                "warning",
                "cell",
                f"N/P is {ratio:.2f}: the anode limits the cell, the cathode is not used to its end; near "
                "0 V such an anode plates lithium",
                ratio,
                1.0,
                "",
                "a wider or thicker anode",
            )
        )
    return tuple(findings)


def target_met(target: Target, estimate: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The target holds at its rate, with margin, for the cell as drawn."""
    findings = []
    for what, asked, key, dimension in (
        ("capacity", target.capacity, "capacity_Ah", "charge"),
        ("energy", target.energy, "energy_Wh", "energy"),
    ):
        if asked is None:
            continue
        reached = estimate[key] * 3600.0
        need = asked * (1 + target.margin)
        if reached < need * (1 - 1e-6):
            findings.append(
                Finding(
                    f"target-{what}",
                    "error",
                    "target",
                    f"{what} reachable here: {units.show(reached, dimension)} at {target.c_rate:g}C; asked "
                    f"{units.show(asked, dimension)} and {target.margin:.0%} margin",
                    reached,
                    need,
                    "C" if dimension == "charge" else "J",
                    "a larger footprint, a higher cell, or a lower rate",
                )
            )
    return tuple(findings)


def trust(chem: Chemistry, estimate: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Where the estimate is weak, and what is not known."""
    findings = [
        Finding(
            "calibrate",
            "warning",
            what.split(":")[0],
            f"{what} is not known: {consequence}",
            change="measure it and put it into a catalog overlay",
        )
        for what, consequence in chem.unknown
    ]
    for rate in estimate["rates"]:
        if rate["salt_depletion"] >= DEPLETION_TRUST and rate["tier"] == "fast":
            findings.append(
                Finding(
                    "salt-depletion",
                    "warning",
                    f"{rate['c_rate']:g}C",
                    f"salt depletion {rate['salt_depletion']:.2f} at {rate['c_rate']:g}C: beyond what the "
                    "closed form answers well",
                    rate["salt_depletion"],
                    DEPLETION_TRUST,
                )
            )
    if estimate["confidence"] == "low":
        findings.append(
            Finding(
                "low-confidence",
                "warning",
                "estimate",
                "the estimate rests on values of low confidence; the report shows how far it moves with them",
            )
        )
    return tuple(findings)


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
        if choice is None or rate is None:
            continue
        stated.append(
            f"{choice.material.name} {rate * 86400 * 1e3:.3g} g/m2/day through {units.show(opening.area, 'area')}"
        )
        loss += rate * opening.area * WATER_CHARGE  # coulomb of lithium per second
    if not stated:
        return (
            Finding(
                "barrier-unknown",
                "warning",
                "encapsulation",
                "the water vapour transmission of the encapsulation is unknown: no shelf life can be stated",
            ),
        )
    charge = estimate["equilibrium_capacity_Ah"] * 3600.0
    days = SHELF_LOSS * charge / loss / 86400.0 if loss > 0 else float("inf")
    text = f"moisture takes {SHELF_LOSS:.0%} of the capacity in {days:.2g} days ({'; '.join(stated)}; one Li per H2O)"
    severity: Severity = "warning" if days < SHELF_DAYS else "info"
    change = (
        "a barrier film (Al2O3 by ALD, metal, glass) over the polymer, a wider rim, or dry storage"
        if severity == "warning"
        else ""
    )
    return (Finding("shelf-life", severity, "encapsulation", text, days * 86400.0, SHELF_DAYS * 86400.0, "s", change),)


def _transmission(barrier: Barrier | None, opening: Opening) -> float | None:
    """Water through an opening [kg/m²/s]; None when nobody has stated it."""
    if barrier is None:
        return None
    edge = barrier.edge_transmission.value if barrier.edge_transmission else None
    if opening.width is not None and edge is not None:
        return edge * JOINT_WIDTH / opening.width
    return barrier.water_vapour_transmission.value if barrier.water_vapour_transmission else None
