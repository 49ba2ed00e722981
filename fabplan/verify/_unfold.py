"""Cells of a mask file unfolded into regions; arrays stay lattices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.geometry.region import Lattice, Part, Region, polygon_area2
from fabplan.readers.gds import Shapes
from fabplan.readers.mask_cells import MaskCell, MaskCells, Placement
from fabplan.verify._recognise import recognised

Pair = tuple[int, int]
Parts = dict[Pair, list[Part]]
QUARTER = math.pi / 2
MOST_PARTS = 300_000  # a few seconds of work
MANY = 100  # polygons from which on it pays to look for lattices
SAME_ANGLE = 1e-9  # rad: turns the corner of a metre by a nanometre


def unfolded(file: MaskCells, where: str, most: int = MOST_PARTS) -> dict[Pair, Region]:
    """Region of every (layer, datatype) below the top cells.

    Parameters
    ----------
    file : cells that place each other without a circle
    where : name of the file for the message
    most : parts, each a polygon with its lattice

    Raises
    ------
    BadInput : more parts
    """
    known: dict[str, Parts] = {}
    found: Parts = {}
    for name in file.tops:
        for pair, parts in _cell(file, name, known, _Budget(where, most)).items():
            found.setdefault(pair, []).extend(parts)
    return {pair: Region(tuple(parts)) for pair, parts in found.items()}


class _Budget:
    """Counts the parts of one cell with all that is below it; refuses more than ``most``."""

    def __init__(self, where: str, most: int) -> None:
        self.where, self.most, self.taken = where, most, 0

    def take(self) -> None:
        """One more part.

        Raises
        ------
        BadInput : too many
        """
        self.taken += 1
        if self.taken > self.most:
            raise BadInput(Problem("too many polygons when unfolded", self.where, allowed=f"at most {self.most}"))


def _cell(file: MaskCells, name: str, known: dict[str, Parts], budget: _Budget) -> Parts:
    """Parts of a cell with all that it places."""
    if name not in known:
        cell = file.cells[name]
        found: Parts = {pair: list(_parts(shapes)) for pair, shapes in cell.shapes.items()}
        for place in cell.places:
            for pair, parts in _cell(file, place.cell, known, budget).items():
                own = found.setdefault(pair, [])
                for inner in parts:
                    for part in _placed(inner, place):
                        budget.take()
                        own.append(part)
        known[name] = found
    return known[name]


def _parts(shapes: Shapes) -> Iterator[Part]:
    """Polygons of a cell; of many single ones those that repeat become lattices at once."""
    alone = shapes.lattices[:, 0] * shapes.lattices[:, 1] == 1
    counts = np.diff(shapes.starts)
    if alone.sum() > MANY:
        for size in np.unique(counts[alone]):
            first = shapes.starts[:-1][alone & (counts == size)]
            yield from recognised([shapes.points[first[:, None] + np.arange(size)]]).parts
    else:
        alone = np.zeros(len(counts), np.bool_)
    for number in np.flatnonzero(~alone):
        ring = shapes.points[shapes.starts[number] : shapes.starts[number + 1]].tolist()
        yield _plain(tuple((x, y) for x, y in ring), Lattice(*shapes.lattices[number].tolist()))


def _plain(ring: tuple[tuple[int, int], ...], lattice: Lattice) -> Part:
    """A part that runs counter-clockwise; a lattice of one has no steps."""
    lattice = lattice if lattice.count > 1 else Lattice()
    return Part(ring if polygon_area2(ring) >= 0 else ring[::-1], lattice)


def _placed(part: Part, place: Placement) -> Iterator[Part]:
    """A part of a cell where its placement puts it."""
    outer = Lattice(place.columns, place.rows, place.step_x, place.step_y)
    inner = _turned(part.lattice, place)
    # a lattice whose steps are slanted after the turn is taken apart
    copies = (Part(ring) for ring in _rings(part)) if inner is None else iter((Part(part.polygon, inner),))
    for copy in copies:
        ring = _transformed(copy.polygon, place)
        for dx, dy, lattice in _nested(copy.lattice, outer):
            yield _plain(tuple((x + dx, y + dy) for x, y in ring), lattice)


def _turned(lattice: Lattice, place: Placement) -> Lattice | None:
    """Lattice after the placement's turn, None where its steps are no longer along the axes or no whole numbers."""
    if lattice.count == 1:
        return Lattice()
    quarters = round(place.angle / QUARTER)
    if abs(place.angle - quarters * QUARTER) > SAME_ANGLE:
        return None
    step_x, step_y = lattice.step_x * place.magnification, lattice.step_y * place.magnification
    if step_x != round(step_x) or step_y != round(step_y):
        return None
    along, across = round(step_x), round(-step_y if place.mirrored else step_y)
    if quarters % 2:
        sign = 1 if quarters % 4 == 1 else -1
        return Lattice(lattice.rows, lattice.columns, -sign * across, sign * along)
    sign = 1 if quarters % 4 == 0 else -1
    return Lattice(lattice.columns, lattice.rows, sign * along, sign * across)


def _nested(inner: Lattice, outer: Lattice) -> Iterator[tuple[int, int, Lattice]]:
    """A lattice of lattices: one where they lie along different axes or one is single, else the smaller one apart."""
    if outer.count == 1 or inner.count == 1:
        yield 0, 0, inner if outer.count == 1 else outer
    elif inner.rows == 1 and outer.columns == 1:
        yield 0, 0, Lattice(inner.columns, outer.rows, inner.step_x, outer.step_y)
    elif inner.columns == 1 and outer.rows == 1:
        yield 0, 0, Lattice(outer.columns, inner.rows, outer.step_x, inner.step_y)
    else:
        few, many = (inner, outer) if inner.count <= outer.count else (outer, inner)
        for row in range(few.rows):
            for column in range(few.columns):
                yield column * few.step_x, row * few.step_y, many


def _rings(part: Part) -> Iterator[tuple[tuple[int, int], ...]]:
    lattice = part.lattice
    for row in range(lattice.rows):
        for column in range(lattice.columns):
            dx, dy = column * lattice.step_x, row * lattice.step_y
            yield tuple((x + dx, y + dy) for x, y in part.polygon)


def _transformed(ring: tuple[tuple[int, int], ...], place: Placement) -> tuple[tuple[int, int], ...]:
    """Vertices after mirror, magnification, turn and shift; quarter turns are exact."""
    quarters = round(place.angle / QUARTER)
    if not place.angle and not place.mirrored and place.magnification == 1:
        return tuple((x + place.x, y + place.y) for x, y in ring)
    if abs(place.angle - quarters * QUARTER) <= SAME_ANGLE:
        cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarters % 4]
    else:
        cosine, sine = math.cos(place.angle), math.sin(place.angle)  # type: ignore[assignment]
    points: NDArray[np.float64] = np.array(ring, np.float64) * place.magnification
    if place.mirrored:
        points[:, 1] *= -1
    turned = np.stack([cosine * points[:, 0] - sine * points[:, 1], sine * points[:, 0] + cosine * points[:, 1]], 1)
    whole = np.where(turned < 0, np.ceil(turned - 0.5), np.floor(turned + 0.5)).astype(np.int64)
    return tuple((x + place.x, y + place.y) for x, y in whole.tolist())


def names_below(file: MaskCells) -> Mapping[str, MaskCell]:
    """Cells that a top cell reaches, itself included."""
    found: dict[str, MaskCell] = {}
    waiting = list(file.tops)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = file.cells[name]
            waiting += [place.cell for place in file.cells[name].places]
    return found
