"""The bring-up sheet and the cycler schedule: from a dry cell to the first measured capacity."""

from __future__ import annotations

from fabplan import rendering
from fabplan.exporters import _csv
from fabplan.exporters.plan_json import revision
from fabplan.planner.plan import Plan, Step

DESCRIPTION = "bring-up sheet and cycler schedule (recipes/bring-up.md, recipes/cycler-schedule.csv)"
#: processes that bring the electrolyte in
FILLS = ("electrolyte-filling", "electrolyte-printing", "gel-casting")
COLUMNS = ("step", "mode", "current_A", "voltage_V", "until", "duration_s")


def export(plan: Plan) -> dict[str, bytes]:
    """Sheet and schedule; nothing when the plan says nothing about bring-up."""
    facts = plan.bring_up
    if not facts:
        return {}
    formation = facts.get("formation", ())
    rows = [[row.get(column) for column in COLUMNS] for row in formation]
    text = rendering.render(
        "bring-up.md",
        plan_name=plan.name,
        revision=revision(plan),
        facts=facts,
        window=_window(facts.get("impedance_window_ohm")),
        formation=[dict(zip(COLUMNS, row, strict=True)) for row in rows],
        stops=facts.get("stop_criteria", ()),
        notes=facts.get("notes", ()),
        fill=next((s for s in plan.steps if s.method in FILLS), None),
        port=next((s for s in plan.steps if getattr(s.recipe, "settings", {}).get("port") is True), None),
        seal=_seal(plan),
        film=_film(plan),
        rates=plan.estimate["rates"],
        confidence=plan.estimate["confidence"],
    )
    return {
        "recipes/bring-up.md": text.encode(),
        "recipes/cycler-schedule.csv": _csv.table(COLUMNS, rows),
    }


def _seal(plan: Plan) -> Step | None:
    """The step that closes the port: the first one after the filling that leaves something."""
    fill = next((s.number for s in plan.steps if s.method in FILLS), None)
    return next((s for s in plan.steps if fill is not None and s.number > fill and s.bodies), None)


def _film(plan: Plan) -> Step | None:
    """The step that lays down a solid electrolyte; None where something is filled in."""
    if plan.bring_up.get("electrolyte_state") != "solid" or any(s.method in FILLS for s in plan.steps):
        return None
    return next((s for s in plan.steps if s.role == "electrolyte" and s.bodies), None)


def _window(given: object) -> tuple[float, float] | None:
    """Both ends of a window, None when one is unknown."""
    if not isinstance(given, tuple | list) or len(given) != 2 or None in given:
        return None
    return given[0], given[1]
