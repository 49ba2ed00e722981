"""What would have to change: levers tried one at a time, each verified by a new search.

A change is only named when the search with that change met the target.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

from fabplan import units
from fabplan.architectures.base import Footprint
from fabplan.planner.search import Sized, search
from fabplan.planner.size import Problem

STEPS = 3  # tries per lever: each corrects by the capacity that the last one reached
ROOM = 1.03
SMALLER_GAP = (0.8, 0.6, 0.4, 0.25)


def binding(problem: Problem, sized: Sized) -> list[str]:
    """What binds, in sentences."""
    target, best = problem.target, sized.reachable
    title = problem.architecture.TITLE
    f = problem.request.footprint
    size = f"{units.show(f.width, 'length')} x {units.show(f.length, 'length')}"
    if best is None:
        return [
            f"no {title.lower()} fits {size} within the limits of its recipes (height at most "
            f"{units.show(problem.request.height_max, 'length')})"
        ]
    reasons = []
    for what, asked, reached, dimension in (
        ("capacity", target.capacity, best.capacity, "charge"),
        ("energy", target.energy, best.energy, "energy"),
    ):
        if asked is not None and reached < asked * (1 + target.margin):
            reasons.append(
                f"{what} reachable here: {units.show(reached, dimension)} at {_rate(target.c_rate)} on {size}, "
                f"{units.show(best.height, 'length')} high; asked {units.show(asked, dimension)} with "
                f"{target.margin:.0%} margin"
            )
    return reasons or [f"no {title.lower()} on {size} meets the target"]


def changes(problem: Problem, sized: Sized) -> list[str]:
    """Changes that meet the target, each verified by a search, most modest first."""
    found = [change for lever in (_height, _gap, _footprint, _rate_down, _released) for change in lever(problem, sized)]
    return found


def _need(problem: Problem, sized: Sized) -> float:
    """Factor by which the reachable figures fall short."""
    target, best = problem.target, sized.reachable
    if best is None:
        return 2.0
    pairs = ((target.capacity, best.capacity), (target.energy, best.energy))
    return max((asked * (1 + target.margin) / max(reached, 1e-30) for asked, reached in pairs if asked), default=1.0)


def _height(problem: Problem, sized: Sized) -> Iterator[str]:
    best = sized.reachable
    limit = problem.request.height_max
    if best is None or best.height < 0.7 * limit:
        return
    now = problem
    for _ in range(STEPS):
        factor = _need(now, sized) * ROOM
        if factor > 50:
            return
        now = dataclasses.replace(
            now, request=dataclasses.replace(now.request, height_max=now.request.height_max * factor)
        )
        sized = search(now)
        if sized.chosen is not None:
            yield (
                f"height {units.show(limit, 'length')} → {units.show(sized.chosen.height, 'length')} (cell.height_max)"
            )
            return
        if sized.reachable is None or sized.reachable.height < 0.9 * now.request.height_max:
            return


def _gap(problem: Problem, sized: Sized) -> Iterator[str]:
    request = problem.request
    old = request.fixed.get("gap") or max((x.gap for x in request.limits.values()), default=0.0)
    if (
        not old
        or sized.reachable is None
        or not hasattr(problem.architecture.Params, "__dataclass_fields__")
        or "gap" not in problem.architecture.Params.__dataclass_fields__
    ):
        return
    for factor in SMALLER_GAP:
        limits = {k: dataclasses.replace(x, gap=min(x.gap, old * factor)) for k, x in request.limits.items()}
        fixed = {**request.fixed, "gap": old * factor}
        tried = search(dataclasses.replace(problem, request=dataclasses.replace(request, limits=limits, fixed=fixed)))
        if tried.chosen is not None:
            by = "" if "gap" in request.fixed else ", which needs a finer process than this route's"
            yield f"gap {units.show(old, 'length')} → {units.show(old * factor, 'length')}{by}"
            return


def _footprint(problem: Problem, sized: Sized) -> Iterator[str]:
    first = problem.request.footprint
    now, scale = problem, 1.0
    for _ in range(STEPS if sized.reachable is not None else 14):
        scale *= max(math.sqrt(_need(now, sized)) * ROOM, 1.05) if sized.reachable is not None else 2.0
        if scale > 300 or max(first.width, first.length) * scale > 0.3:
            return
        footprint = Footprint(first.width * scale, first.length * scale, first.terminals)
        now = dataclasses.replace(now, request=dataclasses.replace(now.request, footprint=footprint))
        sized = search(now)
        if sized.chosen is not None:
            yield (
                f"footprint {units.show(first.width, 'length')} x {units.show(first.length, 'length')} → "
                f"{units.show(footprint.width, 'length')} x {units.show(footprint.length, 'length')}"
            )
            return


def _rate_down(problem: Problem, sized: Sized) -> Iterator[str]:
    if sized.reachable is None:
        return
    for factor in (0.5, 0.2, 0.1):
        target = dataclasses.replace(problem.target, c_rate=problem.target.c_rate * factor)
        if search(dataclasses.replace(problem, target=target)).chosen is not None:
            yield f"rate {_rate(problem.target.c_rate)} → {_rate(target.c_rate)}"
            return


def _released(problem: Problem, sized: Sized) -> Iterator[str]:
    """Parameters that the user fixed, each left to the search."""
    request = problem.request
    for name, value in sorted(request.fixed.items()):
        fixed = {k: v for k, v in request.fixed.items() if k != name}
        tried = search(dataclasses.replace(problem, request=dataclasses.replace(request, fixed=fixed)))
        if tried.chosen is not None:
            dimension = problem.architecture.Params.__dataclass_fields__[name].metadata["dimension"]
            new = getattr(tried.chosen.params, name)
            yield f"{name} {units.show(value, dimension)} → {units.show(float(new), dimension)} (parameters.{name})"


def _rate(c_rate: float) -> str:
    return f"{c_rate:g}C" if c_rate >= 1 else f"C/{1 / c_rate:g}"
