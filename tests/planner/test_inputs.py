"""Everything a plan rests on is listed with source and confidence, the unknown too."""

from __future__ import annotations

import pytest

from tests.planner.plans import shipped_plan


@pytest.mark.parametrize("name", ["interdigital-3d-filament", "laminated-thin-film", "planar-interdigital"])
def test_every_input_has_a_source_and_stands_once(name: str) -> None:
    inputs = shipped_plan(name).inputs
    assert all(entry.quantity.source for entry in inputs)
    assert len({entry.what for entry in inputs}) == len(inputs)


def test_set_points_shrinkage_solids_and_limits_are_among_them() -> None:
    inputs = {entry.what: entry.quantity for entry in shipped_plan("interdigital-3d-filament").inputs}
    assert inputs["diw-lto-sun2013: pressure"].value == pytest.approx(600 * 6894.757, rel=1e-6)
    assert inputs["diw-lto-sun2013: shrinkage width"].confidence == "low"
    assert inputs["diw-lfp-sun2013: deposit solids"].confidence == "low"
    assert any(what.startswith("aluminoborosilicate-glass: bears") for what in inputs)
    assert any(what.startswith("au: bears") and "glass" in what for what in inputs)


def test_what_nobody_knows_is_listed_as_unknown() -> None:
    inputs = {entry.what: entry.quantity.value for entry in shipped_plan("interdigital-3d-filament").inputs}
    assert inputs["lto layer: electronic conductivity"] is None
    assert inputs["diw-gantry: pressure high"] is None
