"""A plan in a dozen lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fabplan.units import show

if TYPE_CHECKING:
    from fabplan.layout.wafer import Wafer
    from fabplan.planner.plan import Plan

SECONDS_PER_HOUR = 3600.0
LEAST_SPREAD = 1e-3  # of an interval that says something


def summary(plan: Plan) -> Iterator[str]:
    """Lines of the result: what it is, what it delivers, what it takes to make."""
    estimate, geometry = plan.estimate, plan.geometry
    yield f"{plan.name}: {plan.architecture_title}"
    for reason in plan.reason:
        yield f"  {reason}"
    volts = show(estimate["mean_voltage_V"], "voltage")
    yield f"capacity     {_scaled(estimate['capacity_Ah'], 'charge')}{_rate(plan)}, {volts} on average"
    yield f"energy       {_scaled(estimate['energy_Wh'], 'energy')}"
    ratio = estimate["n_p_ratio"]
    yield f"N/P ratio    {'none (lithium metal)' if ratio is None else show(ratio, 'number')}"
    drawn = (estimate.get("uncertainty") or {}).get("answers", {}).get("capacity")
    if drawn:
        low, high = (_scaled(drawn[end], "charge") for end in ("low", "high"))
        if drawn["high"] - drawn["low"] > LEAST_SPREAD * drawn["high"]:
            yield f"how sure     capacity {low} to {high} in nine of ten draws"
        else:
            yield "how sure     no input that was drawn moves the capacity; the report says what was held"
    if estimate.get("load"):
        # numpy behind it: loaded when a plan was made, not for --help
        from fabplan.planner.load_target import sentence

        yield f"load         {sentence(estimate['load']).removeprefix('load ')}"
    yield f"resistance   {show(estimate['dc_resistance_ohm'], 'resistance')}"
    yield f"height       {show(geometry['height_m'], 'length')}"
    yield f"steps        {len(plan.steps)}, {_duration(plan)}"
    if plan.wafer is not None:
        yield f"wafer        {_wafer(plan.wafer)}"
    if plan.panel is not None:
        cells = plan.panel.cells
        yield f"panel        {cells.columns} x {cells.rows} cells"
    yield f"confidence   {estimate['confidence']}"
    for other in plan.alternatives[:3]:
        yield f"instead      {other.title}: {other.reason}"


def _wafer(wafer: Wafer) -> str:
    kinds = {slot.kind for slot in wafer.slots if slot.kind} - {"cell"}
    rest = "".join(f", {wafer.count(kind)} {kind}" for kind in sorted(kinds))
    return f"{wafer.disc.diameter * 1e-6:g} mm: {wafer.count()} cells{rest}"


def _scaled(hours: float | None, dimension: str) -> str:
    """Ampere-hours or watt-hours as people read them."""
    return show(None if hours is None else hours * SECONDS_PER_HOUR, dimension)


def _rate(plan: Plan) -> str:
    """The rate at which the capacity holds: that of the entry it was taken from."""
    asked = plan.estimate["capacity_Ah"]
    found = [entry["c_rate"] for entry in plan.estimate["rates"] if entry["capacity_Ah"] == asked]
    return f" at {found[0]:.3g}C" if found else ""


def _duration(plan: Plan) -> str:
    known = [step.duration for step in plan.steps if step.duration is not None]
    withheld = sum(step.duration is None and step.reckoned is not None for step in plan.steps)
    unknown = len(plan.steps) - len(known) - withheld
    rest = f" and {unknown} of unknown duration" if unknown else ""
    rest += f" and {withheld} to calibrate" if withheld else ""
    return f"{show(sum(known), 'time')}{rest}"
