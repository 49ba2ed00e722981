"""Candidates of films over relief: relief, thicknesses, outlines. Lengths in whole nanometres."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _package, _space
from fabplan.architectures._relief_cell import COATS, Design
from fabplan.architectures._space import Array, whole
from fabplan.architectures.base import Request
from fabplan.geometry import relief
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE

FEATURE, WALL = 3e-6, 1.5e-6  # [m], where the process sets none: defaults of section 9 of the notes
DEEPEST = 50e-6
BORDER = 20e-6  # flat ground around the relief, so that resist and alignment keep off the walls
INSET = 5e-6  # rule for what must stay away from an edge, section 0.9: contact lithography on both, and as much gap
PAD_COVER = 20e-6
STEPS = 40  # halvings of the anode's thickness: far below a nanometre


def outlines(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Widths that follow from alignment and edges."""
    later, under = request.limit("anode_collector"), request.limit("electrolyte")
    cap, etch = request.limit("encapsulation"), request.limit("relief")
    gap = max(later.gap, request.limit("cathode_collector").gap, request.limit("anode").gap)
    inset = max(later.placement + later.edge + under.edge + gap, INSET)
    edge = max(request.limit(role).edge for role in ("cathode_collector", "anode_collector"))
    margin = max(PAD_COVER, cap.placement + cap.edge + edge)
    line = max(request.limit(role).line for role in ("cathode_collector", "anode_collector"))
    defaults = {
        "margin_anode": inset,
        "margin_field": max(BORDER, etch.placement + etch.edge + later.edge),
        "margin_seal": max(_package.SEAL_WIDTH, cap.placement + cap.edge + under.edge),
        "pad_size": max(line, 2 * margin + max(_package.PAD_SIZE, cap.gap)),
        "pad_margin": margin,
    }
    return {name: fixed.get(name, float(whole(value))) for name, value in defaults.items()}


def smallest_feature(request: Request) -> Array:
    """Features to try [nm]: the finest opening of the process and multiples of it."""
    limit = request.limit("relief")
    low = max(limit.line, limit.gap) or FEATURE
    return np.asarray(whole(low * np.array([1.0, 1.5, 2.5, 4.0])))


def smallest_wall(request: Request) -> Array:
    """Distances between features to try [nm]."""
    limit = request.limit("relief")
    low = max(limit.line, limit.gap) or WALL
    return np.asarray(whole(low * np.array([1.0, 2.0])))


def depths(request: Request, feature: float) -> Array:
    """Depths to try [nm], down to what the process can do and the height allows."""
    limit = request.limit("relief")
    most = min(limit.thickness_high, limit.aspect_ratio * feature, request.height_max)
    most = min(most, max(DEEPEST, 10 * feature)) if np.isfinite(most) else DEEPEST
    low = min(max(limit.thickness_low, most / 8), most)
    return np.asarray(whole(np.geomspace(max(low, NANOMETRE), max(most, NANOMETRE), 5)))


def films(request: Request, fixed: dict[str, float], mouth: float) -> dict[str, Array]:
    """Thicknesses of cathode, electrolyte and, against lithium, anode to try [nm].

    Parameters
    ----------
    mouth : widest opening that will be tried [m]; a film of a quarter of it leaves room for one like it
    """
    metal = np.array([0.0])
    if not request.capacity.get("anode"):
        given = request.thickness.get("anode")
        metal = whole([given]) if given else _tried(request, "anode", mouth, 3)
    return {
        "cathode_thickness": _space.axis(fixed, "cathode_thickness", _tried(request, "cathode", mouth, 10)),
        "electrolyte_thickness": _space.axis(fixed, "electrolyte_thickness", _tried(request, "electrolyte", mouth, 4)),
        "anode_thickness": _space.axis(fixed, "anode_thickness", metal),
    }


def _tried(request: Request, role: str, mouth: float, number: int) -> Array:
    most = min(request.height_max, mouth / 4)
    return np.asarray(whole(_space.thicknesses(request.limit(role), most, number)))


def sizes(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """Size of the cathode from the footprint and its shares."""
    width, length = whole(request.footprint.width), whole(request.footprint.length)
    if request.footprint.terminals == "inside":
        width, length = width - 2 * values["margin_seal"], length - 2 * values["margin_seal"] - values["pad_size"]
    found = {
        "cell_width": np.maximum(np.floor(width * values["width_share"]), 1),
        "cell_length": np.maximum(np.floor(length * values["length_share"]), 1),
    }
    return {name: _space.held(fixed, name, size) for name, size in found.items()}


def balanced_anode(design: Design, request: Request) -> Any:
    """Thickness of the anode [nm] that gives the wanted ratio of capacities; by halving.

    The outer film of a pillar is larger than its thickness says, the inner one of a hole smaller.
    """
    anode, cathode = request.capacity["anode"], request.capacity["cathode"]
    walls, start = design.relief, design.below("anode")
    size = design.sheet.anode
    plan = np.maximum(size[0] * size[1], 1) * NANOMETRE**2
    inner = design.below("electrolyte"), design.below("cathode")
    cathode_plan = design.sheet.width * design.sheet.length * NANOMETRE**2
    volume = cathode_plan * design.films["cathode"]
    volume = volume + relief.surplus_volume(walls, inner[0]) - relief.surplus_volume(walls, inner[1])
    wanted = request.n_p_ratio * cathode * volume / anode
    room = np.minimum(relief.open_mouth(walls, start) / 2, np.asarray(walls.height) - start)
    low, high = np.zeros(np.shape(wanted)), np.maximum(room, NANOMETRE) + np.zeros(np.shape(wanted))
    base = relief.surplus_volume(walls, start)
    for _ in range(STEPS):
        middle = (low + high) / 2
        short = plan * middle + relief.surplus_volume(walls, start + middle) - base < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.maximum(np.ceil(high / NANOMETRE - 1e-6), 1)


def rules(
    design: Design, found: Measures, request: Request, deepest: Callable[[Design], Any]
) -> list[NDArray[np.bool_]]:
    """What a good design keeps: it can be drawn, and every recipe can make it.

    Parameters
    ----------
    deepest : width that the etch has to go down, for its aspect ratio [m]
    """
    more, less = 1 + 1e-9, 1 - 1e-9
    walls, etch = design.relief, request.limit("relief")
    kept = [found.feasible, found.height <= request.height_max * more, _space.balanced(found, request)]
    depth = np.asarray(walls.height)
    kept += [
        np.asarray(walls.wall) >= etch.line * 0.99,
        np.asarray(walls.mouth) >= etch.gap * 0.99,
        (depth >= etch.thickness_low * less) & (depth <= etch.thickness_high * more),
        depth <= etch.aspect_ratio * deepest(design) * more,
    ]
    for role in COATS:
        limit = request.limit(role)
        mouth = relief.open_mouth(walls, design.below(role))
        kept.append((mouth > 0) & (depth <= limit.aspect_ratio * np.maximum(mouth, NANOMETRE) * more))
        if role in ("cathode", "electrolyte", "anode"):
            film = np.asarray(design.films[role])
            kept.append((film >= limit.thickness_low * less) & (film <= limit.thickness_high * more))
            kept.append(found.minimum_width >= limit.line * less)
    gap = max(request.limit(role).gap for role in ("cathode_collector", "anode_collector"))
    return [*kept, found.minimum_gap >= gap * less]
