"""Whatever materials are named: a search, or a refusal that says what is missing; never a fault of the estimator."""

from __future__ import annotations

import dataclasses

import pytest

from fabplan.errors import Infeasible
from fabplan.planner.attempt import Attempt, attempt, candidates
from fabplan.planner.spec import parse
from fabplan.planner.spec_source import merged, shipped
from tests.planner.plans import catalog, planned

ROLES = ("anode", "cathode", "electrolyte")


def tried(name: str, **cell: str) -> Attempt:
    data = merged(shipped(name), {}, [f"cell.{role}={material}" for role, material in cell.items()])
    start, spec = candidates(parse(data, name))[0]
    return attempt(start, spec, catalog())


def materials(role: str) -> list[str]:
    return [m.id for m in catalog().materials.values() if role in m.kinds]


@pytest.mark.parametrize("role", ROLES)
def test_every_material_is_searched_or_refused_with_a_reason(role: str) -> None:
    for material in materials(role):
        found = tried("interdigital-3d-filament", **{role: material})
        assert found.sized is not None or (found.reasons and found.changes), material


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "role"),
    [(name, role) for name in ("planar-interdigital", "laminated-thin-film") for role in ROLES]
    + [("planar-interdigital-lithographic", role) for role in ("anode", "cathode")],
)
def test_every_material_is_planned_or_refused(name: str, role: str) -> None:
    for material in materials(role):
        try:
            assert planned(name, f"cell.{role}={material}").estimate["capacity_Ah"] > 0
        except Infeasible as fault:
            assert fault.reasons and all(fault.reasons)


def test_a_structure_takes_only_recipes_that_make_its_pattern() -> None:
    found = tried("interdigital-3d-filament", anode="graphite")
    assert found.problem is None and "Graphite patterned by bead" in found.reasons[0]
    assert "lto" in found.changes[0]


def test_what_the_catalog_does_not_know_is_asked_for() -> None:
    known = catalog()
    lto = known.materials["lto"]
    assert lto.electrode is not None
    bare = dataclasses.replace(lto, electrode=dataclasses.replace(lto.electrode, maximum_concentration=None))
    start, spec = candidates(parse(shipped("interdigital-3d-filament"), "x"))[0]
    found = attempt(start, spec, dataclasses.replace(known, materials={**known.materials, "lto": bare}))
    assert found.sized is None and "how much lithium" in found.reasons[0] and "overlay" in found.changes[0]
    blind = dataclasses.replace(known, ocp={k: v for k, v in known.ocp.items() if k != lto.electrode.ocp})
    assert "open-circuit potential of Li4Ti5O12" in attempt(start, spec, blind).reasons[0]


def test_a_comb_against_lithium_metal_is_a_half_cell() -> None:
    found = tried("planar-interdigital", anode="lithium")
    assert found.problem is not None and found.problem.chemistry.anode.metal
    assert found.sized is not None and found.sized.chosen is not None
