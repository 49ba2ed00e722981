"""Process monitors: pieces, sizes and spaces as the table says, by KLayout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from fabplan.geometry.offset import changed
from fabplan.geometry.region import Region, area, joined, polygons
from fabplan.layout import _monitor_shapes as shapes
from fabplan.layout.monitors import Monitor, PlateFacts, monitors, vernier_step
from fabplan.layout.types import Layer
from tests.conftest import find_oracle

UM = 1000
AROUND = (-145 * UM, 0, 5145 * UM, 5000 * UM)
FILMS = (
    PlateFacts(1, "below", 100 * UM, 100 * UM, 50e-6, 2e-7, "gold", 0.2, "a book", foil=True),
    PlateFacts(2, "film", 100 * UM, 100 * UM, 50e-6, 5e-7, insulator="glass", foil=True, rests_on=(1,)),
    PlateFacts(3, "above", 100 * UM, 100 * UM, 50e-6, 3e-7, "copper", 0.1, "a book", foil=True, rests_on=(2,)),
    PlateFacts(4, "more", 100 * UM, 100 * UM, 50e-6, 3e-7, "silver", 0.3, "a book", foil=True, rests_on=(3,)),
)
PLATES = (
    PlateFacts(
        1, "collector", 2 * UM, 3 * UM, 1e-6, 2e-7, "platinum", 0.5, "resistivity of a book",
        dose=900.0, dose_basis="dose of a data sheet",
    ),
    PlateFacts(2, "anode", 2 * UM, 2 * UM, 2e-6, 1e-6, rests_on=(1,)),
    PlateFacts(4, "cathode", 0, 0, 0.0, 0.0),
)


def klayout(regions: Iterable[Region]) -> Any:
    db = find_oracle("klayout.db")
    found = db.Region()
    for ring in polygons(joined(regions)):
        found.insert(db.Polygon([db.Point(x, y) for x, y in ring]))
    return found.merged()


@pytest.fixture(scope="module")
def made() -> tuple[tuple[Layer, ...], tuple[Monitor, ...]]:
    return monitors(AROUND, PLATES, "a-cell", "B2")


def of_plate(made: tuple[tuple[Layer, ...], tuple[Monitor, ...]], number: int) -> Any:
    return klayout(layer.region for layer in made[0] if layer.layer == number)


def inside(region: Any, monitor: Monitor) -> Any:
    db = find_oracle("klayout.db")
    return region & db.Region(db.Box(*(round(value * 1e9) for value in monitor.box)))


def rows(made: tuple[tuple[Layer, ...], tuple[Monitor, ...]], kind: str) -> list[Monitor]:
    found = [row for row in made[1] if row.kind == kind]
    assert found
    return found


def test_every_structure_is_as_many_pieces_as_meant(made: tuple[tuple[Layer, ...], tuple[Monitor, ...]]) -> None:
    pieces = {
        "sheet-resistance": 1, "leakage-comb": 2, "thickness-pad": 1, "layer-witness": 1, "vernier-x": 21,
        "vernier-y": 21, "box-coarse": 1, "box-fine": 1, "line-width": 6, "van-der-pauw": 1,
        "adhesion-field": 100, "dose-fields": 30,
    }  # fmt: skip
    for row in made[1]:
        for number in row.plates if row.kind in pieces else ():
            assert inside(of_plate(made, number), row).count() == pieces[row.kind], row


def test_a_greek_cross_falls_into_four_pads_without_its_arms() -> None:
    db = find_oracle("klayout.db")
    arm, pad = 20 * UM, 150 * UM
    cross = klayout([shapes.greek_cross(arm, pad)])
    assert cross.count() == 1
    pads = cross.sized(-arm).sized(arm)  # opening takes the arms away
    assert pads.count() == 4 and pads.area() == 4 * pad * pad
    middle = cross.bbox().center()
    heart = db.Region(db.Box(middle.x - arm // 2, middle.y - arm // 2, middle.x + arm // 2, middle.y + arm // 2))
    assert (heart - cross).is_empty() and (cross - heart.sized(1)).count() == 4  # else the arms meet in its corners
    assert cross.width_check(arm).count() == 0 and cross.space_check(arm).count() == 0


def test_combs_face_each_other_as_the_table_says() -> None:
    line, gap, length = 2 * UM, 3 * UM, 60 * UM
    combs = klayout([shapes.leakage_comb(line, gap, 20, length, 150 * UM)])
    assert combs.count() == 2
    assert combs.width_check(line).count() == 0 and combs.space_check(gap).count() == 0
    one, other = (find_oracle("klayout.db").Region(piece) for piece in combs.each())
    pairs = one.separation_check(other, gap + 1, metrics=find_oracle("klayout.db").Region.Projection)
    facing = sum(pair.first.length() for pair in pairs.each() if pair.first.dx() == 0)
    assert facing == shapes.leakage_facing(20, length)


def test_verniers_meet_at_the_shift_that_they_show(made: tuple[tuple[Layer, ...], tuple[Monitor, ...]]) -> None:
    row = rows(made, "vernier-x")[0]
    main, fine = (sorted(p.bbox().center().x for p in inside(of_plate(made, n), row).each()) for n in row.plates)
    step = vernier_step(PLATES[1].overlay)
    assert [b - a for a, b in zip(main, fine, strict=True)] == [step * k for k in range(-10, 11)]
    assert f"step {step * 1e-3:g} um" in row.basis
    row = rows(made, "vernier-y")[0]
    main, fine = (sorted(p.bbox().center().y for p in inside(of_plate(made, n), row).each()) for n in row.plates)
    assert sorted(b - a for a, b in zip(main, fine, strict=True)) == [step * k for k in range(-10, 11)]


def test_boxes_lie_in_the_middle_of_their_frames(made: tuple[tuple[Layer, ...], tuple[Monitor, ...]]) -> None:
    for kind in ("box-coarse", "box-fine"):
        for row in rows(made, kind):
            box, frame = (inside(of_plate(made, number), row) for number in row.plates)
            hole = frame.holes().bbox()
            assert box.bbox().center() == hole.center()
            gap = (hole.width() - box.bbox().width()) / 2
            assert f"gap {gap * 1e-3:g} um" in row.basis


def test_line_widths_are_those_of_the_process(made: tuple[tuple[Layer, ...], tuple[Monitor, ...]]) -> None:
    for row in rows(made, "line-width"):
        lines = [p.bbox() for p in inside(of_plate(made, row.plates[0]), row).each()]
        width = round((row.expected or 0.0) * 1e9)
        assert [box.width() for box in sorted(lines, key=lambda b: b.left)] == [width] * 4 + [4 * width] * 2
    ladder = rows(made, "resolution")[0]
    widths = {p.bbox().width() for p in inside(of_plate(made, 1), ladder).each()}
    assert widths == {1000, 1400, 2000, 2800, 4000, 8000}
    assert ladder.expected == 2e-6
    assert rows(made, "resolution")[2].expected is None  # nobody knows that of the third plate


def test_expected_values_and_codes(made: tuple[tuple[Layer, ...], tuple[Monitor, ...]]) -> None:
    (sheet,) = rows(made, "sheet-resistance")
    assert sheet.expected == 0.5 and "book" in sheet.basis
    assert len({row.code for row in made[1]}) == len(made[1])
    assert {row.kind: row.expected for row in made[1]}["layer-witness"] == 3.0


def test_a_chain_conducts_through_every_contact_and_no_other_way() -> None:
    """A link that is missing opens it; the squares are counted again from what KLayout sees."""
    db = find_oracle("klayout.db")
    lower, upper = (klayout([region]) for region in shapes.chain(20 * UM, 30 * UM, 10, 150 * UM))
    assert lower.count() == 11 and upper.count() == 10
    assert (lower & upper).count() == 20 and (lower & upper).area() == 20 * (20 * UM) ** 2
    assert (lower | upper).merged().count() == 1
    for left_out in range(10):
        fewer = [bar for place, bar in enumerate(upper.each()) if place != left_out]
        assert (lower + db.Region(fewer)).merged().count() == 2
    assert lower.space_check(30 * UM).count() == 0 and upper.space_check(30 * UM).count() == 0


def test_the_layers_of_a_chain_have_the_resistance_that_is_told() -> None:
    """Bars between contacts by their length over width: inner pieces a gap, outer ones a square more."""
    _, table = monitors(AROUND, FILMS, "films", "A")
    (row,) = [row for row in table if row.kind == "contact-chain"]
    side = 4 * 100 * UM
    squares = (9 * 1.0 + 2 * 2.0, 10 * 1.0)
    told = squares[0] * 0.1 + squares[1] * 0.3
    assert row.plates == (3, 4) and row.expected is None
    assert f"alone have {told:.4g} ohm" in row.basis and f"contacts of {side / UM:g} um" in row.basis


def test_a_capacitor_is_as_large_as_its_upper_plate() -> None:
    db = find_oracle("klayout.db")
    lower, cover, upper = (klayout([region]) for region in shapes.capacitor(500 * UM, 100 * UM, 150 * UM))
    assert [region.count() for region in (lower, cover, upper)] == [1, 1, 1]
    facing = lower & upper
    lead = 100 * UM * 100 * UM
    assert facing.area() == (500 * UM) ** 2 + lead  # the lead crosses the rim of the lower plate
    assert (facing - cover).is_empty()
    assert cover.enclosing_check(facing, 100 * UM).count() == 0
    bare = [region - cover for region in (lower, upper)]
    assert all((part & db.Region(part.bbox())).area() >= (150 * UM) ** 2 for part in bare)
    _, table = monitors(AROUND, FILMS, "films", "A")
    (row,) = [row for row in table if row.kind == "capacitor"]
    assert row.plates == (1, 2, 3) and row.expected is None
    assert f"{8.8541878128e-12 * 26e-8 / 5e-7:.4g} F" in row.basis


def test_nothing_falls_out_of_a_foil() -> None:
    for layer in monitors(AROUND, FILMS, "0689-abdopqr", "R")[0]:
        assert klayout([layer.region]).holes().is_empty(), layer.name
    glass = [replace(plate, foil=False) for plate in FILMS]
    assert any(klayout([layer.region]).holes().count() for layer in monitors(AROUND, glass, "abd", "R")[0])


def test_what_rests_on_the_process_is_expected_and_else_unknown(
    made: tuple[tuple[Layer, ...], tuple[Monitor, ...]],
) -> None:
    (dose,) = rows(made, "dose-fields")
    assert dose.expected == 900.0 and dose.unit == "J/m2" and "data sheet" in dose.basis
    assert [row.expected for row in rows(made, "van-der-pauw")] == [0.5]
    assert {row.expected for row in rows(made, "adhesion-field")} == {100.0}
    assert "contact-chain" not in {row.kind for row in made[1]}  # the anode's film does not conduct


def test_band_lies_outside_and_nothing_overlaps(made: tuple[tuple[Layer, ...], tuple[Monitor, ...]]) -> None:


    for layer in made[0]:
        whole = klayout([layer.region])
        assert area(layer.region) == pytest.approx(whole.area() * 1e-18)
        cell = find_oracle("klayout.db").Region(find_oracle("klayout.db").Box(*AROUND))
        assert (whole & cell.sized(50 * UM)).is_empty()
    for row in made[1]:
        assert row.box[3] <= -100e-6 + 1e-12 and row.box[0] >= AROUND[0] * 1e-9 - 1e-12


def test_a_shop_s_smallest_feature_bounds_every_line() -> None:
    layers, _ = monitors(AROUND, PLATES, "a-cell", "B", least=5 * UM)
    for layer in layers:
        found = klayout([layer.region])
        assert found.width_check(5 * UM).count() == 0 and found.space_check(5 * UM).count() == 0


@pytest.mark.parametrize("bias", [-1500, 1500])
def test_a_bias_leaves_every_monitor_what_it_is(bias: int) -> None:
    biased = [replace(plate, bias=bias) for plate in PLATES]
    for layer in monitors(AROUND, biased, "a-cell", "B")[0]:
        assert changed(layer.region, bias) is None


def test_steps_of_verniers() -> None:
    assert [vernier_step(x) for x in (0.0, 0.5e-6, 1e-6, 2e-6, 3e-6, 25e-6)] == [200, 100, 100, 200, 500, 5000]


def test_no_plates_no_monitors() -> None:
    assert monitors(AROUND, (), "x", "A") == ((), ())
