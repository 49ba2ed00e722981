"""The layout viewer in a real browser: what it draws, and every way to move, choose and measure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pytest

from fabplan.findings import Finding
from fabplan.geometry.region import Lattice, Region, area, bounds, joined, rectangle
from fabplan.planner.plan import Plan
from tests.browser.chromium import Browser
from tests.browser.pixels import painted
from tests.exporters.sample_plan import sample_plan

Opener = Callable[..., Browser]
PLAN = sample_plan()
VIEW = "[fab.layout.view.scale, fab.layout.view.x, fab.layout.view.y]"


def million() -> Plan:
    """Two nets of 10^6 pillars each."""
    lattice = Lattice(1000, 1000, 1000, 1000)
    regions = {"anode": rectangle(0, 0, 600, 300, lattice), "cathode": rectangle(0, 500, 600, 800, lattice)}
    layers = tuple(dataclasses.replace(x, region=regions[x.net]) if x.net else x for x in PLAN.layers)
    return dataclasses.replace(PLAN, layers=layers, bodies=PLAN.bodies[:1], toolpaths=())


def test_every_layer_has_its_area_on_its_canvas(page: Opener) -> None:
    opened = page(PLAN)
    scale, _, _ = opened.run(VIEW)
    wide, high = opened.run("[fab.layout.view.width, fab.layout.view.height]")
    for entry in opened.run("fab.layout.layers.map((l) => [l.key, l.name, l.box.checked, l.hollow])"):
        key, name, shown, hollow = entry
        layer = next(x for x in PLAN.layers if x.name == name)
        if shown and not hollow:
            share = area(layer.region) / 1e-18 * scale**2 / (wide * high)
            assert painted(opened, f"canvas.{key}") == pytest.approx(share, rel=0.05, abs=1e-4), name


def test_boxes_that_layers_share_are_all_drawn(page: Opener) -> None:
    fingers = [rectangle(x, 0, x + 3_000, 100_000) for x in range(0, 400_000, 10_000)]
    extra = [rectangle(x, 200_000, x + 7_000, 250_000) for x in range(0, 30_000, 10_000)]
    own = rectangle(0, 300_000, 9_000, 310_000)
    regions = [joined([*fingers, *extra]), joined([own, *fingers[3:], *extra[:1]]), joined([*fingers[5:30], own])]
    nets = [layer for layer in PLAN.layers if layer.net][:3]
    of = dict(zip((layer.name for layer in nets), regions, strict=True))
    layers = tuple(dataclasses.replace(x, region=of.get(x.name, x.region)) for x in PLAN.layers)
    opened = page(dataclasses.replace(PLAN, layers=layers))
    drawn = opened.run("fab.layout.layers.map((l) => [l.name, l.like, l.parts.map((p) => [p.x0, p.y0, p.x1, p.y1])])")
    by_name = {name: (like, [tuple(box) for box in boxes]) for name, like, boxes in drawn}
    places = [entry[0] for entry in drawn]
    assert [by_name[layer.name][0] for layer in nets] == [-1, *(places.index(layer.name) for layer in nets[:2])]
    for layer, region in zip(nets, regions, strict=True):
        assert sorted(by_name[layer.name][1]) == sorted(bounds(Region((part,))) for part in region.parts)


def test_zoom_pan_and_keys(page: Opener) -> None:
    opened = page(PLAN)
    start = opened.run(VIEW)
    x, y = opened.middle(".viewer")
    opened.drag(x, y, x + 60, y + 30)
    after = opened.run(VIEW)
    assert after[0] == start[0]
    assert after[1] == pytest.approx(start[1] - 60 / start[0]) and after[2] == pytest.approx(start[2] + 30 / start[0])
    opened.press("[data-do=in]")
    assert opened.run(VIEW)[0] == pytest.approx(1.6 * start[0])
    opened.run("document.querySelector('.viewer').focus()")
    opened.mouse("Wheel", x, y, deltaX=0, deltaY=-200)
    assert opened.run(VIEW)[0] > 1.6 * start[0]
    opened.key("0")
    assert opened.run(VIEW) == pytest.approx(start)
    opened.key("ArrowRight")
    assert opened.run(VIEW)[1] > start[1]
    opened.press("[data-do=fit]")
    assert opened.run(VIEW) == pytest.approx(start)


def test_the_wheel_scrolls_the_page_until_the_view_is_chosen(page: Opener) -> None:
    opened = page(PLAN)
    start = opened.run(VIEW)
    x, y = opened.middle(".viewer")
    opened.mouse("Wheel", x, y, deltaX=0, deltaY=200)
    assert opened.run(VIEW) == start


def test_a_small_map_shows_where_the_view_is_and_leads_elsewhere(page: Opener) -> None:
    opened = page(PLAN)
    hidden = "document.querySelector('canvas.map').hidden"
    assert opened.run(hidden) is True
    opened.run("fab.layout.view.zoom(8)")
    opened.settle()
    assert opened.run(hidden) is False and painted(opened, "canvas.map") > 0.2
    x, y = opened.middle("canvas.map")
    wide, high = opened.run("(b => [b.width, b.height])(document.querySelector('canvas.map').getBoundingClientRect())")
    opened.click(x + 0.3 * wide, y - 0.3 * high)
    x0, y0, x1, y1 = opened.run("fab.layout.view.box")
    at = opened.run("(v => [v.toX(v.width / 2), v.toY(v.height / 2)])(fab.layout.view)")
    near = max(x1 - x0, y1 - y0) / 50
    assert at == [pytest.approx(x0 + 0.8 * (x1 - x0), abs=near), pytest.approx(y0 + 0.8 * (y1 - y0), abs=near)]
    full = painted(opened, "canvas.map")
    opened.press("[data-do=none]")
    opened.settle()
    assert painted(opened, "canvas.map") < 0.2 * full  # only the frame


def test_a_chosen_finding_is_framed(page: Opener) -> None:
    places = ["anode", "footprint at x 0.5 mm, y 0.4 mm"]
    found = tuple(Finding("minimum-gap", "warning", where, "near", change="move") for where in places)
    opened = page(dataclasses.replace(PLAN, findings=found[:1]))
    alone = painted(opened, "canvas.over")
    opened = page(dataclasses.replace(PLAN, findings=found))
    before = painted(opened, "canvas.over")
    assert before > alone  # the cross at the point
    opened.run("fab.layout.jump(1)")
    opened.settle()
    box, view = opened.run("fab.layout.marks[0].at"), opened.run(VIEW)
    assert painted(opened, "canvas.over") > before  # its frame
    assert view[1] < box[0] and view[2] < box[1]
    opened.run("fab.layout.jump(2)")
    x, y = opened.run("(v => [v.px(5e5), v.py(4e5)])(fab.layout.view)")
    wide, high = opened.run("[fab.layout.view.width, fab.layout.view.height]")
    assert [x, y] == [pytest.approx(wide / 2, abs=2), pytest.approx(high / 2, abs=2)]


def test_layers_on_and_off_and_nets(page: Opener) -> None:
    opened = page(PLAN)
    opened.press("[data-do=none]")
    shown = (
        "[...document.querySelectorAll('.layout .viewer canvas:not(.over)')].filter((c) => c.checkVisibility()).length"
    )
    assert opened.run(shown) == 0
    opened.press(".legend .for-layer8 label")
    opened.settle()
    assert opened.run(shown) == 1 and painted(opened, "canvas.layer8") > 0
    opened.press("[data-do=all]")
    assert opened.run(shown) == len([x for x in PLAN.layers if x.region])
    opened.choose("[data-do=net]", "anode")
    dim = set(opened.run("fab.layout.layers.filter((l) => l.canvas.classList.contains('dim')).map((l) => l.name)"))
    assert dim == {x.name for x in PLAN.layers if x.region and x.net != "anode"}


def test_measuring(page: Opener) -> None:
    opened = page(PLAN)
    opened.press("[data-do=measure]")
    x, y = opened.middle(".viewer")
    opened.click(x - 100, y)
    opened.click(x + 100, y + 75)
    scale = opened.run(VIEW)[0]
    text = opened.run("document.querySelector('.layout .status').textContent").replace("\u202f", " ")
    across = float(re.search(r"across ([\d.]+) µm", text)[1])
    assert across == pytest.approx(200 / scale * 1e-3, abs=0.01) and "along −" in text
    opened.key("Escape")
    opened.run("document.querySelector('.viewer').focus()")
    opened.key("m")
    opened.key("Enter")
    opened.key("ArrowRight")
    opened.key("Enter")
    assert opened.run("document.querySelector('.layout .status').textContent").startswith("distance")


def test_findings_are_pinned_and_jump_there(page: Opener) -> None:
    found = (
        Finding("a", "warning", "cathode-walls", "a body"),
        Finding("b", "error", "anode on cathode at x 0.33 mm, y -0.125 mm", "a point"),
        Finding("c", "info", "print-anode", "a step"),
        Finding("d", "info", "estimate", "nowhere"),
    )
    opened = page(dataclasses.replace(PLAN, findings=found))
    assert opened.run("fab.layout.marks.map((m) => m.number)") == [1, 2, 3]
    assert opened.run("document.querySelectorAll('[data-finding]').length") == 3
    opened.press("[data-finding='2']")
    opened.settle()
    v = "fab.layout.view"
    middle = opened.run(f"[{v}.toX({v}.width / 2), {v}.toY({v}.height / 2)]")
    assert middle == pytest.approx([330_000, -125_000], abs=1)
    opened.press("[data-do=fit]")
    opened.settle()
    opened.press(".pin.warning")
    box = bounds(next(x.region for x in PLAN.layers if x.name == "cathode-walls"))
    middle = opened.run(f"[{v}.toX({v}.width / 2), {v}.toY({v}.height / 2)]")
    assert middle == pytest.approx([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], abs=1)
    assert opened.run("document.activeElement.className") in ("viewer", "pin warning chosen")


def test_an_address_leads_to_a_finding(page: Opener) -> None:
    opened = page(PLAN, "#finding=2")
    assert opened.run("document.querySelector('.pin.chosen').textContent") == "2"


def test_a_million_copies_stay_smooth(page: Opener) -> None:
    opened, drawn = page(million()), []
    whole = painted(opened, "canvas.layer8")
    scale = opened.run(VIEW)[0]
    wide, high = opened.run("[fab.layout.view.width, fab.layout.view.height]")
    assert whole == pytest.approx(0.18e12 * scale**2 / (wide * high), rel=0.03)  # as dark as it is dense
    for zoom in (1, 4, 4, 4):
        opened.run(f"fab.layout.view.zoom({zoom})")
        opened.run("fab.layout.view.pan(3, 2); fab.layout.redraw(true)")
        drawn.append(opened.run("fab.layout.polygons()"))
    # what a frame costs is what it draws: of two million pillars never more than a canvas has room for
    assert max(drawn) < 100_000, drawn
    opened.settle(0.4)
    assert painted(opened, "canvas.layer8") == pytest.approx(0.18, rel=0.1)
    used = opened.run("performance.memory ? performance.memory.usedJSHeapSize : 0")
    assert used < 100e6


def test_dark_phone_and_print(page: Opener) -> None:
    opened = page(PLAN, width=380, height=760, scheme="dark", phone=True)
    assert opened.run("document.documentElement.scrollWidth") <= 380
    assert opened.run("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 28)"
    assert painted(opened, "canvas.layer8") > 0
    opened.media("light", "print")
    visible = "(s) => document.querySelector(s).checkVisibility()"
    assert opened.run(f"['.viewer', '.layout .still svg'].map({visible})") == [False, True]
    opened.media("light")


def test_without_scripts_the_picture_is_there(page: Opener) -> None:
    opened = page(PLAN, script=False)
    # The protocol may still look at the page.
    assert opened.run("document.documentElement.className") == ""
    shown = [opened.run(f"document.querySelector('{s}').checkVisibility()") for s in (".viewer", ".layout .still")]
    assert shown == [False, True]
