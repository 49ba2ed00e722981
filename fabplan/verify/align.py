"""A program moved onto the part: read, turned and shifted in its own dialect, and run again."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding, errors, ordered
from fabplan.layout.alignment import Alignment, alignment_findings, fitted
from fabplan.layout.toolpaths import steps_digest
from fabplan.verify._program_checks import CHECKS, Job
from fabplan.verify._replay import GRAMMARS, Grammar
from fabplan.verify.programs import HEADER, read_job

_DIALECT = re.compile(r"\bdialect=(\S+)")
_FIDUCIAL = re.compile(r"\b(F\d+) X(-?\d+\.\d+) Y(-?\d+\.\d+)")
_MOVE = re.compile(r"^(G[01] )(?=.*[XY])(.*)$")
_AXIS = re.compile(r"([XY])(-?\d+(?:\.\d+)?)")
Point = tuple[float, float]


@dataclass(frozen=True)
class Aligned:
    """The moved program, the fit [mm], and what there is to say."""

    program: str
    alignment: Alignment
    findings: tuple[Finding, ...]


def measured_fiducials(content: bytes, where: str) -> dict[str, Point]:
    """Measured places from a table ``name,x_mm,y_mm``.

    Raises
    ------
    BadInput : another header, or lines that are no place
    """
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"))))
    head = [cell.strip() for cell in rows[0]] if rows else []
    if head != ["name", "x_mm", "y_mm"]:
        raise BadInput(Problem("another header", where, ",".join(head)[:60], "name,x_mm,y_mm"))
    found: dict[str, Point] = {}
    problems = []
    for number, row in enumerate((r for r in rows[1:] if any(cell.strip() for cell in r)), 2):
        try:
            name, x, y = (cell.strip() for cell in row)
            place = (float(x), float(y))
            if name in found or not np.isfinite(place).all():
                raise ValueError(name)
            found[name] = place
        except ValueError:
            problems.append(Problem("not a fiducial, or one twice", f"{where}: line {number}", ",".join(row)[:60]))
    if problems:
        raise BadInput(problems)
    return found


def drawn_fiducials(text: str, where: str) -> dict[str, Point]:
    """Fiducials of the drawing, from the header of a program [mm].

    Raises
    ------
    BadInput : the header names none
    """
    head = " ".join(re.sub(r"^[;(/ ]+|\)$", "", line) for line in text.splitlines()[:HEADER])
    found = {name: (float(x), float(y)) for name, x, y in _FIDUCIAL.findall(head)}
    if len(found) < 2:
        raise BadInput(Problem("the header names no fiducials", where, None, "a program of a plan with masks"))
    return found


def aligned(
    text: str, measured: Mapping[str, Point], where: str, budget: float | None = None, scaled: bool = False
) -> Aligned:
    """A program on the part.

    Parameters
    ----------
    text : the program
    measured : fiducials on the machine, from the origin that the program starts from [mm]
    where : its name, for messages
    budget : largest residual that the overlay allows [m]
    scaled : whether the part may have changed its size

    Raises
    ------
    BadInput : no header of fabplan, an unknown dialect, too few fiducials
    """
    dialect = _DIALECT.search(text[:20_000])
    grammar = GRAMMARS.get(dialect[1]) if dialect else None
    if grammar is None:
        given = dialect[1] if dialect else None
        raise BadInput(Problem("no dialect that can be read", where, given, ", ".join(GRAMMARS)))
    fit = fitted(drawn_fiducials(text, where), measured, scaled)
    in_metres = Alignment(fit.angle, fit.scale, fit.shift, {name: off * 1e-3 for name, off in fit.residuals.items()})
    before = _held(where, text, grammar)[1]
    if errors(before):
        return Aligned(text, fit, ordered(before))
    lines: list[str] = []
    places = {"X": Decimal(0), "Y": Decimal(0)}
    for line in text.splitlines():
        lines.append(_moved(line, places, fit))
    program = "".join(f"{line}\n" for line in lines)
    program = _told(program, text, fit, measured)
    program, after = _renewed(program, where, grammar, fit.scale != 1.0)
    # where the footprint lies is a fact of the drawing, not of the part
    after = [finding for finding in after if finding.rule != "program-footprint"]
    return Aligned(program, fit, ordered([*alignment_findings(in_metres, budget, where), *after]))


def _moved(line: str, places: dict[str, Decimal], fit: Alignment) -> str:
    """A line with its X and Y turned; both are written, since turning mixes them."""
    match = _MOVE.match(line)
    if not match:
        return line
    given = {axis: value for axis, value in _AXIS.findall(match[2])}
    places |= {axis: Decimal(value) for axis, value in given.items()}
    digits = max(len(value.partition(".")[2]) for value in given.values())
    x, y = fit.apply(np.array([[float(places["X"]), float(places["Y"])]]))[0].tolist()
    rest = _AXIS.sub("", match[2]).split()
    return " ".join([match[1].strip(), f"X{_plain(x, digits)}", f"Y{_plain(y, digits)}", *rest])


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def _told(program: str, text: str, fit: Alignment, measured: Mapping[str, Point]) -> str:
    """The header says what was done; fiducials are those of the part."""
    for name, (x, y) in drawn_fiducials(text, "").items():
        place = measured.get(name) or fit.apply(np.array([[x, y]]))[0]
        new = f"{name} X{_plain(float(place[0]), 3)} Y{_plain(float(place[1]), 3)}"
        program = re.sub(rf"\b{name} X-?\d+\.\d+ Y-?\d+\.\d+", new, program, count=1)
    return program


def _held(where: str, program: str, grammar: Grammar) -> tuple[Job | None, list[Finding]]:
    """A program run and held against its header."""
    job = read_job(where, program, grammar)
    if isinstance(job, list):
        return None, job
    return job, [*job.run.faults, *(finding for check in CHECKS for finding in check(job))]


def _stretched_ink(program: str, job: Job) -> str:
    """The amounts in the header, for filaments as long as they are on the stretched part."""
    for place, head in enumerate(job.claims.heads):
        if head.section is not None:
            own = [m.length for f, h in zip(job.filaments, job.head.tolist(), strict=True) if h == place for m in f]
            said = rf"(\bhead {head.tool}: [^\n]*?\bink )\d+\.\d+( uL)"
            program = re.sub(said, rf"\g<1>{math.fsum(own) * head.section:.6f}\g<2>", program, count=1)
    return program


def _renewed(program: str, where: str, grammar: Grammar, scaled: bool) -> tuple[str, list[Finding]]:
    """The program with the fingerprint (and, on a stretched part, the length) of its new points, and run again."""
    job = read_job(where, program, grammar)
    if isinstance(job, list):
        return program, job
    flat = [p for f in job.filaments for p in ([f[0].start, *(m.end for m in f)] if f else [])]
    starts = np.cumsum([0, *(len(f) + 1 if f else 0 for f in job.filaments)])
    tools = np.array([h.tool for h in job.claims.heads], np.int64)
    steps = np.rint(np.array(flat) * 10**job.run.decimals).astype(np.int64)
    digest = steps_digest(steps, starts, tools[job.head] if len(tools) > 1 else None)
    program = program.replace(f"points {job.claims.points}", f"points {digest}", 1)
    if scaled:
        length = math.fsum(move.length for move in job.run.moves if move.printing)
        program = re.sub(r"\bpath \d+\.\d+ mm", f"path {length:.3f} mm", program, count=1)
        program = _stretched_ink(program, job)
    return program, _held(where, program, grammar)[1]
