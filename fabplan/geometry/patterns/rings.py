"""Concentric rings of both nets in turn, opened for a radial bus of the other net.

Rings are a rectangle in the middle grown by a radius: round where the frame is square but for the straight stretches
above and below the middle, which both buses cross at right angles, so that no end of a ring is acute.
"""

from __future__ import annotations

import math

import numpy as np
import shapely

from fabplan.geometry.patterns.base import Drawn, Frame
from fabplan.geometry.region import Region
from fabplan.geometry.shapes import from_shapely

TITLE = "concentric rings with radial buses"
QUARTER = 60  # chords of a quarter of a circle
FLAT = math.cos(math.pi / (4 * QUARTER))  # distance of a chord over the radius of its corners
SNAP = 3  # nm: corners move to the grid by up to 0.7 nm on either side
CHORDS = 1.0002  # drawn wider by so much, since a square does not pass a bent line of its own width
MOST = 1_000


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room. Ring 0 is a disc of the anode, the outermost one a cathode's."""
    g = frame.gap + SNAP
    tall = frame.length - frame.anode_bus - frame.cathode_bus - 2 * g
    core = _core(frame, tall)
    radii = _radii(frame, min(frame.width / 2 - core[0], tall / 2 - core[1]) - 2)
    if len(radii) < 2:
        return None
    reach = math.ceil(radii[-1][1]) + 1
    low, middle = frame.anode_bus + g, core[0] + reach
    high, width = low + 2 * (core[1] + reach), 2 * middle
    y, top = low + core[1] + reach, high + g + frame.cathode_bus
    plates = (shapely.box(0, 0, width, frame.anode_bus), shapely.box(0, high + g, width, top))
    half = (frame.anode_bus // 2, frame.cathode_bus // 2)
    bars = (
        shapely.box(middle - half[0], 0, middle + half[0], y),
        shapely.box(middle - half[1], y + core[1] + radii[1][0], middle + half[1], top),
    )
    # the disc ends the anode's bar, so its slot ends at the middle: further up it would cut the first ring in pieces
    slots = (
        shapely.box(middle - half[0] - g, 0, middle + half[0] + g, y),
        shapely.buffer(bars[1], g, join_style="mitre"),
    )
    nets: list[Region] = []
    for net in (0, 1):
        rings = [_ring(r, core, middle, y) for r in radii[net::2]]
        opened = shapely.difference(shapely.union_all(rings), slots[1 - net])
        nets.append(from_shapely(shapely.union_all([opened, bars[net], plates[net]])))
    return Drawn(nets[0], nets[1], width, top)


def _core(frame: Frame, tall: int) -> tuple[int, int]:
    """Half sides of the rectangle in the middle: room for both slots, and what makes the rings fill the frame."""
    slot = max(frame.anode_bus, frame.cathode_bus) // 2 + 2 * (frame.gap + SNAP)
    slot += max(frame.anode_width, frame.cathode_width)
    return max(slot, (frame.width - tall) // 2), max(0, (tall - frame.width) // 2 + slot)


def _radii(frame: Frame, most: float) -> list[tuple[float, float]]:
    """Inner and outer radius of the corners of every ring, an even number of rings; chords are parallel: g across."""
    widths = (frame.anode_width * CHORDS, frame.cathode_width * CHORDS)
    found = [(0.0, (0.75 * widths[0] + SNAP) / FLAT)]
    while len(found) < MOST:
        inner = found[-1][1] + (frame.gap + SNAP) / FLAT
        outer = inner + (widths[len(found) % 2] + SNAP) / FLAT
        if outer > most:
            break
        found.append((inner, outer))
    return found[: len(found) // 2 * 2]


def _ring(radii: tuple[float, float], core: tuple[int, int], x: float, y: float) -> shapely.Polygon:
    """The rectangle grown by both radii, one less the other; the innermost one is whole."""
    turns = 2 * np.pi * np.arange(4 * QUARTER + 1) / (4 * QUARTER)
    # every quarter has its own corner of the rectangle, so angles on an axis come twice
    turns = np.concatenate([turns[k * QUARTER : (k + 1) * QUARTER + 1] for k in range(4)])
    signs = np.repeat([[1, 1], [-1, 1], [-1, -1], [1, -1]], QUARTER + 1, axis=0)
    corner = np.array([x, y]) + signs * np.array(core)
    round_ = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    return shapely.Polygon(corner + radii[1] * round_, [corner + radii[0] * round_] if radii[0] else [])


def squares(frame: Frame) -> tuple[float, float] | None:
    """Squares of both nets: rings fed by a radial bar that loses current inwards, itself fed by the edge's plate.

    What a ring or the plate draws goes with its area; a ring of length 2 l and width w, fed in its middle, costs
    l/(6 w), as two halves in parallel. None where the pattern has no room.
    """
    g = frame.gap + SNAP
    tall = frame.length - frame.anode_bus - frame.cathode_bus - 2 * g
    core = _core(frame, tall)
    radii = np.array(_radii(frame, min(frame.width / 2 - core[0], tall / 2 - core[1]) - 2))
    if len(radii) < 2:
        return None
    found = []
    for net, (width, bus) in enumerate(
        ((frame.anode_width, frame.anode_bus), (frame.cathode_width, frame.cathode_bus))
    ):
        middle = radii[net::2].mean(axis=1)
        lengths = 2 * np.pi * middle + 4 * sum(core)
        areas = lengths * width
        plate, bar = (2 * core[0] + 2 * radii[-1][1]) * bus, radii[-1][1] * bus
        drawn = areas.sum() + plate + bar
        share, through = areas / drawn, 1 - plate / drawn  # of the rings; what passes the plate into the bar
        steps = np.diff(middle, append=radii[-1][1])
        inwards = np.cumsum(share)  # what the bar carries past each ring to those inside it
        lead = through**2 * (bus + g) / bus
        found.append(float(lead + np.sum(share**2 * lengths / (12 * width)) + np.sum(inwards**2 * steps) / bus))
    return found[0], found[1]
