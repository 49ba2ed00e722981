"""Open-circuit and electrolyte tables of a cells file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fabplan.estimate.constants import Array
from fabplan.estimate.designs import Materials
from fabplan.estimate.reading import NOT_NEGATIVE, POSITIVE, STOICHIOMETRY, Allowed, Reader
from fabplan.estimate.tables import ELECTROLYTE_CELLS, OCP_CELLS, stack

Table = tuple[Array, Array]
OCP_NAMES = (("x", "V"), ("sto", "U_V"))
OCP_KEYS = {"x", "V", "sto", "U_V", "formula", "source", "window", "max_linear_interp_error_V_0.001_to_0.999"}
ELECTROLYTE_KEYS = {
    "c_mol_m3",
    "kappa_S_m",
    "D_e_m2_s",
    "t_plus",
    "thermodynamic_factor",
    "c0_mol_m3",
    "formula",
    "source",
    "Ea_kappa_J_mol",
    "Ea_D_e_J_mol",
}
_TRANSFERENCE = Allowed(0.0, 0.9999)
_VOLTS = Allowed(-20.0, 20.0)


def read_ocp(reader: Reader, document: Mapping[str, Any], where: str) -> dict[str, Table]:
    """Stoichiometry and voltage of each material, ascending."""
    tables = {}
    for name, given in reader.mapping(document.get("ocp", {}), f"{where}: ocp").items():
        place = f"{where}: ocp.{name}"
        entry = reader.mapping(given, place)
        reader.unknown(entry, OCP_KEYS, place)
        table = _ocp_table(reader, entry, place)
        if table is not None:
            tables[name] = table
    return tables


def _ocp_table(reader: Reader, entry: Mapping[str, Any], place: str) -> Table | None:
    pair = next((names for names in OCP_NAMES if names[0] in entry or names[1] in entry), OCP_NAMES[0])
    if any(name not in entry for name in pair):
        for name in pair:
            if name not in entry:
                reader.missing(entry, name, place, OCP_KEYS)
        return None
    x = reader.numbers(entry[pair[0]], f"{place}.{pair[0]}", STOICHIOMETRY)
    volts = reader.numbers(entry[pair[1]], f"{place}.{pair[1]}", _VOLTS)
    return _ascending(reader, x, volts, place, least=2)


def _ascending(reader: Reader, x: list[float], y: list[float], place: str, least: int) -> Table | None:
    """Both lists as arrays, the first ascending; None after a fault."""
    if not x or not y:
        return None
    if len(x) != len(y):
        reader.fault("the two lists differ in length", place, f"{len(x)} and {len(y)} points")
        return None
    along, values = np.array(x), np.array(y)
    if along[0] > along[-1]:
        along, values = along[::-1], values[::-1]
    if np.any(np.diff(along) < 0.0):
        reader.fault("the points are not in order", place, None, "ascending or descending, repeats allowed")
        return None
    if len(np.unique(along)) < least:
        reader.fault("too few points", place, f"{len(np.unique(along))} different", f"at least {least}")
        return None
    return along, values


def read_electrolytes(reader: Reader, document: Mapping[str, Any], where: str) -> dict[str, dict[str, Any]]:
    """Conductivity and diffusivity tables and the scalars of each electrolyte."""
    found = {}
    for name, given in reader.mapping(document.get("electrolytes", {}), f"{where}: electrolytes").items():
        place = f"{where}: electrolytes.{name}"
        entry = reader.mapping(given, place)
        reader.unknown(entry, ELECTROLYTE_KEYS, place)
        before = len(reader.problems)
        electrolyte = _electrolyte(reader, entry, place)
        if len(reader.problems) == before:
            found[name] = electrolyte
    return found


def _electrolyte(reader: Reader, entry: Mapping[str, Any], place: str) -> dict[str, Any]:
    columns = {}
    for key, allowed in (("c_mol_m3", NOT_NEGATIVE), ("kappa_S_m", POSITIVE), ("D_e_m2_s", POSITIVE)):
        if key in entry:
            columns[key] = reader.numbers(entry[key], f"{place}.{key}", allowed)
        else:
            reader.missing(entry, key, place, ELECTROLYTE_KEYS)
            columns[key] = []
    concentration = columns["c_mol_m3"]
    start = reader.number(entry, "c0_mol_m3", place, POSITIVE, 1000.0)
    if concentration and not min(concentration) <= start <= max(concentration) and len(concentration) > 1:
        reader.fault(
            "outside its table", f"{place}.c0_mol_m3", start, f"{min(concentration):g} to {max(concentration):g}"
        )
    return {
        "kappa": _ascending(reader, concentration, columns["kappa_S_m"], f"{place}.kappa_S_m", least=1),
        "diffusivity": _ascending(reader, concentration, columns["D_e_m2_s"], f"{place}.D_e_m2_s", least=1),
        "t_plus": reader.number(entry, "t_plus", place, _TRANSFERENCE, known=ELECTROLYTE_KEYS),
        "thermodynamic_factor": reader.number(entry, "thermodynamic_factor", place, Allowed(0.0, 100.0), 1.0),
        "start": start,
    }


def materials(ocp: Mapping[str, Table], electrolytes: Mapping[str, Mapping[str, Any]]) -> Materials:
    """Everything read, as stacks in the order of the dictionaries; open-circuit table 0 is lithium metal, 0 V."""
    entries = list(electrolytes.values())
    lithium = (np.array([0.0, 1.0]), np.zeros(2))
    top = max((float(entry["kappa"][0][-1]) for entry in entries), default=1.0) or 1.0
    return Materials(
        ocp=stack([lithium, *ocp.values()], 0.0, 1.0, OCP_CELLS, extend=True),
        electrolyte_conductivity=stack([e["kappa"] for e in entries], 0.0, top, ELECTROLYTE_CELLS, extend=False),
        electrolyte_diffusivity=stack([e["diffusivity"] for e in entries], 0.0, top, ELECTROLYTE_CELLS, extend=False),
        transference=np.array([e["t_plus"] for e in entries]),
        thermodynamic_factor=np.array([e["thermodynamic_factor"] for e in entries]),
        start_concentration=np.array([e["start"] for e in entries]),
    )
