"""Open lines of a drawing put together to rings: ends that meet are joined, all else is said with its place."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.readers._drawing import Floats, Frame

EXACT = 2.0  # ends this near are the same point written with few digits [nm]
REACH = 1000.0  # ends this near are joined, and it is said [nm]
Cell = tuple[int, int]


def closed(line: Floats) -> bool:
    """Whether the ends of a line are the same point."""
    return len(line) > 2 and float(np.hypot(*(line[-1] - line[0]))) <= EXACT


def rings(lines: Sequence[Floats], where: str, frame: Frame) -> tuple[list[Floats], tuple[str, ...]]:
    """Rings that open lines make up, in a fixed order, and what was decided.

    Parameters
    ----------
    lines : shape (n, 2) each [nm]

    Raises
    ------
    BadInput : an end meets no other end within `REACH`, or more than two ends meet in a point
    """
    notes: list[str] = []
    long = [line for line in lines if len(line) > 1 and (np.ptp(line, axis=0) > 0).any()]
    once = _once(long)
    if len(once) < len(long):
        notes.append(f"{len(long) - len(once)} lines drawn twice, taken once")
    if not once:
        return [], tuple(notes)
    ends = np.array([[line[0], line[-1]] for line in once]).reshape(-1, 2)
    nodes, widest = _nodes(ends)
    _check_ends(nodes, ends, where, frame)
    if widest > EXACT:
        notes.append(f"ends up to {widest:.4g} nm apart joined (up to {REACH:g} nm is joined)")
    return [_walked(loop, once) for loop in _loops(nodes)], tuple(notes)


def _once(lines: list[Floats]) -> list[Floats]:
    """Lines without copies, in either direction."""
    found: dict[bytes, Floats] = {}
    for line in lines:
        whole = np.rint(line).astype(np.int64)
        found.setdefault(min(whole.tobytes(), whole[::-1].tobytes()), line)
    return list(found.values())


def _nodes(ends: Floats) -> tuple[list[int], float]:
    """Number of the meeting point of each end, and the widest gap that was closed [nm]."""
    first: dict[Cell, list[int]] = {}
    points: list[tuple[float, float]] = []
    nodes, widest = [], 0.0
    for x, y in ends.tolist():
        cell = (math.floor(x / REACH), math.floor(y / REACH))
        near = [k for i in (-1, 0, 1) for j in (-1, 0, 1) for k in first.get((cell[0] + i, cell[1] + j), ())]
        best = min(near, key=lambda k: math.hypot(points[k][0] - x, points[k][1] - y), default=-1)
        gap = math.hypot(points[best][0] - x, points[best][1] - y) if best >= 0 else math.inf
        if gap > REACH:
            best, gap = len(points), 0.0
            points.append((x, y))
            first.setdefault(cell, []).append(best)
        nodes.append(best)
        widest = max(widest, gap)
    return nodes, widest


def _check_ends(nodes: list[int], ends: Floats, where: str, frame: Frame) -> None:
    """Exactly two ends must meet in every point."""
    degree = np.bincount(nodes)
    lonely = [k for k, node in enumerate(nodes) if degree[node] == 1]
    if lonely:
        loose = ends[lonely]
        apart = np.hypot(*(loose[1:] - loose[0]).T)
        k = int(np.argmin(apart)) + 1 if len(loose) > 1 else 0
        given = f"{len(lonely)} loose ends; {frame.show(*loose[0])} and {frame.show(*loose[k])} are "
        given += f"{float(apart.min(initial=math.inf)) / frame.nanometres:.4g} {frame.unit} apart"
        raise BadInput(Problem("the outline is open", where, given, f"ends at most {REACH:g} nm apart"))
    if (degree > 2).any():
        k = next(k for k, node in enumerate(nodes) if degree[node] > 2)
        given = f"{degree[nodes[k]]} ends meet at {frame.show(*ends[k])}"
        raise BadInput(Problem("the outline branches", where, given, "two ends at every point"))


def _loops(nodes: list[int]) -> list[list[tuple[int, bool]]]:
    """Lines in the order of a walk, and whether each is walked forwards."""
    at: dict[int, list[int]] = {}
    for end, node in enumerate(nodes):
        at.setdefault(node, []).append(end)
    used, found = [False] * (len(nodes) // 2), []
    for line in range(len(used)):
        loop, end = [], 2 * line
        while not used[end // 2]:
            used[end // 2] = True
            loop.append((end // 2, end % 2 == 0))
            leaving = end ^ 1
            one, other = at[nodes[leaving]]
            end = other if one == leaving else one
        if loop:
            found.append(loop)
    return found


def _walked(loop: list[tuple[int, bool]], lines: list[Floats]) -> Floats:
    """Points of a ring, the last one not repeated."""
    return np.concatenate([(lines[k] if forwards else lines[k][::-1])[:-1] for k, forwards in loop])
