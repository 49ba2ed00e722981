"""Masks as designed, GDSII: one layer of the table per body, mark and outline."""

from __future__ import annotations

from fabplan.exporters._gdstk import Sheet, written
from fabplan.exporters._names import file_name
from fabplan.planner.plan import Plan

DESCRIPTION = "mask geometry as designed, GDSII, 1 nm grid"


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/<name>.gds``; nothing when no step needs a mask."""
    if not plan.masks:
        return {}
    sheets = [Sheet(layer.layer, layer.datatype, layer.region) for layer in plan.layers]
    return {f"masks/{file_name(plan.name)}.gds": written(plan.name, sheets, "gds")}
