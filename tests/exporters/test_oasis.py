"""OASIS draws exactly what GDSII draws, and carries a checksum."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from fabplan.exporters import gds, oasis
from tests.exporters.mask_plan import Oracle, drawn, loaded, mask_plan
from tests.layout.cells import comb_bodies, film_bodies


@pytest.mark.parametrize("bodies", [comb_bodies(), film_bodies()], ids=["comb", "films"])
def test_equals_gds(oracle: Oracle, tmp_path: Path, bodies: tuple) -> None:
    plan = mask_plan(bodies)
    ((name, data),) = oasis.export(plan).items()
    assert name == "masks/plan-1.oas"
    other = loaded(oracle, data, tmp_path / "a.oas")
    one = loaded(oracle, *gds.export(plan).values(), tmp_path / "a.gds")
    assert one.dbu == pytest.approx(other.dbu, abs=1e-15)
    assert [c.name for c in other.top_cells()] == [c.name for c in one.top_cells()]
    for layer in plan.layers:
        pair = layer.layer, layer.datatype
        assert (drawn(oracle, one, *pair) ^ drawn(oracle, other, *pair)).is_empty()
        assert not drawn(oracle, other, *pair).is_empty()


def test_checksum() -> None:
    (data,) = oasis.export(mask_plan()).values()
    assert data[-5] == 1 and int.from_bytes(data[-4:], "little") == zlib.crc32(data[:-4])
