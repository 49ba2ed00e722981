"""One round die with three keep-outs and named terminals, as five kinds of file: the same layout from all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabplan.cli import main
from fabplan.geometry.outlines import circle
from fabplan.geometry.region import Region, area, polygons, rectangle, translated
from fabplan.geometry.shapes import intersection, union
from fabplan.planner.footprint import footprint, with_coordinates

X, Y = 20_000_000, -3_000_000  # the die stands somewhere in the drawing [nm]
DIE = circle(X + 5_000_000, Y + 5_000_000, 10_000_000)
KEEP_OUTS = (
    circle(X + 1_500_000, Y + 5_000_000, 1_000_000, covering=True),
    rectangle(X + 8_200_000, Y + 4_000_000, X + 9_400_000, Y + 4_800_000),
    circle(X + 7_900_000, Y + 7_900_000, 600_000, covering=True),
)
Rings = list[list[tuple[float, float]]]


def _rings(scale: float) -> tuple[Rings, Rings]:
    """Outline and keep-outs as polygons in other units."""
    return [
        [[(x * scale, y * scale) for x, y in part.polygon] for region in regions for part in region.parts]
        for regions in ((DIE,), KEEP_OUTS)
    ]  # type: ignore[return-value]


def _dxf(path: Path) -> None:
    ezdxf = pytest.importorskip("ezdxf", reason="writes the DXF file")
    document = ezdxf.new("R2010")
    document.header["$INSUNITS"] = 4  # millimetres
    for layer, rings in zip(("DIE", "KEEP"), _rings(1e-6), strict=True):
        for ring in rings:
            document.modelspace().add_lwpolyline(ring, close=True, dxfattribs={"layer": layer})
    document.saveas(path)


def _gds(path: Path) -> None:
    import gdstk

    library = gdstk.Library(unit=1e-6, precision=1e-9)
    cell = library.new_cell("DIE")
    for layer, rings in zip((1, 2), _rings(1e-3), strict=True):
        cell.add(*(gdstk.Polygon(ring, layer=layer) for ring in rings))
    library.write_gds(path)


def _oasis(path: Path) -> None:
    db = pytest.importorskip("klayout.db", reason="writes the OASIS file")
    layout = db.Layout()
    layout.dbu = 0.001
    cell = layout.create_cell("DIE")
    for layer, rings in zip((1, 2), _rings(1.0), strict=True):
        index = layout.layer(layer, 0)
        for ring in rings:
            cell.shapes(index).insert(db.Polygon([db.Point(round(x), round(y)) for x, y in ring]))
    layout.write(str(path))


def _svg(path: Path) -> None:
    groups = []
    for name, rings in zip(("die", "keep"), _rings(1e-6), strict=True):
        shapes = "".join(f'<polygon points="{" ".join(f"{x:.6f},{-y:.6f}" for x, y in ring)}"/>' for ring in rings)
        groups.append(f'<g id="{name}">{shapes}</g>')
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="40mm" height="20mm" viewBox="0 -10 40 20">'
    path.write_text(f"{head}{''.join(groups)}</svg>")


def _geojson(path: Path) -> None:
    features = [
        {"type": "Feature", "properties": {"part": name},
         "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}}
        for name, rings in zip(("die", "keep"), _rings(1e-3), strict=True)
        for ring in rings
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


#: ending -> writer, layers of die and keep-outs, unit where the file says none, what y = 0 of the SVG page is
FILES: dict[str, tuple[Callable[[Path], None], tuple[str, str], str | None]] = {
    "dxf": (_dxf, ("DIE", "KEEP"), None),
    "gds": (_gds, ("1/0", "2/0"), None),
    "oas": (_oasis, ("1/0", "2/0"), None),
    "svg": (_svg, ("die", "keep"), None),
    "geojson": (_geojson, ("part=die", "part=keep"), "um"),
}


def _footprint(ending: str, folder: Path, shift: int = 0) -> dict[str, Any]:
    """Table of a footprint whose outline and keep-outs are two layers of one file."""
    write, layers, unit = FILES[ending]
    write(folder / f"die.{ending}")
    named = {"unit": unit} if unit else {}
    outline, keep_outs = ({"file": str(folder / f"die.{ending}"), "layer": layer, **named} for layer in layers)
    places = {"anode": (X + 5_000_000, Y + shift), "cathode": (X + 5_000_000, Y + shift + 10_000_000)}
    terminals = {net: [f"{x} nm", f"{y} nm"] for net, (x, y) in places.items()}
    return {"outline": outline, "keep_outs": [keep_outs], "terminals": terminals}


def _rings_of(region: Region) -> set[frozenset[tuple[int, int]]]:
    """Corners of all polygons, wherever each begins."""
    return {frozenset(ring) for ring in polygons(region)}


def _page(ending: str) -> int:
    """How far a reader moves the drawing up: SVG counts from the lower edge of its page, 10 mm below y = 0."""
    return 10_000_000 if ending == "svg" else 0


#: kinds of file that are planned in full: one whose page is turned over, one that names its layers by numbers
PLANNED = ("svg", "gds")


@pytest.mark.parametrize("ending", FILES)
def test_every_kind_of_file_is_the_same_footprint(ending: str, tmp_path: Path) -> None:
    problems: list[Any] = []
    table = _footprint(ending, tmp_path, _page(ending))
    data = with_coordinates({"footprint": table}, "cell.toml", problems)
    found = footprint(data["footprint"], "cell.toml", problems)
    assert not problems and found is not None
    assert found.origin == (X, Y + _page(ending))
    assert found.places == {"anode": (5_000_000, 0), "cathode": (5_000_000, 10_000_000)}
    assert area(found.outline) == pytest.approx(area(DIE), rel=1e-12)
    # polygon by polygon the same die, so that all files are planned to the same layout
    assert _rings_of(found.outline) == _rings_of(translated(DIE, -X, -Y))
    assert _rings_of(found.keep_outs) == _rings_of(translated(union(KEEP_OUTS), -X, -Y))
    taken = sum(area(region) for region in KEEP_OUTS)
    assert area(found.keep_outs) == pytest.approx(taken, rel=1e-12)
    assert area(intersection(found.usable, found.keep_outs)) == 0


def test_every_kind_of_file_is_planned_to_the_same_layout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from fabplan.resources import recipes_folder

    shipped = (recipes_folder() / "specs" / "laminated-thin-film.toml").read_text()
    before, after = shipped.split("[footprint]")[0].replace("10 uAh", "2 uAh"), "[cell]" + shipped.split("[cell]", 1)[1]
    layouts: dict[str, Any] = {}
    for ending in PLANNED:
        table = _footprint(ending, tmp_path, _page(ending))
        lines = [f"{key} = {_toml(value)}" for key, value in table.items()]
        spec = tmp_path / f"{ending}.toml"
        spec.write_text(before + "[footprint]\n" + "\n".join(lines) + "\n" + after)
        assert main.run(["plan", str(spec), "--dry-run", "--json"]) == 0, ending
        plan = json.loads(capsys.readouterr().out)
        assert not [f for f in plan["findings"] if f["severity"] == "error"]
        assert str(tmp_path) not in json.dumps(plan)
        assert any("Leads" in line for line in plan["reason"])  # its pads are led to the named places
        layouts[ending] = (plan["parameters"], plan["geometry"], plan["layers"], plan["footprint"]["outline_nm"])
    first = layouts.pop(PLANNED[0])
    assert first[1]["cathode_area_m2"] > 1e-6
    for ending, layout in layouts.items():
        assert layout == first, ending


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


