"""From a sized attempt to a plan: bodies, layers, toolpaths, steps, the estimate as drawn, the verdict."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import fabplan
from fabplan import units
from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Device, Dialect
from fabplan.estimate.cells import read_cells
from fabplan.estimate.curves import curves as traced
from fabplan.estimate.resistance import resistance_parts as parts_of
from fabplan.findings import Finding, ordered
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE, Box, area, bounds, nanometres
from fabplan.layout import masks as mask_layout
from fabplan.layout import rules
from fabplan.layout.measure import measured
from fabplan.layout.toolpaths import PrintSettings, clearance, print_findings, toolpath
from fabplan.layout.types import Layer, Mask, Toolpath
from fabplan.methods.base import Work, value
from fabplan.planner import cell_rules, drawn, electrical, process_rules
from fabplan.planner.attempt import Attempt
from fabplan.planner.bring_up import bring_up
from fabplan.planner.flow import plates, steps
from fabplan.planner.plan import Alternative, Input, ParameterValue, Plan, Step
from fabplan.planner.route import look_up
from fabplan.planner.size import Design, Problem, contact_resistance

LONG_STEP = 8 * 3600.0  # seconds: longer than a working day is worth a warning


@dataclass(frozen=True)
class Drawing:
    """What was drawn: bodies, their closed-form measures, layers, masks, toolpaths and steps."""

    bodies: tuple[Body, ...]
    measures: Measures
    layers: tuple[Layer, ...]
    masks: tuple[Mask, ...]
    toolpaths: tuple[Toolpath, ...]
    steps: tuple[Step, ...]
    geometry: Mapping[str, float | None]


def footprint_box(problem: Problem) -> Box:
    """Footprint in nanometres."""
    f = problem.request.footprint
    return 0, 0, nanometres(f.width), nanometres(f.length)


def draw(problem: Problem, design: Design, catalog: Catalog) -> Drawing:
    """Bodies of the chosen design and all that is drawn from them."""
    request, route = problem.request, problem.route
    bodies = problem.architecture.cell(design.params, request)
    measures = problem.architecture.measures(design.params, request)
    paths = _toolpaths(problem, design, bodies)
    works = {b.made_by: _print_work(b, p) for b, p in paths}
    flow = steps(route, catalog, bodies, works)
    numbers = plates(route)
    used = {
        role: (
            number,
            tuple(s.number for s in flow if s.mask == role)
            or tuple(s.number for s in flow if s.role == role and s.material)[:1],
        )
        for role, number in numbers.items()
    }
    patterning = {
        role: mask_layout.Patterning(route.choices[role].recipe.patterned_by, line=request.limit(role).line)
        for role in numbers
    }
    made_in = {name: s.number for s in flow for name in s.bodies}
    layers = mask_layout.layers(bodies, used, footprint_box(problem), patterning, made_in)
    masks = mask_layout.masks(layers, used, patterning)
    geometry = {"footprint_area_m2": request.footprint.area, **measured(bodies)}
    return Drawing(bodies, measures, layers, masks, tuple(p for _, p in paths), flow, geometry)


def _toolpaths(problem: Problem, design: Design, bodies: Sequence[Body]) -> list[tuple[Body, Toolpath]]:
    """Toolpath of every printed body; a body printed later has the earlier ones as obstacles."""
    found: list[tuple[Body, Toolpath]] = []
    machine = problem.route.machine
    for operation in problem.route.operations:
        choice = problem.route.choices.get(operation.role)
        if choice is None or choice.recipe.patterned_by != "bead" or machine is None:
            continue
        settings = choice.settings
        for body in (b for b in bodies if b.made_by == operation.role and b.pattern == "bead"):
            layers = int(round(design.params.layers))
            nozzle, pitch = value(settings.nozzle), value(settings.layer_pitch)
            speed = value(settings.speed) or value(machine.print_speed)
            assert nozzle and pitch and speed
            printing = PrintSettings(
                layers=layers,
                layer_pitch=pitch,
                beads_per_width=None,  # walls are drawn in whole beads: the count follows from the bead's section
                bead_width=problem.request.limit(operation.role).bead_width,
                nozzle=nozzle,
                speed=speed,
                first_height=nozzle,
                pressure=value(settings.pressure),
                extrusion_multiplier=value(settings.extrusion_multiplier) or 1.0,
            )
            name = f"{choice.recipe.method}-{operation.role.replace('_', '-')}"
            standing = [b for b in bodies if b.made_by == "collector" or any(b is o for o, _ in found)]
            found.append((body, toolpath(body, printing, machine, len(found), name, footprint_box(problem), standing)))
    return found


def _print_work(body: Body, path: Toolpath) -> Work:
    return Work(
        thickness=body.thickness,
        area=area(body.region),
        volume=area(body.region) * body.thickness,
        layers=int(path.layer_of.max()),
        path_length=path.printed_length,
        filaments=len(path.starts) - 1,
    )


def cell_geometry(problem: Problem, design: Design, drawing: Drawing) -> dict[str, float]:
    """The mapping that the estimator gets, measured on the drawing."""
    g, m = drawing.geometry, drawing.measures

    def scalar(v: Any) -> float:
        return float(np.ravel(v)[0])

    def from_drawing(key: str, otherwise: Any) -> float:
        found = g.get(key)
        return float(found) if found is not None else scalar(otherwise)

    return {
        "anode_volume": from_drawing("anode_volume_m3", m.anode_volume),
        "cathode_volume": from_drawing("cathode_volume_m3", m.cathode_volume),
        "facing_length": from_drawing("facing_length_m", m.facing_length),
        "gap": from_drawing("minimum_gap_m", m.minimum_gap),
        "height": scalar(m.electrode_height),
        "lid_height": scalar(m.lid_height),
        "reference_area": from_drawing("cathode_interface_area_m2", m.cathode_interface_area),
        "electrolyte_thickness": scalar(m.electrolyte_thickness),
        "contact": scalar(contact_resistance(problem, m)),
        "cut_off": problem.cut_off,
    }


def estimated(
    problem: Problem, drawing: Drawing, geometry: Mapping[str, float], devices: Sequence[Device], catalog: Catalog
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """The ``estimate`` object, the cells document, and all rate entries (those for comparisons too)."""
    target, chem = problem.target, problem.chemistry
    foot = problem.request.footprint.area
    first = drawn.drawn(problem, geometry, [target.c_rate])
    extra = drawn.comparison_rates(devices, foot, first.one_c)
    shown = sorted({*drawn.RATES, target.c_rate})
    cell = drawn.drawn(problem, geometry, [*shown, *extra])
    entries = drawn.rates(cell, "auto")
    at_target = next(e for e in entries if e["c_rate"] == target.c_rate)
    anode = chem.anode.capacity * geometry["anode_volume"] / 3600.0
    cathode = chem.cathode.capacity * geometry["cathode_volume"] / 3600.0
    active = float(np.ravel(drawing.measures.active_area)[0])
    parts = resistance_parts(cell)
    window = open_circuit_window(problem, catalog, anode, cathode)
    result = {
        "capacity_Ah": at_target["capacity_Ah"],
        "energy_Wh": at_target["energy_Wh"],
        "mean_voltage_V": at_target["mean_voltage_V"],
        "c_rate": target.c_rate,
        "equilibrium_capacity_Ah": cathode if chem.anode.metal else min(anode, cathode),
        "anode_capacity_Ah": None if chem.anode.metal else anode,
        "cathode_capacity_Ah": cathode,
        "one_c_current_A": cell.one_c,
        "areal_capacity_Ah_m2": at_target["capacity_Ah"] / foot,
        "areal_capacity_active_Ah_m2": at_target["capacity_Ah"] / active,
        "n_p_ratio": None if chem.anode.metal else anode / cathode,
        "open_circuit_window_V": window,
        "cutoff_V": problem.cut_off,
        "dc_resistance_ohm": sum(parts.values()),
        "resistance_parts_ohm": parts,
        "rates": [e for e in entries if e["c_rate"] in shown],
        "confidence": drawn.confidence(chem),
    }
    document = {**cell.document, "cells": [{**cell.document["cells"][0], "c_rates": shown}]}
    return result, document, entries


def open_circuit_window(problem: Problem, catalog: Catalog, anode_charge: float, cathode_charge: float) -> list[float]:
    """Open-circuit voltage of the balanced cell when empty and at full charge [V]."""
    chem = problem.chemistry
    anode, cathode = electrical.balanced(chem, anode_charge, cathode_charge)

    def at(p: electrical.Porous, x: float) -> float:
        return (
            0.0 if p.metal else electrical.interpolated(catalog.ocp[p.ocp].stoichiometry, catalog.ocp[p.ocp].voltage, x)
        )

    full, empty = (at(chem.cathode, cathode[end]) - at(chem.anode, anode[end]) for end in (0, 1))
    return [round(empty, 4), round(full, 4)]


def resistance_parts(cell: drawn.Drawn) -> dict[str, float]:
    """DC resistance of the whole cell at full charge by part [ohm], parts that are zero left out."""
    found = parts_of(read_cells(dict(cell.document), "cell"))
    whole = {f.name: float(getattr(found, f.name)[0]) / cell.scale for f in dataclasses.fields(found)}
    names = {"negative": "anode", "positive": "cathode", "contact": "collectors"}
    return {_renamed(k, names): v for k, v in whole.items() if v != 0.0}


def _renamed(key: str, names: Mapping[str, str]) -> str:
    for old, new in names.items():
        key = key.replace(old, new)
    return key


def verdict(attempt: Attempt, drawing: Drawing, estimate: Mapping[str, Any], catalog: Catalog) -> tuple[Finding, ...]:
    """All findings of the drawn cell."""
    problem, sized = attempt.problem, attempt.sized
    assert problem is not None and sized is not None and sized.chosen is not None
    design = sized.chosen
    request, route = problem.request, problem.route
    materials = catalog.materials
    footprint = problem.request.footprint
    potentials = cell_rules.of_both(problem.chemistry, catalog, estimate)
    found: list[Finding] = [
        *rules.check(
            drawing.bodies,
            drawing.layers,
            footprint_box(problem),
            request.limits,
            drawing.measures,
            footprint.terminals,
        ),
        *process_rules.check(route, drawing.steps, drawing.bodies, materials, potentials),
        *cell_rules.check(
            route, problem.chemistry, catalog, problem.target, estimate, openings(drawing.bodies, design.params)
        ),
        *_method_findings(problem, drawing),
        *_print_rules(problem, drawing),
        *_time(drawing.steps),
        *_height(problem, drawing),
    ]
    return ordered(found)


def openings(bodies: Sequence[Body], params: Any) -> dict[str, cell_rules.Opening]:
    """Role -> where its barrier lets water in.

    A frame lets it in through its side, as high as it stands, all around and over its width; a film or
    foil through its plan.
    """
    found: dict[str, cell_rules.Opening] = {}
    covers = [b for b in bodies if b.role == "encapsulation"]
    for body in covers:
        framed = any(b.name == "frame" and b.made_by == body.made_by for b in covers)
        if framed and body.name != "frame":
            continue
        x0, y0, x1, y1 = bounds(body.region)
        side = 2 * ((x1 - x0) + (y1 - y0)) * NANOMETRE * body.thickness
        width = float(params.seal_width) if framed else None
        opened = found.get(body.made_by)
        more = opened.area if opened else 0.0
        found[body.made_by] = cell_rules.Opening(more + (side if framed else area(body.region)), width)
    return found


def _method_findings(problem: Problem, drawing: Drawing) -> list[Finding]:
    found: list[Finding] = []
    for step in drawing.steps:
        choice = problem.route.choices[step.role]
        check = getattr(choice.method, "findings", None)
        if check is not None and step.material:
            found += [dataclasses.replace(f, where=step.id) for f in check(choice.settings, step.work)]
    return found


def _print_rules(problem: Problem, drawing: Drawing) -> list[Finding]:
    machine = problem.route.machine
    if machine is None:
        return []
    found: list[Finding] = []
    printed = [b for b in drawing.bodies if b.pattern == "bead"]
    for body, path in zip(printed, drawing.toolpaths, strict=False):
        found += print_findings(path, machine)
        standing = printed[: printed.index(body)]
        if standing:
            nozzle = next((n for n in machine.nozzles if abs((n.diameter.value or 0.0) - path.nozzle) < 1e-9), None)
            found += clearance(path, body, standing, nozzle)
    return found


def _time(flow: Sequence[Step]) -> list[Finding]:
    found = []
    for step in flow:
        if step.duration is None:
            found.append(
                Finding(
                    "duration-unknown",
                    "warning",
                    step.id,
                    f"step {step.number} ({step.title}): its rate is not known, so no time is stated; deposit a witness and measure",
                    change="put the measured rate into a catalog overlay",
                )
            )
        elif step.duration > LONG_STEP and not step.toolpath:  # printing has its own finding
            found.append(
                Finding(
                    "long-step",
                    "warning",
                    step.id,
                    f"step {step.number} ({step.title}) takes {units.show(step.duration, 'time')}",
                    step.duration,
                    LONG_STEP,
                    "s",
                )
            )
    return found


def _height(problem: Problem, drawing: Drawing) -> list[Finding]:
    height, allowed = drawing.geometry.get("height_m"), problem.request.height_max
    if height is None or height <= allowed * (1 + 1e-9):
        return []
    return [
        Finding(
            "height",
            "error",
            "cell.height_max",
            f"the cell is {units.show(height, 'length')} high, allowed {units.show(allowed, 'length')}",
            height,
            allowed,
            "m",
            f"height_max {units.show(allowed, 'length')} → {units.show(height, 'length')}",
        )
    ]


def plan_of(attempt: Attempt, catalog: Catalog, reason: Sequence[str], others: Sequence[Alternative]) -> Plan:
    """The whole plan of an attempt whose search found a design."""
    problem, sized, spec = attempt.problem, attempt.sized, attempt.spec
    assert problem is not None and sized is not None and sized.chosen is not None
    design = sized.chosen
    drawing = draw(problem, design, catalog)
    geometry = cell_geometry(problem, design, drawing)
    devices = tuple(look_up(catalog.devices, d, "device", f"{spec.where}: compare") for d in spec.compare)
    estimate, document, entries = estimated(problem, drawing, geometry, devices, catalog)
    findings = verdict(attempt, drawing, estimate, catalog)
    cutoffs = electrical.cutoffs(problem.chemistry, catalog)
    compared = drawn.comparisons(devices, problem.request.footprint.area, estimate["one_c_current_A"], entries)
    route = problem.route
    return Plan(
        name=spec.name,
        fabplan_version=fabplan.__version__,
        spec=dict(spec.raw),
        architecture=str(spec.architecture),
        architecture_title=problem.architecture.TITLE,
        reason=tuple(reason),
        parameters=_parameters(problem, design),
        footprint=problem.request.footprint,
        materials={**{r: c.material for r, c in route.choices.items()}, "substrate": route.substrate},
        bodies=drawing.bodies,
        layers=drawing.layers,
        masks=drawing.masks,
        toolpaths=drawing.toolpaths,
        geometry=drawing.geometry,
        estimate=estimate,
        cell=document,
        curves=curves(problem, drawn.drawn(problem, geometry, [e["c_rate"] for e in estimate["rates"]])),
        sensitivity=drawn.sensitivity(problem, geometry),
        bring_up=bring_up(problem.chemistry, catalog, estimate, cutoffs, _fill_volume(problem, drawing)),
        steps=drawing.steps,
        findings=findings,
        alternatives=(*_alternatives(attempt), *others),
        inputs=_inputs(problem),
        comparisons=compared,
        machine=route.machine,
        dialect=_dialect(attempt, catalog),
        facility=route.facility,
        catalog_digest=_digest(problem, catalog),
    )


def _parameters(problem: Problem, design: Design) -> dict[str, ParameterValue]:
    found = {}
    for f in dataclasses.fields(design.params):
        dimension = f.metadata["dimension"]
        chosen = "given" if f.name in problem.request.fixed else "search"
        found[f.name] = ParameterValue(
            float(getattr(design.params, f.name)), units.DIMENSIONS[dimension], dimension, f.metadata["meaning"], chosen
        )
    return found


def _alternatives(attempt: Attempt) -> tuple[Alternative, ...]:
    assert attempt.sized is not None
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
            d.time,
        )
        for title, d in attempt.sized.alternatives
    )


def _fill_volume(problem: Problem, drawing: Drawing) -> float:
    chem = problem.chemistry
    if chem.electrolyte.state == "solid":
        return 0.0
    g = drawing.geometry
    pores = chem.anode.porosity * (g["anode_volume_m3"] or 0.0) + chem.cathode.porosity * (
        g["cathode_volume_m3"] or 0.0
    )
    return float(np.ravel(drawing.measures.electrolyte_volume)[0]) + pores


def _inputs(problem: Problem) -> tuple[Input, ...]:
    found = list(problem.chemistry.inputs)
    for role, choice in problem.route.choices.items():
        if choice.recipe.thickness is not None:
            found.append(Input(f"{role.replace('_', ' ')}: thickness of {choice.recipe.name}", choice.recipe.thickness))
        collector = choice.material.collector
        if collector is not None and collector.resistivity is not None:
            found.append(Input(f"{choice.material.name}: resistivity", collector.resistivity))
    return tuple(dict.fromkeys(found))


def _dialect(attempt: Attempt, catalog: Catalog) -> Dialect | None:
    problem, spec = attempt.problem, attempt.spec
    assert problem is not None
    if problem.route.machine is None:
        return None
    name = spec.dialect or problem.route.machine.dialect or "marlin"
    dialect: Dialect = look_up(catalog.dialects, name, "dialect", f"{spec.where}: machine.dialect")
    return dialect


def _digest(problem: Problem, catalog: Catalog) -> str:
    """One digest over all records that the plan used."""
    used = {("materials", problem.route.substrate.id), ("facilities", problem.route.facility.id)}
    for choice in problem.route.choices.values():
        used |= {("materials", choice.material.id), ("recipes", choice.recipe.id)}
        used |= {("recipes", r) for r in (*choice.recipe.before, *choice.recipe.after)}
    lines = [f"{kind}/{name} {catalog.digest.get((kind, name), '')}" for kind, name in sorted(used)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def curves(problem: Problem, cell: drawn.Drawn) -> tuple[dict[str, Any], ...]:
    """Discharge curves of the whole cell for plots."""
    return tuple(
        {
            "c_rate": c.c_rate,
            "capacity_Ah": (c.capacity * cell.scale).tolist(),
            "voltage_V": c.voltage.tolist(),
            "tier": c.tier,
        }
        for c in traced(read_cells(dict(cell.document), "cell"))
    )
