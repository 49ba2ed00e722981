"""Masks as designed, OASIS: the same geometry as the GDSII file."""

from __future__ import annotations

from fabplan.exporters._gdstk import Sheet, written
from fabplan.exporters._names import file_name
from fabplan.planner.plan import Plan

DESCRIPTION = "mask geometry as designed, OASIS, 1 nm grid, with checksum"


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/<name>.oas``; nothing when no step needs a mask."""
    if not plan.masks:
        return {}
    sheets = [Sheet(layer.layer, layer.datatype, layer.region) for layer in plan.layers]
    return {f"masks/{file_name(plan.name)}.oas": written(plan.name, sheets, "oas")}
