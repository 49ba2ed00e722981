"""Design rules on the drawing: every rule speaks for itself, all findings are collected.

No rule repairs anything. Distances are compared with a tolerance of half a nanometre, since all
coordinates are whole nanometres.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from fabplan.architectures.base import RoleLimits
from fabplan.findings import Finding
from fabplan.geometry import periodic
from fabplan.geometry.body import Body
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import FLAT_CAP, NANOMETRE, Box, bounds, count
from fabplan.layout.approach import Approach, approaches, connected
from fabplan.layout.flat import flat
from fabplan.layout.measure import measured, shortened
from fabplan.layout.measure import width as width_of
from fabplan.layout.nets import Nearness, pieces
from fabplan.layout.overlay import overlay_findings
from fabplan.layout.placement import placement_margin
from fabplan.layout.spaces import narrowest_space
from fabplan.layout.types import Layer
from fabplan.layout.words import at, microns

HALF_NANOMETRE = 0.5 * NANOMETRE
GDS_LIMIT = 2**31 - 1
AGREEMENT = 1e-6
RELIEF_TOLERANCE = 0.01  # a drawn circle is a polygon: its flats lie 0.1 % inside, its corners outside

#: key of the ``geometry`` section -> field of `Measures` that must equal it
CLOSED_FORM: Mapping[str, str] = {
    "anode_area_m2": "anode_area",
    "cathode_area_m2": "cathode_area",
    "anode_volume_m3": "anode_volume",
    "cathode_volume_m3": "cathode_volume",
    "anode_interface_area_m2": "anode_interface_area",
    "cathode_interface_area_m2": "cathode_interface_area",
    "facing_length_m": "facing_length",
    "minimum_gap_m": "minimum_gap",
    "minimum_width_m": "minimum_width",
    "height_m": "height",
    "electrolyte_volume_m3": "electrolyte_volume",
}


def check(
    bodies: Sequence[Body],
    layers: Sequence[Layer],
    footprint: Box,
    limits: Mapping[str, RoleLimits],
    closed_form: Measures,
    terminals: str = "inside",
) -> tuple[Finding, ...]:
    """All that the rules have to say about a drawing.

    Parameters
    ----------
    bodies : bottom-up
    layers : the layer table
    footprint : [nm]
    limits : made_by -> what its recipe can make
    closed_form : measures of this one design, fields of shape ()
    terminals : ``"outside"`` lets pads stand outside the footprint
    """
    few = shortened(bodies, periodic.stretches([body.region for body in bodies]))
    near = tuple(_of_shapes(few, limits))
    if near and few is not bodies:
        near = tuple(_of_shapes(bodies, limits))  # a shortened layout would name wrong places
    return (
        *near,
        *overlay_findings(bodies, limits),
        *outside(bodies, footprint, terminals),
        *disagreements(measured(bodies), closed_form),
        *shared_pairs(layers),
        *out_of_range(layers),
        *too_many_shapes(layers),
    )


def _of_shapes(bodies: Sequence[Body], limits: Mapping[str, RoleLimits]) -> Iterable[Finding]:
    """The rules that look at every shape and its neighbours."""
    met = approaches(bodies)
    yield from minimum_widths(bodies, limits)
    yield from minimum_gaps(bodies, met, limits)
    yield from shorts(met)
    yield from covers(met, limits)
    yield from islands(bodies)
    yield from placement_margin(bodies, limits)


def minimum_widths(bodies: Sequence[Body], limits: Mapping[str, RoleLimits]) -> Iterable[Finding]:
    """``minimum-width``: no body is anywhere narrower than its recipe's line."""
    for body in bodies:
        line = limits.get(body.made_by, RoleLimits()).line
        width = width_of(body) if line > 0 and body.region else None
        if width is not None and width < line * (1 - (RELIEF_TOLERANCE if body.relief else 0.0)) - HALF_NANOMETRE:
            yield Finding(
                "minimum-width", "error", body.name,
                f"{body.name} is {microns(width)} wide where {body.made_by} can make {microns(line)} at least",
                width, line, "m",
                f"width of {body.name} {microns(width)} → {microns(line)}, or a finer process for {body.made_by}",
            )


def minimum_gaps(
    bodies: Sequence[Body], met: Sequence[Approach], limits: Mapping[str, RoleLimits]
) -> Iterable[Finding]:
    """``minimum-gap``: shapes of one plate keep its recipe's space; so do electrodes of different plates."""
    for role in dict.fromkeys(body.made_by for body in bodies):
        space = limits.get(role, RoleLimits()).gap
        of_role = [body for body in bodies if body.made_by == role and body.relief is None]
        yield from _mouths([body for body in bodies if body.made_by == role], space)
        near = narrowest_space(flat([body.region for body in of_role]), space) if space > 0 else None
        if near is not None:
            yield _too_near(f"shapes of {role}", " and ".join(b.name for b in of_role), near, space)
    for approach in met:
        lower, upper, near = approach.lower, approach.upper, approach.near
        space = max(limits.get(b.made_by, RoleLimits()).gap for b in (lower, upper))
        apart = lower.made_by != upper.made_by and approach.kind == "beside"
        if apart and 0 < near.distance < space - HALF_NANOMETRE:
            yield _too_near(f"{lower.name} and {upper.name}", f"{lower.name} and {upper.name}", near, space)


def _mouths(bodies: Sequence[Body], space: float) -> Iterable[Finding]:
    """Openings between the walls of a relief that are narrower than its recipe's space."""
    for body in bodies:
        mouth = float(body.relief.mouth) if body.relief is not None else space
        if mouth < space * (1 - RELIEF_TOLERANCE):
            yield Finding(
                "minimum-gap", "error", body.name,
                f"openings of {body.name} are {microns(mouth)} wide, the process needs {microns(space)}",
                mouth, space, "m", f"openings {microns(mouth)} → {microns(space)}, or a finer process",
            )


def shorts(met: Sequence[Approach]) -> Iterable[Finding]:
    """``anode-cathode-short``: bodies of different nets touch."""
    for approach in met:
        if approach.near.distance < HALF_NANOMETRE:
            names = f"{approach.lower.name} and {approach.upper.name}"
            nets = " and ".join(sorted((str(approach.lower.net), str(approach.upper.net))))
            why = "outside the cover between them" if approach.kind == "covered" else "at a shared height"
            yield Finding(
                "anode-cathode-short", "error", at(names, approach.near.place),
                f"{names} touch {why}: {nets} are shorted",
                0.0, None, "m", f"move {names} apart, or let an electrolyte or insulator cover the crossing",
            )


def covers(met: Sequence[Approach], limits: Mapping[str, RoleLimits]) -> Iterable[Finding]:
    """``electrolyte-covers``: a layer between the nets reaches past the lower one's edge by its margin.

    Margin = alignment error of the cover + edge tolerance of the cover and of what it covers.
    """
    for approach in met:
        if approach.kind != "covered":
            continue
        over = [limits.get(body.made_by, RoleLimits()) for body in approach.covers]
        under = limits.get(approach.lower.made_by, RoleLimits())
        margin = max(limit.placement + limit.edge for limit in over) + under.edge
        near, names = approach.near, " and ".join(body.name for body in approach.covers)
        if HALF_NANOMETRE <= near.distance < margin - HALF_NANOMETRE:
            yield Finding(
                "electrolyte-covers", "error", at(names, near.place),
                f"{names} reaches {microns(near.distance)} past {approach.lower.name} "
                f"where {approach.upper.name} passes, alignment and edges need {microns(margin)}",
                near.distance, margin, "m", f"overlap of {names} {microns(near.distance)} → {microns(margin)}",
            )


def islands(bodies: Sequence[Body]) -> Iterable[Finding]:
    """``net-in-one-piece``: all bodies of a net hang together where they touch."""
    nets = dict.fromkeys(["anode", "cathode", *(body.net for body in bodies if body.net)])
    for net in nets:
        own = [body for body in bodies if body.net == net and body.region]
        flats = [flat([body.region]) for body in own]
        if not flats:
            continue
        piece = pieces(flats, connected(own))
        sizes = np.bincount(piece)
        if len(sizes) == 1:
            continue
        row = int(np.flatnonzero(piece == int(np.argmin(sizes)))[0])
        ends = np.cumsum([len(f) for f in flats])
        number = int(np.searchsorted(ends, row, side="right"))
        shape = flats[number].shapes[row - (int(ends[number - 1]) if number else 0)]
        place = (shape.centroid.x * NANOMETRE, shape.centroid.y * NANOMETRE)
        yield Finding(
            "net-in-one-piece", "error", at(own[number].name, place),
            f"the {net} is drawn in {len(sizes)} pieces, one of them a part of {own[number].name}",
            float(len(sizes)), 1.0, "", f"tie that part of {own[number].name} to its bus",
        )


def outside(bodies: Sequence[Body], footprint: Box, terminals: str) -> Iterable[Finding]:
    """``inside-footprint``: no body leaves the footprint; with terminals outside, no electrode does.

    Collectors carry the pads and the package stands around them, so both follow the terminals out.
    """
    for body in bodies:
        held = body.role in ("anode", "cathode") if terminals == "outside" else body.role != "substrate"
        if not held or not body.region:
            continue
        x0, y0, x1, y1 = bounds(body.region)
        beyond = max(footprint[0] - x0, footprint[1] - y0, x1 - footprint[2], y1 - footprint[3]) * NANOMETRE
        if beyond > 0:
            x = x0 if footprint[0] - x0 >= x1 - footprint[2] else x1
            y = y0 if footprint[1] - y0 >= y1 - footprint[3] else y1
            yield Finding(
                "inside-footprint", "error", at(body.name, (x * NANOMETRE, y * NANOMETRE)),
                f"{body.name} reaches {microns(beyond)} outside the footprint",
                beyond, 0.0, "m", f"a footprint {microns(beyond)} larger on that side, or a shorter {body.name}",
            )


def disagreements(drawn: Mapping[str, float | None], closed_form: Measures) -> Iterable[Finding]:
    """``closed-form-agrees``: the drawing measures what the sizing took it for."""
    for key, field in CLOSED_FORM.items():
        value, expected = drawn.get(key), float(np.asarray(getattr(closed_form, field)))
        if value is None or not np.isfinite(expected):
            continue
        if abs(value - expected) > AGREEMENT * max(abs(expected), abs(value)):
            unit = key.rsplit("_", 1)[1]
            yield Finding(
                "closed-form-agrees", "error", key,
                f"{field.replace('_', ' ')} is {value:.9g} {unit} on the drawing, {expected:.9g} {unit} in the sizing",
                value, expected, unit, "report it: drawing and closed form of this structure differ",
            )


def shared_pairs(layers: Sequence[Layer]) -> Iterable[Finding]:
    """``own-layer``: every entry of the layer table owns its (layer, datatype)."""
    for one, other in pairwise(sorted(layers, key=lambda layer: (layer.layer, layer.datatype, layer.name))):
        if (one.layer, one.datatype) == (other.layer, other.datatype):
            yield Finding(
                "own-layer", "error", other.name,
                f"{one.name} and {other.name} share layer {one.layer}/{one.datatype}",
                change="give each its own datatype",
            )


def out_of_range(layers: Sequence[Layer]) -> Iterable[Finding]:
    """``coordinate-range``: mask files hold 32-bit coordinates."""
    for layer in layers:
        reach = max(map(abs, bounds(layer.region))) if layer.region else 0
        if reach > GDS_LIMIT:
            yield Finding(
                "coordinate-range", "error", layer.name,
                f"{layer.name} reaches {reach * NANOMETRE:.4g} m from the origin, a mask file at 1 nm holds 2.147 m",
                reach * NANOMETRE, GDS_LIMIT * NANOMETRE, "m", "a smaller footprint",
            )


def too_many_shapes(layers: Sequence[Layer], most: int = FLAT_CAP) -> Iterable[Finding]:
    """``shapes-cap``: a mask with more flat shapes than readers take is refused."""
    for layer in layers:
        number = count(layer.region)
        if number > most:
            yield Finding(
                "shapes-cap", "error", layer.name,
                f"{layer.name} has {number} shapes when flat, at most {most} are drawn",
                float(number), float(most), "", "a coarser pitch or a smaller footprint",
            )


def _too_near(what: str, names: str, near: Nearness, space: float) -> Finding:
    return Finding(
        "minimum-gap", "error", at(names, near.place),
        f"{what} come within {microns(near.distance)}, the process needs {microns(space)}",
        near.distance, space, "m", f"gap {microns(near.distance)} → {microns(space)}, or a finer process",
    )
