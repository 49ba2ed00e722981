"""Concentric rings of both nets in turn, opened for a radial bus of the other net."""

from __future__ import annotations

import math

import numpy as np
import shapely

from fabplan.geometry.patterns.base import Drawn, Frame
from fabplan.geometry.region import Region
from fabplan.geometry.shapes import from_shapely

TITLE = "concentric rings with radial buses"
CORNERS = 240
SNAP = 3  # nm: corners move to the grid by up to 0.7 nm on either side
MOST = 1_000


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room. Ring 0 is a disc of the anode, the outermost one a cathode's."""
    g, widths = frame.gap + SNAP, (frame.anode_width, frame.cathode_width)
    apart = g / math.cos(math.pi / CORNERS)  # chords of neighbouring circles are parallel: g across
    most = min(frame.width, frame.length - frame.anode_bus - frame.cathode_bus - 2 * g) / 2 - 2  # reach: up
    radii = [(0.0, max(max(widths), frame.anode_bus / 2 / math.cos(math.pi / CORNERS)))]  # holds the bar's end
    while len(radii) < MOST:
        inner = radii[-1][1] + apart
        outer = inner + widths[len(radii) % 2]
        if outer > most:
            break
        radii.append((inner, outer))
    radii = radii[: len(radii) // 2 * 2]
    if len(radii) < 2:
        return None
    reach = math.ceil(radii[-1][1]) + 1
    low, high = frame.anode_bus + g, frame.anode_bus + g + 2 * reach
    middle, width = reach, 2 * reach
    top = high + g + frame.cathode_bus
    plates = (shapely.box(0, 0, width, frame.anode_bus), shapely.box(0, high + g, width, top))
    half = (frame.anode_bus // 2, frame.cathode_bus // 2)
    bars = (
        shapely.box(middle - half[0], 0, middle + half[0], low + reach),
        shapely.box(middle - half[1], low + reach + radii[1][0], middle + half[1], top),
    )
    # the disc ends the anode's bar, so its slot ends at the middle: further up it would cut the first ring in pieces
    slots = (
        shapely.box(middle - half[0] - g, 0, middle + half[0] + g, low + reach),
        shapely.buffer(bars[1], g, join_style="mitre"),
    )
    nets: list[Region] = []
    for net in (0, 1):
        rings = [_ring(r, middle, low + reach) for r in radii[net::2]]
        opened = shapely.difference(shapely.union_all(rings), slots[1 - net])
        nets.append(from_shapely(shapely.union_all([opened, bars[net], plates[net]])))
    return Drawn(nets[0], nets[1], width, top)


def _ring(radii: tuple[float, float], x: float, y: float) -> shapely.Polygon:
    turns = 2 * np.pi * (np.arange(CORNERS) + 0.5) / CORNERS
    inner, outer = (np.stack([x + r * np.cos(turns), y + r * np.sin(turns)], axis=1) for r in radii)
    return shapely.Polygon(outer, [inner] if radii[0] else [])
