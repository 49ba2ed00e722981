"""Ways of leads: from a structure's own pads to the pads at the places that a user named, or what is in their way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from fabplan import units
from fabplan.architectures.base import Footprint
from fabplan.geometry import manhattan, shapes
from fabplan.geometry.body import Body
from fabplan.geometry.manhattan import SLIT
from fabplan.geometry.region import NANOMETRE, Region, bounds, count, joined, rectangle
from fabplan.planner.footprint_leads import DRY, ROUNDING, Lead, Led, Ruled, free_of, grown, named_pads


def led(bodies: Sequence[Body], footprint: Footprint, rule: Ruled) -> Led:
    """Leads of a cell that stands on its outline, for the nets whose places are named.

    Either net may go first: the second one goes around the first.
    """
    faults = {net: fault for net in sorted(footprint.places) if (fault := unled(bodies, net))}
    if faults:
        return Led(fault=_together(faults))
    free = free_of(footprint)
    pads = named_pads(free, footprint, rule)
    for net, place in footprint.places.items():
        if net not in pads:
            x, y = (units.show(value * NANOMETRE, "length") for value in place)
            side = units.show(rule.pad * NANOMETRE, "length")
            return Led(fault=f"a pad of {side} has no room at the {net}'s place ({x}, {y})")
    nets = tuple(sorted(pads))
    fault = ""
    for order in (nets, nets[::-1]):
        leads: list[Lead] = []
        for net in order:
            lead = _lead(net, bodies, free, pads, leads, rule)
            if lead is None:
                fault = fault or blocked(net, bodies, footprint, pads, leads, rule)
                break
            leads.append(lead)
        else:
            return Led(_measured(leads, bodies))
    return Led(fault=fault)


MANY = 100  # pieces
FINE = 1000.0  # [nm]: beyond it nothing of the collector is near a lead


def _together(faults: Mapping[str, str]) -> str:
    """What holds for both nets is said once."""
    whose: dict[str, list[str]] = {}
    for net, fault in faults.items():
        whose.setdefault(fault, []).append(f"the {net}'s")
    return "; ".join(f"{' and '.join(nets)} {fault}" for fault, nets in whose.items())


def unled(bodies: Sequence[Body], net: str) -> str:
    """Why no lead can leave the collector of a net, to be said after "the anode's"; empty where one can."""
    own = [body for body in bodies if body.role == f"{net}_collector" and body.net == net]
    if not own:
        return "terminal is the back of its wafer: there is no collector film that a lead could be part of"
    if any(body.pattern == "blanket" for body in own):
        return "collector is a wire or a foil: no substrate beside it carries a lead"
    if any(body.pattern == "conformal" for body in own):
        return (
            "collector is a conformal film that grows on everything at once, no line on the substrate: its lead would "
            "lie over or under the other net's film"
        )
    bottom = max(body.bottom or 0.0 for body in own)
    if bottom > 0:
        level = units.show(bottom, "length")
        return f"pad lies {level} above the substrate, on a plate or membrane that ends there: nothing carries a lead"
    return ""


def _own(net: str, bodies: Sequence[Body]) -> Region:
    """The collector of a net."""
    return shapes.union([body.region for body in bodies if body.role == f"{net}_collector" and body.net == net])


def _wet(net: str, bodies: Sequence[Body]) -> Region:
    """What a lead keeps its gap from: the other net, electrolyte, and electrodes of its own in it.

    Of an electrode of many pieces the bounds count: it lies in the electrolyte anyway.
    """
    found = [
        rectangle(*bounds(body.region)) if count(body.region) > MANY else body.region
        for body in bodies
        if body.region
        and (body.role, body.net) != (f"{net}_collector", net)
        and body.role != "substrate"
        and (body.role not in DRY or body.net not in (None, net))
    ]
    return shapes.union(found) if found else Region()


def _lead(
    net: str,
    bodies: Sequence[Body],
    free: Region,
    pads: dict[str, Region],
    others: Sequence[Lead],
    rule: Ruled,
    package: bool = True,
    alone: bool = False,
) -> Lead | None:
    """The lead of one net; None where there is no way.

    Parameters
    ----------
    free : of outline and keep-outs
    package : whether lid and frame are in the way
    alone : whether the other net's pad and lead are not
    """
    own, wet = _own(net, bodies), _wet(net, bodies)
    outlet = shapes.difference(own, wet)
    apart = float(rule.gap + SLIT)
    taken = [shapes.buffered(wet, apart)]
    if package:
        taken.append(_package(bodies, outlet, rule))
    if not alone:
        foreign = [pad for other, pad in pads.items() if other != net] + [lead.region for lead in others]
        taken += [shapes.buffered(region, apart) for region in foreign]
    room = shapes.union([shapes.difference(free, shapes.union(taken)), outlet])
    if not shapes.contains(room, pads[net]) and not shapes.contains(room, _smaller(pads[net])):
        return None
    x0, y0, x1, y1 = bounds(pads[net])
    way = manhattan.shortest(room, outlet, ((x0 + x1) // 2, (y0 + y1) // 2), rule.width)
    if way is None:
        return None
    whole = _closed(shapes.union([manhattan.drawn(way, rule.width), pads[net], outlet]), rule.least)
    length = manhattan.length_outside(way, own) * NANOMETRE
    return Lead(net, _beyond(whole, own), rule.width * NANOMETRE, length)


def _beyond(whole: Region, own: Region) -> Region:
    """What a lead adds to the collector that is there, without slits or slivers of a few nanometres beside it."""
    near = shapes.intersection(own, shapes.buffered(whole, FINE))
    added = shapes.difference(_closed(shapes.union([whole, near]), 2 * SLIT), own)
    return shapes.buffered(shapes.buffered(added, -float(SLIT)), float(SLIT))


def _package(bodies: Sequence[Body], outlet: Region, rule: Ruled) -> Region:
    """Lid, frame and films around the cell, and the gap to them but where a pad ends with them."""
    dry = shapes.union([body.region for body in bodies if body.role in DRY and body.region])
    around = shapes.buffered(dry, float(rule.gap))
    return shapes.union([dry, shapes.difference(around, shapes.buffered(outlet, float(rule.gap + rule.width)))])


def _smaller(pad: Region) -> Region:
    """A pad less what rounding may take from its edges."""
    return grown(pad, -round(ROUNDING))


def _closed(region: Region, gap: int) -> Region:
    """Region without notches narrower than a gap."""
    half = float(-(-gap // 2))
    return shapes.buffered(shapes.buffered(region, half), -half)


def blocked(
    net: str,
    bodies: Sequence[Body],
    footprint: Footprint,
    pads: dict[str, Region],
    others: Sequence[Lead],
    rule: Ruled,
) -> str:
    """What is in the way of a lead: the first thing without which there would be a way."""
    width, gap = (units.show(value * NANOMETRE, "length") for value in (rule.width, rule.gap))
    text = f"no way for the {net}'s lead, {width} wide and {gap} apart from other conductors and electrolyte"
    for name, open_ in _without(net, bodies, footprint, pads, others, rule):
        if open_:
            return f"{text}: {name}"
    return f"{text}: its pad is shut in, or the outline is too narrow beside the cell"


def _without(
    net: str,
    bodies: Sequence[Body],
    footprint: Footprint,
    pads: dict[str, Region],
    others: Sequence[Lead],
    rule: Ruled,
) -> Iterator[tuple[str, bool]]:
    free, bare = free_of(footprint), free_of(dataclasses.replace(footprint, keep_outs=Region()))
    alone = _lead(net, bodies, free, pads, (), rule, alone=True)
    yield "the other net's lead and pad are in the way", alone is not None
    if footprint.keep_outs:
        yield "keep-outs are in the way", _lead(net, bodies, bare, pads, others, rule) is not None
    lids = _lead(net, bodies, free, pads, others, rule, package=False)
    yield "the cell's own lid, frame or film is in the way", lids is not None


def _measured(leads: Sequence[Lead], bodies: Sequence[Body]) -> tuple[Lead, ...]:
    """Leads in the order of their nets, with their distances to the other net."""
    found = []
    for lead in sorted(leads, key=lambda lead: lead.net):
        other = [body.region for body in bodies if body.net not in (None, lead.net)]
        other += [foreign.region for foreign in leads if foreign.net != lead.net]
        found.append(dataclasses.replace(lead, apart=shapes.distance(lead.region, joined(other)) * NANOMETRE))
    return tuple(found)
