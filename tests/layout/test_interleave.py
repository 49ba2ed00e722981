"""Two inks in one program: nothing lost, layers in turn, no nozzle beside a wall that is far higher, times by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from fabplan.catalog.types import Nozzle, Style
from fabplan.errors import BadInput
from fabplan.layout.collision import closest_passes, collision_findings
from fabplan.layout.interleave import interleaved, parted
from fabplan.layout.motion import ramped_duration
from fabplan.layout.moves import COAST, OVER, PRINT, moves, totals
from fabplan.layout.styles import line_style
from fabplan.layout.types import LineStyle
from fabplan.records import Quantity
from tests.printing import SETTINGS, STYLE, UM, bench, printed, together


def nozzle(outer: float, cone: float, confidence: str = "high") -> Nozzle:
    def made(value, dimension):
        return Quantity(value, dimension, "test", confidence)

    return Nozzle(
        diameter=made(30e-6, "length"), outer_diameter=made(outer, "length"), cone_half_angle=made(cone, "number")
    )


def test_nothing_is_lost_and_layers_come_in_turn():
    machine = bench("marlin")
    _, joint = together(machine)
    one, two = printed()[1]
    assert len(joint.kinds) == len(one.kinds) + len(two.kinds)
    assert joint.printed_length == pytest.approx(one.printed_length + two.printed_length)
    assert joint.ink_volume == pytest.approx(one.ink_volume + two.ink_volume)
    assert sum(head.ink_volume for head in joint.heads) == pytest.approx(joint.ink_volume)
    assert joint.layer_of.tolist() == sorted(joint.layer_of.tolist())
    changes = np.flatnonzero(np.diff(joint.head_of))
    assert len(changes) == joint.layer_of.max() + 1  # one a layer, with the prime lines
    assert joint.head_of[0] == 0 and joint.heads[1].offset == (25.123e-3, -41e-6, 12e-6)


def test_time_counts_the_way_between_heads():
    far, near = bench("marlin"), dataclasses.replace(bench("marlin"), heads=())
    changes = SETTINGS.layers + 1
    extra = together(far)[1].travel_length - together(near)[1].travel_length
    assert 0.9 * changes * 25e-3 < extra < 1.1 * changes * 25.2e-3


def test_faults_are_told():
    one, two = printed()[1]
    for paths, told in (
        ((one,), "not enough"),
        ((one, one), "two inks"),
        ((together(bench("x"))[1], two), "several heads"),
    ):
        with pytest.raises(BadInput, match=told):
            interleaved(paths, bench("marlin"), "p")


def test_walls_beside_a_nozzle_are_never_far_above_it():
    joint = together(bench("marlin"))[1]
    passes = closest_passes(joint)
    assert {head for head, _, _ in passes} == {0, 1}
    assert max(rise for _, rise, _ in passes) == pytest.approx(0, abs=1e-12)
    # middles of the outer beads are a gap and two half beads apart
    assert min(distance for _, _, distance in passes) == pytest.approx(50e-6 + 30e-6)


@pytest.mark.parametrize(("outer", "fits"), [(100e-6, True), (129e-6, True), (131e-6, False), (400e-6, False)])
def test_nozzle_outside_against_the_gap(outer, fits):
    """80 um between the middles less half a bead leave 65 um beside the middle of a bead."""
    joint = together(bench("marlin"))[1]
    found = collision_findings(joint, (nozzle(outer, 5), nozzle(outer, 5)))
    assert {f.severity for f in found} == (set() if fits else {"error"})
    guess = collision_findings(joint, (nozzle(outer, 5, "low"), nozzle(outer, 5, "low")))
    assert {f.severity for f in guess} == (set() if fits else {"warning"})
    assert {f.severity for f in collision_findings(joint, (None, None))} == {"warning"}


def test_one_after_the_other_would_pass_a_standing_wall():
    """The same filaments in the order of two programs: then the wall stands all its layers above the nozzle."""
    joint = together(bench("marlin"))[1]
    order = np.lexsort((np.arange(len(joint.kinds)), joint.head_of))
    points = np.concatenate([joint.points[joint.starts[k] : joint.starts[k + 1]] for k in order])
    one_by_one = dataclasses.replace(
        joint, points=points, head_of=joint.head_of[order], layer_of=joint.layer_of[order],
        kinds=tuple(joint.kinds[k] for k in order),
    )  # fmt: skip
    assert max(rise for _, rise, _ in closest_passes(one_by_one)) == pytest.approx(2 * 24e-6)


def test_style_lengths_by_hand():
    """30 um shut off and 20 um led in: 10 um less a filament; the tail is dry."""
    plain, styled = (printed(dataclasses.replace(SETTINGS, style=s))[1][0] for s in (LineStyle(), STYLE))
    count = len(plain.kinds)
    assert styled.printed_length == pytest.approx(plain.printed_length - count * 10e-6)
    assert styled.ink_volume / styled.printed_length == pytest.approx(plain.ink_volume / plain.printed_length)
    table = moves(styled)
    coast = np.flatnonzero(table.kinds == COAST)
    assert np.abs(table.points[coast] - table.points[coast - 1]).sum(axis=1) == pytest.approx(np.full(count, 30 * UM))
    over = table.points[table.kinds == OVER]
    assert math.isclose(float(over[0, 0]), plain.points[0, 0] * 1e9 - 20 * UM, abs_tol=1)
    assert totals(styled).duration == pytest.approx(styled.duration)


def test_the_valve_closes_inside_a_polyline_of_many_points():
    base = printed()[1][0]
    line = np.array([[0, 0], [100, 0], [100, 10], [90, 10], [90, 20.0]]) * 1e-6
    points = np.concatenate([base.points[:2], np.column_stack([line, np.full(5, 30e-6)])])
    path = dataclasses.replace(
        base, points=points, starts=np.array([0, 2, 7]), kinds=("prime", "wall"), layer_of=np.array([0, 1]),
        style=LineStyle(shutoff_distance=25e-6),
    )  # fmt: skip
    table = moves(path)
    wet = (table.kinds == PRINT) & (table.filament == 1)
    ends = table.points[wet].tolist()
    assert ends == [[100 * UM, 0, 30 * UM], [100 * UM, 5 * UM, 30 * UM]]
    assert (table.kinds[table.filament == 1] == COAST).sum() == 3


def test_styles_come_from_the_ink_then_the_machine():
    def made(value):
        return Quantity(value, "length", "test", "high")

    machine = dataclasses.replace(bench("marlin"), style=Style(wipe=made(1e-5), lead_in=made(2e-5)))
    assert line_style(machine) == LineStyle(wipe=1e-5, lead_in=2e-5)
    ink = dataclasses.make_dataclass("I", ["style"])(Style(wipe=made(3e-5)))
    assert line_style(machine, ink) == LineStyle(wipe=3e-5, lead_in=2e-5)


def test_heads_apart_are_the_programs_that_were_joined():
    machine = bench("marlin")
    joint = together(machine)[1]
    one, two = parted(joint)
    assert (one.name, two.name) == ("print-anode, lto", "print-anode, lfp")
    for part, alone in zip((one, two), printed()[1], strict=True):
        assert np.allclose(part.points, alone.points) and part.kinds == alone.kinds
        assert part.printed_length == pytest.approx(alone.printed_length) and part.heads == ()
    assert parted(one) == (one,)


def test_the_ramps_count_the_changes_of_head():
    far, near = bench("marlin"), dataclasses.replace(bench("marlin"), heads=())
    slow, quick = together(far)[1], together(near)[1]
    changes = SETTINGS.layers + 1
    assert ramped_duration(slow, 1e14) == pytest.approx(slow.duration, rel=1e-6)
    # 25 mm more at 5 mm/s each time, and the rise to the other height
    assert slow.ramped - quick.ramped == pytest.approx(changes * 25.123e-3 / 5e-3, rel=0.05)
