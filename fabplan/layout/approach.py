"""How the two nets come near each other: side by side, over a cover, or by resting on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.geometry.body import Body, share_height
from fabplan.layout.flat import Flat, flat, without
from fabplan.layout.nets import Nearness, nearness, overlap

#: roles that keep two nets apart where they lie between them
INSULATING = ("electrolyte", "separator", "insulator")
TOUCH = 1e-12


@dataclass(frozen=True)
class Approach:
    """Two bodies of different nets and how near they come.

    Parameters
    ----------
    lower, upper : in the order in which they are built
    kind : ``"beside"`` each other at a shared height; ``"covered"``: an insulating body is made between
        them, and the distance is that of the parts which it does not separate; ``"resting"``: the upper
        one stands on the lower one's top, and the distance is 0 where they overlap in plan
    covers : the insulating bodies between them
    near : distance and place
    """

    lower: Body
    upper: Body
    kind: Literal["beside", "covered", "resting"]
    covers: tuple[Body, ...]
    near: Nearness

    @property
    def in_plane(self) -> bool:
        """Whether the distance counts as a gap of the drawing: the bodies share a height."""
        return self.kind != "resting" and share_height(self.lower, self.upper)


def approaches(bodies: Sequence[Body]) -> tuple[Approach, ...]:
    """All pairs of bodies of different nets that could meet, bottom-up order of the bodies assumed."""
    flats = {body.name: flat([body.region]) for body in bodies if body.net}
    found = []
    for i, lower in enumerate(bodies):
        for j, upper in enumerate(bodies[i + 1 :], start=i + 1):
            if lower.net and upper.net and lower.net != upper.net:
                covers = tuple(b for b in bodies[i + 1 : j] if b.role in INSULATING)
                found.append(_approach(lower, upper, covers, flats[lower.name], flats[upper.name]))
    return tuple(approach for approach in found if approach is not None)


def connected(bodies: Sequence[Body]) -> NDArray[np.bool_]:
    """Whether bodies i and j touch where they overlap in plan, shape (B, B): a common height or a common face."""
    return np.array([[share_height(a, b) or rests(a, b) for b in bodies] for a in bodies], np.bool_)


def _approach(lower: Body, upper: Body, covers: tuple[Body, ...], low: Flat, high: Flat) -> Approach | None:
    shares = share_height(lower, upper)
    conformal = lower.bottom is None or upper.bottom is None
    if shares and not (conformal and covers):
        near = nearness(low, high)
        return Approach(lower, upper, "beside", covers, near) if near else None
    if covers:
        near = _uncovered(low, high, covers)
        return Approach(lower, upper, "covered", covers, near) if near else None
    if rests(lower, upper) and (place := overlap(low, high)):
        return Approach(lower, upper, "resting", (), Nearness(0.0, place))
    return None


def _uncovered(low: Flat, high: Flat, covers: Sequence[Body]) -> Nearness | None:
    """Distance of the two where the cover does not lie between them.

    The upper body outside the cover stands at the lower one's level; so does the cover's bare
    surroundings for the lower one. Only points that both lie over the cover are separated by it.
    """
    cover = shapely.union_all(flat([body.region for body in covers]).shapes)
    bare = [nearness(without(low, cover), high), nearness(low, without(high, cover))]
    return min((near for near in bare if near), key=lambda near: near.distance, default=None)


def rests(lower: Body, upper: Body) -> bool:
    """Whether the two, which share no height, touch face to face where they overlap in plan."""
    if lower.bottom is None or upper.bottom is None:
        return False
    return (
        abs(lower.bottom + lower.thickness - upper.bottom) <= TOUCH
        or abs(upper.bottom + upper.thickness - lower.bottom) <= TOUCH
    )
