"""Pictures of the flow for the traveler: the cross-section after every step, and the thermal budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import rendering
from fabplan.exporters import _show
from fabplan.exporters._names import step_stem
from fabplan.exporters._section import Section, Strip, section
from fabplan.exporters._svg import number
from fabplan.planner.making import StepFacts
from fabplan.planner.plan import Plan, Step

_ZERO_CELSIUS, _ROOM = 273.15, 298.15  # K
_LEFT, _BAR, _HIGH, _TOP = 70.0, 56.0, 260.0, 24.0
_RISE = (20, 50, 100, 200, 250, 500)  # degC between two lines


@dataclass(frozen=True)
class Heat:
    """One step in the thermal budget, in picture units; ``bears`` is empty where no limit is on record."""

    number: str
    x: str
    y: str
    height: str
    shown: str
    bears: str
    limit: str
    title: str


def sections(plan: Plan) -> dict[str, bytes]:
    """Picture of every step that leaves or shapes a body, by path (``recipes/sections/NN-<id>.svg``)."""
    cut = section(plan.bodies, {name: s.number for s in plan.steps for name in s.bodies})
    if cut is None:
        return {}
    return {
        section_path(step): rendering.render("traveler/section.svg", **_after(plan, cut, step)).encode()
        for step in plan.steps
        if step.bodies
    }


def has_section(plan: Plan) -> bool:
    """Whether the plan has bodies that a cut can show."""
    return any(b.region and b.thickness > 0 for b in plan.bodies)


def section_path(step: Step) -> str:
    """Path of the picture after a step."""
    return f"recipes/sections/{step_stem(step)}.svg"


def shown_after(plan: Plan) -> Mapping[int, str]:
    """Step number -> path below ``recipes/`` of the picture that shows the part after it, the last one that changed."""
    seen, last = has_section(plan), ""
    found = {}
    for step in plan.steps:
        last = section_path(step).removeprefix("recipes/") if step.bodies and seen else last
        found[step.number] = last
    return found


def _after(plan: Plan, cut: Section, step: Step) -> dict[str, Any]:
    strips: list[Strip] = [s for s in cut.strips if s.step <= step.number]
    height = float(cut.tall_height) + 66 + 22 * (-(-len(strips) // 2))
    return {
        "section": cut,
        "strips": [(strip, strip.step == step.number) for strip in strips],
        "title": f"{plan.name}: after step {step.number:02d}, {step.title}",
        "number": step.number,
        "width": 1145,
        "height": f"{height:.0f}",
        "size": 15,
    }


def thermal(plan: Plan, rows: Sequence[StepFacts]) -> bytes | None:
    """Hottest point of every step and what the weakest material on the part bears then; None when nothing is heated."""
    if not any(r.step.temperature_max is not None for r in rows):
        return None
    hot = max(r.step.temperature_max or 0.0 for r in rows) - _ZERO_CELSIUS
    rise = next((r for r in _RISE if hot / r <= 8), _RISE[-1])
    top = rise * (int(hot // rise) + 1)
    bottom = _TOP + _HIGH

    def y(kelvin: float) -> float:
        return bottom - _HIGH * max(0.0, min((kelvin - _ZERO_CELSIUS) / top, 1.04))

    heats = [_heat(r, k, y, bottom, top) for k, r in enumerate(rows)]
    width = _LEFT + _BAR * len(rows) + 20
    return rendering.render(
        "traveler/thermal.svg",
        title=f"{plan.name}: thermal budget",
        heats=heats,
        bar=number(_BAR - 20),
        lines=[(number(y(t + _ZERO_CELSIUS)), f"{t} °C") for t in range(0, top + 1, rise)],
        left=number(_LEFT),
        right=number(width - 20),
        bottom=number(bottom),
        width=number(max(width, 620.0)),
        height=number(bottom + 64),
        size=13,
    ).encode()


def _heat(row: StepFacts, place: int, y: Any, bottom: float, top: float) -> Heat:
    step, hot = row.step, row.step.temperature_max
    warm = _ROOM if hot is None else hot
    heated = hot is not None and hot > _ROOM
    limit = row.bears is not None and heated
    above = limit and (row.bears or 0.0) - _ZERO_CELSIUS > top
    title = f"{step.title}: {_show.text(hot, 'temperature') if hot is not None else 'not heated'}"
    if row.bears is not None:
        title += f"; {row.weakest} on the part bears {_show.text(row.bears, 'temperature')} in {step.atmosphere}"
    return Heat(
        f"{step.number:02d}",
        number(_LEFT + _BAR * place + 10),
        number(y(warm)),
        number(max(bottom - y(warm), 1.0)),
        _show.text(hot, "temperature") if heated else "",
        number(y(row.bears or 0.0)) if limit and not above else "",
        f"{row.weakest} ≤ {_show.text(row.bears, 'temperature')}" if limit else "",
        title,
    )
