"""Own rule checks: KLayout says the same, on random layouts and on ones that were broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.geometry.region import Lattice, Part, Region, joined, polygon_area2, rectangle, translated
from fabplan.layout import drc
from fabplan.layout.drc import Checked, Rule, check
from tests.conftest import find_oracle

NM = 1e-9
TWO = ("separation", "enclosure", "overlap")
Ring = Sequence[tuple[int, int]]
Box = tuple[float, float, float, float]
TOLERANCE = 3.0  # nm: KLayout's edges end on whole nanometres


def region(*rings: Ring) -> Region:
    turned = (tuple(ring) if polygon_area2(ring) > 0 else tuple(ring)[::-1] for ring in rings)
    return Region(tuple(Part(ring) for ring in turned))


def box(x0: int, y0: int, x1: int, y1: int) -> Ring:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def one(kind: Any, value: float, layers: dict[str, Region], **more: Any) -> Checked:
    other = "b" if kind in (*TWO, "apart", "inside") else ""
    return check([Rule(kind, "a", value, other, **more)], layers)[0]


def boxes(found: Checked) -> list[Box]:
    """Bounds of every violation [nm]."""
    rows = []
    for violation in found.violations:
        xs = [line[k] / NM for line in violation.lines for k in (0, 2)]
        ys = [line[k] / NM for line in violation.lines for k in (1, 3)]
        rows.append((min(xs), min(ys), max(xs), max(ys)))
    return rows


def klayout(kind: str, value: int, rings: Sequence[Ring], others: Sequence[Ring], shielded: bool = True) -> list[Box]:
    """The same by KLayout, with or without what other edges hide."""
    db = find_oracle("klayout.db")
    a, b = db.Region(), db.Region()
    for target, given_rings in ((a, rings), (b, others)):
        for ring in given_rings:
            target.insert(db.Polygon([db.Point(*point) for point in ring]))
    how = (False, db.Region.Euclidian, 90, 0, None, shielded)
    pairs: Callable[[], Any] = {
        "width": lambda: a.width_check(value, *how),
        "space": lambda: a.space_check(value, *how),
        "notch": lambda: a.notch_check(value, *how),
        "separation": lambda: a.separation_check(b, value, *how),
        "enclosure": lambda: a.enclosing_check(b, value, *how),
        "overlap": lambda: a.overlap_check(b, value, *how),
    }[kind]
    found = []
    for pair in pairs().each():
        box = pair.bbox()
        found.append((float(box.left), float(box.bottom), float(box.right), float(box.top)))
    return found


def near(one: Box, others: Sequence[Box], reach: float) -> bool:
    return any(
        one[0] <= o[2] + reach and o[0] <= one[2] + reach and one[1] <= o[3] + reach and o[1] <= one[3] + reach
        for o in others
    )


def same(kind: str, value: int, rings: Sequence[Ring], others: Sequence[Ring]) -> None:
    """All that KLayout shows is found, and nothing that it does not know at all; a nanometre decides nothing."""
    layers = {"a": region(*rings), "b": region(*others)}
    ours, theirs = boxes(one(kind, value * NM, layers)), klayout(kind, value, rings, others)
    more = boxes(one(kind, (value + 2) * NM, layers))
    assert all(near(place, more, TOLERANCE) for place in theirs), (kind, ours, theirs)
    wider = klayout(kind, value + 2, rings, others, shielded=False)
    assert all(near(place, wider, TOLERANCE) for place in ours), (kind, ours, theirs)


COORDINATE = st.integers(0, 40).map(lambda value: 100 * value)
SIZE = st.integers(1, 15).map(lambda value: 100 * value)
BOXES = st.builds(lambda x, y, w, h: box(x, y, x + w, y + h), COORDINATE, COORDINATE, SIZE, SIZE)
LAYER = st.lists(BOXES, min_size=1, max_size=6)
KIND = st.sampled_from(("width", "space", "notch", *TWO))


@settings(max_examples=60, deadline=None)
@given(KIND, st.integers(1, 12), LAYER, LAYER)
def test_klayout_says_the_same_on_random_boxes(kind: str, value: int, rings: list[Ring], others: list[Ring]) -> None:
    same(kind, 100 * value + 37, rings, others)


def slanted(x: int, y: int, w: int, h: int, lean: int) -> Ring:
    return [(x, y), (x + w, y), (x + w + lean, y + h), (x + lean, y + h)]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(("width", "space")), st.integers(1, 12),
    st.lists(st.builds(slanted, st.just(0), st.just(0), SIZE, SIZE, SIZE), min_size=2, max_size=4), SIZE,
)  # fmt: skip
def test_klayout_says_the_same_of_slanted_shapes(kind: str, value: int, shapes: list[Ring], apart: int) -> None:
    """Shapes side by side, so that no edges cross between grid points."""
    placed, x = [], 0
    for shape in shapes:
        placed.append([(px + x, py) for px, py in shape])
        x += max(px for px, _ in shape) + apart
    same(kind, 100 * value + 37, placed, [box(0, 0, 1, 1)])


COMB = [box(0, 0, 10_000, 1000), *(box(1000 * k, 1000, 1000 * k + 400, 9000) for k in range(0, 10, 2))]
OTHER = [box(0, 10_000, 10_000, 11_000), *(box(1000 * k, 2000, 1000 * k + 400, 10_000) for k in range(1, 10, 2))]
BROKEN: dict[str, tuple[str, int, list[Ring], list[Ring], int]] = {
    "a thin finger": ("width", 400, [*COMB, box(500, 1000, 600, 1500)], OTHER, 1),
    "a finger too near": ("separation", 600, COMB, [*OTHER, box(2500, 4000, 3000, 4100)], 1),
    "a notch": ("notch", 600, [*COMB, box(2400, 5000, 3000, 5100)], OTHER, 0),
    "a bar across": ("space", 600, [*COMB, box(400, 9500, 900, 9600)], OTHER, 1),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_faults_that_were_put_in(fault: str) -> None:
    kind, value, rings, others, least = BROKEN[fault]
    same(kind, value, rings, others)
    layers = {"a": region(*rings), "b": region(*others)}
    assert one(kind, value * NM, layers).total >= least
    sound = {"a": region(*COMB), "b": region(*OTHER)}
    assert one(kind, value * NM, sound).total == 0


def test_what_keeps_the_rule_to_the_nanometre() -> None:
    layers = {"a": region(box(0, 0, 100, 100), box(200, 0, 300, 100))}
    assert one("space", 100 * NM, layers).total == 0 and one("space", 101 * NM, layers).total == 1
    assert one("width", 100 * NM, layers).total == 0 and one("width", 101 * NM, layers).total == 4
    worst = one("space", 101 * NM, layers).violations[0]
    assert worst.measured == pytest.approx(100 * NM, rel=1e-9) and worst.place == pytest.approx((150 * NM, 50 * NM))


def test_shapes_that_touch_or_overlap_are_one() -> None:
    parts = region(box(0, 0, 100, 30), box(100, 0, 200, 30), box(150, 10, 300, 20))
    assert one("space", 1e-6, {"a": parts}).total == 0
    assert min(v.measured or 0.0 for v in one("width", 25 * NM, {"a": parts}).violations) == pytest.approx(10 * NM)


def test_common_area_and_area_outside() -> None:
    layers = {"a": region(box(0, 0, 100, 100)), "b": region(box(90, 90, 200, 200), box(100, 0, 150, 50))}
    (violation,) = one("apart", 0.0, layers).violations
    assert violation.place == pytest.approx((95 * NM, 95 * NM)) and violation.measured == pytest.approx(100 * NM**2)
    inside = {"a": layers["a"], "b": region(box(0, 0, 100, 60))}
    assert one("inside", 0.0, inside).violations[0].measured == pytest.approx(4000 * NM**2)
    assert one("inside", 0.0, {"a": layers["a"], "b": layers["a"]}).total == 0
    assert one("inside", 0.0, {"a": layers["a"]}).total == 1 and one("apart", 0.0, {"a": layers["a"]}).total == 0


FRAME = region(box(0, 0, 90, 30), box(0, 60, 90, 90), box(0, 30, 30, 60), box(60, 30, 90, 60))


def test_areas_and_holes() -> None:
    layers = {"a": joined([FRAME, region(box(200, 0, 210, 10))])}
    assert [v.measured for v in one("area", 101 * NM**2, layers).violations] == [pytest.approx(100 * NM**2)]
    assert one("area", 100 * NM**2, layers).total == 0
    assert [v.measured for v in one("hole-area", 901 * NM**2, layers).violations] == [pytest.approx(900 * NM**2)]
    assert one("hole-area", 900 * NM**2, layers).total == 0


def test_corners_and_grid() -> None:
    layers = {"a": region([(0, 0), (1000, 0), (1000, 1000)], box(2000, 5, 3000, 1000))}
    sharp = one("angle", 60.0, layers)
    assert [round(v.measured or 0) for v in sharp.violations] == [45, 45] and one("angle", 45.0, layers).total == 0
    assert [v.place for v in one("grid", 10 * NM, layers).violations] == [
        pytest.approx((2e-6, 5 * NM)), pytest.approx((3e-6, 5 * NM)),
    ]  # fmt: skip
    many = {"a": Region((Part(tuple(box(0, 0, 50, 50)), Lattice(3, 1, 105, 0)),))}
    assert one("grid", 10 * NM, many).total == 4


def test_density_of_windows_with_and_without_unfolding() -> None:
    bars = Region((Part(tuple(box(0, 0, 50, 1000)), Lattice(10, 1, 100, 0)),))
    flat = region(*(box(100 * k, 0, 100 * k + 50, 1000) for k in range(10)))
    for layers in ({"a": bars}, {"a": flat}):
        assert one("density", 0.49, layers, most=0.6, window=100 * NM).total == 0
        assert one("density", 0.51, layers, most=0.6, window=100 * NM).total == 100
        assert one("density", 0.1, layers, most=0.49, window=100 * NM).total == 100
    triangle = {"a": region([(0, 0), (100, 0), (100, 100)])}
    assert one("density", 0.6, triangle, window=100 * NM).violations[0].measured == pytest.approx(0.5)


def test_an_array_is_looked_at_a_few_times_and_counted_whole() -> None:
    """Places and counts are those of the layout taken apart, wherever the fault stands."""
    fingers = rectangle(0, 0, 40, 5000, Lattice(3000, 1, 100, 0))
    fault = rectangle(299_900 + 60, 2000, 299_900 + 60 + 20, 2100)  # after the stretch that is cut out
    for drawn in (fingers, joined([fingers, fault])):
        short = check([Rule("width", "a", 50 * NM), Rule("space", "a", 65 * NM)], {"a": drawn})
        parts = tuple(p for part in drawn.parts for p in _copies(part))
        whole = check([Rule("width", "a", 50 * NM), Rule("space", "a", 65 * NM)], {"a": Region(parts)})
        assert [found.total for found in short] == [found.total for found in whole]
        assert _near_lines(short, whole)


def _copies(part: Part) -> list[Part]:
    lattice = part.lattice
    alone = Region((Part(part.polygon),))
    return [translated(alone, k * lattice.step_x, 0).parts[0] for k in range(lattice.columns)]


def _near_lines(short: Sequence[Checked], whole: Sequence[Checked]) -> bool:
    """Every place of the short layout is one of the whole one, up to rounding."""
    known = {tuple(round(v / NM, 3) for line in x.lines for v in line) for found in whole for x in found.violations}
    mine = {tuple(round(v / NM, 3) for line in x.lines for v in line) for found in short for x in found.violations}
    return mine <= known


def test_one_sentence_a_rule() -> None:
    layers = {"a": region(box(0, 0, 10, 100), box(30, 0, 40, 100)), "b": region(box(5, 0, 8, 100))}
    rules = [Rule("width", "a", 20 * NM), Rule("apart", "a", 0.0, "b"), Rule("angle", "a", 90.0)]
    said = [finding.message for finding in drc.findings(check(rules, layers))]
    assert said == ["a is 0.01 um wide, at least 0.02 um are needed, 2 places in all", "a and b share area"]
    assert {finding.rule for finding in drc.findings(check(rules, layers))} == {"drc-width", "drc-apart"}
