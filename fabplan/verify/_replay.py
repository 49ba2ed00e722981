"""A strict machine of our own that runs a program line by line, for the dialects that fabplan ships.

It knows what each dialect means, not how fabplan writes it: when an output changes, in which unit a
dwell counts, which words exist.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fabplan.findings import Finding

Place = tuple[float, float, float]
_WORD = re.compile(r"([A-Z])(-?\d+(?:\.\d+)?)$")
_MOTION = ("G0", "G1")


@dataclass(frozen=True)
class Grammar:
    """Meaning of a dialect's words.

    Parameters
    ----------
    codes : G and M words that exist
    text_codes : words whose line goes on as free text
    closing : what ends a comment: ``")"``, or ``""`` for comments from a semicolon to the end of the line
    dwell_unit : seconds in one unit of G4 P
    early : whether an output changes when it is read, before the moves that are still under way
    """

    codes: frozenset[str]
    text_codes: tuple[str, ...]
    closing: str
    dwell_unit: float
    early: bool


_SAME = ("G0", "G1", "G4", "G21", "G90", "M0")
GRAMMARS = {
    "marlin": Grammar(frozenset((*_SAME, "M42", "M84", "M400")), ("M117",), "", 1e-3, True),
    "reprapfirmware": Grammar(frozenset((*_SAME, "G54", "M42", "M84", "M400")), ("M291",), "", 1e-3, False),
    "linuxcnc": Grammar(
        frozenset((*_SAME, "G17", "G40", "G49", "G54", "G61", "G80", "G94", "M2", "M62", "M63", "M64", "M65", "M68")),
        (),
        ")",
        1.0,
        False,
    ),
    "grbl": Grammar(frozenset((*_SAME, "G17", "G54", "G94", "M2", "M8", "M9")), (), ")", 1.0, False),
}


@dataclass(frozen=True)
class Move:
    """One move: where from, where to, at which feed [mm/min] (None before one is set), whether a valve was open."""

    line: int
    start: Place
    end: Place
    feed: float | None
    states_feed: bool
    rapid: bool
    printing: bool

    @property
    def length(self) -> float:
        """Length [mm]."""
        return math.dist(self.start, self.end)


@dataclass(frozen=True)
class Dwell:
    """One wait [s], and whether a valve was open."""

    line: int
    seconds: float
    printing: bool


@dataclass
class Run:
    """What a program did; ``faults`` are those that the words alone show."""

    where: str
    comments: list[str] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    dwells: list[Dwell] = field(default_factory=list)
    openings: list[tuple[int, Place]] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    decimals: int = 0

    def fault(self, rule: str, line: int, message: str) -> None:
        """Note a fault of a line."""
        self.faults.append(Finding(rule, "error", f"{self.where} line {line}", message))


class _Machine:
    """State of the machine while a program runs."""

    def __init__(self, grammar: Grammar, run: Run):
        self.grammar, self.run = grammar, run
        self.place: dict[str, float] = {}
        self.feed: float | None = None
        self.valves: dict[str, bool] = {}
        self.pending: dict[str, bool] = {}
        self.settled = True
        self.ended = False

    def do(self, line: int, words: list[tuple[str, str]]) -> None:
        """Run the words of one line."""
        codes = [f"{k}{int(float(v))}" for k, v in words if k in "GM"]
        arguments = {k: v for k, v in words if k not in "GM"}
        if len(arguments) != len([k for k, _ in words if k not in "GM"]):
            self.run.fault("program-word", line, "a word stands twice")
        if self.ended:
            self.run.fault("program-word", line, "words after the end of the program")
        for code in codes:
            if code not in self.grammar.codes:
                self.run.fault("program-word", line, f"the dialect has no {code}")
        allowed = "XYZF" if any(c in _MOTION for c in codes) else "PSEQ" if codes else ""
        for name in arguments:
            if name not in allowed or (name == "E" and codes != ["M68"]):
                self.run.fault("program-word", line, f"the word {name} is not known here")
        for code in codes:
            self._code(line, code, arguments)

    def _code(self, line: int, code: str, arguments: dict[str, str]) -> None:
        if code in _MOTION:
            self._move(line, code == "G0", arguments)
        elif code == "G4":
            self._dwell(line, float(arguments.get("P", "0")) * self.grammar.dwell_unit)
        elif code == "M400":
            self.settled = True
        elif code == "M42":
            self._valve(line, arguments.get("P", "?"), float(arguments.get("S", "0")) > 0)
        elif code in ("M8", "M9"):
            self._valve(line, "coolant", code == "M8")
        elif code in ("M64", "M65"):
            self._valve(line, arguments.get("P", "?"), code == "M64")
        elif code in ("M62", "M63"):
            self.pending[arguments.get("P", "?")] = code == "M62"
        elif code == "M2":
            self.ended = True

    def _valve(self, line: int, output: str, opens: bool) -> None:
        if self.grammar.early and not self.settled:
            self.run.fault("program-valve", line, "the valve acts while the machine still moves (M400 is missing)")
        if opens and any(self.valves.values()):
            self.run.fault("program-valve", line, "a valve is opened while one is open")
        self.valves[output] = opens
        if opens:
            self.run.openings.append((line, self._here()))

    def _here(self) -> Place:
        return (self.place.get("X", math.nan), self.place.get("Y", math.nan), self.place.get("Z", math.nan))

    def _move(self, line: int, rapid: bool, arguments: dict[str, str]) -> None:
        for output, opens in list(self.pending.items()):
            del self.pending[output]
            self._valve(line, output, opens)
        start = self._here()
        if "F" in arguments:
            self.feed = float(arguments["F"])
        for axis in ("X", "Y", "Z"):
            if axis in arguments:
                self.place[axis] = float(arguments[axis])
                self.run.decimals = max(self.run.decimals, len(arguments[axis].partition(".")[2]))
        printing = any(self.valves.values())
        self.settled = False
        self.run.moves.append(Move(line, start, self._here(), self.feed, "F" in arguments, rapid, printing))

    def _dwell(self, line: int, seconds: float) -> None:
        if any(self.pending.values()):
            self.run.fault("program-valve", line, "the program waits for flow while the valve is still shut (M62)")
        self.settled = True
        self.run.dwells.append(Dwell(line, seconds, any(self.valves.values())))

    def end(self, line: int) -> None:
        """What must hold after the last line."""
        for output, opens in self.valves.items():
            if opens:
                self.run.fault("program-valve", line, f"output {output} is open at the end")
        for output in self.pending:
            self.run.fault("program-valve", line, f"a change of output {output} has no move after it and is lost")


def replay(text: str, grammar: Grammar, where: str) -> Run:
    """Run a program and say what it did."""
    run = Run(where)
    machine = _Machine(grammar, run)
    number = 0
    for number, line in enumerate(text.splitlines(), 1):
        words = list(_words(line, grammar, run, number))
        if words:
            machine.do(number, words)
    machine.end(number)
    return run


def _words(line: str, grammar: Grammar, run: Run, number: int) -> Iterator[tuple[str, str]]:
    code = line.partition(" ")[0]
    if code in grammar.text_codes:
        return
    for token in _without_comments(line, grammar, run, number).split():
        match = _WORD.match(token)
        if match is None:
            run.fault("program-word", number, f"not a word: {token[:20]!r}")
        elif float(match[2]) == 0 and match[2].startswith("-"):
            run.fault("program-word", number, "a negative zero")
        else:
            yield match[1], match[2]


def _without_comments(line: str, grammar: Grammar, run: Run, number: int) -> str:
    if not grammar.closing:
        code, _, comment = line.partition(";")
        if comment:
            run.comments.append(comment.strip())
        return code
    rest = ""
    while "(" in line:
        before, _, line = line.partition("(")
        comment, closed, line = line.partition(")")
        rest += before
        run.comments.append(comment.strip())
        if not closed or "(" in comment:
            run.fault("program-word", number, "a comment that does not end, or one in another")
    return rest + line
