"""Dies on a wafer: where whole ones fit, which of them are tests, half cells and coupons, and what each draws."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product

import numpy as np
from numpy.typing import NDArray

from fabplan.geometry.region import Box, Lattice, Part, Point, Region

Whole = NDArray[np.int64]
FLATS = "SEMI M1-0302, flats, as given at siliconwafer.org/silicon-wafer-flats.html"
#: kind of silicon -> its secondary flat, degrees clockwise from the primary one seen from the front; None for none.
#: Usual convention (SEMI M1; Wikipedia, Wafer (electronics)). Many lack it; some of 150 mm n{100} have it at 135.
SECONDARY = {"p100": 90, "n100": 180, "n111": 45, "p111": None}
NOTCH = "SEMI M1: notch 1.00 mm deep, 0 to +0.25 mm, 90 degrees (recalled, not opened)"
NOTCH_DEPTH = 1_250_000  # nm, at its deepest
CORNERS = 180  # of the drawn circle
#: where test dies lie, in usable radii: the middle, then four around it, then the diagonals
SITES = (
    (0.0, 0.0), (0.0, 0.7), (0.0, -0.7), (-0.7, 0.0), (0.7, 0.0), (0.5, 0.5), (-0.5, 0.5), (0.5, -0.5), (-0.5, -0.5),
)  # fmt: skip
TEST, HALF_ANODE, HALF_CATHODE, COUPON, CELL = "test", "half-anode", "half-cathode", "coupon", "cell"
FRAME = "frame"  # marks and monitors, the same around every die but coupons


@dataclass(frozen=True)
class Disc:
    """A wafer as it is bought.

    Parameters
    ----------
    inches : as people call it
    diameter : [nm]
    flat : length of its primary flat [nm], 0 for a notch
    second : length of a secondary flat [nm], 0 where this size has none
    turn : where the secondary flat lies, degrees clockwise from the primary one; None for none
    """

    inches: int
    diameter: int
    flat: int
    second: int = 0
    turn: int | None = None

    @property
    def source(self) -> str:
        """Who says so."""
        return FLATS if self.flat else NOTCH

    @property
    def flat_distance(self) -> float:
        """From the middle to the flat [nm]; the radius where there is none."""
        return self._distance(self.flat)

    @property
    def second_distance(self) -> float:
        """From the middle to the secondary flat [nm]."""
        return self._distance(self.second)

    @property
    def second_way(self) -> tuple[float, float] | None:
        """Unit vector from the middle to the secondary flat, the primary one below; None for none."""
        if self.turn is None or not self.second:
            return None
        angle = math.radians(self.turn)
        return -math.sin(angle), -math.cos(angle)

    def _distance(self, flat: int) -> float:
        return math.sqrt((self.diameter / 2) ** 2 - (flat / 2) ** 2)


DISCS = (
    Disc(2, 50_800_000, 15_880_000, 8_000_000), Disc(3, 76_200_000, 22_220_000, 11_180_000),
    Disc(4, 100_000_000, 32_500_000, 18_000_000), Disc(5, 125_000_000, 42_500_000, 27_500_000),
    Disc(6, 150_000_000, 57_500_000, 37_500_000), Disc(8, 200_000_000, 0), Disc(12, 300_000_000, 0),
)  # fmt: skip


@dataclass(frozen=True)
class Slot:
    """One place of the grid of dies.

    Parameters
    ----------
    row, column : from 1; rows from the flat or notch up, columns from the left
    x, y : lower left corner of the die from the middle of the wafer [nm]
    kind : what stands there; ``""`` for nothing
    reason : why nothing stands there
    """

    row: int
    column: int
    x: int
    y: int
    kind: str
    reason: str = ""

    @property
    def name(self) -> str:
        """Of the die, e.g. ``R03C05``."""
        return f"R{self.row:02d}C{self.column:02d}"


@dataclass(frozen=True)
class Numbers:
    """How many dies are no cells.

    Parameters
    ----------
    tests : with monitors alone
    half_cells : of each electrode
    coupons : with a square of every plate
    """

    tests: int = 0
    half_cells: int = 0
    coupons: int = 0


@dataclass(frozen=True)
class Wafer:
    """Dies on a wafer.

    Parameters
    ----------
    disc : the wafer
    edge_exclusion : that no die enters [nm]
    street : between dies [nm]
    box : of a die, in the coordinates of the cell [nm]
    slots : every place that the wafer touches, by rows
    dies : kind -> (plate number, region after bias) of every plate, marks and monitors under `FRAME`
    """

    disc: Disc
    edge_exclusion: int
    street: int
    box: Box
    slots: tuple[Slot, ...]
    dies: Mapping[str, tuple[tuple[int, Region], ...]]

    def count(self, kind: str = CELL) -> int:
        """Number of dies of a kind."""
        return sum(slot.kind == kind for slot in self.slots)


def disc_of(diameter: int) -> Disc | None:
    """The wafer of a diameter [nm], None where there is none."""
    return next((disc for disc in DISCS if disc.diameter == diameter), None)


def slots(disc: Disc, edge_exclusion: int, street: int, box: Box, wanted: Numbers) -> tuple[Slot, ...]:
    """Places of dies: of four grids (a die or a street in the middle, along x and y) the one with most whole dies.

    Parameters
    ----------
    box : of a die [nm]
    """
    wide, high = box[2] - box[0], box[3] - box[1]
    grids = [
        list(_grid(disc, edge_exclusion, street, wide, high, shift_x, shift_y))
        for shift_x, shift_y in product((-(wide // 2), street - street // 2), (-(high // 2), street - street // 2))
    ]
    best = max(grids, key=lambda grid: sum(not slot.reason for slot in grid))
    return _given_out(best, disc.diameter / 2 - edge_exclusion, wide, high, wanted)


def _grid(
    disc: Disc, edge: int, street: int, wide: int, high: int, shift_x: int, shift_y: int
) -> Iterator[Slot]:
    """All places that touch the wafer, rows from below."""
    radius = disc.diameter / 2
    xs, ys = _starts(radius, wide + street, shift_x), _starts(radius, high + street, shift_y)
    x, y = np.meshgrid(xs, ys)
    near = np.hypot(np.clip(0, x, x + wide), np.clip(0, y, y + high)) < radius
    reasons = _reasons(disc, edge, x, y, wide, high)
    first_row, first_column = int(np.argmax(near.any(axis=1))), int(np.argmax(near.any(axis=0)))
    for row, column in np.argwhere(near):
        reason = reasons[row, column]
        yield Slot(
            int(row) - first_row + 1, int(column) - first_column + 1, int(x[row, column]), int(y[row, column]),
            "" if reason else CELL, str(reason),
        )  # fmt: skip


def _starts(radius: float, pitch: int, shift: int) -> Whole:
    count = math.ceil(radius / pitch) + 1
    return shift + pitch * np.arange(-count, count + 1, dtype=np.int64)


def _reasons(disc: Disc, edge: int, x: Whole, y: Whole, wide: int, high: int) -> NDArray[np.str_]:
    """Why no whole die stands at a place; empty where one does."""
    far = np.hypot(np.maximum(abs(x), abs(x + wide)), np.maximum(abs(y), abs(y + high)))
    radius = disc.diameter / 2
    found = np.where(far > radius - edge, "edge exclusion", "")
    if disc.flat:
        found = np.where((found == "") & (y < edge - disc.flat_distance), "flat", found)
        if disc.second_way is None:
            return found
        across, up = disc.second_way
        reach = np.maximum(across * x, across * (x + wide)) + np.maximum(up * y, up * (y + high))
        return np.where((found == "") & (reach > disc.second_distance - edge), "secondary flat", found)
    # the notch opens at a right angle: a square as wide on each side as it is deep holds it, and its exclusion
    reach = NOTCH_DEPTH + edge
    inside = (y < reach - radius) & (x < reach) & (x + wide > -reach)
    return np.where((found == "") & inside, "notch", found)


def _given_out(grid: Sequence[Slot], reach: float, wide: int, high: int, wanted: Numbers) -> tuple[Slot, ...]:
    """Tests at their sites, then half cells and coupons from the edge inwards, where fewer good cells are lost."""
    free = [slot for slot in grid if slot.kind]
    kinds: dict[tuple[int, int], str] = {}

    def off(slot: Slot, x: float = 0.0, y: float = 0.0) -> tuple[float, int, int]:
        away = math.hypot(slot.x + wide / 2 - x * reach, slot.y + high / 2 - y * reach)
        return round(away), slot.row, slot.column

    for x, y in SITES[: wanted.tests]:
        left = [slot for slot in free if (slot.row, slot.column) not in kinds]
        if left:
            chosen = min(left, key=lambda slot: off(slot, x, y))
            kinds[chosen.row, chosen.column] = TEST
    others = [HALF_ANODE, HALF_CATHODE] * wanted.half_cells + [COUPON] * wanted.coupons
    outside = sorted((slot for slot in free if (slot.row, slot.column) not in kinds), key=off, reverse=True)
    kinds |= {(slot.row, slot.column): kind for slot, kind in zip(outside, others, strict=False)}
    return tuple(replace(slot, kind=kinds.get((slot.row, slot.column), slot.kind)) for slot in grid)


def arrays(wafer: Wafer) -> Iterator[tuple[str, int, int, Lattice]]:
    """Kind, offset of the die's own coordinates and lattice: rows of equal dies, equal rows above each other in one.

    The frames come last, as a kind of their own.
    """
    framed = [replace(slot, kind=FRAME) for slot in wafer.slots if slot.kind not in ("", COUPON)]
    yield from _arrays(wafer, [slot for slot in wafer.slots if slot.kind in wafer.dies])
    yield from _arrays(wafer, framed)


def _arrays(wafer: Wafer, used: Sequence[Slot]) -> Iterator[tuple[str, int, int, Lattice]]:
    pitch_x = wafer.box[2] - wafer.box[0] + wafer.street
    pitch_y = wafer.box[3] - wafer.box[1] + wafer.street
    runs: dict[tuple[str, int, int], list[int]] = {}
    for slot in _row_ends(used, pitch_x):
        runs.setdefault((slot[0].kind, slot[0].x, slot[1]), []).append(slot[0].y)
    for (kind, x, columns), ys in runs.items():
        for start, rows in _stacks(ys, pitch_y):
            step_x, step_y = pitch_x if columns > 1 else 0, pitch_y if rows > 1 else 0
            yield kind, x - wafer.box[0], start - wafer.box[1], Lattice(columns, rows, step_x, step_y)


def _row_ends(used: Sequence[Slot], pitch: int) -> Iterator[tuple[Slot, int]]:
    """First slot and length of every run of equal dies in a row."""
    for _, run in groupby(enumerate(used), key=lambda e: (e[1].row, e[1].kind, e[1].x - e[0] * pitch)):
        row = [slot for _, slot in run]
        yield row[0], len(row)


def _stacks(ys: Sequence[int], pitch: int) -> Iterator[tuple[int, int]]:
    for _, run in groupby(enumerate(sorted(ys)), key=lambda e: e[1] - e[0] * pitch):
        stack = [y for _, y in run]
        yield stack[0], len(stack)


def outline(disc: Disc) -> Region:
    """The wafer's edge as a polygon, flat or notch below, whole nanometres; inside of the true circle."""
    radius = disc.diameter / 2
    half = math.asin(disc.flat / disc.diameter) if disc.flat else math.atan2(NOTCH_DEPTH, radius)
    start, full = half - math.pi / 2, 2 * math.pi - 2 * half
    angles = (start + full * np.arange(CORNERS + 1) / CORNERS).tolist()
    if disc.flat and disc.second_way is not None:
        across, up = disc.second_way
        angles = _cut(angles, math.atan2(up, across), math.asin(disc.second / disc.diameter))
    points: list[Point] = [(round(radius * math.cos(a)), round(radius * math.sin(a))) for a in angles]
    if not disc.flat:
        points.append((0, round(NOTCH_DEPTH - radius)))
    return Region((Part(tuple(points)),))


def _cut(angles: Sequence[float], middle: float, half: float) -> list[float]:
    """Angles of corners without those that a flat takes, with its two ends."""
    middle += 2 * math.pi * (middle < angles[0])
    kept = [angle for angle in angles if not middle - half <= angle <= middle + half]
    return sorted([*kept, middle - half, middle + half])
