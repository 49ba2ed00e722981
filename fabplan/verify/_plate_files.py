"""Plates in DXF and Gerber as regions by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fabplan.geometry.region import Region
from fabplan.readers.plate_dxf import read_plate_dxf
from fabplan.readers.plate_gerber import read_plate_gerber
from fabplan.verify._unfold import unfolded

PLATE_SUFFIXES: Mapping[str, str] = {".dxf": "dxf", ".gbr": "gerber", ".ger": "gerber", ".pho": "gerber"}


def plates_of(path: Path, unit: str | None = None) -> dict[str, Region]:
    """Regions of a DXF file by layer, or of a Gerber file by its own name; arrays stay lattices.

    Raises
    ------
    BadInput : the file cannot be read
    """
    if PLATE_SUFFIXES[path.suffix.lower()] == "gerber":
        found = unfolded(read_plate_gerber(path), path.name)
        return {path.stem: found.get((0, 0), Region())}
    cells, names = read_plate_dxf(path, unit)
    return {names[layer]: region for (layer, _), region in unfolded(cells, path.name).items()}
