"""What the words of each dialect mean: written down from the manuals, not from what fabplan writes."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Grammar:
    """Meaning of a dialect's words.

    Parameters
    ----------
    codes : G and M words that exist
    text_codes : words whose line goes on as free text
    opening, closing : what begins and what ends a comment; ``closing`` is ``""`` for the end of the line
    dwell_unit : seconds in one unit of G4 P
    early : whether an output changes when it is read, before the moves that are still under way
    lines : patterns of lines that are no words, with what they do
    minute : seconds in the time unit of a feed
    totals : axes that count what a piston has pressed so far
    steps : whether E counts what a piston presses (after M83)
    flows : whether a positive E makes the head flow, whatever its size
    """

    codes: frozenset[str]
    text_codes: tuple[str, ...] = ()
    opening: str = ";"
    closing: str = ""
    dwell_unit: float = 1e-3
    early: bool = False
    lines: tuple[tuple[re.Pattern[str], str], ...] = ()
    minute: float = 60.0
    totals: tuple[str, ...] = ()
    steps: bool = False
    flows: bool = False

    @property
    def sets_origin(self) -> bool:
        """Whether programs move the origin themselves when the head changes."""
        return "G52" in self.codes or bool({"origin", "forget"} & {does for _, does in self.lines})


_NUMBER = r"-?\d+(?:\.\d+)?"
_SAME = ("G0", "G1", "G4", "G21", "G90", "M0")
_RS274 = ("G10", "G17", "G38", "G40", "G49", "G52", "G54", "G61", "G80", "G92", "G94")
_E = ("M83", "G92", "G38", "M140", "M190", "M302")


def _line(pattern: str, does: str) -> tuple[re.Pattern[str], str]:
    return re.compile(pattern.replace("NUMBER", _NUMBER) + "$"), does


GRAMMARS = {
    "marlin": Grammar(
        frozenset((*_SAME, *_E, "M42", "M84", "M218", "M400", "T")), ("M117",), early=True, steps=True
    ),
    "reprapfirmware": Grammar(
        frozenset((*_SAME, *_E, "G10", "G54", "M42", "M84", "M400", "T")), ("M291",), steps=True
    ),
    "klipper": Grammar(
        frozenset((*_SAME, *_E, "M84", "M400", "T")),
        ("M117",),
        steps=True,
        lines=(
            _line(r"SET_PIN PIN=(?P<output>\w+) VALUE=(?P<value>[01])(?:\.0+)?", "output"),
            _line(r"SET_GCODE_OFFSET X=(?P<x>NUMBER) Y=(?P<y>NUMBER) Z=(?P<z>NUMBER)", "origin"),
            _line(r"PAUSE", "nothing"),
        ),
    ),
    "linuxcnc": Grammar(
        frozenset((*_SAME, *_RS274, "M2", "M62", "M63", "M64", "M65", "M68")),
        opening="(",
        closing=")",
        dwell_unit=1.0,
        totals=("A", "B"),
    ),
    "grbl": Grammar(
        frozenset((*_SAME, "G10", "G17", "G38", "G54", "G94", "M2", "M3", "M5", "M8", "M9")),
        opening="(",
        closing=")",
        dwell_unit=1.0,
    ),
    "aerotech-a3200": Grammar(
        frozenset(("G1", "G4", "G71", "G76", "G90", "G92", "M0", "M2")),
        ("MSGDISPLAY",),
        dwell_unit=1.0,
        minute=1.0,
        totals=("A", "B"),
        lines=(
            _line(r"\$DO(?P<output>[\w.]+)=(?P<value>[01])", "output"),
            _line(r"VELOCITY OFF", "nothing"),
            _line(r"G92\.1", "forget"),
        ),
    ),
    "automation1": Grammar(
        frozenset(("G1", "G71", "G76", "G90", "G92")),
        ('AppMessageDisplay("',),
        "//",
        minute=1.0,
        lines=(
            _line(r"DigitalOutputSet\((?P<output>\w+), 0, (?P<value>[01])\)", "output"),
            _line(r"Dwell\((?P<seconds>NUMBER)\)", "dwell"),
            _line(r"ProgramPause\(\)|program", "nothing"),
            _line(r"G92\.1", "forget"),
            _line(r"end", "end"),
        ),
    ),
    "hyrel": Grammar(
        frozenset((*_SAME, "M6", "M30", "M83", "M140", "M190", "M229", "T")), steps=True, flows=True
    ),
}
