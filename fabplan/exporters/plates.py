"""Plates as they are ordered, GDSII: one layer per plate, screen or stencil, bias included, with the order's words."""

from __future__ import annotations

from fabplan.exporters._gdstk import Sheet, written
from fabplan.exporters._names import file_name
from fabplan.planner.plan import Plan

DESCRIPTION = "plates after bias, GDSII, one layer per plate"


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/<name>_plates.gds``: layer = plate number, datatype 0; nothing when no step needs a mask."""
    if not plan.masks:
        return {}
    sheets = [Sheet(mask.number, 0, mask.region) for mask in plan.masks]
    return {f"masks/{file_name(plan.name)}_plates.gds": written(f"{plan.name}_plates", sheets, "gds")}
