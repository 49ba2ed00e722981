"""Recipe sheets: what the person at the tool reads, types in, measures and signs; one a step, with a CSV beside it."""

from __future__ import annotations

import re
from typing import Any

from fabplan import plugins, rendering, units
from fabplan.catalog.tried import tried
from fabplan.exporters import _csv
from fabplan.exporters._flow_pictures import has_section, section_path
from fabplan.exporters._names import file_name, operator_path, program_path, sheet_path
from fabplan.exporters.plan_json import revision
from fabplan.methods.base import SetPoint, Use
from fabplan.planner.plan import Plan, Step

DESCRIPTION = "recipe sheets, one a step (recipes/NN-<step>.md and .csv)"
COLUMNS = ("name", "value", "unit", "shown", "tolerance", "source", "confidence", "note")

FAMILIES = ("vapour", "thermal", "printing", "lithography", "wet", "assembly")
#: methods whose sheet differs from the one of their family
SPECIAL = {
    "atomic-layer-deposition": "ald",
    "sputter": "sputter",
    "co-sputter": "sputter",
    "screen-printing": "coating",
    "stencil-printing": "coating",
    "flexographic-printing": "coating",
    "spray-printing": "coating",
    "tape-casting": "coating",
    "freeze-tape-casting": "coating",
    "spin-coating": "coating",
    "transfer-printing": "coating",
    "mask-assisted-filtration": "coating",
    "electrolyte-filling": "filling",
    "electrolyte-printing": "filling",
    "gel-casting": "filling",
}
_CYCLE_WORDS = ("pulse", "purge", "soak")
_RAMP_WORDS = ("ramp", "dwell", "temperature", "hold", "time", "cool", "heat")
RANGE = re.compile(r"(?:^|; )range ([^;]+ to [^;]+)(?:;|$)")  # as `fabplan.methods` writes it into a note
_AMOUNTS = {"kg": "mass", "m3": "volume", "m2": "area", "m": "length", "mol/s": "flow", "J": "energy", "C": "charge"}


def export(plan: Plan) -> dict[str, bytes]:
    """Sheet and CSV of every step."""
    known = revision(plan)
    files = {}
    for step in plan.steps:
        files[sheet_path(step)] = sheet(plan, step, known).encode()
        rows = [
            (p.name, p.value, p.unit, p.shown, tolerance(step, p), p.source, p.confidence, p.note)
            for p in step.set_points
        ]
        files[sheet_path(step, "csv")] = _csv.table(COLUMNS, rows)
    return files


def sheet(plan: Plan, step: Step, known: str) -> str:
    """Markdown of one step's sheet.

    Parameters
    ----------
    known : revision of the plan, see `fabplan.exporters.plan_json.revision`
    """
    numbers = [s.number for s in plan.steps]
    place = numbers.index(step.number)
    neighbours = {
        "previous": plan.steps[place - 1] if place else None,
        "following": plan.steps[place + 1] if place + 1 < len(plan.steps) else None,
    }
    return rendering.render(f"sheets/{template(step)}.md", **_values(plan, step, known), **neighbours)


def template(step: Step) -> str:
    """Name of a step's template: its method's own, its family's, or the general one."""
    if step.method in SPECIAL and not (step.toolpath and step.method == "spray-printing"):  # without: coated by hand
        return SPECIAL[step.method]
    if step.method not in plugins.names("methods"):
        return "base"
    family = str(getattr(plugins.load("methods", step.method), "FAMILY", ""))
    return family if family in FAMILIES else "base"


def needs_calibration(point: SetPoint) -> bool:
    """Whether a set point must not be typed in as it stands: unknown, or of low confidence."""
    return is_unknown(point) or point.confidence == "low"


def is_unknown(point: SetPoint) -> bool:
    """Whether nobody knows the value (a set point may also be plain text, with no number to it)."""
    return point.value is None and point.shown in ("", units.show(None, "number"))


def tolerance(step: Step, point: SetPoint) -> str:
    """What a set point may differ by: the window of what is accepted under its name, else the range on record."""
    window = next((a.window for a in step.acceptance if a.what.casefold() == point.name.casefold()), "")
    span = RANGE.search(point.note)
    return window or (f"{span[1]} (range on record)" if span else "")


def amount(use: Use) -> str:
    """A consumed amount as people read it."""
    if use.unit in _AMOUNTS or use.amount is None:
        return units.show(use.amount, _AMOUNTS.get(use.unit, "number"))
    return f"{units.show(use.amount, 'number')} {use.unit}".strip()


def _values(plan: Plan, step: Step, known: str) -> dict[str, Any]:
    """What a sheet's template may use."""
    paths = {path.name: path for path in plan.toolpaths}
    return {
        "plan_name": plan.name,
        "revision": known,
        "step": step,
        "count": len(plan.steps),
        "leaves": _leaves(plan, step),
        "tried": tried(step.recipe),
        "area": None if step.work.area is None else f"{step.work.area * 1e6:.3g} mm2",
        "points": [(p, needs_calibration(p), is_unknown(p), tolerance(step, p)) for p in step.set_points],
        "open_points": [p for p in step.set_points if needs_calibration(p) and not p.source.startswith("computed")],
        "cycle_points": _named(step, _CYCLE_WORDS),
        "cycles": next((p for p in step.set_points if p.name.casefold() == "cycles"), None),
        "ramp_points": _named(step, _RAMP_WORDS),
        "sources": list(dict.fromkeys([*(p.source for p in step.set_points), *(a.source for a in step.acceptance)])),
        "uses": [(use, amount(use)) for use in step.uses],
        "mask": next((m for m in plan.masks if step.mask and (m.name == step.mask or step.number in m.steps)), None),
        "toolpath": paths.get(step.toolpath),
        "pattern": next((pattern for pattern in plan.patterns if pattern.name == step.id), None),
        "pattern_file": file_name(step.id),
        "program": program_path(step, plan.dialect),
        "operators_page": operator_path(step),
        "dialect": plan.dialect,
        "clock": _clock(step),
        "picture": section_path(step).removeprefix("recipes/") if step.bodies and has_section(plan) else "",
        "machine": plan.machine,
    }


def _clock(step: Step) -> str:
    """When the next step must have started, in words for the last table of a sheet."""
    wait = step.recipe.queue_time
    if wait is None:
        return "____________ (no limit on record)"
    limit = "**CALIBRATE** ________" if wait.value is None else f"**{units.show(wait.value, 'time')}** after the end"
    return f"____________ ({limit})"


def _named(step: Step, words: tuple[str, ...]) -> list[SetPoint]:
    return [p for p in step.set_points if any(word in p.name.casefold() for word in words)]


def _leaves(plan: Plan, step: Step) -> str:
    """Name of the material that the step leaves on the part, ``""`` for none."""
    for material in plan.materials.values():
        if material.id == step.material:
            return material.name
    return step.material
