"""A layout that somebody else drew: its nets, gaps, facing length and areas, and its own rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding, ordered
from fabplan.geometry import periodic
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Region, area, bounds, count
from fabplan.layout import drc
from fabplan.layout.approach import approaches, connected
from fabplan.layout.drc import Checked
from fabplan.layout.flat import flat
from fabplan.layout.measure import measured, shortened
from fabplan.layout.nets import pieces
from fabplan.layout.rules import islands, shorts
from fabplan.verify._regions import tidied
from fabplan.verify.layer_map import LayerMap, MappedLayer
from fabplan.verify.layout_file import LayoutFile, open_layout

THIN = 1e-6  # metre: of layers whose thickness is not given; only tells who shares a height


@dataclass(frozen=True)
class Foreign:
    """What is known of a foreign layout.

    Parameters
    ----------
    geometry : as the ``geometry`` of plan.json; volumes only where thicknesses are given
    layers : area, width and bounds of every mapped layer
    nets : number of pieces of each net
    unmapped : layers of the file that the map does not name
    bodies : as they were measured
    """

    file: LayoutFile
    geometry: Mapping[str, float | None]
    layers: tuple[Mapping[str, Any], ...]
    nets: Mapping[str, int]
    unmapped: tuple[str, ...]
    checked: tuple[Checked, ...]
    findings: tuple[Finding, ...]
    bodies: tuple[Body, ...]


def examine(path: Path, layer_map: LayerMap) -> Foreign:
    """Everything that can be said of a layout with its layer map.

    Raises
    ------
    BadInput : the file cannot be read, or a layer of the map is not in it
    """
    file = open_layout(path, layer_map.unit)
    bodies, problems = list[Body](), list[Problem]()
    for layer in layer_map.layers:
        try:
            bodies.append(_body(layer, file))
        except BadInput as fault:
            problems += fault.problems
    if problems:
        raise BadInput(problems)
    few = shortened(bodies, periodic.stretches([body.region for body in bodies]))
    met = approaches(few)
    checked = drc.check(layer_map.rules, {body.name: body.region for body in bodies})
    findings = ordered([*shorts(met), *islands(few), *drc.findings(checked)])
    named = {source for layer in layer_map.layers for source in layer.sources}
    return Foreign(
        file, _geometry(bodies, layer_map), tuple(map(_row, bodies)), _nets(few),
        tuple(sorted(file.layers.keys() - named)), checked, findings, tuple(bodies),
    )  # fmt: skip


def _body(layer: MappedLayer, file: LayoutFile) -> Body:
    """A mapped layer as a body; polygons that overlap are merged, arrays stay where they do not."""
    region = _apart(file.region(layer.sources, f"layers.{layer.name}"))
    thickness = THIN if layer.thickness is None else layer.thickness
    net: Any = layer.net
    return Body(layer.name, layer.role, layer.material, net, region, layer.bottom, thickness, "mask", layer.role)


def _apart(region: Region) -> Region:
    """The same area as polygons that do not overlap, equal ones at equal steps as lattices."""
    return tidied(drc.merged_region(region) if drc.overlaps(region) else region)


def _geometry(bodies: Sequence[Body], layer_map: LayerMap) -> dict[str, float | None]:
    """Measured; what rests on a thickness that nobody gave is None."""
    found = dict(measured(bodies))
    if any(layer.thickness is None for layer in layer_map.layers):
        unknown = [key for key in found if key.endswith("_m3") or "interface" in key or key == "height_m"]
        found |= dict.fromkeys(unknown)
    return found


def _row(body: Body) -> dict[str, Any]:
    box = bounds(body.region) if body.region else (0, 0, 0, 0)
    return {
        "name": body.name, "net": body.net, "area_m2": area(body.region), "shapes": count(body.region),
        "bounds_m": [value * NANOMETRE for value in box],
    }  # fmt: skip


def _nets(bodies: Sequence[Body]) -> dict[str, int]:
    """Electrical pieces of each net; 1 where it hangs together."""
    found = {}
    for net in dict.fromkeys(body.net for body in bodies if body.net):
        own = [body for body in bodies if body.net == net and body.region]
        found[str(net)] = len(set(pieces([flat([body.region]) for body in own], connected(own)).tolist())) if own else 0
    return found

