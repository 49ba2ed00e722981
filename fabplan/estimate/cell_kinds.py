"""The ``design`` object of each kind of cell: keys, ranges, arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fabplan.estimate.cell_tables import Table
from fabplan.estimate.constants import Array
from fabplan.estimate.reading import (
    FRACTION,
    LENGTH,
    NOT_NEGATIVE,
    POSITIVE,
    STOICHIOMETRY,
    TEMPERATURE,
    VOLTAGE,
    Allowed,
    Reader,
)
from fabplan.estimate.shape_numeric import LATTICES, contact_distance

Row = dict[str, Any]
Keys = dict[str, tuple[Allowed, float | None]]  # key -> allowed range, default (None: must be given)

METALS = ("Li", "lithium")
ROOM_TEMPERATURE = 298.15
_EXPONENT = Allowed(0.0, 10.0)
_SLOPE = Allowed(-5.0, 5.0)  # beyond, a film is a front that moves: the march does not follow it
_CONCENTRATION = Allowed(0.0, 1e6, open_low=True)  # Li22Si5 holds 3.7e5 mol/m3

_MATERIAL: Keys = {"i0_ref": (POSITIVE, None), "c_max": (_CONCENTRATION, None)}
_FINGER: Keys = {
    **_MATERIAL,
    "R_m": (LENGTH, None),
    "eps": (FRACTION, None),
    "brug": (_EXPONENT, None),
    "eps_am": (FRACTION, None),
    "D_s": (POSITIVE, None),
    "sigma": (POSITIVE, None),
}
_PLANAR: Keys = {**_FINGER, "L_m": (LENGTH, None)}
_FILM: Keys = {
    **_MATERIAL,
    "L_m": (LENGTH, None),
    "D_s": (POSITIVE, None),
    "D_slope_b": (_SLOPE, 0.0),
    "dense_fraction": (FRACTION, 1.0),
}
_FINGER_GAP: Keys = {"eps": (FRACTION, None), "brug": (_EXPONENT, None)}
_SEPARATOR: Keys = {**_FINGER_GAP, "L_m": (LENGTH, None)}
_SOLID: Keys = {"L_m": (LENGTH, None), "kappa": (POSITIVE, None)}
_CONDITIONS: Keys = {"V_cut": (VOLTAGE, None), "T_K": (TEMPERATURE, ROOM_TEMPERATURE)}
_STACK: Keys = {**_CONDITIONS, "contact_ohm_m2": (NOT_NEGATIVE, 0.0), "Q_1C_Ah_m2": (POSITIVE, 0.0)}
_COMB: Keys = {
    **_CONDITIONS,
    **{name: (LENGTH, None) for name in ("w1_m", "w2_m", "gap_m", "H_m")},
    "contact_ohm_m": (NOT_NEGATIVE, 0.0),
    "Q_1C_Ah_m": (POSITIVE, 0.0),
}
_HEIGHTS = ("h1_m", "h2_m")  # of the anode and the cathode, where they differ
_PILLARS: Keys = {
    **_CONDITIONS,
    **{name: (LENGTH, None) for name in ("distance_m", "r1_m", "r2_m", "h_m")},
    "contact_ohm_m": (NOT_NEGATIVE, 0.0),
    "Q_1C_Ah_m": (POSITIVE, 0.0),
}
_SLENDER = 3.0  # height over distance
_FILM_CELL: Keys = {
    **_CONDITIONS,
    "contact_ohm_m2": (NOT_NEGATIVE, 0.0),
    **{name: (POSITIVE, 0.0) for name in ("Q_1C_Ah", "Q_1C_Ah_m2", "Q_1C_Ah_m")},
}
_WIRE: Keys = {**_FILM_CELL, "r0_m": (LENGTH, None)}
# keys of the reference designs that repeat or label what the others say
_LABELS = frozenset(
    [
        "id",
        "chemistry",
        "regime",
        "kind",
        "NP",
        "cathode",
        "anode",
        "R_se",
        "A_pos",
        "A_neg",
        "R_contact",
        "r1_m",
        "r2_m",
        "r3_m",
        "name",
        "source",
        # activation energies, read by ``conditions``
        "Ea_kappa_J_mol",
        "Ea_D_s_J_mol",
        "Ea_i0_J_mol",
        # said beside the discharges
        "first_cycle_loss_fraction",
        "electronic_conductivity_S_m",
    ]
)
_STO = ("sto100", "sto0")
_PARTS = ("neg", "pos", "sep", "se", "anode", "cathode", "electrolyte")


def _values(reader: Reader, table: Mapping[str, Any], keys: Keys, where: str, others: Sequence[str] = ()) -> Row:
    """The numbers of one table; unknown keys are noted."""
    known = {*keys, *others}
    reader.unknown(table, known | _LABELS, where)
    return {key: reader.number(table, key, where, allowed, default, known) for key, (allowed, default) in keys.items()}


def _electrode(
    reader: Reader, design: Mapping[str, Any], name: str, keys: Keys, where: str, ocp: Mapping[str, Table], rises: bool
) -> Row:
    """One electrode; lithium metal needs its exchange current only.

    Parameters
    ----------
    rises : the stoichiometry rises during discharge (positive electrode)
    """
    part = reader.part(design, name, where, _PARTS)
    if part is None:
        return {}
    place, others = f"{where}.{name}", ("material", *_STO)
    if not rises and part.get("material") in METALS:
        return {"metal": True, **_values(reader, part, {"i0_ref": keys["i0_ref"]}, place, (*keys, *others))}
    row: Row = {"metal": False, **_values(reader, part, keys, place, others)}
    row["material"] = reader.choice(part, "material", place, ocp, {*keys, *others})
    for key in _STO:
        row[key] = reader.number(part, key, place, STOICHIOMETRY, None, {*keys, *others})
        if row["material"] is not None:
            _inside_table(reader, row[key], f"{place}.{key}", ocp[row["material"]][0])
    _look_odd(reader, row, place)
    change = row["sto0"] - row["sto100"]
    if np.isfinite(change) and (change <= 0.0 if rises else change >= 0.0):
        order = "sto100 below sto0" if rises else "sto100 above sto0"
        reader.fault("the stoichiometries are the wrong way round", f"{place}.sto100", row["sto100"], order)
    return row


def _look_odd(reader: Reader, row: Row, where: str) -> None:
    """Note what can be computed but not built: mostly a wrong unit or a share of something else."""
    if row.get("eps", 0.0) + row.get("eps_am", 0.0) > 1.0 + 1e-6:
        both = row["eps"] + row["eps_am"]
        reader.notes.append(f"{where}: eps and eps_am together are {both:.3g}, more than the whole")
    if row.get("R_m", 0.0) > row.get("L_m", np.inf):
        reader.notes.append(f"{where}.R_m: particles of {row['R_m']:g} m in an electrode of {row['L_m']:g} m")


def _inside_table(reader: Reader, value: float, where: str, x: Array) -> None:
    if np.isfinite(value) and not x[0] <= value <= x[-1]:
        reader.fault("outside the open-circuit table", where, value, f"{x[0]:g} to {x[-1]:g}")


def _part_values(reader: Reader, design: Mapping[str, Any], name: str, keys: Keys, where: str) -> Row:
    part = reader.part(design, name, where, _PARTS)
    if part is None:
        return {}
    return {f"{name}.{key}": value for key, value in _values(reader, part, keys, f"{where}.{name}").items()}


def read_stack(
    reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], electrolytes: Sequence[str]
) -> Row:
    """A planar cell of porous electrodes."""
    return {
        **_values(reader, design, _STACK, where, ("neg", "pos", "sep", "electrolyte")),
        "negative": _electrode(reader, design, "neg", _PLANAR, where, ocp, rises=False),
        "positive": _electrode(reader, design, "pos", _PLANAR, where, ocp, rises=True),
        **_part_values(reader, design, "sep", _SEPARATOR, where),
        "electrolyte": reader.choice(design, "electrolyte", where, electrolytes, _PARTS),
    }


def _heights(reader: Reader, design: Mapping[str, Any], where: str) -> Row:
    """The lower finger's height and both over it, from ``h_m``, or ``h1_m`` (anode) and ``h2_m`` (cathode)."""
    own = any(key in design for key in _HEIGHTS)
    keys: Keys = {key: (LENGTH, None) for key in (_HEIGHTS if own else ("h_m",))}
    known = {*keys, *_COMB}
    found = [reader.number(design, key, where, allowed, None, known) for key, (allowed, _) in keys.items()]
    low = min(found)
    if own and "h_m" in design:
        reader.notes.append(f"{where}.h_m: not read beside {' and '.join(_HEIGHTS)}")
    if max(found) > low:
        reader.notes.append(f"{where}: fingers of unequal height were not validated")
    return {"h_m": low, "anode_rise": found[0] / low, "cathode_rise": found[-1] / low}


def read_comb(
    reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], electrolytes: Sequence[str]
) -> Row:
    """One gap of an interdigital cell."""
    row = {
        **_values(reader, design, _COMB, where, ("anode", "cathode", "sep", "electrolyte", "h_m", *_HEIGHTS)),
        **_heights(reader, design, where),
        "negative": _electrode(reader, design, "anode", _FINGER, where, ocp, rises=False),
        "positive": _electrode(reader, design, "cathode", _FINGER, where, ocp, rises=True),
        **_part_values(reader, design, "sep", _FINGER_GAP, where),
        "electrolyte": reader.choice(design, "electrolyte", where, electrolytes, _PARTS),
    }
    top = row["h_m"] * max(row["anode_rise"], row["cathode_rise"])
    if row["H_m"] < top * (1.0 - 1e-12):
        reader.fault("the lid lies below the finger tops", f"{where}.H_m", row["H_m"], f"at least h_m = {top:g}")
    if row["H_m"] > 2.0 * row["h_m"]:
        reader.notes.append(f"{where}.H_m: a cover deeper than the fingers are high was not validated")
    return row


def read_pillars(
    reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], electrolytes: Sequence[str]
) -> Row:
    """A lattice of pillars, per metre of height and per cathode pillar."""
    row = {
        **_values(reader, design, _PILLARS, where, ("anode", "cathode", "sep", "electrolyte", "lattice")),
        "lattice": reader.choice(design, "lattice", where, list(LATTICES), _PARTS),
        "negative": _electrode(reader, design, "anode", _FINGER, where, ocp, rises=False),
        "positive": _electrode(reader, design, "cathode", _FINGER, where, ocp, rises=True),
        **_part_values(reader, design, "sep", _FINGER_GAP, where),
        "electrolyte": reader.choice(design, "electrolyte", where, electrolytes, _PARTS),
    }
    if row["lattice"] is not None:
        touching = contact_distance(row["lattice"], row["r1_m"], row["r2_m"])
        if touching >= row["distance_m"]:
            reader.fault("the pillars touch", f"{where}.distance_m", row["distance_m"], f"above {touching:g}")
    if row["h_m"] < _SLENDER * row["distance_m"]:
        reader.notes.append(f"{where}.h_m: pillars this low also conduct above and below, which is not counted")
    return row


def read_planar_film(
    reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], electrolytes: Sequence[str]
) -> Row:
    """A planar thin-film cell."""
    return {**_read_film(reader, design, where, ocp, _FILM_CELL), "r0_m": np.inf}


def read_coaxial_film(
    reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], electrolytes: Sequence[str]
) -> Row:
    """A thin-film cell around a wire: cathode innermost."""
    return _read_film(reader, design, where, ocp, _WIRE)


def _read_film(reader: Reader, design: Mapping[str, Any], where: str, ocp: Mapping[str, Table], keys: Keys) -> Row:
    return {
        **_values(reader, design, keys, where, ("neg", "pos", "se")),
        "negative": _electrode(reader, design, "neg", _FILM, where, ocp, rises=False),
        "positive": _electrode(reader, design, "pos", _FILM, where, ocp, rises=True),
        **_part_values(reader, design, "se", _SOLID, where),
    }


READERS: Mapping[str, Callable[[Reader, Mapping[str, Any], str, Mapping[str, Table], Sequence[str]], Row]] = {
    "porous-stack": read_stack,
    "interdigital": read_comb,
    "pillars": read_pillars,
    "film-planar": read_planar_film,
    "film-coaxial": read_coaxial_film,
}
