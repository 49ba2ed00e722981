"""Quantities at the door: text with a unit to SI floats and back.

Inside fabplan every float is SI (metre, second, coulomb, joule, kelvin, ...). A dimension
is known by its name (``"length"``); ``DIMENSIONS`` says which SI unit it is kept in.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from fabplan.errors import BadInput, Problem

Exponents = tuple[int, int, int, int, int, int]  # metre, kilogram, second, ampere, kelvin, mole

_BASE: dict[str, tuple[float, Exponents]] = {
    "m": (1.0, (1, 0, 0, 0, 0, 0)),
    "g": (1e-3, (0, 1, 0, 0, 0, 0)),
    "s": (1.0, (0, 0, 1, 0, 0, 0)),
    "A": (1.0, (0, 0, 0, 1, 0, 0)),
    "K": (1.0, (0, 0, 0, 0, 1, 0)),
    "mol": (1.0, (0, 0, 0, 0, 0, 1)),
    "C": (1.0, (0, 0, 1, 1, 0, 0)),
    "Ah": (3600.0, (0, 0, 1, 1, 0, 0)),
    "V": (1.0, (2, 1, -3, -1, 0, 0)),
    "W": (1.0, (2, 1, -3, 0, 0, 0)),
    "J": (1.0, (2, 1, -2, 0, 0, 0)),
    "Wh": (3600.0, (2, 1, -2, 0, 0, 0)),
    "eV": (1.602176634e-19, (2, 1, -2, 0, 0, 0)),
    "N": (1.0, (1, 1, -2, 0, 0, 0)),
    "Pa": (1.0, (-1, 1, -2, 0, 0, 0)),
    "bar": (1e5, (-1, 1, -2, 0, 0, 0)),
    "ohm": (1.0, (2, 1, -3, -2, 0, 0)),
    "S": (1.0, (-2, -1, 3, 2, 0, 0)),
    "F": (1.0, (-2, -1, 4, 2, 0, 0)),
    "Hz": (1.0, (0, 0, -1, 0, 0, 0)),
    "L": (1e-3, (3, 0, 0, 0, 0, 0)),
    "M": (1e3, (-3, 0, 0, 0, 0, 1)),
}
_PREFIX = {
    "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3,
    "c": 1e-2, "d": 1e-1, "k": 1e3, "M": 1e6, "G": 1e9,
}
_NO_PREFIX: dict[str, tuple[float, Exponents]] = {
    "min": (60.0, (0, 0, 1, 0, 0, 0)),
    "h": (3600.0, (0, 0, 1, 0, 0, 0)),
    "d": (86400.0, (0, 0, 1, 0, 0, 0)),
    "day": (86400.0, (0, 0, 1, 0, 0, 0)),
    "angstrom": (1e-10, (1, 0, 0, 0, 0, 0)),
    "in": (0.0254, (1, 0, 0, 0, 0, 0)),
    "psi": (6894.757293168361, (-1, 1, -2, 0, 0, 0)),
    "mbar": (100.0, (-1, 1, -2, 0, 0, 0)),
    "Torr": (133.32236842105263, (-1, 1, -2, 0, 0, 0)),
    "mTorr": (0.13332236842105263, (-1, 1, -2, 0, 0, 0)),
    "sccm": (7.436e-7, (0, 0, -1, 0, 0, 1)),  # mole per second at 0 degC, 101325 Pa
    "rpm": (1 / 60.0, (0, 0, -1, 0, 0, 0)),
    "cycle": (1.0, (0, 0, 0, 0, 0, 0)),
    "square": (1.0, (0, 0, 0, 0, 0, 0)),
    "%": (0.01, (0, 0, 0, 0, 0, 0)),
    "1": (1.0, (0, 0, 0, 0, 0, 0)),
}

#: name of the dimension -> SI unit it is kept in
DIMENSIONS: dict[str, str] = {
    "number": "",
    "length": "m",
    "area": "m2",
    "volume": "m3",
    "time": "s",
    "mass": "kg",
    "temperature": "K",
    "charge": "C",
    "energy": "J",
    "current": "A",
    "voltage": "V",
    "power": "W",
    "pressure": "Pa",
    "speed": "m/s",
    "acceleration": "m/s2",
    "rate": "1/s",
    "frequency": "1/s",
    "resistance": "ohm",
    "sheet_resistance": "ohm",
    "areal_resistance": "ohm*m2",
    "resistivity": "ohm*m",
    "conductivity": "S/m",
    "diffusivity": "m2/s",
    "density": "kg/m3",
    "molar_mass": "kg/mol",
    "concentration": "mol/m3",
    "areal_charge": "C/m2",
    "volumetric_charge": "C/m3",
    "specific_charge": "C/kg",
    "areal_energy": "J/m2",
    "current_density": "A/m2",
    "power_density": "W/m2",
    "areal_mass": "kg/m2",
    "linear_mass": "kg/m",
    "growth_per_cycle": "m",
    "growth_rate": "m/s",
    "viscosity": "Pa*s",
    "flow": "mol/s",
    "volumetric_flow": "m3/s",
    "areal_volume": "m",
    "vapour_transmission": "kg/m2/s",
    "heating_rate": "K/s",
    "activation_energy": "J",
    "electric_field": "V/m",
    "areal_dose": "J/m2",
    "surface_tension": "kg/s2",
}

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_QUANTITY = re.compile(rf"^\s*({_NUMBER})\s*(\S.*?)?\s*$")
_FACTOR = re.compile(r"^([A-Za-z%1]+)\^?(-?\d)?$")


def _unit(name: str) -> tuple[float, Exponents] | None:
    """Factor and exponents of a single unit, None if there is no such unit."""
    if name in _NO_PREFIX:
        return _NO_PREFIX[name]
    if name in _BASE:
        return _BASE[name]
    if name[:1] in _PREFIX and name[1:] in _BASE:
        factor, exponents = _BASE[name[1:]]
        return _PREFIX[name[0]] * factor, exponents
    return None


@lru_cache(maxsize=1024)
def unit_factor(text: str) -> tuple[float, Exponents] | None:
    """Factor to SI and exponents of a unit expression such as ``"mAh/cm2"``; None if unknown."""
    text = text.replace("µ", "u").replace("μ", "u").replace("Ω", "ohm").replace("·", "*").replace("Å", "angstrom")
    text = text.replace("²", "2").replace("³", "3")
    factor, exponents, sign = 1.0, [0] * 6, 1
    for part in re.split(r"([*/ ])", text.strip()):
        if part in ("*", " "):
            sign = sign if part == " " else 1
        elif part == "/":
            sign = -1
        elif part:
            match = _FACTOR.match(part)
            found = _unit(match.group(1)) if match else None
            if not match or found is None:
                return None
            power = sign * int(match.group(2) or 1)
            factor *= found[0] ** power
            exponents = [e + power * f for e, f in zip(exponents, found[1], strict=True)]
            sign = 1 if sign == 1 else -1
    return factor, tuple(exponents)  # type: ignore[return-value]


def _dimension_exponents(dimension: str) -> Exponents:
    if not DIMENSIONS[dimension]:
        return (0, 0, 0, 0, 0, 0)
    found = unit_factor(DIMENSIONS[dimension])
    assert found is not None, dimension
    return found[1]


def example(dimension: str) -> str:
    """A valid quantity of that dimension, for messages."""
    return _EXAMPLES.get(dimension, f"1 {DIMENSIONS[dimension]}")


def _for_example(dimension: str) -> str:
    return f'e.g. "{example(dimension)}"'


_EXAMPLES = {
    "number": "0.5", "length": "50 um", "area": "9 mm2", "volume": "1 uL", "time": "2 h", "temperature": "600 degC",
    "charge": "20 uAh", "energy": "10 mWh", "current": "20 uA", "voltage": "1.8 V", "pressure": "600 psi",
    "speed": "250 um/s", "conductivity": "1 mS/cm", "diffusivity": "1e-14 m2/s", "density": "3.6 g/cm3",
    "areal_charge": "1.5 mAh/cm2", "specific_charge": "170 mAh/g", "power": "1 mW", "resistance": "100 ohm",
    "growth_per_cycle": "1.1 angstrom/cycle", "growth_rate": "5 nm/min", "flow": "20 sccm",
}


def parse(text: object, dimension: str, where: str) -> float:
    """Quantity as text to an SI float.

    Parameters
    ----------
    text : e.g. ``"20 uAh"``; a bare number only where ``dimension`` is ``"number"``
    dimension : a key of ``DIMENSIONS``
    where : file and key, for the message

    Raises
    ------
    BadInput : not a finite quantity of that dimension
    """
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise BadInput(Problem("not a quantity", where, _short(text), f"text with a unit, {_for_example(dimension)}"))
    if not isinstance(text, str):
        if dimension != "number":
            raise BadInput(Problem("a unit is missing", where, _short(text), _for_example(dimension)))
        return _finite(float(text), where, text)
    match = _QUANTITY.match(text)
    if not match:
        raise BadInput(Problem("not a quantity", where, _short(text), _for_example(dimension)))
    value, unit = float(match.group(1)), (match.group(2) or "").strip()
    if dimension == "temperature" and unit in ("degC", "°C"):
        return _finite(value + 273.15, where, text)
    if not unit:
        if dimension != "number":
            raise BadInput(Problem("a unit is missing", where, _short(text), _for_example(dimension)))
        return _finite(value, where, text)
    found = unit_factor(unit)
    if found is None:
        allowed = f"a {words(dimension)}, {_for_example(dimension)}"
        raise BadInput(Problem(f"unknown unit {unit[:40]!r}", where, _short(text), allowed))
    if found[1] != _dimension_exponents(dimension):
        raise BadInput(Problem(f"not a {words(dimension)}", where, _short(text), _for_example(dimension)))
    return _finite(value * found[0], where, text)


def words(dimension: str) -> str:
    """Name of a dimension in words."""
    return dimension.replace("_", " ")


def _short(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 80 else text[:77] + "..."


def _finite(value: float, where: str, given: object) -> float:
    if not math.isfinite(value):
        raise BadInput(Problem("not a finite number", where, _short(given)))
    return value


_SHOWN: dict[str, list[tuple[float, str]]] = {
    "length": [(1e-9, "nm"), (1e-6, "um"), (1e-3, "mm"), (1.0, "m")],
    "area": [(1e-12, "um2"), (1e-6, "mm2"), (1e-4, "cm2")],
    "volume": [(1e-15, "pL"), (1e-12, "nL"), (1e-9, "uL"), (1e-6, "mL")],
    "charge": [(3.6e-6, "nAh"), (3.6e-3, "uAh"), (3.6, "mAh"), (3600.0, "Ah")],
    "energy": [(3.6e-6, "nWh"), (3.6e-3, "uWh"), (3.6, "mWh"), (3600.0, "Wh")],
    "current": [(1e-9, "nA"), (1e-6, "uA"), (1e-3, "mA"), (1.0, "A")],
    "voltage": [(1e-6, "uV"), (1e-3, "mV"), (1.0, "V")],
    "power": [(1e-9, "nW"), (1e-6, "uW"), (1e-3, "mW"), (1.0, "W")],
    "time": [(1e-3, "ms"), (1.0, "s"), (60.0, "min"), (3600.0, "h"), (86400.0, "d")],
    "resistance": [(1e-3, "mohm"), (1.0, "ohm"), (1e3, "kohm"), (1e6, "Mohm")],
    "pressure": [(1e-3, "mPa"), (1.0, "Pa"), (1e3, "kPa"), (1e6, "MPa")],
    "mass": [(1e-12, "ng"), (1e-9, "ug"), (1e-6, "mg"), (1e-3, "g"), (1.0, "kg")],
    "speed": [(1e-6, "um/s"), (1e-3, "mm/s"), (1.0, "m/s")],
    "acceleration": [(1e-3, "mm/s2"), (1.0, "m/s2")],
    "areal_charge": [(3.6e-2, "nAh/cm2"), (36.0, "uAh/cm2"), (36000.0, "mAh/cm2")],
    "areal_energy": [(1e4, "J/cm2")],
    "conductivity": [(1e-1, "mS/cm"), (100.0, "S/cm")],
    "growth_rate": [(1e-9 / 60, "nm/min"), (1e-6 / 60, "um/min")],
    "density": [(1e3, "g/cm3")],
}


#: units that people use well below one of them: unit -> smallest value shown in it [SI]
_SHOWN_FROM = {"mm2": 1e-8, "cm2": 1e-4}


def show(value: float | None, dimension: str, digits: int = 3) -> str:
    """SI value as short text with the unit people use, e.g. ``show(5e-5, "length")`` is ``"50 um"``."""
    if value is None:
        return "unknown"
    if not math.isfinite(value):
        return str(value)
    if dimension == "temperature":
        return f"{_digits(value - 273.15, 4)} degC"
    if dimension == "number":
        return _digits(value, digits)
    choices = _SHOWN.get(dimension, [(1.0, DIMENSIONS[dimension])])
    factor, unit = choices[0]
    for candidate in choices:
        if abs(value) >= _SHOWN_FROM.get(candidate[1], candidate[0]) * 0.9995:
            factor, unit = candidate
    return f"{_digits(value / factor, digits)} {unit}".strip()


def _digits(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    if "e" in text and 1e-3 <= abs(value) < 1e6:
        text = f"{value:.0f}"
    return "0" if text in ("-0", "0") else text
