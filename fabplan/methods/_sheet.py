"""Lines of a recipe sheet made from settings, and sums in which one unknown makes all unknown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from fabplan import units
from fabplan.methods.base import SetPoint
from fabplan.records import Confidence, Quantity, worst

# Units that people read on tools, where they differ from the general table of `fabplan.units`.
_SHOWN: dict[str, tuple[tuple[float, str], ...]] = {
    "growth_per_cycle": ((1e-10, "angstrom/cycle"),),
    "power_density": ((10.0, "mW/cm2"), (1e4, "W/cm2")),
    "current_density": ((10.0, "mA/cm2"),),
    "heating_rate": ((1 / 60.0, "K/min"),),
    "areal_dose": ((10.0, "mJ/cm2"),),
    "flow": ((7.436e-7, "sccm"),),
    "rate": ((1 / 60.0, "rpm"),),
    "frequency": ((1.0, "Hz"), (1e3, "kHz")),
    "volumetric_flow": ((1e-12, "nL/s"), (1e-9, "uL/s"), (1e-6 / 60.0, "mL/min")),
    "surface_tension": ((1e-3, "mN/m"),),
    "areal_volume": ((1e-6, "cm3/m2"),),
    "areal_mass": ((1e-2, "mg/cm2"),),
    "molar_mass": ((1e-3, "g/mol"),),
}


def shown(value: float | None, dimension: str) -> str:
    """SI value as text with the unit that people use, four digits."""
    if value is None or dimension not in _SHOWN:
        return units.show(value, dimension, 4)
    choices = _SHOWN[dimension]
    factor, unit = max((c for c in choices if abs(value) >= c[0] * 0.9995), default=min(choices))
    return f"{value / factor:.4g} {unit}"


def _line(settings: object, name: str) -> SetPoint | None:
    """Set point of one field; None when the recipe leaves the field out."""
    spec = next(f for f in dataclasses.fields(settings) if f.name == name)  # type: ignore[arg-type]
    given: Quantity | None = getattr(settings, name)
    meaning = spec.metadata["meaning"]
    title = meaning[0].upper() + meaning[1:]
    if given is None:
        return None
    text = shown(given.value, given.dimension)
    confidence = given.confidence if given.value is not None else "low"
    return SetPoint(title, given.value, given.unit, text, given.source, confidence, _note(given))


def _note(given: Quantity) -> str:
    """Note of a quantity, with its range where one is known."""
    if given.low is None or given.high is None:
        return given.note
    span = f"range {shown(given.low, given.dimension)} to {shown(given.high, given.dimension)}"
    return f"{given.note}; {span}" if given.note else span


def entered(settings: object, *names: str) -> tuple[SetPoint, ...]:
    """Set points of the named fields; a field that the recipe leaves out is unknown and asks to calibrate."""
    lines = []
    for name in names:
        spec = next(f for f in dataclasses.fields(settings) if f.name == name)  # type: ignore[arg-type]
        meaning, unit = spec.metadata["meaning"], units.DIMENSIONS[spec.metadata["dimension"]]
        absent = SetPoint(meaning[0].upper() + meaning[1:], None, unit, "unknown", "not given by the recipe", "low")
        lines.append(_line(settings, name) or absent)
    return tuple(lines)


def present(settings: object, *names: str) -> tuple[SetPoint, ...]:
    """Set points of those of the named fields that the recipe gives."""
    return tuple(line for name in names if (line := _line(settings, name)) is not None)


def noted(points: Iterable[SetPoint], text: str) -> tuple[SetPoint, ...]:
    """The same set points, the first one with ``text`` (a gas, a resist) before its note."""
    first, *rest = points
    joined = "; ".join(part for part in (text, first.note) if part)
    return (dataclasses.replace(first, note=joined), *rest)


def derived(
    name: str, value: float | None, dimension: str, how: str, *inputs: Quantity | None, note: str = ""
) -> SetPoint:
    """Set point that is computed; as trustworthy as the worst of its inputs."""
    sources = list(dict.fromkeys(i.source for i in inputs if i is not None))
    source = f"computed: {how}" + (f"; from {'; '.join(sources)}" if sources else "")
    return SetPoint(
        name, value, units.DIMENSIONS[dimension], shown(value, dimension), source, _confidence(value, inputs), note
    )


def _confidence(value: float | None, inputs: Iterable[Quantity | None]) -> Confidence:
    return "low" if value is None else worst([i.confidence for i in inputs if i is not None])


def total(*parts: float | None) -> float | None:
    """Sum of the parts; None when one of them is unknown."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def product(*parts: float | None) -> float | None:
    """Product of the parts; None when one of them is unknown."""
    result = 1.0
    for part in parts:
        if part is None:
            return None
        result *= part
    return result


def ratio(upper: float | None, lower: float | None) -> float | None:
    """``upper / lower``; None when one is unknown or ``lower`` is zero."""
    return None if upper is None or not lower else upper / lower


def exceeds(given: float, allowed: float) -> bool:
    """Whether a number is above another one by more than the rounding of units (``"50 um"`` is not quite 5e-5)."""
    return given > allowed * (1.0 + 1e-9)


def known(**limits: float | None) -> dict[str, float]:
    """Limits that are known."""
    return {name: limit for name, limit in limits.items() if limit is not None}
