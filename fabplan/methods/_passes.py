"""What printing in passes shares: dry thickness of a pass, how many passes, limits that follow."""

from __future__ import annotations

import math

from fabplan.methods._sheet import known, product, ratio
from fabplan.methods.base import Work, value
from fabplan.records import Quantity


def dry_thickness(wet: float | None, solids: Quantity | None, porosity: Quantity | None) -> float | None:
    """Dry thickness of a pass [m], ``wet · φ/(1−ε)`` with solids φ and porosity ε (conservation of solids)."""
    pores = value(porosity)
    return ratio(product(wet, value(solids)), None if pores is None else 1.0 - pores)


def passes(dry: float | None, work: Work) -> int | None:
    """Passes for the thickness of a step; None where that of a pass is unknown."""
    needed = ratio(work.thickness, dry)
    # A thickness that is a whole number of passes must not gain one from rounding.
    return None if needed is None else max(1, math.ceil(needed * (1.0 - 1e-9)))


def limits(
    dry: float | None, line: Quantity | None, gap: Quantity | None, edge: Quantity | None, most: Quantity | None
) -> dict[str, float]:
    """Line, gap and edge of the process, thickness of a pass and of the most passes."""
    return known(
        line=value(line),
        gap=value(gap),
        edge=value(edge),
        thickness_low=dry,
        thickness_step=dry,
        thickness_high=product(dry, value(most)) if most else None,
    )
