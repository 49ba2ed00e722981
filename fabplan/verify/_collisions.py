"""Nozzles with their outside against what stands: of the same program, and of programs that ran before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabplan.findings import Finding, Severity
from fabplan.layout.crossings import Crossing, crossings
from fabplan.layout.types import Array
from fabplan.verify._claims import Outside
from fabplan.verify._plain_checks import MOST
from fabplan.verify._program_checks import Job
from fabplan.verify._run import Move

UNKNOWN = Outside(0.0, 0.0, 0.0, True)


@dataclass(frozen=True)
class Standing:
    """What an earlier program left: ways of its filaments [mm], shape (N, 2, 3), half their width, and their lines."""

    where: str
    ways: Array
    half_bead: float
    lines: NDArray[np.int64]


def standing_of(job: Job, top: float | None) -> Standing | None:
    """What a program leaves standing; nothing of one that prints no ink.

    ``top`` [mm] is the height of the finished wall, where the plan tells it: what is printed wet dries lower.
    """
    moves = [m for filament in job.filaments for m in filament if m.start[:2] != m.end[:2]]
    if not moves or job.claims.overrun is not None:
        return None
    ways = np.array([(m.start, m.end) for m in moves], np.float64)
    highest = float(ways[:, :, 2].max())
    if top is not None and 0 < top < highest:
        ways[:, :, 2] *= top / highest
    half = max((outside.half_bead for outside in job.claims.outsides.values()), default=0.0)
    return Standing(job.where, ways, half, np.array([m.line for m in moves], np.int64))


def collisions(job: Job, before: Sequence[Standing] = ()) -> Iterator[Finding]:
    """Moves whose nozzle touches what stands, by the outside that the header states, else by its middle alone."""
    moves = [m for m in job.run.moves if m.start[:2] != m.end[:2]]
    if not moves:
        return
    earlier = list(before) if job.claims.overrun is None else []
    count = sum(len(s.ways) for s in earlier)
    own = np.array([(m.start, m.end) for m in moves], np.float64)
    ways = np.concatenate([*(s.ways for s in earlier), own])
    wet = np.concatenate([np.ones(count, np.bool_), np.array([m.printing for m in moves], np.bool_)])
    tips, cones, beads, sure, tools = _nozzles(job, moves)
    heads = np.concatenate([*(np.full(len(s.ways), -1 - k, np.int64) for k, s in enumerate(earlier)), tools])
    halves = np.concatenate([*(np.full(len(s.ways), s.half_bead) for s in earlier), beads])
    none = np.zeros(count)
    found = crossings(
        ways[:, 0], ways[:, 1], wet, halves, np.concatenate([none, tips]), np.concatenate([none, cones]),
        heads,
    )  # fmt: skip
    found = [hit for hit in found if hit.move >= count]
    for hit in found[:MOST]:
        more = f" ({len(found)} moves do so)" if len(found) > MOST and hit is found[0] else ""
        m = moves[hit.move - count]
        name = _name(hit.standing, earlier, moves)
        severity: Severity = "error" if hit.distance == 0 or sure[hit.move - count] else "warning"
        text = _told(hit, name) + more
        where, change = f"{job.where} line {m.line}", "widen the gap, or take a slimmer nozzle"
        yield Finding(
            "program-collision", severity, where, text, hit.distance * 1e-3, hit.needed * 1e-3, "m",
            "" if hit.distance == 0 else change,
        )  # fmt: skip


def _told(hit: Crossing, name: str) -> str:
    if hit.distance == 0 and hit.rise > 0:
        return f"passes {hit.rise * 1e3:.4g} um below the top of what {name} printed"
    return (
        f"comes within {hit.distance * 1e3:.4g} um of what {name} printed {hit.rise * 1e3:.4g} um higher; its nozzle "
        f"needs {hit.needed * 1e3:.4g} um"
    )


def _name(standing: int, earlier: Sequence[Standing], moves: Sequence[Move]) -> str:
    """Line that printed what stands."""
    for one in earlier:
        if standing < len(one.ways):
            return f"line {one.lines[standing]} of {one.where}"
        standing -= len(one.ways)
    return f"line {moves[standing].line}"


def _nozzles(
    job: Job, moves: Sequence[Move]
) -> tuple[Array, Array, Array, NDArray[np.bool_], NDArray[np.int64]]:
    """Radius at the tip, cone, half bead of the head of each move, whether they are sure, and its tool.

    Lengths are zero where they are unknown.
    """
    lines = [opening.line for opening in job.run.openings]
    filament = np.searchsorted(lines, [m.line for m in moves], side="right") - 1
    rows = []
    for k in np.maximum(filament, 0).tolist():
        place = int(job.head[k]) if len(job.head) else -1
        tool = job.claims.heads[max(place, 0)].tool
        outside = job.claims.outsides.get(tool, UNKNOWN)
        rows.append((outside.tip, outside.cone, outside.half_bead, outside.sure, tool))
    table = np.array(rows, np.float64).reshape(-1, 5)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3] > 0, table[:, 4].astype(np.int64)
