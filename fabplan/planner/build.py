"""From a sized attempt to a plan: drawn, estimated as drawn, judged."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence

import numpy as np

import fabplan
from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Dialect
from fabplan.layout.drc import RuleSet
from fabplan.planner import calibration, compare, electrical, sensitivity
from fabplan.planner.attempt import Attempt
from fabplan.planner.bring_up import bring_up
from fabplan.planner.density import with_density
from fabplan.planner.draw import Drawing, draw
from fabplan.planner.drc_rules import rule_set
from fabplan.planner.estimated import cell_geometry, estimated
from fabplan.planner.inputs import inputs
from fabplan.planner.plan import Alternative, ParameterValue, Plan
from fabplan.planner.printing import dialect_findings
from fabplan.planner.route import look_up
from fabplan.planner.search import Design
from fabplan.planner.size import Problem
from fabplan.planner.step_work import fill_volume
from fabplan.planner.verdict import verdict


def _areas(problem: Problem, drawing: Drawing) -> compare.Areas:
    """What published figures are divided by."""
    m = drawing.measures
    active, volume, area = (float(np.ravel(v)[0]) for v in (m.active_area, m.cathode_volume, m.cathode_area))
    return compare.Areas(problem.request.footprint.area, active, volume / area if area > 0.0 else 0.0)


def plan_of(attempt: Attempt, catalog: Catalog, reason: Sequence[str], others: Sequence[Alternative]) -> Plan:
    """The whole plan of an attempt whose search found a design."""
    problem, sized, spec = attempt.problem, attempt.sized, attempt.spec
    assert problem is not None and sized is not None and sized.chosen is not None
    design = sized.chosen
    drawing = draw(problem, design, catalog, spec)
    geometry = cell_geometry(problem, drawing)
    devices = tuple(look_up(catalog.devices, d, "device", f"{spec.where}: compare") for d in spec.compare)
    said = estimated(problem, design, drawing, geometry, devices, catalog, spec.raw)
    estimate = said.estimate
    findings = verdict(attempt, drawing, estimate, catalog)
    volts = [end * estimate.get("cells_in_series", 1) for end in electrical.cutoffs(problem.chemistry, catalog)]
    cutoffs = (volts[0], volts[1])
    areas = _areas(problem, drawing)
    compared = compare.comparisons(devices, areas, estimate["one_c_current_A"], said.entries, problem.target)
    room = fill_volume(problem.chemistry, drawing.measures, drawing.geometry)
    route = problem.route
    return Plan(
        name=spec.name,
        fabplan_version=fabplan.__version__,
        spec=dict(spec.raw),
        architecture=str(spec.architecture),
        architecture_title=problem.architecture.TITLE,
        reason=tuple(reason),
        parameters=_parameters(problem, design),
        footprint=spec.footprint,
        materials={**{r: c.material for r, c in route.choices.items()}, "substrate": route.substrate},
        bodies=drawing.bodies,
        layers=drawing.layers,
        masks=drawing.masks,
        toolpaths=drawing.toolpaths,
        geometry=drawing.geometry,
        estimate=estimate,
        cell=said.document,
        curves=said.curves,
        sensitivity=sensitivity.sensitivity(problem, geometry),
        bring_up=bring_up(problem.chemistry, catalog, estimate, cutoffs, room),
        steps=drawing.steps if spec.flow.allow_uncalibrated else calibration.withheld(drawing.steps),
        findings=(*findings, *dialect_findings(_dialect(attempt, catalog), drawing.toolpaths)),
        alternatives=(*_alternatives(attempt, _shown_time(attempt, drawing)), *others),
        inputs=inputs(problem),
        comparisons=compared,
        machine=route.machine,
        dialect=_dialect(attempt, catalog),
        facility=route.facility,
        catalog_digest=_digest(problem, catalog, _profiles(attempt, catalog)),
        rules=with_density(_rules(problem, drawing), drawing.layers, drawing.masks, spec.masks.density),
        patterns=drawing.patterns,
        monitors=drawing.monitors,
        wafer=drawing.wafer,
        panel=drawing.panel,
        bitmap=spec.masks.bitmap,
        flat=spec.masks.flat,
    )


def _rules(problem: Problem, drawing: Drawing) -> RuleSet:
    plated = [name for mask in drawing.masks for name in mask.layers]
    return rule_set(drawing.bodies, drawing.layers, problem.request.limits, plated) if plated else RuleSet()


def _parameters(problem: Problem, design: Design) -> dict[str, ParameterValue]:
    found = {}
    for f in dataclasses.fields(design.params):
        dimension = f.metadata["dimension"]
        chosen = "given" if f.name in problem.request.fixed else "search"
        found[f.name] = ParameterValue(
            float(getattr(design.params, f.name)), units.DIMENSIONS[dimension], dimension, f.metadata["meaning"], chosen
        )
    return found


def _shown_time(attempt: Attempt, drawing: Drawing) -> float | None:
    """Time of all known steps [s]; None where one of them is withheld."""
    if not attempt.spec.flow.allow_uncalibrated and any(map(calibration.time_is_low, drawing.steps)):
        return None
    return sum(s.duration or 0.0 for s in drawing.steps)


def _alternatives(attempt: Attempt, total: float | None) -> tuple[Alternative, ...]:
    """Designs that meet the target too; ``total`` [s] is the time of all known steps of the chosen one."""
    assert attempt.sized is not None and attempt.sized.chosen is not None
    chosen = attempt.sized.chosen
    return tuple(
        Alternative(
            f"{attempt.title}: {title}",
            str(attempt.spec.architecture),
            True,
            f"meets the target too, not the best by {attempt.spec.target.objective}",
            {k: float(v) for k, v in vars(d.params).items()},
            d.capacity,
            d.energy,
            d.height,
            None if total is None else total + d.time - chosen.time,
        )
        for title, d in attempt.sized.alternatives
    )


def _dialect(attempt: Attempt, catalog: Catalog) -> Dialect | None:
    problem, spec = attempt.problem, attempt.spec
    assert problem is not None
    if problem.route.machine is None:
        return None
    name = spec.dialect or problem.route.machine.dialect or "marlin"
    dialect: Dialect = look_up(catalog.dialects, name, "dialect", f"{spec.where}: machine.dialect")
    return dialect


def _profiles(attempt: Attempt, catalog: Catalog) -> set[tuple[str, str]]:
    """Key of the mask shop's profile, where the request names one."""
    name, where = attempt.spec.masks.profile, f"{attempt.spec.where}: masks.profile"
    return {("profiles", look_up(catalog.profiles, name, "profile", where).id)} if name else set()


def _digest(problem: Problem, catalog: Catalog, others: set[tuple[str, str]]) -> str:
    """One digest over all records that the plan used, ``others`` among them."""
    used = {("materials", problem.route.substrate.id), ("facilities", problem.route.facility.id), *others}
    if problem.route.machine is not None:
        used.add(("machines", problem.route.machine.id))
    for choice in problem.route.choices.values():
        used |= {("materials", choice.material.id), ("recipes", choice.recipe.id)}
        used |= {("recipes", r) for r in (*choice.recipe.before, *choice.recipe.after)}
    lines = [f"{kind}/{name} {catalog.digest.get((kind, name), '')}" for kind, name in sorted(used)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
