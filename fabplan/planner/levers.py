"""What would have to change: levers tried one at a time, each verified by a new search.

A change is only named when the search with the very value that is named met the target.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

from fabplan import units
from fabplan.architectures.base import Footprint
from fabplan.planner import load_target
from fabplan.planner.footprint import HIGH as FOOTPRINT_HIGH
from fabplan.planner.footprint_filled import found
from fabplan.planner.search import Design, Sized
from fabplan.planner.size import Problem

STEPS = 3  # tries per lever: each corrects by the capacity that the last one reached
ROOM = 1.03
GROWTH = 4.0  # of both sides where nothing fits yet
GROWTH_STEPS = 9
SMALLER_GAP = (0.8, 0.6, 0.4, 0.25)
SLOWER = (0.5, 0.2, 0.1)
SHORTER = (0.5, 0.2, 0.1, 0.05)
MOST = 1e6  # factor by which anything is looked at larger
DIGITS = 6  # of values that a search has chosen: exact to the nanometre


def binding(problem: Problem, sized: Sized) -> list[str]:
    """What binds, in sentences."""
    target, best, request = problem.target, sized.reachable, problem.request
    title = problem.architecture.TITLE[0].lower() + problem.architecture.TITLE[1:]
    if request.pattern != "comb":
        title = f"{title} as pattern {request.pattern}"
    size, held = _size(request.footprint), _held(problem)
    undrawn = _undrawn(problem)
    if sized.lowest is None:
        return [f"no cell of {title} fits {size} within the limits of its recipes{held}{undrawn}"]
    if best is None:
        lowest, allowed = _length(sized.lowest), _length(request.height_max)
        return [f"the lowest cell of {title} that its recipes make on {size} is {lowest} high, allowed {allowed}{held}"]
    where = "reachable here" if request.pattern == "comb" else f"reachable here as {request.pattern}"
    where += undrawn
    reasons = []
    for what, asked, reached, dimension in (
        ("capacity", target.capacity, best.capacity, "charge"),
        ("energy", target.energy, best.energy, "energy"),
    ):
        if asked is not None and reached < asked * (1 + target.margin):
            reasons.append(
                f"{what} {where}: {units.show(reached, dimension)} at {rate_text(target.c_rate)} on {size}, "
                f"{_length(best.height)} high{held}; "
                f"asked {units.show(asked, dimension)} with {target.margin:.0%} margin"
            )
    if target.profile is not None and best.short > 1.0:
        reasons.append(_load_text(problem, best))
    return reasons or [f"no cell of {title} on {size} meets the target{held}"]


def changes(problem: Problem, sized: Sized) -> list[str]:
    """Changes that meet the target, each verified by a search, most modest first."""
    levers = (_height, _gap, _footprint, _rate_down, _run_time, _released)
    return [change for lever in levers for change in lever(problem, sized)]


def _undrawn(problem: Problem) -> str:
    """Which designs the search and the looks at changes left out, in brackets."""
    left_out = getattr(problem.architecture, "left_out", None)
    if left_out is None:
        return ""
    said = left_out(problem.request)
    quick = left_out(dataclasses.replace(problem.request, quick=True))
    parts = [said, f"for changes {quick}" if quick and quick != said else ""]
    return f" ({', '.join(part for part in parts if part)})" if any(parts) else ""


def rate_text(c_rate: float) -> str:
    """C-rate as people write it: ``C/5``, ``0.38C``, ``2C``."""
    hours = 1 / c_rate
    whole = hours > 1 and math.isclose(hours, round(hours), rel_tol=1e-9)
    return f"C/{round(hours)}" if whole else f"{c_rate:.3g}C"


def _held(problem: Problem) -> str:
    """The parameters that the user fixed."""
    fixed = sorted(problem.request.fixed.items())
    return f" with {', '.join(f'{k} {_show(problem, k, v)}' for k, v in fixed)} as given" if fixed else ""


def _show(problem: Problem, name: str, value: float) -> str:
    meta = next(f.metadata for f in dataclasses.fields(problem.architecture.Params) if f.name == name)
    return units.show(value, meta["dimension"], DIGITS)


def _length(metres: float) -> str:
    return units.show(metres, "length")


def _size(footprint: Footprint) -> str:
    where = " (largest rectangle in the outline)" if footprint.outline and not footprint.filled else ""
    return f"{_length(footprint.width)} x {_length(footprint.length)}{where}"


def _need(problem: Problem, best: Design) -> float:
    """Factor by which the reachable figures fall short."""
    target = problem.target
    pairs = ((target.capacity, best.capacity), (target.energy, best.energy))
    short = [asked * (1 + target.margin) / max(reached, 1e-30) for asked, reached in pairs if asked]
    return min(max([best.short, *short], default=1.0), MOST)


def _load_text(problem: Problem, best: Design) -> str:
    """How the reachable design fails under the load, and what binds."""
    load = load_target.said(problem, load_target.row_of(problem, best.params))
    assert load is not None
    return f"{load_target.sentence(load)}; {load_target.binds(load)}"


def _up(value: float, digits: int = 2) -> float:
    """The next higher value with few digits, so that what is shown is what was tried."""
    unit = 10.0 ** (math.floor(math.log10(value)) - digits + 1)
    return math.ceil(value / unit - 1e-9) * unit


def _tried(problem: Problem) -> Sized:
    """Outcome of a search for the chosen design alone, without drawings that take long: it is one of many."""
    return found(_with(problem, quick=True), alternatives=False)


def _with(problem: Problem, **request: object) -> Problem:
    """The problem with a changed request."""
    return dataclasses.replace(problem, request=dataclasses.replace(problem.request, **request))  # type: ignore[arg-type]


def _height(problem: Problem, sized: Sized) -> Iterator[str]:
    best, limit = sized.reachable, problem.request.height_max
    now = problem
    if sized.lowest is None or (best is not None and best.height < 0.9 * limit):
        return
    for _ in range(STEPS):
        if sized.reachable is None:
            allowed = _up(sized.lowest or limit)
        else:
            factor = min(max(_need(now, sized.reachable) * ROOM, 1.05), 20.0)
            allowed = _up(now.request.height_max * factor)
        now = _with(now, height_max=allowed)
        sized = _tried(now)
        if sized.chosen is not None:
            enough = _up(sized.chosen.height)
            if enough < allowed and _tried(_with(now, height_max=enough)).chosen is not None:
                allowed = enough
            yield f"height {_length(limit)} → {_length(allowed)} (cell.height_max)"
            return
        if sized.reachable is not None and sized.reachable.height < 0.9 * allowed:
            return


def _gap(problem: Problem, sized: Sized) -> Iterator[str]:
    request = problem.request
    fields = {f.name for f in dataclasses.fields(problem.architecture.Params)}
    old = request.fixed.get("gap") or max((x.gap for x in request.limits.values()), default=0.0)
    if not old or sized.lowest is None or "gap" not in fields:
        return
    for factor in SMALLER_GAP:
        gap = _up(old * factor)
        if gap >= old:
            continue
        limits = {k: dataclasses.replace(x, gap=min(x.gap, gap)) for k, x in request.limits.items()}
        if _tried(_with(problem, limits=limits, fixed={**request.fixed, "gap": gap})).chosen is not None:
            by = "" if "gap" in request.fixed else ", which needs a finer process than this route's"
            yield f"gap {_length(old)} → {_length(gap)}{by}"
            return


def _footprint(problem: Problem, sized: Sized) -> Iterator[str]:
    first = now = problem.request.footprint
    if first.filled:  # a larger outline is for the user to draw
        return
    for _ in range(STEPS if sized.reachable is not None else GROWTH_STEPS):
        best, last = sized.reachable, now
        now = _scaled(now, GROWTH if best is None else max(math.sqrt(_need(problem, best)) * ROOM, 1.05))
        if max(now.width, now.length) > FOOTPRINT_HIGH:
            return
        sized = _tried(_with(problem, footprint=now))
        if sized.chosen is not None:
            yield f"footprint {_size(first)} → {_size(_smaller(problem, last, now))}"
            return


def _scaled(footprint: Footprint, scale: float) -> Footprint:
    return Footprint(_up(footprint.width * scale), _up(footprint.length * scale), footprint.terminals)


def _smaller(problem: Problem, failed: Footprint, met: Footprint) -> Footprint:
    """The smallest footprint that a few halvings between one that failed and one that met the target find."""
    for _ in range(STEPS):
        middle = _scaled(failed, math.sqrt(met.width / failed.width))
        if not failed.width < middle.width < met.width:
            break
        if _tried(_with(problem, footprint=middle)).chosen is not None:
            met = middle
        else:
            failed = middle
    return met


def _rate_down(problem: Problem, sized: Sized) -> Iterator[str]:
    if sized.reachable is None or not problem.target.rate_given:
        return
    for factor in SLOWER:
        target = dataclasses.replace(problem.target, c_rate=problem.target.c_rate * factor)
        if _tried(dataclasses.replace(problem, target=target)).chosen is not None:
            yield f"rate {rate_text(problem.target.c_rate)} → {rate_text(target.c_rate)}"
            return


def _run_time(problem: Problem, sized: Sized) -> Iterator[str]:
    """A shorter run time under the load."""
    target = problem.target
    if sized.reachable is None or target.profile is None or target.run_time is None:
        return
    asked = load_target.required(dataclasses.replace(target, capacity=None), target.profile, "target.load").capacity
    own = target.capacity if target.capacity != asked else None
    for factor in SHORTER:
        shorter = dataclasses.replace(target, run_time=float(f"{target.run_time * factor:.2g}"), capacity=own)
        changed = load_target.required(shorter, target.profile, "target.load")
        if _tried(dataclasses.replace(problem, target=changed)).chosen is not None:
            new = units.show(shorter.run_time, "time")
            yield f"run time {units.show(target.run_time, 'time')} → {new} (target.run_time)"
            return


def _released(problem: Problem, sized: Sized) -> Iterator[str]:
    """Parameters that the user fixed: each left to the search, else as few as possible."""
    fixed = problem.request.fixed
    single = [name for name in sorted(fixed) if _tried(_without(problem, {name})).chosen is not None]
    if single:
        for name in single:
            yield _freed(problem, {name})
    elif fixed and _tried(_without(problem, set(fixed))).chosen is not None:
        free = set(fixed)
        for name in sorted(fixed):  # take back what need not be free
            if _tried(_without(problem, free - {name})).chosen is not None:
                free.discard(name)
        yield _freed(problem, free)


def _without(problem: Problem, names: set[str]) -> Problem:
    return _with(problem, fixed={k: v for k, v in problem.request.fixed.items() if k not in names})


def _freed(problem: Problem, names: set[str]) -> str:
    chosen = _tried(_without(problem, names)).chosen
    assert chosen is not None
    parts = []
    for name in sorted(names):
        new = float(getattr(chosen.params, name))
        parts.append(f"{name} {_show(problem, name, problem.request.fixed[name])} → {_show(problem, name, new)}")
    return f"{' and '.join(parts)} (parameters)"
