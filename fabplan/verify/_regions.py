"""Polygons of a mask file as regions, and whether two regions are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fabplan.geometry.edges import flat_vertices
from fabplan.geometry.region import Region, area
from fabplan.geometry.shapes import difference
from fabplan.readers.mask_cells import read_cells
from fabplan.verify._recognise import recognised
from fabplan.verify._unfold import unfolded

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Design:
    """A mask file as `fabplan verify` compares it: names of its top cells, and regions by (layer, datatype)."""

    tops: tuple[str, ...]
    layers: Mapping[tuple[int, int], Region]


def read_design(path: Path) -> Design:
    """A GDSII or OASIS file; arrays stay lattices, single polygons that repeat become such.

    Raises
    ------
    BadInput : it cannot be read
    """
    file = read_cells(path)
    return Design(file.tops, {pair: tidied(region) for pair, region in unfolded(file, path.name).items()})


def tidied(region: Region) -> Region:
    """A region with its single polygons as lattices where they repeat."""
    singles = sorted((part.polygon for part in region.parts if part.lattice.count == 1), key=len)
    arrays = tuple(part for part in region.parts if part.lattice.count > 1)
    rings = [np.array(list(group), np.int64) for _, group in groupby(singles, key=len)]
    return Region((*arrays, *recognised(rings).parts))


def differ(one: Region, other: Region) -> bool:
    """Whether the regions cover different areas; how they are cut into polygons does not matter.

    Polygons that both have are left out first: those of a region do not overlap, so the rest decides.
    """
    if set(one.parts) == set(other.parts):
        return False
    mine, its = (set(recognised(_flat(region)).parts) for region in (one, other))
    left, right = (Region(tuple(parts - common)) for parts, common in ((mine, mine & its), (its, mine & its)))
    return area(difference(left, right)) > 0 or area(difference(right, left)) > 0


def _flat(region: Region) -> list[Integers]:
    """All polygons of a region, those with equally many corners in one array of shape (N, V, 2)."""
    found: dict[int, list[Integers]] = {}
    for part in region.parts:
        found.setdefault(len(part.polygon), []).append(flat_vertices(part))
    return [np.concatenate(flats) for _, flats in sorted(found.items())]
