"""What the header of a program says of syringes, of the outside of nozzles and of the overlay it may miss."""

from __future__ import annotations

from collections.abc import Iterator

from fabplan.catalog.types import Machine
from fabplan.layout.moves import heads_of
from fabplan.layout.toolpaths import nozzle_of
from fabplan.layout.types import Head, Toolpath


def facts(path: Toolpath, machine: Machine | None) -> tuple[str, ...]:
    """Sentences of the header, which people read and checks hold the program to."""
    if path.process != "ink":
        return (*_overlay(machine), *_axes(machine))
    return (*_syringes(path), *_outsides(path, machine), *_overlay(machine), *_axes(machine))


def carried(path: Toolpath) -> tuple[Head, ...]:
    """Heads that the machine carries, each with the ink of all its sets of values."""
    heads = heads_of(path)[0]
    first = {head.tool: head for head in reversed(heads)}
    return tuple(first[tool] for tool in sorted(first))


def ink_of_tool(path: Toolpath, tool: int) -> float:
    """Wet volume that one head prints [m³]."""
    return sum(head.ink_volume for head in heads_of(path)[0] if head.tool == tool)


def _syringes(path: Toolpath) -> Iterator[str]:
    """What to fill into each syringe, and what of it is printed."""
    for head in carried(path):
        ink, supply = ink_of_tool(path, head.tool), head.supply
        fill = supply.fill(ink)
        barrel = "" if supply.barrel is None else f", barrel {supply.barrel * 1e9:.0f} uL"
        if fill is None:
            yield f"syringe of head {head.tool}: ink {ink * 1e9:.4f} uL and the dead volume, not known: measure{barrel}"
            continue
        prime, dead = ((volume or 0.0) * 1e9 for volume in (supply.prime_volume, supply.dead_volume))
        yield (
            f"syringe of head {head.tool}: fill {fill * 1e9:.4f} uL = ink {ink * 1e9:.4f} uL + priming {prime:.4f} uL "
            f"+ dead volume {dead:.4f} uL{barrel}"
        )


def _outsides(path: Toolpath, machine: Machine | None) -> Iterator[str]:
    """Shape of each nozzle, for the check that it clears what stands."""
    for head in carried(path):
        nozzle = nozzle_of(machine, head.nozzle) if machine else None
        outer, cone = (nozzle.outer_diameter, nozzle.cone_half_angle) if nozzle else (None, None)
        beads = f"beads {(path.bead_width or head.nozzle) * 1e3:.6f} mm wide"
        if outer is None or outer.value is None or cone is None or cone.value is None:
            yield f"outside of nozzle {head.tool}: not known, {beads}"
            continue
        sure = "low" if "low" in (outer.confidence, cone.confidence) else "high"
        yield (
            f"outside of nozzle {head.tool}: {outer.value * 1e3:.6f} mm at the tip, cone {cone.value:.3f} deg, "
            f"{beads}, confidence {sure}"
        )


def _overlay(machine: Machine | None) -> Iterator[str]:
    """How far a fiducial may lie off, by the placement of the machine."""
    placement = machine.placement.value if machine and machine.placement else None
    if machine is not None and placement:
        yield f"overlay {placement * 1e6:.3f} um: placement error of {machine.id}"


def _axes(machine: Machine | None) -> Iterator[str]:
    """Range of motion, which no program may exceed."""
    ranges = (machine.travel_x, machine.travel_y) if machine else (None, None)
    told = [f"{axis} {q.value * 1e3:.3f} mm" for axis, q in zip("XY", ranges, strict=True) if q and q.value]
    if machine is not None and told:
        yield f"axes of {machine.id} travel {' and '.join(told)}"
