"""The layer table read back: what every layer's area and centroid should be."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from fabplan.errors import BadInput, Problem
from fabplan.geometry.region import Region
from fabplan.layout.fingerprint import Fingerprint, of_region
from fabplan.readers.guarded import decoded, read_bytes

MOST_BYTES = 1 << 20
AREA = 1e-9  # relative; sums of floats
PLACE = 2e-14  # metres: a finger of 10^5 that moves by 10 nm shifts the centroid by 1e-13


@dataclass(frozen=True)
class Row:
    """Name and fingerprint of a layer."""

    name: str
    expected: Fingerprint

    def change(self, region: Region) -> str | None:
        """What is different in the file, as the end of a sentence; None when nothing is."""
        if not region:
            return "has no polygons"
        found, expected = of_region(region), self.expected
        if abs(found.area - expected.area) > AREA * expected.area:
            return f"has an area of {found.area * 1e6:.9g} mm2, layers.csv says {expected.area * 1e6:.9g} mm2"
        reach = PLACE + 1e-13 * math.hypot(expected.x, expected.y)
        if max(abs(found.x - expected.x), abs(found.y - expected.y)) > reach:
            return "was moved or has moved parts: its centroid is not that of layers.csv"
        return None


def fingerprints(path: Path) -> dict[tuple[int, int], Row]:
    """Rows of ``layers.csv`` by (layer, datatype).

    Raises
    ------
    BadInput : it cannot be read or lacks a column
    """
    text = decoded(read_bytes(path, MOST_BYTES, path.name), path.name)
    try:
        rows = list(csv.DictReader(text.splitlines(), strict=True))
        return {
            (int(row["layer"]), int(row["datatype"])): Row(
                row["name"],
                Fingerprint(float(row["area_m2"]), float(row["centroid_x_m"]), float(row["centroid_y_m"])),
            )
            for row in rows
        }
    except (KeyError, TypeError, ValueError, csv.Error) as fault:
        raise BadInput(Problem("the layer table cannot be read", path.name, str(fault)[:80])) from fault
