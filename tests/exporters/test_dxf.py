"""DXF of the plates: as KLayout and ezdxf read it, against the GDSII file."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

from fabplan.exporters import dxf, plates
from fabplan.geometry.region import Lattice, Part, Region, rectangle
from tests.exporters.mask_plan import Oracle, drawn, loaded, mask_plan
from tests.exporters.test_three_mf import SOLID


def test_every_plate_is_that_of_the_gds(oracle: Oracle, tmp_path: Path) -> None:
    plan, db = mask_plan(), oracle("klayout.db")
    ((name, data),) = dxf.export(plan).items()
    assert name == "masks/plan-1_plates_um.dxf"
    ((_, gds),) = plates.export(plan).items()
    layout, other = loaded(oracle, data, tmp_path / "p.dxf"), loaded(oracle, gds, tmp_path / "p.gds")
    for mask in plan.masks:
        index = next(i for i in layout.layer_indexes() if layout.get_info(i).name == dxf.layer_name(mask))
        region = db.Region(layout.top_cell().begin_shapes_rec(index))
        expected = drawn(oracle, other, mask.number, 0)
        assert not region.is_empty() and (region ^ expected).is_empty(), mask.name


def test_a_lattice_is_one_insert_and_ezdxf_finds_no_fault(oracle: Oracle) -> None:
    pillars = rectangle(1_234, 0, 3_234, 2_000, Lattice(40_000, 3, 5_001, -7_000))
    wedge = Region((Part(((-9_000, 0), (-4_000, 0), (-4_000, 7_777))),))
    body = dataclasses.replace(SOLID[0], region=Region((*pillars.parts, *wedge.parts)), made_by="collector", net=None)
    data = next(iter(dxf.export(mask_plan([body], "Big")).values()))
    assert len(data) < 20_000
    document = oracle("ezdxf").read(io.StringIO(data.decode()))
    assert not document.audit().errors and document.units == dxf.MICROMETRES
    inserts = [e for e in document.modelspace() if e.dxftype() == "INSERT" and e.dxf.column_count > 1000]
    assert sum(e.dxf.column_count * e.dxf.row_count for e in inserts) == 120_000
    assert {e.dxf.column_spacing for e in inserts} == {5.001} and {e.dxf.row_spacing for e in inserts} == {-7.0}
    corners = {
        (round(v.dxf.location.x, 3), round(v.dxf.location.y, 3))
        for e in document.modelspace() if e.dxftype() == "POLYLINE" for v in e.vertices
    }  # fmt: skip
    assert {(-9.0, 0.0), (-4.0, 0.0), (-4.0, 7.777)} <= corners


def test_nothing_without_plates() -> None:
    assert dxf.export(dataclasses.replace(mask_plan(), masks=())) == {}
