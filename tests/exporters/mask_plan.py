"""Plans whose masks come from drawn bodies, and mask files as KLayout sees them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fabplan.geometry.body import Body
from fabplan.geometry.region import Box, Region, bounds, polygons
from fabplan.layout.marks import around
from fabplan.layout.masks import Patterning, layers, masks
from fabplan.layout.measure import measured
from fabplan.planner.plan import Plan
from tests.exporters.sample_plan import sample_plan
from tests.layout.cells import comb_bodies

Oracle = Callable[[str], Any]
HOW = {
    "collector": Patterning("lift-off"),
    "anode": Patterning("screen", bias=-2e-6, line=30e-6),
    "cathode": Patterning("screen", bias=1e-6, line=30e-6),
    "cathode_collector": Patterning("lift-off"),
    "electrolyte": Patterning("bead"),
    "anode_collector": Patterning("etch"),
}


def mask_plan(bodies: Sequence[Body] | None = None, name: str = "Plan-1") -> Plan:
    """The sample plan with other bodies and everything that is drawn from them."""
    bodies = tuple(bodies if bodies is not None else comb_bodies()[:4])
    plates = {role: (n, (n,)) for n, role in enumerate(dict.fromkeys(b.made_by for b in bodies), 1)}
    box: Box = around(bounds(body.region) for body in bodies)
    table = layers(bodies, plates, box, HOW)
    return dataclasses.replace(
        sample_plan(),
        name=name,
        bodies=bodies,
        layers=table,
        masks=masks(table, plates, HOW),
        geometry={"footprint_area_m2": 1e-6, **measured(bodies)},
    )


def loaded(oracle: Oracle, data: bytes, path: Path) -> Any:
    """The file as a KLayout layout."""
    path.write_bytes(data)
    layout = oracle("klayout.db").Layout()
    layout.read(str(path))
    return layout


def drawn(oracle: Oracle, layout: Any, layer: int, datatype: int) -> Any:
    """All polygons of a layer, merged where a KLayout call says so."""
    db = oracle("klayout.db")
    found = layout.find_layer(layer, datatype)
    return db.Region() if found is None else db.Region(layout.top_cell().begin_shapes_rec(found))


def as_klayout(oracle: Oracle, region: Region) -> Any:
    """A region of ours."""
    db = oracle("klayout.db")
    found = db.Region()
    for ring in polygons(region):
        found.insert(db.Polygon([db.Point(x, y) for x, y in ring]))
    return found
