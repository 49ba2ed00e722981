"""``report.html``: one page with verdict, pictures, plots and every number with its source; loads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabplan import rendering
from fabplan.exporters import _bars, _candidates, _origins, _show, _sure, _verdict, bpx
from fabplan.exporters._axonometric import axonometric
from fabplan.exporters._charts import charts
from fabplan.exporters._layout_view import layout_view, left_out
from fabplan.exporters._names import file_name, program_path, sheet_path
from fabplan.exporters._page import page_scripts
from fabplan.exporters._picture import masks
from fabplan.exporters._player import player, shortened
from fabplan.exporters._printing import by_head, printing
from fabplan.exporters._section import section
from fabplan.exporters._solid_view import solid_view
from fabplan.exporters._sources import pieces
from fabplan.exporters.plan_json import revision
from fabplan.planner.plan import Comparison, Plan, Step

DESCRIPTION = "the report: verdict, pictures, plots, every number with its source (report.html)"
_SUFFIXES = {"_m2": "area", "_m3": "volume", "_m": "length", "_ohm": "resistance", "_V": "voltage"}
_MICRO = 1e6
_ZERO_CELSIUS = 273.15  # K


#: run in this order; each is allowed by its digest
_SCRIPTS = (
    "common.js", "plane.js", "layout.js", "film.js", "raster.js", "solid.js", "player.js", "charts.js", "tables.js",
    "notes.js",
)  # fmt: skip
_STILL_CORNERS = 500  # of the three-dimensional picture that stands where no script runs


def export(plan: Plan) -> dict[str, bytes]:
    """The page."""
    return {"report.html": rendering.render("report/report.html", **values(plan), **page_scripts(_SCRIPTS)).encode()}


def values(plan: Plan) -> dict[str, Any]:
    """Everything that the page shows, as text and paths."""
    return {
        **_head(plan),
        **_pictures(plan),
        **_electrical(plan),
        **_sure.values(plan),
        "origins": _origins.of_plan(plan),
        "geometry": [_measure(key, value) for key, value in plan.geometry.items()],
        "parameters": [
            (
                name.replace("_", " "),
                p.meaning,
                _show.text(p.value, p.dimension, 6),
                p.chosen_by,
                "chosen" if p.chosen_by == "search" else "asked",
                not p.unit,
            )
            for name, p in plan.parameters.items()
        ],
        "steps": _steps(plan),
        "flow": [_flow(step) for step in plan.steps],
        "alternatives": _candidates.rows(plan),
        "comparisons": [_comparison(entry) for entry in plan.comparisons],
        "inputs": [
            (
                i.what,
                _show.text(i.quantity.value, i.quantity.dimension),
                pieces(i.quantity.source),
                i.quantity.confidence,
                i.quantity.note,
                not i.quantity.unit,
            )
            for i in plan.inputs
        ],
        "materials": [
            (role.replace("_", " "), m.name, m.id, pieces(m.source), m.confidence) for role, m in plan.materials.items()
        ],
    }


def _head(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "file": file_name(plan.name),
        "title": plan.architecture_title,
        "architecture": plan.architecture,
        "revision": revision(plan),
        "version": plan.fabplan_version,
        "catalog": plan.catalog_digest[:12],
        "facility": plan.facility.name,
        "confidence": plan.estimate["confidence"],
        "goals": _verdict.goals(plan),
        "rate": _verdict.rate(plan),
        "facts": _verdict.facts(plan),
        "binds": [_show.prose(line) for line in _verdict.binds(plan)],
        "reasons": [_show.prose(line) for line in plan.reason],
        "counts": _verdict.counts(plan),
        "asked_margin": _verdict.asked_margin(plan),
        "findings": [
            (
                f,
                _show.prose(f.message),
                _show.prose(f.change),
                _show.by_unit(f.measured, f.unit) if f.measured is not None else "",
                _show.by_unit(f.allowed, f.unit) if f.allowed is not None else "",
            )
            for f in plan.findings
        ],
        "has_masks": bool(plan.masks),
        "has_programs": any(program_path(s, plan.dialect) for s in plan.steps),
        "has_bring_up": bool(plan.bring_up),
        "bpx_missing": bpx.why_not(plan),
    }


def _pictures(plan: Plan) -> dict[str, Any]:
    cut = section(plan.bodies, {name: s.number for s in plan.steps for name in s.bodies})
    view = layout_view(plan, cut.line if cut else None)
    programs = player(plan)
    return {
        "player": programs,
        "player_note": shortened(programs),
        "masks": masks(plan.layers, {s.number: _show.prose(s.title) for s in plan.steps}),
        "layout_view": view,
        "layout_note": left_out(view, plan),
        "placed": [mark["number"] for mark in view["marks"]] if view else [],
        "section": cut,
        "solid_view": solid_view(plan),
        "solid": axonometric(plan, _STILL_CORNERS),
        "printing": printing(*by_head(plan)),
    }


def _electrical(plan: Plan) -> dict[str, Any]:
    e, found = plan.estimate, charts(plan)
    parts = e.get("resistance_parts_ohm") or {}
    dimensions = {i.what: i.quantity.dimension for i in plan.inputs}
    swings, middle = _bars.tornado(
        [_swing(s, dimensions.get(s["input"], "")) for s in plan.sensitivity], e["capacity_Ah"] * _MICRO
    )
    return {
        "charts": found,
        "chart_data": {name: chart.data for name, chart in found.items() if chart is not None},
        "rates": [_rate(r, e["capacity_Ah"]) for r in e["rates"]],
        "resistance": _bars.stacked(
            [(name.replace("_", " "), value, _show.text(value, "resistance")) for name, value in parts.items()]
        ),
        "swings": swings,
        "swing_middle": middle,
    }


def _swing(entry: Mapping[str, Any], dimension: str) -> tuple[str, str, float, float]:
    """Input, its range as text, and the capacity at both ends [µAh]; ``dimension`` is ``""`` where nobody tells it."""
    ends = [_show.text(entry[key], dimension) if dimension else f"{entry[key]:.3g}" for key in ("low", "high")]
    return str(entry["input"]), " to ".join(ends), entry["capacity_low_Ah"] * _MICRO, entry["capacity_high_Ah"] * _MICRO


def _rate(entry: Mapping[str, Any], reference: float | None) -> tuple[str, ...]:
    return (
        f"{entry['c_rate']:.3g}C",
        _show.text(entry["current_A"], "current"),
        _show.charge(entry["capacity_Ah"], 4),
        _show.percent(entry["capacity_Ah"] / reference) if reference else "",
        _show.text(entry["mean_voltage_V"], "voltage"),
        _show.energy(entry["energy_Wh"], 4),
        _show.text(entry["mean_power_W"], "power"),
        _show.text(entry.get("salt_depletion"), "number"),
        str(entry.get("tier", "")),
    )


def _measure(key: str, value: float | None) -> tuple[str, str, bool]:
    """Label, value, and whether it is a number without unit."""
    for suffix, dimension in _SUFFIXES.items():
        if key.endswith(suffix):
            return key.removesuffix(suffix).replace("_", " "), _show.text(value, dimension, 4), False
    return key.replace("_", " "), _show.text(value, "number", 4), True


def _steps(plan: Plan) -> list[dict[str, Any]]:
    spans = _bars.gantt([s.duration for s in plan.steps], [s.temperature_max for s in plan.steps])
    return [{**_step(s, plan), "span": span} for s, span in zip(plan.steps, spans, strict=True)]


def _step(step: Step, plan: Plan) -> dict[str, Any]:
    return {
        "number": f"{step.number:02d}",
        "title": _show.prose(step.title),
        "method": step.method,
        "material": step.material,
        "time": _show.text(step.duration, "time") if step.duration is not None else "calibrate",
        "known": step.duration is not None,
        "hottest": _show.text(step.temperature_max, "temperature") if step.temperature_max is not None else "",
        "atmosphere": step.atmosphere,
        "confidence": step.confidence,
        "sheet": sheet_path(step),
        "program": program_path(step, plan.dialect),
        "mask": step.mask,
    }


def _flow(step: Step) -> dict[str, Any]:
    """A step as the scripts show it."""
    return {
        "number": step.number,
        "title": _show.prose(step.title),
        "seconds": step.duration,
        "celsius": None if step.temperature_max is None else step.temperature_max - _ZERO_CELSIUS,
        "atmosphere": step.atmosphere,
        "bodies": list(step.bodies),
    }


def _comparison(entry: Comparison) -> dict[str, Any]:
    ratio = entry.ours / entry.published if entry.published else None
    return {
        "device": entry.device.name,
        "origin": f"device-{entry.device.id}",
        "pure": not entry.unit,
        "what": entry.what.replace("_", " "),
        "at": entry.at,
        "published": _show.by_unit(entry.published, entry.unit),
        "ours": _show.by_unit(entry.ours, entry.unit),
        "ratio": _show.percent(None if ratio is None else ratio - 1, signed=True),
        "spread": "unknown" if entry.spread is None else f"±{_show.percent(entry.spread)}",
        "level": "info" if entry.spread is None else "inside" if entry.inside else "outside",
        "verdict": "no known spread" if entry.spread is None else "inside" if entry.inside else "outside",
        "remark": _show.prose(entry.remark),
        "source": pieces(entry.device.source),
    }
