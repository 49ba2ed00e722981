"""Plates of a whole panel after bias: GDSII and OASIS with the cell once, DXF, Gerber and films with every cell drawn.

The formats without hierarchy are written as long as they stay readable; the GDSII file always is.
"""

from __future__ import annotations

from dataclasses import replace

from fabplan.exporters import _pdf, dxf, gerber, plot
from fabplan.exporters._gdstk import Placed, Sheet, written
from fabplan.exporters._names import file_name
from fabplan.geometry.region import corners
from fabplan.layout.masks import FILMS
from fabplan.layout.panel import MOST_PARTS, written_out
from fabplan.layout.types import Mask
from fabplan.planner.plan import Plan

DESCRIPTION = "plates of a panel of cells after bias (GDSII, OASIS, DXF, Gerber, films)"
OUTLINE = 30  # datatype of the sheet's edge on layer 0


def export(plan: Plan) -> dict[str, bytes]:
    """Files below ``masks/panel/``; nothing when the request asks for no panel."""
    one = plan.panel
    if one is None or not plan.masks:
        return {}
    stem, name = f"masks/panel/{file_name(plan.name)}", f"{plan.name}_panel"
    top = [Sheet(0, OUTLINE, one.outline), *(Sheet(number, 0, own) for number, own in (*one.marks, *one.tests))]
    cell = Placed("cell", tuple(Sheet(number, 0, own) for number, own in one.dies), ((*one.shift, one.cells),))
    found = {f"{stem}_panel.{kind}": written(name, top, kind, [cell]) for kind in ("gds", "oas")}
    if sum(len(region.parts) for _, region in one.dies) * one.cells.count > MOST_PARTS:
        return found
    masks = [replace(mask, region=written_out(one, mask.number)) for mask in plan.masks]
    found[f"{stem}_panel_um.dxf"] = dxf.text(masks)
    for mask in masks:
        found |= _plate(plan, mask, f"{stem}_panel-{mask.number:02d}-{file_name(mask.name)}")
    return found


def _plate(plan: Plan, mask: Mask, stem: str) -> dict[str, bytes]:
    found = {f"{stem}.gbr": gerber.text(plan, mask)}
    if mask.kind in FILMS and corners(mask.region) <= plot.MOST_CORNERS:
        found[f"{stem}.pdf"] = _pdf.document([plot.film(mask)], f"{file_name(plan.name)}: film of panel, 1:1")
    return found
