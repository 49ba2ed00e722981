"""The plates: one layer each, every edge moved by its bias."""

from __future__ import annotations

from pathlib import Path

from fabplan.exporters import plates
from tests.exporters.mask_plan import Oracle, drawn, loaded, mask_plan


def test_each_plate_is_its_layers_sized_by_the_bias(oracle: Oracle, tmp_path: Path) -> None:
    plan, db = mask_plan(), oracle("klayout.db")
    ((name, data),) = plates.export(plan).items()
    assert name == "masks/plan-1_plates.gds"
    layout = loaded(oracle, data, tmp_path / "p.gds")
    assert sorted((i.layer, i.datatype) for i in layout.layer_infos()) == [(m.number, 0) for m in plan.masks]
    by_name = {layer.name: layer for layer in plan.layers}
    for mask in plan.masks:
        designed = db.Region()
        for layer in (by_name[name] for name in mask.layers):
            for part in layer.region.parts:
                for i in range(part.lattice.columns):
                    for j in range(part.lattice.rows):
                        shift = db.Vector(i * part.lattice.step_x, j * part.lattice.step_y)
                        designed.insert(db.Polygon([db.Point(x, y) + shift for x, y in part.polygon]))
        sized = designed.merged().sized(round(mask.bias * 1e9), 2)  # mode 2: mitred corners
        assert (sized ^ drawn(oracle, layout, mask.number, 0)).is_empty(), mask.name
    assert {mask.bias for mask in plan.masks} == {0.0, -2e-6, 1e-6}
