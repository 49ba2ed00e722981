"""Where on a plate the critical dimension is measured: its narrowest line, at a place that a microscope can find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fabplan.geometry import periodic
from fabplan.geometry.region import NANOMETRE, Part, Region, polygon_area2
from fabplan.layout.widths import is_manhattan, narrowest

FEW_ROUND = 100  # round shapes looked at one by one: the width of 2000 of them takes a minute


@dataclass(frozen=True)
class Site:
    """One place to measure.

    Parameters
    ----------
    width : of the line there [m]
    x, y : its middle [m]
    across : axis along which it is measured
    """

    width: float
    x: float
    y: float
    across: str


def critical_dimension(region: Region) -> float | None:
    """Narrowest line of a plate [m]; None of an empty one. Of large lattices a few periods are looked at."""
    if not region:
        return None
    found = periodic.stretches([region], periodic.FEW if is_manhattan(region) else FEW_ROUND)
    least = narrowest(periodic.short([region], found)[0])
    return least if least <= found.reach * NANOMETRE else narrowest(region)


def sites(region: Region, width: float | None, most: int = 5) -> tuple[Site, ...]:
    """Places at which a line is as narrow as the critical dimension, spread over the plate; empty where no bar is.

    Only bars count: rectangles, whose narrow side can be read without doubt. Of a lattice its first, middle and
    last copy are named.
    """
    if width is None:
        return ()
    found = [site for part in region.parts for site in _of_part(part, width)]
    if len(found) <= most:
        return tuple(found)
    return tuple(found[k] for k in np.unique(np.linspace(0, len(found) - 1, most).astype(int)))


def _of_part(part: Part, width: float) -> Iterator[Site]:
    xs, ys = [x for x, _ in part.polygon], [y for _, y in part.polygon]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    is_bar = abs(polygon_area2(part.polygon)) == 2 * wide * high
    if not is_bar or abs(min(wide, high) * NANOMETRE - width) > 0.5 * NANOMETRE:
        return
    lattice = part.lattice
    places = {(0, 0), (lattice.columns // 2, lattice.rows // 2), (lattice.columns - 1, lattice.rows - 1)}
    for column, row in sorted(places):
        x = (min(xs) + max(xs)) / 2 + column * lattice.step_x
        y = (min(ys) + max(ys)) / 2 + row * lattice.step_y
        yield Site(width, x * NANOMETRE, y * NANOMETRE, "x" if wide <= high else "y")
