"""What must hold in any program, whoever wrote it: without a header that says what was meant."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from fabplan.findings import Finding
from fabplan.layout.crossings import crossings
from fabplan.verify._grammars import Grammar
from fabplan.verify._program_checks import error
from fabplan.verify._run import Move, Run

LONG = 30.0  # s of a wait with flowing ink, from which milliseconds were meant
MOST = 5  # findings of one kind


def plain_checks(run: Run, grammar: Grammar, groups: Sequence[Sequence[Move]]) -> Iterator[Finding]:
    """Faults that need no header to be seen."""
    yield from _words(run)
    yield from _openings(run, groups)
    yield from _feeds(run, grammar)
    yield from _waits(run, grammar)
    yield from _counts(run)


def _words(run: Run) -> Iterator[Finding]:
    """Faults of the words; lines that nobody understands are warnings, one for each kind."""
    unread = [f for f in run.faults if f.rule == "program-word"]
    yield from (f for f in run.faults if f.rule != "program-word")
    for text, count in Counter(f.message.split(":")[0] for f in unread).items():
        first = next(f for f in unread if f.message.startswith(text))
        message = f"{first.message} ({count} lines like it); what they do is not in the result"
        yield Finding("program-word", "warning", first.where, message, change="--dialect NAME, if it is another one")


def _openings(run: Run, groups: Sequence[Sequence[Move]]) -> Iterator[Finding]:
    """As many closings as openings, and ink only where something moves or waits."""
    valves = [o for o in run.openings if o.output]
    dwells = np.array([d.line for d in run.dwells], np.int64)
    lines = [o.line for o in run.openings] + [10**12]
    idle = [
        o for k, o in enumerate(run.openings)
        if o.output and not groups[k] and not ((dwells > o.line) & (dwells < lines[k + 1])).any()
    ]  # fmt: skip
    for o in idle[:MOST]:
        text = f"output {o.output} opens, and nothing moves before it closes"
        yield error("program-valve", f"{run.where} line {o.line}", text)
    dry = "dry run of step" in " ".join(run.comments[:4])
    if run.moves and not dry and not any(m.printing for m in run.moves):
        text = "no move prints: no output opens and no piston presses"
        yield Finding("program-length", "warning", run.where, text, change="--dialect NAME, if it is another one")
    if valves and run.closings < len(run.openings):
        text = f"{len(run.openings)} openings and {run.closings} closings"
        yield error("program-valve", run.where, text, len(run.openings), run.closings)


def _feeds(run: Run, grammar: Grammar) -> Iterator[Finding]:
    """A feed before anything prints, and none that was meant for the way there."""
    feeds = {round(m.feed, 6) for m in run.moves if m.printing and m.feed and m.states_feed}
    setter: Move | None = None
    found = 0
    for m in run.moves:
        setter = m if m.states_feed else setter
        if not m.printing or found >= MOST:
            continue
        where = f"{run.where} line {m.line}"
        if m.feed is None:
            found += 1
            yield error("program-feed", where, "prints before any feed is set")
        elif m.quick and grammar.own_rapid:
            found += 1
            yield error("program-feed", where, "prints at the speed of a rapid move (G0)")
        elif setter is not None and not setter.printing and setter.start != setter.end and feeds - {round(m.feed, 6)}:
            found += 1
            text = f"prints at {m.feed:.6g} mm/min, which line {setter.line} set for a way without ink"
            yield error("program-feed", where, text)
            setter = m


def _waits(run: Run, grammar: Grammar) -> Iterator[Finding]:
    """Waits that only make sense in the other unit of time."""
    short = [d for d in run.dwells if 0 < d.seconds < 1e-3 and grammar.dwell_unit < 1]
    for d in short[:MOST]:
        text = f"waits {d.seconds * 1e3:.3g} ms: this dialect counts milliseconds, were seconds meant?"
        yield error("program-dwell", f"{run.where} line {d.line}", text)
    for d in [d for d in run.dwells if d.seconds >= LONG and d.printing][:MOST]:
        text = f"waits {d.seconds:.6g} s with an open output: were milliseconds meant?"
        yield error("program-dwell", f"{run.where} line {d.line}", text)


def _counts(run: Run) -> Iterator[Finding]:
    """An E axis that counts from zero although the words are steps, which presses backwards again and again."""
    across = [m for m in run.moves if m.pressed and m.start[:2] != m.end[:2]]
    back = [m for m in across if m.pressed < 0]
    if len(across) > 3 and len(back) > 0.2 * len(across):
        text = f"the piston goes back on {len(back)} of {len(across)} moves that press: is M83 missing?"
        yield error("program-piston", f"{run.where} line {back[0].line}", text)


def area_findings(run: Run, travel_x: float | None, travel_y: float | None) -> Iterator[Finding]:
    """All moves against the travel of the machine's axes [m]."""
    for axis, most in (("X", travel_x), ("Y", travel_y)):
        places = [p["XY".index(axis)] for m in run.moves for p in (m.start, m.end)]
        known = [p for p in places if not math.isnan(p)]
        if most is None or not known:
            continue
        span = max(known) - min(known)
        if span > most * 1e3 + 1e-9:
            text = f"the moves along {axis} do not fit into the travel of the machine"
            yield error("program-area", run.where, text, span, most * 1e3, "mm")


def crossing_findings(
    run: Run, half_bead: float = 0.0, tip: float = 0.0, cone: float = 0.0
) -> Iterator[Finding]:
    """Moves whose nozzle passes through what the program printed before [mm, rad]."""
    moves = [m for m in run.moves if m.start[:2] != m.end[:2]]
    if not moves:
        return
    starts, ends = (np.array([getattr(m, name) for m in moves], np.float64) for name in ("start", "end"))
    wet = np.array([m.printing for m in moves], np.bool_)
    found = crossings(starts, ends, wet, half_bead, tip, cone)
    for hit in found[:MOST]:
        m, stands = moves[hit.move], moves[hit.standing]
        if hit.distance == 0:
            text = f"passes {hit.rise * 1e3:.4g} um below the top of what line {stands.line} printed"
        else:
            text = (
                f"comes within {hit.distance * 1e3:.4g} um of what line {stands.line} printed {hit.rise * 1e3:.4g} um "
                f"higher; its nozzle needs {hit.needed * 1e3:.4g} um"
            )
        more = f" ({len(found)} moves do so)" if len(found) > MOST and hit is found[0] else ""
        yield error("program-collision", f"{run.where} line {m.line}", text + more)
