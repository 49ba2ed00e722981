"""What recipes and route ask beside the cell, and that the mask shop's profile is in the catalog's digest."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fabplan.errors import BadInput
from fabplan.layout.masks import Patterning
from fabplan.planner import build
from fabplan.planner.mask_wishes import Wishes, wishes
from fabplan.planner.plate_extras import filled, lid_ports
from fabplan.records import Quantity
from tests.planner.plans import catalog

CATALOG = catalog()


def choice(recipe: str, settings: Any = None, density: float | None = None) -> Any:
    shown = CATALOG.recipes[recipe]
    limits = None if density is None else SimpleNamespace(density=Quantity(density, "1", "a test", "high"))
    made = SimpleNamespace(id=shown.id, method=shown.method, after=shown.after, settings=shown.settings, limits=limits)
    return SimpleNamespace(recipe=made, settings=settings)


def route(**choices: Any) -> Any:
    return SimpleNamespace(choices=choices)


def test_etched_and_plated_layers_are_filled_and_no_others() -> None:
    made = route(anode=choice("ald-tio2-tdmat"), collector=choice("sputter-ti-pt-liftoff"))
    how = {"anode": Patterning("etch"), "collector": Patterning("lift-off")}
    found = filled(made, {"anode": 2, "collector": 1}, how, {}, Wishes(fill=0.3, fill_size=20e-6, fill_distance=70e-6))
    assert [(one.number, one.share, one.side, one.apart) for one in found] == [(2, 0.3, 20_000, 70_000)]


def test_the_share_that_a_recipe_needs_is_filled_without_asking() -> None:
    made = route(anode=choice("ald-tio2-tdmat", density=0.25))
    how = {"anode": Patterning("etch")}
    assert [one.share for one in filled(made, {"anode": 2}, how, {}, Wishes())] == [0.25]
    assert [one.share for one in filled(made, {"anode": 2}, how, {}, Wishes(fill=0.5))] == [0.5]
    assert filled(route(anode=choice("ald-tio2-tdmat")), {"anode": 2}, how, {}, Wishes()) == ()


def test_ports_are_as_wide_as_asked_or_as_the_plug_fills() -> None:
    plug = SimpleNamespace(gap_fill=Quantity(4e-4, "m", "a test", "low"))
    made = route(lid=choice("lid-glass-pdms-port"), seal=choice("seal-port-epoxy", plug))
    found = lid_ports(made, Wishes())
    assert (found.open, found.diameter) == (True, 400_000) and "seal-port-epoxy" in found.source
    assert lid_ports(made, Wishes(port=3e-4)).diameter == 300_000
    assert lid_ports(route(lid=choice("lid-glass-pdms-port")), Wishes()).diameter == 0
    assert not lid_ports(route(lid=choice("lid-laminate-foil")), Wishes()).open


@pytest.mark.parametrize("given", [{"fill": 0.9}, {"fill": True}, {"fill": "0.3"}, {"port": "3 kg"}, {"fill_size": 0}])
def test_what_is_no_wish_is_refused(given: dict[str, Any]) -> None:
    problems: list[Any] = []
    wishes(given, "s: masks", problems)
    assert len(problems) == 1


def attempt(profile: str) -> Any:
    return SimpleNamespace(spec=SimpleNamespace(where="s", masks=Wishes(profile)))


def test_the_mask_shop_is_in_the_digest_of_the_catalog() -> None:
    facility, substrate = CATALOG.facilities["any"], CATALOG.materials["sio2-si"]
    problem: Any = SimpleNamespace(
        route=SimpleNamespace(choices={}, machine=None, facility=facility, substrate=substrate)
    )
    keys = [build._profiles(attempt(name), CATALOG) for name in ("", "generic", "film-plotter", "photoplotter")]
    digests = [build._digest(problem, CATALOG, key) for key in keys]
    assert len(set(digests)) == 3 and digests[2] == digests[3]  # an alias is the same record
    with pytest.raises(BadInput):
        build._profiles(attempt("nobody"), CATALOG)
