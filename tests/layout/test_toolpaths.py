"""Toolpaths: every bead inside its wall, walls filled, time and ink by a second formula, rules that fire."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.catalog.types import Nozzle
from fabplan.errors import BadInput
from fabplan.geometry.region import Lattice, Part, Region, polygons, rectangle
from fabplan.layout.toolpaths import PrintSettings, clearance, print_findings, steps_digest, toolpath, whole_steps
from fabplan.layout.types import Toolpath
from fabplan.records import Quantity
from tests.printing import SETTINGS, UM, comb, gantry, pair, printed, turned, walls

MACHINE = gantry()
FOOTPRINT = (0, 0, 5_000 * UM, 5_000 * UM)


def lines(path: Toolpath, layer: int | None = None) -> list[np.ndarray]:
    return [
        path.points[path.starts[k] : path.starts[k + 1]] / 1e-9
        for k in range(len(path.kinds))
        if layer is None or path.layer_of[k] == layer
    ]


def flat(region: Region) -> shapely.Geometry:
    return shapely.union_all([shapely.Polygon(p) for p in polygons(region)])


shapes = st.fixed_dictionaries(
    {
        "count": st.integers(2, 6),
        "width": st.integers(20 * UM, 120 * UM),
        "gap": st.integers(5 * UM, 100 * UM),
        "length": st.integers(300 * UM, 900 * UM),
        "bus": st.integers(20 * UM, 200 * UM),
    }
)


@settings(max_examples=60, deadline=None)
@given(shapes, st.integers(1, 5), st.integers(1, 4), st.booleans(), st.booleans())
def test_beads_fill_their_walls_and_nothing_else(shape, beads, layers, turn, of_cathode):
    anode, cathode = pair(**shape)
    body, other = (cathode, anode) if of_cathode else (anode, cathode)
    if turn:
        body, other = (dataclasses.replace(b, region=turned(b.region)) for b in (body, other))
    wanted = dataclasses.replace(SETTINGS, beads_per_width=beads, layers=layers)
    path = toolpath(body, wanted, MACHINE, 0, "p", FOOTPRINT)
    drawn, rival = flat(body.region), flat(other.region)
    bus = shape["bus"]
    bus_beads = max(1, (2 * bus * beads + shape["width"]) // (2 * shape["width"]))
    layer = lines(path, 1)
    assert len(layer) == shape["count"] * beads + bus_beads
    strips = []
    for line, kind in zip(layer, [k for k, n in zip(path.kinds, path.layer_of, strict=True) if n == 1], strict=True):
        width = bus / bus_beads if kind == "bus" else shape["width"] / beads
        assert drawn.buffer(2, join_style="mitre").covers(shapely.LineString(line[:, :2]).buffer(width / 2))
        strips.append(shapely.LineString(line[:, :2]).buffer(width / 2 + 1))
    # what round ends leave open of the corners: (1 - pi/4) / 2 of a bead's square at each end of a filament
    left = drawn.difference(shapely.union_all(strips)).area
    widest = max(bus / bus_beads, shape["width"] / beads)
    assert left <= 2 * len(layer) * (1 - math.pi / 4) / 2 * widest**2 * 1.05 + 2e-3 * drawn.area
    # no filament leaves its own net's side of the gap
    assert min(shapely.LineString(line[:, :2]).distance(rival) for line in layer) > shape["gap"]
    # all layers hold the same filaments, alternately backwards
    first = {frozenset(map(tuple, line[:, :2].round().astype(int).tolist())) for line in layer}
    for number in range(2, layers + 1):
        assert {frozenset(map(tuple, ln[:, :2].round().astype(int).tolist())) for ln in lines(path, number)} == first


@settings(max_examples=20, deadline=None)
@given(shapes, st.integers(1, 4))
def test_coordinates_are_whole_nanometres(shape, beads):
    path = toolpath(pair(**shape)[0], dataclasses.replace(SETTINGS, beads_per_width=beads), MACHINE, 0, "p", FOOTPRINT)
    assert np.abs(path.points / 1e-9 - np.rint(path.points / 1e-9)).max() < 1e-3


def test_one_finger_by_hand():
    """Wall 60 wide, 700 long, two beads: 15 and 45 um across, from the bus at 60 to 760 - 15 um."""
    body = walls("anode", comb(1, 60 * UM, 0, 700 * UM, 60 * UM), "anode")
    path = toolpath(body, SETTINGS, MACHINE, 0, "p", FOOTPRINT)
    got = [line.round().astype(int).tolist() for line in lines(path, 1)]
    z = 30_300
    assert path.kinds[:5] == ("prime", "bus", "bus", "wall", "wall")
    assert [[15_000, 60_000, z], [15_000, 745_000, z]] in got
    assert [[45_000, 745_000, z], [45_000, 60_000, z]] in got


def test_length_time_and_ink_by_a_second_formula():
    path = printed()[1][0]
    printed_length = travelled = 0.0
    here = None
    for line in lines(path):
        line = line * 1e-9
        if here is not None:
            travelled += math.dist(here[:2], line[0][:2])
        travelled += path.safe_height - line[0][2] + path.safe_height - line[-1][2]
        printed_length += sum(math.dist(a, b) for a, b in pairwise(line))
        here = line[-1]
    travelled += math.dist(here[:2], path.points[0, :2])
    assert path.printed_length == pytest.approx(printed_length, rel=1e-12)
    assert path.travel_length == pytest.approx(travelled, rel=1e-12)
    valves = len(path.kinds) * (path.start_delay + path.stop_delay)
    assert path.duration == pytest.approx(printed_length / 250e-6 + travelled / 5e-3 + valves, rel=1e-12)
    assert path.ink_volume == pytest.approx(math.pi * 15e-6**2 * printed_length, rel=1e-12)


def test_ink_fills_the_drawn_walls():
    """At 0.8 D pitch and one D per bead the beads hold 98 % of the drawn volume (architectures.md, 3)."""
    body = pair(length=9_000 * UM)[0]
    path = toolpath(body, dataclasses.replace(SETTINGS, layers=16), MACHINE, 0, "p", FOOTPRINT)
    prime = 5e-3 * math.pi * 15e-6**2
    drawn = sum(shapely.Polygon(p).area for p in polygons(body.region)) * 1e-18 * 16 * 24e-6
    assert (path.ink_volume - prime) / drawn == pytest.approx(math.pi * 30 / 4 / 24, rel=0.01)


@given(st.integers(0, 3), st.integers(-2_000, 2_000))
@settings(max_examples=20, deadline=None)
def test_prime_line_keeps_away_from_everything(tool, shift):
    anode, cathode = pair()
    pad = dataclasses.replace(anode, region=rectangle(shift * UM, -400 * UM, (shift + 500) * UM, -100 * UM))
    path = toolpath(anode, SETTINGS, MACHINE, tool, "p", FOOTPRINT, (cathode, pad))
    prime = shapely.LineString(lines(path, 0)[0][:, :2]).buffer(15 * UM)
    for region in (anode.region, cathode.region, pad.region, rectangle(*FOOTPRINT)):
        assert prime.distance(flat(region)) >= 1_000 * UM
    assert path.kinds[0] == "prime" and path.layer_of[0] == 0


def test_prime_lines_of_two_heads_are_apart():
    one, two = (toolpath(pair()[0], SETTINGS, MACHINE, tool, "p", FOOTPRINT) for tool in (0, 1))
    assert abs(one.points[0, 1] - two.points[0, 1]) >= 0.4e-3


def test_travel_is_above_all_that_stands():
    anode, cathode = pair()
    tall = dataclasses.replace(anode, thickness=900e-6)
    path = toolpath(cathode, SETTINGS, MACHINE, 1, "p", FOOTPRINT, (tall,))
    assert path.safe_height == pytest.approx(300e-9 + 900e-6 + 1e-3)
    assert toolpath(cathode, SETTINGS, MACHINE, 1, "p", FOOTPRINT).safe_height == pytest.approx(78.3e-6 + 1e-3)


def test_order_is_bus_first_and_travel_is_short():
    path = toolpath(pair(count=6)[0], SETTINGS, MACHINE, 0, "p", FOOTPRINT)
    first = [k for k, n in zip(path.kinds, path.layer_of, strict=True) if n == 1]
    assert first == ["bus"] * 2 + ["wall"] * 12
    assert path.layer_of.tolist() == sorted(path.layer_of.tolist())
    ends = lines(path, 2)
    hops = [math.dist(a[-1][:2], b[0][:2]) for a, b in pairwise(ends[2:])]
    assert max(hops) <= 190 * UM  # to the next finger; never back along a finger
    assert lines(path, 1)[2][0][1] == pytest.approx(60 * UM)  # the first starts at the bus


@pytest.mark.parametrize(("width", "beads"), [(20, 1), (44, 1), (60, 2), (360, 12), (345, 12)])
def test_walls_get_as_many_beads_as_fill_them(width, beads):
    """30 um nozzle, 24 um pitch: one bead is pi 30^2/(4 24) = 29.45 um wide; 345/29.45 = 11.7."""
    free = dataclasses.replace(SETTINGS, beads_per_width=None)
    path = toolpath(pair(width=width * UM)[0], free, MACHINE, 0, "p", FOOTPRINT)
    walls_of_layer = [k for k, n in zip(path.kinds, path.layer_of, strict=True) if n == 1 and k == "wall"]
    assert len(walls_of_layer) == 4 * beads
    assert path.bead_width == pytest.approx(width * 1e-6 / beads)
    wide = toolpath(pair(width=360 * UM)[0], dataclasses.replace(free, bead_width=60e-6), MACHINE, 0, "p", FOOTPRINT)
    assert wide.bead_width == pytest.approx(60e-6)


def test_faulty_settings_are_told_together():
    bad = dataclasses.replace(SETTINGS, speed=0.0, layers=0, nozzle=math.nan)
    blank = dataclasses.replace(MACHINE, travel_speed=None)
    with pytest.raises(BadInput) as caught:
        toolpath(pair()[0], bad, blank, 0, "p", FOOTPRINT)
    told = {p.where.split()[1] for p in caught.value.problems}
    assert told == {"layers", "nozzle", "speed", "travel_speed"}


def test_walls_that_are_no_rectangles_are_refused():
    corner = Region((Part(((0, 0), (10, 0), (10, 5), (5, 5), (5, 10), (0, 10)), Lattice()),))
    with pytest.raises(BadInput, match="not an axis-parallel rectangle"):
        toolpath(walls("anode", corner, "anode"), SETTINGS, MACHINE, 0, "p", FOOTPRINT)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20), st.integers(0, 8))
def test_whole_steps_round_half_away_from_zero(nanometres, decimals):
    got = whole_steps(np.array(nanometres) * 1e-9, decimals)
    for value, step in zip(nanometres, got.tolist(), strict=True):
        exact = abs(value) * 10**decimals / 10**6
        assert step == (math.floor(exact + 0.5) if decimals < 6 else round(exact)) * (1 if value >= 0 else -1)


def test_digest_sees_points_and_starts():
    points = np.arange(12).reshape(4, 3)
    base = steps_digest(points, np.array([0, 2, 4]))
    moved = points.copy()
    moved[3, 0] += 1
    assert len({base, steps_digest(moved, np.array([0, 2, 4])), steps_digest(points, np.array([0, 4]))}) == 3


# --- rules: each fires, and only then ---


def rules(found):
    return {(f.rule, f.severity) for f in found}


def quantity(value, dimension="length", confidence="high"):
    return Quantity(value, dimension, "test", confidence)


def test_a_good_job_has_no_findings():
    path = printed()[1][0]
    assert print_findings(path, MACHINE, gap=50e-6, overhang=5e-6, pot_life=1e6) == ()


def change(**fields):
    return lambda path, machine: (dataclasses.replace(path, **fields), machine)


def machine_change(**fields):
    return lambda path, machine: (path, dataclasses.replace(machine, **fields))


@pytest.mark.parametrize(
    ("edit", "options", "expected"),
    [
        (change(ramped=8.01 * 3600), {}, ("long-print", "warning")),
        (change(), {"pot_life": 10.0}, ("ink-pot-life", "warning")),
        (change(pressure=None), {}, ("dispenser-pressure", "warning")),
        (machine_change(pressure_high=quantity(689e3, "pressure")), {}, ("dispenser-pressure", "error")),
        (change(), {"gap": 10e-6}, ("placement", "error")),
        (change(), {"gap": 15e-6}, ("placement", "warning")),
        (machine_change(placement=None), {}, ("placement", "warning")),
        (change(), {"overhang": 2e-6}, ("print-onto-mask", "warning")),
        (machine_change(fiducials=False), {"overhang": 2e-6}, ("print-onto-mask", "error")),
        (machine_change(travel_x=quantity(4e-3)), {}, ("axis-range", "error")),
        (machine_change(nozzles=(Nozzle(diameter=quantity(5e-5)),)), {}, ("nozzle", "warning")),
        (change(extrusion_multiplier=1.5), {}, ("bead-section", "warning")),
        (change(extrusion_multiplier=2.2), {}, ("bead-section", "error")),
        (change(bead_width=345e-6), {}, ("bead-section", "error")),
        (change(layer_pitch=31e-6), {}, ("layer-pitch", "error")),
        (change(nozzle=24e-6), {}, ("standoff", "warning")),
        (change(start_delay=0.0), {}, None),
    ],
)
def test_rules_fire(edit, options, expected):
    path, machine = edit(printed()[1][0], MACHINE)
    found = rules(print_findings(path, machine, **options))
    if expected is None:
        assert not found
    else:
        assert expected in found


def test_unknown_valve_delay_is_said():
    path = dataclasses.replace(printed()[1][0], start_delay=0.0)
    assert ("valve-delay", "warning") in rules(print_findings(path, dataclasses.replace(MACHINE, start_delay=None)))


def test_short_filaments_are_said():
    body = walls("anode", rectangle(0, 0, 20 * UM, 40 * UM), "anode")
    path = toolpath(body, dataclasses.replace(SETTINGS, beads_per_width=1), MACHINE, 0, "p", FOOTPRINT)
    assert ("short-filament", "warning") in rules(print_findings(path, MACHINE))


def thin_nozzle(outer, cone, confidence="high"):
    return Nozzle(
        diameter=quantity(30e-6),
        outer_diameter=quantity(outer, confidence=confidence),
        cone_half_angle=quantity(cone, "number", confidence),
    )


@pytest.mark.parametrize("distance", [40e-6, 60e-6, 65e-6, 80e-6])
@pytest.mark.parametrize("cone", [0.0, 5.0, 15.0])
def test_nozzle_clearance_against_its_formula(distance, cone):
    """Middle of the outer bead to the wall is gap + half a bead; the cone is widest at the wall's top."""
    gap = distance - 15e-6
    anode, cathode = pair(gap=round(gap * 1e9))
    path = toolpath(cathode, SETTINGS, MACHINE, 1, "p", FOOTPRINT, (anode,))
    needed = 25e-6 + (300e-9 + 200e-6 - 30.3e-6) * math.tan(math.radians(cone))
    found = clearance(path, cathode, (anode,), thin_nozzle(50e-6, cone))
    if needed <= distance:
        assert found == ()
    else:
        assert rules(found) == {("nozzle-clearance", "error")}
        assert found[0].measured == pytest.approx(needed) and found[0].allowed == pytest.approx(distance)
        guess = clearance(path, cathode, (anode,), thin_nozzle(50e-6, cone, "low"))
        assert rules(guess) == {("nozzle-clearance", "warning")}


def test_unknown_nozzle_is_said_only_beside_standing_walls():
    anode, cathode = pair()
    path = toolpath(cathode, SETTINGS, MACHINE, 1, "p", FOOTPRINT, (anode,))
    assert rules(clearance(path, cathode, (anode,), None)) == {("nozzle-clearance", "warning")}
    film = dataclasses.replace(anode, bottom=0.0, thickness=300e-9)
    assert clearance(path, cathode, (film,), None) == ()


def test_a_filament_through_the_other_net_is_an_error():
    anode, cathode = pair()
    path = toolpath(anode, SETTINGS, MACHINE, 0, "p", FOOTPRINT)
    bar = dataclasses.replace(cathode, region=rectangle(0, 300 * UM, 900 * UM, 320 * UM))
    assert ("filament-crosses-net", "error") in rules(clearance(path, anode, (bar,), thin_nozzle(50e-6, 0)))
    touching = dataclasses.replace(cathode, region=rectangle(60 * UM, 100 * UM, 160 * UM, 700 * UM))
    assert ("filament-crosses-net", "error") in rules(clearance(path, anode, (touching,), None))
    assert ("filament-crosses-net", "error") not in rules(clearance(path, anode, (cathode,), None))
    same = dataclasses.replace(bar, net="anode")
    assert clearance(path, anode, (same,), None) == ()


def test_settings_have_no_hidden_machine_values():
    fields = {f.name for f in dataclasses.fields(PrintSettings)}
    assert {"travel_speed", "safe_height", "start_delay", "stop_delay"} <= fields
    wanted = dataclasses.replace(SETTINGS, travel_speed=1e-3, start_delay=0.2, stop_delay=0.0)
    given_path = toolpath(pair()[0], wanted, MACHINE, 0, "p", FOOTPRINT)
    assert (given_path.travel_speed, given_path.start_delay, given_path.stop_delay) == (1e-3, 0.2, 0.0)
