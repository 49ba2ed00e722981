"""The covered share of a plate's windows: of all that the plate carries, found in the plan and told to the deck."""

from __future__ import annotations

import pytest

from fabplan.exporters.klayout_rules import deck
from fabplan.geometry.region import rectangle
from fabplan.layout.drc import RuleSet
from fabplan.layout.types import Layer, Mask
from fabplan.planner.density import density_findings, with_density
from fabplan.planner.mask_wishes import Density

LAYERS = (
    Layer("comb", 1, 0, "anode", "anode", "lto", 1, None, 1e-6, rectangle(0, 0, 100_000, 200_000)),
    Layer("fill-1", 1, 24, "mark", None, "", 0, None, 0.0, rectangle(100_000, 0, 200_000, 40_000)),
    Layer("other", 2, 0, "cathode", "cathode", "lfp", 2, None, 1e-6, rectangle(100_000, 0, 200_000, 200_000)),
)
MASKS = (Mask("combs", 1, "photomask", ("comb", "fill-1"), "clear", 0.0, rectangle(0, 0, 1, 1), (1,), None),)


def test_everything_on_the_plate_counts() -> None:
    (found,) = density_findings(LAYERS, MASKS, Density(0.45, 0.9, 100e-6))
    # of four windows two are full, one holds the fill, one is empty
    assert found.rule == "drc-density" and found.severity == "warning" and "4 places" in found.message
    assert found.measured == 0.0
    assert not [*density_findings(LAYERS, MASKS, Density(0.55, 0.65, 200e-6))]  # (2 + 0.4) / 4 = 0.6
    assert not [*density_findings(LAYERS, MASKS, Density())]


def test_the_deck_asks_the_same() -> None:
    rules = with_density(RuleSet(), LAYERS, MASKS, Density(0.2, 0.8, 1e-4))
    assert rules.layers == {"plate-1-whole": ((1, 0), (1, 24))}
    assert "without_density(0.2 .. 0.8, tile_size(100.000.um))" in deck(rules, "x")
    assert with_density(RuleSet(), LAYERS, MASKS, Density()) == RuleSet()


def test_a_full_window_is_named() -> None:
    (found,) = density_findings(LAYERS, MASKS, Density(0.0, 0.9, 100e-6))
    assert found.measured == pytest.approx(1.0) and "2 places" in found.message
