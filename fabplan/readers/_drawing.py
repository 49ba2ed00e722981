"""What every outline reader hands on: pieces of line on layers, in nanometres, and how to say where one lies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem, nearest
from fabplan.geometry.closed_shapes import Rule

Floats = NDArray[np.float64]

#: unit of length -> nanometres
UNITS: Mapping[str, float] = {
    "nm": 1.0, "um": 1e3, "µm": 1e3, "μm": 1e3, "mm": 1e6, "cm": 1e7, "dm": 1e8, "m": 1e9,
    "mil": 25_400.0, "in": 25.4e6, "inch": 25.4e6, "ft": 304.8e6, "px": 25.4e6 / 96, "pt": 25.4e6 / 72,
    "pc": 25.4e6 / 6, "angstrom": 0.1,
}  # fmt: skip
MOST_VERTICES = 200_000
MOST_SHAPES = 10_000  # rings and open lines
FARTHEST = 1e9  # 1 m from the origin [nm]


@dataclass(frozen=True)
class Frame:
    """How points of the file and nanometres belong together.

    Parameters
    ----------
    unit : name of the file's unit
    nanometres : one of it [nm]
    top : where the file's y axis points down, the y of the file at y = 0 nm; None where it points up
    """

    unit: str
    nanometres: float
    top: float | None = None

    def show(self, x: float, y: float) -> str:
        """A point [nm] as it stands in the file."""
        across, up = x / self.nanometres, y / self.nanometres
        return f"({across:.6g}, {up if self.top is None else self.top - up:.6g}) {self.unit}"


@dataclass(frozen=True)
class Piece:
    """Rings or one open line of a file, each of shape (n, 2) [nm].

    Parameters
    ----------
    layers : names under which it can be asked for; the first one is its own layer, "" for none
    lines : points; a closed line does not repeat its first point
    closed : whether they are rings
    rule : what they fill
    """

    layers: tuple[str, ...]
    lines: tuple[Floats, ...]
    closed: bool = True
    rule: Rule = "simple"


@dataclass(frozen=True)
class Drawing:
    """Pieces of a file; ``notes`` says what was left out or decided."""

    pieces: Sequence[Piece]
    frame: Frame
    nested: bool
    notes: tuple[str, ...] = ()


class Budget:
    """Counts shapes and points while a file is read, so that no file can flood fabplan."""

    def __init__(self, where: str, shapes: int = MOST_SHAPES, vertices: int = MOST_VERTICES) -> None:
        self.where, self.shapes, self.vertices = where, shapes, vertices
        self.left = {"shapes": shapes, "vertices": vertices}

    def take(self, lines: Sequence[Floats]) -> None:
        """One more shape of these rings.

        Raises
        ------
        BadInput : too many, not a number, too far away
        """
        self.left["shapes"] -= len(lines)
        self.left["vertices"] -= sum(len(line) for line in lines)
        for name, most in (("shapes", self.shapes), ("vertices", self.vertices)):
            if self.left[name] < 0:
                raise BadInput(Problem(f"the drawing has too many {name}", self.where, f"more than {most}"))
        for line in lines:
            if not np.isfinite(line).all() or (len(line) and float(np.abs(line).max()) > FARTHEST):
                given = f"{float(np.abs(line).max()) / 1e9:.3g} m"
                allowed = "at most 1 m from the origin; is the unit right?"
                raise BadInput(Problem("a coordinate is out of range", self.where, given, allowed))


def unit_nanometres(unit: str, where: str) -> float:
    """Nanometres of a unit of length.

    Raises
    ------
    BadInput : no such unit
    """
    if unit not in UNITS:
        given, allowed = repr(unit)[:40], ", ".join(UNITS)
        raise BadInput(Problem("no such unit of length", where, given, allowed, nearest(unit, UNITS)))
    return UNITS[unit]


def number(text: str, where: str) -> float:
    """Finite number of a text.

    Raises
    ------
    BadInput : it is none
    """
    try:
        value = float(text) if len(text) <= 64 and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadInput(Problem("not a number", where, repr(text.strip())[:40], "a finite number"))
    return value
