"""The facts of one program as data: what its header says, its heads and syringes, and where each layer begins."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from fabplan.catalog.types import Dialect
from fabplan.exporters._program_facts import carried, ink_of_tool
from fabplan.exporters._program_header import digest, fiducials
from fabplan.geometry.region import NANOMETRE
from fabplan.layout.moves import PRINT, Moves, heads_of, moves, speeds, waits
from fabplan.layout.types import Array, Head, Toolpath
from fabplan.planner.plan import Plan, Step

_MARK = re.compile(rb"\bLAYER (\d+) Z ")


def job(plan: Plan, step: Step, path: Toolpath, dialect: Dialect, name: str, dry: str, text: bytes) -> dict[str, Any]:
    """All facts of a program as data, in SI.

    Parameters
    ----------
    name, dry : paths of the program and of its dry run
    text : the program
    """
    low, high = path.points.min(axis=0).tolist(), path.points.max(axis=0).tolist()
    placement = plan.machine.placement.value if plan.machine and plan.machine.placement else None
    return {
        "schema": "fabplan/job/1",
        "step": step.id,
        "program": name,
        "dry_run": dry,
        "dialect": dialect.id,
        "verified_by": dialect.verified_by or None,
        "machine": plan.machine.id if plan.machine else None,
        "units": {
            "length": "mm", "feed": f"mm/{dialect.feed_time}",
            "dwell": "ms" if "{milliseconds}" in dialect.dwell else "s",
        },
        "origin": "lower left corner of the footprint, Z0 on the substrate, nozzle of head 0",
        "fiducials_m": {name: [x * NANOMETRE, y * NANOMETRE] for name, (x, y) in fiducials(plan).items()},
        "overlay_m": placement,
        "points": digest(path, dialect),
        "box_m": {"low": low, "high": high},
        "safe_height_m": path.safe_height,
        "printed_length_m": path.printed_length,
        "travel_length_m": path.travel_length,
        "duration_s": path.duration,
        "ramped_duration_s": path.ramped,
        "heads": [_head(head, ink_of_tool(path, head.tool)) for head in carried(path)],
        "layers": _layers(path, text),
    }  # fmt: skip


def _head(head: Head, ink: float) -> dict[str, Any]:
    return {
        "tool": head.tool,
        "ink": head.ink,
        "nozzle_m": head.nozzle,
        "speed_m_s": head.speed,
        "pressure_Pa": head.pressure,
        "flow_law_pressure_Pa": head.supply.law_pressure,
        "start_delay_s": head.start_delay,
        "stop_delay_s": head.stop_delay,
        "offset_m": list(head.offset),
        "style": {key: value for key, value in vars(head.style).items() if value},
        "ink_volume_m3": ink,
        "dead_volume_m3": head.supply.dead_volume,
        "prime_volume_m3": head.supply.prime_volume,
        "fill_volume_m3": head.supply.fill(ink),
        "barrel_m3": head.supply.barrel,
    }


def _layers(path: Toolpath, text: bytes) -> list[dict[str, Any]]:
    """Where each layer begins: places to resume at, with time and ink from the start of the program."""
    table = moves(path)
    begins = np.flatnonzero(np.diff(path.layer_of, prepend=-1))
    spent, inks = elapsed(path, table), _inks(path, table)
    lines = layer_lines(text)
    heads, head_of = heads_of(path)
    return [
        {
            "layer": int(path.layer_of[k]),
            "line": lines.get(int(path.layer_of[k])),
            "head": heads[head_of[k]].tool,
            "first_filament": int(k),
            "height_m": float(path.points[path.starts[k], 2]),
            "elapsed_s": float(spent[k]),
            "ink_before_m3": {str(head.tool): float(inks[place][k]) for place, head in enumerate(heads)},
        }
        for k in begins
    ]


def layer_lines(text: bytes) -> dict[int, int]:
    """Lines of the marks at which the layers of a program begin, from 1; prime lines have none."""
    found: dict[int, int] = {}
    line, place = 1, 0
    for match in _MARK.finditer(text):
        line += text.count(b"\n", place, match.start())
        place = match.start()
        found.setdefault(int(match[1]), line)
    return found


def _inks(path: Toolpath, table: Moves) -> list[Array]:
    """Ink that each head has printed before each filament [m³], shape (F,)."""
    heads, head_of = heads_of(path)
    way = np.diff(table.points, axis=0, prepend=table.points[:1]) * NANOMETRE
    length = np.where(table.kinds == PRINT, np.sqrt((way**2).sum(axis=1)), 0.0)
    printed = np.bincount(table.filament, length, len(table.first))
    found = []
    for place, head in enumerate(heads):
        own = np.where(head_of == place, printed, 0.0) * head.section
        found.append(np.asarray(np.cumsum(own) - own, np.float64))
    return found


def elapsed(path: Toolpath, table: Moves) -> Array:
    """Time from the first filament to the beginning of each, lamp and pauses after layers included [s], shape (F,)."""
    heads, head_of = heads_of(path)
    way = np.diff(table.points, axis=0, prepend=table.points[:1]) * NANOMETRE
    times = np.sqrt((way**2).sum(axis=1)) / speeds(path, table)
    of_filament = np.bincount(table.filament, times, len(table.first))
    of_filament += np.array([sum(waits(head)) for head in heads])[head_of]
    ends = (np.diff(path.layer_of, append=-1) != 0) & (path.layer_of > 0)
    of_filament += np.where(ends, path.lamp_time + path.layer_pause, 0.0)
    return np.asarray(np.cumsum(of_filament) - of_filament, np.float64)
