"""The verdict collects what all rules say, each thing once."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from fabplan.findings import Finding, Severity
from fabplan.geometry.region import bounds
from fabplan.planner import verdict
from tests.planner.plans import shipped_plan


def found(*said: tuple[str, Severity]) -> list[tuple[str, str]]:
    findings = [Finding(rule, severity, "somewhere", "text") for rule, severity in said]
    return [(f.rule, f.severity) for f in verdict.merged(findings)]


@pytest.mark.parametrize(("rule", "severity", "better", "level"), verdict.SUPERSEDED)
def test_what_is_said_twice_is_said_once(rule: str, severity: Severity, better: str, level: Severity) -> None:
    assert found((rule, severity), (better, level)) == [(better, level)]
    assert found((rule, severity)) == [(rule, severity)], "alone it stays"


def test_an_error_is_never_dropped_for_a_warning() -> None:
    order = {"info": 0, "warning": 1, "error": 2}
    assert all(order[level] >= order[severity] for _, severity, _, level in verdict.SUPERSEDED)
    both: list[tuple[str, Severity]] = [("diw-pressure", "error"), ("dispenser-pressure", "warning")]
    assert found(*both) == both


def test_findings_of_a_plan_are_ordered_and_say_nothing_twice() -> None:
    findings = shipped_plan("interdigital-3d-filament").findings
    rank = {"error": 0, "warning": 1, "info": 2}
    assert [rank[f.severity] for f in findings] == sorted(rank[f.severity] for f in findings)
    assert len(set(findings)) == len(findings)
    rules = {f.rule for f in findings}
    assert not {"closed-form-agrees", "print-onto-mask"} & rules and "print-placement" in rules


def test_a_frame_lets_water_in_through_its_side() -> None:
    plan = shipped_plan("interdigital-3d-filament")
    frame = next(b for b in plan.bodies if b.name == "frame")
    params = type("Params", (), {"seal_width": plan.parameters["seal_width"].value})
    opening = verdict.openings(plan.bodies, params)[frame.made_by]
    assert opening.width == plan.parameters["seal_width"].value
    width, length = (plan.footprint.width, plan.footprint.length)
    around = 2 * (width + length) * frame.thickness
    assert around < opening.area < 4 * around, "the frame stands a little outside the footprint"


def test_a_tube_lets_water_in_through_its_wall() -> None:
    plan = shipped_plan("wire")
    params = SimpleNamespace(**{name: p.value for name, p in plan.parameters.items()})
    thickness = {body.role: body.thickness for body in plan.bodies}
    inner = params.core_radius + sum(
        thickness[role] for role in ("anode", "electrolyte", "cathode", "cathode_collector")
    )
    outer = inner + thickness["encapsulation"]
    x0, y0, x1, y1 = bounds(next(body.region for body in plan.bodies if body.role == "encapsulation"))
    assert (x1 - x0) * 1e-9 == pytest.approx(2 * outer, rel=1e-6)
    opening = verdict.openings(plan.bodies, params)["encapsulation"]
    # a hundred thin tubes in series, each as wide as its middle
    edges = np.linspace(inner, outer, 101)
    resistance = sum((b - a) / (np.pi * (a + b)) for a, b in pairwise(edges)) / ((y1 - y0) * 1e-9)
    assert opening.area == pytest.approx((outer - inner) / resistance, rel=1e-4)
    assert opening.width is None
