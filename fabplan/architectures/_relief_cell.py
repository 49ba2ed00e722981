"""Cells of conformal films over relief: measures and bodies, whatever the relief is.

Order of the films, inside out: barrier (where the route has one), cathode's collector, cathode,
electrolyte, anode, anode's collector; then the encapsulation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures import _elements, _space
from fabplan.architectures._elements import Field
from fabplan.architectures._relief_plan import Sheet, boxes
from fabplan.architectures.base import Operation, Request
from fabplan.findings import Finding
from fabplan.geometry import relief
from fabplan.geometry.body import Body, Net
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE, joined, rectangle
from fabplan.geometry.relief import Relief

FLOW = (
    Operation("relief", ("relief",)),
    Operation("barrier", ("barrier",), optional=True),
    Operation("cathode_collector", ("cathode-collector",)),
    Operation("cathode", ("cathode",)),
    Operation("electrolyte", ("electrolyte",)),
    Operation("anode", ("anode",)),
    Operation("anode_collector", ("anode-collector",)),
    Operation("encapsulation", ("encapsulation",)),
)
#: no solid 3D cell above 250 uAh/cm2 of footprint was published by 2019 (Moitzheim et al., as cited in the notes)
CEILING = 250e-6 * 3600 / 1e-4  # [C/m²]
COATS = ("barrier", "cathode_collector", "cathode", "electrolyte", "anode", "anode_collector")
NETS: dict[str, Net] = {
    "cathode_collector": "cathode",
    "cathode": "cathode",
    "anode": "anode",
    "anode_collector": "anode",
}


@dataclass(frozen=True)
class Design:
    """One design, or N of them: outlines and field [nm], thickness of every coat [m]."""

    sheet: Sheet
    field: Field
    films: dict[str, Any]

    @property
    def relief(self) -> Relief:
        """Walls in closed form."""
        return _elements.relief_of(self.field)

    def below(self, role: str) -> Any:
        """Thickness of all coats under one of them [m]."""
        return sum((self.films[name] for name in COATS[: COATS.index(role)]), np.zeros(()))

    @property
    def total(self) -> Any:
        """Thickness of all coats [m]."""
        return sum((self.films[name] for name in COATS), np.zeros(()))


def films_of(params: Any, request: Request) -> dict[str, Any]:
    """Thickness of every coat [m]; what is not sized is as its recipe makes it, a barrier only where there is one."""
    return {
        "barrier": request.layer_thickness("barrier") if "barrier" in request.materials else 0.0,
        "cathode_collector": request.layer_thickness("cathode_collector"),
        "cathode": np.asarray(params.cathode_thickness),
        "electrolyte": np.asarray(params.electrolyte_thickness),
        "anode": np.asarray(params.anode_thickness),
        "anode_collector": request.layer_thickness("anode_collector"),
    }


def measures(
    design: Design, request: Request, more: Callable[[Design, Relief], dict[str, Any]] | None = None
) -> Measures:
    """Geometry in closed form; equals what `bodies` draws. Arrays of shape (N,) or ().

    Parameters
    ----------
    more : further fields of `Measures`, from the design and its walls
    """
    sheet, films, walls = design.sheet, design.films, design.relief
    cathode, anode = (_area(size) for size in ((sheet.width, sheet.length), sheet.anode))
    rim = 2 * (sheet.width + sheet.length) * NANOMETRE
    at = {role: design.below(role) for role in ("cathode", "electrolyte", "anode", "anode_collector")}
    held = {
        role: relief.surplus_volume(walls, at[upper]) - relief.surplus_volume(walls, at[role])
        for role, upper in (("cathode", "electrolyte"), ("electrolyte", "anode"), ("anode", "anode_collector"))
    }
    middle = at["electrolyte"] + films["electrolyte"] / 2
    squares = sheet.squares(crowding(design.field))
    values = {
        "anode_area": anode,
        "cathode_area": cathode,
        "anode_interface_area": anode + relief.surplus_area(walls, at["anode"]),
        "cathode_interface_area": cathode + rim * films["cathode"] + relief.surplus_area(walls, at["electrolyte"]),
        "anode_volume": anode * films["anode"] + held["anode"],
        "cathode_volume": cathode * films["cathode"] + held["cathode"],
        "facing_length": 0.0,
        "minimum_gap": sheet.inset * NANOMETRE,
        "minimum_width": sheet.narrowest() * NANOMETRE,
        "height": standing(design.field) + design.total + request.layer_thickness("encapsulation"),
        "electrode_height": films["cathode"],
        "lid_height": films["cathode"] + films["electrolyte"],
        "electrolyte_thickness": films["electrolyte"],
        "electrolyte_volume": cathode * films["electrolyte"] + held["electrolyte"],
        "anode_collector_squares": squares[0],
        "cathode_collector_squares": squares[1],
        "active_area": anode,
        "print_length": 0.0,
        "reference_area": anode + relief.surplus_area(walls, middle),
    }
    return _space.as_measures(values | (more(design, walls) if more else {}), feasible(design, walls, request))


def _area(size: tuple[Any, Any]) -> Any:
    return size[0] * size[1] * NANOMETRE**2


def crowding(field: Field) -> Any:
    """How much the way around the elements lengthens a collector's current path.

    (1 + φ)/(1 - φ) for discs of area share φ that carry nothing, an upper bound as their walls do carry;
    trenches run along the current.
    """
    share = np.clip(field.share, 0.0, 0.95)
    return np.where(np.asarray(field.kind) == _elements.TRENCHES, 1.0, (1 + share) / (1 - share))


def standing(field: Field) -> Any:
    """How far the relief rises above the plane [m]: pillars and tubes do, holes and trenches go down."""
    up = np.asarray(field.kind) >= _elements.PILLARS
    return np.where(up, np.asarray(field.depth) * NANOMETRE, 0.0)


def feasible(design: Design, walls: Relief, request: Request) -> NDArray[np.bool_]:
    """Whether the design can be drawn and its coats leave the mouths open up to the anode."""
    sheet, filled = design.sheet, design.below("anode_collector")
    good = sheet.sound() & sheet.fits(request.footprint) & (np.asarray(design.field.count) >= 1)
    for role in ("cathode", "electrolyte", "anode"):
        good = good & (np.asarray(design.films[role]) > 0)
    good = good & (np.asarray(walls.wall) > 0) & (relief.open_mouth(walls, filled) > 0)
    good = good & (np.asarray(walls.height) > design.total) & (np.asarray(design.field.depth) >= 1)
    return np.asarray(good & (np.asarray(design.field.bore) < design.field.feature), dtype=np.bool_)


def bodies(design: Design, request: Request) -> tuple[Body, ...]:
    """Bodies of one design, bottom-up; every film follows the relief (no bottom)."""
    place = boxes(design.sheet, request.footprint)
    field, high = design.field, float(standing(design.field))
    width, length = (round(float(value)) for value in (field.width, field.length))
    x, y = (place.field[0] + place.field[2] - width) // 2, (place.field[1] + place.field[3] - length) // 2
    walls, depth = _elements.plain(design.relief), float(design.relief.height)
    whole_cell, active = rectangle(*place.hull), rectangle(*place.cathode)
    regions = {"barrier": whole_cell, "cathode_collector": whole_cell, "cathode": active, "electrolyte": active}
    inner = rectangle(*place.anode)
    found = [
        Body("relief", "scaffold", request.material("relief"), None, _elements.draw(field, x, y, place.hull),
             high - depth, depth, "mask", "relief", walls)
    ]  # fmt: skip
    for role in COATS:
        if role == "barrier" and role not in request.materials:
            continue
        kind, thickness = ("insulator" if role == "barrier" else role), float(design.films[role])
        material = request.material(role, "collector") if "collector" in role else request.material(role)
        region = regions.get(role, inner)
        found.append(
            Body(role.replace("_", "-"), kind, material, NETS.get(role), region, None, thickness, "conformal", role)
        )
    cap = request.layer_thickness("encapsulation")
    sealed = joined([place.cap()])
    return (
        *found,
        Body("encapsulation", "encapsulation", request.material("encapsulation"), None, sealed, None, cap, "mask",
             "encapsulation"),
    )  # fmt: skip


def beyond_published(found: Measures, request: Request) -> tuple[Finding, ...]:
    """``beyond-published``: more charge per footprint than any solid 3D cell has shown."""
    cathode = request.capacity.get("cathode")
    charge = float(found.cathode_volume) * (cathode or 0.0) / request.footprint.area
    if charge <= CEILING:
        return ()
    text = (
        f"{charge / 36:.0f} uAh/cm2 of footprint: no solid three-dimensional cell above {CEILING / 36:.0f} uAh/cm2 was "
        "published by 2019; take it as a goal, not as an expectation"
    )
    return (Finding("beyond-published", "warning", "estimate", text, charge, CEILING, "C/m2"),)
