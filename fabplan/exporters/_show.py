"""Values as a page shows them: the unit people use, with real signs (µ, Ω, ², ×10⁻¹⁴)."""

from __future__ import annotations

import re

from fabplan import units

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SPACE = "\u202f"  # narrow, does not break: keeps number and unit together
_UNITS = r"(?:[numckM]?(?:m2|m3|m|Ah|Wh|A|V|W|L|g|ohm|Pa|s)|degC)(?:/[cm]?m[23]?)?"
_IN_PROSE = re.compile(rf"(?<![\w.])([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?) ({_UNITS})\b")
UNKNOWN = "unknown"
AMP_HOUR = 3600.0  # coulomb
#: SI unit -> dimension that is shown for it
BY_UNIT = {unit: name for name, unit in reversed(units.DIMENSIONS.items())}


def text(value: float | None, dimension: str, digits: int = 3) -> str:
    """SI value as text with typographic unit, e.g. ``"50 µm"``, ``"1×10⁻¹⁴ m²/s"``."""
    if dimension == "area" and value is not None and 1e-9 <= abs(value) < 1e-4:
        return f"{value * 1e6:.{digits}g}{_SPACE}mm²"
    number, _, unit = units.show(value, dimension, digits).partition(" ")
    return f"{_number(number)}{_SPACE}{typographic(unit)}" if unit else _number(number)


def by_unit(value: float | None, unit: str, digits: int = 3) -> str:
    """SI value whose dimension is known by its unit only."""
    if unit in BY_UNIT:
        return text(value, BY_UNIT[unit], digits)
    return UNKNOWN if value is None else f"{_number(f'{value:.{digits}g}')}{_SPACE}{typographic(unit)}"


def charge(amp_hours: float | None, digits: int = 3) -> str:
    """Ampere-hours."""
    return text(None if amp_hours is None else amp_hours * AMP_HOUR, "charge", digits)


def energy(watt_hours: float | None, digits: int = 3) -> str:
    """Watt-hours."""
    return text(None if watt_hours is None else watt_hours * AMP_HOUR, "energy", digits)


def areal_charge(amp_hours_per_area: float | None) -> str:
    """Ampere-hours per square metre, shown per square centimetre."""
    return text(None if amp_hours_per_area is None else amp_hours_per_area * AMP_HOUR, "areal_charge")


def percent(share: float | None, signed: bool = False) -> str:
    """A share as per cent."""
    if share is None:
        return UNKNOWN
    return f"{share * 100:+.3g}{_SPACE}%".replace("-", "−") if signed else f"{share * 100:.3g}{_SPACE}%"


def typographic(unit: str) -> str:
    """Unit in ASCII to its signs."""
    unit = unit.replace("degC", "°C").replace("ohm", "Ω").replace("*", "·").replace("angstrom", "Å")
    unit = re.sub(r"(?<![A-Za-z])u(?=[A-Za-z])", "µ", unit)
    return re.sub(r"(?<=[A-Za-zµΩ])(-?\d)", lambda m: m.group(1).translate(_RAISED), unit)


def prose(sentence: str) -> str:
    """A sentence with the units behind its numbers in real signs: ``"50 um"`` to ``"50 µm"``."""
    return _IN_PROSE.sub(lambda m: f"{m.group(1)}{_SPACE}{typographic(m.group(2))}", sentence)


def _number(number: str) -> str:
    mantissa, e, exponent = number.partition("e")
    shown = mantissa.replace("-", "−")
    return f"{shown}×10{str(int(exponent)).translate(_RAISED)}" if e and exponent.lstrip("+-").isdigit() else shown
