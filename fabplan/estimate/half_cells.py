"""The half cells of a full cell: each electrode alone against lithium metal, at the currents of the full cell.

The anode's half cell puts lithium into the anode as the full cell's charge does; what holds it back there holds the
full cell back. Separator, electrolyte and contacts stay those of the full cell.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np

from fabplan.estimate.cell_kinds import METALS

BELOW = 0.05  # V: a half cell's discharge ends so far below the potential at the end of its window
_SIDES = {
    "porous-stack": ("neg", "pos"),
    "film-planar": ("neg", "pos"),
    "interdigital": ("anode", "cathode"),
    "pillars": ("anode", "cathode"),
}
_UNLIKE = "honeycomb"  # its two kinds of pillars do not change places
_FINGERS = (("w1_m", "w2_m"), ("h1_m", "h2_m"), ("r1_m", "r2_m"))


def with_half_cells(
    document: Mapping[str, Any], exchange_of_lithium: float
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The cells, each followed by its half cells ``<id> anode|Li`` and ``<id> cathode|Li``; and which have none.

    Parameters
    ----------
    document : ``fabplan/cells/1``; what is wrong with it is said where it is read
    exchange_of_lithium : exchange current density of lithium metal [A/m2]
    """
    made = {**document, "cells": []}
    notes = []
    for cell in document.get("cells", []):
        made["cells"].append(cell)
        kind = cell.get("kind") if isinstance(cell, dict) else None
        if kind not in _SIDES:
            notes.append(f"{cell.get('id', '')}: no half cells of {kind}: the order of its coats is part of it")
            continue
        if isinstance(cell.get("design"), dict) and cell["design"].get("lattice") == _UNLIKE:
            notes.append(f"{cell.get('id', '')}: no half cells of a honeycomb: its pillars do not change places")
            continue
        for tested in _SIDES[kind]:
            half = _half(document, cell, tested, exchange_of_lithium)
            if half is not None:
                made["cells"].append(half)
    return made, tuple(notes)


def _half(
    document: Mapping[str, Any], cell: Mapping[str, Any], tested: str, exchange: float
) -> dict[str, Any] | None:
    """One electrode as the positive one against lithium; None for lithium itself or a design that misses something."""
    negative, positive = _SIDES[cell["kind"]]
    given = cell.get("design")
    design: dict[str, Any] = copy.deepcopy(given) if isinstance(given, dict) else {}
    side = design.get(tested)
    if not isinstance(side, dict) or side.get("material") in METALS:
        return None
    table = document.get("ocp", {}).get(side.get("material"))
    if not isinstance(table, dict) or "sto0" not in side or "sto100" not in side:
        return None
    if tested == negative:
        side["sto100"], side["sto0"] = side["sto0"], side["sto100"]
        for own, other in _FINGERS:
            if own in design and other in design:
                design[own], design[other] = design[other], design[own]
    design[positive] = side
    design[negative] = {"material": "Li", "i0_ref": exchange}
    x, volts = table.get("x", table.get("sto")), table.get("V", table.get("U_V"))
    design["V_cut"] = float(np.interp(side["sto0"], np.asarray(x, dtype=float), np.asarray(volts, dtype=float))) - BELOW
    name = "anode" if tested == negative else "cathode"
    return {**cell, "id": f"{cell.get('id', '')} {name}|Li", "design": design}
