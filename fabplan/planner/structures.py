"""The same target on every structure that could make it, side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.planner.attempt import Attempt, check_names
from fabplan.planner.levers import rate_text
from fabplan.planner.plan import Plan
from fabplan.planner.run import Outcome, objective_value, outcomes, with_other_recipes
from fabplan.planner.search import Design, search
from fabplan.planner.spec import Spec, parse
from fabplan.planner.spec_source import merged, read_source

MOST = 1e9  # coulomb: no micro cell holds it, so that a search for it ends at the design that delivers most
#: parts of a spec that belong to one structure and its chemistry
OF_ONE_STRUCTURE = ("parameters", "route", "machine", "compare", "starting_point")


@dataclass(frozen=True)
class Contender:
    """One structure and chemistry before the target.

    Parameters
    ----------
    start : shipped spec that completed the request
    most : design that delivers most charge at the asked rate within the limits; None where nothing fits
    figures : numbers of the plan [SI, charges in Ah, energies in Wh]; empty where it cannot
    remarks : what a reader should know before choosing it
    """

    start: str
    architecture: str
    title: str
    plan: Plan | None
    most: Design | None
    figures: Mapping[str, float | str | None]
    reasons: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """All contenders, those that meet the target first, best by the objective; ``set_aside``: keys not used."""

    spec: Spec
    contenders: tuple[Contender, ...]
    set_aside: tuple[str, ...]


def compare(
    spec_argument: str | None,
    options: Mapping[str, Any],
    sets: Sequence[str],
    catalog: Catalog,
    tell: Callable[[str], None] = lambda title: None,
) -> Comparison:
    """The target and footprint of a request on all structures.

    What a spec says about one structure (its name, chemistry, parameters, route, machine) is set aside; what
    the options say counts.

    Raises
    ------
    BadInput : the request cannot be understood
    """
    data, where = read_source(spec_argument)
    data, set_aside = _opened(data)
    spec = parse(merged(data, options, sets), where)
    check_names(spec, catalog)
    made = outcomes(spec, catalog, tell, every=True)
    found = [_contender(with_other_recipes(outcome, made, spec, catalog)) for outcome in made]
    planar = [c.most.capacity for c in found if c.most is not None and _planar(c)]
    judged = [_judged(c, max(planar, default=0.0), spec) for c in found]
    return Comparison(spec, tuple(sorted(judged, key=_order(spec))), set_aside)


def _opened(data: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A spec without what ties it to one structure, and the keys that were taken out."""
    cell = data.get("cell", {})
    if not isinstance(cell, dict) or "architecture" not in cell:
        return dict(data), ()
    kept = {key: entry for key, entry in data.items() if key not in OF_ONE_STRUCTURE}
    kept["cell"] = {key: entry for key, entry in cell.items() if key == "height_max"}
    aside = [f"cell.{key}" for key in cell if key != "height_max"]
    return kept, tuple(aside + [key for key in OF_ONE_STRUCTURE[:4] if key in data])


def _contender(outcome: Outcome) -> Contender:
    tried, made = outcome.attempt, outcome.plan
    figures = {} if made is None else _figures(made)
    return Contender(
        tried.start, str(tried.spec.architecture), tried.title, made, _most(tried), figures, outcome.reasons
    )


def _most(tried: Attempt) -> Design | None:
    """The design that delivers most charge at the asked rate, within footprint, height and recipes."""
    if tried.problem is None:
        return None
    target = dataclasses.replace(tried.problem.target, capacity=MOST, energy=None)
    found = search(dataclasses.replace(tried.problem, target=target), alternatives=False).reachable
    chosen = None if tried.sized is None else tried.sized.chosen
    both = [design for design in (found, chosen) if design is not None]
    # the fast tier ranks, so that the design that was taken may deliver more than the one that looked best
    return max(both, key=lambda design: design.capacity, default=None)


def _planar(contender: Contender) -> bool:
    return contender.architecture in ("laminated-thin-film", "planar-interdigital")


def _figures(made: Plan) -> dict[str, float | str | None]:
    e, g = made.estimate, made.geometry
    strongest = max(e["rates"], key=lambda entry: float(entry["mean_power_W"]), default=None)
    active = e["capacity_Ah"] / e["areal_capacity_active_Ah_m2"] if e["areal_capacity_active_Ah_m2"] else None
    return {
        "capacity_Ah": e["capacity_Ah"],
        "energy_Wh": e["energy_Wh"],
        "kept_at_rate": kept_at_rate(e),
        "power_W": strongest["mean_power_W"] if strongest else None,
        "power_c_rate": strongest["c_rate"] if strongest else None,
        "footprint_use": active / g["footprint_area_m2"] if active and g["footprint_area_m2"] else None,
        "height_m": g["height_m"],
        "dc_resistance_ohm": e["dc_resistance_ohm"],
        "masks": len(made.masks),
        "programs": len(made.toolpaths),
        "steps": len(made.steps),
        "time_s": sum(known) if (known := [s.duration for s in made.steps if s.duration is not None]) else None,
        "steps_of_unknown_time": sum(s.duration is None for s in made.steps),
        "confidence": e["confidence"],
    }


def kept_at_rate(estimate: Mapping[str, Any]) -> float | None:
    """Charge delivered at the asked rate over what the same cell delivers when it is slow; None where that is unknown.

    What it delivers when slow is the larger of its equilibrium capacity and the charge at the lowest rate that was
    discharged. The equilibrium capacity counts the working window alone; a discharge ends at the cut-off voltage, and
    what lies between the window's end and the cut-off comes on top, so that a slow rate may deliver a few percent more.
    """
    slowest = min(estimate["rates"], key=lambda entry: float(entry["c_rate"]), default=None)
    charges = [estimate["equilibrium_capacity_Ah"] or 0.0, estimate["capacity_Ah"]]
    if slowest is not None:
        charges.append(float(slowest["capacity_Ah"]))
    whole = max(charges)
    return float(estimate["capacity_Ah"]) / whole if whole > 0.0 else None


def _judged(contender: Contender, planar: float, spec: Spec) -> Contender:
    """Remarks: a structure with height that delivers less than a flat one could, steps of unknown time."""
    remarks = []
    most, rate = contender.most, rate_text(spec.target.c_rate)
    if most is not None and not _planar(contender) and planar > 0.0 and most.capacity < planar:
        remarks.append(
            f"at {rate} it delivers at most {units.show(most.capacity, 'charge')} on this footprint, a flat cell "
            f"{units.show(planar, 'charge')}: its height brings nothing here"
        )
    unknown = contender.figures.get("steps_of_unknown_time")
    if unknown:
        remarks.append(f"{unknown} steps are of unknown time: its total is a lower bound")
    return dataclasses.replace(contender, remarks=tuple(remarks))


def _order(spec: Spec) -> Callable[[Contender], tuple[Any, ...]]:
    def key(contender: Contender) -> tuple[Any, ...]:
        if contender.plan is not None:
            return (0, objective_value(contender.plan, spec.target.objective), contender.start)
        return (1, -contender.most.capacity if contender.most else 0.0, contender.start)

    return key
