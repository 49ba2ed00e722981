"""Plates with bias: lattices stay, places to measure stay, and what a bias destroys is an error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fabplan.geometry.region import Lattice, count, joined, rectangle
from fabplan.layout.bias_rules import mask_bias
from fabplan.layout.masks import Patterning, layers, masks
from fabplan.layout.types import Mask
from tests.layout.cells import UM, comb_bodies

PLATES = {"collector": (1, (2,)), "anode": (2, (5,)), "cathode": (3, (6,)), "electrolyte": (4, (8,))}
BOX = (0, 0, 900 * UM, 900 * UM)


def plates(bias: float) -> tuple[Mask, ...]:
    how = {"collector": Patterning("lift-off", bias, bias_source="a trial", bias_confidence="high")}
    return masks(layers(comb_bodies(), PLATES, BOX, how), PLATES, how)


def test_designed_and_drawn_differ_by_the_bias() -> None:
    mask = plates(-3e-6)[0]
    assert mask.designed_dimension is not None and mask.critical_dimension is not None
    assert mask.critical_dimension == pytest.approx(mask.designed_dimension - 6e-6)
    assert mask.bias_source == "a trial" and mask.bias_confidence == "high"
    bare = plates(0.0)[0]
    assert bare.sites and [(site.x, site.y) for site in mask.sites] == [(site.x, site.y) for site in bare.sites]
    assert [site.width for site in mask.sites] == pytest.approx([site.width - 6e-6 for site in bare.sites])


def test_a_bias_that_only_moves_edges_is_no_finding() -> None:
    drawn = layers(comb_bodies(), PLATES, BOX, {"collector": Patterning("lift-off")})
    for bias in (0.0, -3e-6, 3e-6):
        assert not list(mask_bias(drawn, plates(bias)))


@pytest.mark.parametrize(("bias", "words"), [(-30e-6, "vanish"), (40e-6, "close")])
def test_a_bias_that_does_more_is_refused_with_its_place(bias: float, words: str) -> None:
    drawn = layers(comb_bodies(), PLATES, BOX, {"collector": Patterning("lift-off")})
    (found,) = mask_bias(drawn, plates(bias))
    assert (found.rule, found.severity) == ("mask-bias", "error")
    assert words in found.message and "plate 1 (collector) at x" in found.where
    assert found.allowed == pytest.approx(2 * abs(bias))


def test_lattices_stay_lattices() -> None:
    body = replace(comb_bodies()[0], region=joined([rectangle(0, 0, 4 * UM, 800 * UM, Lattice(5000, 1, 8 * UM, 0))]))
    how = {"collector": Patterning("lift-off", -1e-6)}
    (mask,) = masks(layers([body], PLATES, BOX, how), PLATES, how)
    assert count(mask.region) > 5000 and len(mask.region.parts) < 200
