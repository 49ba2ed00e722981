"""Each rule about layers fires on a cell that would die, and stays silent on one that would live."""

from __future__ import annotations

import pytest

from fabplan.catalog.types import Contact, Microstructure, RecipeLimits
from fabplan.geometry.body import Body
from fabplan.geometry.region import rectangle
from fabplan.planner import layer_rules as rules
from fabplan.planner import process_rules
from tests.planner.fakes import choice, leaves, material, q, recipe, route

GLASS = material("glass", insulating=True)
SI = material("si")
LFP = material("lfp")


def test_pairs_that_must_not_touch() -> None:
    latp = material("latp", contacts=(Contact(material="lithium", reason="reduced"),))
    electrolyte = choice("electrolyte", latp, recipe("latp"))
    for name, severities in (("lithium", ["error"]), ("lto", [])):
        here = route(choice("anode", material(name), recipe(name)), electrolyte, substrate=GLASS)
        assert [f.severity for f in rules.contacts(here, {}, {})] == severities


@pytest.mark.parametrize(("potentials", "fires"), [((3.0, 3.9), True), ((1.0, 2.0), False)])
def test_a_pair_counts_at_its_potential_only(potentials: tuple[float, float], fires: bool) -> None:
    al = material("al", contacts=(Contact(material="litfsi", above=q(3.8, "voltage"), reason="pits"),))
    here = route(
        choice("collector", al, recipe("al")), choice("electrolyte", material("litfsi"), recipe("gel")), substrate=GLASS
    )
    found = rules.contacts(here, {}, {"anode": (0.1, 0.2), "cathode": potentials})
    assert bool(found) == fires


def test_a_conducting_substrate_shorts_the_cell() -> None:
    assert [f.rule for f in process_rules.substrate_insulates(route(substrate=SI), (), {})] == ["substrate-conducts"]
    assert not process_rules.substrate_insulates(route(substrate=GLASS), (), {})


def test_sputtered_electrolyte_needs_a_smooth_dense_base() -> None:
    porous = choice("cathode", LFP, recipe("print", ("lfp",), microstructure=Microstructure(porosity=q(0.4))))
    film = {"microstructure": Microstructure(dense=True)}
    rough = choice("cathode", LFP, recipe("film", ("lfp",), leaves=leaves(roughness=q(6e-7, "length")), **film))
    smooth = choice("cathode", LFP, recipe("film", ("lfp",), leaves=leaves(roughness=q(5e-7, "length")), **film))
    unknown = choice("cathode", LFP, recipe("film", ("lfp",), **film))
    lipon = choice("electrolyte", material("lipon"), recipe("lipon", ("lipon",), thickness=q(1e-6, "length")))
    said = [
        {f.rule for f in rules.roughness(route(c, lipon, substrate=GLASS))} for c in (porous, rough, smooth, unknown)
    ]
    assert "electrolyte-on-porous" in said[0]
    assert said[1:] == [{"electrolyte-too-thin"}, set(), {"roughness-unknown"}]


@pytest.mark.parametrize(
    ("thickness", "fires"), [(1e-6, False), (2e-6, False), (0.9e-6, True), (2.1e-6, True)], ids=str
)
def test_layers_stay_inside_the_range_of_their_recipe(thickness: float, fires: bool) -> None:
    limits = RecipeLimits(thickness_low=q(1e-6, "length"), thickness_step=q(1e-6, "length"), passes=2)
    film = choice("cathode", LFP, recipe("film", ("lfp",), limits=limits))
    body = Body("film", "cathode", "lfp", "cathode", rectangle(0, 0, 10, 10), 0.0, thickness, "mask", "cathode")
    assert [f.rule for f in rules.thickness(route(film, substrate=GLASS), [body])] == ["layer-thickness"] * fires
