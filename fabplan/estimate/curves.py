"""Discharge curves for plots: voltage over delivered capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fabplan.estimate.cells import Cells, first
from fabplan.estimate.constants import SECONDS_PER_HOUR, Array
from fabplan.estimate.run import answers, tier_name

POINTS = 60


@dataclass(frozen=True)
class Curve:
    """One discharge.

    Parameters
    ----------
    id : of the cell
    c_rate : [1/h]
    capacity : delivered, per m2 [A h/m2] or per metre [A h/m], [points]; dense at both ends
    voltage : [V], [points]
    tier : that answered
    """

    id: str
    c_rate: float
    capacity: Array
    voltage: Array
    tier: str


def curves(
    cells: Cells, tier: str = "auto", c_rates: Sequence[float] | None = None, points: int = POINTS
) -> tuple[Curve, ...]:
    """Curves of every cell and rate, in the order of the input.

    Parameters
    ----------
    points : of every curve; amounts [A h/m2 or A h/m] and [V] as in ``Curve``
    cells, tier, c_rates : as in ``run.estimate``
    points : per curve
    """
    owner, rates, answer = answers(cells, tier, c_rates, samples=points)
    rows = zip(
        owner, rates.tolist(), answer.charges / SECONDS_PER_HOUR, answer.voltages, answer.accurate.tolist(), strict=True
    )
    return tuple(
        Curve(cells.ids[cell], rate, capacity, volts, tier_name(accurate))
        for cell, rate, capacity, volts, accurate in rows
    )


def first_curves(cells: Cells, tier: str, c_rates: Sequence[float] | None, most: int) -> tuple[Curve, ...]:
    """Curves of the first cells only, as many as hold ``most`` curves (at least one cell): for pictures.

    Parameters
    ----------
    c_rates : [1/h]
    most : curves
    """
    rates = [len(own) if c_rates is None else len(c_rates) for own in cells.c_rates]
    count, total = 1, rates[0]
    while count < len(rates) and total + rates[count] <= most:
        total, count = total + rates[count], count + 1
    return curves(first(cells, count), tier, c_rates)[:most]
