"""Printing onto a mask's layer: what the alignment error of the head leaves of margins and gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import shapely

from fabplan.architectures.base import RoleLimits
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE
from fabplan.layout.approach import rests
from fabplan.layout.flat import flat
from fabplan.layout.nets import Nearness, nearness
from fabplan.layout.words import at, microns

PRINTED = ("bead", "drops")


def placement_margin(bodies: Sequence[Body], limits: Mapping[str, RoleLimits]) -> Iterable[Finding]:
    """``print-placement``: printed walls stay on their digits and away from the other net.

    An error where the alignment errors together can close the gap to the other net; a warning where a
    wall can only slip off the edge of its own digit.
    """
    for body in bodies:
        error = limits.get(body.made_by, RoleLimits()).placement
        if body.pattern not in PRINTED or not body.net or not body.region or error <= 0:
            continue
        bridge = _bridge(body, bodies, limits)
        if bridge:
            yield bridge
        elif (slip := _slip(body, bodies, error)) is not None:
            yield slip


def _bridge(body: Body, bodies: Sequence[Body], limits: Mapping[str, RoleLimits]) -> Finding | None:
    """The gap to the other net that the errors of both heads can close."""
    walls = flat([body.region])
    for rival in bodies:
        if not rival.net or rival.net == body.net or rival.bottom is None:
            continue
        error = limits.get(body.made_by, RoleLimits()).placement
        if rival.pattern in PRINTED and rival.made_by != body.made_by:
            error += limits.get(rival.made_by, RoleLimits()).placement
        near = nearness(walls, flat([rival.region]))
        if near is not None and 0 < near.distance <= error:
            return _closing(body, rival, near, error)
    return None


def _closing(body: Body, rival: Body, near: Nearness, error: float) -> Finding:
    return Finding(
        "print-placement", "error", at(f"{body.name} and {rival.name}", near.place),
        f"{body.name} is drawn {microns(near.distance)} from {rival.name}, "
        f"alignment errors of {microns(error)} can close that",
        near.distance, error, "m",
        f"gap {microns(near.distance)} → more than {microns(error)}, or a printer that aligns to fiducials",
    )


def _slip(body: Body, bodies: Sequence[Body], error: float) -> Finding | None:
    """The wall's inset on what it stands on, where that is less than the alignment error."""
    under = [b for b in bodies if b.net == body.net and b.made_by != body.made_by and rests(b, body)]
    if not under:
        return None
    digits = shapely.union_all(flat([b.region for b in under]).shapes)
    walls = shapely.union_all(flat([body.region]).shapes)
    margin = float(walls.distance(digits.boundary)) * NANOMETRE if digits.covers(walls) else 0.0
    if margin >= error - NANOMETRE / 2:
        return None
    point = shapely.shortest_line(walls.boundary, digits.boundary).centroid
    names = " and ".join(b.name for b in under)
    return Finding(
        "print-placement", "warning", at(f"{body.name} on {names}", (point.x * NANOMETRE, point.y * NANOMETRE)),
        f"{body.name} leaves {microns(margin)} to the edge of {names}, the head is placed to {microns(error)}: "
        "part of a wall can stand beside its digit and bare metal can face the other net",
        margin, error, "m", f"digits of {names} {microns(2 * (error - margin))} wider, as far as the gap allows",
    )
