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
    idle : words that change neither way nor valve nor time, with whatever stands behind them
    dwell_unit : seconds in one unit of G4 P
    dwell_seconds : seconds in one unit of G4 S; None where the controller ignores it
    own_rapid : whether G0 runs at the speed of the machine, whatever feed was set
    modal : whether a line of places alone repeats the last motion
    early : whether an output changes when it is read, before the moves that are still under way
    lines : patterns of lines that are no words, with what they do
    minute : seconds in the time unit of a feed
    totals : axes that count what a piston has pressed so far
    steps : whether E counts what a piston presses (after M83)
    longest : characters of a line that the controller takes, 0 when not limited
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
    idle: frozenset[str] = frozenset()
    dwell_seconds: float | None = None
    own_rapid: bool = False
    modal: bool = False
    longest: int = 0

    @property
    def sets_origin(self) -> bool:
        """Whether programs move the origin themselves when the head changes."""
        return "G52" in self.codes or bool({"origin", "forget"} & {does for _, does in self.lines})


_NUMBER = r"-?\d+(?:\.\d+)?"
_SAME = ("G0", "G1", "G2", "G3", "G4", "G20", "G21", "G28", "G90", "G91", "M0")
_RS274 = ("G10", "G17", "G38", "G40", "G49", "G52", "G54", "G61", "G80", "G92", "G94", "M3", "M4", "M5", "M8", "M9")
_E = ("M82", "M83", "G92", "G38", "M104", "M109", "M140", "M190", "M302", "M84")
_IDLE = frozenset((
    "G29", "M17", "M18", "M73", "M105", "M106", "M107", "M110", "M111", "M114", "M115", "M117", "M118", "M155",
    "M201", "M203", "M204", "M205", "M207", "M208", "M220", "M221", "M300", "M420", "M486", "M500", "M501", "M572",
    "M862", "M900",
))  # fmt: skip


def _line(pattern: str, does: str) -> tuple[re.Pattern[str], str]:
    return re.compile(pattern.replace("NUMBER", _NUMBER) + "$"), does


GRAMMARS = {
    "marlin": Grammar(
        frozenset((
            *_SAME, *_E, "G10", "G11", "M42", "M126", "M127", "M218", "M380", "M381", "M400", "T",
        )),
        ("M117", "M118"), early=True, steps=True, idle=_IDLE, dwell_seconds=1.0,
    ),
    "reprapfirmware": Grammar(
        frozenset((*_SAME, *_E, "G10", "G11", "G54", "M42", "M400", "T")),
        ("M117", "M118", "M291"), steps=True, idle=_IDLE, dwell_seconds=1.0,
    ),
    "klipper": Grammar(
        frozenset((*_SAME, *_E, "M400", "T")),
        ("M117", "M118"),
        steps=True,
        idle=_IDLE,
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
        own_rapid=True,
        modal=True,
        longest=255,
        idle=frozenset(("G43", "G64", "M6", "M48", "M49")),
    ),
    "grbl": Grammar(
        frozenset((*_SAME, "G10", "G17", "G38", "G54", "G92", "G94", "M2", "M3", "M4", "M5", "M8", "M9", "M30")),
        opening="(",
        closing=")",
        dwell_unit=1.0,
        own_rapid=True,
        modal=True,
        longest=79,
    ),
    "aerotech-a3200": Grammar(
        frozenset(("G0", "G1", "G2", "G3", "G4", "G70", "G71", "G76", "G90", "G91", "G92", "M0", "M2", "M30")),
        ("MSGDISPLAY",),
        dwell_unit=1.0,
        minute=1.0,
        totals=("A", "B"),
        own_rapid=True,
        modal=True,
        lines=(
            _line(r"\$DO(?P<output>[\w.]+)=(?P<value>[01])", "output"),
            _line(r"VELOCITY (?:OFF|ON)|PRIMARY|ENABLE [A-Z ]+", "nothing"),
            _line(r"DWELL (?P<seconds>NUMBER)", "dwell"),
            _line(r"Call togglePress P(?P<output>\d+)", "toggle"),
            _line(r"Call setPress P\d+ Q(?P<value>NUMBER)", "pressure"),
            _line(r"G92\.1", "forget"),
        ),
    ),
    "automation1": Grammar(
        frozenset(("G0", "G1", "G2", "G3", "G71", "G76", "G90", "G91", "G92")),
        ('AppMessageDisplay("',),
        "//",
        minute=1.0,
        own_rapid=True,
        modal=True,
        lines=(
            _line(r"DigitalOutputSet\((?P<output>\w+), 0, (?P<value>[01])\)", "output"),
            _line(r"Dwell\((?P<seconds>NUMBER)\)", "dwell"),
            _line(r"ProgramPause\(\)|program", "nothing"),
            _line(r"G92\.1", "forget"),
            _line(r"end", "end"),
        ),
    ),
    "hyrel": Grammar(
        frozenset((*_SAME, "M6", "M30", "M82", "M83", "M104", "M109", "M140", "M190", "M229", "T")), steps=True,
        flows=True, idle=frozenset(("M106", "M107", "M221", "M660", "M721", "M722", "M756")),
    ),
}
