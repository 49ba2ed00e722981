"""Data of the toolpath player: every program as few different layers, each a list of few different lines."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from fabplan.exporters import _palette
from fabplan.exporters._printing import by_head
from fabplan.layout.types import Toolpath
from fabplan.planner.plan import Plan

MOST_FILAMENTS = 20_000  # of one program; above, only its first and last layers are kept
MOST_NUMBERS = 20_000  # in the tables of one program; about 80 kB
_STEP = 1e-8  # metres: a hundredth of a micrometre
Layer = list[int]  # numbers of the filaments


def player(plan: Plan) -> list[dict[str, Any]]:
    """All programs in order of use; empty without any."""
    paths, roles = by_head(plan)
    return [program_data(path, roles.get(path.name, "")) for path in paths if len(path.kinds)]


def shortened(programs: list[dict[str, Any]]) -> str:
    """Says which programs are not shown in full; ``""`` when all are."""
    cut = [f"{p['name']} ({p['left_out']} lines left out)" for p in programs if p["left_out"]]
    return f"Only the first and the last layers are shown of {', '.join(cut)}; time and ink count those." if cut else ""


def program_data(path: Toolpath, role: str) -> dict[str, Any]:
    """One program as the player takes it."""
    layers = [list(run) for _, run in groupby(range(len(path.kinds)), key=lambda k: int(path.layer_of[k]))]
    tables = _tables(path, layers) if len(path.kinds) <= MOST_FILAMENTS else None
    for ends in (3, 1):
        if tables is None and len(layers) > 2 * ends:
            layers = [*layers[: ends + 1], *layers[-ends:]]  # the prime line counts as one
            tables = _tables(path, layers)
    if tables is None:
        layers = [layer[: MOST_NUMBERS // (8 * len(layers))] for layer in layers]
        tables = _tables(path, layers)
    return {
        "name": path.name,
        "colour": _palette.css(role),
        "width": path.bead_width or path.nozzle,
        "speed": path.speed,
        "travel_speed": path.travel_speed,
        "safe_height": path.safe_height,
        "start_delay": path.start_delay,
        "stop_delay": path.stop_delay,
        "ink_per_metre": path.ink_volume / path.printed_length if path.printed_length else 0.0,
        "step": _STEP,
        "left_out": len(path.kinds) - sum(map(len, layers)),
        **(tables or {"lines": [], "patterns": [], "layers": []}),
    }


def _tables(path: Toolpath, layers: list[Layer]) -> dict[str, Any] | None:
    """Different lines, different layers as numbers of lines, and the layers; None when that is too much."""
    lines: dict[tuple[int, ...], int] = {}
    patterns: dict[tuple[int, ...], int] = {}
    found = []
    for layer in layers:
        pattern = tuple(lines.setdefault(_line(path, k), len(lines)) for k in layer)
        height = round(float(path.points[path.starts[layer[0]], 2]) / _STEP) if layer else 0
        number = int(path.layer_of[layer[0]]) if layer else 0
        found.append([patterns.setdefault(pattern, len(patterns)), height, number])
    if sum(map(len, patterns)) + sum(map(len, lines)) > MOST_NUMBERS:
        return None
    return {"lines": [list(x) for x in lines], "patterns": [list(x) for x in patterns], "layers": found}


def _line(path: Toolpath, k: int) -> tuple[int, ...]:
    """A filament seen from above: corners as steps from the one before."""
    numbers: list[int] = []
    x = y = 0
    for place in path.points[path.starts[k] : path.starts[k + 1], :2].tolist():
        corner_x, corner_y = round(place[0] / _STEP), round(place[1] / _STEP)
        numbers += (corner_x - x, corner_y - y)
        x, y = corner_x, corner_y
    return tuple(numbers)
