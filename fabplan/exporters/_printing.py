"""The picture of the toolpaths: the first printed layer of every ink, with its prime line and travels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fabplan.exporters import _palette
from fabplan.exporters._picture import WIDTH, bar_of, height_of, padded
from fabplan.exporters._svg import line_path, number
from fabplan.geometry.region import Box, nanometres
from fabplan.layout.interleave import parted
from fabplan.layout.types import Array, Toolpath
from fabplan.planner.plan import Plan

MOST_FILAMENTS = 2_500
_THINNEST = 1.5  # picture units of a line


@dataclass(frozen=True)
class Ink:
    """The first layer of one program."""

    label: str
    colour: str
    printed: str
    travel: str
    starts: tuple[tuple[str, str], ...]
    width: str
    radius: str


@dataclass(frozen=True)
class Printing:
    """All inks in one frame, `WIDTH` wide, y down."""

    width: str
    height: str
    inks: tuple[Ink, ...]
    bar: str
    bar_label: str
    note: str


def by_head(plan: Plan) -> tuple[tuple[Toolpath, ...], dict[str, str]]:
    """What each head of each program prints, and the role of each: name of the path -> role, for the colour."""
    made = {step.toolpath: step.role for step in plan.steps if step.toolpath}
    of_material = {material.id: role for role, material in plan.materials.items()}
    paths: list[Toolpath] = []
    roles: dict[str, str] = {}
    for path in plan.toolpaths:
        parts = parted(path)
        paths += parts
        for part, head in zip(parts, path.heads or (None,), strict=True):
            roles[part.name] = of_material.get(head.ink, "") if head else made.get(path.name, "")
    return tuple(paths), roles


def printing(paths: tuple[Toolpath, ...], roles: Mapping[str, str]) -> Printing | None:
    """Picture of the first layers; None without toolpaths.

    Parameters
    ----------
    roles : name of a toolpath -> role of what it prints, for the colour
    """
    chosen = [(path, _first_layer(path)) for path in paths]
    if not any(numbers for _, numbers in chosen):
        return None
    box = padded(_around(chosen), 0.06)
    inks = tuple(_ink(path, numbers, roles.get(path.name, ""), box) for path, numbers in chosen)
    left_out = sum(_in_first_layer(path) - len(numbers) for path, numbers in chosen)
    notes = [_prime(path, box) for path, numbers in chosen if numbers]
    if left_out:
        notes.append(f"{left_out} further lines of the first layer are not drawn.")
    bar, label = bar_of(box)
    return Printing(number(WIDTH), number(height_of(box)), inks, bar, label, " ".join(n for n in notes if n))


def _around(chosen: Sequence[tuple[Toolpath, list[int]]]) -> Box:
    """Box of the walls; of the prime lines, which may lie far away, only when there is nothing else."""
    lines = [
        (path.kinds[k] == "prime", path.points[path.starts[k] : path.starts[k + 1]]) for path, ks in chosen for k in ks
    ]
    walls = [points for prime, points in lines if not prime] or [points for _, points in lines]
    every = np.concatenate(walls)
    low, high = every.min(axis=0).tolist(), every.max(axis=0).tolist()
    return nanometres(low[0]), nanometres(low[1]), nanometres(high[0]), nanometres(high[1])


def _prime(path: Toolpath, box: Box) -> str:
    """Where the prime line starts when it is outside the view."""
    x, y = (nanometres(value) for value in path.points[0, :2].tolist())
    if box[0] <= x <= box[2] and box[1] <= y <= box[3]:
        return ""
    return f"Prime line of {path.name} outside this view, from x {x * 1e-6:.3f}, y {y * 1e-6:.3f} mm."


def _is_first(path: Toolpath) -> NDArray[np.bool_]:
    printed = path.layer_of[path.layer_of > 0]
    first = printed.min() if len(printed) else 0
    return np.asarray((path.layer_of == 0) | (path.layer_of == first), dtype=np.bool_)


def _in_first_layer(path: Toolpath) -> int:
    return int(_is_first(path).sum())


def _first_layer(path: Toolpath) -> list[int]:
    return [int(k) for k in np.flatnonzero(_is_first(path))[:MOST_FILAMENTS]]


def _ink(path: Toolpath, numbers: list[int], role: str, box: Box) -> Ink:
    lines = [_placed(path.points[path.starts[k] : path.starts[k + 1]], box) for k in numbers]
    travels = [line_path((a[-1], b[0])) for a, b in pairwise(lines)]
    starts = tuple((number(line[0][0]), number(line[0][1])) for line in lines[:200])
    width = max(path.nozzle * 1e9 * WIDTH / max(box[2] - box[0], 1), _THINNEST)
    return Ink(
        path.name,
        _palette.css(role),
        "".join(map(line_path, lines)),
        "".join(travels),
        starts,
        number(width),
        number(min(max(0.6 * width, 2.0), 6.0)),
    )


def _placed(points: Array, box: Box) -> list[tuple[float, float]]:
    scale = WIDTH / max(box[2] - box[0], 1)
    return [((x * 1e9 - box[0]) * scale, (box[3] - y * 1e9) * scale) for x, y, _ in points.tolist()]
