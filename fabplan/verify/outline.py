"""The outline of a footprint that is no rectangle, held against what the exported GDSII draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fabplan.architectures.base import Footprint
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import Part, Region
from fabplan.layout.outline_rules import check
from fabplan.verify._regions import differ

#: key of the footprint in plan.json -> name of the layer that draws it
LAYERS = {"outline_nm": "outline-footprint", "keep_outs_nm": "outline-keep-outs"}


def verify_outline(
    bodies: Sequence[Body], plan: Mapping[str, Any], file: Mapping[tuple[int, int], Region]
) -> tuple[Finding, ...]:
    """Whether the outline layers draw the footprint of plan.json and every body stays in it and off the keep-outs.

    Parameters
    ----------
    bodies : as the file draws them
    file : region of every (layer, datatype)
    """
    footprint = plan.get("footprint")
    if not isinstance(footprint, dict) or "outline_nm" not in footprint:
        return ()
    drawn = {
        entry["name"]: file.get((int(entry["layer"]), int(entry["datatype"])), Region())
        for entry in plan["layers"]
        if entry["role"] == "outline"
    }
    faults, regions = [], {}
    for key, name in LAYERS.items():
        try:
            stated = Region(tuple(Part(tuple((int(x), int(y)) for x, y in ring)) for ring in footprint.get(key, ())))
        except (TypeError, ValueError):
            return (Finding("outline-changed", "error", name, f"footprint.{key} of plan.json is no list of polygons"),)
        regions[key] = drawn.get(name, Region())
        if differ(stated, regions[key]):
            text = f"{name} of the GDSII file is not the footprint of plan.json"
            faults.append(Finding("outline-changed", "error", name, text))
    site = Footprint(
        float(footprint["width_m"]),
        float(footprint["length_m"]),
        str(footprint.get("terminals", "inside")),
        outline=regions["outline_nm"],
        keep_outs=regions["keep_outs_nm"],
    )
    return (*faults, *check(bodies, site))
