"""The path language of SVG as points: lines, Bézier curves and elliptic arcs (SVG 1.1, section 8.3)."""

from __future__ import annotations

import math
import re

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.readers import _curves
from fabplan.readers._drawing import MOST_VERTICES, Floats, number
from fabplan.readers._svg_tree import GAP, NUMBER

ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_FLAG = re.compile(r"[01]")


class Path:
    """Walks along a path; ``scale`` is the largest stretch of the transform to nanometres that follows.

    Curves are flattened in stretched coordinates, so that the tolerance holds after the transform.
    """

    def __init__(self, scale: float, where: str) -> None:
        self.scale, self.where, self.taken = scale, where, 0
        self.at = self.start = self.handle = np.zeros(2)
        self.last = ""
        self.lines: list[tuple[Floats, bool]] = []
        self.points: list[Floats] = []

    def walked(self, text: str) -> list[tuple[Floats, bool]]:
        """Points of each subpath, and whether it is closed.

        Raises
        ------
        BadInput : not a path, too many points
        """
        position, command = GAP.match(text, 0).end(), ""  # type: ignore[union-attr]  # it matches nothing too
        while position < len(text):
            letter = text[position]
            if letter.upper() in ARGUMENTS and letter.isascii():
                command, position = letter, GAP.match(text, position + 1).end()  # type: ignore[union-attr]
            elif command in ("", "Z", "z"):
                raise self.fault(text, position)
            if not self.last and command.upper() != "M":
                raise self.fault(text, position)
            given, position = self.arguments(command.upper(), text, position)
            self.step(command, given)
            # further pairs after a move are lines
            command = {"M": "L", "m": "l"}.get(command, command)
        self.finish(False)
        return self.lines

    def fault(self, text: str, position: int) -> BadInput:
        return BadInput(Problem("a path makes no sense", self.where, repr(text[position : position + 20])))

    def arguments(self, command: str, text: str, position: int) -> tuple[list[float], int]:
        found: list[float] = []
        for k in range(ARGUMENTS[command]):
            match = (_FLAG if command == "A" and k in (3, 4) else NUMBER).match(text, position)
            if match is None:
                raise self.fault(text, position)
            found.append(number(match.group(), self.where))
            position = GAP.match(text, match.end()).end()  # type: ignore[union-attr]
        return found, position

    def step(self, command: str, given: list[float]) -> None:
        """One command."""
        kind, origin = command.upper(), self.at if command.islower() else np.zeros(2)
        if kind == "Z":
            self.finish(True)
        elif kind == "A":
            self.arc(given, origin + given[5:])
        elif kind in "HV":
            axis = "HV".index(kind)
            end = self.at.copy()
            end[axis] = given[0] + origin[axis]
            self.add(end[None, :])
        else:
            points = np.array(given).reshape(-1, 2) + origin
            if kind == "M":
                self.finish(False)
                self.at = self.start = points[0]
            elif kind == "L":
                self.add(points)
            else:
                self.curve(kind, points)
        self.last = kind
        if kind not in "CSQT":
            self.handle = self.at

    def curve(self, kind: str, points: Floats) -> None:
        if kind in "ST":
            before = "CS" if kind == "S" else "QT"
            mirror = 2 * self.at - self.handle if self.last in tuple(before) else self.at
            points = np.concatenate([mirror[None, :], points])
        self.handle = points[-2]
        control = np.concatenate([self.at[None, :], points])
        self.add(_curves.bezier(control * self.scale, self.where) / self.scale)
        self.at = points[-1]

    def arc(self, given: list[float], end: Floats) -> None:
        rx, ry = given[0], given[1]
        if rx == 0 or ry == 0 or not (end != self.at).any():
            self.add(end[None, :])
            return
        centre, major, minor, first, sweep = _curves.svg_arc(
            self.at, (rx, ry), math.radians(given[2]), given[3] != 0, given[4] != 0, end
        )
        k = self.scale
        points = _curves.elliptic(centre * k, major * k, minor * k, first, sweep, self.where)[1:] / k
        points[-1] = end
        self.add(points)

    def add(self, points: Floats) -> None:
        if not self.points:
            self.points = [self.at[None, :]]
        self.points.append(points)
        self.at = points[-1]
        self.taken += len(points)
        if self.taken > MOST_VERTICES:
            raise BadInput(Problem("the drawing has too many vertices", self.where, f"more than {MOST_VERTICES}"))

    def finish(self, closed: bool) -> None:
        """End of a subpath; a next one without a move starts where this one did."""
        if self.points:
            line = np.concatenate(self.points)
            if closed and not (line[-1] != line[0]).any():
                line = line[:-1]
            self.lines.append((line, closed))
            self.points = []
        if closed:
            self.at = self.start
