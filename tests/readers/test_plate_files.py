"""Plates in DXF and Gerber: read back exactly as they were written, everything else refused by name."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fabplan.errors import BadInput
from fabplan.exporters import dxf, gerber
from fabplan.geometry.region import Lattice, Part, Region, polygon_area2
from fabplan.readers.plate_dxf import read_plate_dxf
from fabplan.readers.plate_gerber import read_plate_gerber
from fabplan.verify._plate_files import plates_of
from fabplan.verify._regions import differ
from tests.exporters.mask_plan import Oracle, mask_plan

PLAN = mask_plan()
DXF = next(iter(dxf.export(PLAN).values()))
GERBER = next(iter(gerber.export(PLAN).values()))
HEAD = "%FSLAX46Y46*%%MOMM*%%LPD*%G01*"


def at(folder: Path, data: bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_plates_come_back(tmp_path: Path) -> None:
    made = plates_of(at(tmp_path, DXF, "a.dxf"))
    for mask in PLAN.masks:
        (name,) = [name for name in made if name.startswith(f"P{mask.number}_")]
        assert not differ(made[name], mask.region)
    for mask, data in zip(PLAN.masks, gerber.export(PLAN).values(), strict=True):
        (region,) = plates_of(at(tmp_path, data, "a.gbr")).values()
        assert not differ(region, mask.region)


def test_arrays_stay_arrays(tmp_path: Path) -> None:
    cells, names = read_plate_dxf(at(tmp_path, DXF, "a.dxf"))
    assert len(names) == len(PLAN.masks)
    assert any(place.columns > 1 for cell in cells.cells.values() for place in cell.places)
    repeated = f"{HEAD}%SRX3Y2I0.001J0.002*%G36*X0Y0D02*X100D01*Y100D01*X0Y0D01*G37*%SR*%M02*"
    (region,) = plates_of(at(tmp_path, repeated.encode(), "b.gbr")).values()
    assert region == Region((Part(((0, 0), (100, 0), (100, 100)), Lattice(3, 2, 1000, 2000)),))


def test_a_flashed_rectangle_and_inches(tmp_path: Path) -> None:
    flash = f"{HEAD}%ADD10R,0.002X0.001*%D10*X1000Y2000D03*M02*"
    (region,) = plates_of(at(tmp_path, flash.encode(), "a.gbr")).values()
    assert region.parts[0].polygon == ((0, 1500), (2000, 1500), (2000, 2500), (0, 2500))
    inches = "%FSLAX24Y24*%%MOIN*%G36*X0Y0D02*X10000D01*Y10000D01*X0Y0D01*G37*M02*"
    (region,) = plates_of(at(tmp_path, inches.encode(), "b.gbr")).values()
    assert max(x for x, _ in region.parts[0].polygon) == 25_400_000


REFUSED = {
    "a stroke": "X0Y0D02*X100D01*M02*", "an arc": "G36*X0Y0D02*G03*M02*", "clear": "%LPC*%M02*",
    "no end": "G36*X0Y0D02*X100D01*Y100D01*X0Y0D01*G37*", "an open contour": "G36*X0Y0D02*X100D01*Y100D01*G37*M02*",
    "inside a region": "G36*X0Y0D02*M02*", "a round flash": "%ADD10C,1*%D10*X0Y0D03*M02*",
    "after the end": "M02*X0Y0D02*",
    "a macro": "%AMX*1,1,1,0,0*%M02*", "far away": "X99999999999999999999Y0D02*M02*", "half a command": "G36*X0Y0D02",
    "a flash in a region": "G36*D10*X0Y0D03*M02*", "no start": "G36*X0Y0D01*M02*", "nonsense": "HELLO*M02*",
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_gerber_that_is_not_read(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        read_plate_gerber(at(tmp_path, (HEAD + REFUSED[name]).encode(), "a.gbr"))
    with pytest.raises(BadInput, match="before unit and format"):
        read_plate_gerber(at(tmp_path, b"X0Y0D02*M02*", "b.gbr"))


def entity(*tags: tuple[int, object]) -> str:
    return "".join(f"{code}\n{value}\n" for code, value in tags)


def drawing(entities: str, blocks: str = "", units: int = 13) -> bytes:
    head = entity((0, "SECTION"), (2, "HEADER"), (9, "$INSUNITS"), (70, units), (0, "ENDSEC"))
    body = entity((0, "SECTION"), (2, "BLOCKS")) + blocks + entity((0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES"))
    return (head + body + entities + entity((0, "ENDSEC"), (0, "EOF"))).encode()


LINE = entity((0, "LINE"), (8, "P"), (10, 0), (20, 0), (11, 5), (21, 0))
INSERT = entity((0, "INSERT"), (8, "P"), (2, "B"), (10, 0), (20, 0), (70, 30_000), (71, 30_000), (44, 2), (45, 2))
CORNERS = [(10, 0), (20, 0), (10, 1), (20, 0), (10, 1), (20, 1), (10, 0), (20, 1)]
SQUARE = entity((0, "LWPOLYLINE"), (8, "P"), (70, 1), *CORNERS)
BLOCK = entity((0, "BLOCK"), (8, "P"), (2, "B"), (10, 0), (20, 0)) + SQUARE + entity((0, "ENDBLK"), (8, "P"))
ITSELF = entity((0, "BLOCK"), (8, "P"), (2, "B"), (10, 0), (20, 0)) + INSERT + entity((0, "ENDBLK"), (8, "P"))
HOSTILE = {
    "an open line": (drawing(LINE), "open line"), "no unit": (drawing(SQUARE, units=0), "unit"),
    "a block in itself": (drawing(INSERT, ITSELF), "circle"), "no block": (drawing(INSERT), "not defined"),
    "unequal scales": (drawing(INSERT + entity((41, 2)), BLOCK), "unequal"),
    "a turned array": (drawing(INSERT + entity((50, 90)), BLOCK), "turned array"),
    "a radius of 1e300": (drawing(entity((0, "CIRCLE"), (8, "P"), (10, 0), (20, 0), (40, "1e300"))), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_dxf(name: str, tmp_path: Path) -> None:
    data, words = HOSTILE[name]
    with pytest.raises(BadInput, match=words):
        read_plate_dxf(at(tmp_path, data, "a.dxf"))


def test_a_huge_array_stays_one_number(tmp_path: Path) -> None:
    (region,) = plates_of(at(tmp_path, drawing(INSERT, BLOCK), "a.dxf")).values()
    assert region.parts == (Part(((0, 0), (1000, 0), (1000, 1000), (0, 1000)), Lattice(30_000, 30_000, 2000, 2000)),)


@pytest.mark.parametrize(("data", "name"), [(DXF, "a.dxf"), (GERBER, "a.gbr")])
def test_mutants_are_read_or_refused(data: bytes, name: str, tmp_path: Path) -> None:
    """Nothing but a clear error, for every cut and every changed byte."""
    random_ = random.Random(7)
    for _ in range(60):
        mutant = bytearray(data)
        for _ in range(random_.randrange(1, 6)):
            mutant[random_.randrange(len(mutant))] = random_.choice(b"0123456789.-*%XYDG\n \xff\x00")
        cut = bytes(mutant[: random_.randrange(1, len(mutant))] if random_.random() < 0.3 else mutant)
        try:
            plates_of(at(tmp_path, cut, name))
        except BadInput as fault:
            assert all(problem.where.startswith(name) for problem in fault.problems)


# um; KLayout cuts corners off that are sharper than a right angle
PATHS = [((0, 0), (100, 0), (100, 50)), ((200, 0), (300, 0)), ((0, 100), (90, 160), (180, 100))]


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_wide_lines_as_klayout_writes_them(mode: int, tmp_path: Path, oracle: Oracle) -> None:
    db = oracle("klayout.db")
    layout = db.Layout()
    drawn = layout.create_cell("TOP").shapes(layout.layer(1, 0))
    for line in PATHS:
        drawn.insert(db.DPath([db.DPoint(*point) for point in line], 5.0))
    options = db.SaveLayoutOptions()
    options.format, options.dxf_polygon_mode = "DXF", mode
    layout.write(str(tmp_path / "a.dxf"), options)
    (region,) = plates_of(tmp_path / "a.dxf", "um").values()
    expected = db.Region(layout.top_cell().begin_shapes_rec(0)).merged()
    ours = db.Region([db.Polygon([db.Point(*point) for point in part.polygon]) for part in region.parts])
    # its grid is 1 nm here too; slanted corners are rounded
    assert (ours ^ expected).sized(-2).is_empty() and not expected.is_empty()


def light(*groups: tuple[int, object]) -> bytes:
    corners = ((10, 0), (20, 0), (10, 100), (20, 0), (10, 100), (20, 100), (10, 0), (20, 100))
    return drawing(entity((0, "LWPOLYLINE"), (8, "P"), *groups, *corners))


def test_a_wide_ring_stays_free_inside(tmp_path: Path) -> None:
    found = plates_of(at(tmp_path, light((70, 1), (43, 10)), "a.dxf"))
    (region,) = found.values()
    assert sum(abs(polygon_area2(part.polygon)) for part in region.parts) / 2 == pytest.approx((110**2 - 90**2) * 1e6)
    (thin,) = plates_of(at(tmp_path, light((70, 1), (43, 0)), "b.dxf")).values()
    assert abs(polygon_area2(thin.parts[0].polygon)) / 2 == pytest.approx(100**2 * 1e6)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (light((70, 0)), "open line"), (light((70, 0), (43, -1)), "width"), (light((43, "1e12")), "too wide"),
        (light((70, 0), (40, 5), (41, 7)), "width changes"), (drawing(entity((0, "HATCH"), (8, "P"))), "1 HATCH"),
    ],
)  # fmt: skip
def test_lines_that_are_no_areas(data: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=words):
        read_plate_dxf(at(tmp_path, data, "a.dxf"))
