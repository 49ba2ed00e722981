"""The picture of the masks: true proportions, a scale bar of the right length, every layer named."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from fabplan.exporters import svg
from fabplan.geometry.region import Lattice, bounds, rectangle
from tests.exporters.mask_plan import mask_plan

PLAN = mask_plan()
NAMESPACE = {"s": "http://www.w3.org/2000/svg"}


def picture(plan: object = PLAN) -> ElementTree.Element:
    (data,) = svg.export(plan).values()  # type: ignore[arg-type]
    return ElementTree.fromstring(data)


def corners(path: str) -> list[tuple[float, float]]:
    """Start and relative steps of every outline, as absolute places."""
    places = []
    x = y = 0.0
    for command, text in re.findall(r"([Mhvlz])([^Mhvlz]*)", path):
        values = [float(v) for v in text.split()]
        if command == "M":
            x, y = values
        elif command == "h":
            x += values[0]
        elif command == "v":
            y += values[0]
        elif command == "l":
            x, y = x + values[0], y + values[1]
        places.append((x, y))
    return places


def test_nothing_without_masks() -> None:
    assert svg.export(dataclasses.replace(PLAN, masks=())) == {}


def test_every_layer_in_true_proportions() -> None:
    root = picture()
    paths = {p.get("id"): p.get("d") or "" for p in root.iterfind(".//s:path[@id]", NAMESPACE)}
    assert set(paths) == {layer.name for layer in PLAN.layers}
    scales = set()
    for layer in PLAN.layers:
        x0, y0, x1, y1 = bounds(layer.region)
        xs, ys = zip(*corners(paths[layer.name]), strict=True)
        scales |= {(max(xs) - min(xs)) / (x1 - x0), (max(ys) - min(ys)) / (y1 - y0)}
    assert max(scales) == pytest.approx(min(scales), rel=1e-3)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    root = picture()
    bar = next(p for p in root.iter("{http://www.w3.org/2000/svg}path") if not p.get("id"))
    across = float(re.findall(r"h([\d.]+)", bar.get("d") or "")[0])
    texts = [t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}text")]
    label = next(text for text in texts if re.fullmatch(r"\d+ .?m", text))
    nanometres = float(label.split()[0]) * {"mm": 1e6, "µm": 1e3, "nm": 1.0}[label.split()[1]]
    x0, _, x1, _ = bounds(PLAN.layers[-1].region)
    outline = next(p for p in root.iterfind(".//s:path[@id='outline-footprint']", NAMESPACE)).get("d") or ""
    xs = [x for x, _ in corners(outline)]
    assert across / nanometres == pytest.approx((max(xs) - min(xs)) / (x1 - x0), rel=1e-2)


def test_legend_and_title() -> None:
    texts = [t.text or "" for t in picture().iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == PLAN.name and "seen from above" in texts[1]
    for layer in PLAN.layers:
        assert any(f"{layer.layer}/{layer.datatype}, {layer.name}" in text for text in texts)


def test_huge_lattices_are_drawn_as_their_outline_and_the_title_says_so() -> None:
    dense = dataclasses.replace(PLAN.layers[0], region=rectangle(0, 0, 10, 10, Lattice(1000, 1000, 20, 20)))
    plan = dataclasses.replace(PLAN, layers=(dense, *PLAN.layers[1:]))
    (data,) = svg.export(plan).values()
    assert len(data) < 50_000 and "drawn as their outline" in data.decode()
    assert "drawn as their outline" not in svg.picture(PLAN)


def test_hostile_names_stay_text() -> None:
    bad = dataclasses.replace(PLAN.layers[0], material='"><script>alert(1)</script>')
    root = picture(dataclasses.replace(PLAN, layers=(bad, *PLAN.layers[1:]), name="<b>&"))
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert any("<script>" in (t.text or "") for t in root.iter("{http://www.w3.org/2000/svg}text"))


def test_colours_of_the_nets_differ_in_lightness() -> None:
    """Anode and cathode, electrodes and collectors stay apart in grey."""
    fills = {p.get("id"): p.get("fill") or "" for p in picture().iterfind(".//s:path[@id]", NAMESPACE)}
    names = ("anode-walls", "cathode-walls", "anode-collector", "cathode-collector")
    greys = sorted(_luminance(fills[name]) for name in names)
    assert min(b - a for a, b in pairwise(greys)) > 0.02


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
