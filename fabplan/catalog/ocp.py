"""Open-circuit potential tables: a CSV file a table, and one index that says where each comes from."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import Problem, listed, nearest
from fabplan.records import Confidence, Origin, read, text

HEADER = ["stoichiometry", "voltage_V"]
LARGEST_TABLE = 100_000
LOWEST_VOLTAGE, HIGHEST_VOLTAGE = -1.0, 7.0


@dataclass(frozen=True, eq=False)
class OcpTable:
    """Open-circuit potential of one host against lithium.

    Parameters
    ----------
    stoichiometry : lithium fraction of the host, strictly rising within 0 to 1, shape (n,)
    voltage : open-circuit potential [V] there, shape (n,)
    provenance : program, equation or drawing that the numbers came out of
    licence : under which terms they may be passed on
    """

    name: str
    stoichiometry: NDArray[np.float64]
    voltage: NDArray[np.float64]
    source: str
    confidence: Confidence
    provenance: str = ""
    licence: str = ""
    note: str = ""

    @property
    def x_min(self) -> float:
        """Lowest stoichiometry of the table."""
        return float(self.stoichiometry[0])

    @property
    def x_max(self) -> float:
        """Highest stoichiometry of the table."""
        return float(self.stoichiometry[-1])


@dataclass(frozen=True, kw_only=True)
class OcpEntry:
    """What the index says about a table."""

    provenance: str = text("program, equation or drawing that the numbers came out of")
    licence: str = text("terms under which they may be passed on")
    note: str = text("remarks")
    source: str = text("who says so", default=None)
    confidence: str = text("how sure", default=None)


def read_tables(folder: Path, index: Mapping[str, Any], where: str, problems: list[Problem]) -> dict[str, OcpTable]:
    """All tables of one folder; faults of index and tables are appended to ``problems``.

    Parameters
    ----------
    folder : folder of the CSV files
    index : content of its ``index.toml``: name of the table → source, confidence, ...
    where : the folder as messages call it
    """
    tables = {}
    files = {path.stem: path for path in sorted(folder.glob("*.csv")) if path.is_file()}
    for name in sorted(files.keys() - index.keys()):
        what, near = "a table that the index does not name", nearest(name, index)
        problems.append(Problem(what, f"{where}/{name}.csv", None, "an entry in index.toml", near))
    for name, given in sorted(index.items()):
        place = f"{where}/index.toml: {name}"
        if not isinstance(given, Mapping):
            problems.append(Problem("not a table", place, repr(given)[:60], "a table"))
        elif name not in files:
            near = nearest(name, files)
            problems.append(Problem("its file is missing", place, f"{name}.csv", listed(files) or None, near))
        else:
            table = _read_table(name, files[name], given, where, problems)
            if table is not None:
                tables[name] = table
    return tables


def _read_table(
    name: str, path: Path, given: Mapping[str, Any], where: str, problems: list[Problem]
) -> OcpTable | None:
    entry = read(OcpEntry, given, f"{where}/index.toml: {name}", problems, origin=Origin("", "low"))
    curve = read_curve(path.read_bytes(), f"{where}/{name}.csv", problems)
    if entry is None or curve is None:
        return None
    stoichiometry, voltage = curve
    confidence: Confidence = entry.confidence  # type: ignore[assignment]
    return OcpTable(name, stoichiometry, voltage, entry.source, confidence, entry.provenance, entry.licence, entry.note)


def read_curve(
    content: bytes, where: str, problems: list[Problem]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """CSV bytes with the header ``stoichiometry,voltage_V`` to two arrays; None after a fault."""
    before = len(problems)
    try:
        rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) if row]
    except (UnicodeDecodeError, csv.Error) as fault:
        problems.append(Problem("not a CSV file", where, str(fault)[:60], "text in UTF-8"))
        return None
    if not rows or [cell.strip() for cell in rows[0]] != HEADER:
        given = ",".join(rows[0])[:60] if rows else "nothing"
        problems.append(Problem("wrong header", f"{where}: line 1", given, ",".join(HEADER)))
        return None
    if not 3 <= len(rows) <= LARGEST_TABLE:
        problems.append(Problem("wrong number of points", where, str(len(rows) - 1), f"2 to {LARGEST_TABLE - 1}"))
        return None
    points = [_point(row, f"{where}: row {number}", problems) for number, row in enumerate(rows[1:], 2)]
    for number, (left, right) in enumerate(pairwise(points), 3):
        if right[0] <= left[0]:
            problems.append(
                Problem("stoichiometry does not rise", f"{where}: row {number}", f"{right[0]:g}", f"above {left[0]:g}")
            )
    if len(problems) > before:
        return None
    curve = np.array(points, dtype=np.float64)
    curve.setflags(write=False)
    return curve[:, 0], curve[:, 1]


def _point(row: list[str], where: str, problems: list[Problem]) -> tuple[float, float]:
    try:
        stoichiometry, voltage = (float(cell) for cell in row)
    except ValueError:
        problems.append(Problem("not two numbers", where, ",".join(row)[:60], "0.5,3.4"))
        return math.nan, math.nan
    if not 0.0 <= stoichiometry <= 1.0:
        problems.append(Problem("stoichiometry out of range", where, row[0][:20], "0 to 1"))
    if not LOWEST_VOLTAGE <= voltage <= HIGHEST_VOLTAGE:
        problems.append(
            Problem("voltage out of range", where, row[1][:20], f"{LOWEST_VOLTAGE:g} to {HIGHEST_VOLTAGE:g} V")
        )
    return stoichiometry, voltage
