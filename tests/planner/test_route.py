"""The route: names, what makes what, what a lab lacks."""

from __future__ import annotations

import pytest

from fabplan.architectures.base import Operation
from fabplan.errors import BadInput, Infeasible
from fabplan.planner import route as routes
from tests.planner.fakes import material, recipe
from tests.planner.plans import planned

LTO = material("lto")


@pytest.mark.parametrize(
    ("patterned_by", "patterns", "materials", "made"),
    [
        ("bead", (), ("lto",), True),
        ("bead", ("bead",), ("lto",), True),
        ("screen", ("bead",), ("lto",), False),
        ("bead", ("bead",), ("lfp",), False),
    ],
)
def test_a_recipe_makes_its_materials_in_the_patterns_that_are_wanted(
    patterned_by: str, patterns: tuple[str, ...], materials: tuple[str, ...], made: bool
) -> None:
    ink = recipe("ink", materials, patterned_by=patterned_by)
    assert routes.makes(ink, LTO, Operation("anode", patterns=patterns)) == made


def test_what_a_lab_lacks_is_said_once_with_who_has_it() -> None:
    with pytest.raises(Infeasible) as caught:
        planned("interdigital-3d-filament", facility="university-cleanroom")
    assert caught.value.reasons == (
        "University cleanroom with a battery glove box has no direct-ink-writing, "
        "which the route needs for anode, cathode",
    )
    assert "printing-lab" in caught.value.changes[0]


@pytest.mark.parametrize(
    ("option", "given", "near"),
    [("anode", "lot", "lto"), ("anode", "lfp", "cell.cathode"), ("cathode", "lto", "cell.anode")],
)
def test_a_wrong_material_names_the_nearest_that_fits(option: str, given: str, near: str) -> None:
    with pytest.raises(BadInput) as caught:
        planned(capacity="20 uAh", footprint="3 mm x 3 mm", **{option: given})
    assert [p.nearest for p in caught.value.problems] == [near]


def test_a_process_instead_of_a_recipe() -> None:
    plan = planned("interdigital-3d-filament", "route.anode=direct-ink-writing")
    assert next(s for s in plan.steps if s.role == "anode" and s.material).method == "direct-ink-writing"
    with pytest.raises(Infeasible) as caught:
        planned("interdigital-3d-filament", "route.anode=sputter")
    assert "route.anode = direct-ink-writing" in caught.value.changes
