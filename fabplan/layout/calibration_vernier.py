"""Two scales of lines that show how far two prints, or a print and a mask, are apart.

The main scale has its bars at a pitch, the fine one at that pitch and a step: the bars that meet say how many steps the
fine scale is off. One head prints the main scale and the other the fine one; or each program prints one of them; or a
plate carries the main scale and a head prints the fine one onto the part.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from fabplan.catalog.types import Machine
from fabplan.layout.calibration_jobs import Calibration, Line, Rung, bead_width, carried, field_of, printed
from fabplan.layout.calibration_scale import BARS, Scale, scale_of
from fabplan.layout.types import Head, Toolpath

MAIN, FINE = "main", "fine"


def scale_for(path: Toolpath, placement: float) -> Scale:
    """Sizes that fit the beads of a program and the placement error that is to be read [m], 0 when unknown."""
    return scale_of(max(bead_width(path, head) for head in carried(path)), placement)


def head_vernier(path: Toolpath, placement: float) -> Calibration | None:
    """Main scale by the first head, fine scale by the second; None for programs of one head."""
    heads = carried(path)
    if path.process != "ink" or len(heads) < 2:
        return None
    return _vernier(path, heads[:2], scale_for(path, placement), (MAIN, FINE))


def program_vernier(path: Toolpath, placement: float, part: str, first: Toolpath) -> Calibration | None:
    """One of the scales, for two programs that are started one after the other on the same dummy.

    ``first`` is the path that prints the main scale: its beads set the sizes of both.
    """
    heads = carried(path)
    if path.process != "ink" or len(heads) != 1:
        return None
    return _vernier(path, heads, scale_for(first, placement), (part,))


def mask_scale(paths: Sequence[Toolpath], machine: Machine | None) -> tuple[tuple[str, ...], Scale | None]:
    """What prints with beads, head by head in order of use, and the sizes of the verniers on a plate for it."""
    inked = [path for path in paths if path.process == "ink"]
    if not inked:
        return (), None
    placement = machine.placement.value if machine and machine.placement else None
    names = tuple(f"head {head.tool} of {path.name}" for path in inked for head in carried(path))
    return names, scale_for(inked[0], placement or 0.0)


def mask_vernier(
    path: Toolpath, scale: Scale, centres: Sequence[Mapping[str, tuple[float, float]]], reach: float
) -> Calibration:
    """Fine scales of every head of a program onto the main scales of a plate, in the frame of the part.

    Parameters
    ----------
    scale : as the plate draws it
    centres : of each head: axis -> middle of its vernier [m]
    reach : how far the scales lie outside of the footprint, at most [m]

    Notes
    -----
    There is no prime line: the nozzle is primed on a dummy before.
    """
    lines: list[Line] = []
    rungs = []
    heads = carried(path)
    for place, (head, middles) in enumerate(zip(heads, centres, strict=True)):
        for axis, centre in middles.items():
            rows = (len(lines) + 1, len(lines) + 2 * BARS + 1)
            rungs.append(Rung(f"head {head.tool}, scale along {axis}", rows, centre["xy".index(axis)], {}, axis))
            lines += bars(scale, FINE, axis, centre, place)
    facts = {"pitch": scale.pitch, "step": scale.step, "range": BARS * scale.step}
    made = printed(path, heads, lines, prime=False)
    made = dataclasses.replace(made, overrun=reach)
    return Calibration("mask-vernier", made, (0.0, 0.0), tuple(rungs), tuple(h.tool for h in heads), facts)


def _vernier(path: Toolpath, heads: tuple[Head, ...], scale: Scale, parts: tuple[str, ...]) -> Calibration:
    """Along x on the left, along y on the right of the field."""
    centres = ((scale.half + scale.bar, scale.half + scale.bar), (4 * scale.half + scale.bar, scale.half + scale.bar))
    lines: list[Line] = []
    rungs = []
    for head, part in enumerate(parts):
        for axis, centre in zip("xy", centres, strict=True):
            first = len(lines) + len(heads) + 1
            lines += bars(scale, part, axis, centre, head)
            label = f"{part} scale along {axis}"
            rungs.append(Rung(label, (first, first + 2 * BARS), centre["xy".index(axis)], {}, axis))
    size = field_of(centres[1][0] + scale.half + scale.bar, 2 * (scale.half + scale.bar))
    facts = {"pitch": scale.pitch, "step": scale.step, "range": BARS * scale.step}
    return Calibration(
        "vernier", printed(path, heads, lines), size, tuple(rungs), tuple(h.tool for h in heads), facts
    )


def bars(scale: Scale, part: str, axis: str, centre: tuple[float, float], head: int = 0) -> Iterator[Line]:
    """Bars of one scale, its middle one twice as long, around a centre [m]; the fine one lies below or right of it."""
    apart = scale.pitch + (scale.step if part == FINE else 0.0)
    side = -1.0 if part == FINE else 1.0
    for k in range(-BARS, BARS + 1):
        long = scale.bar * (2 if k == 0 else 1)
        ends = [(k * apart, side * scale.clear / 2), (k * apart, side * (scale.clear / 2 + long))]
        turned = ends if axis == "x" else [(-y, x) for x, y in ends]
        yield Line(tuple((x + centre[0], y + centre[1]) for x, y in turned), head=head)
