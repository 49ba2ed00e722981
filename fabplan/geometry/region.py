"""Planar regions as unit polygons times lattices, in whole nanometres.

A `Region` holds `Part`s; a part is one simple polygon repeated on a lattice. Parts of a region
may touch along edges but never overlap, so that areas add up. 10^6 equal fingers stay one part
until someone asks for flat polygons.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fabplan.errors import BadInput, Problem

NANOMETRE = 1e-9
Point = tuple[int, int]
FLAT_CAP = 1_000_000


def nanometres(metres: float) -> int:
    """Length snapped to whole nanometres, half away from zero: the one rounding rule of fabplan."""
    scaled = metres / NANOMETRE
    return int(scaled + 0.5) if scaled >= 0 else -int(-scaled + 0.5)


@dataclass(frozen=True)
class Lattice:
    """``columns`` × ``rows`` copies at steps ``step_x``, ``step_y`` [nm]."""

    columns: int = 1
    rows: int = 1
    step_x: int = 0
    step_y: int = 0

    @property
    def count(self) -> int:
        """Number of copies."""
        return self.columns * self.rows


@dataclass(frozen=True)
class Part:
    """One simple polygon [nm], counter-clockwise, last point not repeated, on a lattice."""

    polygon: tuple[Point, ...]
    lattice: Lattice = Lattice()


@dataclass(frozen=True)
class Region:
    """Parts that touch at most along their edges."""

    parts: tuple[Part, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)


Box = tuple[int, int, int, int]


def rectangle(x0: int, y0: int, x1: int, y1: int, lattice: Lattice = Lattice()) -> Region:
    """Axis-parallel rectangle [nm]; empty region when it has no area."""
    if x1 <= x0 or y1 <= y0 or lattice.count < 1:
        return Region()
    return Region((Part(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), lattice),))


def joined(regions: Iterable[Region]) -> Region:
    """Regions put together; they must not overlap."""
    return Region(tuple(part for region in regions for part in region.parts))


def translated(region: Region, dx: int, dy: int) -> Region:
    """Region moved by (dx, dy) [nm]."""
    return Region(
        tuple(replace(p, polygon=tuple((x + dx, y + dy) for x, y in p.polygon)) for p in region.parts)
    )


def polygon_area2(polygon: Sequence[Point]) -> int:
    """Twice the signed area of a polygon [nm²], positive when counter-clockwise (shoelace)."""
    return sum(
        x0 * y1 - x1 * y0
        for (x0, y0), (x1, y1) in zip(polygon, [*polygon[1:], polygon[0]], strict=True)
    )


def area(region: Region) -> float:
    """Area [m²], exact in integers until the last step."""
    doubled = sum(abs(polygon_area2(p.polygon)) * p.lattice.count for p in region.parts)
    return doubled / 2 * NANOMETRE**2


def count(region: Region) -> int:
    """Number of polygons when flat."""
    return sum(p.lattice.count for p in region.parts)


def corners(region: Region) -> int:
    """Number of corners when flat."""
    return sum(len(p.polygon) * p.lattice.count for p in region.parts)


def bounds(region: Region) -> Box:
    """Bounding box (x0, y0, x1, y1) [nm] of a region that is not empty."""
    boxes = []
    for part in region.parts:
        xs, ys = [x for x, _ in part.polygon], [y for _, y in part.polygon]
        dx, dy = (part.lattice.columns - 1) * part.lattice.step_x, (part.lattice.rows - 1) * part.lattice.step_y
        boxes.append((min(xs) + min(dx, 0), min(ys) + min(dy, 0), max(xs) + max(dx, 0), max(ys) + max(dy, 0)))
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def polygons(region: Region, most: int = FLAT_CAP) -> list[tuple[Point, ...]]:
    """Flat polygons [nm].

    Raises
    ------
    BadInput : more than ``most`` polygons
    """
    if count(region) > most:
        raise BadInput(Problem("too many polygons when flat", "geometry", f"{count(region)}", f"at most {most}"))
    return [
        tuple((x + i * part.lattice.step_x, y + j * part.lattice.step_y) for x, y in part.polygon)
        for part in region.parts
        for j in range(part.lattice.rows)
        for i in range(part.lattice.columns)
    ]
