"""Discharge curves for plots: voltage over delivered capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fabplan.estimate.cells import Cells
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
