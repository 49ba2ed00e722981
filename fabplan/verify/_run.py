"""What a program did, as the machine that ran it wrote it down."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from fabplan.findings import Finding, Severity

Place = tuple[float, float, float]


@dataclass(frozen=True)
class Move:
    """One move: where from, where to, at which feed [mm/min] (None before one is set), whether ink flows.

    ``rapid`` moves run at the machine's own speed, ``quick`` ones are written as such (G0) whatever sets their speed.
    """

    line: int
    start: Place
    end: Place
    feed: float | None
    states_feed: bool
    rapid: bool
    printing: bool
    pressed: float = 0.0
    quick: bool = False

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


@dataclass(frozen=True)
class Setting:
    """A temperature [degrees Celsius] or a pressure that the program asks for."""

    line: int
    what: str
    value: float


@dataclass
class Run:
    """What a program did; ``faults`` are those that the words alone show, ``unread`` the lines that nobody knows."""

    where: str
    comments: list[str] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    dwells: list[Dwell] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    homings: list[int] = field(default_factory=list)
    closings: int = 0
    faults: list[Finding] = field(default_factory=list)
    decimals: int = 0

    def fault(self, rule: str, line: int, message: str, severity: Severity = "error") -> None:
        """Note a fault of a line."""
        self.faults.append(Finding(rule, severity, f"{self.where} line {line}", message))
