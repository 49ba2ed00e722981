"""Witness coupons and half cells that run along with a lot: where each starts, where it goes, what is read from it."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.planner.plan import Plan, Step
from fabplan.records import Quantity

_PATTERNS = ("photolithography", "lift-off", "etching", "dicing", "laser-scribing")
#: what only the part itself shows
_OF_THE_PART = ("isolation", "overlay", "line width", "seal")


@dataclass(frozen=True)
class Witness:
    """A bare piece of the substrate beside the part.

    Parameters
    ----------
    first, then : step that coats it, and later steps of the same layer that it goes through
    reads : what is measured on it, with the window
    """

    name: str
    first: Step
    then: tuple[Step, ...]
    reads: tuple[str, ...]


@dataclass(frozen=True)
class HalfCell:
    """One electrode of the lot against lithium.

    Parameters
    ----------
    coupon : steps that the coupon goes through
    window : potentials between which it is cycled [V against lithium]
    capacity : of the active material that was reached [C/kg]; each None when not on record
    """

    role: str
    material: str
    coupon: tuple[Step, ...]
    low: Quantity | None
    high: Quantity | None
    mean: Quantity | None
    capacity: Quantity | None


def witnesses(plan: Plan) -> tuple[Witness, ...]:
    """One for every step that leaves a layer to measure, lids apart, with the heat treatments of that layer."""
    found: list[Witness] = []
    covers = {b.name for b in plan.bodies if b.role == "encapsulation"}
    for step in plan.steps:
        if not (step.bodies and step.material) or covers.issuperset(step.bodies):
            continue
        then = tuple(
            s for s in plan.steps if s.number > step.number and s.role == step.role and s.method not in _PATTERNS
        )
        entries = [a for s in (step, *then) for a in s.acceptance if not a.what.startswith(_OF_THE_PART)]
        reads = tuple(dict.fromkeys(f"{a.what}: {a.window}" for a in entries))
        if not reads:  # a coupon that nothing is read from, as one of a liquid, tells nothing
            continue
        found.append(Witness(f"W{len(found) + 1:02d}", step, then, reads))
    return tuple(found)


def half_cells(plan: Plan) -> tuple[HalfCell, ...]:
    """Anode and cathode, where the lot makes them and their material is an electrode."""
    found = []
    for role in ("anode", "cathode"):
        material = plan.materials.get(role)
        made = next((s for s in plan.steps if s.role == role and s.bodies), None)
        if material is None or material.electrode is None or made is None or material.electrode.nominal_voltage is None:
            continue
        if material.electrode.nominal_voltage.value == 0.0:  # lithium against lithium tells nothing
            continue
        other = "cathode" if role == "anode" else "anode"
        coupon = tuple(
            s for s in plan.steps
            if (s.number < made.number and "collector" in s.role and other not in s.role and s.bodies)
            or (s.number >= made.number and s.role == role and s.method not in _PATTERNS)
        )  # fmt: skip
        e = material.electrode
        found.append(
            HalfCell(
                role, material.name, coupon, e.potential_low, e.potential_high, e.nominal_voltage, e.practical_capacity
            )
        )
    return tuple(found)
