"""Tables as CSV that a spreadsheet cannot take for formulas: equal rows, one line a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from fabplan.rendering import printable

_FORMULA = ("=", "+", "-", "@")

Cell = str | float | int | None


def table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV text, UTF-8; floats in their shortest form, None as an empty cell.

    Raises
    ------
    ValueError : a row is longer or shorter than the header
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{len(row)} cells under {len(header)} headings")
        writer.writerow([_cell(cell) for cell in row])
    return out.getvalue().encode()


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return repr(cell + 0.0) if isinstance(cell, float) else str(cell)
    text = printable(" ".join(cell.split()))
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
