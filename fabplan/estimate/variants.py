"""One cell many times, each time with other values of what is uncertain.

The current stays that of the cell as given: what varies is what the cell gives at it. Draws share 500 electrolytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fabplan.estimate.cell_arrays import build_films, build_interdigital, build_pillars, build_stacks
from fabplan.estimate.cell_kinds import READERS, Row
from fabplan.estimate.cell_tables import materials, read_electrolytes, read_ocp
from fabplan.estimate.cells import Cells, Group
from fabplan.estimate.constants import Array
from fabplan.estimate.interdigital import as_stacks
from fabplan.estimate.reading import Reader

_ELECTROLYTE = ("kappa_S_m", "D_e_m2_s", "t_plus", "thermodynamic_factor")
_TABLES = {"kappa_S_m": "kappa", "D_e_m2_s": "diffusivity"}
_ELECTROLYTES = 500
_SIDES = {"neg": "negative", "anode": "negative", "pos": "positive", "cathode": "positive"}


@dataclass(frozen=True)
class Base:
    """One cell as it was read: its row, its tables, its document."""

    kind: str
    row: Row
    document: Mapping[str, Any]
    electrolyte: str | None

    @staticmethod
    def of(document: Mapping[str, Any]) -> Base:
        reader, cell = Reader(), document["cells"][0]
        ocp = read_ocp(reader, document, "cells")
        electrolytes = read_electrolytes(reader, document, "cells")
        row = READERS[cell["kind"]](reader, cell["design"], "cells[0].design", ocp, list(electrolytes))
        return Base(cell["kind"], row, document, cell["design"].get("electrolyte"))

    def value(self, path: str) -> float | None:
        """Number under a path; None where there is none.

        Returns
        -------
        SI, as the key says [unit of the key]; tables of the electrolyte as a factor.
        """
        side, _, key = path.rpartition(".")
        if side == "electrolyte":
            if key not in _ELECTROLYTE or self.electrolyte is None:
                return None
            return 1.0 if key in _TABLES else float(self._salt()[key])
        table = self.row.get(_SIDES[side], {}) if side in _SIDES else self.row
        found = table.get(key if side in _SIDES else path)
        return float(found) if isinstance(found, float) and np.isfinite(found) else None

    def _salt(self) -> Mapping[str, Any]:
        salt: Mapping[str, Any] = self.document["electrolytes"][self.electrolyte]
        return {"t_plus": 0.0, "thermodynamic_factor": 1.0, **salt}

    def paths(self) -> list[str]:
        """Everything that may vary."""
        names = {"negative": "neg", "positive": "pos"}
        if self.kind in ("interdigital", "pillars"):
            names = {"negative": "anode", "positive": "cathode"}
        inner = ("id", "anode_rise", "cathode_rise")  # of the reading, no keys of a file
        keys = [key for key in self.row if not isinstance(self.row[key], dict) and key not in inner]
        keys += [f"{names[side]}.{key}" for side in names for key in self.row[side]]
        keys += [f"electrolyte.{key}" for key in _ELECTROLYTE]
        return [key for key in keys if self.value(key) is not None and not key.startswith("Q_1C")]

    def values(self) -> dict[str, float]:
        """What may vary, with its value as given.

        Returns
        -------
        SI, as the keys say [unit of the key].
        """
        found = {path: self.value(path) for path in self.paths()}
        return {path: value for path, value in found.items() if value is not None}

    def table_ends(self, path: str) -> tuple[float, float]:
        """Ends of the open-circuit table of an electrode, 0 and 1 where it has none.

        Returns
        -------
        stoichiometries, dimensionless [two].
        """
        material = self.row.get(_SIDES.get(path.rpartition(".")[0], ""), {}).get("material")
        table = self.document.get("ocp", {}).get(material, {})
        along = [float(x) for x in table.get("x", table.get("sto", (0.0, 1.0)))]
        return min(along), max(along)


def varied(base: Base, nominal: Cells, values: dict[str, Array], ahead: int) -> Cells:
    """One cell a draw, all with the current of the cell as given.

    Parameters
    ----------
    values : of every path that varies [draws]; those of the electrolyte are changed to what the draws used
    ahead : rows before the draws: they get an electrolyte of their own
    """
    count = max((len(column) for column in values.values()), default=1)
    one_c = float(nominal.groups[0].designs.one_c_current[0])
    salts, which = _electrolytes(base, values, count, ahead)
    inner = {path: column for path, column in values.items() if not path.startswith("electrolyte.")}
    rows = [_row(base, inner, place, f"E{which[place]}") for place in range(count)]
    ocp = read_ocp(Reader(), base.document, "cells")
    numbers = {name: number for number, name in enumerate(ocp, start=1)}
    solutions = {name: number for number, name in enumerate(salts)}
    places = np.arange(count, dtype=np.intp)
    fixed = np.full(count, one_c)
    if base.kind == "porous-stack":
        group = Group(places, replace(build_stacks(rows, numbers, solutions), one_c_current=fixed))
    elif base.kind == "interdigital":
        bare, fingers = build_interdigital(rows, numbers, solutions)
        # a current per metre of finger is spread over the height that was drawn
        fixed = one_c * base.row["h_m"] / fingers.height
        group = Group(places, replace(as_stacks(bare, fingers), one_c_current=fixed), bare, fingers)
    elif base.kind == "pillars":
        made = build_pillars(rows, numbers, solutions)
        # likewise per metre of height
        fixed = one_c * 2.0 * np.pi * base.row["r2_m"] / made.scale
        group = Group(places, replace(made, one_c_current=fixed))
    else:
        group = Group(places, replace(build_films(rows, numbers), one_c_current=fixed))
    names = ("draw",) * count
    return Cells(names, (base.kind,) * count, ((1.0,),) * count, (group,), materials(ocp, salts), ())


def _row(base: Base, values: Mapping[str, Array], place: int, electrolyte: str) -> Row:
    row = {**base.row, "negative": {**base.row["negative"]}, "positive": {**base.row["positive"]}}
    row["electrolyte"] = electrolyte
    for path, column in values.items():
        side, _, key = path.rpartition(".")
        if side in _SIDES:
            row[_SIDES[side]][key] = float(column[place])
        else:
            row[path] = float(column[place])
    if "h_m" in values and "H_m" in base.row and "H_m" not in values:
        row["H_m"] += row["h_m"] - base.row["h_m"]  # the cover above the fingers stays as deep as it is
    return row


def _electrolytes(
    base: Base, values: dict[str, Array], count: int, ahead: int
) -> tuple[dict[str, Mapping[str, Any]], Any]:
    """Tables of the electrolytes that the draws use, and which one each uses."""
    mine = {path.rpartition(".")[2]: column for path, column in values.items() if path.startswith("electrolyte.")}
    if base.electrolyte is None:
        return {}, np.zeros(count, dtype=np.intp)
    whole = read_electrolytes(Reader(), base.document, "cells")[base.electrolyte]
    if not mine:
        return {"E0": whole}, np.zeros(count, dtype=np.intp)
    rows = np.arange(count)
    which = np.where(rows < ahead, rows, ahead + (rows - ahead) % _ELECTROLYTES)
    made: dict[str, Mapping[str, Any]] = {
        f"E{number}": _varied(whole, mine, number) for number in range(int(which.max()) + 1)
    }
    for path in [path for path in values if path.startswith("electrolyte.")]:
        values[path] = values[path][which]  # the draws say what they used
    return made, which


def _varied(whole: Mapping[str, Any], mine: Mapping[str, Array], number: int) -> dict[str, Any]:
    """One drawn electrolyte: factors on the tables, values for the rest."""
    table = dict(whole)
    for key, column in mine.items():
        value = float(column[number])
        if key in _TABLES:
            x, y = whole[_TABLES[key]]
            table[_TABLES[key]] = (x, y * value)
        else:
            table[key] = value
    return table
