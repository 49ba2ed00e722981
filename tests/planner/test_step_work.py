"""What a step really does: mouths of relief, films in pores, the liquid's room, the reach of a part."""

from __future__ import annotations

import dataclasses
import math

import pytest

from fabplan import plugins
from fabplan.geometry.region import area
from fabplan.planner.plan import Plan, Step
from fabplan.planner.route import Choice, method_of
from fabplan.planner.step_work import on_scaffold
from tests.planner.fakes import route
from tests.planner.plans import shipped_plan


@pytest.fixture(scope="module")
def relief() -> Plan:
    return shipped_plan("conformal-3d")


@pytest.fixture(scope="module")
def pores() -> Plan:
    return shipped_plan("nanopore-array")


def of(plan: Plan, role: str) -> Step:
    return next(s for s in plan.steps if s.role == role and s.bodies)


def test_films_over_relief_know_its_mouth_and_depth(relief: Plan) -> None:
    body = next(b for b in relief.bodies if b.relief is not None)
    assert body.relief is not None
    work = of(relief, "cathode").work
    assert work.opening == pytest.approx(float(body.relief.mouth))
    assert work.aspect_ratio == pytest.approx(float(body.relief.height) / float(body.relief.mouth))
    assert not work.trench and work.enhancement > 3.0
    etched = of(relief, "relief").work
    assert etched.opening is None and not etched.trench


def test_the_sheet_asks_for_the_dose_of_that_relief(relief: Plan) -> None:
    names = [p.name for p in of(relief, "barrier").set_points]
    deep = of(relief, "barrier").work.aspect_ratio
    assert sum(f"aspect ratio {deep:.3g} if sticking" in n for n in names) == 2
    assert any("empties" in n for n in names)
    assert any(f.rule == "ald-dose-unknown" for f in relief.findings)


def test_films_in_pores_are_as_thick_as_the_film(pores: Plan) -> None:
    """Cycles follow from the film, the area from all pore walls: n π d L over the plan, less what the film takes."""
    given = {k: p.value for k, p in pores.parameters.items()}
    for net in ("anode", "cathode"):
        step = of(pores, net)
        assert step.work.thickness == pytest.approx(given[f"coat_thickness_{net}"])
        assert step.work.aspect_ratio == pytest.approx(given[f"depth_{net}"] / given["pore_diameter"])
        number = 2 / (math.sqrt(3) * given["pore_pitch"] ** 2)
        middle = given["pore_diameter"] - 2 * given["metal_thickness"] - given[f"coat_thickness_{net}"]
        assert step.work.enhancement == pytest.approx(number * math.pi * middle * given[f"depth_{net}"], rel=1e-6)


def test_metal_tubes_in_pores_are_as_thick_as_the_tube(pores: Plan) -> None:
    """8 nm of platinum are some 170 cycles: not the 200 nm that close the face of the membrane."""
    given = {k: p.value for k, p in pores.parameters.items()}
    for net in ("anode", "cathode"):
        step = of(pores, f"{net}_collector")
        assert step.work.thickness == pytest.approx(given["metal_thickness"])
        middle = given["pore_diameter"] - given["metal_thickness"]
        number = 2 / (math.sqrt(3) * given["pore_pitch"] ** 2)
        assert step.work.enhancement == pytest.approx(number * math.pi * middle * given[f"depth_{net}"], rel=1e-6)
        module, settings = method_of(step.recipe, "")  # the sheet itself withholds a number of low confidence
        cycles = next(p for p in module.set_points(settings, step.work) if p.name == "Cycles")
        assert cycles.value == math.ceil(given["metal_thickness"] / 0.47e-10)


def test_a_coat_on_a_scaffold_is_not_as_thick_as_the_scaffold() -> None:
    """Reference 79 of the review states no coat: no number of cycles stands on the sheet, and it asks for the coat."""
    made = shipped_plan("reported-79-tio2")
    step = of(made, "cathode")  # TiO2 against lithium
    cycles = next(p for p in step.set_points if p.name == "Cycles")
    assert step.work.thickness is None and cycles.value is None and step.duration is None
    assert "coat_thickness" in step.notes and any(p.name.startswith("Coat on a scaffold") for p in step.set_points)
    told = dataclasses.replace(
        step.recipe, settings={**step.recipe.settings, "coat_thickness": {"value": "30 nm", "source": "a witness"}}
    )
    module, settings = method_of(told, "a test")
    choice = Choice("cathode", made.materials["cathode"], told, module, settings, "a test")
    here = dataclasses.replace(step, recipe=told, notes="")
    (again,) = on_scaffold((here,), route(choice, substrate=made.materials["substrate"]))
    assert next(p for p in again.set_points if p.name == "Cycles").value == 500


def test_the_filling_step_doses_the_room_that_bring_up_names() -> None:
    made = shipped_plan("interdigital-3d-filament")
    step = next(s for s in made.steps if s.method == "electrolyte-filling")
    assert step.work.volume == pytest.approx(made.bring_up["fill_volume_m3"], rel=1e-12)
    module = plugins.load("methods", step.method)
    made_again = module.uses(method_of(step.recipe, "")[1], step.work)
    assert [u.amount for u in made_again] == [u.amount for u in step.uses]


def test_sputtered_films_know_how_far_the_part_reaches() -> None:
    made = shipped_plan("laminated-thin-film")
    step = of(made, "cathode")
    assert step.work.reach == pytest.approx(math.hypot(made.footprint.width, made.footprint.length) / 2, rel=0.01)


def test_plated_coats_count_on_the_true_area_of_their_scaffold() -> None:
    made = shipped_plan("scaffold-interdigital")
    for step in (s for s in made.steps if s.role in ("anode", "cathode") and s.material):
        body = next(b for b in made.bodies if b.role == step.role)
        assert step.work.area == pytest.approx(area(body.region))
        assert step.work.thickness is not None and step.work.thickness < body.thickness / 5
        # the coat's volume is that of a film on the true area
        film = step.work.area * step.work.enhancement * step.work.thickness
        assert film == pytest.approx(step.work.volume, rel=1e-9) and step.work.enhancement > 5.0
