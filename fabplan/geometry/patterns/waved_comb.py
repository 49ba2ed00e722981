"""Comb with waved fingers: the gap is a band of constant width around waves."""

from __future__ import annotations

import math

import numpy as np
import shapely

from fabplan.geometry.patterns.base import Drawn, Frame
from fabplan.geometry.region import Region, bounds
from fabplan.geometry.shapes import from_shapely

TITLE = "waved comb"
SLOPE = 0.5  # steepest, against the straight finger
SAMPLES = 12  # a half wave
CHORDS = 1.0002  # drawn wider by so much, since a square does not pass a bent line of its own width
SNAP = 3  # nm: corners move to the grid by up to 0.7 nm on either side


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room. Widths are the asked ones where fingers are steepest, more elsewhere."""
    g, swing = frame.gap, (frame.anode_width + frame.cathode_width) // 4
    lean = math.sqrt(1 + SLOPE**2)  # a finger is narrower across than along x by this factor
    steps = [math.ceil((w * CHORDS + g + SNAP) * lean) for w in (frame.anode_width, frame.cathode_width)]
    fingers = int((frame.width - 2 * swing - g) // sum(steps))
    low, high = frame.anode_bus + g / 2, frame.length - frame.cathode_bus - g / 2
    straight = max(frame.anode_width, frame.cathode_width) + g  # both ends, so that tips are square
    tall = high - low - 2 * straight
    waves = round(tall * SLOPE / (math.pi * swing)) if swing and tall > 0 else 0
    if fingers < 1 or waves < 1 or fingers * waves * SAMPLES > 200_000:
        return None
    width = fingers * sum(steps) + 2 * swing + g
    swing = min(swing, int(tall * SLOPE / (math.pi * waves)))
    at = low + straight + tall * np.linspace(0.0, 1.0, waves * SAMPLES + 1)
    sway = -swing * np.cos(math.pi * waves * (at - low - straight) / tall)  # upright at both ends
    at, sway = np.r_[low, at, high], np.r_[sway[0], sway, sway[-1]]
    line = [np.array([[-g, high]])]
    x = float(swing + g // 2)
    for i in range(2 * fingers - 1):
        x += steps[i % 2]
        line.append(np.stack([x + sway, at], axis=1)[:: -1 if i % 2 == 0 else 1])
    line.append(np.array([[width + g, low]]))
    band = shapely.buffer(
        shapely.LineString(np.concatenate(line)), (g + SNAP) / 2, cap_style="flat", join_style="mitre"
    )
    whole = from_shapely(shapely.difference(shapely.box(0, 0, width, frame.length), band))
    nets = [Region(tuple(p for p in whole.parts if (bounds(Region((p,)))[1] == 0) == below)) for below in (True, False)]
    return Drawn(nets[0], nets[1], width, frame.length)


def squares(frame: Frame) -> tuple[float, float]:
    """Squares of both nets as of the straight comb, its fingers longer by the mean slope of the waves."""
    lean = math.sqrt(1 + SLOPE**2)
    longer = 1 + SLOPE**2 / 4  # arc of a sine whose steepest slope is small
    step = (frame.anode_width + frame.cathode_width + 2 * frame.gap) * lean
    number = max(frame.width // step, 1)
    found = [
        frame.length * longer / (3 * width * number) + frame.width / (12 * bus)
        for width, bus in ((frame.anode_width, frame.anode_bus), (frame.cathode_width, frame.cathode_bus))
    ]
    return found[0], found[1]
