"""Small cells documents and the reference discharges, read once for all tests of the estimator."""

from __future__ import annotations

import copy
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fabplan.estimate.cells import Cells, read_cells
from tests.shared import SHARED

REFERENCE = SHARED / "reference"

_LFP = {
    "material": "LFP",
    "L_m": 20e-6,
    "R_m": 2e-7,
    "eps": 0.35,
    "brug": 1.5,
    "eps_am": 0.55,
    "D_s": 1e-15,
    "i0_ref": 1.0,
    "sigma": 5.0,
    "c_max": 22806.0,
    "sto100": 0.03,
    "sto0": 0.95,
}
_LTO = _LFP | {"material": "LTO", "L_m": 22e-6, "D_s": 1e-14, "c_max": 22730.0, "sto100": 0.95, "sto0": 0.05}
_LITHIUM = {"material": "Li", "i0_ref": 10.0}
_NOT_IN_FILMS = ("R_m", "eps", "brug", "eps_am", "sigma")
_SALT = [1.0, 500.0, 1000.0, 2000.0, 4000.0]


def _film(electrode: dict[str, Any], **changes: Any) -> dict[str, Any]:
    kept = {key: value for key, value in electrode.items() if key not in _NOT_IN_FILMS}
    return kept | {"L_m": 1e-6, "D_slope_b": 0.0} | changes


def _fingers(electrode: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in electrode.items() if key != "L_m"}


def design(kind: str) -> dict[str, Any]:
    """A plausible design of that kind."""
    common: dict[str, Any] = {"V_cut": 1.0, "T_K": 298.15}
    if kind == "porous-stack":
        own: dict[str, Any] = {
            "electrolyte": "gel",
            "sep": {"L_m": 15e-6, "eps": 0.5, "brug": 1.5},
            "pos": _LFP,
            "neg": _LTO,
            "contact_ohm_m2": 1e-4,
        }
    elif kind == "interdigital":
        own = {
            "electrolyte": "gel",
            "sep": {"eps": 1.0, "brug": 1.5},
            "cathode": _fingers(_LFP),
            "anode": _fingers(_LTO),
            "w1_m": 44e-6,
            "w2_m": 40e-6,
            "gap_m": 20e-6,
            "h_m": 50e-6,
            "H_m": 60e-6,
        }
    else:
        own = {
            "pos": _film(_LFP, D_s=1e-15),
            "neg": _film(_LTO, L_m=1.2e-6, D_s=1e-14),
            "se": {"L_m": 5e-7, "kappa": 2e-4},
            "contact_ohm_m2": 1e-4,
        }
        if kind == "film-coaxial":
            own["r0_m"] = 2e-6
    return copy.deepcopy(common | own)


def document(*kinds: str, c_rates: Sequence[float] = (0.1, 1.0, 5.0)) -> dict[str, Any]:
    """A cells document with one cell of each kind."""
    x = np.linspace(0.0, 1.0, 401)
    lfp = 3.4077 - 0.020269 * x + 0.5 * np.exp(-150.0 * x) - 0.9 * np.exp(-30.0 * (1.0 - x))
    lto = 1.55 - 0.01 * (x - 0.5) + 0.6 * np.exp(-120.0 * x) - 0.55 * np.exp(-60.0 * (1.0 - x))
    return {
        "schema": "fabplan/cells/1",
        "ocp": {"LFP": {"x": x.tolist(), "V": lfp.tolist()}, "LTO": {"sto": x.tolist(), "U_V": lto.tolist()}},
        "electrolytes": {
            "gel": {
                "c_mol_m3": list(_SALT),
                "kappa_S_m": [0.01, 0.25, 0.3, 0.3, 0.2],
                "D_e_m2_s": [1e-10] * 5,
                "t_plus": 0.35,
                "thermodynamic_factor": 1.0,
                "c0_mol_m3": 1000.0,
            }
        },
        "cells": [
            {"id": f"{kind}-{place}", "kind": kind, "design": design(kind), "c_rates": list(c_rates)}
            for place, kind in enumerate(kinds)
        ],
    }


def cells(*kinds: str, c_rates: Sequence[float] = (0.1, 1.0, 5.0)) -> Cells:
    """The same, read."""
    return read_cells(document(*kinds, c_rates=c_rates), "example")


def against_lithium(given: dict[str, Any]) -> dict[str, Any]:
    """The same document with lithium anodes."""
    made = copy.deepcopy(given)
    for cell in made["cells"]:
        cell["design"]["anode" if cell["kind"] == "interdigital" else "neg"] = dict(_LITHIUM)
        cell["design"]["V_cut"] = 2.5
    return made


@dataclass(frozen=True)
class Discharges:
    """A reference file: cells, and per (id, C-rate) the result; capacities over the 1C capacity."""

    cells: Cells
    capacity: dict[tuple[str, float], float]
    voltage: dict[tuple[str, float], float]
    raw: dict[str, Any]


def reference(name: str) -> dict[str, Any]:
    """A reference file as it stands; skips where it is missing."""
    path = REFERENCE / name
    if not path.is_file():
        pytest.skip(f"the reference file {name} is not here (set FABPLAN_SHARED)")
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def _dense_tables(path: Path) -> dict[str, dict[str, list[float]]]:
    with path.open() as lines:
        rows = list(csv.reader(lines))
    columns = list(zip(*rows[1:], strict=True))
    x = [float(value) for value in columns[0]]
    return {
        name.removesuffix("_V"): {"x": x, "V": [float(value) for value in column]}
        for name, column in zip(rows[0][1:], columns[1:], strict=True)
    }


def _kind(name: str, own: dict[str, Any]) -> str:
    if name != "thin_film_discharge.json":
        return "interdigital" if name.startswith("interdigital") else "porous-stack"
    return "film-coaxial" if own["kind"].startswith("coax") else "film-planar"


@cache
def discharges(name: str) -> Discharges:
    """A reference file as cells with its answers."""
    raw = reference(name)
    reference("dfn_discharge.json")
    made: dict[str, dict[str, Any]] = {}
    capacity, voltage = {}, {}
    for case in raw["cases"]:
        own = case["design"]
        cell = made.setdefault(own["id"], {"id": own["id"], "kind": _kind(name, own), "design": own, "c_rates": []})
        for run in case.get("discharges", [case | case.get("result", {})]):
            cell["c_rates"].append(run["C_rate"])
            capacity[own["id"], run["C_rate"]] = run["Q_over_Q1C"]
            voltage[own["id"], run["C_rate"]] = run["V_mean"]
    given = {
        "schema": "fabplan/cells/1",
        "ocp": _dense_tables(REFERENCE / "dfn_ocp_tables_2001.csv"),
        "electrolytes": raw.get("electrolytes", {}),
        "cells": list(made.values()),
    }
    return Discharges(read_cells(given, name), capacity, voltage, raw)
