"""Lid, basin and ports as a drawing to cut or drill by: DXF in micrometres, in the frame of the masks."""

from __future__ import annotations

from fabplan.exporters import dxf
from fabplan.exporters._names import file_name
from fabplan.geometry.region import joined
from fabplan.layout.ports import PORTS, contours
from fabplan.planner.plan import Plan

DESCRIPTION = "lid, basin and ports for cutting and drilling, DXF in micrometres"


def export(plan: Plan) -> dict[str, bytes]:
    """``cut/<name>_lid_um.dxf``: layers LID, BASIN (the opening of a frame), PORTS; nothing for cells without a lid."""
    lids = [body.region for body in plan.bodies if body.name == "lid" and body.region]
    if not lids:
        return {}
    named = {
        "LID": joined(lids),
        "BASIN": joined(body.region for body in plan.bodies if body.role == "electrolyte"),
        "PORTS": joined(
            [layer.region for layer in plan.layers if (layer.layer, layer.datatype) == (0, PORTS)]
            + [body.region for body in plan.bodies if body.name == "port-plugs"]
        ),
    }
    sheets = [(name, contours(region)) for name, region in named.items() if region]
    return {f"cut/{file_name(plan.name)}_lid_um.dxf": dxf.drawing(sheets)}

