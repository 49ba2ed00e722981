"""Single pictures of a plan for papers and slides: SVG that stands alone, on white, with scale bars."""

from __future__ import annotations

from typing import Any

from fabplan import rendering
from fabplan.errors import BadInput, Problem
from fabplan.exporters import _bars, _show
from fabplan.exporters._axonometric import axonometric
from fabplan.exporters._charts import charts
from fabplan.exporters._picture import bar_of, masks
from fabplan.exporters._section import section
from fabplan.planner.plan import Plan

WHAT = ("layout", "section", "3d", "flow", "discharge", "ragone", "candidates")
#: apart in lightness too, for colour-blind readers and for print in grey
_COLOURS = ("#1f5ea8", "#c8501e", "#2a8a68", "#8a4fa3", "#b08600", "#4a6a7a", "#c2477f", "#777777")
_COLD, _HOT = (31, 94, 168), (200, 80, 30)


def drawing(plan: Plan, what: str) -> str:
    """One picture as SVG.

    Parameters
    ----------
    what : one of `WHAT`

    Raises
    ------
    BadInput : the plan has nothing to draw for it
    """
    made = {"layout": _layout, "section": _section, "3d": _solid, "flow": _flow}.get(what, _plot)
    values = made(plan, what)
    if values is None:
        raise BadInput(Problem("the plan has nothing to draw", "--what", what, "another picture"))
    template = {"3d": "solid"}.get(what, what) if what in ("layout", "section", "flow", "3d") else "plot"
    return rendering.render(f"draw/{template}.svg", title=f"{plan.name}: {what}", **values)


def _layout(plan: Plan, what: str) -> dict[str, Any] | None:
    picture = masks(plan.layers)
    if picture is None:
        return None
    rows = -(-sum(group.visible for group in picture.groups) // 3)
    height = float(picture.height) + 90 + 22 * rows
    return {"picture": picture, "width": 1040, "height": f"{height:.0f}", "size": 17}


def _section(plan: Plan, what: str) -> dict[str, Any] | None:
    cut = section(plan.bodies, {name: s.number for s in plan.steps for name in s.bodies})
    if cut is None:
        return None
    x0, y0, x1, y1 = cut.line
    bar = bar_of((0, 0, round(max(x1 - x0, y1 - y0)), 1))
    height = float(cut.tall_height) + 100 + 22 * (-(-len(cut.strips) // 2))
    return {"section": cut, "bar": bar, "width": 1145, "height": f"{height:.0f}", "size": 17}


def _solid(plan: Plan, what: str) -> dict[str, Any] | None:
    picture = axonometric(plan)
    if picture is None:
        return None
    height = float(picture.height) + 84 + 22 * (-(-len(picture.legend) // 3))
    return {"picture": picture, "width": 1040, "height": f"{height:.0f}", "size": 17}


def _flow(plan: Plan, what: str) -> dict[str, Any] | None:
    if not plan.steps:
        return None
    spans = _bars.gantt([s.duration for s in plan.steps], [s.temperature_max for s in plan.steps])
    steps = [
        {
            "number": step.number,
            "title": step.title if len(step.title) <= 54 else f"{step.title[:53]}…",
            "span": span,
            "colour": _warm(float(span.warmth) / 100),
            "time": _show.text(step.duration, "time"),
            "hottest": _show.text(step.temperature_max, "temperature") if step.temperature_max is not None else "",
        }
        for step, span in zip(plan.steps, spans, strict=True)
    ]
    return {"steps": steps, "width": 1140, "height": 60 + 30 * len(steps), "size": 15}


def _warm(share: float) -> str:
    mixed = [round(cold + (hot - cold) * share) for cold, hot in zip(_COLD, _HOT, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def _plot(plan: Plan, what: str) -> dict[str, Any] | None:
    chart = charts(plan)[what]
    if chart is None:
        return None
    return {"p": chart, "colours": _COLOURS, "width": chart.width, "height": chart.height, "size": 13}
