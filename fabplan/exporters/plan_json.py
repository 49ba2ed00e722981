"""``plan.json``: the plan as data, schema ``fabplan/plan/1``."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fabplan.architectures.base import Footprint
from fabplan.exporters._json import dump, ordered
from fabplan.exporters._names import program_path, sheet_path
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE
from fabplan.geometry.relief import Relief
from fabplan.layout.drops import DropPattern
from fabplan.layout.types import Layer, Mask, Toolpath
from fabplan.layout.wafer import Wafer
from fabplan.planner.plan import Alternative, Comparison, Input, Plan, Step

DESCRIPTION = "the plan as data (plan.json)"
SCHEMA = "fabplan/plan/1"
_LIBRARIES = ("numpy", "scipy", "shapely", "gdstk", "trimesh", "jinja2")


def export(plan: Plan) -> dict[str, bytes]:
    """The plan as one JSON document."""
    return {"plan.json": dump(document(plan))}


def revision(plan: Plan) -> str:
    """First twelve hex digits of the sha256 of ``plan.json``: what sheets carry to name their plan."""
    return hashlib.sha256(export(plan)["plan.json"]).hexdigest()[:12]


def document(plan: Plan) -> dict[str, Any]:
    """The object of ``plan.json``; SI everywhere, null for what is unknown."""
    return {
        "schema": SCHEMA,
        "name": plan.name,
        "fabplan_version": plan.fabplan_version,
        "catalog_digest": plan.catalog_digest,
        "spec": ordered(plan.spec),
        "architecture": plan.architecture,
        "architecture_title": plan.architecture_title,
        "reason": plan.reason,
        "parameters": _parameters(plan),
        "footprint": {
            "width_m": plan.footprint.width,
            "length_m": plan.footprint.length,
            "terminals": plan.footprint.terminals,
            **_outline(plan.footprint),
        },
        "geometry": plan.geometry,
        "estimate": plan.estimate,
        "layers": [_layer(layer, {body.name: body for body in plan.bodies}) for layer in plan.layers],
        "masks": [_mask(mask) for mask in plan.masks],
        **({} if plan.wafer is None else {"wafer": _wafer(plan.wafer)}),
        "steps": [_step(step, plan) for step in plan.steps],
        "toolpaths": [_toolpath(path) for path in plan.toolpaths],
        "patterns": [_pattern(pattern) for pattern in plan.patterns],
        "findings": [_finding(finding) for finding in plan.findings],
        "alternatives": [_alternative(entry) for entry in plan.alternatives],
        "comparisons": [_comparison(entry) for entry in plan.comparisons],
        "inputs": [_input(entry) for entry in plan.inputs],
        "sensitivity": plan.sensitivity,
        "materials": _materials(plan),
        "machine": plan.machine.id if plan.machine else None,
        "dialect": plan.dialect.id if plan.dialect else None,
        "facility": plan.facility.id,
        "bring_up": plan.bring_up,
        "cell": plan.cell,
        "curves": plan.curves,
        "libraries": _libraries(),
    }


def _outline(footprint: Footprint) -> dict[str, Any]:
    """Outline, keep-outs and places of a footprint that is no rectangle; nothing else of a rectangle."""
    if not footprint.outline:
        return {}
    return {
        "origin_m": [value * NANOMETRE for value in footprint.origin],
        "outline_nm": [list(part.polygon) for part in footprint.outline.parts],
        "keep_outs_nm": [list(part.polygon) for part in footprint.keep_outs.parts],
        "places_m": {net: [value * NANOMETRE for value in place] for net, place in footprint.places.items()},
    }


def _parameters(plan: Plan) -> dict[str, dict[str, Any]]:
    return {
        name: {"value": p.value, "unit": p.unit, "meaning": p.meaning, "chosen_by": p.chosen_by}
        for name, p in plan.parameters.items()
    }


def _materials(plan: Plan) -> dict[str, dict[str, Any]]:
    return {
        role: {"id": m.id, "name": m.name, "source": m.source, "confidence": m.confidence}
        for role, m in plan.materials.items()
    }


def _layer(layer: Layer, bodies: Mapping[str, Body]) -> dict[str, Any]:
    body = bodies.get(layer.name)
    more: dict[str, Any] = {"pattern": "conformal"} if body and body.pattern == "conformal" else {}
    if body and body.relief is not None:
        more["relief"] = _relief(body.relief)
    return {
        "name": layer.name,
        "layer": layer.layer,
        "datatype": layer.datatype,
        "role": layer.role,
        "net": layer.net,
        "material": layer.material,
        "step": layer.step,
        "bottom_m": layer.bottom,
        "thickness_m": layer.thickness,
        **more,
    }


def _relief(relief: Relief) -> dict[str, Any]:
    """Equal elements whose walls conformal films cover."""
    return {
        "count": relief.count,
        "height_m": relief.height,
        "wall_m": relief.wall,
        "mouth_m": relief.mouth,
        **({} if relief.radius is None else {"radius_m": relief.radius}),
        "walls": [{"area_m2": w.area, "perimeter_m": w.perimeter, "corner": w.corner} for w in relief.sections],
    }


def _mask(mask: Mask) -> dict[str, Any]:
    return {
        "name": mask.name,
        "number": mask.number,
        "kind": mask.kind,
        "layers": mask.layers,
        "tone": mask.tone,
        "bias_m": mask.bias,
        "bias_source": mask.bias_source,
        "bias_confidence": mask.bias_confidence or None,
        "designed_dimension_m": mask.designed_dimension,
        "critical_dimension_m": mask.critical_dimension,
        "steps": mask.steps,
        **({"existing": dataclasses.asdict(mask.existing)} if mask.existing is not None else {}),
    }


def _wafer(wafer: Wafer) -> dict[str, Any]:
    """Numbers of the dies; the map of the wafer has their places."""
    kinds = {slot.kind: wafer.count(slot.kind) for slot in wafer.slots if slot.kind}
    return {
        "diameter_m": wafer.disc.diameter * NANOMETRE,
        "flat_m": wafer.disc.flat * NANOMETRE,
        "source": wafer.disc.source,
        "edge_exclusion_m": wafer.edge_exclusion * NANOMETRE,
        "street_m": wafer.street * NANOMETRE,
        "die_m": [(wafer.box[2] - wafer.box[0]) * NANOMETRE, (wafer.box[3] - wafer.box[1]) * NANOMETRE],
        "dies": dict(sorted(kinds.items())),
    }


def _step(step: Step, plan: Plan) -> dict[str, Any]:
    return {
        "number": step.number,
        "id": step.id,
        "title": step.title,
        "method": step.method,
        "recipe": step.recipe.id,
        "role": step.role,
        "material": step.material,
        "bodies": step.bodies,
        "thickness_m": step.work.thickness,
        "temperature_max_K": step.temperature_max,
        "atmosphere": step.atmosphere,
        "vacuum": step.vacuum,
        "duration_s": step.duration,
        "sheet": sheet_path(step),
        "program": program_path(step, plan.dialect),
        "mask": step.mask or None,
        "confidence": step.confidence,
        "set_points": [vars(point) for point in step.set_points],
        "uses": [vars(use) for use in step.uses],
        "acceptance": [vars(entry) for entry in step.acceptance],
        "hazards": step.hazards,
        "rework": step.rework,
        "notes": step.notes,
    }


def _toolpath(path: Toolpath) -> dict[str, Any]:
    return {
        "name": path.name,
        "tool": path.tool,
        "nozzle_m": path.nozzle,
        "filaments": len(path.kinds),
        "speed_m_s": path.speed,
        "travel_speed_m_s": path.travel_speed,
        "pressure_Pa": path.pressure,
        "printed_length_m": path.printed_length,
        "travel_length_m": path.travel_length,
        "duration_s": path.duration,
        "ramped_duration_s": path.ramped,
        "process": path.process,
        "heads": max(len(path.heads), 1),
        "ink_volume_m3": path.ink_volume,
    }


def _pattern(pattern: DropPattern) -> dict[str, Any]:
    rows, columns = pattern.pixels.shape
    return {
        "name": pattern.name,
        "rows": rows,
        "columns": columns,
        "spacing_m": [step * NANOMETRE for step in pattern.spacing],
        "origin_m": [place * NANOMETRE for place in pattern.origin],
        "drops": int(pattern.pixels.sum()),
        "area_m2": pattern.area * NANOMETRE**2,
        "body_area_m2": pattern.body_area * NANOMETRE**2,
        "layers": pattern.layers,
        "passes": pattern.passes,
        "nozzles": pattern.nozzles,
        "nozzle_pitch_lines": pattern.nozzle_pitch,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "where": finding.where,
        "measured": finding.measured,
        "allowed": finding.allowed,
        "unit": finding.unit,
        "message": finding.message,
        "change": finding.change,
    }


def _alternative(entry: Alternative) -> dict[str, Any]:
    return {
        "title": entry.title,
        "architecture": entry.architecture,
        "meets_target": entry.meets_target,
        "reason": entry.reason,
        "parameters": entry.parameters,
        "capacity_C": entry.capacity,
        "energy_J": entry.energy,
        "height_m": entry.height,
        "fabrication_time_s": entry.fabrication_time,
    }


def _comparison(entry: Comparison) -> dict[str, Any]:
    return {
        "device": entry.device.id,
        "device_name": entry.device.name,
        "what": entry.what,
        "at": entry.at,
        "published": entry.published,
        "ours": entry.ours,
        "unit": entry.unit,
        "spread": entry.spread,
        "inside": entry.inside,
        "remark": entry.remark,
        "source": entry.device.source,
    }


def _input(entry: Input) -> dict[str, Any]:
    q = entry.quantity
    return {
        "what": entry.what,
        "value": q.value,
        "unit": q.unit,
        "source": q.source,
        "confidence": q.confidence,
        "note": q.note,
        "low": q.low,
        "high": q.high,
    }


def _libraries() -> Mapping[str, str | None]:
    return {name: _version(name) for name in _LIBRARIES}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
