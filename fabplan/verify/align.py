"""A program moved onto the part: read, turned and shifted in its own dialect, run again, and held against its fit."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from fabplan import units
from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding, errors, ordered
from fabplan.layout.alignment import Alignment, alignment_findings, fitted
from fabplan.layout.toolpaths import steps_digest
from fabplan.verify._aligned_text import Mover, plain, shortened, told, with_sentence
from fabplan.verify._claims import joined
from fabplan.verify._program_checks import CHECKS, Job, error
from fabplan.verify._replay import GRAMMARS, Grammar, Run
from fabplan.verify._timing import constant_time, ramped_time, track
from fabplan.verify._told_dialect import told_dialect
from fabplan.verify.programs import read_job

_FIDUCIAL = re.compile(r"\b(F\d+) X(-?\d+\.\d+) Y(-?\d+\.\d+)")
_NUMBER = r"(-?\d+\.\d+)"
Point = tuple[float, float]


@dataclass(frozen=True)
class Aligned:
    """The moved program, the fit [mm], and what there is to say; ``worst`` is how far a point lies off the fit [mm]."""

    program: str
    alignment: Alignment
    findings: tuple[Finding, ...]
    worst: float = math.nan


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
    found = {name: (float(x), float(y)) for name, x, y in _FIDUCIAL.findall(joined(text))}
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
    budget : largest residual that the overlay allows [m]; None for that of the header
    scaled : whether the part may have changed its size

    Raises
    ------
    BadInput : no header of fabplan, an unknown dialect, too few fiducials
    """
    given, known = told_dialect(text)
    if not known:
        raise BadInput(Problem("no dialect that can be read", where, given or None, ", ".join(GRAMMARS)))
    grammar = GRAMMARS[known]
    drawn = drawn_fiducials(text, where)
    fit = fitted(drawn, measured, scaled)
    in_metres = Alignment(fit.angle, fit.scale, fit.shift, {name: off * 1e-3 for name, off in fit.residuals.items()})
    before = read_job(where, text, grammar)
    faults = before if isinstance(before, list) else _held(before)
    if isinstance(before, list) or errors(faults):
        return Aligned(text, fit, ordered(faults))
    if budget is None and before.claims.overlay is not None:
        budget = before.claims.overlay * 1e-6
    mover = Mover(fit, grammar)
    program = "".join(f"{mover.line(line)}\n" for line in text.splitlines())
    program = _placed(program, drawn, measured, fit, before, grammar)
    after = read_job(where, program, grammar)
    if isinstance(after, list):
        return Aligned(program, fit, ordered(after))
    program = shortened(_renewed(program, after, fit.scale != 1.0), grammar)
    last = read_job(where, program, grammar)
    if isinstance(last, list):
        return Aligned(program, fit, ordered(last))
    worst, found = _proved(before.run, last.run, fit)
    said = [*alignment_findings(in_metres, budget, where), *_held(last), *found]
    return Aligned(program, fit, ordered(said), worst)


def _held(job: Job) -> list[Finding]:
    """A program that was run, against its header."""
    return [*job.run.faults, *(finding for check in CHECKS for finding in check(job))]


def _placed(
    program: str, drawn: Mapping[str, Point], measured: Mapping[str, Point], fit: Alignment, job: Job, grammar: Grammar
) -> str:
    """The header says what was done; fiducials are those of the part."""
    for name, (x, y) in drawn.items():
        place = measured.get(name) or fit.apply(np.array([[x, y]]))[0]
        values = [plain(float(p), 6) for p in place]
        program = told(program, rf"\b{name} X{_NUMBER} Y{_NUMBER}", values)
    program = told(program, r"origin = (its lower left corner),", ["that of the measured fiducials"])
    earlier = job.claims.aligned or (0.0, 1.0, 0.0, 0.0)
    x, y = fit.apply(np.array([earlier[2:]]))[0].tolist()
    values = [f"{earlier[0] + fit.angle:.9f}", f"{earlier[1] * fit.scale:.9f}", plain(x, 6), plain(y, 6)]
    pattern = rf"\bALIGNED turned {_NUMBER} rad, scale {_NUMBER}, shifted {_NUMBER} {_NUMBER} mm"
    if job.claims.aligned is not None:
        return told(program, pattern, values)
    sentence = f"ALIGNED turned {values[0]} rad, scale {values[1]}, shifted {values[2]} {values[3]} mm onto the part"
    return with_sentence(program, sentence, grammar)


def _renewed(program: str, job: Job, scaled: bool) -> str:
    """The program with fingerprint and box (and, on a stretched part, lengths, times and ink) of its new points."""
    flat = [p for f in job.filaments for p in ([f[0].start, *(m.end for m in f)] if f else [])]
    starts = np.cumsum([0, *(len(f) + 1 if f else 0 for f in job.filaments)])
    tools = np.array([h.tool for h in job.claims.heads], np.int64)
    steps = np.rint(np.array(flat) * 10**job.run.decimals).astype(np.int64)
    digest = steps_digest(steps, starts, tools[job.head] if len(tools) > 1 else None)
    program = told(program, r"\bpoints ([0-9a-f]{16})\b", [digest])
    ends = np.stack([np.min(flat, axis=0), np.max(flat, axis=0)], axis=1).ravel()
    axes = " ".join(rf"{axis}{_NUMBER}\.\.{_NUMBER}" for axis in "XYZ")
    program = told(program, rf"\bbbox {axes}", [plain(value, 3) for value in ends.tolist()])
    return _stretched(program, job) if scaled else program


def _stretched(program: str, job: Job) -> str:
    """Lengths, times and ink of filaments that are as long as they are on the stretched part."""
    found = track(job.run, job.claims.travel_speed)
    printed = math.fsum(found.length[found.wet].tolist())
    travelled = math.fsum(found.length[~found.wet & found.way.any(axis=1)].tolist())
    program = told(program, rf"\bpath {_NUMBER} mm", [f"{printed:.3f}"])
    program = told(program, rf"\btravel {_NUMBER} mm,", [f"{travelled:.3f}"])
    program = told(program, rf"\bTIME {_NUMBER} s", [f"{constant_time(found):.1f}"])
    if job.claims.ramped is not None and job.claims.ramped[1] > 0:
        seconds = ramped_time(found, *job.claims.ramped[1:])
        values = [f"{seconds:.1f}", units.show(seconds, "time")]
        program = told(program, rf"\bRAMPED {_NUMBER} s = (.*?) with ramps", values)
    carried = len(job.claims.heads) - len(job.claims.sets)
    for place, head in enumerate(job.claims.heads):
        if head.section is not None:
            own = [m.length for f, h in zip(job.filaments, job.head.tolist(), strict=True) if h == place for m in f]
            what = rf"\bhead {head.tool}: output" if place < carried else rf"\bset {place} of head {head.tool}:"
            program = told(program, rf"{what} .*?\bink {_NUMBER} uL", [f"{math.fsum(own) * head.section:.6f}"])
    return program


def _proved(before: Run, after: Run, fit: Alignment) -> tuple[float, list[Finding]]:
    """Both programs run: every move ends where the fit puts it, and waits, feeds and flows are the same.

    Where the next nozzle stands after a change of head does not turn with the part: only ends of ways across and
    beginnings of filaments count.
    """
    where = after.where
    kinds = [[(m.printing, m.feed, m.rapid, m.pressed) for m in run.moves] for run in (before, after)]
    waits = [[(d.seconds, d.printing, d.other) for d in run.dwells] for run in (before, after)]
    heads = [[(o.output, o.tool) for o in run.openings] for run in (before, after)]
    if kinds[0] != kinds[1] or waits[0] != waits[1] or heads[0] != heads[1]:
        return math.nan, [error("alignment-path", where, "the moved program does other things than the one before it")]
    step = 10.0**-after.decimals
    shifts = np.array([[o.shift for o in run.openings] for run in (before, after)], np.float64).reshape(2, -1, 3)
    found = list(_shifted(shifts, step, where))
    old, new = (np.array([(m.start, m.end) for m in run.moves], np.float64).reshape(-1, 3) for run in (before, after))
    chosen = [(m.printing, m.start[:2] != m.end[:2]) for m in before.moves]
    known = np.isfinite(old[:, :2]).all(axis=1) & np.array(chosen, np.bool_).ravel()
    off = np.hypot(*(fit.apply(old[known, :2]) - new[known, :2]).T)
    rise = np.abs(old[:, 2] - new[:, 2])
    worst = float(off.max(initial=0.0))
    if worst > 0.75 * step or float(np.nanmax(rise, initial=0.0)) > 1e-9:
        found.append(error("alignment-path", where, "a point lies off the fit", worst, 0.75 * step, "mm"))
    return worst, found


def _shifted(shifts: np.ndarray[tuple[int, ...], np.dtype[np.float64]], step: float, where: str) -> Iterator[Finding]:
    """Offsets of heads belong to the machine: they stay."""
    off = float(np.abs(shifts[0] - shifts[1]).max(initial=0.0))
    if off > step / 2:
        yield error("alignment-path", where, "the offset of a head has changed", off, step / 2, "mm")
