"""Pictures of a program for its operator: the first, the second and the last layer, with the ways between the lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from fabplan.exporters._printing import by_head
from fabplan.exporters._program_pictures import Lines, layer_picture
from fabplan.layout.moves import heads_of
from fabplan.layout.types import Array, Toolpath
from fabplan.planner.plan import Plan

MOST_POINTS = 8_000  # of one picture: about 100 kB


def pictures(plan: Plan, path: Toolpath, title: str) -> Iterator[tuple[int, bytes]]:
    """Layer number and picture, of layers that may differ: odd ones run backwards, the last one is seen from above."""
    printed = np.unique(path.layer_of[path.layer_of > 0]).tolist()
    roles = by_head(plan)[1]
    for layer in dict.fromkeys([*printed[:2], *printed[-1:]]):
        rows = np.flatnonzero(path.layer_of == layer).tolist()
        lines = list(_lines(path, rows, roles))
        ways = [np.stack([_line(path, a)[-1], _line(path, b)[0]]) for a, b in pairwise(rows)]
        height = float(path.points[path.starts[rows[0]], 2])
        told = f"{title}, layer {layer} of {len(printed)}, z {height * 1e3:.4f} mm"
        yield layer, layer_picture(told, lines, ways[:MOST_POINTS], path.bead_width or path.nozzle)


def _lines(path: Toolpath, rows: list[int], roles: dict[str, str]) -> Iterator[Lines]:
    """What each head prints of a layer; of long ones the beginning."""
    heads, head_of = heads_of(path)
    left = MOST_POINTS
    for place, head in enumerate(heads):
        label = f"head {head.tool}{f', {head.ink}' if head.ink else ''}"
        lines = []
        mine = [k for k in rows if head_of[k] == place]
        for k in mine:
            if left < 2:
                break
            lines.append(_line(path, k)[:left])
            left -= len(lines[-1])
        if mine:
            short = "" if len(lines) == len(mine) else f", {len(mine) - len(lines)} further lines not drawn"
            role = roles.get(f"{path.name}, {head.ink}", "") if path.heads else roles.get(path.name, "")
            yield Lines(label + short, role, tuple(lines))


def _line(path: Toolpath, k: int) -> Array:
    return path.points[path.starts[k] : path.starts[k + 1], :2]
