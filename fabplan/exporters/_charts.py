"""The plots of a plan: discharge, Ragone with published cells, candidates."""

from __future__ import annotations

from collections.abc import Iterable

from fabplan.exporters import _candidates
from fabplan.exporters._plots import Curve, Plot, plot
from fabplan.planner.plan import Plan

_MICRO = 1e6
_HOUR = 3600.0
_PER_SQUARE_CENTIMETRE = 0.1  # 1 W/m2 in mW/cm2


def charts(plan: Plan) -> dict[str, Plot | None]:
    """All plots by name, None for those that the plan has nothing for."""
    return {"discharge": discharge(plan), "ragone": ragone(plan), "candidates": _candidates.by_height(plan),
            "candidates-time": _candidates.by_time(plan)}


def discharge(plan: Plan) -> Plot | None:
    """Voltage over capacity at every rate."""
    curves = [Curve(f"{c['c_rate']:.3g}C", [q * _MICRO for q in c["capacity_Ah"]], c["voltage_V"]) for c in plan.curves]
    return plot(curves, "capacity / µAh", "voltage / V")


def ragone(plan: Plan) -> Plot | None:
    """Energy over power per footprint, ours at every rate, and the published cells that name both."""
    capacity, areal = plan.estimate["capacity_Ah"], plan.estimate["areal_capacity_Ah_m2"]
    if not capacity or not areal or not plan.estimate["rates"]:
        return None
    per_area = areal / capacity * _PER_SQUARE_CENTIMETRE  # of the footprint, as the areal capacity counts it
    rates = sorted(plan.estimate["rates"], key=lambda rate: float(rate["c_rate"]))
    ours = Curve(
        "this cell",
        [rate["mean_power_W"] * per_area for rate in rates],
        [rate["energy_Wh"] * per_area for rate in rates],
        marks=True,
    )
    return plot([ours, *_published(plan)], "power / mW/cm²", "energy / mWh/cm²", log=True)


def _published(plan: Plan) -> Iterable[Curve]:
    """One point a device; an energy and a power belong together when they stand in the same record."""
    devices = {c.device.id: c.device for c in plan.comparisons}
    for key, device in devices.items():
        found = {c.what: c.published for c in plan.comparisons if c.device.id == key}
        if "areal_energy" in found and "areal_power" in found:
            energy = found["areal_energy"] / _HOUR * _PER_SQUARE_CENTIMETRE
            yield Curve(device.name, [found["areal_power"] * _PER_SQUARE_CENTIMETRE], [energy], True, False)
