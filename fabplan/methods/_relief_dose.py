"""Dose and purge of atomic layer deposition in the relief that a step really coats, solved exactly in time.

The sticking probability of a precursor is rarely known better than to a factor of ten: the dose is told at both ends of
its range, each exact for that end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.methods import _dose as closed
from fabplan.methods._sheet import ratio
from fabplan.methods.base import SetPoint, Work, value
from fabplan.records import Quantity

GAS_CONSTANT = 8.31446261815324  # J/(mol K), exact since 2019
DIFFUSION_TIMES = 5.0  # times of diffusion out of the relief after which e^-5 is left (judgement)
SPREAD = (1e-4, 1e-1)  # of sticking over all precursors, where a recipe says nothing (literature)
DEEPEST = 1000.0  # aspect ratio up to which the solver is used
_SOLVER = "computed: ballistic transport in a {}, exact in time"


@dataclass(frozen=True)
class Dose:
    """What relief needs at one sticking probability.

    Parameters
    ----------
    flat : dose over that of flat ground with certain sticking
    closed_form : the same by the closed form, as a cross-check
    exposure : [Pa s], None where molar mass, site area or temperature are unknown
    """

    sticking: float
    flat: float
    closed_form: float
    exposure: float | None


def geometry(work: Work) -> str:
    """``"via"`` or ``"trench"``: how the solver takes the relief."""
    return "trench" if work.trench else "via"


def ends(sticking: Quantity | None) -> tuple[float, ...]:
    """Sticking probabilities at which the dose is told."""
    if sticking is None or sticking.value is None:
        return SPREAD
    if sticking.low is None or sticking.high is None:
        return (sticking.value,)
    return tuple(dict.fromkeys((sticking.low, sticking.high)))


def dose(settings: Any, work: Work, sticking: float) -> Dose | None:
    """Dose of the first precursor that covers the relief's bottom; None on flat ground or beyond the solver."""
    covered = value(settings.coverage)
    if work.aspect_ratio is None or not 0.0 < work.aspect_ratio <= DEEPEST or covered is None:
        return None
    # The solver needs numpy and scipy: loaded when relief is coated, not to list processes.
    from fabplan.methods import _ballistic as ballistic

    kind = geometry(work)
    solved = ballistic.saturation(kind, work.aspect_ratio, sticking, covered).time  # type: ignore[arg-type]
    flat = float(f"{solved:.6g}")  # the last digits depend on the number of threads, and it is good to 0.15 %
    law = closed.via_dose if kind == "via" else closed.trench_dose
    unit = _unit(settings)
    return Dose(sticking, flat, law(work.aspect_ratio, sticking, covered), None if unit is None else unit * flat)


def doses(settings: Any, work: Work) -> tuple[Dose, ...]:
    """Dose at both ends of the sticking probability."""
    found = (dose(settings, work, s) for s in ends(settings.sticking))
    return tuple(d for d in found if d is not None)


def purge(settings: Any, work: Work) -> float | None:
    """Time in which the first precursor leaves the relief to e^-5 by diffusion [s], ``5 L²/D`` (Knudsen)."""
    first = settings.cycle[0] if settings.cycle else None
    molar_mass = value(first.molar_mass) if first else None
    if work.aspect_ratio is None or work.opening is None or molar_mass is None:
        return None
    hot = value(settings.substrate_temperature)
    return None if hot is None else emptied(work.aspect_ratio, work.opening, work.trench, molar_mass, hot)


def emptied(aspect_ratio: float, width: float, trench: bool, molar_mass: float, temperature: float) -> float:
    """``5 L²/D`` with ``D = d v/3``, v the mean speed of a molecule and d four times area over perimeter [s]."""
    speed = math.sqrt(8.0 * GAS_CONSTANT * temperature / (math.pi * molar_mass))
    bore = 2.0 * width if trench else width
    return DIFFUSION_TIMES * (aspect_ratio * width) ** 2 / (bore * speed / 3.0)


def points(settings: Any, work: Work) -> tuple[SetPoint, ...]:
    """Lines of the sheet: dose at both ends of sticking, pulse where the pressure is known, purge."""
    if work.aspect_ratio is None:
        return ()
    kind, deep = geometry(work), f"{work.aspect_ratio:.3g}"
    first = settings.cycle[0] if settings.cycle else None
    pressure = first.partial_pressure if first else None
    found: list[SetPoint] = []
    for entry in doses(settings, work):
        found += _dose_points(entry, kind, deep, pressure)
    time = purge(settings, work)
    if time is not None:
        name = f"Time in which a {kind} of aspect ratio {deep} empties"
        width = units.show(work.opening, "length")
        note = f"opening {width}; least purge, besides what the chamber needs; five diffusion times"
        source = "computed: Knudsen diffusion out of the relief"
        found.append(SetPoint(name, time, "s", units.show(time, "time"), source, "medium", note))
    return tuple(found)


def _dose_points(entry: Dose, kind: str, deep: str, pressure: Quantity | None) -> list[SetPoint]:
    """The number is exact for the sticking that its name states, so it is no value of low confidence."""
    over = entry.closed_form / entry.flat
    note = f"{entry.flat:.4g} doses of flat ground; closed form {over:.2f} times that; pressure at the part times time"
    source, name = (
        _SOLVER.format(kind),
        f"Exposure for a {kind} of aspect ratio {deep} if sticking is {entry.sticking:g}",
    )
    if entry.exposure is None:
        shown = f"{entry.flat:.4g} times that of flat ground"
        return [SetPoint(name, entry.flat, "", shown, source, "medium", note)]
    found = [SetPoint(name, entry.exposure, "Pa s", f"{entry.exposure:.3g} Pa s", source, "medium", note)]
    time = ratio(entry.exposure, value(pressure))
    if time is not None and pressure is not None:
        label = f"Time for that exposure, if sticking is {entry.sticking:g}"
        how = f"exposure over partial pressure; from {pressure.source}"
        found.append(SetPoint(label, time, "s", units.show(time, "time"), f"computed: {how}", pressure.confidence))
    return found


def _unit(settings: Any) -> float | None:
    first = settings.cycle[0] if settings.cycle else None
    molar_mass, site = value(first.molar_mass) if first else None, value(settings.site_area)
    hot = value(settings.substrate_temperature)
    if molar_mass is None or not site or hot is None:
        return None
    return closed.exposure_unit(molar_mass, hot, site)


def whole_pulse(cycle: Sequence[Any]) -> float | None:
    """Exposure that the recipe's first dose gives [Pa s]: pressure, time and repeats; None when one is unknown."""
    if not cycle:
        return None
    time, pressure = value(cycle[0].pulse), value(cycle[0].partial_pressure)
    return None if time is None or pressure is None else time * pressure * cycle[0].repeats
