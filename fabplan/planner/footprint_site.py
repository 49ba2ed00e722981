"""Where on an outline a structure stands: in its largest rectangle, or filling it, whatever serves better."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from fabplan import units
from fabplan.architectures.base import Footprint, Request
from fabplan.geometry import outlines
from fabplan.geometry.body import Body
from fabplan.geometry.inscribed import largest_rectangle
from fabplan.geometry.region import NANOMETRE, Box, Point, nanometres, translated
from fabplan.planner import footprint_leads
from fabplan.planner.footprint_filled import found as found_on
from fabplan.planner.footprint_filled import sized
from fabplan.planner.footprint_lead_ways import led
from fabplan.planner.search import Sized
from fabplan.planner.size import Problem, lead_resistance, sheet_resistance

#: of the width and of the length: what seal, rim and pads of a usual package take, so that a long bar that holds
#: little but package is not taken for the best place [m]
RESERVE = (1.0e-3, 1.5e-3)
NO_ROOM = "no rectangle fits into the outline beside the keep-outs"
OUTSIDE = (
    'With terminals = "outside" only the electrodes keep to the outline: pads and package stand around that rectangle, '
    "clear of the keep-outs, and may reach beyond the outline."
)
NO_LEADS = "no rectangle fits into the outline beside the keep-outs, the named pads and a lead all around it"
ROUNDS = 3  # of sizing with leads: the resistance of the last ones counts in the next
NO_DROP = 1e-4  # [V] over all leads at the asked rate: less moves no capacity that anyone could measure
HOUR = 3600.0  # seconds


NOTHING = Sized(None, (), None, 0, 0)


@dataclasses.dataclass(frozen=True)
class Stand:
    """A place on the outline, the problem there, what its search found, and sentences for the report.

    ``reasons``: why nothing stands there.
    """

    problem: Problem
    sized: Sized
    notes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


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
    standing = [place for place in places if place.sized.candidates]
    if standing:
        return min(standing, key=lambda stand: _rank(stand))
    reasons = tuple(dict.fromkeys(reason for place in places for reason in place.reasons))
    return Stand(problem, NOTHING, reasons=reasons)


def _in_rectangle(problem: Problem) -> Stand:
    """The structure in the rectangle of its footprint, with what is to say of its pattern."""
    found, request = found_on(problem), problem.request
    if request.pattern == "comb" or found.chosen is None:
        return Stand(problem, found)
    said = "; ".join(problem.architecture.PATTERN.told(found.chosen.params, request))
    return Stand(problem, found, (f"Both nets are drawn as pattern {request.pattern}: {said}.",))


def _places(problem: Problem) -> Iterator[Stand]:
    footprint = problem.request.footprint
    plain = problem.request.pattern == "comb"
    if plain and hasattr(problem.architecture, "FILL") and footprint.terminals == "inside":
        filling = list(_filling(problem))
        yield from filling
        if footprint.places and any(stand.sized.chosen for stand in filling):
            return  # its pads stand at the named places, without leads
    if footprint.places:
        yield from _led_there(problem)
        return
    own = getattr(problem.architecture, "reach", None)
    reach = RESERVE[1] if own is None else own(problem.request)
    for site in rectangles(footprint, clearance(problem.request), reach):
        stand = _in_rectangle(_at(problem, site))
        yield dataclasses.replace(stand, notes=(*told(site), *stand.notes))


def _at(problem: Problem, site: Footprint) -> Problem:
    return dataclasses.replace(problem, request=dataclasses.replace(problem.request, footprint=site))


def _led_there(problem: Problem) -> Iterator[Stand]:
    """The structure in rectangles that leave room for leads, with leads from its pads to the named places."""
    request = problem.request
    reserves = [(nanometres(RESERVE[0]), nanometres(RESERVE[1])), (0, 0)]
    rule = footprint_leads.ruled(request, _pad(problem))
    sites = footprint_leads.sites(request.footprint, clearance(request), rule, reserves)
    if not sites:
        yield Stand(problem, NOTHING, reasons=(NO_LEADS,))
    for site in sites:
        yield _led(_at(problem, site), site)


def _pad(problem: Problem) -> float | None:
    """Side of the pads that the structure would take [m]; None for patterns, whose designs take long to draw."""
    if problem.request.pattern != "comb":
        return None
    footprint = problem.request.footprint
    plain = Footprint(footprint.width, footprint.length)
    params = problem.architecture.design_space(_at(problem, plain).request)
    sides = np.ravel(getattr(params, "pad_size", ()))
    return float(sides.max()) if sides.size else None


def _led(problem: Problem, site: Footprint) -> Stand:
    """A structure in a rectangle with its leads, sized anew where their resistance could count."""
    request = problem.request
    for _ in range(ROUNDS):
        stand = _in_rectangle(problem)
        design = stand.sized.chosen or stand.sized.reachable
        if design is None:
            return dataclasses.replace(stand, notes=told(site))
        bodies = placed(problem.architecture.cell(design.params, request), site)
        rule = footprint_leads.ruled(request, getattr(design.params, "pad_size", None))
        drawn = led(bodies, site, rule)
        if drawn.fault:
            return Stand(problem, NOTHING, reasons=(drawn.fault,))
        before, problem = lead_resistance(problem), dataclasses.replace(problem, leads=drawn.leads)
        more = (lead_resistance(problem) - before) * design.capacity / HOUR * problem.target.c_rate
        if more <= NO_DROP:
            break
    return dataclasses.replace(stand, problem=problem, notes=(*told(site), *stand.notes, lead_told(problem, rule)))


def lead_told(problem: Problem, rule: footprint_leads.Ruled) -> str:
    """Length and resistance of the leads, and the rule that they are drawn by, in a sentence."""
    said = []
    for lead in problem.leads:
        sheet, long = sheet_resistance(problem, lead.net), units.show(lead.length, "length")
        ohms = "unknown" if sheet is None else units.show(sheet * lead.squares, "resistance")
        said.append(f"{lead.net} {long} ({lead.squares:.3g} squares, {ohms})" if lead.length else f"{lead.net} none")
    width, gap = (units.show(value * NANOMETRE, "length") for value in (rule.width, rule.gap))
    return (
        f"Leads of the collector's metal go from the structure's pads to the named places: {', '.join(said)}; they are "
        f"{width} wide and at least {gap} apart from the other net and from electrolyte."
    )


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
