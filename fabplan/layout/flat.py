"""Flat polygons of bodies as arrays, for measuring and checking 10^5 shapes in one go [nm]."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.geometry.region import FLAT_CAP, Part, Region, count

Geometries = NDArray[Any]


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
    shapes, owners = [], []
    for number, region in enumerate(regions):
        for part in region.parts:
            shapes.append(shapely.polygons(corners(part)))
            owners.append(np.full(part.lattice.count, number, np.int64))
    return _measured(np.concatenate(shapes), np.concatenate(owners)) if shapes else EMPTY


def corners(part: Part) -> NDArray[np.float64]:
    """Vertices of all copies of a part, shape (copies, vertices, 2) [nm]."""
    lattice = part.lattice
    columns, rows = np.meshgrid(np.arange(lattice.columns), np.arange(lattice.rows))
    shift = np.stack([columns.ravel() * lattice.step_x, rows.ravel() * lattice.step_y], axis=1)
    copies: NDArray[np.float64] = (np.asarray(part.polygon, np.int64)[None] + shift[:, None]).astype(np.float64)
    return copies


def from_arrays(polygons: Iterable[NDArray[np.int64]], owner: int = 0) -> Flat:
    """Polygons that were read from a file, each of shape (V, 2) [nm]."""
    given = list(polygons)
    if not given:
        return EMPTY
    lengths = np.array([len(p) for p in given])
    shapes = np.empty(len(given), object)
    for length in np.unique(lengths):
        where = np.flatnonzero(lengths == length)
        shapes[where] = shapely.polygons(np.stack([given[i] for i in where]).astype(np.float64))
    return _measured(shapes, np.full(len(given), owner, np.int64))


def together(flats: Sequence[Flat]) -> Flat:
    """Several arrays as one; the k-th keeps ``owner`` k."""
    if not flats:
        return EMPTY
    return Flat(
        np.concatenate([f.shapes for f in flats]),
        np.concatenate([f.boxes for f in flats]),
        np.concatenate([f.is_box for f in flats]),
        np.concatenate([np.full(len(f), k, np.int64) for k, f in enumerate(flats)]),
    )


def picked(one: Flat, which: NDArray[Any]) -> Flat:
    """The rows that ``which`` (mask or numbers) picks."""
    return Flat(one.shapes[which], one.boxes[which], one.is_box[which], one.owner[which])


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
