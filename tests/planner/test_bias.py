"""Process bias: what a recipe or its etch states, and what is not drawn because nobody is sure."""

from __future__ import annotations

import dataclasses

import pytest

from fabplan.catalog.loader import Catalog, load
from fabplan.planner.bias import process_bias
from fabplan.records import Quantity


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def test_a_recipe_states_it(catalog: Catalog) -> None:
    stated = Quantity(0.5e-6, "length", "own line widths", "high")
    recipe = dataclasses.replace(catalog.recipes["sputter-ti-pt-liftoff"], bias=stated)
    found = process_bias(recipe, catalog, 1e-7)
    assert (found.made, found.confidence) == (0.5e-6, "high") and "own line widths" in found.source


def test_nobody_knows_it(catalog: Catalog) -> None:
    found = process_bias(catalog.recipes["sputter-ti-pt-liftoff"], catalog, 1e-7)
    assert (found.made, found.confidence) == (0.0, "") and "not known" in found.source


def test_an_undercut_of_low_confidence_is_named_and_not_drawn(catalog: Catalog) -> None:
    found = process_bias(catalog.recipes["ald-tio2-tdmat"], catalog, 2e-7)
    assert found.made == 0.0 and "48 nm a side" in found.source  # 0.2 of 200 nm, times 1.2 for the over-etch


def test_an_undercut_that_was_measured_is_drawn(catalog: Catalog) -> None:
    etch = catalog.recipes["etch-tio2-plasma"]
    settings = {**etch.settings, "undercut": {"value": "0.25", "source": "own trial", "confidence": "medium"}}
    known = {**catalog.recipes, etch.id: dataclasses.replace(etch, settings=settings)}
    found = process_bias(catalog.recipes["ald-tio2-tdmat"], dataclasses.replace(catalog, recipes=known), 2e-7)
    assert found.made == pytest.approx(-0.25 * 2e-7 * 1.2) and "own trial" in found.source
