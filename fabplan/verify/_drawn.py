"""What a program drew: one toolpath a head for the player, and every layer with its ways as lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fabplan.layout.types import Array, Toolpath
from fabplan.verify._run import Move
from fabplan.verify.simulate import MM, Simulation, usual_speed


@dataclass(frozen=True)
class DrawnLayer:
    """One height: printed lines of each head, and the ways between them [m], seen from above."""

    height: float
    printed: tuple[tuple[int, tuple[Array, ...]], ...]
    travels: tuple[Array, ...]


def toolpaths(found: Simulation) -> tuple[Toolpath, ...]:
    """What each head prints, with its usual speed; empty when nothing flows."""
    heights = {layer.height: k for k, layer in enumerate(found.layers, 1)}
    safe = max((m.end[2] for m in found.track.moves if not math.isnan(m.end[2])), default=0.0) * MM
    paths = []
    for place, head in enumerate(found.heads):
        groups = [g for g, h in zip(found.groups, found.head_of, strict=True) if h == place and g]
        if not groups:
            continue
        lines = [_line(group) for group in groups]
        starts = np.cumsum([0, *(len(line) for line in lines)]).astype(np.int64)
        speed = usual_speed(found, groups)
        paths.append(
            Toolpath(
                name=f"{found.program.where}, {head.name}", tool=place, nozzle=head.width, points=np.concatenate(lines),
                starts=starts, kinds=("wall",) * len(lines),
                layer_of=np.array([heights.get(round(g[0].end[2], 6) * MM, 1) for g in groups], np.int64),
                speed=speed or 1e-3, travel_speed=_travel(found) or speed or 1e-3, safe_height=safe, pressure=None,
                start_delay=_median([d.seconds for d in found.program.run.dwells if d.printing]),
                stop_delay=0.0, printed_length=head.printed, travel_length=0.0, duration=0.0,
                ink_volume=head.ink or 0.0,
            )
        )  # fmt: skip
    return tuple(paths)


def layers(found: Simulation) -> Iterator[DrawnLayer]:
    """Every height at which ink flows, in order of first use, with the ways that follow its first line."""
    heads = {id(group): head for group, head in zip(found.groups, found.head_of, strict=True)}
    printed: dict[float, dict[int, list[Array]]] = {}
    for group in found.groups:
        if group:
            height = round(group[0].end[2], 6) * MM
            printed.setdefault(height, {}).setdefault(heads[id(group)], []).append(_line(group)[:, :2])
    travels: dict[float, list[Array]] = {}
    here = None
    for m in found.track.moves:
        if m.printing:
            here = round(m.end[2], 6) * MM
        elif here is not None and m.start[:2] != m.end[:2] and not math.isnan(sum(m.start[:2] + m.end[:2])):
            travels.setdefault(here, []).append(np.array([m.start[:2], m.end[:2]], np.float64) * MM)
    for height, by_head in printed.items():
        lines = tuple((head, tuple(parts)) for head, parts in sorted(by_head.items()))
        yield DrawnLayer(height, lines, tuple(travels.get(height, ())))


def _line(group: tuple[Move, ...]) -> Array:
    """Corners of a filament [m]."""
    return np.nan_to_num(np.array([group[0].start, *(m.end for m in group)], np.float64)) * MM


def _travel(found: Simulation) -> float:
    """Speed of most of the way without ink [m/s]; 0 when nobody says one."""
    track = found.track
    chosen = ~track.wet & np.isfinite(track.speed) & track.way.any(axis=1)
    if not chosen.any():
        return 0.0
    speeds, which = np.unique(track.speed[chosen], return_inverse=True)
    return float(speeds[np.argmax(np.bincount(which, track.length[chosen]))]) * MM


def _median(values: list[float]) -> float:
    return float(np.median(values)) if values else 0.0
