"""What a mask shop's profile says about polygons: grid, vertices, angles, crossings, holes, extent, features.

Lattices are looked at once: a rule about one polygon holds for all its copies, one about places for its four corners.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from fabplan.catalog.mask_profile import Profile
from fabplan.findings import Finding, Severity
from fabplan.geometry import periodic
from fabplan.geometry.region import NANOMETRE, Part, Point, Region, bounds, count, polygon_area2
from fabplan.layout._drc_shapes import inside_angles
from fabplan.layout.flat import flat
from fabplan.layout.widths import narrowest
from fabplan.layout.words import at, microns
from fabplan.records import Quantity

Floats = NDArray[np.float64]
SAME_AREA = 0.5  # nm2: doubled areas of grid polygons are whole numbers
SLACK = 0.5 * NANOMETRE


def check(regions: Mapping[str, Region], profile: Profile) -> tuple[Finding, ...]:
    """What a shop would send back of drawn regions.

    Parameters
    ----------
    regions : name of a plate or layer -> its polygons, as they are written
    profile : of the shop
    """
    return tuple(finding for name, region in regions.items() for finding in _region(name, region, profile))


def _region(name: str, region: Region, profile: Profile) -> Iterator[Finding]:
    if not region:
        return
    found = tuple(_polygons(name, region, profile))
    yield from found
    yield from _duplicates(name, region)
    yield from _extent(name, region, profile)
    if profile.shapes and count(region) > profile.shapes:
        text = f"{name} has {count(region)} polygons when flat, {_takes(profile, profile.shapes)}"
        yield _fault("shapes", name, text)
    if any(finding.rule in ("shop-self-crossing", "shop-no-area") for finding in found):
        return  # what crosses itself has no clear inside
    if not profile.holes:
        yield from _holes(name, region)
    yield from _features(name, region, profile)


def _polygons(name: str, region: Region, profile: Profile) -> Iterator[Finding]:
    """The first fault of each kind, and how many polygons have it."""
    first: dict[str, tuple[Part, Point, str]] = {}
    number: Counter[str] = Counter()
    for part in region.parts:
        for rule, place, text in _faults(part, profile):
            first.setdefault(rule, (part, place, text))
            number[rule] += part.lattice.count
    for rule, (_, place, text) in first.items():
        more = f"; {number[rule]} polygons have it" if number[rule] > 1 else ""
        where = at(name, (place[0] * NANOMETRE, place[1] * NANOMETRE))
        severity: Severity = "warning" if rule == "grid" and profile.rounds else "error"
        yield Finding(f"shop-{rule}", severity, where, f"{name}: {text}{more}")


def _faults(part: Part, profile: Profile) -> Iterator[tuple[str, Point, str]]:
    """Rule, place and text of what is wrong with one polygon."""
    ring, points = part.polygon, np.array(part.polygon, np.float64)
    if any(one == other for one, other in zip(ring, (*ring[1:], ring[0]), strict=True)):
        yield "doubled-vertex", ring[0], "a polygon has the same vertex twice in a row"
    if profile.vertices and len(ring) > profile.vertices:
        yield "vertices", ring[0], f"a polygon has {len(ring)} vertices, {_takes(profile, profile.vertices)}"
    if polygon_area2(ring) == 0:
        yield "no-area", ring[0], "a polygon encloses no area"
        return
    yield from _grid(part, profile)
    yield from _crossing(ring, profile)
    if profile.angle is not None and profile.angle.value is not None:
        least, corner = _sharpest(points)
        if least < profile.angle.value - 1e-6:
            text = f"a corner of {least:.3g} degrees, {_takes(profile, f'{profile.angle.value:.3g} degrees')}"
            yield "acute-angle", ring[corner], text
    if profile.polygons != "any" and not _is_of(profile.polygons, points):
        allowed = {"trapezoids": "trapezoids along the axes", "manhattan": "level and upright edges"}[profile.polygons]
        yield "polygon-type", ring[0], f"a polygon of {len(ring)} vertices, the shop takes {allowed} only"


def _grid(part: Part, profile: Profile) -> Iterator[tuple[str, Point, str]]:
    step = _nanometres(profile.grid)
    if not step or step == 1:
        return
    lattice = part.lattice
    for x, y in part.polygon:
        if x % step or y % step:
            yield "grid", (x, y), f"a vertex is off the shop's grid of {microns(step * NANOMETRE)}"
            return
    off = [v for n, v in ((lattice.columns, lattice.step_x), (lattice.rows, lattice.step_y)) if n > 1 and v % step]
    if off:
        text = f"an array's step of {microns(off[0] * NANOMETRE)} is off the shop's grid of {microns(step * NANOMETRE)}"
        yield "grid", part.polygon[0], text


def _crossing(ring: tuple[Point, ...], profile: Profile) -> Iterator[tuple[str, Point, str]]:
    """Outlines that cross themselves; those that only touch themselves, where the shop does not take them.

    An outline that touches itself winds once around all its area: its signed area is then that of the even-odd fill.
    """
    shape = shapely.Polygon(ring)
    if shape.is_valid:
        return
    filled = shapely.make_valid(shape)
    if abs(abs(polygon_area2(ring)) / 2 - filled.area) > SAME_AREA:
        yield "self-crossing", ring[0], "an outline crosses itself"
    elif not profile.keyholes:
        yield "keyhole", ring[0], "an outline touches itself, as holes are drawn; the shop does not take that"


def _sharpest(points: Floats) -> tuple[float, int]:
    """Smallest inside angle [degrees] of a counter-clockwise ring, and at which corner."""
    angles = inside_angles(points)
    corner = int(np.argmin(angles))
    return float(angles[corner]), corner


def _is_of(kind: str, points: Floats) -> bool:
    edges = np.roll(points, -1, axis=0) - points
    if kind == "manhattan":
        return bool((edges == 0).any(axis=1).all())
    level, upright = int((edges[:, 1] == 0).sum()), int((edges[:, 0] == 0).sum())
    parallel = max(level, upright)  # a quadrilateral with two such sides has them opposite each other
    return (len(points) == 4 and parallel >= 2) or (len(points) == 3 and parallel >= 1)


def _duplicates(name: str, region: Region) -> Iterator[Finding]:
    """Polygons written twice at the same place."""
    seen = Counter((_turned(part.polygon), part.lattice) for part in region.parts)
    twice = next((key for key, number in seen.items() if number > 1), None)
    if twice is not None:
        x, y = twice[0][0]
        where = at(name, (x * NANOMETRE, y * NANOMETRE))
        yield _fault("duplicate", where, f"{name}: a polygon stands twice at one place")


def _turned(ring: tuple[Point, ...]) -> tuple[Point, ...]:
    """The same ring from its lowest vertex on."""
    first = ring.index(min(ring))
    return ring[first:] + ring[:first]


def _extent(name: str, region: Region, profile: Profile) -> Iterator[Finding]:
    x0, y0, x1, y1 = bounds(region)
    reach, across = max(map(abs, (x0, y0, x1, y1))) * NANOMETRE, max(x1 - x0, y1 - y0) * NANOMETRE
    for rule, value, limit in (("extent", reach, profile.extent), ("area", across, profile.area)):
        if limit is not None and limit.value is not None and value > limit.value + SLACK:
            what = "reaches {} from the origin" if rule == "extent" else "is {} across"
            text = f"{name} {what.format(f'{value * 1e3:.6g} mm')}, {_takes(profile, f'{limit.value * 1e3:.6g} mm')}"
            yield Finding(f"shop-{rule}", "error", name, text, value, limit.value, "m")


def _holes(name: str, region: Region) -> Iterator[Finding]:
    """Openings that surround foil: that piece falls out."""
    few = periodic.short([region], periodic.stretches([region]))[0]
    merged = shapely.get_parts(shapely.union_all(flat([few]).shapes))
    rings = [ring for shape in merged for ring in shape.interiors]
    if rings:
        x, y = rings[0].coords[0]
        text = f"{name}: an opening surrounds foil, which falls out; bridge it or split the opening"
        yield _fault("island", at(name, (x * NANOMETRE, y * NANOMETRE)), text)


def _features(name: str, region: Region, profile: Profile) -> Iterator[Finding]:
    least = profile.feature.value if profile.feature is not None else None
    if least is None:
        return
    few = periodic.short([region], periodic.stretches([region]))[0]
    width = narrowest(few)
    if width < least - SLACK:
        text = f"{name} is {microns(width)} wide, {_takes(profile, microns(least))}"
        yield Finding("shop-feature", "error", name, text, width, least, "m")


def _nanometres(given: Quantity | None) -> int:
    return 0 if given is None or given.value is None else round(given.value / NANOMETRE)


def _takes(profile: Profile, limit: object) -> str:
    return f"{profile.name} takes {limit}"


def _fault(rule: str, where: str, text: str) -> Finding:
    return Finding(f"shop-{rule}", "error", where, text)
