"""Read a program and sort what it did: claims of its header, filaments, heads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fabplan.findings import Finding
from fabplan.verify._claims import bench_of, claims_of
from fabplan.verify._program_checks import Job, error
from fabplan.verify._replay import Grammar, Move, Run, replay

LARGEST = 256 * 1024 * 1024  # [bytes] of a program that is read
HEADER = 160  # comments among which the header is looked for


def read_job(name: str, text: str, grammar: Grammar) -> Job | list[Finding]:
    """Claims of the header and filaments of the body; findings when there is no header."""
    return job_of(name, replay(text, grammar, name, *bench_of(text)), grammar)


def job_of(name: str, run: Run, grammar: Grammar) -> Job | list[Finding]:
    """Claims of the header and filaments of a program that was run; findings when there is no header."""
    claims, missing = claims_of(" ".join(run.comments[:HEADER]))
    if claims is None or not run.moves:
        return [*run.faults, error("program-header", name, f"the header does not say: {', '.join(missing)}")]
    carried = len(claims.heads) - len(claims.sets)
    outputs = {head.output: place for place, head in enumerate(claims.heads[:carried])}
    tools = {head.tool: place for place, head in enumerate(claims.heads[:carried])}
    of = [
        outputs.get(o.output, -1) if o.output else tools.get(o.tool if o.tool is not None else claims.heads[0].tool, -1)
        for o in run.openings
    ]
    for place, (first, last) in enumerate(claims.sets, carried):
        own = range(first - 1, min(last, len(of)))
        of = [place if k in own and of[k] == tools[claims.heads[place].tool] else p for k, p in enumerate(of)]
    return Job(name, claims, run, grammar, tuple(grouped(run)), np.array(of, np.int64))


def grouped(run: Run) -> Iterator[tuple[Move, ...]]:
    """Moves with flowing ink, one group an opening."""
    lines = [opening.line for opening in run.openings]
    groups: list[list[Move]] = [[] for _ in lines]
    for move in run.moves:
        if move.printing and lines:
            groups[int(np.searchsorted(lines, move.line, side="right")) - 1].append(move)
    return (tuple(group) for group in groups)
