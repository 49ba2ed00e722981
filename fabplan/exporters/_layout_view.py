"""Data of the layout viewer: layers as unit polygons on lattices, and where the findings are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan.exporters import _palette, _show
from fabplan.exporters._picture import NOT_FRAMED, depth
from fabplan.exporters._window import around
from fabplan.findings import Finding
from fabplan.geometry.region import Box, Part, Region, count
from fabplan.layout.types import Layer
from fabplan.planner.plan import Plan

MOST_CORNERS = 24_000  # of all unit polygons together; about 200 kB
FEWEST_SHARED = 20  # boxes that are worth a reference to another layer
_PLACE = re.compile(r"at x (-?[\d.]+(?:e-?\d+)?) mm, y (-?[\d.]+(?:e-?\d+)?) mm")
_MILLIMETRE = 1e6  # nanometres


def layout_view(plan: Plan, line: Sequence[float] | None) -> dict[str, Any] | None:
    """What the viewer draws; None without any geometry.

    Parameters
    ----------
    line : the cut of the section seen from above, x0, y0, x1, y1 [nm]
    """
    drawn = sorted((layer for layer in plan.layers if layer.region), key=depth)
    framed = [layer.region for layer in drawn if layer.role not in NOT_FRAMED] or [layer.region for layer in drawn]
    if not framed:
        return None
    left = MOST_CORNERS
    layers: list[dict[str, Any]] = []
    drawn_boxes: list[list[Box]] = []
    for place, layer in enumerate(drawn):
        parts = list(_affordable(layer.region, left))
        left -= sum(len(part.polygon) for part in parts)
        boxes = [_box(part) for part in parts if _is_box(part)]
        shared = _shared(boxes, drawn_boxes)
        drawn_boxes.append([*_meant(shared, drawn_boxes), *(box for box in boxes if box not in shared.boxes)])
        layers.append(_layer(place, layer, parts, boxes, shared))
    return {
        "box": list(around(framed)),
        "layers": layers,
        "line": None if line is None else list(line),
        "marks": [_mark(number, f, at) for number, f in enumerate(plan.findings, 1) if (at := place_of(f, plan))],
    }


def left_out(data: Mapping[str, Any] | None, plan: Plan) -> str:
    """Says which layers the viewer cannot hold in full; ``""`` when it holds everything."""
    if data is None:
        return ""
    whole = {layer.name: count(layer.region) for layer in plan.layers}
    cut = [entry["name"] for entry in data["layers"] if entry["shapes"] < whole[entry["name"]]]
    return f"Too many different shapes to show all of: {', '.join(cut)}." if cut else ""


def place_of(finding: Finding, plan: Plan) -> Box | None:
    """Where a finding is, seen from above [nm]: its coordinate, else its bodies, else those of its step or role."""
    for text in (finding.where, finding.message):
        if found := _PLACE.search(text):
            x, y = (round(float(value) * _MILLIMETRE) for value in found.groups())
            return x, y, x, y
    words = set(re.findall(r"[\w-]+", finding.where))
    made = {name for step in plan.steps if step.id in words for name in step.bodies}
    for chosen in (
        [layer.region for layer in plan.layers if layer.name in words],
        [layer.region for layer in plan.layers if layer.name in made],
        [layer.region for layer in plan.layers if layer.role.replace("_", "-") in words or layer.role in words],
    ):
        if any(chosen):
            return around(chosen)
    return None


def _affordable(region: Region, corners: int) -> Iterable[Part]:
    for part in region.parts:
        corners -= len(part.polygon)
        if corners >= 0:
            yield part


def _layer(place: int, layer: Layer, parts: Sequence[Part], boxes: Sequence[Box], shared: _Shared) -> dict[str, Any]:
    """A layer as the script takes it."""
    return {
        "key": f"layer{place}",
        "name": layer.name,
        "net": layer.net or "",
        "colour": _palette.css(layer.role),
        "opacity": float(_palette.opacity(layer.role)),
        "hollow": _palette.colour(layer.role)[3] == 0,
        "shapes": sum(part.lattice.count for part in parts),
        "like": shared.place,
        "without": list(shared.without),
        "boxes": _boxes([box for box in boxes if box not in shared.boxes]),
        "parts": [_part(part) for part in parts if not _is_box(part)],
    }


def _is_box(part: Part) -> bool:
    """Whether a part is a single rectangle that starts at its lower left corner, as all of fabplan do."""
    (x0, y0), (x1, y1) = part.polygon[0], part.polygon[2]
    return part.lattice.count == 1 and part.polygon == ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


@dataclass(frozen=True)
class _Shared:
    """Boxes that an earlier layer has too: its place (-1: none), those of its boxes that are not meant, the boxes."""

    place: int = -1
    without: tuple[int, ...] = ()
    boxes: frozenset[Box] = frozenset()


def _shared(boxes: Sequence[Box], earlier: Sequence[Sequence[Box]]) -> _Shared:
    """The earlier layer that most boxes stand in already, as fingers on collectors of their own width do."""
    wanted = set(boxes)
    found = [(len(wanted.intersection(others)), -place) for place, others in enumerate(earlier)]
    most, place = max(found, default=(0, 0))
    if most < max(FEWEST_SHARED, len(wanted) // 2) or len(wanted) < len(boxes):
        return _Shared()
    others = earlier[-place]
    without = tuple(k for k, box in enumerate(others) if box not in wanted)
    return _Shared(-place, without, frozenset(wanted.intersection(others)))


def _meant(shared: _Shared, earlier: Sequence[Sequence[Box]]) -> list[Box]:
    """The shared boxes in the order of the layer they stand in."""
    left = set(shared.without)
    return [] if shared.place < 0 else [box for k, box in enumerate(earlier[shared.place]) if k not in left]


def _box(part: Part) -> Box:
    (x0, y0), (x1, y1) = part.polygon[0], part.polygon[2]
    return x0, y0, x1, y1


def _boxes(boxes: Sequence[Box]) -> list[int]:
    """Single rectangles: lower left corner as steps from the one before, width and height of each."""
    flat: list[int] = []
    x = y = 0
    for x0, y0, x1, y1 in boxes:
        flat += (x0 - x, y0 - y, x1 - x0, y1 - y0)
        x, y = x0, y0
    return flat


def _part(part: Part) -> list[Any]:
    """Lattice, then corners as steps from the one before."""
    lattice = part.lattice
    steps: list[int] = []
    x = y = 0
    for corner_x, corner_y in part.polygon:
        steps += (corner_x - x, corner_y - y)
        x, y = corner_x, corner_y
    return [lattice.columns, lattice.rows, lattice.step_x, lattice.step_y, steps]


def _mark(number: int, finding: Finding, at: Box) -> dict[str, Any]:
    return {"number": number, "severity": finding.severity, "text": _show.prose(finding.message), "at": list(at)}
