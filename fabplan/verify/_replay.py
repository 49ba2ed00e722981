"""A strict machine of our own that runs a program line by line, for the dialects that fabplan ships.

It knows what each dialect means, not how fabplan writes it: when an output changes, in which unit a
dwell counts, which words exist.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from fabplan.findings import Finding
from fabplan.verify._grammars import GRAMMARS, Grammar

__all__ = ["GRAMMARS", "Dwell", "Grammar", "Move", "Opening", "Run", "replay"]

Place = tuple[float, float, float]
_WORD = re.compile(r"([A-Z])(-?\d+(?:\.\d+)?)$")
_MOTION = ("G0", "G1")
_FREE = {"G4": "P", "G10": "PLXYZ", "G38": "ZF", "G52": "XYZ", "G92": "XYZEAB", "M3": "S", "M6": "TOXY", "M42": "PS"}
_FREE |= {"M62": "P", "M63": "P", "M64": "P", "M65": "P", "M68": "EQ", "M140": "S", "M190": "S", "M218": "TXYZ"}
_FREE |= {"M229": "ED", "M302": "P"}


@dataclass(frozen=True)
class Move:
    """One move: where from, where to, at which feed [mm/min] (None before one is set), whether ink flows."""

    line: int
    start: Place
    end: Place
    feed: float | None
    states_feed: bool
    rapid: bool
    printing: bool
    pressed: float = 0.0

    @property
    def length(self) -> float:
        """Length [mm]; of a piston alone what it moves."""
        way = math.dist(self.start, self.end)
        return abs(self.pressed) if way == 0 and self.pressed else way


@dataclass(frozen=True)
class Dwell:
    """One wait [s]: whether ink could flow, whether before the filament, and which other output was on."""

    line: int
    seconds: float
    printing: bool
    before: bool
    other: str


@dataclass(frozen=True)
class Opening:
    """Where ink begins to flow: output, chosen head and shift of the origin [mm] at that moment."""

    line: int
    place: Place
    output: str
    tool: int | None
    shift: Place


@dataclass
class Run:
    """What a program did; ``faults`` are those that the words alone show."""

    where: str
    comments: list[str] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    dwells: list[Dwell] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    decimals: int = 0

    def fault(self, rule: str, line: int, message: str) -> None:
        """Note a fault of a line."""
        self.faults.append(Finding(rule, "error", f"{self.where} line {line}", message))


class _Machine:
    """State of the machine while a program runs."""

    def __init__(self, grammar: Grammar, run: Run, others: Collection[str], offsets: Mapping[int, Place]):
        self.grammar, self.run, self.others = grammar, run, others
        self.offsets = dict(offsets)
        self.place: dict[str, float] = {}
        self.shift = {"X": 0.0, "Y": 0.0, "Z": 0.0}
        self.totals: dict[str, float] = {}
        self.tool: int | None = None
        self.feed: float | None = None
        self.valves: dict[str, bool] = {}
        self.other = ""
        self.pending: dict[str, bool] = {}
        self.settled = True
        self.relative = self.ended = self.flowing = False
        self.fresh = True

    def do(self, line: int, words: list[tuple[str, str]]) -> None:
        """Run the words of one line."""
        codes = ["T" if k == "T" else f"{k}{int(float(v))}" for k, v in words if k in "GM" or words[0][0] == k == "T"]
        arguments = {k: v for k, v in words if k not in "GM" and not words[0][0] == k == "T"}
        if len(arguments) + len(codes) != len(words):
            self.run.fault("program-word", line, "a word stands twice")
        if self.ended:
            self.run.fault("program-word", line, "words after the end of the program")
        for code in codes:
            if code not in self.grammar.codes:
                self.run.fault("program-word", line, f"the dialect has no {code}")
        extra = "E" if self.grammar.steps else "".join(self.grammar.totals)
        allowed = "XYZF" + extra if any(c in _MOTION for c in codes) else "".join(_FREE.get(c, "") for c in codes)
        for name in arguments:
            if name not in allowed:
                self.run.fault("program-word", line, f"the word {name} is not known here")
        for code in codes:
            self._code(line, code, {**arguments, "T": words[0][1]} if code == "T" else arguments)

    def special(self, line: int, does: str, found: Mapping[str, str]) -> None:
        """Run a line that is no words."""
        if self.ended:
            self.run.fault("program-word", line, "words after the end of the program")
        if does == "output":
            self._valve(line, found["output"], found["value"] == "1")
        elif does == "dwell":
            self._dwell(line, float(found["seconds"]))
        elif does == "origin":
            self._origin({axis: -float(found[axis.lower()]) for axis in "XYZ"})
        elif does == "forget":
            self._origin({"X": 0.0, "Y": 0.0, "Z": 0.0})
        elif does == "end":
            self.ended = True

    def _code(self, line: int, code: str, arguments: dict[str, str]) -> None:
        if code in _MOTION:
            self._move(line, code == "G0", arguments)
        elif code == "G4":
            self._dwell(line, float(arguments.get("P", "0")) * self.grammar.dwell_unit)
        elif code == "M400":
            self.settled = True
        elif code == "M83":
            self.relative = True
        elif code == "T":
            self.tool = int(float(arguments["T"]))
            if not self.grammar.sets_origin:
                self._origin(dict(zip("XYZ", self.offsets.get(self.tool, (0.0, 0.0, 0.0)), strict=True)))
        elif code == "M218":
            x, y, z = (float(arguments.get(axis, "0")) for axis in "XYZ")
            self.offsets[int(arguments.get("T", "0"))] = (x, y, z)
        elif code == "G52":
            self._origin({axis: -float(arguments.get(axis, "0")) for axis in "XYZ"})
        elif code in ("G92", "G10"):
            self._preset(code, arguments)
        elif code in ("M2", "M30"):
            self.ended = True
        else:
            self._output(line, code, arguments)

    def _output(self, line: int, code: str, arguments: dict[str, str]) -> None:
        if code == "M42":
            self._valve(line, arguments.get("P", "?"), float(arguments.get("S", "0")) > 0)
        elif code in ("M8", "M9"):
            self._valve(line, "coolant", code == "M8")
        elif code in ("M3", "M5"):
            self.other = "spindle" if code == "M3" else ""
        elif code in ("M64", "M65"):
            self._valve(line, arguments.get("P", "?"), code == "M64")
        elif code in ("M62", "M63"):
            self.pending[arguments.get("P", "?")] = code == "M62"

    def _preset(self, code: str, arguments: dict[str, str]) -> None:
        """Say where the nozzle is (G92, or G10 L20); the origin moves."""
        if code == "G10" and arguments.get("L") != "20":
            return
        for axis, value in arguments.items():
            if axis in self.grammar.totals:
                self.totals[axis] = float(value)
            elif axis in "XYZ":
                if axis in self.place and self.run.openings:
                    self.shift[axis] += float(value) - self.place[axis]
                self.place[axis] = float(value)

    def _origin(self, shift: dict[str, float]) -> None:
        """Another nozzle counts from now on: the same carriage stands elsewhere on the part."""
        for axis in self.place:
            self.place[axis] += shift[axis] - self.shift[axis]
        self.shift = shift

    def _valve(self, line: int, output: str, opens: bool) -> None:
        if self.grammar.early and not self.settled:
            self.run.fault("program-valve", line, "the valve acts while the machine still moves (M400 is missing)")
        if output in self.others:
            self.other = output if opens else ""
            return
        if opens and any(self.valves.values()):
            self.run.fault("program-valve", line, "a valve is opened while one is open")
        self.valves[output] = opens
        if opens:
            self._open(line, output)

    def _open(self, line: int, output: str) -> None:
        shift = (self.shift["X"], self.shift["Y"], self.shift["Z"])
        self.run.openings.append(Opening(line, self._here(), output, self.tool, shift))

    def _here(self) -> Place:
        return (self.place.get("X", math.nan), self.place.get("Y", math.nan), self.place.get("Z", math.nan))

    def _move(self, line: int, rapid: bool, arguments: dict[str, str]) -> None:
        for output, opens in list(self.pending.items()):
            del self.pending[output]
            self._valve(line, output, opens)
        start = self._here()
        if "F" in arguments:
            self.feed = float(arguments["F"]) * 60.0 / self.grammar.minute
        pressed = self._pressed(line, arguments)
        for axis in ("X", "Y", "Z"):
            if axis in arguments:
                self.place[axis] = float(arguments[axis])
                self.run.decimals = max(self.run.decimals, len(arguments[axis].partition(".")[2]))
        across = "X" in arguments or "Y" in arguments
        driven = across and pressed > 0 and (self.grammar.steps or self.grammar.flows)
        if driven and not self.flowing:
            self.run.openings.append(
                Opening(line, start, "", self.tool, (self.shift["X"], self.shift["Y"], self.shift["Z"]))
            )
        self.flowing = driven
        printing = any(self.valves.values()) or driven
        if across or pressed == 0:
            self.fresh = not printing if across else self.fresh
        self.settled = False
        if self.other:
            self.run.fault("program-valve", line, f"the machine moves while output {self.other} is on")
        states = "F" in arguments
        self.run.moves.append(Move(line, start, self._here(), self.feed, states, rapid, printing, pressed))

    def _pressed(self, line: int, arguments: dict[str, str]) -> float:
        """What a piston presses on this move."""
        for axis in self.grammar.totals:
            if axis in arguments:
                before = self.totals.get(axis, 0.0)
                self.totals[axis] = float(arguments[axis])
                return self.totals[axis] - before
        if "E" not in arguments or not self.grammar.steps:
            return 0.0
        if not self.relative:
            self.run.fault("program-piston", line, "E counts steps, but M83 is missing")
        return float(arguments["E"])

    def _dwell(self, line: int, seconds: float) -> None:
        if any(self.pending.values()):
            self.run.fault("program-valve", line, "the program waits for flow while the valve is still shut (M62)")
        self.settled = True
        self.run.dwells.append(Dwell(line, seconds, any(self.valves.values()), self.fresh, self.other))

    def end(self, line: int) -> None:
        """What must hold after the last line."""
        for output, opens in self.valves.items():
            if opens:
                self.run.fault("program-valve", line, f"output {output} is open at the end")
        if self.other:
            self.run.fault("program-valve", line, f"output {self.other} is on at the end")
        for output in self.pending:
            self.run.fault("program-valve", line, f"a change of output {output} has no move after it and is lost")


def replay(
    text: str,
    grammar: Grammar,
    where: str,
    others: Collection[str] = (),
    offsets: Mapping[int, Place] | None = None,
) -> Run:
    """Run a program and say what it did.

    Parameters
    ----------
    others : outputs that are no valves (lamps, vacuum)
    offsets : of heads [mm], for controllers that have them in their own settings
    """
    run = Run(where)
    machine = _Machine(grammar, run, others, offsets or {})
    number = 0
    for number, line in enumerate(text.splitlines(), 1):
        code = _without_comments(line, grammar, run, number)
        if not code.strip() or code.startswith(grammar.text_codes or "\0"):
            continue
        matches = ((pattern.match(code.strip()), does) for pattern, does in grammar.lines)
        match, does = next(((m, d) for m, d in matches if m), (None, ""))
        if match:
            machine.special(number, does, match.groupdict())
            continue
        words = list(_words(code, run, number))
        if words:
            machine.do(number, words)
    machine.end(number)
    return run


def _words(code: str, run: Run, number: int) -> Iterator[tuple[str, str]]:
    for token in code.split():
        match = _WORD.match(token)
        if match is None:
            run.fault("program-word", number, f"not a word: {token[:20]!r}")
        elif float(match[2]) == 0 and match[2].startswith("-"):
            run.fault("program-word", number, "a negative zero")
        else:
            yield match[1], match[2]


def _without_comments(line: str, grammar: Grammar, run: Run, number: int) -> str:
    if not grammar.closing:
        if line.startswith(grammar.text_codes or "\0"):
            return line
        code, _, comment = line.partition(grammar.opening)
        if comment:
            run.comments.append(comment.strip())
        return code
    rest = ""
    while grammar.opening in line:
        before, _, line = line.partition(grammar.opening)
        comment, closed, line = line.partition(grammar.closing)
        rest += before
        run.comments.append(comment.strip())
        if not closed or grammar.opening in comment:
            run.fault("program-word", number, "a comment that does not end, or one in another")
    return rest + line
