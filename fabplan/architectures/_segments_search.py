"""Candidates of segments on a strip. Lengths in whole nanometres."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabplan.architectures import _laminate_search as laminate
from fabplan.architectures import _space
from fabplan.architectures._space import whole
from fabplan.architectures.base import Request

#: joint over segment of the published spine, whose segments hold 86.1 % of one stiff cell (section 12 of the notes)
JOINT_SHARE = 0.139 / 0.861
BUS_SHARE = 0.05  # of the strip's width, where line and pad allow
SEGMENTS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0)


def candidates(request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Values of every parameter [nm], scalars or flat arrays of one length, at most 10^5 designs.

    Parameters
    ----------
    fixed : what the user fixed, lengths in nm
    """
    values: dict[str, Any] = laminate.margins(request, fixed)
    values |= {name: fixed.get(name, 0.0) for name in ("anode_first", "series")}
    values["bus_width"] = fixed.get("bus_width", _bus(request, float(values["pad_size"])))
    values |= _with_segments(laminate.axes(request, fixed, 20, 5), _space.axis(fixed, "segments", SEGMENTS))
    values |= laminate.cover(request, fixed, values)
    values |= _sizes(request, fixed, values)
    return values | laminate.anode(request, fixed, values)


def _with_segments(axes: dict[str, Any], segments: Any) -> dict[str, Any]:
    """All combinations of an existing grid with numbers of segments."""
    size = len(next(iter(axes.values())))
    found = {name: np.tile(value, len(segments)) for name, value in axes.items()}
    return found | {"segments": np.repeat(segments, size)}


def _bus(request: Request, pad: float) -> float:
    """Width of the buses: a share of the strip, what the recipes can make, at most the pads' side."""
    line = max(request.limit(f"{net}_collector").line for net in ("anode", "cathode"))
    return float(np.minimum(np.maximum(whole(BUS_SHARE * request.footprint.width), np.maximum(whole(line), 1)), pad))


def _sizes(request: Request, fixed: dict[str, float], values: dict[str, Any]) -> dict[str, Any]:
    """Size of a segment's lower electrode and length of a joint, from the footprint."""
    width, length = whole(request.footprint.width), whole(request.footprint.length)
    inset = 2 * (values["margin_cathode"] + values["margin_cover"])
    series = bool(values["series"])
    if request.footprint.terminals == "inside":
        buses = 0.0 if series else values["margin_seal"] + values["bus_width"]
        width = width - 2 * (values["margin_seal"] + buses)
        length = length - 2 * values["margin_seal"] - (2 if series else 1) * values["pad_size"]
    n = np.maximum(np.rint(values["segments"]), 1)
    # between two seals there is room to weld both foils
    least = 2 * values["margin_seal"] + _contact(request) if series else 1.0
    if "joint_length" in fixed:
        segment = (length - (n - 1) * fixed["joint_length"]) / n
    else:
        segment = np.minimum(length / (n + (n - 1) * JOINT_SHARE), (length - (n - 1) * least) / n)
    sizes = {
        "cell_width": np.maximum(np.floor((width - inset) * values["width_share"]), 1),
        "cell_length": np.maximum(np.floor((segment - inset) * values["length_share"]), 1),
    }
    sizes = {name: _space.held(fixed, name, size) for name, size in sizes.items()}
    joint = np.maximum(np.floor((sizes["cell_length"] + inset) * JOINT_SHARE), least)
    return sizes | {"joint_length": _space.held(fixed, "joint_length", joint)}


def _contact(request: Request) -> float:
    """Bare length of a joint in series: what both collectors and the encapsulation can make."""
    roles = ("anode_collector", "cathode_collector", "encapsulation")
    return float(np.maximum(whole(max(max(request.limit(role).line, request.limit(role).gap) for role in roles)), 1))
