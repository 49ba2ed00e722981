"""Hundreds of broken copies of good drawings: a region or one clear error, always soon."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.geometry.region import area
from fabplan.readers.outline import read_layers, read_outline
from tests.readers.drawings import POLYGON, SVG, block, circle, dxf, groups, insert, line, polyline

KNOTS, POLES = (0, 0, 0, 0, 1, 1, 1, 1), ((0, 0), (1, 3), (3, 3), (4, 4))
SPLINE = [(71, 3), *((40, k) for k in KNOTS), *(pair for x, y in POLES for pair in ((10, x), (20, y)))]
CORNERS = "".join(groups("VERTEX", (10, x), (20, x * x)) for x in range(3))
DXF = dxf(
    polyline([(0, 0), (9, 0), (9, 5), (0, 5)], bulge=0.2)
    + groups("ELLIPSE", (10, 20), (20, 0), (11, 3), (21, 1), (40, 0.5), (41, 0), (42, 6.283185307179586))
    + insert("B", (70, 3), (44, 9), (50, 30))
    + groups("SPLINE", *SPLINE, layer="S")
    + line(4, 4, 0, 0, layer="S"),
    block("B", circle(2) + groups("POLYLINE", (70, 1)) + CORNERS),
)
PATH = "M10 10h50a5 5 0 0 1 5 5v20a10,10 0 0110,10L10 45zM20 20q5 1 5 5t-5 3c1 1 2 -3 0-8z"
DRAWN = SVG.format(
    f'<g id="k" transform="rotate(30 50 50) scale(.2)"><path class="a b" fill-rule="evenodd" d="{PATH}"/></g>'
    '<defs><rect id="r" x="1" y="1" width="4" height="2" rx=".5"/></defs><use xlink:href="#r" y="4"/>'
    '<ellipse cx="3" cy="3" rx="2" ry="1" transform="matrix(1 .2 0 1 3 3)"/><polygon points="0,0 1,0 1,1"/>'
)
RINGS = "[[[0, 0], [10.5, 0], [10, 1e1], [0, 10], [0, 0]], [[2, 2], [4, 2], [4, 4], [2, 2]]]"
FEATURE = f'{{"type": "Feature", "properties": {{"layer": 1}}, "geometry": {POLYGON.format(RINGS)}}}'
GEOJSON = f'{{"type": "FeatureCollection", "features": [{FEATURE}]}}'
GOOD = {"dxf": DXF.encode(), "svg": DRAWN.encode(), "geojson": GEOJSON.encode()}
NUMBERS = {kind: re.compile(rb"-?[\d.]+" if kind != "dxf" else rb"(?<=\n)-?[\d.]+(?=\n)") for kind in GOOD}
TOKENS = st.sampled_from(
    [b"nan", b"inf", b"1e308", b"-1", b"0", b"9" * 25, b"1e-300", b"\0", b"\xff", b"<", b"[", b"{", b'"', b"7", b"1e5"]
)  # fmt: skip
PLACES = st.floats(0, 1, exclude_max=True)
CHANGES = st.lists(st.tuples(st.integers(0, 6), PLACES, st.integers(1, 60), TOKENS), max_size=4)
SECONDS = 5.0


def changed(data: bytes, kind: str, changes: list[tuple[int, float, int, bytes]]) -> bytes:
    """Numbers put in the place of numbers, and bytes flipped, cut out, repeated, moved, replaced, or cut off."""
    for how, place, size, token in changes:
        at = int(place * len(data))
        if how <= 1:
            found = [m.span() for m in NUMBERS[kind].finditer(data)]
            if found:
                low, high = found[int(place * len(found))]
                data = data[:low] + token + data[high:]
        elif how == 2:
            data = data[:at] + bytes([data[at] ^ (1 << size % 8)] if data else []) + data[at + 1 :]
        elif how == 3:
            data = data[:at] + data[at + size :]
        elif how == 4:
            data = data[:at] + data[at : at + size] * 3 + data[at + size :]
        elif how == 5:
            data = data[:at] + token + data[at + len(token) :]
        else:
            data = data[:at] if size > 55 else data[:at] + data[at : at + size][::-1] + data[at + size :]
    return data


@pytest.mark.parametrize("kind", GOOD)
def test_the_unchanged_drawings_are_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"good.{kind}"
    path.write_bytes(GOOD[kind])
    assert sum(map(area, read_layers(path, "mm").values())) > 1e-6


@pytest.mark.parametrize("kind", GOOD)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_changed_drawings_give_a_region_or_one_error(
    kind: str, changes: list[tuple[int, float, int, bytes]], tmp_path: Path
) -> None:
    path = tmp_path / f"changed.{kind}"
    path.write_bytes(changed(GOOD[kind], kind, changes))
    start = time.monotonic()
    try:
        found = read_layers(path, "mm")
    except BadInput as fault:
        assert len(fault.problems) == 1 and path.name in fault.problems[0].where
        assert "the drawing makes no sense" not in str(fault), "a fault that no reader foresaw"
    else:
        assert all(0 < area(region) < 4 for region in found.values())
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize("kind", GOOD)
def test_every_cut_is_an_error_or_a_smaller_drawing(kind: str, tmp_path: Path) -> None:
    path, data = tmp_path / f"cut.{kind}", GOOD[kind]
    refused = 0
    for end in range(0, len(data), 7):
        path.write_bytes(data[:end])
        try:
            read_outline(path, None, "mm", "request")
        except BadInput:
            refused += 1
    assert refused == len(range(0, len(data), 7))
