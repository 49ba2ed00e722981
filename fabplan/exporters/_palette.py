"""Colours of bodies, the same in masks, section and mesh; apart in lightness too, for colour-blind eyes and print."""

from __future__ import annotations

#: role -> (red, green, blue, opacity 0 to 255)
ROLES: dict[str, tuple[int, int, int, int]] = {
    "anode": (31, 94, 168, 255),
    "cathode": (200, 80, 30, 255),
    "anode_collector": (128, 170, 214, 255),
    "cathode_collector": (240, 176, 122, 255),
    "electrolyte": (104, 176, 150, 90),
    "separator": (150, 200, 170, 140),
    "insulator": (150, 130, 180, 170),
    "encapsulation": (170, 176, 186, 110),
    "substrate": (206, 204, 196, 255),
    "pad": (196, 160, 60, 255),
    "scaffold": (110, 110, 110, 255),
    "mark": (60, 60, 60, 255),
    "outline": (90, 90, 90, 0),
}
_OTHER = (140, 140, 140, 255)


def colour(role: str) -> tuple[int, int, int, int]:
    """Red, green, blue and opacity of a role, each 0 to 255."""
    return ROLES.get(role, _OTHER)


def css(role: str) -> str:
    """The colour as ``#rrggbb``."""
    red, green, blue, _ = colour(role)
    return f"#{red:02x}{green:02x}{blue:02x}"


def opacity(role: str) -> str:
    """The opacity as CSS knows it, 0 to 1."""
    return f"{colour(role)[3] / 255:.2g}"
