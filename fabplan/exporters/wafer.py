"""Plates of a whole wafer: GDSII and OASIS with each die as one cell, and the map of the dies as table and picture."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from fabplan.exporters._csv import table
from fabplan.exporters._gdstk import Placed, Sheet, written
from fabplan.exporters._names import file_name
from fabplan.exporters._svg import line_path, number
from fabplan.geometry.region import NANOMETRE
from fabplan.layout.wafer import CELL, COUPON, HALF_ANODE, HALF_CATHODE, TEST, Wafer, arrays, outline
from fabplan.planner.plan import Plan
from fabplan.rendering import printable

DESCRIPTION = "plates of a whole wafer after bias (GDSII, OASIS), map of its dies (CSV, SVG)"
OUTLINE = 30  # datatype of the wafer's edge on layer 0
HEADER = ("die", "row", "column", "kind", "x_m", "y_m", "reason")
#: kind -> colour and words of the legend
KINDS = {
    CELL: ("#80aad6", "cells"),
    TEST: ("#c4a03c", "test dies: marks and process monitors alone"),
    HALF_ANODE: ("#1f5ea8", "half cells, anode net alone"),
    HALF_CATHODE: ("#c8501e", "half cells, cathode net alone"),
    COUPON: ("#96826e", "coupons: a square of every plate"),
}
INK, SOFT, PAPER = "#1d2329", "#5b6570", "#f7f6f2"
DRAWING, MARGIN, LINE, TITLE = 720.0, 24.0, 22.0, 64.0


def export(plan: Plan) -> dict[str, bytes]:
    """Four files below ``masks/``; nothing when the request asks for no wafer."""
    wafer = plan.wafer
    if wafer is None:
        return {}
    stem, cells = f"masks/{file_name(plan.name)}_wafer", _cells(wafer)
    edge = [Sheet(0, OUTLINE, outline(wafer.disc))]
    return {
        f"{stem}.gds": written(f"{plan.name}_wafer", edge, "gds", cells),
        f"{stem}.oas": written(f"{plan.name}_wafer", edge, "oas", cells),
        f"{stem}_map.csv": table(HEADER, _rows(wafer)),
        f"{stem}_map.svg": picture(plan, wafer).encode(),
    }


def _cells(wafer: Wafer) -> list[Placed]:
    found = list(arrays(wafer))
    return [
        Placed(
            f"die_{kind}",
            tuple(Sheet(plate, 0, region) for plate, region in regions),
            tuple((x, y, lattice) for own, x, y, lattice in found if own == kind),
        )
        for kind, regions in wafer.dies.items()
    ]


def _rows(wafer: Wafer) -> Iterator[tuple[str, int, int, str, float, float, str]]:
    """Middle of every die from the middle of the wafer."""
    wide, high = wafer.box[2] - wafer.box[0], wafer.box[3] - wafer.box[1]
    for slot in wafer.slots:
        x, y = (slot.x + wide / 2) / 1e9, (slot.y + high / 2) / 1e9
        yield slot.name, slot.row, slot.column, slot.kind, x, y, slot.reason


def picture(plan: Plan, wafer: Wafer) -> str:
    """The map as an SVG document."""
    scale = DRAWING / wafer.disc.diameter
    rows = [kind for kind in KINDS if wafer.count(kind)]
    width, height = MARGIN + DRAWING + MARGIN + 380, TITLE + DRAWING + MARGIN
    size = f'width="{number(width)}" height="{number(height)}" viewBox="0 0 {number(width)} {number(height)}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Helvetica, Arial, sans-serif">',
            f'<rect width="100%" height="100%" fill="#ffffff"/><title>{escape(printable(plan.name))}: wafer</title>',
            *_title(plan, wafer),
            f'<g transform="translate({number(MARGIN + DRAWING / 2)} {number(TITLE + DRAWING / 2)})">',
            *_drawing(wafer, scale),
            "</g>",
            *_legend(wafer, rows),
            "</svg>",
            "",
        ]
    )


def _title(plan: Plan, wafer: Wafer) -> Iterator[str]:
    disc = wafer.disc
    edge = f"flat {disc.flat * 1e-6:g} mm" if disc.flat else "notch"
    sizes = [(wafer.box[k + 2] - wafer.box[k]) * 1e-6 for k in (0, 1)]
    told = (
        f"{disc.diameter * 1e-6:g} mm, {edge} below; edge exclusion {wafer.edge_exclusion * 1e-6:g} mm, "
        f"street {wafer.street * 1e-3:g} um, die {sizes[0]:.6g} mm x {sizes[1]:.6g} mm; {wafer.count()} cells"
    )
    yield (
        f'<text x="{number(MARGIN)}" y="30" font-size="20" font-weight="bold" fill="{INK}">'
        f"{escape(printable(plan.name))}</text>"
    )
    yield f'<text x="{number(MARGIN)}" y="50" font-size="13" fill="{SOFT}">{escape(told)}</text>'


def _drawing(wafer: Wafer, scale: float) -> Iterator[str]:
    """Edge of the wafer, limit of the edge exclusion, dies."""
    points = [(x * scale, -y * scale) for x, y in outline(wafer.disc).parts[0].polygon]
    yield f'<path d="{line_path(points)}z" fill="{PAPER}" stroke="{INK}"/>'
    limit = (wafer.disc.diameter / 2 - wafer.edge_exclusion) * scale
    yield f'<circle r="{number(limit)}" fill="none" stroke="{SOFT}" stroke-dasharray="6 4"/>'
    wide, high = (number((wafer.box[k + 2] - wafer.box[k]) * scale) for k in (0, 1))
    top = wafer.box[3] - wafer.box[1]
    for slot in wafer.slots:
        if not slot.kind:
            continue
        told = f"{slot.name}: {slot.kind}, x {slot.x * NANOMETRE * 1e3:.4f} mm, y {slot.y * NANOMETRE * 1e3:.4f} mm"
        yield (
            f'<rect x="{number(slot.x * scale)}" y="{number(-(slot.y + top) * scale)}" width="{wide}" height="{high}" '
            f'fill="{KINDS[slot.kind][0]}"><title>{told}</title></rect>'
        )


def _legend(wafer: Wafer, rows: list[str]) -> Iterator[str]:
    x = MARGIN + DRAWING + MARGIN
    for place, kind in enumerate(rows):
        y, (colour, words) = TITLE + place * LINE, KINDS[kind]
        yield f'<rect x="{number(x)}" y="{number(y)}" width="16" height="14" fill="{colour}"/>'
        text = f"{wafer.count(kind)} {words}"
        yield f'<text x="{number(x + 24)}" y="{number(y + 12)}" font-size="13" fill="{INK}">{escape(text)}</text>'
    y = TITLE + len(rows) * LINE + 12
    words = "dashed: limit of the edge exclusion"
    yield f'<text x="{number(x)}" y="{number(y)}" font-size="13" fill="{SOFT}">{words}</text>'
