"""Flat polygons of bodies as arrays, for measuring and checking 10^5 shapes in one go [nm]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding
from fabplan.geometry.region import FLAT_CAP, Part, Region, count
from fabplan.layout.types import Mask

Geometries = NDArray[Any]
MOST_DXF = 400_000  # corners that a DXF file without blocks may have: some 25 MB


@dataclass(frozen=True)
class Flat:
    """N polygons [nm]; every array has N rows.

    Parameters
    ----------
    shapes : shapely polygons, shape (N,)
    boxes : bounds x0, y0, x1, y1, shape (N, 4)
    is_box : whether the polygon equals its bounds, shape (N,)
    owner : number of the region it comes from, shape (N,)
    """

    shapes: Geometries
    boxes: NDArray[np.float64]
    is_box: NDArray[np.bool_]
    owner: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.shapes)


def flat(regions: Sequence[Region], most: int = FLAT_CAP) -> Flat:
    """Polygons of several regions in one array; ``owner`` numbers the regions.

    Raises
    ------
    BadInput : more than ``most`` polygons
    """
    total = sum(count(region) for region in regions)
    if total > most:
        raise BadInput(Problem("too many polygons when flat", "geometry", f"{total}", f"at most {most}"))
    shapes, owners = [EMPTY.shapes], [EMPTY.owner]
    for number, region in enumerate(regions):
        drawn = [*map(corners, (part for part in region.parts if part.lattice.count > 1)), *_singles(region)]
        shapes += [shapely.polygons(vertices) for vertices in drawn]
        owners.append(np.full(count(region), number, np.int64))
    return _measured(np.concatenate(shapes), np.concatenate(owners))


def corners_of(region: Region) -> int:
    """Number of corners of all polygons when flat."""
    return sum(len(part.polygon) * part.lattice.count for part in region.parts)


def flat_findings(masks: Sequence[Mask], wanted: bool) -> Iterator[Finding]:
    """``mask-flat``: a flat DXF file of that many corners is not written; GDSII and OASIS are."""
    number = sum(corners_of(mask.region) for mask in masks)
    if wanted and number > MOST_DXF:
        message = f"without blocks the DXF file would have {number} corners, at most {MOST_DXF} are written: left out"
        yield Finding("mask-flat", "warning", "masks.flat", message, float(number), float(MOST_DXF), "1")


def _singles(region: Region) -> list[NDArray[np.float64]]:
    """Parts that stand alone, those with equally many vertices in one array of shape (parts, vertices, 2)."""
    alone = sorted((part.polygon for part in region.parts if part.lattice.count == 1), key=len)
    return [np.array(list(group), np.float64) for _, group in groupby(alone, key=len)]


def corners(part: Part) -> NDArray[np.float64]:
    """Vertices of all copies of a part, shape (copies, vertices, 2) [nm]."""
    lattice = part.lattice
    columns, rows = np.meshgrid(np.arange(lattice.columns), np.arange(lattice.rows))
    shift = np.stack([columns.ravel() * lattice.step_x, rows.ravel() * lattice.step_y], axis=1)
    copies: NDArray[np.float64] = (np.asarray(part.polygon, np.int64)[None] + shift[:, None]).astype(np.float64)
    return copies


def without(one: Flat, cover: Any) -> Flat:
    """The parts of the polygons that lie outside ``cover`` (one shapely geometry)."""
    if cover.is_empty or not len(one):
        return one
    shapely.prepare(cover)
    touched = shapely.intersects(one.shapes, cover)
    left = shapely.difference(one.shapes[touched], cover)
    pieces, index = shapely.get_parts(left, return_index=True)
    solid = shapely.area(pieces) > 0
    owner = np.concatenate([one.owner[~touched], one.owner[touched][index[solid]]])
    return _measured(np.concatenate([one.shapes[~touched], pieces[solid]]), owner)


def _measured(shapes: Geometries, owner: NDArray[np.int64]) -> Flat:
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    extent = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    # both are exact integers below 2^53 for all but metre-sized shapes, so equality is meant
    is_box = (shapely.get_num_coordinates(shapes) == 5) & (shapely.area(shapes) == extent)
    return Flat(shapes, boxes, is_box, owner)


EMPTY = Flat(np.empty(0, object), np.empty((0, 4)), np.empty(0, np.bool_), np.empty(0, np.int64))
