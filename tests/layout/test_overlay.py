"""Rules between layers that are aligned to each other: derived from tolerances, silent on what keeps them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.architectures.base import RoleLimits
from fabplan.geometry.body import Body
from fabplan.geometry.region import Part, Region, area, joined, rectangle, translated
from fabplan.layout import drc
from fabplan.layout._drc_merge import Merged
from fabplan.layout.drc import Rule, check
from fabplan.layout.overlay import CONDUCTORS, area_rules, overlay_findings, overlay_rules
from fabplan.layout.words import place_in
from tests.conftest import find_oracle

UM = 1000
LIMITS = {
    "collector": RoleLimits(line=10e-6, gap=5e-6, edge=2e-6), "cathode": RoleLimits(edge=3e-6, placement=5e-6),
    "electrolyte": RoleLimits(edge=1e-6, placement=4e-6), "cap": RoleLimits(edge=1e-6),
    "top": RoleLimits(edge=1e-6, placement=2e-6),
}  # fmt: skip


def box(x0: int, y0: int, x1: int, y1: int) -> Region:
    return rectangle(x0 * UM, y0 * UM, x1 * UM, y1 * UM)


def hollow(hole: tuple[int, int, int, int]) -> Region:
    """A square with a hole, in four boxes."""
    x0, y0, x1, y1 = hole
    return joined([box(-20, -20, 220, y0), box(-20, y1, 220, 220), box(-20, y0, x0, y1), box(x1, y0, 220, y1)])


def body(name: str, role: str, net: str | None, region: Region, made_by: str, bottom: float | None) -> Body:
    return Body(name, role, "", net, region, bottom, 1e-6, "mask", made_by)


def stack(inset: int = 20, hole: tuple[int, int, int, int] = (150, 150, 180, 180)) -> list[Body]:
    return [
        body("pad", "cathode_collector", "cathode", box(0, 0, 200, 200), "collector", 0.0),
        body("cathode", "cathode", "cathode", box(inset, 20, 140, 140), "cathode", 1e-6),
        body("electrolyte", "electrolyte", None, box(5, 5, 145, 145), "electrolyte", None),
        body("top", "cathode_collector", "cathode", box(100, 100, 145, 145), "top", 2e-6),
        body("cap", "encapsulation", None, hollow(hole), "cap", None),
    ]


def rules(bodies: list[Body]) -> dict[str, Rule]:
    return {rule.name: rule for rule in overlay_rules(bodies, LIMITS)}


def test_margins_are_what_alignment_and_edges_may_be_off() -> None:
    found = rules(stack())
    assert found["enclosure pad cathode"].value == pytest.approx(5e-6 + 3e-6 + 2e-6 - 2e-9)
    assert found["inside cathode pad"].severity == "error" and "inside electrolyte cap" in found
    assert found["enclosure electrolyte cathode"].value == pytest.approx(4e-6 + 1e-6 + 3e-6 - 2e-9)
    assert found["enclosure electrolyte cathode"].severity == "warning"  # 5 um are drawn to the right, 8 um needed
    assert found["overlap cathode top"].value == pytest.approx(2e-6 + 1e-6 + 3e-6 - 2e-9)
    assert found[f"opening {CONDUCTORS} cap"].value == pytest.approx(1e-6 + 2e-6 - 2e-9)
    (told,) = overlay_findings(stack(), LIMITS)
    assert told.severity == "warning" and told.measured == pytest.approx(5e-6)
    assert place_in(told.where) == (pytest.approx(142.5e-6), pytest.approx(79.3788e-6))


def test_flush_edges_printed_walls_and_what_lies_outside_get_no_margin() -> None:
    assert "enclosure pad cathode" not in rules(stack(inset=0)) and "inside cathode pad" in rules(stack(inset=0))
    assert "inside cathode pad" not in rules(stack(inset=-30))
    printed = [replace(one, pattern="bead") if one.name == "cathode" else one for one in stack()]
    assert "enclosure pad cathode" not in rules(printed) and "inside cathode pad" in rules(printed)
    assert not any(name.startswith("opening") for name in rules(stack(hole=(190, 150, 210, 180))))


@pytest.mark.parametrize(
    ("name", "by", "broken"),
    [
        ("cathode", (-12, 0), "enclosure pad cathode"), ("cathode", (-25, 0), "inside cathode pad"),
        ("cathode", (7, 0), "inside cathode electrolyte"), ("top", (38, 0), "overlap cathode top"),
        ("cap", (18, 0), f"opening {CONDUCTORS} cap"), ("cap", (60, 0), f"opening {CONDUCTORS} cap"),
    ],
)  # fmt: skip
def test_a_layer_that_was_moved_breaks_its_rule(name: str, by: tuple[int, int], broken: str) -> None:
    held = overlay_rules(stack(), LIMITS)
    regions = {one.name: one.region for one in stack()}
    regions[name] = translated(regions[name], by[0] * UM, by[1] * UM)
    regions[CONDUCTORS] = regions["pad"]
    assert broken in {found.rule.name for found in check(held, regions) if found.total}


def test_areas_below_a_dot_of_the_narrowest_line() -> None:
    wide, hole = area_rules(stack()[:1], LIMITS)
    assert (wide.kind, hole.kind) == ("area", "hole-area")
    assert wide.value == pytest.approx(78.54e-12, rel=1e-4) and hole.value == pytest.approx(19.635e-12, rel=1e-4)
    speck = joined([stack()[0].region, box(300, 300, 308, 308)])
    assert [found.total for found in check([wide, hole], {"pad": speck})] == [1, 0]


Spot = tuple[int, int, int, int]
SPOT = st.builds(
    lambda x, y, w, h: (x, y, x + w, y + h),
    st.integers(0, 30), st.integers(0, 30), st.integers(1, 12), st.integers(1, 12),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(("area", "hole-area", "inside", "apart", "opening")), st.lists(SPOT, min_size=1, max_size=9),
       st.lists(SPOT, min_size=1, max_size=9), st.integers(1, 60))  # fmt: skip
def test_klayout_counts_the_same(kind: str, ours: list[Spot], others: list[Spot], value: int) -> None:
    """Areas, holes, common and bare areas and openings on random boxes."""
    db = find_oracle("klayout.db")
    a, b = db.Region(), db.Region()
    for target, boxes in ((a, ours), (b, others)):
        for one in boxes:
            target.insert(db.Box(*(100 * v for v in one)))
    regions = {
        key: joined(rectangle(*(100 * v for v in one)) for one in dict.fromkeys(boxes))
        for key, boxes in (("a", ours), ("b", others))
    }
    size = value * 10
    theirs = {
        "area": lambda: a.merged().with_area(0, value * 10_000, False).count(),
        "hole-area": lambda: a.merged().holes().with_area(0, value * 10_000, False).count(),
        "inside": lambda: (a - b).merged().count(),
        "apart": lambda: (a & b).merged().count(),
        "opening": lambda: a.enclosing_check(b.merged().holes(), size).count() + (b.merged().holes() - a).count(),
    }[kind]()
    limit = {"area": value * 1e-14, "hole-area": value * 1e-14, "opening": size * 1e-9}.get(kind, 0.0)
    other = "b" if kind in ("inside", "apart", "opening") else ""
    (found,) = check([Rule(kind, "a", limit, other)], regions)  # type: ignore[arg-type]
    same = found.total == theirs if kind in ("area", "hole-area") else (found.total > 0) == (theirs > 0)
    assert same, (found.total, theirs)


def test_holes_that_touch_the_edge_of_their_piece_are_cut_open() -> None:
    """A cut through the lowest corner of a hole can be one through the lowest edge of what is left."""
    rings = [
        ((1100, 1000), (1300, 1000), (2000, 1800), (1800, 1800)),
        ((1100, 1100), (1300, 1100), (1200, 1400), (1000, 1400)),
        ((700, 300), (900, 300), (1100, 1000), (900, 1000)), ((900, 600), (1100, 600), (1400, 1000), (1200, 1000)),
        ((1000, 200), (1200, 200), (900, 1000), (700, 1000)),
    ]  # fmt: skip
    drawn = Region(tuple(Part(ring) for ring in rings))
    merged = drc.merged_region(drawn)
    whole = sum(shape.area for shape in Merged(drawn).shapes) * 1e-18
    assert area(merged) == pytest.approx(whole, rel=1e-3) and not drc.overlaps(merged)
