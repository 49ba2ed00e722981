"""Every rule of the layout: silent on a sound drawing, and heard when it is broken."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from fabplan.architectures.base import RoleLimits
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import Lattice, Part, Region, joined, rectangle, translated
from fabplan.layout.masks import Patterning, layers
from fabplan.layout.rules import check
from fabplan.layout.types import Layer
from tests.layout.cells import (
    BUS,
    GAP,
    OVERLAP,
    UM,
    WIDTH,
    agreeing,
    comb,
    comb_bodies,
    film_bodies,
    footprint,
    limits,
    replaced,
)


def table(bodies: Sequence[Body]) -> tuple[Layer, ...]:
    roles = list(dict.fromkeys(b.made_by for b in bodies))
    plates = {role: (n, (n,)) for n, role in enumerate(roles, 1)}
    return layers(bodies, plates, (0, 0, UM, UM), {roles[0]: Patterning("lift-off")})


def found(bodies: Sequence[Body], allowed: dict[str, RoleLimits] | None = None, **more: Any) -> tuple[Finding, ...]:
    drawn = more.pop("layers", None) or table(bodies)
    box, terminals = more.pop("footprint", footprint()), more.pop("terminals", "inside")
    return check(bodies, drawn, box, allowed or limits(), more.pop("closed_form", agreeing(bodies)), terminals)


def only(findings: Sequence[Finding], rule: str) -> Finding:
    assert {f.rule for f in findings} == {rule}
    return findings[0]


def moved_finger(by: int, region: Region) -> Region:
    """The comb with its second finger moved sideways."""
    first, bus = region.parts
    step = first.lattice.step_x
    fingers = [translated(Region((Part(first.polygon),)), k * step + (by if k == 1 else 0), 0) for k in range(4)]
    return joined([*fingers, Region((bus,))])


def test_a_sound_comb_and_sound_films_have_no_findings() -> None:
    assert found(comb_bodies()) == ()
    assert found(film_bodies()) == ()


def test_minimum_width() -> None:
    finding = only(found(comb_bodies(), limits(line=60.001e-6, gap=0)), "minimum-width")
    assert finding.measured == pytest.approx(40e-6)  # the bus
    assert finding.allowed == 60.001e-6 and finding.unit == "m" and "→" in finding.change
    assert found(comb_bodies(), limits(line=40e-6)) == ()


def test_minimum_width_of_a_slanted_shape() -> None:
    slanted = Region((Part(((0, 0), (100 * UM, 100 * UM), (85 * UM, 115 * UM), (-15 * UM, 15 * UM))),))
    bodies = (Body("strip", "anode_collector", "au", "anode", slanted, 0.0, 1e-7, "mask", "collector"),)
    across = 15e-6 * np.sqrt(2)
    finding = only(found(bodies, limits(line=across + 5e-9)), "minimum-width")
    assert finding.measured == pytest.approx(across, abs=2e-9)
    assert found(bodies, limits(line=across - 5e-9)) == ()


def test_minimum_gap_between_nets_of_one_plate() -> None:
    finding = only(found(comb_bodies(), limits(gap=50.001e-6)), "minimum-gap")
    assert finding.measured == pytest.approx(GAP * 1e-9) and " mm" in finding.where
    assert found(comb_bodies(), limits(gap=50e-6)) == ()


def test_minimum_gap_between_electrodes_of_different_steps() -> None:
    anode_only = {**limits(gap=0), "anode": RoleLimits(gap=51e-6)}
    finding = only(found(comb_bodies(), anode_only), "minimum-gap")
    assert "anode-walls" in finding.where and "cathode-walls" in finding.where


def test_a_space_that_is_filled_is_no_gap() -> None:
    strips = joined(
        [rectangle(0, 0, 30 * UM, UM), rectangle(30 * UM, 0, 31 * UM, UM), rectangle(31 * UM, 0, 60 * UM, UM)]
    )
    body = Body("strip", "anode_collector", "au", "anode", strips, 0.0, 1e-7, "mask", "collector")
    assert found((body,), limits(line=0, gap=20e-6)) == ()
    split = dataclasses.replace(body, region=joined([Region(strips.parts[:1]), Region(strips.parts[2:])]))
    assert "minimum-gap" in {f.rule for f in found((split,), limits(line=0, gap=20e-6))}


def test_a_notch_in_one_polygon_is_a_gap() -> None:
    ring = ((0, 0), (90, 0), (90, 50), (50, 50), (50, 20), (40, 20), (40, 50), (0, 50))
    region = Region((Part(tuple((x * UM, y * UM) for x, y in ring)),))
    body = Body("u", "anode_collector", "au", "anode", region, 0.0, 1e-7, "mask", "collector")
    finding = only(found((body,), limits(line=0, gap=15e-6)), "minimum-gap")
    assert finding.measured == pytest.approx(10e-6, rel=0.01)
    assert found((body,), limits(line=0, gap=9.9e-6)) == ()


def test_a_bridge_is_a_short() -> None:
    anode, _ = comb()
    bridge = rectangle(WIDTH, BUS + 300 * UM, WIDTH + GAP, BUS + 301 * UM)
    bodies = replaced(comb_bodies(), "anode-collector", region=joined([anode, bridge]))
    findings = found(bodies, limits(line=0, gap=0))
    assert only([f for f in findings if f.rule != "minimum-gap"], "anode-cathode-short").severity == "error"


def test_a_film_standing_on_the_other_net_is_a_short() -> None:
    on_digit = rectangle(WIDTH + GAP, BUS + 2 * GAP, 2 * WIDTH, BUS + 3 * GAP)
    bodies = (*comb_bodies()[:2], dataclasses.replace(comb_bodies()[2], region=on_digit))
    assert "anode-cathode-short" in {f.rule for f in found(bodies, limits(0, 0))}


def test_electrolyte_that_ends_inside_the_collector_is_a_short() -> None:
    assert "anode-cathode-short" in {f.rule for f in found(film_bodies(-UM))}
    assert "anode-cathode-short" not in {f.rule for f in found(film_bodies(UM), limits(0, 0))}


def test_electrolyte_must_cover_by_alignment_and_edges() -> None:
    allowed = limits(placement=3e-6, edge=2e-6)
    finding = only(found(film_bodies(6 * UM), limits(0, 0, placement=3e-6, edge=2e-6)), "electrolyte-covers")
    assert finding.measured == pytest.approx(6e-6) and finding.allowed == pytest.approx(7e-6)
    assert not [f for f in found(film_bodies(7 * UM), allowed) if f.rule == "electrolyte-covers"]


def test_films_without_electrolyte_between_are_a_short() -> None:
    bodies = tuple(b for b in film_bodies() if b.role != "electrolyte")
    bodies = replaced(bodies, "anode", bottom=2.2e-6)
    assert "anode-cathode-short" in {f.rule for f in found(bodies, limits(0, 0))}


def test_an_island_is_found() -> None:
    anode, _ = comb()
    cut = joined([anode, rectangle(3000 * UM, 0, 3100 * UM, 100 * UM)])
    bodies = replaced(comb_bodies(), "anode-collector", region=cut)
    finding = only(found(bodies), "net-in-one-piece")
    assert finding.measured == 2 and finding.allowed == 1 and "x 3.05 mm" in finding.where


def test_a_corner_is_no_connection() -> None:
    anode, _ = comb()
    corner = rectangle(-100 * UM, -100 * UM, 0, 0)
    bodies = replaced(comb_bodies(), "anode-collector", region=joined([anode, corner]))
    assert "net-in-one-piece" in {f.rule for f in found(bodies, limits(0, 0))}


def test_bodies_that_only_overlap_in_plan_are_not_connected() -> None:
    """A film that hangs over its collector without touching it is an island."""
    bodies = replaced(comb_bodies(), "anode-walls", bottom=3e-7)
    assert "net-in-one-piece" in {f.rule for f in found(bodies)}


def test_inside_footprint() -> None:
    right = 4 * 2 * (WIDTH + GAP) - GAP
    box = (0, 0, right - 7, 2 * BUS + 2 * GAP + OVERLAP)
    bodies = comb_bodies()[:4]
    finding = only(found(bodies, footprint=box), "inside-footprint")
    assert finding.measured == pytest.approx(7e-9)
    outside = found(bodies, footprint=box, terminals="outside")
    assert {f.where.split(" at ")[0] for f in outside} == {"anode-walls", "cathode-walls"}
    assert found(bodies, footprint=(0, 0, right, 2 * BUS + 2 * GAP + OVERLAP)) == ()


@pytest.mark.parametrize(
    "field", ["anode_area", "cathode_volume", "facing_length", "minimum_gap", "minimum_width", "height"]
)
def test_closed_form_agrees(field: str) -> None:
    bodies = comb_bodies()
    good = agreeing(bodies)
    off = dataclasses.replace(good, **{field: getattr(good, field) * (1 + 2e-6)})
    assert found(bodies, closed_form=dataclasses.replace(good, **{field: getattr(good, field) * (1 + 5e-7)})) == ()
    assert field.rsplit("_")[0] in only(found(bodies, closed_form=off), "closed-form-agrees").where


def test_own_layer() -> None:
    bodies = comb_bodies()
    drawn = table(bodies)
    twice = (*drawn, dataclasses.replace(drawn[0], name="other"))
    assert "1/0" in only(found(bodies, layers=twice), "own-layer").message


def test_coordinate_range() -> None:
    bodies = comb_bodies()
    far = dataclasses.replace(table(bodies)[0], region=rectangle(2**31 - 2, 0, 2**31, 5), datatype=9)
    finding = only(found(bodies, layers=(*table(bodies), far)), "coordinate-range")
    assert finding.measured == pytest.approx(2.147483648)


def test_shapes_cap() -> None:
    bodies = comb_bodies()
    many = dataclasses.replace(table(bodies)[0], region=rectangle(0, 0, 1, 1, Lattice(1001, 1000, 2, 2)), datatype=9)
    assert only(found(bodies, layers=(*table(bodies), many)), "shapes-cap").measured == 1_001_000


def wide_digits(by: int) -> tuple[Body, ...]:
    """Digits that stand out from under the walls by ``by`` on all sides."""
    anode, cathode = comb(4, WIDTH + 2 * by, GAP - 2 * by, OVERLAP + 2 * by, BUS + 2 * by)
    digits = [translated(region, -by, -by) for region in (anode, cathode)]
    bodies = replaced(comb_bodies(), "anode-collector", region=digits[0])
    return replaced(bodies, "cathode-collector", region=digits[1])


def test_walls_need_the_printers_error_as_margin() -> None:
    printer = {**limits(gap=0), **dict.fromkeys(("anode", "cathode"), RoleLimits(placement=5e-6))}
    assert found(wide_digits(5 * UM), printer) == ()
    slipping = found(wide_digits(4 * UM), printer)
    finding = only(slipping, "print-placement")
    assert len(slipping) == 2 and finding.severity == "warning" and finding.measured == pytest.approx(4e-6)


def test_an_error_that_closes_the_gap_is_an_error() -> None:
    coarse = {**limits(gap=0), **dict.fromkeys(("anode", "cathode"), RoleLimits(placement=25e-6))}
    finding = only(found(comb_bodies(), coarse), "print-placement")
    assert finding.severity == "error" and finding.allowed == pytest.approx(50e-6)
    fine = {**limits(gap=0), **dict.fromkeys(("anode", "cathode"), RoleLimits(placement=24.9e-6))}
    assert {f.severity for f in found(comb_bodies(), fine)} == {"warning"}


def test_a_moved_finger_changes_the_gap_that_is_measured() -> None:
    anode, _ = comb()
    bodies = replaced(comb_bodies(), "anode-walls", region=moved_finger(10, anode))
    findings = found(bodies, closed_form=agreeing(comb_bodies()))
    assert "minimum_gap_m" in {f.where for f in findings if f.rule == "closed-form-agrees"}


def test_findings_say_where_and_what_would_help() -> None:
    for finding in (*found(comb_bodies(), limits(1e-3, 1e-3)), *found(film_bodies(-UM), limits(1e-3, 1e-3))):
        assert finding.where and finding.change and finding.message


@pytest.mark.slow
def test_hundred_thousand_fingers_take_about_a_second() -> None:
    bodies = comb_bodies(50_000, 300, 190, 900_000, 20_000)[:2]
    drawn, closed = table(bodies), agreeing(bodies)
    start = time.process_time()
    assert check(bodies, drawn, footprint(), limits(line=3e-7, gap=1.9e-7), closed) == ()
    assert time.process_time() - start < 3.0  # about 1 s alone on one core
