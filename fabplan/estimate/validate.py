"""Published cells through the estimator: predicted beside published, with what may explain the difference.

Every value comes from the catalog; the same defaults serve all cells and nothing is fitted to one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.catalog.simulation import Check
from fabplan.catalog.types import Device
from fabplan.errors import BadInput
from fabplan.estimate.cells import Cells, first, read_cells
from fabplan.estimate.constants import Array
from fabplan.estimate.operate import constant_voltage, state_at
from fabplan.estimate.published_cell import PublishedCell, published_cell
from fabplan.estimate.reduced import Reduced, charge_left, reduce
from fabplan.estimate.run import Result, estimate, tier_name
from fabplan.estimate.validation_spread import CHARGES, Drawn, discharged, drawn, interval

_FIRST_C_RATE = 20.0  # where a charge at constant voltage begins to look for its current
_LAST_C_RATE = 0.02
WITHIN, KNOWN, OUTSIDE = "within tolerance", "within the spread of what is known", "outside"
_DIMENSIONS = {
    "areal_capacity": "areal_charge",
    "areal_energy": "areal_energy",
    "voltage": "voltage",
    "specific_capacity": "specific_charge",
    "volumetric_capacity": "volumetric_charge",
    "capacity_ratio": "number",
    "charge_time": "time",
}


@dataclass(frozen=True)
class Comparison:
    """One published figure and its prediction, in SI.

    Parameters
    ----------
    device, name : id and name of the cell
    what, dimension : figure and its dimension
    published : as printed
    value, predicted : in SI; ``predicted`` is NaN where the cell cannot be run
    c_rate : NaN where the figure has none
    tolerance : relative, that the comparison can bear; NaN where nobody judged it
    low, high : 5 and 95 % points of the prediction over what is known of its inputs; NaN where the cell cannot be run
    tier, trusted : of the estimate
    """

    device: str
    name: str
    what: str
    dimension: str
    published: str
    value: float
    predicted: float
    c_rate: float
    tolerance: float
    low: float
    high: float
    tier: str
    trusted: bool

    @property
    def deviation(self) -> float:
        """Predicted over published, less one.

        Returns
        -------
        dimensionless, a share [scalar].
        """
        return self.predicted / self.value - 1.0

    @property
    def within(self) -> bool:
        """Inside the tolerance."""
        return bool(abs(self.deviation) <= self.tolerance)

    @property
    def verdict(self) -> str:
        """``WITHIN``, ``KNOWN`` where the published value give or take its tolerance meets low to high, ``OUTSIDE``."""
        if self.within:
            return WITHIN
        bear = self.value * self.tolerance if np.isfinite(self.tolerance) else 0.0
        return KNOWN if self.low <= self.value + bear and self.high >= self.value - bear else OUTSIDE


@dataclass(frozen=True)
class Validation:
    """All figures of one published cell.

    Parameters
    ----------
    device : its record
    comparisons : one a figure
    assumed : what the prediction rests on that is assumed or known with low confidence
    failure : why it could not be run, empty otherwise
    """

    device: Device
    comparisons: tuple[Comparison, ...]
    assumed: tuple[str, ...]
    failure: str = ""


def validate(catalog: Catalog, names: Sequence[str] = ()) -> tuple[Validation, ...]:
    """Run the cells that have what it takes, in the order of their ids.

    Parameters
    ----------
    catalog : with devices, materials, recipes and potential tables
    names : ids of cells; all that can be run where empty
    """
    devices = [device for device in catalog.devices.values() if device.simulation is not None]
    wanted = [device for device in devices if not names or device.id in names]
    return tuple(_validated(device, catalog) for device in wanted)


def not_run(catalog: Catalog) -> tuple[str, ...]:
    """Ids of published cells without enough geometry to run them."""
    return tuple(device.id for device in catalog.devices.values() if device.simulation is None)


def _validated(device: Device, catalog: Catalog) -> Validation:
    assert device.simulation is not None
    checks = device.simulation.checks
    rates = sorted({rate for check in checks for rate in _rates(check)}) or [1.0]
    try:
        cell = published_cell(device, catalog, rates)
        cells = read_cells(cell.document, device.id)
    except BadInput as fault:
        return Validation(device, (), (), str(fault))
    result = estimate(cells)
    many = drawn(cell)

    @cache
    def at(row: int) -> Result:
        return discharged(many, float(result.c_rate[row]), bool(result.accurate[row]))

    def spread(check: Check) -> tuple[float, float]:
        timed = check.what == "charge_time"
        return interval(_drawn_charging(device, check, many) if timed else _spread(check, cell, many, result, at))

    made = tuple(_compared(device, check, cell, cells, result, spread(check)) for check in checks)
    return Validation(device, made, cell.assumed)


def _rates(check: Check) -> Iterator[float]:
    for rate in (check.c_rate, check.base_c_rate):
        if rate is not None and rate.value is not None:
            yield rate.value


def _number(quantity: object) -> float:
    value = getattr(quantity, "value", None)
    return float("nan") if value is None else float(value)


def _compared(
    device: Device, check: Check, cell: PublishedCell, cells: Cells, result: Result, ends: tuple[float, float]
) -> Comparison:
    dimension = _DIMENSIONS[check.what]
    value = units.parse(check.value, dimension, f"devices/{device.id}.toml: simulation.checks")
    rate = _number(check.c_rate)
    row = _row(result, rate)
    timed = check.what == "charge_time"
    return Comparison(
        device=device.id,
        name=device.name,
        what=check.what,
        dimension=dimension,
        published=check.value,
        value=value,
        predicted=_charging(device, check, cells) if timed else _predicted(check, cell, result, row),
        c_rate=rate,
        tolerance=_number(check.tolerance),
        low=ends[0],
        high=ends[1],
        tier="reduced" if timed else tier_name(bool(result.accurate[row])),
        trusted=timed or not result.doubt[row],
    )


def _predicted(check: Check, cell: PublishedCell, result: Result, row: int) -> float:
    capacity, energy = float(result.capacity[row]), float(result.energy[row])
    if check.what == "voltage":
        return float(result.mean_voltage[row])
    if check.what == "specific_capacity":
        return capacity / cell.active_mass
    if check.what == "volumetric_capacity":
        return capacity / cell.cathode_thickness
    if check.what == "capacity_ratio":
        return capacity / float(result.capacity[_row(result, _number(check.base_c_rate))])
    per = cell.per_footprint or float("nan")
    return (energy if check.what == "areal_energy" else capacity) * per


def _row(result: Result, rate: float) -> int:
    """Place of a rate among the results; the first for a figure without one."""
    return int(np.argmin(np.abs(result.c_rate - rate))) if np.isfinite(rate) else 0


def _spread(
    check: Check, cell: PublishedCell, many: Drawn, result: Result, at: Callable[[int], Result]
) -> Array:
    """The figure of every draw; of a few where the cell as given needs the accurate tier.

    Parameters
    ----------
    at : all draws at the rate of one row of ``result``
    """
    found = at(_row(result, _number(check.c_rate)))
    count = len(found.capacity)
    factors = {name: column[:count] for name, column in many.factors.items()}
    if check.what == "voltage":
        return found.mean_voltage
    if check.what == "specific_capacity":
        return np.asarray(found.capacity / cell.active_mass / factors["active_mass"])
    if check.what == "volumetric_capacity":
        return np.asarray(found.capacity / cell.cathode_thickness / factors["cathode_thickness"])
    if check.what == "capacity_ratio":
        base = at(_row(result, _number(check.base_c_rate))).capacity
        both = min(count, len(base))
        return np.asarray(found.capacity[:both] / base[:both])
    per = (cell.per_footprint or float("nan")) * factors["per_footprint"]
    return np.asarray((found.energy if check.what == "areal_energy" else found.capacity) * per)


def _drawn_charging(device: Device, check: Check, many: Drawn) -> Array:
    models = reduce(first(many.cells, CHARGES))
    return np.array([_charged(device, check, model) for model in models])


def _charging(device: Device, check: Check, cells: Cells) -> float:
    """Time until a share of the charge is in, at the published voltage from the discharged cell [s]."""
    return _charged(device, check, reduce(cells)[0])


def _charged(device: Device, check: Check, model: Reduced) -> float:
    assert device.simulation is not None
    state, volts = state_at(model, 1.0), _number(device.simulation.charge_voltage)
    wanted = _number(check.share) * charge_left(model, state)
    trace = constant_voltage(model, state, volts, -_FIRST_C_RATE * model.one_c, -_LAST_C_RATE * model.one_c)
    time = np.concatenate([[0.0], trace.seconds])
    into = np.concatenate([[0.0], np.cumsum(-trace.current * np.diff(time))])
    return float(np.interp(wanted, into, time)) if into[-1] >= wanted else float("inf")
