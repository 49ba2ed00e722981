"""Candidates of planar cells drawn as a pattern: widths that are drawn, heights that balance what is drawn.

Every combination of cathode width, gap and bus is drawn with an anode of the same width, of the width that equal
heights ask for, and of that width corrected by what was drawn. The anode's height then makes up for what is left,
where it is free; so the ratio of capacities holds on the drawing itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fabplan.architectures import _comb, _package, _space
from fabplan.architectures._pattern_cell import laid, lay
from fabplan.architectures._pattern_measures import plan_of
from fabplan.architectures._planar_search import constants, line_of, package
from fabplan.architectures._space import whole
from fabplan.architectures.base import Request
from fabplan.geometry.patterns.base import SLANTED
from fabplan.geometry.region import NANOMETRE

WIDTHS, HEIGHTS = 9, 12
CORRECTIONS, BALANCED = 2, 0.01  # of the anode's width by what was drawn, and when it is good
GAPS, BUSES = (1.0, 1.5, 2.5), (0.5, 1.0)
MOST_LINES = 100_000  # about as many are drawn for one search, seconds: fine patterns are tried in fewer widths
MOST_QUICK = 8_000  # likewise where a search is one of many
FINEST, FINEST_QUICK = 150_000, 12_000  # lines of the one finer width that is drawn besides, with the smallest gap
FINEST_FIXED = 600_000  # likewise where the user fixed the width
UNDRAWN = (-1.0, -1.0, 1.0, -1.0, -1.0)  # lines of less than no width: nothing that can be drawn
COARSE = 50  # lines and gaps that the widest lines leave along the shorter side at most
MOST_SLANTED = 1_500  # lines and gaps along both sides, multiplied: some ten thousand corners, seconds to check
FEWEST = 4  # widths, however long each takes to draw


def candidates(params_type: type, request: Request, fixed: dict[str, float]) -> dict[str, Any]:
    """Values of every parameter [nm], flat arrays of one length; drawings are kept by `plan_of`.

    Parameters
    ----------
    params_type : class of the parameters
    fixed : what the user fixed, lengths in nm
    """
    constant = constants(request, fixed)
    plans = _plans(request, fixed, constant)
    limit = request.limit("cathode")
    above = request.layer_thickness("collector") + (constant["lid_clearance"] + constant["lid_thickness"]) * NANOMETRE
    heights = _space.thicknesses(limit, request.height_max - above, HEIGHTS)
    cathode = _space.axis(fixed, "cathode_thickness", whole(heights))
    values = {name: np.repeat(column, len(cathode)) for name, column in plans.items()}
    values["cathode_thickness"] = np.tile(cathode, len(plans["gap"]))
    wide = {name: np.full(len(values["gap"]), value) for name, value in constant.items()}
    values |= wide | {name: np.ones(len(values["gap"])) for name in ("fingers", "finger_length")}
    values["anode_ended"] = np.zeros(len(values["gap"]))
    values["anode_thickness"] = np.maximum(values["cathode_thickness"], 1.0)
    found = [
        None if one is None else plan_of(request.pattern, one)
        for one in laid(_space.as_params(params_type, values), request)
    ]
    values["finger_length"] = np.array([1.0 if row is None else max(row.facing, 1.0) for row in found])
    ratio = np.array([1.0 if row is None else row.areas[0] / row.areas[1] for row in found])
    values["anode_thickness"] = _anode_height(request, fixed, values["cathode_thickness"], ratio)
    return values


def _anode_height(request: Request, fixed: dict[str, float], cathode: Any, ratio: Any) -> Any:
    """Height of the anode [nm] that gives both nets the wanted ratio of capacities, as near as its recipe comes.

    h_a = h_c (N/P) q_c A_c/(q_a A_a); q charge per volume, A drawn areas, ``ratio`` A_a/A_c.
    """
    limit = request.limit("anode")
    known = bool(request.capacity.get("anode") and request.capacity.get("cathode"))
    wanted = cathode * _comb.width_ratio(request, 1.0, 1.0) / ratio if known else cathode
    if limit.thickness_step:
        step = limit.thickness_step / NANOMETRE
        wanted = np.maximum(np.ceil(wanted / step - 1e-9), 1) * step
    low, high = limit.thickness_low / NANOMETRE, limit.thickness_high / NANOMETRE
    return _space.held(fixed, "anode_thickness", whole(np.clip(wanted, low, high) * NANOMETRE))


def _plans(request: Request, fixed: dict[str, float], constant: dict[str, Any]) -> dict[str, Any]:
    """Widths, gaps and buses of all drawings [nm], each once; `UNDRAWN` where each has more lines than can be drawn."""
    widths, besides = _affordable(request, constant)
    least, slow = _gap_of(request, constant), request.pattern in SLANTED
    gaps, buses = whole(least * np.array(GAPS[:2] if slow else GAPS)), BUSES[1:] if slow else BUSES
    rows: dict[tuple[float, ...], None] = {}
    for some, between in ((besides, gaps[:1]), (widths, gaps)):
        for cathode in np.unique(whole(some)).tolist():
            for gap in _space.axis(fixed, "gap", between).tolist():
                for share in buses:
                    for row in _balanced(request, fixed, constant, (cathode, gap, share)):
                        rows.setdefault(row)
    names = ("finger_width_anode", "finger_width_cathode", "gap", "bus_width_anode", "bus_width_cathode")
    return dict(zip(names, np.array(list(rows) or [UNDRAWN], float).T, strict=True))


def _gap_of(request: Request, constant: dict[str, Any]) -> float:
    """Smallest gap of the recipes [m]."""
    inset = 2 * constant["collector_inset"] * NANOMETRE
    own = max(request.limit(net).gap for net in _comb.NETS)
    return float(max(own, request.limit("collector").gap - inset, 1e-6))


def _widths(request: Request, constant: dict[str, Any]) -> tuple[Any, Any]:
    """Widths of the cathode's lines from the finest [m], and lines and gaps along both sides, multiplied."""
    line = max(line_of(request, "cathode", constant) * NANOMETRE, 1e-6)
    room = min(np.ravel(side)[0] for side in _package.room(request.footprint, package(constant))) * NANOMETRE
    widest = max(line, min(room / 4, max(40 * line, room / COARSE)))
    fixed = request.fixed.get("finger_width_cathode")
    widths = np.geomspace(line, widest, WIDTHS) if fixed is None else np.array([fixed])
    return widths, (room / (widths + request.fixed.get("gap", _gap_of(request, constant)))) ** 2


def _affordable(request: Request, constant: dict[str, Any]) -> tuple[Any, Any]:
    """Widths that are drawn with all gaps, and the one finer that is drawn with the smallest one [m]."""
    widths, lines = _widths(request, constant)
    if request.pattern in SLANTED:
        good = lines <= MOST_SLANTED
        good[-FEWEST:] = True
        return widths[good], widths[:0]
    most, finest = (MOST_QUICK, FINEST_QUICK) if request.quick else (MOST_LINES, FINEST)
    if "finger_width_cathode" in request.fixed and not request.quick:
        finest = FINEST_FIXED
    good = np.cumsum(lines[::-1])[::-1] * len(GAPS) * len(BUSES) <= most
    return widths[good], widths[~good & (lines <= finest)][:1]


def left_out(request: Request, fixed: dict[str, float]) -> str:
    """Which lines were not drawn since they are too many, in a few words; "" where all were. ``fixed`` in nm."""
    constant = constants(request, fixed)
    widths, _ = _widths(request, constant)
    drawn = np.concatenate(_affordable(request, constant))
    if not len(drawn):
        return f"lines of {_microns(widths[0])} are too many to be drawn here"
    return "" if np.min(drawn) <= widths[0] else f"lines finer than {_microns(np.min(drawn))} were not drawn"


def _microns(length: float) -> str:
    return f"{length * 1e6:.3g} um"


def _balanced(
    request: Request, fixed: dict[str, float], constant: dict[str, Any], at: tuple[float, float, float]
) -> list[tuple[float, ...]]:
    """Lines of one cathode width, gap and share of the bus with every anode width that is worth drawing [nm]."""
    cathode, gap, share = at
    least = np.ceil(line_of(request, "anode", constant))
    line = np.ceil(max(line_of(request, net, constant) for net in _comb.NETS))
    buses = [fixed.get(name, max(np.rint(share * cathode), line)) for name in ("bus_width_anode", "bus_width_cathode")]

    def row(anode: float) -> tuple[float, ...]:
        width = fixed.get("finger_width_anode", float(max(np.rint(anode), least)))
        return (width, cathode, gap, float(buses[0]), float(buses[1]))

    ratio = float(_comb.width_ratio(request, 1.0, 1.0))
    first = row(cathode * ratio)
    found = [row(cathode), first]
    for _ in range(CORRECTIONS):
        made = _drawn(request, constant, found[-1])
        if made is None or "finger_width_anode" in fixed or abs(made / ratio - 1) < BALANCED:
            break
        found.append(row(found[-1][0] * ratio / made))
    return found


def _drawn(request: Request, constant: dict[str, Any], row: tuple[float, ...]) -> float | None:
    """Drawn area of the anode over that of the cathode; None where it cannot be drawn."""
    around = package(constant)
    room = [round(float(np.ravel(side)[0])) for side in _package.room(request.footprint, around)]
    lines = [round(value) for value in row]
    widths = [round(float(v)) for v in (around.rim, around.seal, around.pad_clearance, around.pad)]
    site = (round(float(whole(request.footprint.width))), round(float(whole(request.footprint.length))))
    asked = lay((*room, *lines, round(constant["collector_inset"]), *widths), site)
    found = None if asked is None else plan_of(request.pattern, asked)
    return None if found is None else found.areas[0] / found.areas[1]
