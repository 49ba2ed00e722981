"""Archives for NOMAD (nomad-material-processing): designed values of the steps that its schema has a class for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fabplan.exporters._controller_points import (
    CALIBRATE,
    USE,
    Written,
    first,
    named,
    path_of,
    point,
    printable,
    rate_to_set,
)
from fabplan.exporters.sheets import needs_calibration
from fabplan.methods.base import SetPoint
from fabplan.planner.plan import Plan, Step

#: method -> class of nomad-material-processing; it has none for atomic layers, printing and plating
CLASSES = {
    "sputter": "nomad_material_processing.vapor_deposition.pvd.sputtering.SputterDeposition",
    "pulsed-laser-deposition": "nomad_material_processing.vapor_deposition.pvd.pld.PulsedLaserDeposition",
    "evaporation": "nomad_material_processing.vapor_deposition.pvd.thermal.ThermalEvaporation",
}


def write(plan: Plan, step: Step) -> list[Written]:
    """Archive of one step; none for processes without a class (evaporation by electron beam is one of them)."""
    if step.method not in CLASSES or step.recipe.settings.get("kind") == "electron-beam":
        return []
    left = sum(map(needs_calibration, step.set_points))
    told = "set values of the design in SI; check against the schema version of your NOMAD, add what you measured"
    text = "\n".join(yaml({"data": archive(plan, step)})) + "\n"
    return [Written(path_of(step, "archive.yaml"), text.encode(), "NOMAD archive", told, left)]


def archive(plan: Plan, step: Step) -> dict[str, Any]:
    """Content of the ``data`` section."""
    return {
        "m_def": CLASSES[step.method],
        "name": f"{plan.name}, step {step.number}: {step.title}",
        "description": f"{USE}: set values of a plan, nothing here was measured on the part",
        "steps": [*_adhesion(step), _layer(step)],
    }


def _adhesion(step: Step) -> list[dict[str, Any]]:
    """The metal below, which the same run deposits first."""
    if point(step, "adhesion.thickness") is None:
        return []
    metal = str(step.recipe.settings.get("adhesion", {}).get("material", ""))
    points = {key: point(step, f"adhesion.{key}") for key in ("power", "rate", "pressure")}
    return [_step(step, metal, points)]


def _layer(step: Step) -> dict[str, Any]:
    settings = step.recipe.settings
    points = {
        "power": point(step, "power"),
        "rate": rate_to_set(step),
        "pressure": first(step, ("pressure", "oxygen_pressure")),
        "temperature": point(step, "substrate_temperature"),
    }
    name = settings.get("target") or settings.get("source_material") or step.material
    return _step(step, str(name), points)


def _step(step: Step, source: str, points: Mapping[str, SetPoint | None]) -> dict[str, Any]:
    """One entry of ``steps``; the empty ones are left out and named in the comment."""
    time = named(step, f"{source or 'target'}: time with the shutter open")
    marked = [p.name for p in (*points.values(), time) if p is not None and needs_calibration(p)]
    found: dict[str, Any] = {"name": source, "creates_new_thin_film": True}
    if marked:
        found["comment"] = f"{CALIBRATE}: {'; '.join(marked)}"
    if time is not None and time.value is not None:
        found["duration"] = time.value
    power, rate = (_set(points.get(key)) for key in ("power", "rate"))
    found["sources"] = [{"name": source, **({"vapor_source": {"power": power}} if power else {})}]
    sample = {"growth_rate": rate, "substrate_temperature": _set(points.get("temperature"))}
    found["sample_parameters"] = [{key: value for key, value in sample.items() if value}]
    if pressure := _set(points.get("pressure")):
        found["environment"] = {"pressure": pressure}
    return found


def _set(given: SetPoint | None) -> dict[str, list[float]]:
    """A series of one set value."""
    return {} if given is None or given.value is None else {"set_value": [given.value]}


def yaml(given: Any, indent: str = "") -> list[str]:
    """Lines of nested tables and lists; keys are fabplan's own, strings always quoted."""
    if isinstance(given, Mapping):
        return [line for key, value in given.items() for line in _entry(f"{indent}{key}:", value, indent)]
    lines = []
    for item in given:
        table = isinstance(item, Mapping) and item
        first_line, *rest = yaml(item, indent + "  ") if table else [_scalar(item)]
        lines += [f"{indent}- {first_line.strip()}", *rest]
    return lines


def _entry(head: str, value: Any, indent: str) -> list[str]:
    nested = isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str))
    return [head, *yaml(value, indent + "  ")] if nested and value else [f"{head} {_scalar(value)}"]


def _scalar(value: Any) -> str:
    """A value; strings in the double quotes of JSON, which mean the same in YAML."""
    if isinstance(value, str):
        return json.dumps(printable(value), ensure_ascii=False)
    text = json.dumps(value)
    # YAML 1.1 takes 1e-05 for text: the mantissa needs a point.
    return text.replace("e", ".0e", 1) if isinstance(value, float) and "e" in text and "." not in text else text
