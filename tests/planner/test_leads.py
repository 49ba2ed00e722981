"""Leads from a structure's own pads to named places: one piece a net, apart, inside, off the keep-outs, counted."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.architectures.base import NOWHERE, Footprint
from fabplan.errors import Infeasible
from fabplan.exporters import gds
from fabplan.geometry import manhattan, outlines
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Region, area, bounds, joined, polygons, rectangle, translated
from fabplan.geometry.shapes import buffered, contains, difference, distance, intersection, pieces, union
from fabplan.layout.outline_rules import check
from fabplan.planner.footprint_lead_ways import led
from fabplan.planner.footprint_leads import Lead, Led, Ruled, with_leads
from fabplan.planner.plan import Plan
from tests.planner.plans import planned, shipped_plan

#: structure, and where on a larger outline its terminals are wanted
PLANS = {
    "interdigital-3d-filament": ("8 mm x 8 mm", ("4 mm", "8 mm"), ("4 mm", "0 mm")),  # each pad on the other side
    "interdigital-3d-pillar": ("6 mm x 6 mm", ("1 mm", "0 mm"), ("5 mm", "0 mm")),
    "laminated-thin-film": ("8 mm x 8 mm", ("0 mm", "4 mm"), ("8 mm", "4 mm")),
}
KEEP_OUT = "circle 0.6 mm at 0.6 mm, 6.4 mm"


@cache
def led_plan(name: str) -> Plan:
    size, anode, cathode = PLANS[name]
    places = f"{{anode = {list(anode)}, cathode = {list(cathode)}}}".replace("'", '"')
    keep_outs = [] if size.startswith("6") else [f'footprint.keep_outs=["{KEEP_OUT}"]']
    return planned(name, f'footprint.size="{size}"', f"footprint.terminals={places}", *keep_outs)


def collector(bodies: tuple[Body, ...], net: str) -> Region:
    return joined(body.region for body in bodies if body.role == f"{net}_collector")


def nets_of(oracle: Callable[[str], Any], plan: Plan, path: Path, extra: Region = NOWHERE) -> int:
    """Electrical nets of the exported layout, by KLayout's extractor; collectors meet where no electrolyte lies."""
    db = oracle("klayout.db")
    (data,) = [data for name, data in gds.export(plan).items() if name.endswith(f"{plan.name}.gds")]
    path.write_bytes(data)
    layout = db.Layout()
    layout.read(str(path))
    by_role: dict[str, Any] = {}
    for body in plan.bodies:
        numbers = {(layer.layer, layer.datatype) for layer in plan.layers if body.name in layer.name}
        for pair in sorted(numbers):
            shapes = db.Region(layout.top_cell().begin_shapes_rec(layout.layer(*pair)))
            by_role.setdefault(body.role, db.Region()).insert(shapes)
    flat = db.Layout()
    flat.dbu = layout.dbu
    cell = flat.create_cell("NETS")
    for ring in polygons(extra):
        by_role["anode_collector"].insert(db.Polygon([db.Point(x, y) for x, y in ring]))
    roles = ("anode_collector", "anode", "cathode_collector", "cathode")
    drawn = [by_role[role].merged() for role in roles]
    drawn += [drawn[k] - by_role["electrolyte"].merged() for k in (0, 2)]
    for number, region in enumerate(drawn):
        cell.shapes(flat.layer(number, 0)).insert(region)
    extractor = db.LayoutToNetlist(db.RecursiveShapeIterator(flat, cell, []))
    layers = [extractor.make_layer(flat.layer(number, 0), f"l{number}") for number in range(len(drawn))]
    for layer in layers:
        extractor.connect(layer)
    for one, other in ((0, 1), (2, 3), (0, 4), (2, 5), (4, 5)):
        extractor.connect(layers[one], layers[other])
    extractor.extract_netlist()
    return sum(1 for _ in next(iter(extractor.netlist().each_circuit_top_down())).each_net())


@pytest.mark.parametrize("name", PLANS)
def test_klayout_finds_two_nets_with_leads(name: str, oracle: Callable[[str], Any], tmp_path: Path) -> None:
    plan = led_plan(name)
    assert nets_of(oracle, plan, tmp_path / "two.gds") == 2
    # a bar over both named pads is seen as a bridge
    ends = [plan.footprint.places[net] for net in ("anode", "cathode")]
    (x0, y0), (x1, y1) = (tuple(map(f, *ends)) for f in (min, max))
    bridge = rectangle(x0 - 99_000, y0 - 99_000, x1 + 99_000, y1 + 99_000)
    assert nets_of(oracle, plan, tmp_path / "one.gds", bridge) == 1


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_with_leads_keeps_the_rules(name: str) -> None:
    plan = led_plan(name)
    assert check(plan.bodies, plan.footprint) == ()
    assert not [f for f in plan.findings if f.severity == "error"]
    (said,) = [line for line in plan.reason if line.startswith("Leads")]
    assert "squares" in said and "ohm" in said
    for net, place in plan.footprint.places.items():
        assert pieces(collector(plan.bodies, net)) == 1
        assert outlines.holds(collector(plan.bodies, net), place)
    parts = plan.estimate["resistance_parts_ohm"]
    assert parts["leads"] > 0 and sum(parts.values()) == pytest.approx(plan.estimate["dc_resistance_ohm"])


def test_the_resistance_of_leads_is_that_of_their_squares() -> None:
    plan = led_plan("interdigital-3d-pillar")
    # Ti/Pt of 10 and 200 nm counts as 0.21 um of platinum with 106 nohm m (pt-ti)
    (said,) = [line for line in plan.reason if line.startswith("Leads")]
    squares = [float(word.split("(")[1]) for word in said.split(" squares")[:-1]]
    metal = plan.materials["collector"].collector
    assert metal is not None and metal.resistivity is not None and metal.resistivity.value is not None
    thick = next(body.thickness for body in plan.bodies if body.role == "anode_collector")
    assert plan.estimate["resistance_parts_ohm"]["leads"] == pytest.approx(
        sum(squares) * metal.resistivity.value / thick, rel=5e-3
    )


CELLS = ("interdigital-3d-pillar", "laminated-thin-film", "segmented-flexible")


@cache
def cell_of(name: str) -> tuple[tuple[Body, ...], Ruled]:
    """Bodies of a shipped plan, and a rule of leads that suits them."""
    plan = shipped_plan(name)
    pad = round(plan.parameters["pad_size"].value / NANOMETRE)
    return plan.bodies, Ruled(pad // 4 // 2 * 2, pad // 4, pad, pad // 8)


@st.composite
def sites(draw: Any) -> tuple[str, Footprint, tuple[Body, ...], Ruled]:
    """A cell on a larger outline with keep-outs, terminals on its edges."""
    name = draw(st.sampled_from(CELLS))
    bodies, rule = cell_of(name)
    hull = [bounds(body.region) for body in bodies if body.role != "substrate"]
    wide, long = (max(box[k + 2] for box in hull) for k in (0, 1))
    around = 3 * rule.gap + rule.width + rule.pad + draw(st.integers(0, 4)) * rule.pad
    outline = rectangle(0, 0, wide + 2 * around, long + 2 * around)
    _, _, right, top = bounds(outline)

    def edge() -> tuple[int, int]:
        side, along = draw(st.integers(0, 3)), draw(st.integers(5, 95)) / 100
        x, y = round(rule.pad + along * (right - 2 * rule.pad)), round(rule.pad + along * (top - 2 * rule.pad))
        return ((x, 0), (x, top), (0, y), (right, y))[int(side)]

    places = {"anode": edge(), "cathode": edge()}
    taken = Region()
    if draw(st.booleans()):
        taken = outlines.circle(draw(st.integers(0, right)), draw(st.integers(0, around)), rule.pad, covering=True)
    usable = outlines.kept_free(outline, taken)
    footprint = Footprint(
        wide * NANOMETRE, long * NANOMETRE, outline=outline, keep_outs=taken, usable=usable, corner=(around, around),
        places=places, clearance=rule.gap * NANOMETRE,
    )  # fmt: skip
    moved = tuple(dataclasses.replace(body, region=translated(body.region, around, around)) for body in bodies)
    return name, footprint, moved, rule


@settings(max_examples=8, deadline=None)
@given(sites())
def test_leads_anywhere(site: tuple[str, Footprint, tuple[Body, ...], Ruled]) -> None:
    name, footprint, bodies, rule = site
    found = led(bodies, footprint, rule)
    if found.fault:
        # without keep-outs there is always a way around the cell, unless the pads themselves are too near
        (x0, y0), (x1, y1) = footprint.places.values()
        near = 2 * (rule.pad + rule.gap + rule.width)
        assert footprint.keep_outs or max(abs(x0 - x1), abs(y0 - y1)) < near, found.fault
        return
    assert [lead.net for lead in found.leads] == ["anode", "cathode"]
    with_them = with_leads(bodies, found.leads)
    inner = buffered(footprint.usable, 1.5)
    for lead in found.leads:
        own = collector(with_them, lead.net)
        assert pieces(own) == pieces(collector(bodies, lead.net)) == 1
        assert outlines.holds(own, footprint.places[lead.net])
        assert contains(inner, lead.region)
        assert distance(lead.region, footprint.keep_outs) >= rule.gap - 1.5
        # what is drawn is the pad and the length that the resistance counts
        wanted = (lead.length - rule.pad / 2 * NANOMETRE) * lead.width + (rule.pad * NANOMETRE) ** 2
        assert abs(area(lead.region) - wanted) <= (rule.pad + 6 * rule.width) * NANOMETRE * lead.width
        other = [body.region for body in with_them if body.net not in (None, lead.net)]
        wet = [body.region for body in bodies if body.role == "electrolyte"]
        assert distance(lead.region, joined([*other, *wet])) >= rule.gap - 1
        assert lead.apart == pytest.approx(distance(lead.region, joined(other)) * NANOMETRE)
        dry = union([body.region for body in bodies if body.role == "encapsulation"])
        assert area(intersection(lead.region, dry)) == pytest.approx(0.0, abs=1e-15)  # nothing under lid or frame
        # nothing narrower than the lead: opening by less than its width takes nothing away
        opened = buffered(buffered(own_near(own, lead), -0.49 * rule.width), 0.49 * rule.width)
        assert area(difference(lead.region, opened)) <= 4 * lead.length * 4e-9 + 1e-15, name


def own_near(own: Region, lead: Lead) -> Region:
    """The collector where a lead is, so that fine combs elsewhere are not opened too."""
    return intersection(own, buffered(lead.region, 1e6))


def test_a_detour_takes_the_shortest_way() -> None:
    room = difference(rectangle(0, 0, 10_000, 10_000), rectangle(2_000, 2_000, 8_000, 10_000))
    way = manhattan.shortest(room, rectangle(0, 9_000, 1_000, 10_000), (9_500, 9_500), 1_000)
    assert way is not None and len(way) == 4
    length = sum(abs(x1 - x0) + abs(y1 - y0) for (x0, y0), (x1, y1) in itertools.pairwise(way))
    assert length == 8_000 + 9_000 + 8_000
    assert contains(room, manhattan.drawn(way, 1_000))


def test_a_passage_as_wide_as_the_conductor_is_used_and_a_narrower_one_is_not() -> None:
    for slot, open_ in ((1_000, True), (990, False)):
        room = union([rectangle(0, 0, 3_000, 3_000), rectangle(3_000, 1_000, 9_000, 1_000 + slot),
                      rectangle(9_000, 0, 12_000, 3_000)])  # fmt: skip
        way = manhattan.shortest(room, rectangle(0, 0, 3_000, 3_000), (10_500, 1_500), 1_000)
        assert (way is not None) == open_


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("microtube", "the anode's and the cathode's collector is a conformal film"),
        ("interlaced-pillar", "the cathode's pad lies 210 um above the substrate"),
        ("nanopore-array", "membrane that ends there"),
        ("wire", "the anode's collector is a wire"),
        ("laminated-foil-package", "the cathode's pad lies"),
    ],
)
def test_what_cannot_be_led_says_why(name: str, says: str) -> None:
    places = '{anode = ["15 mm", "0 mm"], cathode = ["0 mm", "15 mm"]}'
    with pytest.raises(Infeasible, match=says):
        planned(name, 'footprint.size="30 mm x 30 mm"', f"footprint.terminals={places}")


def test_a_place_behind_keep_outs_is_refused_by_name() -> None:
    places = '{anode = ["0.5 mm", "0.5 mm"], cathode = ["5 mm", "0 mm"]}'
    fence = '["rectangle 1.5 mm x 0.1 mm at 0 mm, 1.2 mm", "rectangle 0.1 mm x 1.2 mm at 1.4 mm, 0 mm"]'
    with pytest.raises(Infeasible, match="keep-outs are in the way"):
        planned("interdigital-3d-pillar", 'footprint.size="7 mm x 7 mm"', f"footprint.terminals={places}",
                f"footprint.keep_outs={fence}")  # fmt: skip


def test_no_lead_where_a_pad_is_already_there() -> None:
    bodies, rule = cell_of("laminated-thin-film")
    x0, y0, x1, y1 = bounds(collector(bodies, "cathode"))
    foot = Footprint(
        5e-3, 5e-3, outline=rectangle(0, 0, 5_000_000, 5_000_000), usable=rectangle(0, 0, 5_000_000, 5_000_000),
        places={"cathode": ((x0 + x1) // 2, y0)},
    )  # fmt: skip
    found = led(bodies, foot, rule)
    assert isinstance(found, Led) and not found.fault
    (lead,) = found.leads
    assert lead.length == pytest.approx(0.0, abs=1e-8) and y1 > 0
