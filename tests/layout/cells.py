"""Small drawn cells for the layout tests: a comb pair and a stack of films. Lengths in nm, heights in m."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from fabplan.architectures.base import RoleLimits
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import Box, Lattice, Region, joined, rectangle
from fabplan.layout.measure import measured

UM = 1000
WIDTH, GAP, OVERLAP, BUS = 60 * UM, 50 * UM, 600 * UM, 40 * UM
METAL, WALL = 2e-7, 1e-4


def comb(
    fingers: int = 4, width: int = WIDTH, gap: int = GAP, overlap: int = OVERLAP, bus: int = BUS
) -> tuple[Region, Region]:
    """Anode and cathode of ``fingers`` fingers each: fingers along y, buses at both ends."""
    pitch, right = 2 * (width + gap), fingers * 2 * (width + gap) - gap
    root, tip = bus, bus + gap + overlap
    lattice = Lattice(fingers, 1, pitch, 0)
    anode = [rectangle(0, root, width, tip, lattice), rectangle(0, 0, right, bus)]
    first = width + gap
    cathode = [
        rectangle(first, root + gap, first + width, tip + gap, lattice),
        rectangle(0, tip + gap, right, tip + gap + bus),
    ]
    return joined(anode), joined(cathode)


def comb_bodies(*shape: int) -> tuple[Body, ...]:
    """Collectors, printed walls on them, and an electrolyte over all."""
    anode, cathode = comb(*shape)
    basin = rectangle(-100 * UM, -100 * UM, 100_000 * UM, 10_000 * UM)
    return (
        Body("anode-collector", "anode_collector", "au", "anode", anode, 0.0, METAL, "mask", "collector"),
        Body("cathode-collector", "cathode_collector", "au", "cathode", cathode, 0.0, METAL, "mask", "collector"),
        Body("anode-walls", "anode", "lto", "anode", anode, METAL, WALL, "bead", "anode"),
        Body("cathode-walls", "cathode", "lfp", "cathode", cathode, METAL, WALL, "bead", "cathode"),
        Body("electrolyte", "electrolyte", "gel", None, basin, 0.0, 2 * WALL, "blanket", "electrolyte"),
    )


def square(inset: int) -> Region:
    """A square millimetre, less an inset."""
    return rectangle(inset, inset, 1000 * UM - inset, 1000 * UM - inset)


def film_bodies(cover: int = 100 * UM) -> tuple[Body, ...]:
    """Five films; ``cover``: how far the electrolyte reaches past the cathode's collector."""
    plate = joined([rectangle(0, 0, 1000 * UM, 1000 * UM), rectangle(400 * UM, -500 * UM, 600 * UM, 0)])
    top = joined(
        [rectangle(100 * UM, 100 * UM, 900 * UM, 900 * UM), rectangle(400 * UM, 900 * UM, 600 * UM, 1500 * UM)]
    )
    electrolyte = rectangle(-cover, -cover, 1000 * UM + cover, 1000 * UM + cover)
    return (
        Body("cathode-collector", "cathode_collector", "pt", "cathode", plate, 0.0, 2e-7, "mask", "cathode_collector"),
        Body("cathode", "cathode", "lco", "cathode", square(50 * UM), 2e-7, 2e-6, "mask", "cathode"),
        Body("electrolyte", "electrolyte", "lipon", None, electrolyte, None, 1e-6, "mask", "electrolyte"),
        Body("anode", "anode", "li", "anode", square(80 * UM), 3.2e-6, 3e-6, "mask", "anode"),
        Body("anode-collector", "anode_collector", "cu", "anode", top, None, 2e-7, "mask", "anode_collector"),
    )  # fmt: skip


def replaced(bodies: Sequence[Body], name: str, /, **changes: object) -> tuple[Body, ...]:
    """The bodies with fields of one of them changed."""
    return tuple(dataclasses.replace(b, **changes) if b.name == name else b for b in bodies)  # type: ignore[arg-type]


def limits(line: float = 20e-6, gap: float = 20e-6, **more: float) -> dict[str, RoleLimits]:
    """The same limits for every role."""
    roles = ("collector", "anode", "cathode", "electrolyte", "cathode_collector", "anode_collector")
    return {role: RoleLimits(line=line, gap=gap, **more) for role in roles}


def footprint() -> Box:
    """Larger than all cells here."""
    return -1_000_000 * UM, -1_000_000 * UM, 1_000_000 * UM, 1_000_000 * UM


def agreeing(bodies: Sequence[Body]) -> Measures:
    """A closed form that says what is drawn, NaN where the drawing does not say anything."""
    drawn = measured(bodies)
    names = {f.name for f in dataclasses.fields(Measures)}
    values = {key.rsplit("_", 1)[0]: value for key, value in drawn.items() if value is not None}
    known = {name: np.asarray(values[name]) for name in names & values.keys()}
    return Measures(**{name: known.get(name, np.asarray(np.nan)) for name in names})
