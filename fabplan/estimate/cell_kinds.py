"""The ``design`` object of each kind of cell: keys, ranges, arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fabplan.estimate.cell_tables import Table
from fabplan.estimate.constants import Array
from fabplan.estimate.reading import (
    FRACTION, LENGTH, NOT_NEGATIVE, POSITIVE, STOICHIOMETRY, TEMPERATURE, VOLTAGE, Allowed, Reader,
)

Row = dict[str, Any]
Keys = Mapping[str, tuple[Allowed, float | None]]  # key -> allowed range, default (None: must be given)

METALS = ("Li", "lithium")
ROOM_TEMPERATURE = 298.15
_EXPONENT = Allowed(0.0, 10.0)
_CONCENTRATION = Allowed(0.0, 2e5, open_low=True)

_MATERIAL: Keys = {"i0_ref": (POSITIVE, None), "c_max": (_CONCENTRATION, None)}
_FINGER: Keys = _MATERIAL | {
    "R_m": (LENGTH, None), "eps": (FRACTION, None), "brug": (_EXPONENT, None), "eps_am": (FRACTION, None),
    "D_s": (POSITIVE, None), "sigma": (POSITIVE, None),
}
_PLANAR: Keys = _FINGER | {"L_m": (LENGTH, None)}
_FILM: Keys = _MATERIAL | {
    "L_m": (LENGTH, None), "D_s": (POSITIVE, None), "D_slope_b": (Allowed(-20.0, 20.0), 0.0), "dense_fraction": (FRACTION, 1.0),
}
_SEPARATOR: Keys = {"eps": (FRACTION, None), "brug": (_EXPONENT, None)}
_CONDITIONS: Keys = {"V_cut": (VOLTAGE, None), "T_K": (TEMPERATURE, ROOM_TEMPERATURE)}
_STACK: Keys = _CONDITIONS | {"contact_ohm_m2": (NOT_NEGATIVE, 0.0), "Q_1C_Ah_m2": (POSITIVE, 0.0)}
_COMB: Keys = _CONDITIONS | {
    "w1_m": (LENGTH, None), "w2_m": (LENGTH, None), "gap_m": (LENGTH, None), "h_m": (LENGTH, None), "H_m": (LENGTH, None),
    "contact_ohm_m": (NOT_NEGATIVE, 0.0), "Q_1C_Ah_m": (POSITIVE, 0.0),
}
_WIRE: Keys = _CONDITIONS | {"contact_ohm_m2": (NOT_NEGATIVE, 0.0), "Q_1C_Ah": (POSITIVE, 0.0), "Q_1C_Ah_m2": (POSITIVE, 0.0), "Q_1C_Ah_m": (POSITIVE, 0.0)}
# keys of the reference designs that repeat or label what the others say
_LABELS = {"id", "chemistry", "regime", "kind", "NP", "cathode", "anode", "R_se", "A_pos", "A_neg", "R_contact", "r1_m", "r2_m", "r3_m", "name", "source"}
_STO = ("sto100", "sto0")


def _values(reader: Reader, table: Mapping[str, Any], keys: Keys, where: str, others: Sequence[str] = ()) -> Row:
    """The numbers of one table; unknown keys are noted."""
    known = {*keys, *others}
    reader.unknown(table, known | _LABELS, where)
    return {key: reader.number(table, key, where, allowed, default, known) for key, (allowed, default) in keys.items()}


def _electrode(
    reader: Reader, design: Mapping[str, Any], name: str, keys: Keys, where: str, ocp: Mapping[str, Table], known: Sequence[str], rises: bool
) -> Row:
    """One electrode; lithium metal needs its exchange current only.

    Parameters
    ----------
    rises : the stoichiometry rises during discharge (positive electrode)
    """
    part = reader.part(design, name, where, known)
    if part is None:
        return {}
    place = f"{where}.{name}"
    if not rises and part.get("material") in METALS:
        return {"metal": True} | _values(reader, part, {"i0_ref": (POSITIVE, None)}, place, ("material", *keys, *_STO))
    others = ("material", *_STO)
    row = {"metal": False} | _values(reader, part, keys, place, others)
    row["material"] = reader.choice(part, "material", place, ocp, {*keys, *others})
    for key in _STO:
        row[key] = reader.number(part, key, place, STOICHIOMETRY, None, {*keys, *others})
        if row["material"] is not None:
            _inside_table(reader, row[key], f"{place}.{key}", ocp[row["material"]][0])
    if row["sto100"] == row["sto0"] or (row["sto100"] < row["sto0"]) != rises and np.isfinite(row["sto100"] + row["sto0"]):
        order = "sto100 below sto0" if rises else "sto100 above sto0"
        reader.fault("the stoichiometries are the wrong way round", f"{place}.sto100", row["sto100"], order)
    return row


def _inside_table(reader: Reader, value: float, where: str, x: Array) -> None:
    if np.isfinite(value) and not x[0] <= value <= x[-1]:
        reader.fault("outside the open-circuit table", where, value, f"{x[0]:g} to {x[-1]:g}")


def _part_values(reader: Reader, design: Mapping[str, Any], name: str, keys: Keys, where: str, known: Sequence[str]) -> Row:
    part = reader.part(design, name, where, known)
    return {} if part is None else {f"{name}.{key}": value for key, value in _values(reader, part, keys, f"{where}.{name}").items()}


def read_stack(reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], electrolytes: Sequence[str]) -> Row:
    """A planar cell of porous electrodes."""
    known = (*_STACK, "neg", "pos", "sep", "electrolyte")
    row = _values(reader, design, _STACK, where, known)
    row["negative"] = _electrode(reader, design, "neg", _PLANAR, where, ocp, known, rises=False)
    row["positive"] = _electrode(reader, design, "pos", _PLANAR, where, ocp, known, rises=True)
    row |= _part_values(reader, design, "sep", _SEPARATOR | {"L_m": (LENGTH, None)}, where, known)
    row["electrolyte"] = reader.choice(design, "electrolyte", where, electrolytes, known)
    return row


def read_comb(reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], electrolytes: Sequence[str]) -> Row:
    """One gap of an interdigital cell."""
    known = (*_COMB, "anode", "cathode", "sep", "electrolyte")
    row = _values(reader, design, _COMB, where, known)
    row["negative"] = _electrode(reader, design, "anode", _FINGER, where, ocp, known, rises=False)
    row["positive"] = _electrode(reader, design, "cathode", _FINGER, where, ocp, known, rises=True)
    row |= _part_values(reader, design, "sep", _SEPARATOR, where, known)
    row["electrolyte"] = reader.choice(design, "electrolyte", where, electrolytes, known)
    if row["H_m"] < row["h_m"]:
        reader.fault("the lid lies below the finger tops", f"{where}.H_m", row["H_m"], f"at least h_m = {row['h_m']:g}")
    if row["H_m"] > 2.0 * row["h_m"]:
        reader.notes.append(f"{where}.H_m: a cover deeper than the fingers are high lies outside the validated range")
    return row


def read_planar_film(reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], electrolytes: Sequence[str]) -> Row:
    """A planar thin-film cell."""
    return _read_film(reader, design, where, ocp, {})


def read_coaxial_film(reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], electrolytes: Sequence[str]) -> Row:
    """A thin-film cell around a wire: cathode innermost."""
    return _read_film(reader, design, where, ocp, {"r0_m": (LENGTH, None)})


def _read_film(reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], more: Keys) -> Row:
    known = (*_WIRE, *more, "neg", "pos", "se")
    row = {"r0_m": np.inf} | _values(reader, design, _WIRE | more, where, known)
    row["negative"] = _electrode(reader, design, "neg", _FILM, where, ocp, known, rises=False)
    row["positive"] = _electrode(reader, design, "pos", _FILM, where, ocp, known, rises=True)
    return row | _part_values(reader, design, "se", {"L_m": (LENGTH, None), "kappa": (POSITIVE, None)}, where, known)


READERS: Mapping[str, Callable[[Reader, Mapping[str, Any], str, Mapping[str, Table], Sequence[str]], Row]] = {
    "porous-stack": read_stack,
    "interdigital": read_comb,
    "film-planar": read_planar_film,
    "film-coaxial": read_coaxial_film,
}
