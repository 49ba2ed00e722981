"""The table of measurements: CSV text to rows, every fault with row and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.readers.guarded import decoded

#: columns with their meaning; those in `OPTIONAL` may be left out
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "kind": "recipe, material, facility, machine or ink",
        "record": "its id or another name of it",
        "key": "dotted key as in the record's file, e.g. settings.rate",
        "value": "the measured number",
        "unit": "its unit, e.g. nm/min; 1 or empty for a plain number",
        "date": "of the measurement, YYYY-MM-DD",
        "source": "who measured it how, e.g. the tool and the notebook page",
        "note": "remark for the sheet",
    }
)
OPTIONAL = ("note",)
LARGEST = 1_000_000  # [byte]
LONGEST = 400
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Row:
    """One measurement; ``text`` is value and unit, ``where`` the file and row for messages."""

    where: str
    kind: str
    record: str
    key: str
    text: str
    date: str
    source: str
    note: str


def read_rows(data: bytes, where: str) -> list[Row]:
    """Rows of a table.

    Parameters
    ----------
    data : UTF-8 text, commas between the cells, the columns of `COLUMNS` in any order
    where : name of the file in messages

    Raises
    ------
    BadInput : all faults of the table, each with row and column
    """
    try:
        lines = list(csv.reader(io.StringIO(decoded(data, where)), strict=True))
    except csv.Error as fault:
        raise BadInput(Problem("not a table", where, str(fault), "CSV with commas")) from fault
    if not lines:
        raise BadInput(Problem("an empty table", where, None, f"a header: {', '.join(COLUMNS)}"))
    problems: list[Problem] = []
    header = [cell.strip().casefold() for cell in lines[0]]
    _check_header(header, where, problems)
    if problems:
        raise BadInput(problems)
    rows = [
        row
        for number, cells in enumerate(lines[1:], 2)
        if any(cell.strip() for cell in cells)
        for row in _row(header, cells, f"{where}: row {number}", problems)
    ]
    if not rows and not problems:
        problems.append(Problem("no measurement", where, None, "one row a measured value"))
    if problems:
        raise _Partial(problems, rows)
    return rows


class _Partial(BadInput):
    """Faults of some rows, with the rows that can be checked further."""

    def __init__(self, problems: list[Problem], rows: list[Row]):
        super().__init__(problems)
        self.rows = tuple(rows)


def readable(fault: BadInput) -> tuple[Row, ...]:
    """Rows of a faulty table that can still be held against the catalog, so that all faults come at once."""
    return fault.rows if isinstance(fault, _Partial) else ()


def _check_header(header: list[str], where: str, problems: list[Problem]) -> None:
    for number, name in enumerate(header, 1):
        place = f"{where}: row 1, column {number}"
        if name not in COLUMNS:
            problems.append(Problem("unknown column", place, name[:60], listed(COLUMNS), nearest(name, COLUMNS)))
        elif name in header[: number - 1]:
            problems.append(Problem("a column twice", place, name))
    for name, meaning in COLUMNS.items():
        if name not in header and name not in OPTIONAL:
            problems.append(Problem("a column is missing", f"{where}: row 1, column {name}", None, meaning))


def _row(header: list[str], cells: list[str], where: str, problems: list[Problem]) -> list[Row]:
    """The row, in a list; none after a fault that leaves nothing to check."""
    if len(cells) != len(header):
        problems.append(Problem("not as many cells as columns", where, str(len(cells)), str(len(header))))
        return []
    given = {name: " ".join(cell.split()) for name, cell in zip(header, cells, strict=True)}
    for name, cell in given.items():
        if len(cell) > LONGEST:
            problems.append(Problem("too long", f"{where}, column {name}", cell[:60], f"{LONGEST} characters"))
        if not cell and name not in (*OPTIONAL, "unit"):
            problems.append(Problem("an empty cell", f"{where}, column {name}", None, COLUMNS[name]))
    if given["date"] and not _is_date(given["date"]):
        problems.append(Problem("not a date", f"{where}, column date", given["date"][:60], "YYYY-MM-DD"))
    if not all(given[name] for name in ("kind", "record", "key", "value")):
        return []
    unit = "" if given["unit"] == "1" else given["unit"]
    text = f"{given['value']} {unit}".strip()
    return [Row(where, given["kind"].casefold(), given["record"], given["key"], text, given["date"], given["source"],
                given.get("note", ""))]  # fmt: skip


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None
