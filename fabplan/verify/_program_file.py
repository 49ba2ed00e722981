"""One program of any known dialect, fabplan's or not: recognised, read, and held against what can be known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fabplan.errors import BadInput, Problem, nearest
from fabplan.findings import Finding, ordered
from fabplan.verify._claims import Claims, bench_of
from fabplan.verify._collisions import collisions
from fabplan.verify._plain_checks import area_findings, crossing_findings, plain_checks
from fabplan.verify._program_checks import CHECKS, Job
from fabplan.verify._replay import GRAMMARS, Move, Run, replay
from fabplan.verify._told_dialect import told_dialect
from fabplan.verify.programs import grouped, job_of

_FLAVOUR = re.compile(r"(?:FLAVOR:|gcode_flavor = |G-code flavor: ?)([\w-]+)", re.IGNORECASE)
_FLAVOURS = {
    "marlin": "marlin", "marlin2": "marlin", "reprap": "marlin", "reprapfirmware": "reprapfirmware",
    "reprap-rrf": "reprapfirmware", "klipper": "klipper", "machinekit": "linuxcnc",
}  # fmt: skip
#: dialect -> words that only it has
_SIGNS = {
    "automation1": r"^\s*DigitalOutputSet\(",
    "aerotech-a3200": r"^\s*(\$DO\w|VELOCITY |Call togglePress|G76\b)",
    "klipper": r"^\s*(SET_PIN|SET_GCODE_OFFSET|SET_PRESSURE_ADVANCE|ACTIVATE_EXTRUDER)\b",
    "reprapfirmware": r"^\s*(M291|M950|M571)\b",
    "linuxcnc": r"^\s*(M6[2-8]\b|G5 ?2\b|G61\b|G64\b|O\d+ |#<)",
    "marlin": r"^\s*(M42|M104|M109|M82|M83|M117|M400)\b",
}
_ENDINGS = {"ngc": "linuxcnc", "pgm": "aerotech-a3200", "ascript": "automation1"}


@dataclass(frozen=True)
class Bounds:
    """What of the machine bounds a program; SI, None for what nobody says; ``cone`` in radians."""

    travel_x: float | None = None
    travel_y: float | None = None
    half_bead: float = 0.0
    tip: float = 0.0
    cone: float = 0.0


@dataclass(frozen=True)
class Program:
    """A program that was read.

    Parameters
    ----------
    where : its name
    dialect, because : what it was read as, and why
    lines : of the file
    run : what it does
    job : with the claims of its header; None when fabplan did not write it
    groups : moves of each filament
    findings : faults of the program itself
    """

    where: str
    dialect: str
    because: str
    lines: int
    run: Run
    job: Job | None
    groups: tuple[tuple[Move, ...], ...]
    findings: tuple[Finding, ...]

    @property
    def claims(self) -> Claims | None:
        """What its header says."""
        return self.job.claims if self.job else None

    @property
    def piston_unit(self) -> str:
        """What its piston counts, ``""`` when nobody says it."""
        return self.claims.piston_unit if self.claims else ""


def recognised(text: str, where: str, given: str | None = None) -> tuple[str, str]:
    """Dialect of a program and what told it.

    Raises
    ------
    BadInput : an unknown dialect, or nothing that tells it
    """
    if given is not None:
        if given not in GRAMMARS:
            known = ", ".join(GRAMMARS)
            raise BadInput(Problem("unknown dialect", "--dialect", given[:40], known, nearest(given, GRAMMARS)))
        return given, "as you said"
    head = text[:20_000]
    name, known = told_dialect(text)
    if known:
        return known, "its header says so" if name == known else f"{name} of its header has the same words"
    flavour = _FLAVOUR.search(head) or _FLAVOUR.search(text[-60_000:])
    if flavour and flavour[1].lower() in _FLAVOURS:
        return _FLAVOURS[flavour[1].lower()], f"its comments say {flavour[1]}"
    for name, sign in _SIGNS.items():
        match = re.search(sign, text, re.MULTILINE)
        if match:
            return name, f"it says {match[0].strip()}"
    ending = where.rpartition(".")[2].lower()
    if ending in _ENDINGS:
        return _ENDINGS[ending], f"files of it end in .{ending}"
    if re.search(r"^G1 .*E-?[\d.]", text, re.MULTILINE):
        return "marlin", "it presses with E"
    raise BadInput(Problem("nothing tells the dialect of the program", where, None, f"--dialect {', '.join(GRAMMARS)}"))


def read_program(raw: bytes, where: str, dialect: str | None = None, bounds: Bounds = Bounds()) -> Program:
    """A program run and held against its header, or, without one, against what must hold in any program.

    Parameters
    ----------
    raw : the file
    where : its name, for messages
    dialect : None to recognise it
    bounds : of the machine

    Raises
    ------
    BadInput : nothing tells the dialect, or the file is no text
    """
    if b"\0" in raw:
        raise BadInput(Problem("not a text", where, None, "a program of a known dialect"))
    text = raw.decode("utf-8", "replace")
    name, because = recognised(text, where, dialect)
    grammar = GRAMMARS[name]
    run = replay(text, grammar, where, *bench_of(text))
    job = job_of(where, run, grammar)
    groups = tuple(grouped(run))
    found = list(_held(job)) if isinstance(job, Job) else list(plain_checks(run, grammar, groups))
    found += area_findings(run, bounds.travel_x, bounds.travel_y)
    if isinstance(job, Job) and not bounds.tip:
        found += collisions(job)
    else:
        found += crossing_findings(run, bounds.half_bead * 1e3, bounds.tip * 1e3, bounds.cone)
    return Program(
        where, name, because, text.count("\n"), run, job if isinstance(job, Job) else None, groups, ordered(found)
    )


def _held(job: Job) -> Iterator[Finding]:
    """A program of fabplan against its own header."""
    yield from job.run.faults
    for check in CHECKS:
        yield from check(job)
