"""The valid range of a recipe in words: what is on record, or that nothing is."""

from __future__ import annotations

import json

import pytest

from fabplan.catalog.tried import NONE, tried
from fabplan.cli import main
from tests.methods.shipped import catalog


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ("anneal-lco-600c", "peak temperature 500 degC to 800 degC"),
        ("ald-tin-thermal", "thickness from 10 nm (confidence high); aspect ratio up to 20 (confidence high)"),
        ("spray-lto", "lines from 40 um (confidence high); gaps from 40 um (confidence medium)"),
        ("lid-glass-pdms-port", "cure time 12 h to 24 h (confidence high)"),
    ],
)
def test_what_is_on_record(recipe: str, words: str) -> None:
    assert words in tried(catalog().recipes[recipe])


def test_nothing_on_record_is_said_where_it_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["show", "recipes", "ald-zno", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["valid_range"] == NONE


def test_a_stated_range_is_never_lost() -> None:
    """Every recipe with a limit or a range says it; the others say that there is none."""
    for recipe in catalog().recipes.values():
        ranges = [v for v in recipe.settings.values() if isinstance(v, dict) and v.get("range")]
        assert not ranges or tried(recipe).count(" to ") >= len(ranges), recipe.id
