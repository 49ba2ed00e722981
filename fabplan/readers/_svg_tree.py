"""Elements of an SVG text, by expat: no entities, capped depth and number.

Numbers, transforms and lengths: SVG 1.1 (second edition), sections 4.2, 7.6 and 7.10; one inch is 96 px (CSS).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.readers._drawing import UNITS, Floats, number

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
MOST_ELEMENTS, DEEPEST = 100_000, 64
LONGEST_TRANSFORM = 2000  # characters
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
GAP = re.compile(r"[\s,]*")
_TRANSFORM = re.compile(r"[\s,]*([A-Za-z]+)\s*\(([^()]*)\)")
_LENGTH = re.compile(rf"\s*({NUMBER.pattern})\s*([A-Za-z%]*)\s*$")


@dataclass
class Node:
    """Local name (with its namespace where it is not SVG's), attributes, line of the file."""

    name: str
    attributes: Mapping[str, str]
    line: int
    children: list[Node] = field(default_factory=list)

    def style(self, name: str) -> str | None:
        """A property from the style attribute, else the attribute of that name."""
        for entry in self.attributes.get("style", "").split(";"):
            key, _, value = entry.partition(":")
            if key.strip() == name:
                return value.strip()
        return self.attributes.get(name)


class _Builder:
    """Handlers of the parser."""

    def __init__(self, where: str) -> None:
        self.where, self.count, self.root = where, 0, Node("", {}, 0)
        self.stack = [self.root]
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.EntityDeclHandler = self.refuse
        self.parser.UnparsedEntityDeclHandler = self.refuse
        self.parser.ExternalEntityRefHandler = self.refuse

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        line = self.parser.CurrentLineNumber
        if self.count > MOST_ELEMENTS or len(self.stack) > DEEPEST:
            deep = self.count <= MOST_ELEMENTS
            what = "elements are nested too deep" if deep else "the drawing has too many elements"
            allowed = f"{MOST_ELEMENTS} elements, {DEEPEST} levels"
            raise BadInput(Problem(what, f"{self.where}:{line}", allowed=allowed))
        node = Node(name.removeprefix(f"{SVG} "), attributes, line)
        self.stack[-1].children.append(node)
        self.stack.append(node)

    def end(self, name: str) -> None:
        self.stack.pop()

    def refuse(self, *said: Any) -> int:
        where = f"{self.where}:{self.parser.CurrentLineNumber}"
        raise BadInput(Problem("the drawing declares entities", where, allowed="a plain SVG file"))


def parse(data: bytes, where: str) -> Node:
    """Root element.

    Raises
    ------
    BadInput : not XML, entities, too deep, too many elements, no SVG
    """
    builder = _Builder(where)
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as fault:
        raise BadInput(Problem(f"not XML: {expat.errors.messages[fault.code]}", f"{where}:{fault.lineno}")) from None
    except LookupError as fault:
        raise BadInput(Problem("an encoding that is not known", where)) from fault
    root = builder.root.children[0]
    if root.name != "svg":
        raise BadInput(Problem("not an SVG file", where, f"root element {root.name[:40]!r}", "svg"))
    return root


def transform(text: str, where: str) -> tuple[Floats, Floats]:
    """Matrix (2, 2) and shift (2,) of a list of transforms.

    Raises
    ------
    BadInput : it makes no sense
    """
    matrix, shift, at = np.eye(2), np.zeros(2), 0
    while (match := _TRANSFORM.match(text, at)) and at < LONGEST_TRANSFORM:
        at = match.end()
        own, move = _one_transform(match.group(1), numbers(match.group(2), where), where)
        shift, matrix = matrix @ move + shift, matrix @ own
    if text[at:].strip(" ,\t\r\n") or not (np.isfinite(matrix).all() and np.isfinite(shift).all()):
        raise BadInput(Problem("a transform makes no sense", where, repr(text)[:60]))
    return matrix, shift


def _one_transform(name: str, given: list[float], where: str) -> tuple[Floats, Floats]:
    zero = np.zeros(2)
    match name, given:
        case "matrix", [a, b, c, d, e, f]:
            return np.array([[a, c], [b, d]]), np.array([e, f])
        case "translate", [x, *rest] if len(rest) < 2:
            return np.eye(2), np.array([x, rest[0] if rest else 0.0])
        case "scale", [x, *rest] if len(rest) < 2:
            return np.diag([x, rest[0] if rest else x]), zero
        case "rotate", [angle, *centre] if len(centre) in (0, 2):
            c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            turn, about = np.array([[c, -s], [s, c]]), np.array(centre or [0.0, 0.0])
            return turn, about - turn @ about
        case "skewX", [angle]:
            return np.array([[1.0, math.tan(math.radians(angle))], [0.0, 1.0]]), zero
        case "skewY", [angle]:
            return np.array([[1.0, 0.0], [math.tan(math.radians(angle)), 1.0]]), zero
    raise BadInput(Problem("a transform makes no sense", where, f"{name[:20]} of {len(given)} numbers"))


def numbers(text: str, where: str) -> list[float]:
    """Numbers between commas or blanks.

    Raises
    ------
    BadInput : something else stands there
    """
    found, at, end = [], GAP.match(text, 0).end(), len(text)  # type: ignore[union-attr]  # it matches nothing too
    while at < end:
        match = NUMBER.match(text, at)
        if match is None:
            raise BadInput(Problem("not a number", where, repr(text[at : at + 20])))
        found.append(number(match.group(), where))
        at = GAP.match(text, match.end()).end()  # type: ignore[union-attr]
    return found


def length(text: str, where: str) -> tuple[float, str]:
    """Value and unit of a length; the unit is "" where none stands.

    Raises
    ------
    BadInput : not a length
    """
    match = _LENGTH.match(text) if len(text) <= 100 else None
    unit = match.group(2).lower() if match else ""
    if match is None or unit not in ("", "%", "em", "ex", "rem", "vw", "vh", "q", *UNITS):
        raise BadInput(Problem("not a length", where, repr(text)[:40]))
    value = number(match.group(1), where)
    return (value / 40, "cm") if unit == "q" else (value, unit)
