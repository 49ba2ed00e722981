"""The footprint of a spec: a rectangle, or an outline with keep-outs and places for the terminals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fabplan.architectures.base import Footprint
from fabplan.errors import Problem, listed, nearest
from fabplan.geometry import outlines
from fabplan.geometry.region import NANOMETRE, Point, Region, bounds, nanometres, rectangle
from fabplan.geometry.shapes import union
from fabplan.planner.footprint_shapes import embedded, place, shape, unread
from fabplan.planner.spec_fields import positive
from fabplan.units import show

HIGH = 0.3  # metre: the largest wafer in use is 300 mm
KEYS = ("size", "terminals", "outline", "layer", "unit", "keep_outs")
NETS = ("anode", "cathode")
SIZE = '["3 mm", "3 mm"]'


def with_coordinates(data: Mapping[str, Any], where: str, problems: list[Problem]) -> dict[str, Any]:
    """The spec with the coordinates of outline files in place of the files, so that the plan names no path."""
    footprint = data.get("footprint")
    if not isinstance(footprint, dict):
        return dict(data)
    layer, unit, changed = footprint.get("layer"), footprint.get("unit"), dict(footprint)
    if "outline" in changed:
        changed["outline"] = embedded(changed["outline"], layer, unit, f"{where}: footprint.outline", problems)
    if isinstance(changed.get("keep_outs"), list):
        changed["keep_outs"] = [
            embedded(entry, None, unit, f"{where}: footprint.keep_outs[{number}]", problems)
            for number, entry in enumerate(changed["keep_outs"])
        ]
    return {**data, "footprint": changed}


def footprint(given: Mapping[str, Any], where: str, problems: list[Problem]) -> Footprint | None:
    """Footprint of the table ``[footprint]``; None where something is wrong."""
    before = len(problems)
    if "size" not in given and "outline" not in given:
        problems.append(Problem("a footprint is missing", f"{where}: footprint.size", None, SIZE))
    elif "size" in given and "outline" in given:
        problems.append(Problem("both size and outline", f"{where}: footprint", None, "one of the two"))
    for key in ("layer", "unit"):
        if key in given and "outline" not in given and not given.get("keep_outs"):
            problems.append(Problem("there is no outline file", f"{where}: footprint.{key}", None, "with outline"))
    terminals, places = _terminals(given.get("terminals", "inside"), where, problems)
    outline, sides = Region(), None
    if "outline" in given:
        outline = shape(given["outline"], f"{where}: footprint.outline", problems)
    elif "size" in given:
        sides = _sides(given["size"], where, problems)
        outline = rectangle(0, 0, nanometres(sides[0]), nanometres(sides[1])) if sides else outline
    taken = _keep_outs(given.get("keep_outs", []), where, problems)
    if unread(given.get("outline")):
        return None  # why was said when it was read
    if len(problems) == before and not outline and not (sides and not taken and not places):
        problems.append(Problem("the footprint has no area", f"{where}: footprint", None, "sides of at least 1 nm"))
    if len(problems) > before:
        return None
    if sides and not taken and not places:
        return Footprint(*sides, terminals)
    return _outlined(outline, taken, places, terminals, where, problems)


def _outlined(
    outline: Region, taken: Region, places: Mapping[str, Point], terminals: str, where: str, problems: list[Problem]
) -> Footprint | None:
    """The footprint with the lower left corner of its outline's bounds at the origin."""
    before, (x0, y0, x1, y1) = len(problems), bounds(outline)
    corner = (x0, y0)
    width, length = (x1 - x0) * NANOMETRE, (y1 - y0) * NANOMETRE
    if max(width, length) > HIGH:
        text = f"{show(width, 'length')} x {show(length, 'length')}"
        allowed = f"at most {show(HIGH, 'length')}; is the unit right?"
        problems.append(Problem("the outline is too large", f"{where}: footprint.outline", text, allowed))
        return None
    outline, taken = outlines.at_origin(outline, corner), outlines.at_origin(taken, corner)
    usable = outlines.kept_free(outline, taken)
    if not usable:
        text = "something of the footprint left beside them"
        problems.append(Problem("the keep-outs take everything", f"{where}: footprint.keep_outs", None, text))
        return None
    own = {net: (x - x0, y - y0) for net, (x, y) in places.items()}
    for net, point in own.items():
        if not outlines.holds(usable, point):
            text = "a place on the outline's edge or inside, beside the keep-outs"
            problems.append(Problem("a terminal outside", f"{where}: footprint.terminals.{net}", None, text))
    if len(own) == 2 and own["anode"] == own["cathode"]:
        problems.append(Problem("both terminals at one place", f"{where}: footprint.terminals", None, "two places"))
    if len(problems) > before:
        return None
    return Footprint(
        width, length, terminals, outline=outline, keep_outs=taken, usable=usable, origin=corner, places=own
    )


def _terminals(given: Any, where: str, problems: list[Problem]) -> tuple[str, dict[str, Point]]:
    """Where the terminals stand, and the places that are named."""
    where = f"{where}: footprint.terminals"
    if isinstance(given, dict):
        found = {}
        if not given:
            problems.append(Problem("no place is named", where, None, 'anode = ["1 mm", "0 mm"]'))
        for net, entry in given.items():
            if net not in NETS:
                problems.append(Problem("unknown key", f"{where}.{net}", None, listed(NETS), nearest(net, NETS)))
                continue
            point = place(entry, f"{where}.{net}", problems)
            if point is not None:
                found[net] = point
        return "inside", found
    if given not in ("inside", "outside"):
        near = nearest(str(given), ("inside", "outside"))
        allowed = 'inside, outside, or {anode = ["1 mm", "0 mm"], cathode = [...]}'
        problems.append(Problem("not a place for the terminals", where, repr(given)[:60], allowed, near))
        return "inside", {}
    return str(given), {}


def _sides(size: Any, where: str, problems: list[Problem]) -> tuple[float, float] | None:
    where = f"{where}: footprint.size"
    sides = re.split(r"\s+[x×]\s+", size.strip()) if isinstance(size, str) else size
    if not isinstance(sides, list) or len(sides) != 2:
        problems.append(Problem("not two sides", where, repr(size)[:60], f'"3 mm x 3 mm" or {SIZE}'))
        return None
    width, length = (positive(side, "length", where, problems, HIGH) for side in sides)
    return None if width is None or length is None else (width, length)


def _keep_outs(given: Any, where: str, problems: list[Problem]) -> Region:
    where = f"{where}: footprint.keep_outs"
    if not isinstance(given, list):
        problems.append(Problem("not a list of shapes", where, repr(given)[:60], '["circle 1 mm at 2 mm, 3 mm"]'))
        return Region()
    found = [shape(entry, f"{where}[{number}]", problems, covering=True) for number, entry in enumerate(given)]
    return union([region for region in found if region]) if any(found) else Region()


def repairs(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """What the readers of outline files had to mend, from the spec's plain data."""
    table = raw.get("footprint")
    if not isinstance(table, dict):
        return ()
    keep_outs = table.get("keep_outs")
    shapes = [table.get("outline"), *(keep_outs if isinstance(keep_outs, list) else [])]
    return tuple(
        f"{entry.get('file', 'outline')}: {repair}"
        for entry in shapes
        if isinstance(entry, dict)
        for repair in entry.get("repairs", ())
    )
