"""The tags of a DXF text: pairs of group code and value, gathered into entities, with caps.

Facts of the format: AutoCAD DXF Reference (Autodesk), groups 0 to 8 and the entities section.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from fabplan.errors import BadInput, Problem
from fabplan.readers._drawing import number

MOST_TAGS = 1_000_000  # that are kept
MOST_ENTITIES = 300_000
LONGEST = 2049  # characters of a value (limit of the format) and its end
BINARY = b"AutoCAD Binary DXF"
CODES = frozenset((2, 6, 8, *range(10, 15), *range(20, 25), *range(40, 52), 67, *range(70, 75), 210, 220, 230))
WORDS = frozenset((2, 6, 8))


@dataclass(frozen=True)
class Entity:
    """Kind, layer, line of the file, and groups in the order of the file; text for 2 and 6, numbers for the rest."""

    kind: str
    layer: str
    line: int
    groups: tuple[tuple[int, float], ...]
    name: str = ""

    def value(self, code: int, default: float = 0.0) -> float:
        """First value of a group."""
        return next((value for found, value in self.groups if found == code), default)

    def values(self, code: int) -> list[float]:
        """All values of a group."""
        return [value for found, value in self.groups if found == code]


def tags(data: bytes, where: str) -> Iterator[tuple[int, int, str]]:
    """Line, group code and value.

    Raises
    ------
    BadInput : binary, no pairs, a code that is no number, lines without end, no EOF
    """
    if data.startswith(BINARY):
        raise BadInput(Problem("a binary DXF file", where, allowed="save it as ASCII DXF"))
    lines, at, finished = io.BytesIO(data), 0, False
    while not finished:
        code, value = lines.readline(LONGEST), lines.readline(LONGEST)
        at += 2
        if not code.endswith(b"\n") or len(value) == LONGEST:
            what = "a line is too long" if LONGEST in (len(code), len(value)) else "the file ends before its EOF"
            raise BadInput(Problem(f"not a sound DXF file: {what}", f"{where}:{at}"))
        digits = code.strip()
        if not 0 < len(digits) <= 5 or not digits.lstrip(b"-").isdigit():
            raise BadInput(Problem("not a sound DXF file: no group code", f"{where}:{at - 1}", repr(digits[:20])))
        text = _text(value.strip(b"\r\n"))
        finished = int(digits) == 0 and text.strip() == "EOF"
        yield at, int(digits), text


def _text(value: bytes) -> str:
    """Older files are written in the code page of their machine; only names can be hurt by that."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def header_units(stream: Iterator[tuple[int, int, str]], where: str) -> int:
    """Value of $INSUNITS, 0 when it is not there; reads up to the end of the header section."""
    units, variable = 0, ""
    for line, code, text in stream:
        if code == 0:
            break
        if code == 9:
            variable = text.strip()
        elif variable == "$INSUNITS" and code == 70:
            units = int(number(text, f"{where}:{line}"))
    return units


class Gatherer:
    """Makes entities of tags; keeps what an outline needs."""

    def __init__(self, where: str) -> None:
        self.where, self.kept, self.entities = where, 0, 0

    def gather(self, stream: Iterator[tuple[int, int, str]]) -> Iterator[Entity]:
        """Entities up to the end of the section.

        Raises
        ------
        BadInput : a group that is no number, too many of them, no end
        """
        kind, line, layer, name, groups = "", 0, "0", "", list[tuple[int, float]]()
        for at, code, text in stream:
            if code == 0:
                if kind:
                    yield self._entity(kind, layer, line, groups, name)
                kind, line, layer, name, groups = text.strip().upper(), at, "0", "", []
                if kind in ("ENDSEC", "EOF"):
                    return
            elif code == 8:
                layer = text.strip()
            elif code == 2 and not name:
                name = text.strip()
            elif code in CODES and code not in WORDS:
                groups.append((code, number(text, f"{self.where}:{at}")))
                self.kept += 1
                if self.kept > MOST_TAGS:
                    raise BadInput(Problem("the drawing is too large", self.where, f"more than {MOST_TAGS} numbers"))

    def _entity(self, kind: str, layer: str, line: int, groups: list[tuple[int, float]], name: str) -> Entity:
        self.entities += 1
        if self.entities > MOST_ENTITIES:
            raise BadInput(Problem("the drawing has too many entities", self.where, f"more than {MOST_ENTITIES}"))
        return Entity(kind, layer, line, tuple(groups), name)
