"""Published figures beside ours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.catalog.types import Device, Published
from fabplan.planner.plan import Comparison
from fabplan.planner.spec import Target

_DIMENSION = {
    "areal_capacity": "areal_charge",
    "areal_energy": "areal_energy",
    "capacity": "charge",
    "energy": "energy",
    "voltage": "voltage",
    "areal_power": "power_density",
    "specific_capacity": "specific_charge",
    "capacity_kept": "number",
}


KEPT_OF = 1.0  # C-rate whose capacity a share that is kept at a higher rate refers to

#: figures that are worth comparing at the target's rate where none was published
_NEARLY_RATELESS = ("areal_capacity", "areal_energy", "capacity", "energy")


@dataclass(frozen=True)
class Areas:
    """Areas that published figures are divided by [m²]: of the footprint, and where both electrodes overlap.

    ``cathode_thickness`` [m] is that of figures stated per thickness of the film; 0 where nothing is divided by it.
    """

    footprint: float
    electrode: float
    cathode_thickness: float = 0.0

    def of(self, figure: Published) -> float:
        """The area of a figure."""
        return self.electrode if figure.area == "electrode" else self.footprint

    def films(self, figure: Published) -> float | None:
        """How many films of a figure's thickness ours is; 1 of a figure that is not per thickness, None if unknown."""
        film = figure.film.value if figure.film else None
        if film is None:
            return 1.0
        return self.cathode_thickness / film if self.cathode_thickness > 0.0 else None


def comparison_rates(devices: Sequence[Device], areas: Areas, one_c: float) -> list[float]:
    """C-rates at which published figures hold."""
    found = []
    for figure in (f for d in devices for f in d.figures):
        rate = _rate(figure, areas.of(figure), one_c)
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
    devices: Sequence[Device], areas: Areas, one_c: float, entries: Sequence[Mapping[str, Any]], target: Target
) -> tuple[Comparison, ...]:
    """Published figures beside ours.

    A charge or energy that was published without a rate is compared at the target's, which the remark says;
    other figures without a rate are not compared.

    Parameters
    ----------
    one_c : current at 1C [A]
    entries : discharges at the rates of `comparison_rates` and at the target's
    """
    found = (_comparison(d, figure, areas, one_c, entries, target) for d in devices for figure in d.figures)
    return tuple(one for one in found if one is not None)


def _comparison(
    device: Device,
    figure: Published,
    areas: Areas,
    one_c: float,
    entries: Sequence[Mapping[str, Any]],
    target: Target,
) -> Comparison | None:
    area, films = areas.of(figure), areas.films(figure)
    stated = _rate(figure, area, one_c)
    rate = target.c_rate if stated is None and figure.what in _NEARLY_RATELESS else stated
    entry = next((e for e in entries if rate is not None and math.isclose(e["c_rate"], rate, rel_tol=1e-9)), None)
    slow = next((e["capacity_Ah"] for e in entries if math.isclose(e["c_rate"], KEPT_OF, rel_tol=1e-9)), None)
    ours = _ours(figure.what, entry, area * films, slow) if entry and films else None
    if ours is None:
        return None
    dimension = _DIMENSION[figure.what]
    published = units.parse(figure.value, dimension, f"devices/{device.id}.toml: value")
    spread = figure.spread.value if figure.spread else None
    off = ours / published - 1.0
    inside = spread is not None and abs(off) <= spread
    remarks = [_remark(off, spread, inside)]
    if stated is None:
        remarks.append(f"no rate was published, ours is at {rate:.3g}C")
    if _asked(figure.what, target, area, published):
        remarks.append("the cell was sized to this figure: an input, no prediction")
    if figure.flag:
        remarks.append(f"the printed value cannot stand: {figure.flag}")
    shown = figure.at or f"{rate:.3g}C"
    unit = units.DIMENSIONS[dimension]
    return Comparison(device, figure.what, shown, published, ours, unit, spread, inside, "; ".join(remarks))


def _asked(what: str, target: Target, area: float, published: float) -> bool:
    """Whether the cell was sized to that figure."""
    asked = {"areal_capacity": target.capacity, "capacity": target.capacity}
    asked |= {"areal_energy": target.energy, "energy": target.energy}
    wanted = asked.get(what)
    return wanted is not None and math.isclose(wanted, published * (area if "areal" in what else 1.0), rel_tol=1e-6)


def _ours(what: str, entry: Mapping[str, Any], area: float, slow: float | None) -> float | None:
    charge, energy = entry["capacity_Ah"] * 3600.0, entry["energy_Wh"] * 3600.0
    choices: dict[str, float] = {
        "areal_capacity": charge / area,
        "areal_energy": energy / area,
        "capacity": charge,
        "energy": energy,
        "voltage": entry["mean_voltage_V"],
        "areal_power": entry["mean_power_W"] / area,
        **({"capacity_kept": entry["capacity_Ah"] / slow} if slow else {}),
    }
    return choices.get(what)


def _remark(off: float, spread: float | None, inside: bool) -> str:
    if spread is None:
        return f"ours is {off:+.0%}; no spread of this comparison is known"
    if inside:
        return f"ours is {off:+.0%}, inside the known spread of ±{spread:.0%}"
    return f"ours is {off:+.0%}, outside the known spread of ±{spread:.0%}; nothing was tuned to meet it"
