"""Every template renders strictly for every compatible recipe; every number on a sheet has unit, source, confidence."""

from __future__ import annotations

import dataclasses
import re

import pytest

from fabplan import plugins, units
from fabplan.exporters import sheets, traveler
from fabplan.planner.calibration import withheld
from fabplan.planner.plan import Step
from fabplan.records import CONFIDENCES
from tests.exporters.sample_plan import sample_plan
from tests.methods.shipped import Shipped, shipped, work

PLAN = sample_plan()
UNITS = set(units.DIMENSIONS.values())


def step_of(item: Shipped, deep: bool) -> Step:
    """A step of the sample plan with that recipe's set points, uses and rules; ``deep``: over relief."""
    todo = dataclasses.replace(work(), aspect_ratio=12.0, opening=2e-6, enhancement=20.0) if deep else work()
    points = tuple(item.method.set_points(item.settings, todo))
    return dataclasses.replace(
        PLAN.steps[2],
        method=item.recipe.method,
        recipe=item.recipe,
        title=item.recipe.name,
        work=todo,
        duration=item.method.duration(item.settings, todo),
        set_points=points,
        uses=tuple(item.method.uses(item.settings, todo)),
        acceptance=tuple(item.method.ACCEPTANCE),
        hazards=tuple(item.method.HAZARDS),
        rework=item.method.REWORK,
        notes=item.recipe.notes,
    )


#: only films from the vapour look at relief
CASES = [(s, False) for s in shipped()] + [(s, True) for s in shipped() if s.method.FAMILY == "vapour"]


@pytest.mark.parametrize(("item", "deep"), CASES, ids=[f"{s.recipe.id}{'-relief' * deep}" for s, deep in CASES])
def test_sheet_of_every_recipe(item: Shipped, deep: bool) -> None:
    step = step_of(item, deep)
    for shown in (step, withheld((step,))[0]):
        text = sheets.sheet(PLAN, shown, "0123456789ab")
        table = re.search(r"\| Set point \|.*?\n\n", text, re.S)
        rows = table.group(0).splitlines()[2:-1] if table else []
        assert len([r for r in rows if r.startswith("|")]) == len(shown.set_points)
        sources = re.findall(r"^\((\d+)\) (\S.*)$", text.partition("\nSources:\n")[2], re.M)
        for row, point in zip(rows, shown.set_points, strict=True):
            cells = re.split(r"(?<!\\)\|", row)
            confidence, source = cells[5].strip(), cells[6].strip()
            assert confidence in (*CONFIDENCES, "unknown")
            assert source in [f"({number})" for number, _ in sources], row
            assert point.source.strip(), point.name
            assert point.unit in UNITS or re.fullmatch(r"[A-Za-z0-9 /*.^-]*", point.unit)
            if point.value is not None and point.unit:
                assert re.search(r"\d\S* ?[A-Za-z%Ωµ/°]", point.shown), (point.name, point.shown)


@pytest.mark.parametrize("item", shipped(), ids=lambda s: s.recipe.id)
def test_low_numbers_are_marked_wherever_they_stand(item: Shipped) -> None:
    """Also in the second tables of a sheet, which repeat set points; and the time and the temperature of the head."""
    step = dataclasses.replace(step_of(item, False), temperature_max=400.0)
    for low in ("low", "high"):
        points = tuple(dataclasses.replace(p, confidence=low) for p in step.set_points)
        known = dataclasses.replace(
            step, set_points=points, duration=60.0, time_confidence=low, temperature_confidence=low, confidence=low
        )
        lines = sheets.sheet(PLAN, known, "0123456789ab").splitlines()
        names = [p.name for p in points if p.value is not None]
        shown = [x for x in lines if re.match(r"\| (\d+ \| )?(.+?) \| ", x) and any(f"| {n} |" in x for n in names)]
        head = [x for x in lines if x.startswith(("| Expected time", "| Hottest point"))]
        assert len(head) == 2 and all(("CALIBRATE" in x) == (low == "low") for x in (*shown, *head)), shown


@pytest.mark.parametrize("item", shipped(), ids=lambda s: s.recipe.id)
def test_every_sheet_tells_the_range_its_recipe_is_valid_for(item: Shipped) -> None:
    step = step_of(item, False)
    line = next(x for x in sheets.sheet(PLAN, step, "0123456789ab").splitlines() if "| Range that was tried |" in x)
    given = item.recipe.limits
    known = [q for q in (given.thickness_low, given.thickness_high) if q and q.value is not None] if given else []
    assert all(units.show(q.value, "length") in line for q in known)
    assert ("confidence" in line) or ("none on record" in line)
    assert item.recipe.source and item.recipe.confidence in CONFIDENCES


def test_all_methods_are_looked_at() -> None:
    assert {s.recipe.method for s in shipped()} == {p.name for p in plugins.found("methods") if not p.fault}


def test_traveler_marks_times_and_temperatures_of_low_confidence() -> None:
    low = dataclasses.replace(PLAN.steps[2], duration=60.0, temperature_max=400.0)
    for sure in ("low", "high"):
        step = dataclasses.replace(low, time_confidence=sure, temperature_confidence=sure)
        text = traveler.export(dataclasses.replace(PLAN, steps=(step,)))["recipes/traveler.md"].decode()
        row = next(line for line in text.splitlines() if line.startswith(f"| ☐ | {step.number:02d} | {step.title}"))
        assert row.count("CALIBRATE") == (2 if sure == "low" else 0)
        assert text.count("**CALIBRATE**") == (5 if sure == "low" else 0), text


def test_traveler_of_every_recipe() -> None:
    """All recipes in one lot: the traveler renders strictly and its data has every step."""
    steps = tuple(
        dataclasses.replace(step_of(item, False), number=n, id=f"step-{n}") for n, item in enumerate(shipped(), 1)
    )
    files = traveler.export(dataclasses.replace(PLAN, steps=steps))
    assert files["recipes/traveler.csv"].count(b"\n") == len(steps) + 1
    assert files["recipes/traveler.md"].decode().count("\n| ☐ | ") > len(steps)
