"""One shape of a footprint: a circle, a rectangle, a polygon or a file, as text or as a table. All faults at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fabplan import units
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.geometry import outlines
from fabplan.geometry.region import Point, Region, nanometres, rectangle
from fabplan.geometry.shapes import union

FORMS = '"circle 5 mm", "rectangle 2 mm x 1 mm at 0 mm, 3 mm", [["0 mm", "0 mm"], …], a table, or a file'
KEYS = ("file", "layer", "unit", "diameter", "center", "size", "corner", "points", "polygons", "sha256", "repairs")
MOST_CORNERS = 100_000
_TEXT = re.compile(r"^(?P<kind>circle|rectangle)\s+(?P<size>.+?)(?:\s+at\s+(?P<x>[^,]+),(?P<y>[^,]+))?$")
_SIDES = re.compile(r"\s+[x×]\s+")


def is_file(given: Any) -> bool:
    """Whether a shape is the name of a file."""
    return isinstance(given, str) and not _TEXT.match(given.strip())


def rooted(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A spec whose outline files, where relative, are looked for beside the spec."""
    footprint = data.get("footprint")
    if not isinstance(footprint, dict):
        return dict(data)
    changed = dict(footprint)
    if "outline" in changed:
        changed["outline"] = _rooted(changed["outline"], folder)
    if isinstance(changed.get("keep_outs"), list):
        changed["keep_outs"] = [_rooted(entry, folder) for entry in changed["keep_outs"]]
    return {**data, "footprint": changed}


def _rooted(given: Any, folder: Path) -> Any:
    if is_file(given):
        return str(folder / given)
    if isinstance(given, dict) and isinstance(given.get("file"), str) and "polygons" not in given:
        return {**given, "file": str(folder / given["file"])}
    return given


def embedded(given: Any, layer: Any, unit: Any, where: str, problems: list[Problem]) -> Any:
    """A shape with a file's coordinates and digest in place of the file; other shapes as they are.

    Parameters
    ----------
    layer, unit : of the file where its own table names none
    """
    if is_file(given):
        given = {"file": given}
    if not isinstance(given, dict) or "file" not in given or "polygons" in given:
        return given
    path, layer, unit = given["file"], given.get("layer", layer), given.get("unit", unit)
    if not isinstance(path, str) or not path.strip():
        problems.append(Problem("not a file", where, repr(path)[:60], "a file of DXF, GDS, OASIS, SVG or GeoJSON"))
        return given
    try:
        # the readers of foreign files load gdstk and more: only for those who bring a file
        from fabplan.readers.outline import read_outline

        read = read_outline(Path(path), None if layer is None else str(layer), unit, where)
    except BadInput as fault:
        problems.extend(fault.problems)
        return {"file": Path(path).name}
    polygons = [[list(point) for point in part.polygon] for part in read.region.parts]
    found = {"file": Path(path).name, "sha256": read.digest, "unit": "nm", "polygons": polygons}
    return {**found, **({"repairs": [str(r) for r in read.repairs]} if read.repairs else {})}


def unread(given: Any) -> bool:
    """Whether a shape is a file that could not be read."""
    return isinstance(given, dict) and "file" in given and "polygons" not in given


def shape(given: Any, where: str, problems: list[Problem], covering: bool = False) -> Region:
    """Region of a shape in the user's coordinates [nm]; empty where something is wrong.

    Parameters
    ----------
    covering : whether circles are drawn around (keep-outs) instead of inside
    """
    before = len(problems)
    if isinstance(given, str):
        given = _of_text(given, where, problems)
    if isinstance(given, list):
        given = {"points": given}
    if not isinstance(given, dict):
        if len(problems) == before:
            problems.append(Problem("not a shape", where, repr(given)[:60], FORMS))
        return Region()
    for key in given:
        if key not in KEYS:
            problems.append(Problem("unknown key", f"{where}.{key}", None, listed(KEYS), nearest(str(key), KEYS)))
    if unread(given):
        return Region()  # that it could not be read was said
    kinds = [key for key in ("diameter", "size", "points", "polygons") if key in given]
    if len(kinds) != 1:
        if len(problems) == before:
            problems.append(Problem("not one shape", where, listed(map(str, given)), FORMS))
        return Region()
    makers = {"diameter": _circle, "size": _rectangle, "points": _points, "polygons": _polygons}
    found = makers[kinds[0]](given, where, problems, covering)
    return found if len(problems) == before else Region()


def _of_text(given: str, where: str, problems: list[Problem]) -> dict[str, Any] | None:
    """Table of a shape in words: ``circle 5 mm``, ``circle 1 mm at 2 mm, 3 mm``, ``rectangle 1 mm x 2 mm at …``."""
    match = _TEXT.match(given.strip())
    if match is None:
        problems.append(Problem("not a shape", where, repr(given)[:60], FORMS))
        return None
    at = [match["x"].strip(), match["y"].strip()] if match["x"] else None
    if match["kind"] == "circle":
        diameter = match["size"].removeprefix("diameter").strip()
        return {"diameter": diameter, **({"center": at} if at else {})}
    return {"size": _SIDES.split(match["size"]), **({"corner": at} if at else {})}


def place(given: Any, where: str, problems: list[Problem]) -> Point | None:
    """A point of two lengths [nm]; None where it is none."""
    if not isinstance(given, list | tuple) or len(given) != 2:
        problems.append(Problem("not a point", where, repr(given)[:60], '["1 mm", "0 mm"]'))
        return None
    found = [length(entry, where, problems) for entry in given]
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def length(given: Any, where: str, problems: list[Problem]) -> int | None:
    """A length of any sign [nm]; None where it is none."""
    try:
        return nanometres(units.parse(given, "length", where))
    except BadInput as fault:
        problems.extend(fault.problems)
        return None


def _sized(given: Any, where: str, problems: list[Problem]) -> int:
    found = length(given, where, problems)
    if found is not None and found <= 0:
        problems.append(Problem("out of range", where, repr(given)[:60], "more than 0"))
    return max(found or 0, 0)


def _circle(given: Mapping[str, Any], where: str, problems: list[Problem], covering: bool) -> Region:
    diameter = _sized(given["diameter"], f"{where}.diameter", problems)
    middle = (diameter // 2, diameter // 2)
    if "center" in given:
        middle = place(given["center"], f"{where}.center", problems) or middle
    return outlines.circle(*middle, diameter, covering) if diameter else Region()


def _rectangle(given: Mapping[str, Any], where: str, problems: list[Problem], covering: bool) -> Region:
    sides = _SIDES.split(given["size"].strip()) if isinstance(given["size"], str) else given["size"]
    if not isinstance(sides, list) or len(sides) != 2:
        problems.append(Problem("not two sides", f"{where}.size", repr(given["size"])[:60], '["1 mm", "2 mm"]'))
        return Region()
    width, height = (_sized(side, f"{where}.size", problems) for side in sides)
    x, y = 0, 0
    if "center" in given:
        middle = place(given["center"], f"{where}.center", problems)
        x, y = (middle[0] - width // 2, middle[1] - height // 2) if middle else (0, 0)
    elif "corner" in given:
        x, y = place(given["corner"], f"{where}.corner", problems) or (0, 0)
    return rectangle(x, y, x + width, y + height)


def _points(given: Mapping[str, Any], where: str, problems: list[Problem], covering: bool) -> Region:
    if not isinstance(given["points"], list):
        problems.append(Problem("not a list of points", where, repr(given["points"])[:60], '[["0 mm", "0 mm"], …]'))
        return Region()
    return _polygons({**given, "polygons": [given["points"]]}, where, problems, covering)


def _polygons(given: Mapping[str, Any], where: str, problems: list[Problem], covering: bool) -> Region:
    """Polygons together; numbers where the table names a unit, else lengths with their unit."""
    rings = given["polygons"] if isinstance(given["polygons"], list) else [given["polygons"]]
    total = sum(len(ring) for ring in rings if isinstance(ring, list))
    if total > MOST_CORNERS:
        problems.append(Problem("too many corners", where, f"{total}", f"at most {MOST_CORNERS}"))
        return Region()
    unit, found = given.get("unit"), []
    for number, ring in enumerate(rings):
        at = where if len(rings) == 1 else f"{where}[{number}]"
        points = _corners(ring, unit, at, problems)
        # what a reader hands on is sound; its parts may touch themselves where a hole was cut open
        wrong = outlines.fault(points) if points and "sha256" not in given else ""
        if wrong:
            problems.append(Problem(f"not an outline: {wrong}", at, f"{len(points)} corners", "a simple polygon"))
        elif points:
            found.append(outlines.polygon(points))
    return union(found) if found else Region()


def _corners(ring: Any, unit: Any, where: str, problems: list[Problem]) -> list[Point]:
    if not isinstance(ring, list) or not ring:
        problems.append(Problem("not a list of points", where, repr(ring)[:60], '[["0 mm", "0 mm"], …]'))
        return []
    before = len(problems)
    points: list[Point] = []
    for number, entry in enumerate(ring):
        if len(problems) - before > 3:  # one slip repeats in every point: a few of them say it
            return []
        with_unit = [_united(value, unit) for value in entry] if isinstance(entry, list) else entry
        point = place(with_unit, f"{where}[{number}]", problems)
        if point is not None and (not points or point != points[-1]):
            points.append(point)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return points if len(problems) == before else []


def _united(value: Any, unit: Any) -> Any:
    if isinstance(unit, str) and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value!r} {unit}"
    return value
