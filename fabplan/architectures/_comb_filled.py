"""A flat comb that fills the user's outline: package, pads and necks around the clipped comb. Lengths in nm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from fabplan.architectures._comb_clipped import Filling, Teeth, filled
from fabplan.architectures._comb_shapes import Boxes, boxes, neck, region
from fabplan.architectures._package import Package
from fabplan.architectures.base import Footprint
from fabplan.geometry import clip, outlines
from fabplan.geometry.region import Box, Point, Region, bounds, joined, nanometres, rectangle
from fabplan.geometry.shapes import buffered, contains, difference, intersection

ROUNDING = 3  # [nm]


@dataclass(frozen=True)
class Site:
    """Regions of a package on an outline.

    Parameters
    ----------
    free : outline less keep-outs and the clearance around them, its largest piece
    pads : squares of both nets
    lid, basin, room : what lid, electrolyte and electrodes may take
    turn : quarters of a full turn from the outline to this frame, in which fingers run along y
    """

    free: Region
    pads: tuple[Box, Box]
    lid: Region
    basin: Region
    room: Region
    turn: int = 0


@dataclass(frozen=True)
class Comb:
    """A drawn comb: rectangles of electrodes and collectors, conductors to the pads."""

    site: Site
    filling: Filling
    electrodes: tuple[Boxes, Boxes]
    plates: tuple[Boxes, Boxes]
    necks: tuple[Boxes, Boxes]

    def collector(self, net: int) -> Region:
        """Collector of one net with neck and pad, where it stands on the outline."""
        pad = np.array([self.site.pads[net]], np.int64)
        return joined(self.placed(found) for found in (self.plates[net], self.necks[net], pad))

    def placed(self, found: Boxes) -> Region:
        """Region of rectangles where they stand on the outline."""
        for _ in range(-self.site.turn % 4):
            found = np.stack([-found[:, 3], found[:, 0], -found[:, 1], found[:, 2]], axis=1)
        return region(found)


@lru_cache(maxsize=8)
def _free(outline: Region, keep_outs: Region, clearance: int) -> Region:
    # what is drawn along slanted edges is rounded to the grid: that little stays inside
    return outlines.largest_piece(buffered(outlines.kept_free(outline, keep_outs, clearance), -ROUNDING))


@lru_cache(maxsize=32)
def _site(
    free: Region, places: tuple[tuple[str, Point], ...], rim: int, seal: int, apart: int, pad: int
) -> Site | None:
    centres = _centres(free, dict(places), pad)
    if centres is None:
        return None
    half = pad // 2
    pads = [(x - half, y - half, x - half + pad, y - half + pad) for x, y in centres]
    lid = free
    for x0, y0, x1, y1 in pads:
        lid = difference(lid, rectangle(x0 - apart, y0 - apart, x1 + apart, y1 + apart))
    room = outlines.largest_piece(buffered(lid, -(seal + rim)))
    if not room:
        return None
    # lid and electrolyte only around electrodes: tongues that hold none would be narrower than can be made
    basin = outlines.piece_around(intersection(buffered(lid, -seal), buffered(room, rim)), room)
    # a mitre over a sharp corner of the electrolyte would be a thorn
    around = buffered(buffered(intersection(lid, buffered(basin, seal)), -(seal // 2)), seal // 2)
    lid = outlines.piece_around(intersection(lid, around), basin)
    return Site(free, (pads[0], pads[1]), lid, basin, room)


def _centres(free: Region, places: dict[str, Point], pad: int) -> tuple[Point, Point] | None:
    """Centres of both pads: where they were named, else at the lowest and at the highest place."""
    allowed = outlines.square_places(free, pad)
    if not allowed:
        return None
    found: list[Point] = []
    for net, sign in (("anode", 1), ("cathode", -1)):
        if net in places:
            point = outlines.nearest_point(allowed, places[net])
            exact = not outlines.on_edge(free, places[net])
            if point is None or (exact and max(abs(a - b) for a, b in zip(point, places[net], strict=True)) > 2):
                return None
        else:
            point = outlines.lowest_point(allowed, sign)
        found.append(point)
    return found[0], found[1]


def site(footprint: Footprint, package: Package) -> Site | None:
    """Package on an outline; None where pads, seal and rim leave no room.

    The anode's bus lies below and the cathode's above: the outline is turned so that named places suit that best.
    """
    lengths = [round(float(v)) for v in (package.rim, package.seal, package.pad_clearance, package.pad)]
    free = _free(footprint.outline, footprint.keep_outs, nanometres(footprint.clearance))
    if not free or lengths[3] < 2:
        return None
    x0, y0, x1, y1 = footprint.box
    centred = {net: (x - (x0 + x1) // 2, y - (y0 + y1) // 2) for net, (x, y) in footprint.places.items()}
    turn = max(range(4), key=lambda quarters: (_rise(centred, quarters), -quarters))
    places = tuple((net, outlines.turned(point, turn)) for net, point in sorted(footprint.places.items()))
    found = _site(outlines.turned_region(free, turn), places, *lengths)
    return None if found is None else replace(found, turn=turn)


def _rise(places: Mapping[str, Point], quarters: int) -> int:
    """How far the cathode's place lies above the anode's after a turn; a place that is not named lies in the middle."""
    heights = {net: outlines.turned(point, quarters)[1] for net, point in places.items()}
    return heights.get("cathode", 0) - heights.get("anode", 0)


def drawn(place: Site, teeth: Teeth, inset: int, height: int) -> Comb | None:
    """The comb on a site; None when it cannot be drawn or led to its pads.

    Parameters
    ----------
    inset : how far the collectors lie inside the electrodes
    height : most of the site's height that is used, around its middle
    """
    x0, y0, x1, y1 = bounds(place.room)
    room = place.room
    if height < y1 - y0:
        low = (y0 + y1 - height) // 2
        room = intersection(room, rectangle(x0, low, x1, low + height))
    found = filled(clip.edges(room), teeth) if room else None
    if found is None:
        return None
    electrodes = [boxes(found, k) for k in (0, 1)]
    plates = [boxes(found, k, inset) for k in (0, 1)]
    necks = [_neck(place, found, plates[k], k, inset) for k in (0, 1)]
    if necks[0] is None or necks[1] is None:
        return None
    return Comb(place, found, (electrodes[0], electrodes[1]), (plates[0], plates[1]), (necks[0], necks[1]))


def _neck(place: Site, found: Filling, plates: Boxes, net: int, inset: int) -> Boxes | None:
    """From a pad up (the cathode's: down) to whole fingers of its net, so that no slot is left beside them."""
    x0, y0, x1, y1 = place.pads[net]
    sign, foot = (1, y1) if net == 0 else (-1, y0)
    near = 1 if sign > 0 else 3
    fingers = plates[: int((found.kept & (found.pieces.finger % 2 == net)).sum())]
    beyond = fingers[sign * (fingers[:, near] - foot) >= 0]
    if not len(beyond):
        return None
    inside = beyond[(beyond[:, 0] >= x0) & (beyond[:, 2] <= x1)]
    if len(inside):
        left, right = int(inside[:, 0].min()), int(inside[:, 2].max())
    else:
        nearest = beyond[np.argmin(np.abs(beyond[:, 0] + beyond[:, 2] - x0 - x1))]
        left, right = int(nearest[0]), int(nearest[2])
    slab = []
    if left < x0 or right > x1:  # a finger beside the pad: along the pad's edge first
        wide = found.teeth.width[net] - 2 * inset
        edge = (foot, foot + wide) if sign > 0 else (foot - wide, foot)
        slab = [(min(left, x0), edge[0], max(right, x1), edge[1])]
        foot = edge[1] if sign > 0 else edge[0]
    lead = neck(plates, left, right, foot, sign)
    if lead is None:
        return None
    whole = np.concatenate([np.array(slab, np.int64).reshape(-1, 4), lead])
    return whole if contains(place.free, region(whole)) and _clear(place, whole, net) else None


def _clear(place: Site, lead: Boxes, net: int) -> bool:
    """Whether a conductor stays away from the other net's pad; the other comb lies inside the electrolyte."""
    other = place.pads[1 - net]
    apart = (lead[:, 0] >= other[2]) | (lead[:, 2] <= other[0]) | (lead[:, 1] >= other[3]) | (lead[:, 3] <= other[1])
    return bool(apart.all())


def teeth(
    place: Site, width: tuple[Any, Any], bus: tuple[Any, Any], gap: Any, fingers: int | None, ended: int
) -> Teeth:
    """Teeth in the middle of a site, as many as fit its width where no number is given."""
    a, c, g = round(float(width[0])), round(float(width[1])), round(float(gap))
    x0, _, x1, _ = bounds(place.room)
    if fingers is None:
        fingers = max((x1 - x0 + (c + 2 * g if ended else g)) // (a + c + 2 * g), 1 + ended)
    number = 2 * fingers - ended
    extent = fingers * a + (number - fingers) * c + (number - 1) * g
    buses = round(float(bus[0])), round(float(bus[1]))
    return Teeth((a, c), buses, g, number, (x0 + x1 - extent) // 2)
