"""Outlines from anyone's file: exact areas, stated repairs, clear errors; independent writers as oracles."""

from __future__ import annotations

import hashlib
import math
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fabplan.errors import BadInput
from fabplan.exporters._gdstk import Sheet, written
from fabplan.geometry.region import area, bounds, rectangle
from fabplan.geometry.shapes import difference
from fabplan.readers._curves import TOLERANCE
from fabplan.readers.outline import OutlineFile, read_layers, read_outline
from tests.readers.drawings import POLYGON, SVG, at, block, circle, dxf, groups, insert, line, polyline

WHERE = "cell.toml: footprint.outline"
Oracle = Callable[[str], Any]


def read(path: Path, layer: str | None = None, unit: str | None = None) -> OutlineFile:
    return read_outline(path, layer, unit, WHERE)


def fault(path: Path, layer: str | None = None, unit: str | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        read(path, layer, unit)
    assert str(path.parent) not in str(caught.value)
    assert all(problem.where == WHERE and path.name in problem.what for problem in caught.value.problems)
    return str(caught.value)


def round_area(exact: float, perimeter: float) -> Any:
    """Within the chord tolerance and the grid along the whole rim [m², m]."""
    return pytest.approx(exact, abs=perimeter * (TOLERANCE + 1) * 1e-9, rel=0)


def test_a_circle_of_two_bulges_has_the_area_of_a_circle(tmp_path: Path) -> None:
    for radius in (0.01, 1.0, 5.0, 50.0):
        data = dxf(polyline([(0, 0), (2 * radius, 0)], bulge=1))
        found = read(at(tmp_path, "a.dxf", data))
        metres = radius * 1e-3
        assert area(found.region) == round_area(math.pi * metres**2, 2 * math.pi * metres)
        assert bounds(found.region)[0] == pytest.approx(0, abs=TOLERANCE)
        assert found.repairs == () and found.unit == "mm"
        assert found.digest == hashlib.sha256(data.encode()).hexdigest()


def test_no_chord_is_farther_than_the_tolerance(tmp_path: Path) -> None:
    """Measured on the vertices: they lie on the circle, the middles of the chords at most the tolerance inside."""
    ring = np.array(read(at(tmp_path, "a.dxf", dxf(circle(5)))).region.parts[0].polygon, dtype=float)
    middles = (ring + np.roll(ring, 1, axis=0)) / 2
    assert np.abs(np.hypot(*ring.T) - 5e6).max() <= 1.0
    away = 5e6 - np.hypot(*middles.T)
    assert TOLERANCE / 2 < away.max() <= TOLERANCE + 1.0


ROUNDED = polyline([(0, 0), (10, 0), (10, 5), (0, 5)])
SMALL = circle(1, 5, 2.5)


def test_closed_shapes_of_a_dxf_inside_others_are_holes_and_islands(tmp_path: Path) -> None:
    island = polyline([(4.9, 2.4), (5.1, 2.4), (5.1, 2.6), (4.9, 2.6)])
    found = read(at(tmp_path, "a.dxf", dxf(ROUNDED + SMALL + island)))
    assert area(found.region) == round_area(50e-6 - math.pi * 1e-6 + 0.04e-6, 2 * math.pi * 1e-3)
    assert "1 shapes inside others taken as holes" in found.repairs
    once = read(at(tmp_path, "b.dxf", dxf(ROUNDED * 2)))
    assert area(once.region) == 50e-6 and "drawn twice" in once.repairs[0]


def test_lines_and_arcs_are_put_together(tmp_path: Path) -> None:
    arc = groups("ARC", (10, 0), (20, 2.5), (40, 2.5), (50, 90), (51, 270))
    data = line(10, 5, 0, 5) + line(0, 0, 10, 0) + line(10, 0, 10, 5) + arc
    found = read(at(tmp_path, "a.dxf", dxf(data)))
    assert area(found.region) == round_area(50e-6 + math.pi * 2.5e-3**2 / 2, 33e-3) and found.repairs == ()
    near = data.replace("11\n10\n21\n5\n", "11\n10\n21\n5.0004\n")
    assert near != data
    assert "400 nm apart joined" in read(at(tmp_path, "b.dxf", dxf(near))).repairs[0]
    assert "0.0014 mm apart" in fault(at(tmp_path, "b2.dxf", dxf(near.replace("5.0004", "5.0014"))))
    said = fault(at(tmp_path, "c.dxf", dxf(near.replace("5.0004", "5.3"))))
    assert "the outline is open" in said and "(10, 5.3) mm" in said and "0.3 mm apart" in said
    assert "branches" in fault(at(tmp_path, "d.dxf", dxf(data + line(0, 0, 3, 3) + line(3, 3, 10, 5))))


def test_blocks_are_turned_scaled_and_repeated(tmp_path: Path) -> None:
    unit = block("B", polyline([(0, 0), (1, 0), (1, 1), (0, 1)])) + block("C", insert("B", (41, 2), (42, 3), (50, 90)))
    grid = insert("C", (70, 3), (71, 2), (44, 10), (45, 20))
    found = read(at(tmp_path, "a.dxf", dxf(grid, unit)))
    assert area(found.region) == 6 * 6e-6 and len(found.region.parts) == 6
    assert bounds(found.region) == (-3_000_000, 0, 20_000_000, 22_000_000)


def test_layers_of_a_dxf(tmp_path: Path) -> None:
    inside = block("B", circle(1) + circle(2, 5, layer="OWN"))
    path = at(tmp_path, "a.dxf", dxf(circle(3, -9, layer="RIM") + insert("B", layer="KEEP"), inside))
    assert "KEEP, OWN, RIM" in fault(path)
    for name, radius in (("KEEP", 1e-3), ("own", 2e-3), ("RIM", 3e-3)):
        assert area(read(path, name).region) == round_area(math.pi * radius**2, 2 * math.pi * radius)
    assert "did you mean 'RIM'" in fault(path, "RIMM")
    assert list(read_layers(path)) == ["KEEP", "OWN", "RIM"]


def test_what_lies_on_another_layer_does_not_matter(tmp_path: Path) -> None:
    path = at(tmp_path, "a.dxf", dxf(circle(3, layer="RIM") + groups("SPLINE", (11, 0), (21, 0), layer="X")))
    assert read(path, "RIM").region
    assert "SPLINE with fit points" in fault(path, "X")


def test_units_of_a_dxf(tmp_path: Path) -> None:
    for number, metres in ((1, 25.4e-3), (4, 1e-3), (5, 1e-2), (13, 1e-6)):
        radius = 0.01 / metres
        found = read(at(tmp_path, "a.dxf", dxf(circle(radius), units=number)))
        assert area(found.region) == round_area(math.pi * 1e-4, 0.063)
    nothing = at(tmp_path, "b.dxf", dxf(circle(1), units=0))
    assert "does not say its unit" in fault(nothing) and read(nothing, unit="mm").unit == "mm"
    assert read(at(tmp_path, "c.dxf", dxf(circle(1), units=1)), unit="inch").repairs == ()
    assert "unit um as asked; the file says mm" in read(at(tmp_path, "c.dxf", dxf(circle(1000))), unit="um").repairs


def test_mirrored_and_tilted_entities(tmp_path: Path) -> None:
    half = groups("ARC", (10, 0), (20, 0), (40, 1), (50, -90), (51, 90), (230, -1)) + line(0, -1, 0, 1)
    x0, _, x1, _ = bounds(read(at(tmp_path, "a.dxf", dxf(half))).region)
    assert x0 == pytest.approx(-1_000_000, abs=TOLERANCE + 1) and x1 == 0
    assert "tilted" in fault(at(tmp_path, "b.dxf", dxf(circle() + groups("CIRCLE", (40, 1), (210, 1), (230, 0)))))


@pytest.mark.parametrize("version", ["R12", "R2000", "R2010", "R2018"])
def test_against_ezdxf(version: str, tmp_path: Path, oracle: Oracle) -> None:
    """What an independent program writes, in area and in place."""
    drawing = oracle("ezdxf").new(version)
    drawing.header["$INSUNITS"] = 4
    cell = drawing.blocks.new("CELL", base_point=(1, 1))
    cell.add_polyline2d([(0, 0, 0.5), (2, 0, 0), (2, 1, -0.3), (0, 1, 0)], format="xyb", close=True)
    space = drawing.modelspace()
    given = {"xscale": 1.5, "yscale": 1.5, "rotation": 30, "column_count": 3, "column_spacing": 9}
    space.add_blockref("CELL", (3, 4), dxfattribs=given)
    space.add_text("not a shape")
    drawing.saveas(tmp_path / "a.dxf")
    found = read(tmp_path / "a.dxf", unit="mm")
    segments = 0.0
    for chord, bulge in ((2.0, 0.5), (2.0, -0.3)):
        angle = 4 * math.atan(abs(bulge))
        radius = chord / 2 / math.sin(angle / 2)
        segments += math.copysign(radius**2 / 2 * (angle - math.sin(angle)), bulge)
    assert area(found.region) == round_area(3 * 1.5**2 * (2 + segments) * 1e-6, 3 * 12e-3)
    assert found.repairs[-1] == "ignored: 1 TEXT"


def test_ellipses_and_splines_against_ezdxf(tmp_path: Path, oracle: Oracle) -> None:
    drawing = oracle("ezdxf").new("R2010")
    drawing.header["$INSUNITS"] = 4
    space = drawing.modelspace()
    space.add_ellipse((0, 0), (4, 1), 0.5, dxfattribs={"layer": "E"})
    points, layer = [(0, 0), (0, 9), (8, 9), (8, 3), (6, 0)], {"layer": "S"}
    curve = space.add_rational_spline(points, [1, 2, 1, 3, 1], dxfattribs=layer)
    space.add_line((6, 0), (0, 0), dxfattribs=layer)
    drawing.saveas(tmp_path / "a.dxf")
    oval = read(tmp_path / "a.dxf", "E")
    assert area(oval.region) == round_area(math.pi * 17 / 2 * 1e-6, 21e-3)
    x, y = np.array([(p.x, p.y) for p in curve.construction_tool().approximate(200_000)]).T
    exact = abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))) / 2
    assert area(read(tmp_path / "a.dxf", "S").region) == round_area(exact * 1e-6, 30e-3)


SPOT = rectangle(0, 0, 3_000_000, 2_000_000)
FRAME = difference(SPOT, rectangle(1_000_000, 500_000, 2_000_000, 1_500_000))


@pytest.mark.parametrize("kind", ["gds", "oas"])
def test_mask_files(kind: Any, tmp_path: Path) -> None:
    path = at(tmp_path, f"a.{kind}", written("X", [Sheet(12, 0, FRAME), Sheet(3, 1, SPOT)], kind))
    assert "12/0, 3/1" in fault(path)
    found = read(path, "12/0")
    assert area(found.region) == 5e-6 and not difference(found.region, FRAME) and found.repairs == ()
    assert "carries its own" in fault(path, "12/0", "mm")
    assert list(read_layers(path)) == ["12/0", "3/1"]


def test_masks_of_klayout(tmp_path: Path, oracle: Oracle) -> None:
    """Holes come as slits to the rim, arrays as arrays, with a database unit of its own."""
    db = oracle("klayout.db")
    layout = db.Layout()
    layout.dbu = 0.005
    top, unit = layout.create_cell("TOP"), layout.create_cell("UNIT")
    layer = layout.layer(7, 0)
    ring = db.Region(db.Polygon.ellipse(db.Box(-200_000, -200_000, 200_000, 200_000), 128))
    ring -= db.Region(db.Box(-50_000, -50_000, 50_000, 50_000))
    unit.shapes(layer).insert(ring)
    top.insert(db.CellInstArray(unit.cell_index(), db.Trans(0, 0), db.Vector(500_000, 0), db.Vector(0, 500_000), 3, 2))
    for kind in ("gds", "oas", "dxf"):
        layout.write(str(tmp_path / f"a.{kind}"))
        layer_name = "L7D0" if kind == "dxf" else None
        found = read(tmp_path / f"a.{kind}", layer_name, "um" if kind == "dxf" else None)
        assert area(found.region) == pytest.approx(6 * ring.area() * 25e-18, rel=1e-9), kind


def test_svg_shapes(tmp_path: Path) -> None:
    def size(content: str) -> float:
        return round(area(read(at(tmp_path, "a.svg", SVG.format(content))).region) * 1e6, 9)

    assert size('<rect x="1" y="1" width="4" height="3"/>') == 12
    assert size('<rect width="4" height="3" rx="1"/>') == pytest.approx(12 - 4 + math.pi, rel=1e-4)
    assert size('<circle r="2" transform="translate(5 5) rotate(33) scale(1 .5)"/>') == pytest.approx(2 * math.pi, 1e-4)
    assert size('<ellipse cx="5" rx="2" ry="1"/>') == pytest.approx(2 * math.pi, 1e-4)
    assert size('<polygon points="0,0 4,0 0,4"/>') == 8
    assert size('<polyline points="0,0 4,0 0,4 0 0"/>') == 8
    assert size('<path d="M0 0h4T4 4S2 4 0 4z"/>') == 16
    assert size('<path d="M0 0h4v4H0z m1 1v2h2v-2z"/>') == 12
    assert size('<path d="M0 0h4v4H0z M1 1h2v2h-2z"/>') == 16
    assert size('<g fill-rule="evenodd"><path d="M0 0h4v4H0z M1 1h2v2h-2z"/></g>') == 12
    assert size('<path d="M0 0h4a2 2 0 012 2v2h-6z"/>') == pytest.approx(24 - 4 + math.pi, 1e-4)
    defined = '<defs><rect id="r" width="1" height="1"/></defs>'
    assert size(f'{defined}<use xlink:href="#r" x="3"/><use href="#r" y="2"/>') == 2
    assert size('<rect width="1mm" height="10"/>') == pytest.approx(96 / 25.4 * 10, 1e-6)


def test_svg_stands_upright(tmp_path: Path) -> None:
    found = read(at(tmp_path, "a.svg", SVG.format('<rect x="1" y="1" width="4" height="3"/>')))
    assert bounds(found.region) == (1_000_000, 6_000_000, 5_000_000, 9_000_000)
    said = fault(at(tmp_path, "b.svg", SVG.format('<path d="M1 1h4v3"/>')))
    assert "open" in said and "(1, 1) user units" in said and "(5, 4) user units" in said


def test_svg_layers_and_hidden_things(tmp_path: Path) -> None:
    group = '<g inkscape:groupmode="layer" inkscape:label="{0}" id="{0}1">{1}</g>'
    rim = group.format("rim", '<rect id="r" class="a b" width="4" height="4"/>')
    keep = group.format("keep", '<rect width="1" height="1"/><rect style="display:none" width="9" height="9"/>')
    path = at(tmp_path, "a.svg", SVG.format(f"{rim}{keep}<text>x</text>"))
    assert "keep, rim" in fault(path)
    for name in ("rim", "rim1", "r", "b"):
        assert area(read(path, name).region) == pytest.approx(16e-6, rel=1e-12)
    assert area(read(path, "keep").region) == pytest.approx(1e-6, rel=1e-12)
    assert read(path, "keep").repairs == ("ignored: 1 text",)


def test_svg_sizes(tmp_path: Path) -> None:
    content = SVG.format('<rect width="4" height="4"/>')
    inch = content.replace("20mm", "2in").replace("10mm", "1in")
    assert area(read(at(tmp_path, "a.svg", inch)).region) == pytest.approx((4 * 2.54e-3) ** 2)
    bare = content.replace("mm", "")
    assert "no physical size" in fault(at(tmp_path, "b.svg", bare))
    assert area(read(tmp_path / "b.svg", unit="cm").region) == pytest.approx(16e-4)
    assert area(read(tmp_path / "b.svg", unit="px").region) == pytest.approx((4 * 25.4e-3 / 96) ** 2, rel=1e-5)
    assert read(at(tmp_path, "d.svg", content), unit="mm").repairs == ()
    assert "the file says 1 mm" in read(tmp_path / "d.svg", unit="cm").repairs[0]
    assert "stretch" in fault(at(tmp_path, "c.svg", content.replace("20mm", "30mm")))


def test_svg_paths_against_svgelements(tmp_path: Path, oracle: Oracle) -> None:
    """Random closed paths of every command, flattened finely by an independent program."""
    svgelements = oracle("svgelements")
    chance = random.Random(4)
    for _ in range(8):
        def pair() -> str:
            return f"{chance.uniform(0, 10):.3f} {chance.uniform(0, 10):.3f}"

        radii = f"{chance.uniform(1, 9):.2f},{chance.uniform(1, 9):.2f} {chance.randint(0, 90)} "
        parts = [f"C{pair()} {pair()} {pair()}s{pair()} {pair()}", f"Q{pair()} {pair()}T{pair()}",
                 f"A{radii}{chance.randint(0, 1)}{chance.randint(0, 1)}{pair()}", f"l{pair()}", "h3v-2"]  # fmt: skip
        chance.shuffle(parts)
        text = f"M{pair()}{''.join(parts)}z"
        content = SVG.format(f'<path fill-rule="evenodd" d="{text}"/>').replace("20mm", "20cm").replace("10mm", "10cm")
        found = read(at(tmp_path, "a.svg", content))
        points = _flattened(svgelements.Path(text))
        assert area(found.region) * 1e4 == pytest.approx(_evenodd(points), rel=1e-3), text


def _flattened(path: Any) -> Any:
    pieces = [segment.npoint(np.linspace(0, 1, 3000)) for segment in path if type(segment).__name__ != "Move"]
    return np.concatenate([np.asarray(piece, dtype=float).reshape(-1, 2) for piece in pieces])


def _evenodd(points: Any) -> float:
    """Area by counting crossings along 2000 scan lines: a second way, with no geometry library."""
    low, high = points[:, 1].min(), points[:, 1].max()
    rows = low + (np.arange(2000) + 0.5) * (high - low) / 2000
    (x0, y0), (x1, y1) = points.T, np.roll(points, -1, axis=0).T
    total = 0.0
    for y in rows:
        cut = (y0 <= y) != (y1 <= y)
        xs = np.sort(x0[cut] + (y - y0[cut]) * (x1[cut] - x0[cut]) / (y1[cut] - y0[cut]))
        total += float((xs[1::2] - xs[::2]).sum())
    return total * (high - low) / 2000


SQUARE = "[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]"
HOLE = "[[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]"


def test_geojson(tmp_path: Path) -> None:
    path = at(tmp_path, "a.geojson", POLYGON.format(f"[{SQUARE}, {HOLE}]"))
    assert area(read(path, unit="mm").region) == 15e-6
    assert "does not say its unit" in fault(path)
    feature = '{{"type": "Feature", "properties": {{"layer": "{}", "use": 3}}, "geometry": {}}}'
    many = f'{{"type": "MultiPolygon", "coordinates": [[{SQUARE}], [[[9, 0], [10, 0], [10, 1], [9, 0]]]]}}'
    features = f"{feature.format('rim', many)}, {feature.format('keep', POLYGON.format(f'[{HOLE}]'))}"
    path = at(tmp_path, "b.geojson", f'{{"type": "FeatureCollection", "features": [{features}]}}')
    assert "layer=keep, layer=rim" in fault(path, None, "mm")
    assert area(read(path, "layer=rim", "mm").region) == pytest.approx(16.5e-6, rel=1e-12)
    assert list(read_layers(path, "mm")) == ["layer=keep", "layer=rim"]
    assert area(read(path, "use=3", "mm").region) == pytest.approx(16.5e-6, rel=1e-12)


BOW = [(0, 0), (5, 5), (5, 0), (0, 5)]
BAD = {
    "bow.dxf": (dxf(polyline(BOW)), "the outline crosses itself; given at (2.5, 2.5) mm"),
    "flat.dxf": (dxf(polyline([(0, 0), (5, 0), (2, 0)])), "no area"),
    "small.dxf": (dxf(circle(0.001)), "10 um to 300 mm"),
    "large.dxf": (dxf(circle(400)), "the likely unit is um"),
    "empty.dxf": (dxf(""), "holds no shapes"),
    "hatch.dxf": (dxf(groups("HATCH")), "ignored: 1 HATCH"),
    "far.dxf": (dxf(circle(1, 5000)), "is the unit right?"),
    "unknown.txt": ("x", "not a kind of drawing"),
    "open.geojson": (POLYGON.format("[[[0, 0], [5, 0], [5, 5], [0, 5]]]"), "open"),
    "hole.geojson": (POLYGON.format(f"[{HOLE}, {SQUARE}]"), "a hole sticks out"),
    "bow.geojson": (POLYGON.format(f"[{[list(p) for p in [*BOW, BOW[0]]]}]"), "crosses itself; given at (2.5, 2.5) mm"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_outlines_say_why_and_where(name: str, tmp_path: Path) -> None:
    content, said = BAD[name]
    assert said in fault(at(tmp_path, name, content), None, "mm" if name.endswith("json") else None)


def test_repairs_are_stated(tmp_path: Path) -> None:
    crossed = read(at(tmp_path, "a.svg", SVG.format('<path d="M0 0L5 5V0L0 5z"/>')))
    assert area(crossed.region) == 12.5e-6 and "crosses itself at (2.5, 2.5) user units" in crossed.repairs[0]
    inner = read(at(tmp_path, "b.svg", SVG.format('<rect width="9" height="9"/><circle cx="4" cy="4" r="2"/>')))
    assert area(inner.region) == 81e-6 and "1 shapes lie inside others and change nothing" in inner.repairs[0]
    near = POLYGON.format("[[[0, 0], [5, 0], [5, 5], [0.0003, 0.0004]]]")
    assert "500 nm apart joined" in read(at(tmp_path, "c.geojson", near), None, "mm").repairs[0]


def test_files_that_are_no_files(tmp_path: Path) -> None:
    assert "no such file" in fault(tmp_path / "none.dxf")
    folder = tmp_path / "folder.svg"
    folder.mkdir()
    assert "a folder" in fault(folder)
    assert "empty" in fault(at(tmp_path, "a.gds", b""))
    assert "compressed" in fault(at(tmp_path, "a.svg", b"\x1f\x8b\x08"))
    assert "did you mean 'mm'" in fault(at(tmp_path, "a.dxf", dxf(circle())), None, "mmm")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.dxf")
    assert "a device or a pipe" in fault(tmp_path / "pipe.dxf")


def test_same_file_same_region(tmp_path: Path) -> None:
    path = at(tmp_path, "a.dxf", dxf(circle(3) + circle(1) + ROUNDED))
    assert read(path) == read(path)
