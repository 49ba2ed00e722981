"""The three-dimensional view in a real browser: what is turned, cut and hidden changes the pixels as it should."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.chromium import Browser
from tests.exporters.sample_plan import sample_plan

Opener = Callable[..., Browser]
PLAN = sample_plan()
STATUS = "document.querySelector('.solid .status').textContent"
#: share of the pixels that show solid parts of a role
SHARE = """((role) => {
  const part = fab.solid.redraw().part;
  const named = new Set(fab.solid.bodies.filter((b) => b.role === role).map((b) => b.number));
  return part.reduce((n, p) => n + (p > 0 && named.has(Math.floor((p - 1) / 5)) ? 1 : 0), 0) / part.length;
})"""
ANODE = "('anode')"
CATHODE = "('cathode')"


def shown(opened: Browser, colour: str) -> float:
    return float(opened.run(f"{SHARE}{colour}"))


def test_parts_appear_and_disappear(page: Opener) -> None:
    opened = page(PLAN)
    opened.settle(0.4)
    anode, cathode = shown(opened, ANODE), shown(opened, CATHODE)
    assert anode > 0.01 and cathode > 0.01
    name = next(b.name for b in PLAN.bodies if b.role == "cathode")
    opened.press(f'.solid [data-part="{name}"]')
    opened.settle(0.4)
    assert shown(opened, CATHODE) == 0 and shown(opened, ANODE) >= anode
    opened.press(f'.solid [data-part="{name}"]')
    opened.settle(0.4)
    assert shown(opened, CATHODE) == cathode


def test_cut_takes_away_and_says_where(page: Opener) -> None:
    opened = page(PLAN)
    opened.settle(0.4)
    whole = shown(opened, ANODE) + shown(opened, CATHODE)
    opened.choose(".solid [data-do=plane]", 0.3, "input")
    opened.settle(0.4)
    assert "cut across x at" in opened.run(STATUS)
    assert 0 < shown(opened, ANODE) + shown(opened, CATHODE) < whole
    opened.choose(".solid [data-do=cut]", "")
    opened.settle(0.4)
    assert shown(opened, ANODE) + shown(opened, CATHODE) == pytest.approx(whole)


def test_views_heights_and_keys(page: Opener) -> None:
    opened = page(PLAN)
    opened.press(".solid [data-do=side]")
    side = opened.run("fab.solid.view.tilt")
    opened.press(".solid [data-do=above]")
    assert (side, opened.run("Math.round(fab.solid.view.tilt * 180 / Math.PI)")) == (0, 90)
    opened.choose(".solid [data-do=stretch]", "1")
    opened.settle(0.3)
    assert "true to scale" in opened.run(STATUS)
    before = opened.run("fab.solid.view.turn")
    opened.run(
        "document.querySelector('.solid .viewer').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight'}))"
    )
    assert opened.run("fab.solid.view.turn") != before


def test_without_script_a_picture_stands_there(page: Opener) -> None:
    opened = page(PLAN, script=False)
    opened.call("Emulation.setScriptExecutionDisabled", value=False)
    assert opened.run("document.querySelectorAll('.solid .still path').length") > 10
