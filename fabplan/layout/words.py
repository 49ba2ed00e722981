"""Numbers and places in the sentences of the layout rules."""

from __future__ import annotations

import re

from fabplan.layout.nets import Place

_PLACE = re.compile(r"at x (-?[\d.]+(?:e[+-]?\d+)?) mm, y (-?[\d.]+(?:e[+-]?\d+)?) mm")


def microns(metres: float) -> str:
    """A length for people, e.g. ``"12.5 um"``."""
    return f"{metres * 1e6:.6g} um"


def at(names: str, place: Place) -> str:
    """Bodies and a coordinate, e.g. ``"anode at x 0.1 mm, y 2 mm"``."""
    return f"{names} at x {place[0] * 1e3:.6g} mm, y {place[1] * 1e3:.6g} mm"


def place_in(text: str) -> Place | None:
    """The coordinate that `at` put into a text; None where it has none."""
    found = _PLACE.search(text)
    return (float(found[1]) * 1e-3, float(found[2]) * 1e-3) if found else None
