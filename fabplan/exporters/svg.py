"""The masks as a picture: every layer from above in true proportions, with scale bar, legend and title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from fabplan.exporters._names import file_name
from fabplan.exporters._palette import css
from fabplan.exporters._svg import number, region_path, scale_bar
from fabplan.geometry.region import NANOMETRE, Box, Region, bounds, corners, joined, rectangle
from fabplan.layout.types import Layer
from fabplan.planner.plan import Plan
from fabplan.rendering import printable

DESCRIPTION = "picture of the masks, SVG"

MOST_CORNERS = 400_000  # viewers take seconds above
DRAWING, MARGIN, LINE = 900.0, 24.0, 22.0
TITLE_HEIGHT, FOOT = 64.0, 56.0
BACKGROUND, PAPER, INK, SOFT = "#ffffff", "#f7f6f2", "#1d2329", "#5b6570"
#: drawn first, so that they do not hide the nets, and only as an outline with a light fill
AROUND = ("substrate", "encapsulation", "electrolyte", "separator", "insulator", "scaffold")
WINDOWS = "windows"  # ending of the names of marks that frame another plate's cross
LETTER = 7.2  # width of a letter at size 13, for the room of the legend


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/<name>.svg``; nothing when no step needs a mask."""
    if not plan.masks:
        return {}
    return {f"masks/{file_name(plan.name)}.svg": picture(plan).encode()}


def picture(plan: Plan) -> str:
    """The whole SVG document."""
    layers = sorted((layer for layer in plan.layers if layer.region), key=_depth)
    coarse = sum(corners(layer.region) for layer in layers) > MOST_CORNERS
    box = _padded([layer.region for layer in layers])
    scale = DRAWING / max(box[2] - box[0], box[3] - box[1])
    wide, high = (box[2] - box[0]) * scale, (box[3] - box[1]) * scale
    rows = [*layers[::-1]]
    height = TITLE_HEIGHT + max(high, LINE * (len(rows) + 1)) + FOOT
    width = MARGIN + wide + MARGIN + 24 + LETTER * max(36, *(len(_label(row)) for row in rows)) + MARGIN
    body = [
        _title(plan, coarse),
        f'<g transform="translate({number(MARGIN)} {number(TITLE_HEIGHT)})">',
        f'<rect width="{number(wide)}" height="{number(high)}" fill="{PAPER}"/>',
        *(_layer(layer, box, wide, coarse) for layer in layers),
        _scale_bar(box, wide, high),
        "</g>",
        *_legend(rows, MARGIN + wide + MARGIN, TITLE_HEIGHT),
    ]
    return "\n".join([_head(width, height), *body, "</svg>", ""])


def _head(width: float, height: float) -> str:
    size = f'width="{number(width)}" height="{number(height)}" viewBox="0 0 {number(width)} {number(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Helvetica, Arial, sans-serif">\n'
        f'<rect width="100%" height="100%" fill="{BACKGROUND}"/>'
    )


def _title(plan: Plan, coarse: bool) -> str:
    across, along = plan.footprint.width * 1e3, plan.footprint.length * 1e3
    note = "; dense lattices drawn as their outline" if coarse else ""
    line = f"{plan.architecture_title}, footprint {across:.6g} mm × {along:.6g} mm, seen from above{note}"
    name = escape(printable(plan.name))
    return (
        f"<title>{name}: masks</title>\n"
        f'<text x="{number(MARGIN)}" y="30" font-size="20" font-weight="bold" fill="{INK}">{name}</text>\n'
        f'<text x="{number(MARGIN)}" y="50" font-size="13" fill="{SOFT}">{escape(printable(line))}</text>'
    )


def _layer(layer: Layer, box: Box, width: float, coarse: bool) -> str:
    """One path per layer."""
    region = joined(_hulls(layer.region)) if coarse else layer.region
    colour, fill = css(layer.role), _fill(layer)
    dash = ' stroke-dasharray="6 4"' if layer.role == "outline" else ""
    edge = f' stroke="{colour}"' if fill < 0.5 else ""  # full shapes have no edge: it would show where parts touch
    look = f'fill="{colour}" fill-opacity="{fill:g}"{edge}'
    return (
        f'<path id={quoteattr(printable(layer.name))} d="{region_path(region, box, width)}" {look}{dash}>'
        f"<title>{escape(printable(_label(layer)))}</title></path>"
    )


def _fill(layer: Layer) -> float:
    """How strongly a layer is filled: nothing that others must be seen through is opaque."""
    if layer.role == "outline":
        return 0.0
    return 0.08 if layer.role in AROUND or layer.name.endswith(WINDOWS) else 0.85


def _hulls(region: Region) -> Iterable[Region]:
    """Lattices as one box each, single shapes as they are."""
    for part in region.parts:
        whole = Region((part,))
        yield whole if part.lattice.count == 1 else rectangle(*bounds(whole))


def _scale_bar(box: Box, wide: float, high: float) -> str:
    length, label = scale_bar((box[2] - box[0]) * NANOMETRE, _metres)
    pixels = length / NANOMETRE * wide / (box[2] - box[0])
    y = high + 22
    line = f"M0 {number(y - 5)}v10M0 {number(y)}h{number(pixels)}m0 -5v10"
    return (
        f'<path d="{line}" stroke="{INK}" stroke-width="2" fill="none"/>\n'
        f'<text x="{number(pixels + 8)}" y="{number(y + 5)}" font-size="14" fill="{INK}">{escape(label)}</text>'
    )


def _metres(length: float) -> str:
    for factor, unit in ((1e-3, "mm"), (1e-6, "µm"), (1e-9, "nm")):
        if length >= factor * 0.9999:
            return f"{length / factor:.4g} {unit}"
    return f"{length:.4g} m"


def _legend(layers: Sequence[Layer], x: float, y: float) -> Iterable[str]:
    head = "layer/datatype, name, net, material"
    yield f'<text x="{number(x)}" y="{number(y + 14)}" font-size="13" fill="{SOFT}">{head}</text>'
    for row, layer in enumerate(layers, start=1):
        top, colour, fill = y + row * LINE, css(layer.role), _fill(layer)
        dash = ' stroke-dasharray="3 2"' if layer.role == "outline" else ""
        look = f'fill="{colour}" fill-opacity="{fill:g}" stroke="{colour}"{dash}'
        yield (
            f'<rect x="{number(x)}" y="{number(top)}" width="16" height="14" {look}/>'
            f'<text x="{number(x + 24)}" y="{number(top + 12)}" font-size="13" fill="{INK}">'
            f"{escape(printable(_label(layer)))}</text>"
        )


def _label(layer: Layer) -> str:
    words = [f"{layer.layer}/{layer.datatype}", layer.name]
    if layer.net:
        words.append(f"net {layer.net}")
    if layer.material:
        words.append(layer.material)
    return ", ".join(words)


def _depth(layer: Layer) -> int:
    """What surrounds the nets lies below them, the outline above all; else the order of the layer table."""
    if layer.role == "outline":
        return len(AROUND) + 1
    return AROUND.index(layer.role) if layer.role in AROUND else len(AROUND)


def _padded(regions: Sequence[Region]) -> Box:
    x0, y0, x1, y1 = bounds(joined(regions))
    margin = max(round(0.02 * max(x1 - x0, y1 - y0)), 1)
    return x0 - margin, y0 - margin, x1 + margin, y1 + margin
