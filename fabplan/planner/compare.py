"""Published figures beside ours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fabplan import units
from fabplan.catalog.types import Device, Published
from fabplan.planner.plan import Comparison

_DIMENSION = {
    "areal_capacity": "areal_charge",
    "areal_energy": "areal_energy",
    "capacity": "charge",
    "energy": "energy",
    "voltage": "voltage",
    "areal_power": "power_density",
    "specific_capacity": "specific_charge",
}


def comparison_rates(devices: Sequence[Device], area: float, one_c: float) -> list[float]:
    """C-rates at which published figures hold."""
    found = []
    for figure in (f for d in devices for f in d.figures):
        rate = _rate(figure, area, one_c)
        if rate is not None:
            found.append(rate)
    return found


def _rate(figure: Published, area: float, one_c: float) -> float | None:
    if figure.c_rate is not None and figure.c_rate.value:
        return figure.c_rate.value
    if figure.current_density is not None and figure.current_density.value and one_c > 0:
        return figure.current_density.value * area / one_c
    return None


def comparisons(
    devices: Sequence[Device], area: float, one_c: float, entries: Sequence[Mapping[str, Any]]
) -> tuple[Comparison, ...]:
    """Published figures beside ours; a figure without a rate is not compared."""
    found = []
    for device in devices:
        for figure in device.figures:
            rate = _rate(figure, area, one_c)
            entry = next(
                (e for e in entries if rate is not None and math.isclose(e["c_rate"], rate, rel_tol=1e-9)), None
            )
            ours = _ours(figure.what, entry, area) if entry else None
            if entry is None or ours is None:
                continue
            dimension = _DIMENSION[figure.what]
            published = units.parse(figure.value, dimension, f"devices/{device.id}.toml: value")
            spread = figure.spread.value if figure.spread else None
            off = ours / published - 1.0
            inside = spread is not None and abs(off) <= spread
            found.append(
                Comparison(
                    device,
                    figure.what,
                    figure.at or f"{rate:.3g}C",
                    published,
                    ours,
                    units.DIMENSIONS[dimension],
                    spread,
                    inside,
                    _remark(off, spread, inside),
                )
            )
    return tuple(found)


def _ours(what: str, entry: Mapping[str, Any], area: float) -> float | None:
    charge, energy = entry["capacity_Ah"] * 3600.0, entry["energy_Wh"] * 3600.0
    choices: dict[str, float] = {
        "areal_capacity": charge / area,
        "areal_energy": energy / area,
        "capacity": charge,
        "energy": energy,
        "voltage": entry["mean_voltage_V"],
        "areal_power": entry["mean_power_W"] / area,
    }
    return choices.get(what)


def _remark(off: float, spread: float | None, inside: bool) -> str:
    if spread is None:
        return f"ours is {off:+.0%}; no spread of this comparison is known"
    if inside:
        return f"ours is {off:+.0%}, inside the known spread of ±{spread:.0%}"
    return f"ours is {off:+.0%}, outside the known spread of ±{spread:.0%}; nothing was tuned to meet it"
