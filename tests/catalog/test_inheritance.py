"""Merging of tables and keeping of origins."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fabplan.catalog.inheritance import merged, with_origin
from fabplan.catalog.types import Material, Recipe

KEYS = st.sampled_from(["a", "b", "c"])
TABLES = st.recursive(
    st.dictionaries(KEYS, st.integers(0, 9), max_size=3),
    lambda inner: st.dictionaries(KEYS, st.one_of(st.integers(0, 9), inner), max_size=3),
    max_leaves=8,
)


@given(TABLES)
def test_merging_with_nothing_or_with_itself_changes_nothing(table: dict[str, Any]) -> None:
    assert merged(table, {}) == table == merged({}, table) == merged(table, table)


@given(TABLES, TABLES)
def test_the_child_wins_and_nothing_of_the_parent_is_lost(parent: dict[str, Any], child: dict[str, Any]) -> None:
    result = merged(parent, child)
    assert set(result) == set(parent) | set(child)
    assert merged(result, child) == result
    assert all(result[key] == value for key, value in child.items() if not isinstance(value, dict))
    assert all(result[key] == value for key, value in parent.items() if key not in child)


def test_a_quantity_in_long_form_is_replaced_whole() -> None:
    parent = {"density": {"value": "3 g/cm3", "source": "them", "range": ["1 g/cm3", "4 g/cm3"]}}
    assert merged(parent, {"density": {"value": "2 g/cm3"}}) == {"density": {"value": "2 g/cm3"}}


def test_every_value_gets_the_origin_it_had() -> None:
    table = {
        "source": "them",
        "confidence": "high",
        "density": "3 g/cm3",
        "molar_mass": {"value": "1 g/mol", "source": "others"},
        "electrode": {"source": "third", "ocp": "line", "diffusivity": "1e-14 m2/s"},
        "temperature_limits": [{"temperature": "1 degC"}],
        "contacts": [{"material": "si", "reason": "x", "source": "fourth"}],
    }
    found = with_origin(table, Material)
    assert found["density"] == {"value": "3 g/cm3", "source": "them", "confidence": "high"}
    assert found["molar_mass"] == {"value": "1 g/mol", "source": "others", "confidence": "high"}
    assert found["electrode"]["diffusivity"]["source"] == "third" and found["electrode"]["ocp"] == "line"
    assert "source" not in found["electrode"]  # a value that the child sets there is the child's
    assert found["temperature_limits"][0]["source"] == "them"
    assert found["contacts"][0]["source"] == "fourth"


def test_set_points_that_are_quantities_get_it_too() -> None:
    table = {"source": "them", "settings": {"power": "100 W", "gas": "argon", "passes": 3, "power_share": 0.5}}
    settings = with_origin(table, Recipe)["settings"]
    assert settings["power"] == {"value": "100 W", "source": "them"}
    assert settings["power_share"] == {"value": 0.5, "source": "them"}
    assert settings["gas"] == "argon" and settings["passes"] == 3
