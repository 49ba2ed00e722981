"""Plates without hierarchy, on request: GDSII with every polygon written out, OASIS with arrays but no cells, DXF.

For writers and CAM programs that read no references. A DXF file of many polygons has no use; where there are too many
it is left out, and a finding of the plan says so.
"""

from __future__ import annotations

import io

from fabplan.exporters import dxf
from fabplan.exporters._flat_gds import flat_gds
from fabplan.exporters._gdstk import Sheet, written
from fabplan.exporters._names import file_name
from fabplan.layout.flat import MOST_DXF, corners_of
from fabplan.planner.plan import Plan

DESCRIPTION = "plates after bias without hierarchy (GDSII, OASIS, DXF), when asked by masks.flat"


def export(plan: Plan) -> dict[str, bytes]:
    """Files below ``masks/flat/``; nothing when they are not asked for."""
    if not plan.flat or not plan.masks:
        return {}
    stem, title = f"masks/flat/{file_name(plan.name)}_plates", f"{plan.name}_plates"
    sheets = [Sheet(mask.number, 0, mask.region) for mask in plan.masks]
    stream = io.BytesIO()  # hands its buffer on: the file is in memory once, not twice
    for piece in flat_gds(title, sheets):
        stream.write(piece)
    found = {f"{stem}.gds": stream.getvalue(), f"{stem}.oas": written(title, sheets, "oas", hierarchy=False)}
    if sum(corners_of(mask.region) for mask in plan.masks) <= MOST_DXF:
        found[f"{stem}_um.dxf"] = dxf.text(plan.masks, hierarchy=False)
    return found
