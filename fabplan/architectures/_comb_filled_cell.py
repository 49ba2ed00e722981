"""The planar cell on any outline: its bodies, and its measures from what is drawn.

Sizing looks at many designs at once, and none of them is drawn: they are taken as unclipped combs on a rectangle of
the usable area (`like`). The one that is chosen is drawn and measured (`measures`), and the planner sizes again
until the drawn one meets the target.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from fabplan.architectures import _package, _space
from fabplan.architectures._comb import NETS
from fabplan.architectures._comb_clipped import Filling
from fabplan.architectures._comb_filled import Comb, drawn, site, teeth
from fabplan.architectures._comb_shapes import region
from fabplan.architectures._space import over, whole
from fabplan.architectures.base import Footprint, Request
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.edges import boundary, facing_length, minimum_width
from fabplan.geometry.measures import Measures
from fabplan.geometry.outlines import turned_region
from fabplan.geometry.region import NANOMETRE, Region, area, bounds
from fabplan.geometry.shapes import difference, intersection

UNBALANCED = 0.03  # off the wanted ratio of capacities by more is worth a warning


def like(footprint: Footprint) -> Footprint:
    """Rectangle of the usable area, in the proportions of the outline's bounds, for sizing."""
    x0, y0, x1, y1 = footprint.box
    scale = math.sqrt(footprint.area / ((x1 - x0) * (y1 - y0) * NANOMETRE**2))
    return Footprint((x1 - x0) * NANOMETRE * scale, (y1 - y0) * NANOMETRE * scale, footprint.terminals)


def fullest(params: Any, request: Request) -> Any | None:
    """The same design with as many and as long fingers as the outline holds; None where none can stand."""
    place = site(request.footprint, _package.package_of(params))
    if place is None:
        return None
    _, y0, _, y1 = bounds(place.room)
    most = teeth(place, _widths(params), _buses(params), whole(params.gap), None, round(float(params.anode_ended)))
    length = y1 - y0 - sum(round(float(bus)) for bus in _buses(params)) - 2 * float(whole(params.gap))
    number = (most.number + 1) // 2
    if number < 1 or length < 1:
        return None
    return dataclasses.replace(params, fingers=float(number), finger_length=length * NANOMETRE)


def comb(params: Any, request: Request) -> Comb | None:
    """The comb of one design on the outline; None where it cannot be drawn."""
    values = tuple(sorted((name, float(np.ravel(value)[0])) for name, value in vars(params).items()))
    return _comb(values, _Key(request.footprint))


@dataclasses.dataclass(frozen=True)
class _Key:
    """A footprint that is compared by identity of its regions, so that a drawing is made once."""

    footprint: Footprint

    def __hash__(self) -> int:
        return hash((self.footprint.outline, self.footprint.keep_outs, self.footprint.clearance))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.footprint == other.footprint


@dataclasses.dataclass(frozen=True)
class _Design:
    """Values of one design by name."""

    values: dict[str, float]

    def __getattr__(self, name: str) -> float:
        return self.values[name]


@lru_cache(maxsize=16)
def _comb(values: tuple[tuple[str, float], ...], key: _Key) -> Comb | None:
    params = _Design(dict(values))
    place = site(key.footprint, _package.package_of(params))
    if place is None:
        return None
    gap, buses = whole(params.gap), _buses(params)
    laid = teeth(place, _widths(params), buses, gap, round(params.fingers), round(params.anode_ended))
    height = float(whole(params.finger_length)) + 2 * float(gap) + sum(float(bus) for bus in buses)
    return drawn(place, laid, round(float(whole(params.collector_inset))), round(height))


def _widths(params: Any) -> tuple[Any, Any]:
    return whole(params.finger_width_anode), whole(params.finger_width_cathode)


def _buses(params: Any) -> tuple[Any, Any]:
    return whole(params.bus_width_anode), whole(params.bus_width_cathode)


def cell(params: Any, request: Request) -> tuple[Body, ...]:
    """Bodies of one design that can be drawn, bottom-up, as `planar_interdigital.cell` makes them."""
    found = comb(params, request)
    assert found is not None
    metal = request.layer_thickness("collector")
    heights = float(params.anode_thickness), float(params.cathode_thickness)
    top = metal + max(heights) + float(params.lid_clearance)
    bodies = [
        Body(f"{net}-collector", f"{net}_collector", request.material("collector"), net, found.collector(k), 0.0, metal,
             "mask", "collector")
        for k, net in enumerate(NETS)
    ]  # fmt: skip
    bodies += [
        Body(f"{net}-comb", net, request.material(net), net, found.placed(shape), metal, height, "mask", net)
        for net, shape, height in zip(NETS, found.electrodes, heights, strict=True)
    ]
    hull, basin = (turned_region(shape, -found.site.turn) for shape in (found.site.lid, found.site.basin))
    if "insulator" in request.materials:
        ring, thickness = difference(hull, basin), request.layer_thickness("insulator")
        bodies.append(
            Body("dam", "insulator", request.material("insulator"), None, ring, None, thickness, "mask", "insulator")
        )
    gel, lid = request.material("electrolyte"), request.material("lid")
    return (
        *bodies,
        Body("electrolyte", "electrolyte", gel, None, basin, 0.0, top, "blanket", "electrolyte"),
        Body("lid", "encapsulation", lid, None, hull, None, float(params.lid_thickness), "mask", "lid"),
    )


def measures(params: Any, request: Request) -> Measures | None:
    """What is drawn of one design; None where it cannot be drawn. Resistances as `_comb.squares` counts them."""
    found = comb(params, request)
    if found is None:
        return None
    heights = float(params.anode_thickness), float(params.cathode_thickness)
    metal = request.layer_thickness("collector")
    lid_height = max(heights) + float(params.lid_clearance)
    shapes = [region(b) for b in found.electrodes]
    areas = [area(shape) for shape in shapes]
    rims = [_outline(shape) * NANOMETRE for shape in shapes]
    volumes = [a * h for a, h in zip(areas, heights, strict=True)]
    gap = float(whole(params.gap))
    squares, buses = _squares(found, float(whole(params.collector_inset)))
    collectors = found.collector(0), found.collector(1)
    sunk = sum(area(region(b)) for b in found.plates) + sum(
        area(intersection(region(b), found.site.basin)) for b in found.necks
    )
    high = metal + lid_height
    dam = metal + request.layer_thickness("insulator") + float(params.lid_thickness)
    values = {
        "anode_area": areas[0],
        "cathode_area": areas[1],
        "anode_interface_area": areas[0] + heights[0] * rims[0],
        "cathode_interface_area": areas[1] + heights[1] * rims[1],
        "anode_volume": volumes[0],
        "cathode_volume": volumes[1],
        "facing_length": facing_length(shapes[0], shapes[1], round(2 * gap)) * NANOMETRE,
        "minimum_gap": gap * NANOMETRE,
        "minimum_width": min(minimum_width(shape) for shape in (*shapes, *collectors)) * NANOMETRE,
        "height": max(high + float(params.lid_thickness), dam if "insulator" in request.materials else 0.0),
        "electrode_height": min(heights),
        "lid_height": lid_height,
        "electrolyte_thickness": gap * NANOMETRE,
        "electrolyte_volume": area(found.site.basin) * high - sunk * metal - sum(volumes),
        "anode_collector_squares": squares[0],
        "cathode_collector_squares": squares[1],
        "anode_bus_squares": buses[0],
        "cathode_bus_squares": buses[1],
        "active_area": area(found.site.room),
        "print_length": 0.0,
    }
    return _space.as_measures(values, np.asarray(True))


def _outline(shape: Region) -> int:
    """Length of the outline of a Manhattan region [nm]."""
    return sum(int(np.sum(edges.high - edges.low)) for edges in boundary(shape))


def _squares(found: Comb, inset: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Squares of both collectors, and of them those of bus and neck: fingers in parallel, the bus fed at its pad."""
    whole_, buses = [], []
    for net in (0, 1):
        width, bus = found.filling.teeth.width[net] - 2 * inset, found.filling.teeth.bus[net] - 2 * inset
        fingers = found.plates[net][: int((found.filling.kept & (found.filling.pieces.finger % 2 == net)).sum())]
        lengths = np.maximum(fingers[:, 3] - fingers[:, 1], 1)
        extent = float(found.plates[net][:, 2].max() - found.plates[net][:, 0].min())
        tall = float((found.necks[net][:, 3] - found.necks[net][:, 1]).max())
        wide = float(found.necks[net][:, 2].max() - found.necks[net][:, 0].min())
        led = float(over(extent, 12 * bus)) + tall / wide
        buses.append(led)
        whole_.append(1.0 / float(np.sum(3 * width / lengths)) + led)
    return (whole_[0], whole_[1]), (buses[0], buses[1])


def told(found: Comb) -> tuple[str, ...]:
    """What was dropped and what was led around keep-outs, in sentences."""
    lines = []
    if found.filling.dropped:
        lines.append(
            f"{found.filling.dropped} pieces of fingers that outline and keep-outs cut off from their bus were dropped"
        )
    if found.filling.merged:
        lines.append(f"{found.filling.merged} of the fingers lead past keep-outs and tie what lies behind them")
    return tuple(lines)


def findings(params: Any, request: Request) -> tuple[Finding, ...]:
    """What clipping did to the comb: pieces drawn, dropped and led past keep-outs, and the balance that is left."""
    comb_ = comb(params, request)
    if comb_ is None:
        return ()
    return (*_dropped(comb_.filling), *_led(comb_.filling), *_balance(params, request, comb_))


def _dropped(filling: Filling) -> Iterator[Finding]:
    lost = filling.pieces.some(~filling.kept)
    if not len(lost):
        return
    lengths = filling.pieces.high - filling.pieces.low
    wide = np.where(filling.pieces.finger % 2 == 0, *filling.teeth.width)
    share = float(np.sum((lengths * wide)[~filling.kept]) / np.sum(lengths * wide))
    number = len(np.unique(lost.finger))
    yield Finding(
        "clipped-pieces", "warning", "footprint",
        f"{len(lost)} pieces of {number} fingers, {show_share(share)} of the fingers' area, are cut off from their bus "
        "by outline and keep-outs and are not drawn",
        share, 0.0, "", "move or shrink the keep-outs, or name other places for the terminals",
    )  # fmt: skip


def _led(filling: Filling) -> Iterator[Finding]:
    if filling.merged:
        text = f"{filling.merged} fingers are led past keep-outs and tie what lies behind them to their bus"
        yield Finding("clipped-pieces", "info", "footprint", text, float(filling.merged))


def _balance(params: Any, request: Request, found: Comb) -> Iterator[Finding]:
    """The ratio of capacities as clipped beside the wanted one, and the share of the free area that each net takes."""
    areas = [area(region(b)) for b in found.electrodes]
    free = area(found.site.free)
    drawn = found.filling.kept
    number = [int((drawn & (found.filling.pieces.finger % 2 == net)).sum()) for net in (0, 1)]
    text = (
        f"clipped to the outline, {number[0]} anode and {number[1]} cathode fingers cover "
        f"{show_share(areas[0] / free)} and {show_share(areas[1] / free)} of what is free"
    )
    anode, cathode = request.capacity.get("anode"), request.capacity.get("cathode")
    if not anode or not cathode:
        yield Finding("clipped-balance", "info", "footprint", text)
        return
    held = [plan * float(height) for plan, height in zip(areas, _heights(params), strict=True)]
    ratio = held[0] * anode / (held[1] * cathode)
    off = abs(ratio / request.n_p_ratio - 1) > UNBALANCED
    yield Finding(
        "clipped-balance", "warning" if off else "info", "footprint",
        f"{text}; anode over cathode capacity is {ratio:.3g}, asked {request.n_p_ratio:.3g}",
        ratio, request.n_p_ratio, "", "another width or thickness of the anode" if off else "",
    )  # fmt: skip


def _heights(params: Any) -> tuple[Any, Any]:
    return params.anode_thickness, params.cathode_thickness


def show_share(share: float) -> str:
    """A share in percent, small ones with their first digit."""
    return f"{share:.0%}" if share >= 0.01 or share == 0.0 else f"{share * 100:.1g} %"
