"""Calibrations of a program: programs in its own dialect, by the same writer, with a sheet each."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import rendering
from fabplan.catalog.types import Dialect
from fabplan.exporters._names import step_stem
from fabplan.exporters._program_header import header
from fabplan.exporters.gcode import program
from fabplan.geometry.region import NANOMETRE
from fabplan.layout.calibration_drops import drop_ladder
from fabplan.layout.calibration_jobs import Calibration, Rung, calibrations, carried, spans_law
from fabplan.layout.calibration_vernier import FINE, MAIN, head_vernier, mask_scale, mask_vernier, program_vernier
from fabplan.layout.monitors import KINDS
from fabplan.layout.types import Head, Toolpath
from fabplan.planner.plan import Plan, Step

TITLES = {
    "pressure-speed": "Ladder of pressures and speeds",
    "speed": "Ladder of speeds",
    "power-speed": "Ladder of powers and speeds",
    "drop-spacing": "Ladder of drop spacings",
    "start-stop": "Combs of starts and stops",
    "spans": "Spans over nothing",
    "vernier": "Vernier of the heads",
    "mask-vernier": "Vernier on the plate",
}
WATER = 1000.0  # [kg/m³] for which the spans' moduli are stated


@dataclass(frozen=True)
class Made:
    """One calibration as it is written: names and contents of program and sheet, and its entry in the job file."""

    program: str
    sheet: str
    title: str
    files: Mapping[str, bytes]
    entry: Mapping[str, Any]
    seconds: float


@dataclass(frozen=True)
class Entry:
    """A row for ``fabplan calibrate``: all but the measured value, date and source."""

    kind: str
    record: str
    key: str
    unit: str
    what: str


def made(plan: Plan, step: Step, path: Toolpath, dialect: Dialect) -> tuple[Made, ...]:
    """All calibrations of a step's program."""
    several = len(carried(path)) > 1  # heads in the program
    found = []
    for one in _wanted(plan, step, path):
        stem = f"jobs/{step_stem(step)}.{one.kind}"
        if several and one.kind not in ("vernier", "mask-vernier"):
            stem += f".head-{one.heads[0]}"
        found.append(_written(plan, step, one, dialect, stem))
    return tuple(found)


def _wanted(plan: Plan, step: Step, path: Toolpath) -> Iterator[Calibration]:
    machine = plan.machine
    piston = machine is not None and machine.drive == "piston"
    highest = machine.pressure_high.value if machine and machine.pressure_high else None
    yield from calibrations(path, piston, highest)
    pattern = next((p for p in plan.patterns if p.name == path.name), None)
    if path.process == "jet" and pattern is not None:
        yield drop_ladder(path, pattern.spacing[0] * NANOMETRE)
    yield from _on_plates(plan, path)
    placement = machine.placement.value if machine and machine.placement else None
    by_head = head_vernier(path, placement or 0.0)
    if by_head is not None:
        yield by_head
        return
    beads = [p.name for p in plan.toolpaths if p.process == "ink"]
    if len(beads) > 1 and path.name in beads[:2]:
        part = MAIN if path.name == beads[0] else FINE
        scale_by = next(p for p in plan.toolpaths if p.name == beads[0])
        one = program_vernier(path, placement or 0.0, part, scale_by)
        if one is not None:
            yield one


def _on_plates(plan: Plan, path: Toolpath) -> Iterator[Calibration]:
    """Fine scales onto the main scales that a plate has for the heads of a program."""
    heads, scale = mask_scale(plan.toolpaths, plan.machine)
    drawn = {axis: [m for m in plan.monitors if m.kind == kind] for axis, kind in KINDS.items()}
    if path.process != "ink" or scale is None or len(drawn["x"]) != len(heads) or len(drawn["y"]) != len(heads):
        return
    centres, reach = [], 0.0
    for head in carried(path):
        place = heads.index(f"head {head.tool} of {path.name}")
        boxes = {axis: found[place].box for axis, found in drawn.items()}
        centres.append({axis: ((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for axis, b in boxes.items()})
        for x0, y0, x1, y1 in boxes.values():
            reach = max(reach, -x0, -y0, x1 - plan.footprint.width, y1 - plan.footprint.length)
    yield mask_vernier(path, scale, centres, reach)


def _written(plan: Plan, step: Step, one: Calibration, dialect: Dialect, stem: str) -> Made:
    name, sheet = f"{stem}.{dialect.extension}", f"{stem}.md"
    title = TITLES[one.kind]
    told = (
        f"calibration: {title}, on a dummy of {one.size[0] * 1e3:.3f} x {one.size[1] * 1e3:.3f} mm or more"
        f"{', with 3 mm free below for the prime line' if one.path.kinds[0] == 'prime' else ''}",
        *header(step, one.path, plan, dialect, one.size),
    )
    if one.kind == "mask-vernier":  # in the frame of the part: aligned by its fiducials like the program itself
        told = (f"calibration: {title}", *header(step, one.path, plan, dialect))
    text = program(one.path, dialect, told, (), step.material, plan.machine)
    head = next(h for h in carried(one.path) if h.tool == one.heads[0])
    entries = tuple(dataclasses.replace(e, record=_cell(e.record)) for e in _entries(plan, step, one, head))
    page = rendering.render(
        "jobs/calibration.md", title=title, one=one, head=head, heads=carried(one.path), step=step, plan=plan,
        program=name, dialect=dialect, rows=tuple(_rows(one, head)), columns=_columns(one), entries=entries,
        sets_pressure=bool(dialect.pressure) and head.pressure is not None, piston=_is_piston(plan),
        facility=_cell(plan.facility.id),
    )  # fmt: skip
    entry = {
        "kind": one.kind, "program": name, "sheet": sheet, "heads": list(one.heads), "size_m": list(one.size),
        "duration_s": one.path.time, "facts_m": dict(one.facts),
        "lines": [
            {"label": r.label, "filaments": list(r.filaments), "axis": r.axis, "place_m": r.place, **dict(r.values)}
            for r in one.rungs
        ],
        "enter": [dataclasses.asdict(e) for e in entries],
    }  # fmt: skip
    return Made(name, sheet, title, {name: text, sheet: page.encode()}, entry, one.path.time)


def _cell(text: str) -> str:
    """An id as it stands in a table or a command: nothing in it can end either."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)


def _is_piston(plan: Plan) -> bool:
    return plan.machine is not None and plan.machine.drive == "piston"


def _columns(one: Calibration) -> tuple[str, ...]:
    """What is read of each row."""
    return {
        "pressure-speed": ("Width", "Gaps or beads", "Good"),
        "speed": ("Width at half height", "Height or mass", "Good"),
        "power-speed": ("Width of the cut", "Cut through", "Good"),
        "drop-spacing": ("Width", "Scallops, gaps or bulges", "Good"),
        "start-stop": ("Blob or gap at the start", "Tail at the end", "Good"),
        "spans": ("Sag at its middle", "Broken", "Holds"),
        "vernier": ("Bar that meets, -10 to 10", "Times the step", "Sign"),
        "mask-vernier": ("Bar that meets, -10 to 10", "Times the step", "Sign"),
    }[one.kind]


def _rows(one: Calibration, head: Head) -> Iterator[tuple[Rung, Sequence[tuple[str, float | None, str]], float | None]]:
    """Each row with its values as (name, value, dimension), and the modulus that a span needs."""
    dimensions = {
        "pressure": "pressure", "speed": "speed", "flow": "number", "start_delay": "time", "stop_delay": "time",
        "span": "length", "power": "power", "drop_spacing": "length", "drops": "number",
    }  # fmt: skip
    for rung in one.rungs:
        values = [(name.replace("_", " "), value, dimensions[name]) for name, value in rung.values.items()]
        span = rung.values.get("span")
        yield rung, values, None if span is None else spans_law(span, head.nozzle, head.section, WATER)


def _entries(plan: Plan, step: Step, one: Calibration, head: Head) -> Iterator[Entry]:
    """Where the result belongs; keys that ``fabplan calibrate`` takes."""
    recipe = _recipe(plan, step, head)
    ink = head.supply.record
    if one.kind == "pressure-speed":
        if not _is_piston(plan):
            yield Entry("recipe", recipe, "settings.pressure", "kPa", "pressure of the best line")
        yield Entry("recipe", recipe, "settings.speed", "um/s", "speed of the best line")
        yield Entry("recipe", recipe, "settings.wet_mass_per_length", "mg/mm", "weighed, all lines of that row")
        yield Entry("recipe", recipe, "settings.wet_density", "g/cm3", "of the ink, from a weighed syringe")
    elif one.kind == "speed":
        yield Entry("recipe", recipe, "settings.speed", "mm/s", "speed of the best pass")
        yield Entry("recipe", recipe, "settings.pass_width", "mm", "width of that pass at half height")
    elif one.kind == "power-speed":
        yield Entry("recipe", recipe, "settings.fluence", "J/cm2", "peak fluence of the best cut")
        yield Entry("recipe", recipe, "settings.overlap", "1", "1 - speed / (pulses per second x spot) of that cut")
        yield Entry("recipe", recipe, "settings.heat_zone", "um", "changed rim on each side of it")
    elif one.kind == "drop-spacing":
        yield Entry("recipe", recipe, "settings.pitch", "um", "widest spacing whose lines are smooth")
        yield Entry("recipe", recipe, "settings.drop", "pL", "weighed: mass in ng / number of drops / density in g/cm3")
    elif one.kind == "start-stop" and ink:
        yield Entry("ink", ink, "style.pre_move_delay", "ms", "first wait whose lines start without a gap")
        yield Entry("ink", ink, "style.end_dwell", "ms", "first wait whose lines end without a tail")
    elif one.kind == "start-stop" and plan.machine is not None:
        yield Entry("machine", plan.machine.id, "start_delay", "ms", "first wait whose lines start without a gap")
        yield Entry("machine", plan.machine.id, "stop_delay", "ms", "first wait whose lines end without a tail")
    elif one.kind == "spans" and ink:
        yield Entry("ink", ink, "storage_modulus", "Pa", "of the widest span that holds, times the density in g/cm3")
    elif one.kind in ("vernier", "mask-vernier") and plan.machine is not None:
        yield Entry("machine", plan.machine.id, "placement", "um", "larger of both readings after correction")


def _recipe(plan: Plan, step: Step, head: Head) -> str:
    """Recipe of what a head prints: that of the step, or of the one whose ink is printed in the same program."""
    other = next((s for s in plan.steps if head.ink and s.material == head.ink and s.method == step.method), step)
    return other.recipe.id
