"""Resistance of a thin sheet of any outline, in squares, for current that leaves evenly over its area.

Finite volumes on a grid of lines: all sides of a Manhattan region and lines between them, else evenly spaced ones.
Corners are coarse: compare patterns with it, do not take it for the resistance of a corner.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from fabplan.geometry.region import Region
from fabplan.geometry.shapes import to_shapely

Floats = NDArray[np.float64]
MOST_CELLS = 400_000


def squares(region: Region, terminal: tuple[int, int], upper: bool, cells: int = MOST_CELLS) -> float | None:
    """Mean drop from the terminal over sheet resistance and current, weighed by area.

    Parameters
    ----------
    terminal : stretch of x [nm] on the region's lower edge (``upper``: upper edge) that is held at zero
    cells : of the grid, about; between the sides of a Manhattan region at least one, whatever that takes

    Returns
    -------
    Dissipated power over sheet resistance and squared current; None where the grid is too coarse to tie all of it.
    """
    shape = to_shapely(region)
    xs, ys = _lines(shapely.get_coordinates(shape), terminal, cells)
    dx, dy = np.diff(xs), np.diff(ys)
    x, y = np.meshgrid((xs[1:] + xs[:-1]) / 2, (ys[1:] + ys[:-1]) / 2)
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, x, y)
    number = np.where(inside, np.cumsum(inside).reshape(inside.shape) - 1, -1)
    size = int(inside.sum())
    one, other, flow = [], [], []
    for a, b, value in (
        (number[:, :-1], number[:, 1:], np.broadcast_to(2 * dy[:, None] / (dx[1:] + dx[:-1]), number[:, 1:].shape)),
        (number[:-1], number[1:], np.broadcast_to(2 * dx / (dy[1:] + dy[:-1])[:, None], number[1:].shape)),
    ):
        both = (a >= 0) & (b >= 0)
        one.append(a[both])
        other.append(b[both])
        flow.append(value[both])
    i, j, g = (np.concatenate(values) for values in (one, other, flow))
    links = coo_array((np.r_[g, g], (np.r_[i, j], np.r_[j, i])), shape=(size, size)).tocsr()
    row = -1 if upper else 0
    middle = (xs[1:] + xs[:-1]) / 2
    fed = (middle >= terminal[0]) & (middle <= terminal[1]) & inside[row]
    if not fed.any() or connected_components(links, directed=False)[0] != 1:
        return None
    lead = np.zeros(size)
    lead[number[row][fed]] = 2 * dx[fed] / dy[row]
    drawn = np.outer(dy, dx)[inside]
    drawn = drawn / drawn.sum()
    drop = spsolve((diags_array(links.sum(axis=1) + lead) - links).tocsc(), drawn)
    return float(drop @ drawn)


def _lines(points: Floats, terminal: tuple[int, int], cells: int) -> tuple[Floats, Floats]:
    """Grid lines along x and y."""
    xs, ys = np.unique(np.r_[points[:, 0], terminal]), np.unique(points[:, 1])
    if len(xs) * len(ys) < MOST_CELLS:
        parts = max(1, min(8, math.isqrt(cells // (len(xs) * len(ys)))))
        return _finer(xs, parts), _finer(ys, parts)
    wide, tall = np.ptp(xs), np.ptp(ys)
    step = math.sqrt(wide * tall / cells)
    return (np.linspace(xs[0], xs[-1], round(wide / step) + 1), np.linspace(ys[0], ys[-1], round(tall / step) + 1))


def _finer(lines: Floats, parts: int) -> Floats:
    """Lines with ``parts - 1`` more between each two."""
    share = np.arange(parts) / parts
    found: Floats = np.append((lines[:-1, None] + np.diff(lines)[:, None] * share).ravel(), lines[-1])
    return found
