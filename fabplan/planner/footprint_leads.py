"""Leads from a structure's own pads to the places that a user named for its terminals.

A lead is drawn with the collector of its net, so that masks, nets and rules know it as that. It runs on the substrate,
in the outline, off the keep-outs, and nowhere over or under another body: not through the electrolyte, not under lid
or frame.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabplan.architectures.base import Footprint, Request
from fabplan.geometry import outlines, shapes
from fabplan.geometry.body import Body
from fabplan.geometry.inscribed import largest_rectangle
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE, Box, Point, Region, bounds, joined, nanometres, rectangle

NETS = ("anode", "cathode")
#: roles that a lead may touch at an edge: nothing that conducts, and no electrolyte that would creep along it
DRY = ("encapsulation", "insulator")
PAD_SIZE = 300e-6  # of most structures [m]; only for where a cell is looked for, its own pads count afterwards
SHARE = 4  # a lead is as wide as the pad over this: narrower ones save room, wider ones ohms
ROUNDING = 3.0  # [nm]: what is drawn along slanted edges is rounded to the grid
PLAY = 100  # [nm] more than a lead with both gaps takes: roundings must not close a corridor
SHIFT = 0.55  # of a pad's side: a place on the edge has its pad beside it


@dataclass(frozen=True)
class Lead:
    """One lead with the pad at its end.

    Parameters
    ----------
    net : ``"anode"`` or ``"cathode"``
    region : what is drawn beyond the structure's own collector [nm]
    width, length : of the middle line, from the structure's collector to the middle of the pad [m]
    apart : from what is drawn to the other net [m]
    """

    net: str
    region: Region
    width: float
    length: float
    apart: float = math.inf

    @property
    def squares(self) -> float:
        """Length over width; a corner counts as a whole square, 0.44 too much."""
        return self.length / self.width


@dataclass(frozen=True)
class Ruled:
    """Widths and distances of all leads of a request [nm]; ``least``: the gap that the collector's recipe can make."""

    width: int
    gap: int
    pad: int
    least: int


@dataclass(frozen=True)
class Led:
    """Leads, or in words why there are none."""

    leads: tuple[Lead, ...] = ()
    fault: str = ""


def ruled(request: Request, pad: float | None = None) -> Ruled:
    """Rule of the leads: a quarter of the pad wide and at least the collector's line; a width, and at least the
    recipe's smallest gap with its alignment, apart from all that conducts.

    Parameters
    ----------
    pad : side of the structure's pads [m]; what it would take where it is not known yet
    """
    limits = [request.limit(role) for role in ("collector", *(f"{net}_collector" for net in NETS))]
    line = max(limit.line for limit in limits)
    side = pad if pad is not None else request.fixed.get("pad_size", max(PAD_SIZE, line))
    width = 2 * -(-nanometres(max(side / SHARE, line)) // 2)
    apart = max(limit.gap + limit.placement + limit.edge for limit in limits)
    least = max(limit.gap for limit in limits)
    pad = max(side, 2 * width * NANOMETRE)
    return Ruled(width, max(width, nanometres(apart)), nanometres(pad), nanometres(least))


def free_of(footprint: Footprint) -> Region:
    """What leads may use: the outline less the keep-outs and the clearance around them."""
    kept = outlines.kept_free(footprint.outline, footprint.keep_outs, nanometres(footprint.clearance))
    return shapes.buffered(kept, -ROUNDING)


def sites(footprint: Footprint, kept: float, rule: Ruled, reserves: Sequence[tuple[int, int]]) -> tuple[Footprint, ...]:
    """Rectangles that leave room for the named pads and for a lead all around; none where none fits.

    Parameters
    ----------
    kept : clearance from the keep-outs [m]
    reserves : what of width and length does not count in looking for the largest [nm]
    """
    footprint = dataclasses.replace(footprint, clearance=kept)
    free, corridor = free_of(footprint), rule.width + 2 * rule.gap + PLAY
    pads = [grown(pad, corridor) for pad in named_pads(free, footprint, rule).values()]
    around = shapes.buffered(free, -float(corridor))
    room = shapes.difference(around, shapes.union(pads)) if pads else around
    found: list[Box] = []
    for reserve in reserves:
        box = largest_rectangle(room, reserve)
        if box is not None and box not in found:
            found.append(box)
    return tuple(
        dataclasses.replace(footprint, width=(x1 - x0) * NANOMETRE, length=(y1 - y0) * NANOMETRE, corner=(x0, y0))
        for x0, y0, x1, y1 in found
    )


def named_pads(free: Region, footprint: Footprint, rule: Ruled) -> dict[str, Region]:
    """Squares of the pads at the named places, of those that have room."""
    allowed = outlines.square_places(free, rule.pad)
    found = {}
    for net, place in footprint.places.items():
        middle = outlines.nearest_point(allowed, place)
        if middle is not None and max(abs(a - b) for a, b in zip(middle, place, strict=True)) <= SHIFT * rule.pad:
            found[net] = square(middle, rule.pad)
    return found


def square(middle: Point, side: int) -> Region:
    """Square around a point."""
    x, y, half = *middle, side // 2
    return rectangle(x - half, y - half, x - half + side, y - half + side)


def grown(region: Region, by: int) -> Region:
    """Rectangle with every side moved outwards."""
    x0, y0, x1, y1 = bounds(region)
    return rectangle(x0 - by, y0 - by, x1 + by, y1 + by)


def counted(measures: Measures, leads: Sequence[Lead]) -> Measures:
    """Measures of a cell with its leads, which may be narrower and nearer than all else that is drawn."""
    real = [lead for lead in leads if lead.region]
    if not real:
        return measures
    width = min(float(measures.minimum_width), *(lead.width for lead in real))
    gap = min(float(measures.minimum_gap), *(lead.apart for lead in real))
    return dataclasses.replace(measures, minimum_width=np.asarray(width), minimum_gap=np.asarray(gap))


def with_leads(bodies: Sequence[Body], leads: Sequence[Lead]) -> tuple[Body, ...]:
    """Bodies whose collectors have their leads."""
    found = {lead.net: lead.region for lead in leads}
    first = {net: next(b.name for b in bodies if b.role == f"{net}_collector" and b.net == net) for net in found}
    return tuple(
        dataclasses.replace(body, region=joined([body.region, found[body.net]]))
        if body.net in found and body.name == first[body.net]
        else body
        for body in bodies
    )
