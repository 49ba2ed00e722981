"""The wafer of a plan: dies of its plates, test dies, half cells and coupons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fabplan import units
from fabplan.findings import Finding
from fabplan.geometry.region import Box, Region, bounds, joined, nanometres, rectangle
from fabplan.layout.marks import around
from fabplan.layout.masks import on_plate
from fabplan.layout.types import Layer, Mask
from fabplan.layout.wafer import (
    CELL,
    COUPON,
    FRAME,
    HALF_ANODE,
    HALF_CATHODE,
    SECONDARY,
    TEST,
    Numbers,
    Wafer,
    disc_of,
    slots,
)
from fabplan.planner.mask_wishes import WaferWishes

BETWEEN = 200_000  # squares of a coupon [nm]


def wafer_of(layers: Sequence[Layer], masks: Sequence[Mask], wanted: WaferWishes) -> Wafer | None:
    """The wafer that the request asks for; None where it asks for none or there are no plates."""
    disc = disc_of(nanometres(wanted.diameter))
    if disc is None or not masks:
        return None
    disc = replace(disc, turn=SECONDARY.get(wanted.silicon))
    outlines = [layer.region for layer in layers if layer.role == "outline" and layer.region]
    box = around(bounds(region) for region in (*(mask.region for mask in masks), *outlines))
    edge, street = nanometres(wanted.edge_exclusion), nanometres(wanted.street)
    numbers = Numbers(wanted.test_dies, wanted.half_cells, wanted.coupons)
    found = slots(disc, edge, street, box, numbers)
    kinds = {slot.kind for slot in found if slot.kind} - {TEST} | {FRAME}
    named = {layer.name: layer for layer in layers}
    dies = {
        kind: tuple((mask.number, _drawn(kind, mask, place, masks, named, box)) for place, mask in enumerate(masks))
        for kind in (CELL, HALF_ANODE, HALF_CATHODE, COUPON, FRAME)
        if kind in kinds
    }
    return Wafer(disc, edge, street, box, found, dies)


def _drawn(
    kind: str, mask: Mask, place: int, masks: Sequence[Mask], named: dict[str, Layer], box: Box
) -> Region:
    """What one kind of die has on a plate."""
    carried = [named[name] for name in mask.layers]
    if kind == COUPON:
        return on_plate([_square(place, len(masks), named, box)], mask.bias)
    if kind == FRAME:
        return on_plate([layer.region for layer in carried if layer.role == "mark"], mask.bias)
    other = {HALF_ANODE: "cathode", HALF_CATHODE: "anode"}.get(kind)
    cell = [layer.region for layer in carried if layer.role != "mark" and (other is None or layer.net != other)]
    return on_plate(cell, mask.bias) if cell else Region()


def _square(place: int, count: int, named: dict[str, Layer], box: Box) -> Region:
    """Square of one plate of a coupon: all of them side by side in the footprint, so that each film is alone."""
    outlines = [layer.region for layer in named.values() if layer.role == "outline" and layer.region]
    x0, y0, x1, y1 = bounds(joined(outlines)) if outlines else box
    side = min((x1 - x0 - (count - 1) * BETWEEN) // count, y1 - y0)
    left = x0 + place * (side + BETWEEN)
    return rectangle(left, y0, left + side, y0 + side)


def wafer_findings(wafer: Wafer | None, wanted: WaferWishes) -> Iterator[Finding]:
    """``wafer-empty``: no cell is left on the wafer."""
    if wafer is None:
        if wanted.diameter > 0:
            message = "no step needs a plate, screen or stencil: no wafer is drawn"
            yield Finding("wafer-empty", "warning", "wafer.size", message)
        return
    if wafer.count():
        return
    wide, high = (units.show((wafer.box[k + 2] - wafer.box[k]) * 1e-9, "length") for k in (0, 1))
    message = (
        f"a die of {wide} x {high} with its marks finds no place on a wafer of "
        f"{units.show(wanted.diameter, 'length')} with an edge exclusion of "
        f"{units.show(wanted.edge_exclusion, 'length')}, or all places are tests"
    )
    change = "a larger wafer, or fewer test dies, half cells and coupons"
    yield Finding("wafer-empty", "error", "wafer.size", message, 0.0, 1.0, "1", change)
