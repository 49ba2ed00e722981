"""Sizes of the verniers that heads print."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.layout._monitor_pairs import vernier_step

BARS = 10  # on each side of the middle
PITCH = 3.0  # beads from bar to bar
GRID = 2e-7  # [m] that all sizes are rounded up to


@dataclass(frozen=True)
class Scale:
    """Sizes of a vernier [m]: pitch of the main scale, step of the fine one, bar, clear way between both, bead."""

    pitch: float
    step: float
    bar: float
    clear: float
    bead: float

    @property
    def half(self) -> float:
        """From the middle of a vernier to its outermost line, along the scale or across it."""
        return max(BARS * (self.pitch + self.step), self.clear / 2 + 2 * self.bar)


def scale_of(bead: float, placement: float) -> Scale:
    """Sizes that fit beads of a width [m] and the placement error that is to be read [m], 0 when unknown."""
    return Scale(up(PITCH * bead), vernier_step(placement) * 1e-9, up(max(12 * bead, 0.4e-3)), up(3 * bead), bead)


def up(length: float) -> float:
    """The next multiple of the grid [m]."""
    return math.ceil(round(length / GRID, 6)) * GRID
