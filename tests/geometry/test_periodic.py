"""Large lattices cut short: measured and checked on a few periods, equal to the whole layout."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.geometry import periodic
from fabplan.geometry.body import Body
from fabplan.geometry.region import Box, Lattice, Part, Region, area, count, joined, rectangle
from fabplan.layout import measure, rules

GAP, WIDTH = 100, 200


def near(value: float) -> object:
    """Equal but for rounding; relative only, areas in m² are far below any absolute tolerance."""
    return pytest.approx(value, rel=1e-12, abs=0.0)


def body(net: str, region: Region, role: str | None = None, bottom: float = 0.0) -> Body:
    own = net if net in ("anode", "cathode") else None
    return Body(net, role or net, "x", own, region, bottom, 1e-6, "mask", net)  # type: ignore[arg-type]


def comb(fingers: int, pad: int, backwards: bool) -> list[Body]:
    """Two combs with pads in the middle of their buses, under an electrolyte."""
    step, right = 2 * (WIDTH + GAP), fingers * 2 * (WIDTH + GAP) - GAP
    lattice = Lattice(fingers, 1, step, 0)
    x = 0
    if backwards:
        lattice, x = Lattice(fingers, 1, -step, 0), (fingers - 1) * step
    y = 40_000
    anode = [rectangle(x, 1_000, x + WIDTH, y, lattice), rectangle(0, 0, right, 1_000)]
    shift = x + WIDTH + GAP
    cathode = [
        rectangle(shift, 1_000 + GAP, shift + WIDTH, y + GAP, lattice),
        rectangle(0, y + GAP, right, y + GAP + 1_000),
        rectangle(right // 2 - pad, y + GAP + 1_000, right // 2 + pad, y + 9_000),
    ]
    bath = rectangle(-50, -50, right + 50, y + 500)
    return [body("anode", joined(anode)), body("cathode", joined(cathode)), body("electrolyte", bath, bottom=0.0)]


def pillars(columns: int, rows: int, staggered: bool) -> list[Body]:
    """A field of square pillars of both nets, each on its plate."""
    steps = (2 * (WIDTH + GAP), 2 * (WIDTH + GAP))
    field = Lattice(columns, rows, *steps)
    other = Lattice(columns - 1, rows - 1 if staggered else rows, *steps)
    move = WIDTH + GAP
    plate: Box = (-500, -500, columns * steps[0] + 500, rows * steps[1] + 500)
    return [
        body("anode", rectangle(0, 0, WIDTH, WIDTH, field)),
        body("cathode", rectangle(move, move if staggered else 0, move + WIDTH, move * staggered + WIDTH, other)),
        body("electrolyte", rectangle(*plate)),
    ]


layouts = st.one_of(
    st.builds(comb, st.integers(1_100, 3_000), st.integers(150, 90_000), st.booleans()),
    st.builds(pillars, st.integers(20, 60), st.integers(60, 90), st.booleans()),
)


def whole(monkeypatch: pytest.MonkeyPatch, bodies: list[Body]) -> dict[str, float | None]:
    with monkeypatch.context() as patch:
        patch.setattr(periodic, "FEW", 10**9)
        return measure.measured(bodies)


@settings(max_examples=25, deadline=None)
@given(layouts)
def test_measures_equal_those_of_the_whole_layout(bodies: list[Body]) -> None:
    found = periodic.stretches([b.region for b in bodies])
    few = measure.shortened(bodies, found)
    assert found and sum(count(b.region) for b in few) < 0.3 * sum(count(b.region) for b in bodies)
    with pytest.MonkeyPatch.context() as patch:
        expected = whole(patch, bodies)
    for key, value in measure.measured(bodies).items():
        assert value == (None if expected[key] is None else near(expected[key])), key


@settings(max_examples=20, deadline=None)
@given(layouts)
def test_areas_grow_as_they_should(bodies: list[Body]) -> None:
    regions = [b.region for b in bodies]
    found = periodic.stretches(regions)
    for k in range(len(regions)):
        assert periodic.grown(lambda few, k=k: area(few[k]), regions, found) == near(area(regions[k]))


@settings(max_examples=15, deadline=None)
@given(st.integers(1_100, 2_000), st.floats(0.05, 0.95), st.integers(0, 2))
def test_a_flaw_in_the_middle_is_seen(fingers: int, share: float, kind: int) -> None:
    """A bridge, a thin finger and a severed finger anywhere are found, and named at their true place."""
    bodies = comb(fingers, 500, False)
    step = 2 * (WIDTH + GAP)
    x = int(share * (fingers - 2)) * step
    flaw = {
        0: rectangle(x + WIDTH, 20_000, x + WIDTH + GAP, 20_050),  # from an anode finger to the next cathode
        1: rectangle(x + WIDTH, 20_000, x + WIDTH + GAP // 2, 20_100),  # a spur that halves the gap
        2: rectangle(x + WIDTH + 40, 60_000, x + WIDTH + 60, 60_020),  # an island of the anode beyond the cell
    }[kind]
    bodies[0] = body("anode", joined([bodies[0].region, flaw]))
    findings = list(rules.check(bodies, (), (0, 0, 10**9, 10**9), {}, measures_of(bodies)))
    rule = {0: "anode-cathode-short", 1: "", 2: "net-in-one-piece"}[kind]
    if rule:
        said = next(f for f in findings if f.rule == rule)
        place = float(said.where.split(" at x ")[1].split(" ")[0])
        unit = said.where.split(" at x ")[1].split(" ")[1].rstrip(",")
        metres = place * {"m": 1.0, "mm": 1e-3, "um": 1e-6, "nm": 1e-9}[unit]
        assert metres == pytest.approx((x + WIDTH) * 1e-9, abs=2e-7 + 1e-3 * metres)
    else:
        assert measure.measured(bodies)["minimum_gap_m"] == pytest.approx(GAP / 2 * 1e-9)


def measures_of(bodies: list[Body]) -> object:
    """Closed form that agrees with nothing it is not asked for."""
    from types import SimpleNamespace

    return SimpleNamespace(**dict.fromkeys(rules.CLOSED_FORM.values(), float("nan")))


def test_two_periods_that_do_not_fit_are_left_alone() -> None:
    one, other = Lattice(2_000, 1, 400, 0), Lattice(1_500, 1, 530, 0)
    regions = [rectangle(0, 0, 100, 1_000, one), rectangle(0, 2_000, 100, 3_000, other)]
    for stretch in periodic.stretches(regions).x:
        # only where one of them is alone
        assert stretch.start > 1_500 * 530 - 530 or stretch.period != 530
    assert periodic.short(regions, periodic.stretches(regions))[1] == regions[1]


def test_what_is_wider_than_the_kept_periods_is_measured_whole() -> None:
    """A field of small holes between two wide plates: neither their width nor their distance may shrink."""
    across = 2_000 * 400
    field = body("scaffold", rectangle(0, 0, 100, 100, Lattice(2_000, 300, 400, 400)), "scaffold")
    left = body("anode", rectangle(-90_000, -50_000, 0, 200_000))
    right = body("cathode", rectangle(across, -50_000, across + 90_000, 200_000))
    over = body("anode", rectangle(-90_000, -80_000, across - 500_000, -60_000), "anode_collector", 1e-3)
    found = measure.measured([field, left, right, replace(over, name="lead")])
    assert found["minimum_width_m"] == near(20_000e-9)
    assert found["minimum_gap_m"] == near(across * 1e-9)


def test_a_slanted_edge_is_not_cut() -> None:
    wedge = Region((Part(((0, 0), (400_000, 0), (400_000, 5_000))),))
    fingers = rectangle(0, 10_000, 100, 20_000, Lattice(3_000, 1, 400, 0))
    found = periodic.stretches([wedge, fingers])
    assert found.x and all(stretch.start >= 400_000 for stretch in found.x)


def test_a_million_fingers_take_no_longer() -> None:
    bodies = comb(1_000_000, 5_000, False)
    found = periodic.stretches([b.region for b in bodies])
    assert sum(count(b.region) for b in measure.shortened(bodies, found)) < 200
    assert measure.measured(bodies)["minimum_gap_m"] == near(GAP * 1e-9)
