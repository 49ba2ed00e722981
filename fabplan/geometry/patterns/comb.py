"""The straight comb: one bank of fingers."""

from __future__ import annotations

from fabplan.geometry.patterns.banked_comb import banked
from fabplan.geometry.patterns.base import Drawn, Frame

TITLE = "straight comb"


def draw(frame: Frame) -> Drawn | None:
    """The pattern; None where it has no room."""
    return banked(frame, 1)
