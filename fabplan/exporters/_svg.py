"""Numbers and paths for inline SVG, as short as they can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from fabplan.geometry.region import Box, Point, Region


def number(value: float) -> str:
    """At most two decimals, no trailing zeros, no negative zero."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def view_box(box: Box, width: float) -> tuple[float, Callable[[Sequence[float]], tuple[float, float]]]:
    """Height of a picture of ``width`` and the map from nanometres (y up) to its units (y down)."""
    x0, y0, x1, y1 = box
    scale = width / max(x1 - x0, 1)
    return (y1 - y0) * scale, lambda point: ((point[0] - x0) * scale, (y1 - point[1]) * scale)


def region_path(region: Region, box: Box, width: float, short: bool = False) -> str:
    """Path data of all polygons of a region; copies of a lattice share their relative part.

    Parameters
    ----------
    short : polygons start relative to the one before; each is rounded for itself, so that errors do not add up
    """
    scale = width / max(box[2] - box[0], 1)
    pieces: list[str] = []
    before = (0.0, 0.0)
    for start, outline, shifts in _outlines(region, scale):
        for dx, dy in shifts:
            x, y = (start[0] + dx - box[0]) * scale, (box[3] - start[1] - dy) * scale
            if short and pieces:
                here = (round(x, 2), round(y, 2))
                pieces.append(f"m{number(here[0] - before[0])} {number(here[1] - before[1])}{outline}")
            else:
                pieces.append(f"M{number(x)} {number(y)}{outline}")
            before = (round(x, 2), round(y, 2))
    return "".join(pieces)


def _outlines(region: Region, scale: float) -> Iterable[tuple[Point, str, list[Point]]]:
    for part in region.parts:
        lattice = part.lattice
        shifts = [(i * lattice.step_x, j * lattice.step_y) for j in range(lattice.rows) for i in range(lattice.columns)]
        yield part.polygon[0], _relative(part.polygon, scale), shifts


def _relative(polygon: Sequence[Point], scale: float) -> str:
    """Steps from corner to corner; each is rounded against the start, so that errors do not add up."""
    x0, y0 = polygon[0]
    places = [(round((x - x0) * scale, 2), round((y0 - y) * scale, 2)) for x, y in polygon]
    steps = []
    for (xa, ya), (xb, yb) in pairwise(places):
        steps.append(_step(xb - xa, yb - ya))
    return "".join(steps) + "z"


def _step(dx: float, dy: float) -> str:
    across, up = number(dx), number(dy)
    if up == "0":
        return f"h{across}"
    return f"v{up}" if across == "0" else f"l{across} {up}"


def line_path(points: Iterable[Sequence[float]]) -> str:
    """Path data of a polyline, already in picture units."""
    return "".join(f"{'L' if k else 'M'}{number(x)} {number(y)}" for k, (x, y) in enumerate(points))


def scale_bar(extent: float, dimension_of: Callable[[float], str]) -> tuple[float, str]:
    """A round length of about a fifth of ``extent`` and its label; both in the unit of ``extent``."""
    raw = extent / 5
    power = 10.0 ** _floor_log10(raw)
    length = next(power * k for k in (5, 2, 1) if power * k <= raw * 1.0000001)
    return length, dimension_of(length)


def _floor_log10(value: float) -> int:
    return int(f"{value:e}".split("e")[1])
