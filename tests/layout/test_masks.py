"""From bodies to the layer table and the plates."""

from __future__ import annotations

import pytest

from fabplan.errors import BadInput
from fabplan.geometry.region import Lattice, area, bounds, count, joined, rectangle
from fabplan.layout.flat import flat
from fabplan.layout.masks import Patterning, layers, masks, on_plate, tone
from fabplan.layout.nets import overlap
from tests.layout.cells import UM, comb, comb_bodies, film_bodies, replaced

PLATES = {"collector": (1, (2, 3, 4)), "anode": (2, (5,)), "cathode": (3, (6,)), "electrolyte": (4, (8,))}
HOW = {"collector": Patterning("lift-off"), "anode": Patterning("bead"), "cathode": Patterning("screen", bias=-2e-6)}
BOX = (0, 0, 900 * UM, 900 * UM)


def test_every_body_has_its_own_pair() -> None:
    table = layers(comb_bodies(), PLATES, BOX, HOW)
    pairs = [(layer.name, layer.layer, layer.datatype) for layer in table[:5]]
    assert pairs == [
        ("anode-collector", 1, 0), ("cathode-collector", 1, 1), ("anode-walls", 2, 0), ("cathode-walls", 3, 1),
        ("electrolyte", 4, 2),
    ]  # fmt: skip
    assert len({(layer.layer, layer.datatype) for layer in table}) == len(table)
    assert [layer.role for layer in table[5:]] == ["mark", "mark", "outline"]
    assert all(layer.net is None for layer in table[5:])


def test_further_bodies_of_a_net_take_the_next_datatypes() -> None:
    bodies = (*comb_bodies()[:2], *replaced(comb_bodies()[:1], "anode-collector", name="anode-pad"))
    assert [layer.datatype for layer in layers(bodies, PLATES, BOX, HOW)[:3]] == [0, 1, 2]


def test_more_bodies_than_datatypes_are_refused() -> None:
    one = comb_bodies()[0]
    many = [b for n in range(230) for b in replaced((one,), one.name, name=f"part-{n}")]
    with pytest.raises(BadInput, match="too many bodies"):
        layers(many, PLATES, BOX, HOW)


def test_step_of_a_layer() -> None:
    table = layers(comb_bodies(), PLATES, BOX, HOW, {"anode-collector": 3})
    assert [layer.step for layer in table[:3]] == [3, 2, 5]


def test_only_patterned_roles_get_a_plate() -> None:
    table = layers(comb_bodies(), PLATES, BOX, HOW)
    plates = masks(table, PLATES, HOW)
    assert [(mask.name, mask.number, mask.kind, mask.steps) for mask in plates] == [
        ("collector", 1, "photomask", (2, 3, 4)), ("cathode", 3, "screen", (6,)),
    ]  # fmt: skip
    assert plates[0].layers == ("anode-collector", "cathode-collector", "marks-1-crosses")


def test_names_of_plates_are_kebab_case() -> None:
    plates = {role: (n, ()) for n, role in enumerate(dict.fromkeys(b.made_by for b in film_bodies()), 1)}
    how = dict.fromkeys(plates, Patterning("shadow-mask"))
    names = [mask.name for mask in masks(layers(film_bodies(), plates, BOX, how), plates, how)]
    assert names == ["cathode-collector", "cathode", "electrolyte", "anode", "anode-collector"]


def test_bias_moves_every_edge() -> None:
    box = rectangle(0, 0, 1000, 500)
    assert on_plate([box], 10e-9) == rectangle(-10, -10, 1010, 510)
    assert on_plate([box], -10e-9) == rectangle(10, 10, 990, 490)
    anode, _ = comb()
    grown = on_plate([anode], 1e-6)
    perimeter = 2 * (830 * UM + 40 * UM + 4 * 650 * UM)
    corners = 4 * (4 - 2) + 4 - 4 * 2 + 2 * 0  # outer corners minus inner ones, each worth a square of the bias
    assert area(grown) == pytest.approx(area(anode) + perimeter * 1e-9 * 1e-6 + corners * 1e-12, rel=1e-9)


def test_without_bias_lattices_stay_lattices_and_overlaps_are_joined() -> None:
    many = rectangle(0, 0, 10, 10, Lattice(100, 100, 20, 20))
    beside = rectangle(100_000, 0, 100_010, 10)
    assert on_plate([many, beside], 0.0) == joined([many, beside])
    assert on_plate([rectangle(0, 0, 10, 10), rectangle(5, 0, 15, 10)], 0.0) == rectangle(0, 0, 15, 10)


def test_plates_do_not_overlap_themselves() -> None:
    table = layers(film_bodies(), {b.made_by: (1, ()) for b in film_bodies()}, BOX, {})
    whole = flat([on_plate([layer.region for layer in table[:5]], 1e-6)])
    for i in range(len(whole)):
        rest = [k for k in range(len(whole)) if k != i]
        picked = type(whole)(whole.shapes[rest], whole.boxes[rest], whole.is_box[rest], whole.owner[rest])
        one = type(whole)(whole.shapes[[i]], whole.boxes[[i]], whole.is_box[[i]], whole.owner[[i]])
        assert overlap(one, picked) is None


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (Patterning("lift-off"), "clear on the plate"),
        (Patterning("lift-off", resist="negative"), "dark on the plate"),
        (Patterning("etch"), "dark on the plate"),
        (Patterning("etch", resist="negative"), "clear on the plate"),
        (Patterning("shadow-mask"), "openings through the sheet"),
        (Patterning("screen"), "open mesh"),
        (Patterning("stencil"), "openings through the foil"),
    ],
)
def test_tone_says_what_a_drawn_shape_means(how: Patterning, words: str) -> None:
    assert words in tone(how)


def test_no_mask_no_marks() -> None:
    table = layers(comb_bodies(), PLATES, BOX, {"collector": Patterning("bead")})
    assert [layer.role for layer in table[5:]] == ["outline"]
    assert bounds(table[-1].region) == BOX and count(table[-1].region) == 1
