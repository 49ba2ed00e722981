"""From bodies to the layer table and the plates, screens and stencils that make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from fabplan.architectures.base import Footprint
from fabplan.errors import BadInput, Problem
from fabplan.geometry.body import Body
from fabplan.geometry.offset import offset
from fabplan.geometry.periodic import short, stretches
from fabplan.geometry.region import Box, Region, bounds, joined, nanometres
from fabplan.geometry.shapes import union
from fabplan.layout.flat import flat
from fabplan.layout.marks import Plate, around, marks, outlines
from fabplan.layout.nets import overlap
from fabplan.layout.sites import critical_dimension, sites
from fabplan.layout.types import Layer, Mask

Tone = Literal["positive", "negative"]
Kind = Literal["photomask", "shadow-mask", "screen", "stencil"]

#: how a layer gets its outline (`Recipe.patterned_by`) -> what is ordered for it
KINDS: Mapping[str, Kind] = {
    "lift-off": "photomask",
    "etch": "photomask",
    "resist": "photomask",  # which stays, as a dam
    "shadow-mask": "shadow-mask",
    "screen": "screen",
    "stencil": "stencil",
}
FILMS: tuple[Kind, ...] = ("photomask", "screen")  # what is exposed through a film or glass; foils are cut
#: datatypes of bodies beyond the first of each net on a plate; marks and outlines have those between
FURTHER = (*range(2, 10), *range(40, 256))


@dataclass(frozen=True)
class Patterning:
    """How one role of the route gets its outline.

    Parameters
    ----------
    by : one of `KINDS`; anything else (bead, blanket, none) needs no plate
    bias : outward shift of every edge from design to plate [m]
    resist : of lithography
    line : smallest line of the process [m]
    bias_source : who says so, or why none is drawn, a sentence
    bias_confidence : how sure; empty where none is known
    """

    by: str
    bias: float = 0.0
    resist: Tone = "positive"
    line: float = 0.0
    bias_source: str = ""
    bias_confidence: str = ""


#: made_by -> (plate number in flow order, numbers of the steps that use it)
Plates = Mapping[str, tuple[int, tuple[int, ...]]]


def layers(
    bodies: Sequence[Body],
    plates: Plates,
    footprint: Box,
    patterning: Mapping[str, Patterning],
    made_in: Mapping[str, int] | None = None,
    site: Footprint | None = None,
) -> tuple[Layer, ...]:
    """The layer table: one entry per body, then marks, then the outline of the footprint and its keep-outs.

    Parameters
    ----------
    bodies : bottom-up
    plates : number and steps of every ``made_by``
    footprint : [nm]
    patterning : of every ``made_by`` that is patterned; those in `KINDS` get marks
    made_in : name of a body -> number of the step that leaves it; default: first step of its plate
    site : outline and keep-outs of a footprint that is no rectangle

    Raises
    ------
    BadInput : more bodies on a plate than datatypes
    """
    table = _body_layers(bodies, plates, made_in or {})
    cell = around([footprint, *(bounds(body.region) for body in bodies if body.region)])
    return (*table, *marks(cell, marked(plates, patterning)), *outlines(footprint, site))


def masks(drawn: Sequence[Layer], plates: Plates, patterning: Mapping[str, Patterning]) -> tuple[Mask, ...]:
    """One plate, screen or stencil per ``made_by`` that needs one, in order of use; bias included."""
    found = []
    for role in _in_order(plates):
        number, steps = plates[role]
        how = patterning.get(role)
        carried = [layer for layer in drawn if layer.layer == number and layer.on_plate]
        if how is not None and how.by in KINDS and any(layer.role != "mark" for layer in carried):
            found.append(_mask(role.replace("_", "-"), number, steps, how, carried))
    return tuple(found)


def _mask(name: str, number: int, steps: tuple[int, ...], how: Patterning, carried: Sequence[Layer]) -> Mask:
    """The plate of the layers that it carries; marks and tests are not searched for the narrowest line."""
    names = tuple(layer.name for layer in carried)
    region = on_plate([layer.region for layer in carried], how.bias)
    design = on_plate([layer.region for layer in carried if layer.role != "mark"], 0.0)
    designed = critical_dimension(design)
    least = critical_dimension(offset(design, nanometres(how.bias))) if nanometres(how.bias) else designed
    # a bar keeps its middle when its edges move: places are looked for where bars are still bars
    places = tuple(replace(site, width=site.width + 2 * how.bias) for site in sites(design, designed))
    beside = critical_dimension(on_plate([layer.region for layer in carried if layer.role == "mark"], how.bias))
    return Mask(
        name, number, KINDS[how.by], names, tone(how), how.bias, region, steps, least, places, designed,
        how.bias_source, how.bias_confidence, min((w for w in (least, beside) if w), default=None),
    )  # fmt: skip


def on_plate(regions: Sequence[Region], bias: float) -> Region:
    """Regions of the layers of one plate together, every edge moved outwards by ``bias`` [m].

    Without bias, regions that do not overlap stay what they are; with one, their lattices stay lattices.
    """
    flats = [flat([region]) for region in short(regions, stretches(regions))]
    apart = not any(overlap(one, other) for i, one in enumerate(flats) for other in flats[i + 1 :])
    whole = joined(regions) if apart else union(regions)
    return offset(whole, nanometres(bias)) if nanometres(bias) else whole


def tone(how: Patterning) -> str:
    """What a drawn shape means on the plate, in words for the mask shop."""
    if how.by == "shadow-mask":
        return "drawn shapes are openings through the sheet"
    if how.by == "screen":
        return "drawn shapes are open mesh, all else is emulsion"
    if how.by == "stencil":
        return "drawn shapes are openings through the foil"
    if is_dark(how):
        return "drawn shapes are clear on the plate (dark field)"
    return "drawn shapes are dark on the plate (clear field)"


def film_is_dark(mask: Mask) -> bool:
    """Whether the film of a plate or screen is black where nothing is drawn.

    The emulsion of a screen washes out where its film kept the light away: what is drawn is black.
    """
    return mask.kind == "photomask" and "dark field" in mask.tone


def is_dark(how: Patterning) -> bool:
    """Whether the plate is dark or closed where nothing is drawn.

    Lift-off leaves material where the resist was removed, etching where it stayed; positive resist is
    removed where light fell.
    """
    if KINDS[how.by] != "photomask":
        return True
    return (how.by == "lift-off") == (how.resist == "positive")


def _in_order(plates: Plates) -> list[str]:
    return sorted(plates, key=lambda role: plates[role][0])


def marked(plates: Plates, patterning: Mapping[str, Patterning]) -> list[Plate]:
    """What alignment marks must know of every plate, in order of use."""
    needed = [(plates[role][0], patterning[role]) for role in _in_order(plates) if role in patterning]
    return [Plate(number, nanometres(how.line), is_dark(how)) for number, how in needed if how.by in KINDS]


def _body_layers(bodies: Sequence[Body], plates: Plates, made_in: Mapping[str, int]) -> list[Layer]:
    """Entries in the order of the bodies."""
    datatypes: dict[str, int] = {}
    outlined = {body.made_by for body in bodies if body.pattern != "blanket"}
    by_plate = sorted(bodies, key=lambda body: plates[body.made_by][0])
    for number, group in groupby(by_plate, key=lambda body: plates[body.made_by][0]):
        datatypes |= _datatypes(number, list(group))
    return [
        Layer(
            body.name,
            plates[body.made_by][0],
            datatypes[body.name],
            body.role,
            body.net,
            body.material,
            made_in.get(body.name, plates[body.made_by][1][0] if plates[body.made_by][1] else 0),
            body.bottom,
            body.thickness,
            body.region,
            body.pattern != "blanket" or body.made_by not in outlined,
        )
        for body in bodies
    ]


def _datatypes(number: int, bodies: Sequence[Body]) -> dict[str, int]:
    """Datatype of each body of a plate: 0 and 1 for the first of each net, then the further ones."""
    given: dict[str, int] = {}
    free = list(FURTHER)
    for body in bodies:
        own = {"anode": 0, "cathode": 1}.get(body.net or "")
        if own is None or own in given.values():
            if not free:
                most = f"at most {len(FURTHER) + 2}"
                raise BadInput(Problem("too many bodies on one plate", f"layer {number}", body.name, most))
            own = free.pop(0)
        given[body.name] = own
    return given
