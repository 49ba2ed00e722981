"""A section through the cell: the bodies along one straight cut, true to scale and with thin layers made visible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fabplan.exporters import _palette, _show
from fabplan.exporters._cut import best_cut, intervals, view_of
from fabplan.exporters._stack import Slab, stacked
from fabplan.exporters._svg import number
from fabplan.exporters._tubes import lies
from fabplan.exporters._window import around
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Box

WIDTH = 1000.0
TALL = 300.0  # height of the drawing with enlarged layers
_SUBSTRATE_SHOWN = 0.35  # of the cell's own height
_ROOT = 0.3  # thin layers grow: drawn height goes with this power of the true one
_BEHIND = {"substrate": 0, "electrolyte": 1, "encapsulation": 2}
_CLOSE = 19.0  # picture units between two height labels
_SIDEWALL = 4.0  # picture units, in the enlarged drawing


@dataclass(frozen=True)
class Strip:
    """One body in the section, ready to be drawn in both ways; ``step`` 0 is there from the start."""

    label: str
    colour: str
    opacity: str
    true_path: str
    tall_path: str
    step: int


@dataclass(frozen=True)
class Section:
    """Two drawings of the same cut, `WIDTH` wide; heights are marked on the enlarged one.

    Parameters
    ----------
    line : the cut itself seen from above: x0, y0, x1, y1 [nm]
    to_scale : whether the enlarged drawing is the true one
    """

    width: str
    true_height: str
    tall_height: str
    strips: tuple[Strip, ...]
    marks: tuple[tuple[str, str], ...]
    where: str
    extent: str
    substrate: bool
    line: tuple[float, float, float, float]
    to_scale: bool = False


def section(bodies: Sequence[Body], step_of: Mapping[str, int] | None = None) -> Section | None:
    """The section that crosses the most bodies; None when nothing has a height.

    Parameters
    ----------
    bodies : bottom-up
    step_of : name of a body -> number of the step that makes it; without it the order of the bodies counts
    """
    steps = step_of or {}
    solid = [b for b in bodies if b.region and b.thickness > 0]
    made = sorted(solid, key=lambda b: steps.get(b.name, 0))  # stable: bottom-up within a step
    above = [b for b in made if b.role != "substrate"] or made
    if not solid:
        return None
    box = around([b.region for b in above])
    if any(lies(b) for b in solid):
        return _round(made, steps, box)
    axis, at = best_cut(above, box)
    view = view_of(above, axis, at, box)
    cuts = [intervals(b.region, axis, at, view) for b in made]
    scale = WIDTH / max(view[1] - view[0], 1)
    true = stacked(made, cuts, view)
    tall = stacked(made, cuts, view, _SIDEWALL / scale)
    frame = _Frame(view[0], scale, *_levels(made, true, tall))
    strips = [_strip(b, steps.get(b.name, 0), t, e, frame) for b, t, e in zip(made, true, tall, strict=True) if t]
    strips.sort(key=lambda found: _BEHIND.get(found[0], 3))
    return Section(
        number(WIDTH),
        number(max(frame.true(frame.levels[0]), 1.0)),
        number(TALL),
        tuple(strip for _, strip in strips),
        _marks(frame),
        _where(axis, at, box),
        _show.text((view[1] - view[0]) * NANOMETRE, "length"),
        any(b.role == "substrate" for b in made),
        (view[0], at, view[1], at) if axis == 0 else (at, view[0], at, view[1]),
    )


def _round(made: Sequence[Body], steps: Mapping[str, int], box: Box) -> Section:
    """Square cut through a fibre, half-way along it: circles, true to scale in both drawings."""
    core = next(b for b in made if lies(b))
    across, height = (box[2] - box[0]) * NANOMETRE, (core.bottom or 0.0) * 2 + core.thickness
    scale = WIDTH / max(across, height)
    middle, axis = number(WIDTH / 2), number(height / 2 * scale)
    strips, inner = [], 0.0
    for body in made:
        if not (lies(body) or body.pattern == "conformal"):
            continue
        outer = core.thickness / 2 if lies(body) else inner + body.thickness
        path = _circle(middle, axis, outer * scale, 1) + (_circle(middle, axis, inner * scale, 0) if inner else "")
        stands = "in the middle" if lies(body) else "around the last"
        label = f"{body.name}: {body.material}, {_show.text(body.thickness, 'length')} thick, {stands}"
        look = _palette.css(body.role), _palette.opacity(body.role)
        strips.append(Strip(label, *look, path, path, steps.get(body.name, 0)))
        inner = outer
    tall, at = number(height * scale), (box[1] + box[3]) / 2
    marks = (("0", _show.text(height, "length", 4)), (tall, "0"))
    text, line = _show.text(across, "length"), (float(box[0]), at, float(box[2]), at)
    return Section(number(WIDTH), tall, tall, tuple(strips), marks, _where(0, at, box), text, False, line, True)


def _circle(x: str, y: str, radius: float, sweep: int) -> str:
    r, d = number(radius), number(2 * radius)
    return f"M{x} {y}m-{r} 0a{r} {r} 0 1 {sweep} {d} 0a{r} {r} 0 1 {sweep} -{d} 0z"


@dataclass(frozen=True)
class _Frame:
    """From places and heights to picture units; heights below the lowest level are cut off."""

    left: float
    scale: float
    levels: tuple[float, ...]
    labelled: tuple[float, ...]
    drawn: tuple[float, ...]

    def x(self, place: float) -> float:
        return (place - self.left) * self.scale

    def true(self, height: float) -> float:
        return (self.levels[-1] - max(height, self.levels[0])) / NANOMETRE * self.scale

    def tall(self, height: float) -> float:
        return TALL - self.drawn[self.levels.index(max(height, self.levels[0]))]


def _levels(
    bodies: Sequence[Body], true: Sequence[Sequence[Slab]], tall: Sequence[Sequence[Slab]]
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """All heights at which something starts or ends, those worth a label, and where each is drawn [m, m, units]."""
    solid = [s for b, slabs in zip(bodies, true, strict=True) for s in slabs if b.role != "substrate"]
    solid = solid or [s for slabs in true for s in slabs]
    foot, roof = min((s.bottom for s in solid), default=0.0), max((s.top for s in solid), default=1e-9)
    floor = round(foot - _SUBSTRATE_SHOWN * (roof - foot), 12)
    every = {max(v, floor) for slabs in (*true, *tall) for s in slabs for v in (s.bottom, s.top)} | {0.0, roof}
    levels = tuple(sorted(every))
    standing = {v for b in bodies if b.bottom is not None for v in (b.bottom, b.bottom + b.thickness)}
    labelled = {0.0, roof, *(round(max(v, floor), 12) for v in standing)} & every
    return levels, tuple(sorted(labelled)), tuple(_heights(levels))


def _heights(levels: Sequence[float]) -> list[float]:
    """Drawn height of each level: every slab at least visible, order and monotony kept."""
    slabs = [(b - a) ** _ROOT for a, b in pairwise(levels)]
    total, place, found = sum(slabs) or 1.0, 0.0, [0.0]
    for slab in slabs:
        place += slab / total * TALL
        found.append(place)
    return found


def _strip(body: Body, step: int, true: Sequence[Slab], tall: Sequence[Slab], frame: _Frame) -> tuple[str, Strip]:
    foot = _show.text(body.bottom, "length") if body.bottom else "0"
    stands = "over what lies beneath" if body.bottom is None else f"from {foot}"
    label = f"{body.name}: {body.material}, {_show.text(body.thickness, 'length')} thick, {stands}"
    paths = [
        "".join(_box(frame.x(s.start), frame.x(s.end), height(s.top), height(s.bottom)) for s in slabs)
        for slabs, height in ((true, frame.true), (tall, frame.tall))
    ]
    return body.role, Strip(label, _palette.css(body.role), _palette.opacity(body.role), paths[0], paths[1], step)


def _box(left: float, right: float, top: float, bottom: float) -> str:
    return f"M{number(left)} {number(top)}h{number(right - left)}v{number(bottom - top)}h{number(left - right)}z"


def _marks(frame: _Frame) -> tuple[tuple[str, str], ...]:
    """Height labels of the enlarged drawing, those left out that would sit on another."""
    marks: list[tuple[float, str]] = []
    for level in frame.labelled:
        y = frame.tall(level)
        if not marks or marks[-1][0] - y >= _CLOSE:
            marks.append((y, _show.text(level, "length", 4) if level else "0"))
    return tuple((number(y), label) for y, label in marks)


def _where(axis: int, at: float, box: Box) -> str:
    share = (at - box[1 - axis]) / max(box[3 - axis] - box[1 - axis], 1)
    along, across = ("x", "y") if axis == 0 else ("y", "x")
    return f"Cut along {along} at {across} = {_show.text(at * NANOMETRE, 'length')} ({_show.percent(share)} of the way)"
