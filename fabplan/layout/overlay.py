"""Rules between layers that are aligned to each other, from what alignment and edges may be off.

What stands on a collector, under an electrolyte or in a package stays there: no area of it lies outside, and where the
drawing leaves a margin, that margin is at least the alignment error of the later layer and the edge tolerances of both.
Flush edges are drawn on purpose and get no margin; a printed wall on its digit is judged by ``print-placement``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from fabplan.architectures.base import RoleLimits
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, joined
from fabplan.layout import drc
from fabplan.layout.approach import INSULATING
from fabplan.layout.drc import Checked, Rule
from fabplan.layout.placement import PRINTED

ELECTRODES = ("anode", "cathode")
#: name of the layer of all that holes of a cover may open on
CONDUCTORS = "conductors"
COLLECTORS = ("anode_collector", "cathode_collector")
#: slanted edges of both layers are rounded to whole nanometres
ROUNDED = 2 * NANOMETRE
DOT = math.pi / 4  # area of a round dot over that of the square around it


@dataclass(frozen=True)
class Stacked:
    """A layer that belongs inside another one.

    Parameters
    ----------
    inner, outer : the two
    later : the one that is made later, and is aligned to the other
    """

    inner: Body
    outer: Body
    later: Body


def overlay_rules(bodies: Sequence[Body], limits: Mapping[str, RoleLimits]) -> tuple[Rule, ...]:
    """Rules ``inside``, ``enclosure``, ``overlap`` and ``opening`` of layers that are aligned to each other.

    A margin that is drawn and too small is a rule of severity warning: the plan says so, and is not refused for it.

    Parameters
    ----------
    bodies : bottom-up
    limits : made_by -> what its recipe can make
    """
    drawn = tuple(body for body in bodies if body.region and body.relief is None)
    made_by = dict.fromkeys(body.made_by for body in drawn)
    return _kept(drawn, tuple((role, limits[role]) for role in made_by if role in limits))


@lru_cache(maxsize=4)
def _kept(drawn: tuple[Body, ...], known: tuple[tuple[str, RoleLimits], ...]) -> tuple[Rule, ...]:
    """The rules of a drawing, which is asked once for what breaks them and once for the deck."""
    limits = dict(known)
    regions = {body.name: body.region for body in drawn}
    regions[CONDUCTORS] = joined(regions[body.name] for body in conductors(drawn))
    asked = [(_inside(pair), _margin(pair, limits)) for pair in _stacked(drawn)]
    alone = [*_overlaps(drawn, limits), *_openings(drawn, limits)]
    every = dict.fromkeys(rule for rule in (*(r for both in asked for r in both), *alone) if rule is not None)
    # all in one go: layers are merged once
    found = {result.rule: result for result in drc.check(tuple(every), regions)}
    rules: list[Rule] = []
    for inside, margin in asked:
        if not found[inside].total:  # not drawn inside: no rule
            rules += [inside, *([] if margin is None else _graded(found[margin]))]
    rules += [rule for one in alone for rule in _graded(found[one])]
    return tuple(dict.fromkeys(rules))


def conductors(bodies: Iterable[Body]) -> list[Body]:
    """Bodies that together are the layer `CONDUCTORS`: on what a lid or a passivation may open."""
    return [body for body in bodies if (body.role in COLLECTORS or body.role == "pad") and body.region]


def area_rules(bodies: Iterable[Body], limits: Mapping[str, RoleLimits]) -> Iterator[Rule]:
    """No polygon smaller than a round dot of the narrowest line, no hole smaller than one of the narrowest space."""
    for body in bodies:
        limit = limits.get(body.made_by, RoleLimits())
        if body.relief is None and limit.line > 0:
            yield Rule("area", body.name, DOT * limit.line**2)
        if body.relief is None and limit.gap > 0:
            yield Rule("hole-area", body.name, DOT * limit.gap**2)


def overlay_findings(bodies: Sequence[Body], limits: Mapping[str, RoleLimits]) -> tuple[Finding, ...]:
    """``drc-enclosure`` and the like: margins between layers that alignment and edges can use up, with the place."""
    rules = [rule for rule in overlay_rules(bodies, limits) if rule.severity == "warning"]
    regions = {body.name: body.region for body in bodies}
    regions[CONDUCTORS] = joined(body.region for body in conductors(bodies))
    return drc.findings(drc.check(rules, regions)) if rules else ()


def _stacked(bodies: Sequence[Body]) -> Iterator[Stacked]:
    """Pairs of which one belongs inside the other, in the order in which they are made."""
    for i, lower in enumerate(bodies):
        for upper in bodies[i + 1 :]:
            if lower.made_by == upper.made_by:
                continue
            if lower.role in COLLECTORS and upper.role in ELECTRODES and lower.net == upper.net:
                yield Stacked(upper, lower, upper)
            elif lower.role in ELECTRODES and upper.role in INSULATING:
                yield Stacked(lower, upper, upper)
            elif lower.role in INSULATING and upper.role in ELECTRODES and lower.role != "insulator":
                yield Stacked(upper, lower, upper)
            elif lower.role in ("electrolyte", "separator") and upper.role == "encapsulation":
                yield Stacked(lower, upper, upper)


def _inside(pair: Stacked) -> Rule:
    return Rule("inside", pair.inner.name, 0.0, pair.outer.name)


def _margin(pair: Stacked, limits: Mapping[str, RoleLimits]) -> Rule | None:
    """How far the outer layer reaches past the inner one; None for printed walls and where nothing can be off."""
    other = pair.outer if pair.later is pair.inner else pair.inner
    value = _error(pair.later, other, limits)
    printed = pair.inner.pattern in PRINTED
    return None if printed or value <= 0 else Rule("enclosure", pair.outer.name, value, pair.inner.name)


def _overlaps(bodies: Sequence[Body], limits: Mapping[str, RoleLimits]) -> Iterator[Rule]:
    """An electrode and the collector that is made on top of it overlap."""
    for i, lower in enumerate(bodies):
        for upper in bodies[i + 1 :]:
            if lower.role in ELECTRODES and upper.role in COLLECTORS and lower.net == upper.net:
                value = _error(upper, lower, limits)
                yield from [Rule("overlap", lower.name, value, upper.name)] * (value > 0)


def _openings(bodies: Sequence[Body], limits: Mapping[str, RoleLimits]) -> Iterator[Rule]:
    """Holes of a cover that open on conductors stay on them."""
    below = conductors(bodies)
    for cover in (body for body in bodies if body.role == "encapsulation" and below and drc.holes(body.region)):
        value = max(_error(cover, body, limits) for body in below)
        yield from [Rule("opening", CONDUCTORS, value, cover.name)] * (value > 0)


def _error(later: Body, other: Body, limits: Mapping[str, RoleLimits]) -> float:
    """What the edges of two layers may move against each other, less the rounding [m]."""
    one, two = (limits.get(body.made_by, RoleLimits()) for body in (later, other))
    return one.placement + one.edge + two.edge - ROUNDED


def _graded(checked: Checked) -> Iterator[Rule]:
    """A rule as the drawing keeps it: of severity warning where it breaks it, none where edges are flush."""
    least = min((v.measured or 0.0 for v in checked.violations), default=checked.rule.value)
    if least > 0:
        yield replace(checked.rule, severity="warning" if checked.total else "error")
