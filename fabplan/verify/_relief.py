"""The relief that a layer entry of plan.json states, held against what the mask file draws of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import FLAT_CAP, NANOMETRE, area, bounds
from fabplan.geometry.relief import Relief, Section

AGREEMENT = 1e-9


def relief_of(entry: Mapping[str, Any]) -> Relief | None:
    """Walls of a layer entry; None where it has none or where they make no sense."""
    given = entry.get("relief")
    if not isinstance(given, dict):
        return None
    try:
        sections = tuple(_section(wall) for wall in given["walls"])
        height, wall, mouth = (float(given[key]) for key in ("height_m", "wall_m", "mouth_m"))
        radius = float(given["radius_m"]) if "radius_m" in given else None
        return Relief(sections, int(given["count"]), height, wall, mouth, radius)
    except (KeyError, TypeError, ValueError):
        return None


def _section(wall: Mapping[str, Any]) -> Section:
    return Section(float(wall["area_m2"]), float(wall["perimeter_m"]), float(wall["corner"]))


def reliefs_drawn(bodies: Sequence[Body]) -> tuple[Finding, ...]:
    """``relief-drawn``: the elements of a relief take as much of the plan as plan.json says.

    A relief of more elements than are drawn is the box of its field, and nothing is compared.
    """
    found = []
    for body in bodies:
        if body.relief is None or not body.region or body.relief.count > FLAT_CAP // 2:
            continue
        own = body.relief.sections
        element = own[0].area - sum(wall.area for wall in own[1:]) if own else 0.0
        expected = body.relief.count * element
        if body.bottom is not None and body.bottom < 0:  # holes in a slab
            x0, y0, x1, y1 = bounds(body.region)
            expected = (x1 - x0) * (y1 - y0) * NANOMETRE**2 - expected
        drawn = area(body.region)
        if abs(drawn - expected) > AGREEMENT * max(expected, drawn):
            text = f"{body.name} covers {drawn:.9g} m2 in the GDSII file, its elements in plan.json {expected:.9g} m2"
            found.append(Finding("relief-drawn", "error", body.name, text, drawn, expected, "m2"))
    return tuple(found)
