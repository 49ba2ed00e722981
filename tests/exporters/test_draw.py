"""Pictures for papers: SVG that stands alone, safe against names, refused where there is nothing."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree

import pytest

from fabplan.errors import BadInput
from fabplan.exporters._draw import WHAT, drawing
from fabplan.planner.plan import Plan
from tests.exporters.sample_plan import infected, sample_plan

PLAN = sample_plan()
SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> str:
    return " ".join("".join(node.itertext()) for node in ElementTree.fromstring(picture).iter(f"{SVG}text"))


@pytest.mark.parametrize("what", WHAT)
def test_it_is_a_picture(what: str) -> None:
    picture = drawing(PLAN, what)
    root = ElementTree.fromstring(picture)
    assert root.tag == f"{SVG}svg" and root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert "var(" not in picture and "class=" not in picture and picture == drawing(PLAN, what)
    assert root.find(f"{SVG}title") is not None


def test_what_they_show() -> None:
    assert "anode-walls" in texts(drawing(PLAN, "layout")) and "µm" in texts(drawing(PLAN, "layout"))
    assert "coat" in texts(drawing(PLAN, "section")) and "300 µm" in texts(drawing(PLAN, "section")).replace(
        "\u202f", " "
    )
    assert "600 °C" in texts(drawing(PLAN, "flow")).replace("\u202f", " ")
    assert "0.2C" in texts(drawing(PLAN, "discharge")) and "this cell" in texts(drawing(PLAN, "ragone"))


@pytest.mark.parametrize("what", WHAT)
def test_names_cannot_change_a_picture(what: str) -> None:
    bad = infected(PLAN, '</text><script>alert(1)</script><text onload="x">{{ 7*7 }}')
    assert isinstance(bad, Plan)
    tags = [node.tag for node in ElementTree.fromstring(drawing(bad, what)).iter()]
    assert tags == [node.tag for node in ElementTree.fromstring(drawing(PLAN, what)).iter()]


@pytest.mark.parametrize("what", WHAT)
def test_nothing_to_draw_is_said(what: str) -> None:
    bare = dataclasses.replace(
        PLAN, layers=(), bodies=(), steps=(), curves=(), alternatives=(), estimate={**PLAN.estimate, "rates": []}
    )
    with pytest.raises(BadInput, match="nothing to draw"):
        drawing(bare, what)
