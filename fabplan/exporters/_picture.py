"""The picture of the masks: every layer as one path, large lattices as a representative window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fabplan.exporters import _palette, _show
from fabplan.exporters._svg import number, region_path, scale_bar
from fabplan.exporters._window import around, shown
from fabplan.geometry.region import NANOMETRE, Box, Region, count
from fabplan.layout.types import Layer

WIDTH = 1000.0
MOST_CORNERS = 8_000  # about 2 000 rectangles
NOT_FRAMED = ("mark", "outline", "substrate")
_HIDDEN = ("substrate", "electrolyte")
_BELOW = ("substrate", "electrolyte", "separator", "encapsulation", "insulator", "scaffold", "outline")  # drawn first


@dataclass(frozen=True)
class Group:
    """One layer as it is drawn: a path and how to fill it."""

    key: str
    label: str
    colour: str
    opacity: str
    path: str
    shapes: int
    visible: bool


@dataclass(frozen=True)
class Picture:
    """A drawing in units of ``width`` x ``height``, y down."""

    width: str
    height: str
    groups: tuple[Group, ...]
    bar: str
    bar_label: str
    note: str


def masks(layers: tuple[Layer, ...], step_titles: Mapping[int, str] | None = None) -> Picture | None:
    """Picture of the layers seen from above; None without any geometry.

    Parameters
    ----------
    step_titles : number of a step -> what it is called, for the legend
    """
    drawn = sorted((layer for layer in layers if layer.region), key=depth)
    framed = [layer.region for layer in drawn if layer.role not in NOT_FRAMED] or [layer.region for layer in drawn]
    if not framed:
        return None
    cut = shown([layer.region for layer in drawn], MOST_CORNERS)
    box = padded(around(framed) if cut.share == 1.0 else cut.window)
    groups = tuple(
        _group(k, layer, region, box, (step_titles or {}).get(layer.step, ""))
        for k, (layer, region) in enumerate(zip(drawn, cut.regions, strict=True))
        if region
    )
    bar, label = bar_of(box)
    return Picture(number(WIDTH), number(height_of(box)), groups, bar, label, _note(cut.share))


def padded(box: Box, share: float = 0.03) -> Box:
    """The box with a margin around it."""
    margin = max(round(share * max(box[2] - box[0], box[3] - box[1])), 1)
    return box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin


def height_of(box: Box) -> float:
    """Height of a picture of the box that is `WIDTH` wide."""
    return (box[3] - box[1]) * WIDTH / max(box[2] - box[0], 1)


def bar_of(box: Box) -> tuple[str, str]:
    """Length of a scale bar in picture units, and its label."""
    length, label = scale_bar((box[2] - box[0]) * NANOMETRE, lambda metres: _show.text(metres, "length"))
    return number(length / NANOMETRE * WIDTH / max(box[2] - box[0], 1)), label


def depth(layer: Layer) -> int:
    """Blankets below, so that they do not tint the nets, a relief above its films; else as the layer table says."""
    if layer.name == "relief":
        return len(_BELOW) + 1
    return _BELOW.index(layer.role) if layer.role in _BELOW else len(_BELOW)


def _group(place: int, layer: Layer, region: Region, box: Box, title: str) -> Group:
    net = f", net {layer.net}" if layer.net else ""
    step = f", step {layer.step}: {title}" if title else ""
    label = f"{layer.name}, layer {layer.layer}/{layer.datatype}{net}{step}"
    visible = layer.role not in _HIDDEN
    return Group(
        f"layer{place}",
        label,
        _palette.css(layer.role),
        _palette.opacity(layer.role),
        region_path(region, box, WIDTH, short=True),
        count(layer.region),
        visible,
    )


def _note(share: float) -> str:
    if share == 1.0:
        return ""
    part = _show.percent(share)
    return f"Representative window: the middle {part} of width and length; the files in masks/ hold everything."
