"""Where on an outline a structure stands: in its largest rectangle, or filling it, whatever serves better."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from fabplan import units
from fabplan.architectures.base import Footprint, Request
from fabplan.geometry import outlines
from fabplan.geometry.body import Body
from fabplan.geometry.inscribed import largest_rectangle
from fabplan.geometry.region import NANOMETRE, Box, Point, nanometres, translated
from fabplan.planner.footprint_filled import found as found_on
from fabplan.planner.footprint_filled import sized
from fabplan.planner.search import Sized
from fabplan.planner.size import Problem

#: of the width and of the length: what seal, rim and pads of a usual package take, so that a long bar that holds
#: little but package is not taken for the best place [m]
RESERVE = (1.0e-3, 1.5e-3)
NO_ROOM = "no rectangle fits into the outline beside the keep-outs"
OUTSIDE = (
    'With terminals = "outside" only the electrodes keep to the outline: pads and package stand around that rectangle, '
    "clear of the keep-outs, and may reach beyond the outline."
)
NO_LEADS = (
    "its pads cannot be led to the named places: only a planar comb that fills the outline has pads where they are "
    "wanted, and it needs room for pad, seal and rim there"
)


@dataclasses.dataclass(frozen=True)
class Stand:
    """A place on the outline, the problem there, what its search found, and sentences for the report."""

    problem: Problem
    sized: Sized
    notes: tuple[str, ...] = ()


def why_nowhere(footprint: Footprint) -> tuple[str, ...]:
    """Why a structure stands nowhere on an outline."""
    if not footprint.outline:
        return ()
    return (NO_LEADS,) if footprint.places else (NO_ROOM,)


def clearance(request: Request) -> float:
    """From the keep-outs to the nearest body [m]: the worst placement and edge among the recipes."""
    return max((limit.placement + limit.edge for limit in request.limits.values()), default=0.0)


def rectangles(footprint: Footprint, kept: float, reach: float = RESERVE[1]) -> tuple[Footprint, ...]:
    """The largest rectangle of an outline, and the largest after a package's share; none where none fits.

    Parameters
    ----------
    kept : clearance from the keep-outs [m]
    reach : of pads and package beyond the electrodes, where they stand outside [m]
    """
    # with terminals outside, pads and package stand around the rectangle and must not reach the keep-outs either
    around = reach if footprint.terminals == "outside" else 0.0
    free = outlines.kept_free(footprint.outline, footprint.keep_outs, nanometres(kept + around))
    package = (nanometres(RESERVE[0]), nanometres(RESERVE[1]))
    found: list[Box] = []
    for reserve in (package, (0, 0)):
        box = largest_rectangle(free, reserve)
        if box is not None and box not in found:
            found.append(box)
    return tuple(
        dataclasses.replace(
            footprint,
            width=(x1 - x0) * NANOMETRE,
            length=(y1 - y0) * NANOMETRE,
            corner=(x0, y0),
            clearance=kept,
        )
        for x0, y0, x1, y1 in found
    )


def stood(problem: Problem) -> Stand:
    """The problem searched on its footprint, on the place that serves best.

    A rectangle is taken as it is. On an outline every place is searched: the one that meets the target comes before
    one that does not, then what the objective says.
    """
    footprint = problem.request.footprint
    if not footprint.outline:
        return _in_rectangle(problem)
    places = list(_places(problem))
    if not places:
        return Stand(problem, Sized(None, (), None, 0, 0))
    return min(places, key=lambda stand: _rank(stand))


def _in_rectangle(problem: Problem) -> Stand:
    """The structure in the rectangle of its footprint, with what is to say of its pattern."""
    found, request = found_on(problem), problem.request
    if request.pattern == "comb" or found.chosen is None:
        return Stand(problem, found)
    said = "; ".join(problem.architecture.PATTERN.told(found.chosen.params, request))
    return Stand(problem, found, (f"Both nets are drawn as pattern {request.pattern}: {said}.",))


def _places(problem: Problem) -> Iterator[Stand]:
    footprint = problem.request.footprint
    # what stands in a rectangle has its pads where the structure needs them, and nothing leads from there
    own = getattr(problem.architecture, "reach", None)
    reach = RESERVE[1] if own is None else own(problem.request)
    sites = () if footprint.places else rectangles(footprint, clearance(problem.request), reach)
    for site in sites:
        there = dataclasses.replace(problem, request=dataclasses.replace(problem.request, footprint=site))
        stand = _in_rectangle(there)
        yield dataclasses.replace(stand, notes=(*told(site), *stand.notes))
    plain = problem.request.pattern == "comb"
    if plain and hasattr(problem.architecture, "FILL") and footprint.terminals == "inside":
        yield from _filling(problem)


def _filling(problem: Problem) -> Iterator[Stand]:
    """The structure clipped to the outline, where it can be drawn."""
    kept = clearance(problem.request)
    site = dataclasses.replace(problem.request.footprint, filled=True, clearance=kept)
    there = dataclasses.replace(problem, request=dataclasses.replace(problem.request, footprint=site))
    found = sized(there)
    design = found.chosen or found.reachable
    if design is None:
        return
    comb = problem.architecture.FILL.comb(design.params, there.request)
    led = "".join(f"; {line}" for line in problem.architecture.FILL.told(comb)) if comb is not None else ""
    first = (
        "The comb fills the outline: fingers are clipped with square ends, buses and pads follow the outline and go "
        f"around the keep-outs{led}."
    )
    yield Stand(there, found, (first, origin_told(site.origin)))


def told(site: Footprint) -> tuple[str, ...]:
    """Where a structure in its rectangle stands on the outline, and where coordinates start."""
    size = f"{units.show(site.width, 'length')} x {units.show(site.length, 'length')}"
    x, y = (units.show(value * NANOMETRE, "length") for value in site.corner)
    share = site.width * site.length / site.area
    first = (
        "This structure is not clipped: it stands in the largest rectangle that the outline holds beside the "
        f"keep-outs, {size} with its lower left corner at ({x}, {y}); that is {share:.0%} of the usable area."
    )
    around = (OUTSIDE,) if site.terminals == "outside" else ()
    return first, *around, origin_told(site.origin)


def origin_told(origin: Point) -> str:
    """Where the coordinates of all files start."""
    x, y = (units.show(value * NANOMETRE, "length") for value in origin)
    return f"All coordinates start at the lower left corner of the outline's bounds, ({x}, {y}) as given."


def _rank(stand: Stand) -> tuple[float, ...]:
    """What is made small among places: the target missed, then the objective's figure."""
    chosen, best = stand.sized.chosen, stand.sized.reachable
    if chosen is None:
        return (1.0, -(best.capacity if best else 0.0))
    objective = stand.problem.target.objective
    figures = {"height": chosen.height, "area": chosen.area, "energy": -chosen.energy}
    # times alike to a minute are equal; then the lower cell
    return (0.0, figures.get(objective, round(chosen.time / 60.0)), chosen.height)


def placed(bodies: Sequence[Body], footprint: Footprint) -> tuple[Body, ...]:
    """Bodies of a structure moved from its own corner to where it stands on the outline."""
    x, y = footprint.corner
    if not x and not y:
        return tuple(bodies)
    return tuple(dataclasses.replace(body, region=translated(body.region, x, y)) for body in bodies)
