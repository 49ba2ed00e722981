"""Bodies: what a cell consists of, each with its exact planar region and its height interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fabplan.geometry.region import Region
from fabplan.geometry.relief import Relief

#: ``"anode"``, ``"cathode"``, or ``"joint-1"`` and so on: the conductor between two cells in series
Net = str
Pattern = Literal["mask", "bead", "drops", "raster", "blanket", "conformal"]

JOINT = "joint-"

ROLES = (
    "substrate",
    "anode_collector",
    "cathode_collector",
    "anode",
    "cathode",
    "electrolyte",
    "separator",
    "insulator",
    "encapsulation",
    "pad",
    "scaffold",
)


@dataclass(frozen=True)
class Body:
    """One body of the cell.

    Parameters
    ----------
    name : unique in the cell, kebab-case, e.g. ``"anode-walls"``
    role : one of `ROLES`
    material : id of the catalog
    net : the terminals' ``"anode"`` and ``"cathode"``, ``"joint-1"`` and so on between cells in series, or None
    region : exact planar region
    bottom : lower face above the substrate's surface [m]; None for a conformal film
    thickness : height [m]
    pattern : how it gets its outline
    made_by : role of the route that makes it (both collectors of one plate share one), e.g. ``"collector"``
    relief : walls that conformal films built later have to cover; of bodies such as etched pillars. A
        relief of more elements than can be drawn has the region of its whole field.
    """

    name: str
    role: str
    material: str
    net: Net | None
    region: Region
    bottom: float | None
    thickness: float
    pattern: Pattern
    made_by: str
    relief: Relief | None = None


def is_net(name: object) -> bool:
    """Whether a name is that of a net: one of both terminals, or a joint between two cells in series."""
    if not isinstance(name, str):
        return False
    return name in ("anode", "cathode") or (name.startswith(JOINT) and name[len(JOINT) :].isdecimal())


def share_height(one: Body, other: Body) -> bool:
    """Whether two bodies stand at a common height; a conformal film (bottom None) shares with all."""
    if one.bottom is None or other.bottom is None:
        return True
    tolerance = 1e-12
    return (
        one.bottom + one.thickness > other.bottom + tolerance
        and other.bottom + other.thickness > one.bottom + tolerance
    )
