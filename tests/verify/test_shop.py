"""Every pitfall of a mask delivery is found, and what all shops take is silent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from fabplan.catalog.loader import load
from fabplan.catalog.mask_profile import Profile
from fabplan.errors import BadInput
from fabplan.exporters import dxf, gds, gerber, oasis, plates
from fabplan.geometry.region import Lattice, Part, Region
from fabplan.layout import shop
from fabplan.records import Quantity
from fabplan.verify.shop import verify_delivery
from tests.exporters.mask_plan import mask_plan
from tests.verify.layouts import array, boundary, box, line, reference, region, saved, text
from tests.verify.layouts import gds as library

PROFILES = load(kinds=("profiles",)).profiles
GENERIC = PROFILES["generic"]
BOX = boundary(box(0, 0, 1000, 1000))


def rules(path: Path, profile: Profile = GENERIC) -> set[str]:
    return {finding.rule for finding in verify_delivery(path, profile)}


def limit(value: float, dimension: str = "length") -> Quantity:
    return Quantity(value, dimension, "test", "high", "")


def deep(levels: int) -> bytes:
    cells = {f"L{k}": reference(f"L{k + 1}") for k in range(levels - 1)}
    return library({**cells, f"L{levels - 1}": BOX})


def many_references(number: int) -> bytes:
    return library({"TOP": b"".join(reference("A", 2000 * k) for k in range(number)), "A": BOX})


FILES: dict[str, tuple[bytes, str]] = {
    "a name with a blank": (library({"A B": BOX}), "shop-name"),
    "a name that is too long": (library({"A" * 33: BOX}), "shop-name"),
    "the reserved name": (library({"Main": BOX}), "shop-name"),
    "two top cells": (library({"A": BOX, "B": BOX}), "shop-top-cell"),
    "text": (library({"A": BOX + text("hello")}), "shop-text"),
    "a path": (library({"A": BOX + line(100)}), "shop-path"),
    "a path without width": (library({"A": BOX + line(0)}), "shop-zero-width"),
    "a doubled vertex": (library({"A": boundary([(0, 0), (0, 0), (9, 0), (9, 9)])}), "shop-doubled-vertex"),
    "a polygon without area": (library({"A": BOX + boundary([(0, 0), (50, 50), (100, 100)])}), "shop-no-area"),
    "a crossing outline": (library({"A": boundary([(0, 0), (9, 9), (9, 0), (0, 5)])}), "shop-self-crossing"),
    "a layer above 255": (library({"A": boundary(box(0, 0, 9, 9), layer=256)}), "shop-layer"),
    "a datatype above 255": (library({"A": boundary(box(0, 0, 9, 9), datatype=300)}), "shop-layer"),
    "17 levels": (deep(17), "shop-depth"),
    "too many placements": (many_references(8193), "shop-references"),
    "a polygon twice": (library({"A": BOX + BOX}), "shop-duplicate"),
    "two metres and more": (library({"A": boundary(box(2_000_000_000, 0, 2_000_000_001, 9))}), "shop-extent"),
    "200 vertices": (library({"A": boundary([*((k, k * k) for k in range(199)), (0, 40_000)])}), "shop-vertices"),
}  # fmt: skip


@pytest.mark.parametrize("pitfall", FILES)
def test_pitfalls_of_files(pitfall: str, tmp_path: Path) -> None:
    data, rule = FILES[pitfall]
    assert rule in rules(saved(tmp_path, "a.gds", data))


def test_what_all_shops_take(tmp_path: Path) -> None:
    sound = library({"TOP": BOX + array("A", 100, 2, (2000, 3000)), "A": boundary(box(0, 5000, 9, 5009), 2)})
    assert rules(saved(tmp_path, "a.gds", sound)) == set()
    assert rules(saved(tmp_path, "b.gds", deep(16))) == set()
    assert rules(saved(tmp_path, "c.gds", many_references(8192))) == set()
    just = library({"A" * 32: boundary([*((k, k * k) for k in range(198)), (0, 40_000)], 255, 255)})
    assert rules(saved(tmp_path, "d.gds", just)) == set()


TRIANGLE = [(0, 0), (1000, 0), (1000, 100)]
RING = [(0, 0), (90, 0), (90, 90), (0, 90), (0, 30), (30, 30), (30, 60), (60, 60), (60, 30), (0, 30)]
FRAME = region(box(0, 0, 90, 30), box(0, 60, 90, 90), box(0, 30, 30, 60), box(60, 30, 90, 60))
SHAPES: dict[str, tuple[Region, Callable[[Profile], Profile], str]] = {
    "off the grid": (region(box(0, 0, 1005, 1000)), lambda p: dataclasses.replace(p, grid=limit(1e-8)), "shop-grid"),
    "an array off the grid": (
        Region((Part(tuple(box(0, 0, 50, 50)), Lattice(3, 1, 105, 0)),)),
        lambda p: dataclasses.replace(p, grid=limit(1e-8)), "shop-grid",
    ),
    "an acute corner": (
        region(TRIANGLE), lambda p: dataclasses.replace(p, angle=limit(10.0, "number")), "shop-acute-angle",
    ),
    "no trapezoid": (region(RING[:5]), lambda p: dataclasses.replace(p, polygons="trapezoids"), "shop-polygon-type"),
    "a slanted edge": (region(TRIANGLE), lambda p: dataclasses.replace(p, polygons="manhattan"), "shop-polygon-type"),
    "foil that falls out": (FRAME, lambda p: dataclasses.replace(p, holes=False), "shop-island"),
    "a keyhole": (region(RING), lambda p: dataclasses.replace(p, keyholes=False), "shop-keyhole"),
    "too wide": (region(box(0, 0, 2000, 9)), lambda p: dataclasses.replace(p, area=limit(1.9e-6)), "shop-area"),
    "too fine": (region(box(0, 0, 2000, 9)), lambda p: dataclasses.replace(p, feature=limit(1e-8)), "shop-feature"),
    "too many": (
        region(*(box(9 * k, 0, 9 * k + 5, 5) for k in range(9))), lambda p: dataclasses.replace(p, shapes=8),
        "shop-shapes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("pitfall", SHAPES)
def test_pitfalls_of_shapes(pitfall: str) -> None:
    drawn, strict, rule = SHAPES[pitfall]
    assert {f.rule for f in shop.check({"plate": drawn}, strict(GENERIC))} == {rule}
    assert shop.check({"plate": drawn}, GENERIC) == ()


def test_a_shop_that_rounds_is_told_and_a_lattice_counts_whole() -> None:
    drawn = Region((Part(tuple(box(0, 0, 1005, 1000)), Lattice(1000, 1, 2000, 0)),))
    (finding,) = shop.check({"plate": drawn}, PROFILES["film-plotter"])
    assert (finding.rule, finding.severity) == ("shop-grid", "warning") and "1000 polygons" in finding.message


def test_an_array_that_gdsii_cannot_hold(tmp_path: Path) -> None:
    cells = library({"TOP": array("A", 32_767, 1, (20, 0)), "A": boundary(box(0, 0, 9, 9))})
    path = saved(tmp_path, "a.gds", cells)
    assert rules(path) == set()
    assert "shop-array" in rules(path, dataclasses.replace(GENERIC, columns=32_766))


def test_oasis_mask_takes_one_layer_of_trapezoids(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.gds", library({"A": BOX + boundary(box(0, 0, 9, 9), 2) + boundary(RING, 1)}))
    assert {"shop-layer", "shop-polygon-type"} <= rules(path, PROFILES["e-beam"])
    alone = saved(tmp_path, "b.gds", library({"A": BOX + boundary([(0, 0), (900, 0), (500, 100), (100, 100)])}))
    assert rules(alone, PROFILES["e-beam"]) == set()


@pytest.mark.parametrize("name", ["generic", "laser-writer", "e-beam"])
def test_our_own_delivery(name: str, tmp_path: Path) -> None:
    """No shop has more to say of our files than that it takes other formats, rounds, or wants one layer a file."""
    plan = mask_plan()
    for exporter in (gds, oasis, plates, dxf, gerber):
        for file, data in exporter.export(plan).items():
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_bytes(data)
    # one layer of trapezoids a file is what OASIS.MASK asks for, and what a combined file is not
    allowed = {"shop-layer", "shop-vertices", "shop-polygon-type"} if name == "e-beam" else set()
    found = verify_delivery(tmp_path, PROFILES[name])
    assert {f.rule for f in found if f.severity == "error"} <= allowed
    assert {f.rule for f in found if f.severity == "warning"} <= {"shop-format", "shop-grid"}


def test_dxf_layers(tmp_path: Path) -> None:
    named = mask_plan()
    ((_, data),) = dxf.export(named).items()
    path = saved(tmp_path, "a.dxf", data.replace(b"P1_COLLE", b"P1_COLLECTOR").replace(b"P2_ANODE", b"0"))
    found = [f.message for f in verify_delivery(path, PROFILES["laser-writer"]) if f.rule == "shop-layer-name"]
    assert len(found) == 2 and "12 characters" in found[1] + found[0]


def test_nothing_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no mask files here"):
        verify_delivery(tmp_path, GENERIC)
    with pytest.raises(BadInput, match="no such file"):
        verify_delivery(tmp_path / "a.gds", GENERIC)


def test_every_profile_says_where_it_comes_from() -> None:
    for profile in PROFILES.values():
        assert profile.source and profile.confidence and profile.notes
    assert set(PROFILES) >= {"generic", "laser-writer", "e-beam", "film-plotter", "stencil", "screen"}
