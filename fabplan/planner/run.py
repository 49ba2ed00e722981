"""The story on one page: spec, route, size, draw, estimate, verdict, plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.errors import Infeasible
from fabplan.findings import errors
from fabplan.planner import calibration, flow_techniques, levers, load_search, load_target
from fabplan.planner.attempt import Attempt, attempt, candidates, check_names
from fabplan.planner.build import plan_of
from fabplan.planner.plan import Alternative, Plan
from fabplan.planner.spec import Spec, parse
from fabplan.planner.spec_source import merged, read_source

NO_LEVER = "no single change of height, gap, footprint (up to 300 mm), rate or a given parameter meets the target"


@dataclass(frozen=True)
class Outcome:
    """One attempt and what came of it: a plan without error findings, or why not and what would help."""

    attempt: Attempt
    plan: Plan | None
    reasons: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


def untold(title: str) -> None:
    """Nobody listens to the stages."""


def plan(
    spec_argument: str | None,
    options: Mapping[str, Any],
    sets: Sequence[str],
    catalog: Catalog,
    tell: Callable[[str], None] = untold,
) -> Plan:
    """From what the user asks to a plan without error findings.

    Parameters
    ----------
    spec_argument : TOML file, name of a shipped spec, or None
    options : command-line options by name, None where not given
    sets : ``key=value`` texts
    catalog : what is known
    tell : called with what is looked at before each long step

    Raises
    ------
    BadInput : the request cannot be understood
    Infeasible : no design meets it, or the verdict has an error; says what binds and what would help
    """
    data, where = read_source(spec_argument)
    return planned(merged(data, options, sets), where, catalog, tell)


def planned(data: Mapping[str, Any], where: str, catalog: Catalog, tell: Callable[[str], None] = untold) -> Plan:
    """`plan` of a request as plain data; ``where`` names it in messages."""
    spec = parse(data, where)
    check_names(spec, catalog)
    found = outcomes(spec, catalog, tell)
    failures = [made for made in found if made.plan is None]
    if len(failures) == len(found):
        tell("none meets it: what would help")
        raise _infeasible(spec, failures, catalog)
    tell("recipes that make it more cheaply")
    return _best(_with_other_recipes(found, spec, catalog), spec, failures)


def _with_other_recipes(found: Sequence[Outcome], spec: Spec, catalog: Catalog) -> list[Plan]:
    """All plans; the best one with other recipes where the request leaves them open and they make it more cheaply."""
    good = [made for made in found if made.plan is not None]

    def rank(made: Outcome) -> tuple[float, str]:
        assert made.plan is not None
        return objective_value(made.plan, spec.target.objective), made.plan.architecture

    best = min(good, key=rank)
    better = with_other_recipes(best, found, spec, catalog)
    return [entry.plan for entry in (better if made is best else made for made in good) if entry.plan is not None]


def with_other_recipes(made: Outcome, found: Sequence[Outcome], spec: Spec, catalog: Catalog) -> Outcome:
    """An outcome as it is, or with other recipes where the request leaves them open and they make it more cheaply.

    Parameters
    ----------
    made : of a structure that meets the request; one without a plan comes back as it is
    found : all outcomes, for the words that say why this one
    """
    if made.plan is None:
        return made

    def objective(plan: Plan) -> float:
        if spec.target.objective == "fabrication-time":
            return flow_techniques.longest(plan)
        return objective_value(plan, spec.target.objective)

    def drawn(tried: Attempt) -> Plan:
        return plan_of(tried, catalog, _reason(spec, tried, [tried]), ())

    better = flow_techniques.cheaper(spec, made.attempt, made.plan, catalog, drawn, objective)
    if better is None:
        return made
    reason = (*_reason(spec, better.tried, [other.attempt for other in found]), better.words)
    return Outcome(better.tried, dataclasses.replace(better.plan, reason=reason))


def outcomes(
    spec: Spec, catalog: Catalog, tell: Callable[[str], None] = untold, every: bool = False
) -> tuple[Outcome, ...]:
    """Every structure and chemistry that the spec leaves open, planned or with the reason why not.

    Parameters
    ----------
    tell : called with what is looked at before each long step
    every : also structures that an open request does not try by itself
    """
    spec, attempts = load_target.resolved(spec, catalog), []
    starts = candidates(spec, every)
    for place, (start, full) in enumerate(starts, 1):
        tell(f"{place} of {len(starts)}: {start}, its designs searched")
        attempts.append(attempt(start, full, catalog))
    found = []
    for place, tried in enumerate(attempts, 1):
        if tried.sized is None or tried.sized.chosen is None:
            found.append(Outcome(tried, None, *_why_not(tried)))
            continue
        tell(f"{place} of {len(starts)}: {tried.start}, drawn and judged")
        tried, made = load_search.confirmed(
            tried, lambda now: plan_of(now, catalog, _reason(spec, now, attempts), ())
        )
        wrong = errors(made.findings)
        changes = tuple(f.change for f in wrong if f.change)
        found.append(Outcome(tried, None if wrong else made, tuple(f.message for f in wrong), changes))
    return tuple(found)


def _why_not(tried: Attempt) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if tried.problem is None or tried.sized is None:
        return tried.reasons, tried.changes
    return tuple(levers.binding(tried.problem, tried.sized)), ()


def _infeasible(spec: Spec, failures: Sequence[Outcome], catalog: Catalog) -> Infeasible:
    """What binds and what would help, from the attempt that came nearest."""
    ranked = sorted(failures, key=lambda f: -_reached(f.attempt))
    nearest, reasons, changes = ranked[0].attempt, ranked[0].reasons, ranked[0].changes
    if nearest.problem is not None and nearest.sized is not None and nearest.sized.chosen is None:
        changes = (*changes, *levers.changes(nearest.problem, nearest.sized))
        changes = (*changes, *(() if spec.architecture is None else load_search.other_cells(spec, nearest, catalog)))
        if not changes:
            reasons = (*reasons, NO_LEVER)
    others = [f"{f.attempt.title}: {f.reasons[0]}" for f in ranked[1:] if f.reasons]
    lines = [f"{nearest.title}: {r}" if len(failures) > 1 else r for r in reasons]
    best = nearest.sized.reachable if nearest.sized else None
    reachable = (
        {}
        if best is None
        else {"capacity_Ah": best.capacity / 3600.0, "energy_Wh": best.energy / 3600.0, "height_m": best.height}
    )
    return Infeasible([*lines, *dict.fromkeys(others)], tuple(dict.fromkeys(changes)), reachable)


def _reached(tried: Attempt) -> float:
    if tried.sized is None:
        return -1.0
    best = tried.sized.chosen or tried.sized.reachable
    return best.capacity if best else 0.0


def _best(plans: Sequence[Plan], spec: Spec, failures: Sequence[Outcome]) -> Plan:
    """The plan that is best by the objective, with the others as alternatives."""
    ranked = sorted(plans, key=lambda p: (objective_value(p, spec.target.objective), p.architecture))
    best = ranked[0]
    others = [
        _as_alternative(p, f"meets the target, but {_behind(p, best, spec.target.objective)}", True) for p in ranked[1:]
    ]
    rejected = [
        Alternative(
            f.attempt.title, str(f.attempt.spec.architecture), False, f.reasons[0] if f.reasons else "not possible"
        )
        for f in failures
    ]
    return _with(best, (*best.alternatives, *others, *rejected))


def _with(best: Plan, alternatives: tuple[Alternative, ...]) -> Plan:
    return dataclasses.replace(best, alternatives=alternatives)


def total_time(made: Plan) -> float:
    """Sum of all known step times [s]."""
    return sum(calibration.reckoned(s) or 0.0 for s in made.steps)


def objective_value(made: Plan, objective: str) -> float:
    """What is made small: height [m], area of the electrodes [m²], minus energy [Wh], or known time [s]."""
    g, e = made.geometry, made.estimate
    if objective == "height":
        return float(g["height_m"] or 0.0)
    if objective == "area":
        return float((g["anode_area_m2"] or 0.0) + (g["cathode_area_m2"] or 0.0))
    if objective == "energy":
        return -float(e["energy_Wh"])
    return total_time(made)


def _behind(other: Plan, best: Plan, objective: str) -> str:
    if objective == "fabrication-time":
        if any(s.duration is None for s in (*other.steps, *best.steps)):
            return "is slower to make"
        return f"takes {units.show(total_time(other), 'time')} against {units.show(total_time(best), 'time')}"
    return f"is behind by {objective}"


def _as_alternative(made: Plan, reason: str, meets: bool) -> Alternative:
    e = made.estimate
    return Alternative(
        f"{made.architecture_title} ({made.materials['anode'].id}/{made.materials['cathode'].id})",
        made.architecture,
        meets,
        reason,
        {k: p.value for k, p in made.parameters.items()},
        e["capacity_Ah"] * 3600.0,
        e["energy_Wh"] * 3600.0,
        made.geometry.get("height_m"),
        None if any(s.duration is None and s.reckoned is not None for s in made.steps) else total_time(made),
    )


def _reason(spec: Spec, tried: Attempt, attempts: Sequence[Attempt]) -> tuple[str, ...]:
    """Why this structure, chemistry and route, in sentences."""
    assert tried.problem is not None and tried.sized is not None and tried.sized.chosen is not None
    target, sized = spec.target, tried.sized
    lines = []
    if spec.architecture is None:
        fit = [a.title for a in attempts if a.sized is not None and a.sized.chosen is not None]
        not_fit = [a.title for a in attempts if a.title not in fit]
        lines.append(
            f"{len(attempts)} structures and chemistries were tried; {', '.join(fit)} reach the target"
            + (f", {', '.join(not_fit)} do not." if not_fit else ".")
        )
    if target.capacity is not None:
        areal = target.capacity / spec.footprint.area
        lines.append(
            f"{units.show(target.capacity, 'charge')} on this footprint is "
            f"{units.show(areal, 'areal_charge')}; published planar interdigital cells reach 131 uAh/cm2, "
            "thin-film cells 20 to 200, printed walls 500 to 4000 (review table 2, records)."
        )
    if target.profile is not None:
        lines.append(
            f"The load {target.profile.id} takes {units.show(target.capacity, 'charge')} in "
            f"{units.show(target.run_time, 'time')}; every design was asked to carry its pulses, one by one."
        )
    lines.append(
        f"Of {sized.candidates} designs inside the limits of the route the one that is best by "
        f"{target.objective} and meets the target with {target.margin:.0%} margin was taken; "
        f"{sized.evaluated} were discharged by the estimator."
    )
    lines += tried.notes
    for role, choice in tried.problem.route.choices.items():
        lines.append(f"{role.replace('_', ' ')}: {choice.recipe.name} ({choice.reason}).")
    if tried.problem.route.remark:
        lines.append(tried.problem.route.remark)
    return tuple(lines)
