"""Heating with ramps, shared by annealing, sintering and drying."""

from __future__ import annotations

from fabplan.methods._fields import ROOM
from fabplan.methods._sheet import derived, ratio, total
from fabplan.methods.base import SetPoint, value
from fabplan.records import Quantity

UNLOAD = 323.15  # K; parts are taken out at 50 degC or below


def up_time(temperature: Quantity | None, rate: Quantity | None) -> float | None:
    """Time for heating from room temperature [s]."""
    hot = value(temperature)
    return None if hot is None else ratio(max(0.0, hot - ROOM), value(rate))


def down_time(temperature: Quantity | None, rate: Quantity | None) -> float | None:
    """Time for cooling to where the part may be taken out [s]."""
    hot = value(temperature)
    return None if hot is None else ratio(max(0.0, hot - UNLOAD), value(rate))


def run_time(
    temperature: Quantity | None, dwell: Quantity | None, heating: Quantity | None, cooling: Quantity | None
) -> float | None:
    """Heating, dwelling, cooling [s]."""
    return total(up_time(temperature, heating), value(dwell), down_time(temperature, cooling))


def ramp_points(
    temperature: Quantity | None, heating: Quantity | None, cooling: Quantity | None
) -> tuple[SetPoint, ...]:
    """Times of both ramps."""
    up, down = up_time(temperature, heating), down_time(temperature, cooling)
    return (
        derived("Time of the heating ramp", up, "time", "from 20 degC", temperature, heating),
        derived("Time of the cooling ramp", down, "time", "to 50 degC", temperature, cooling),
    )
