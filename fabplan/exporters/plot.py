"""Plots of the plates as PDF: one page a plate, to a stated scale with a bar, and films at 1:1 for a photoplotter.

What is on a film is what is dark: drawn shapes of a clear-field plate and of a screen's film are black, a dark-field
plate is black with its shapes left clear. Foils are cut, so they have no film.
"""

from __future__ import annotations

from collections.abc import Iterator

from fabplan.exporters import _pdf
from fabplan.exporters._names import file_name
from fabplan.exporters._svg import scale_bar
from fabplan.exporters.plan_json import revision
from fabplan.geometry.region import Box, Region, bounds, corners, count, rectangle
from fabplan.layout.masks import FILMS, film_is_dark
from fabplan.layout.types import Mask
from fabplan.planner.plan import Plan

DESCRIPTION = "plots of the plates to scale, and films at 1:1 (PDF)"
WIDTH, HEIGHT = 210.0, 297.0  # mm: A4
LEFT, BELOW, ABOVE = 15.0, 20.0, 45.0  # mm: margins of the drawing, room for the words
SCALES = tuple(mantissa * 10.0**power for power in range(-2, 4) for mantissa in (1, 2, 5))
MOST_CORNERS = 200_000  # of a plate: 3 MB; viewers take seconds above
MARGIN, LONG, THIN = 10.0, 6.0, 0.1  # mm: of a film around its plate, of its crop marks, of their lines
PER_MILLIMETRE = 1e6  # nanometres


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/<name>_plates.pdf`` and ``masks/film/<name>-NN-<plate>.pdf``; nothing when no step needs a mask."""
    if not plan.masks:
        return {}
    name = file_name(plan.name)
    pages = [_page(plan, mask) for mask in plan.masks]
    found = {f"masks/{name}_plates.pdf": _pdf.document(pages, f"{name}: plates")}
    for mask in plan.masks:
        if mask.kind in FILMS and corners(mask.region) <= MOST_CORNERS:
            path = f"masks/film/{name}-{mask.number:02d}-{file_name(mask.name)}.pdf"
            found[path] = _pdf.document([film(mask)], f"{name}: film of plate {mask.number}, 1:1")
    return found


def _page(plan: Plan, mask: Mask) -> _pdf.Page:
    x0, y0, x1, y1 = bounds(mask.region)
    wide, high = (x1 - x0) / PER_MILLIMETRE, (y1 - y0) / PER_MILLIMETRE
    scale = scale_of(wide, high)
    coarse = corners(mask.region) > MOST_CORNERS
    region = _pdf.hulls(mask.region) if coarse else mask.region
    x, y = LEFT - x0 / PER_MILLIMETRE * scale, BELOW - y0 / PER_MILLIMETRE * scale
    lines = [*_told(plan, mask, scale, coarse), *_bar(wide, scale), *_pdf.drawing(region, x, y, scale)]
    return _pdf.Page(WIDTH, HEIGHT, "\n".join(lines))


def scale_of(wide: float, high: float) -> float:
    """The largest round scale at which a plate [mm] fits on the page."""
    most = min((WIDTH - 2 * LEFT) / wide, (HEIGHT - BELOW - ABOVE) / high)
    return max((scale for scale in SCALES if scale <= most), default=SCALES[0])


def ratio(scale: float) -> str:
    """A scale as people write it: ``20:1``, ``1:2``."""
    return f"{scale:g}:1" if scale >= 1 else f"1:{1 / scale:g}"


def _told(plan: Plan, mask: Mask, scale: float, coarse: bool) -> Iterator[str]:
    pairs = {layer.name: f"{layer.layer}/{layer.datatype}" for layer in plan.layers}
    x0, y0, x1, y1 = bounds(mask.region)
    title = f"{file_name(plan.name)}: plate {mask.number} of {len(plan.masks)}, {mask.name} ({mask.kind})"
    size = f"{(x1 - x0) / PER_MILLIMETRE:.6g} mm x {(y1 - y0) / PER_MILLIMETRE:.6g} mm"
    bias = f"bias {mask.bias * 1e6:.6g} um a side included" if mask.bias else "no bias"
    corner = f"lower left corner at {x0 / 1e3:.10g}, {y0 / 1e3:.10g} um"
    lines = [
        f"revision {revision(plan)}, fabplan {plan.fabplan_version}; scale {ratio(scale)}, seen from above",
        f"{mask.tone}; {bias}; {size}, {corner}",
        "layers " + " OR ".join(pairs[name] for name in mask.layers),
    ]
    if coarse:
        lines.append(f"{count(mask.region)} shapes: arrays are shown as one box each, the plate is in the GDSII file")
    yield "0 g"
    yield _pdf.words(title, LEFT, HEIGHT - 18, 14, "F2")
    for place, line in enumerate(lines):
        yield _pdf.words(line[:150], LEFT, HEIGHT - 24 - 4.2 * place, 7.5)


def _bar(wide: float, scale: float) -> Iterator[str]:
    """A round length below the drawing."""
    length, label = scale_bar(wide, lambda mm: f"{mm:g} mm" if mm >= 1 else f"{mm * 1e3:g} um")
    long = length * scale * _pdf.POINTS_PER_MILLIMETRE
    x, y = LEFT * _pdf.POINTS_PER_MILLIMETRE, 11 * _pdf.POINTS_PER_MILLIMETRE
    yield f"1 w {_pdf.number(x)} {_pdf.number(y)} m {_pdf.number(x + long)} {_pdf.number(y)} l S"
    for end in (_pdf.number(x), _pdf.number(x + long)):
        yield f"{end} {_pdf.number(y - 3)} m {end} {_pdf.number(y + 3)} l S"
    yield _pdf.words(label, LEFT + length * scale + 2, 10, 9)


def film(mask: Mask) -> _pdf.Page:
    """A page as large as the plate and its margin, 1:1, with crop marks outside of the plate's corners."""
    box = bounds(mask.region)
    wide, high = ((box[k + 2] - box[k]) / PER_MILLIMETRE for k in (0, 1))
    x, y = MARGIN - box[0] / PER_MILLIMETRE, MARGIN - box[1] / PER_MILLIMETRE
    lines = ["0 g", *_crop_marks(wide, high)]
    if film_is_dark(mask):
        lines += [*_pdf.drawing(_whole(box), x, y, 1.0), "1 g"]
    return _pdf.Page(wide + 2 * MARGIN, high + 2 * MARGIN, "\n".join([*lines, *_pdf.drawing(mask.region, x, y, 1.0)]))


def _whole(box: Box) -> Region:
    """What a dark field covers: the plate and a third of the margin."""
    more = round(MARGIN / 3 * PER_MILLIMETRE)
    return rectangle(box[0] - more, box[1] - more, box[2] + more, box[3] + more)


def _crop_marks(wide: float, high: float) -> Iterator[str]:
    k = _pdf.POINTS_PER_MILLIMETRE
    yield f"{_pdf.number(THIN * k)} w"
    for x, across in ((MARGIN, -1), (MARGIN + wide, 1)):
        for y, up in ((MARGIN, -1), (MARGIN + high, 1)):
            start, end = MARGIN / 2 - LONG / 2 + 1, MARGIN / 2 + LONG / 2 + 1
            for dx, dy in ((across, 0), (0, up)):
                a, b = (x + dx * start) * k, (y + dy * start) * k
                c, d = (x + dx * end) * k, (y + dy * end) * k
                yield f"{_pdf.number(a)} {_pdf.number(b)} m {_pdf.number(c)} {_pdf.number(d)} l S"
