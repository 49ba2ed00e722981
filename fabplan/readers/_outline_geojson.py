"""GeoJSON polygons in planar coordinates (RFC 7946, sections 3.1 to 3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.readers._chains import EXACT, REACH
from fabplan.readers._drawing import MOST_VERTICES, Budget, Drawing, Floats, Frame, Piece, unit_nanometres
from fabplan.readers.json_file import parse_json

LEVELS = 16
LAYER = ("layer", "Layer", "LAYER")  # properties that drawing programs write


class _Reader:
    """One file."""

    def __init__(self, unit: str, where: str) -> None:
        self.where, self.frame = where, Frame(unit, unit_nanometres(unit, where))
        self.budget, self.ignored, self.widest = Budget(where), dict[str, int](), 0.0

    def fault(self, what: str, place: str, given: Any = None) -> BadInput:
        return BadInput(Problem(what, f"{self.where}: {place}", None if given is None else repr(given)[:60]))

    def entries(self, thing: Any, key: str, place: str) -> list[Any]:
        """A list in a table."""
        found = thing.get(key)
        if not isinstance(found, list):
            raise self.fault(f"{key!r} is not a list", place, found)
        return found

    def pieces(self, thing: Any, layers: tuple[str, ...], place: str, level: int = 0) -> Iterator[Piece]:
        """Pieces of a feature, a collection or a geometry."""
        kind = thing.get("type") if isinstance(thing, dict) else None
        if not isinstance(kind, str):
            raise self.fault("not GeoJSON: no type", place, thing)
        if level > LEVELS:
            raise self.fault("collections lie in each other too deep", place)
        if kind in ("FeatureCollection", "GeometryCollection"):
            key = "features" if kind == "FeatureCollection" else "geometries"
            for k, inner in enumerate(self.entries(thing, key, place)):
                yield from self.pieces(inner, layers, f"{place}.{key}[{k}]", level + 1)
        elif kind == "Feature":
            if thing.get("geometry") is not None:
                inner = f"{place}.geometry"
                yield from self.pieces(thing["geometry"], _layers(thing.get("properties")), inner, level + 1)
        elif kind in ("Polygon", "MultiPolygon"):
            found = self.entries(thing, "coordinates", place)
            for k, rings in enumerate([found] if kind == "Polygon" else found):
                yield self.polygon(rings, layers, f"{place}.coordinates" + (f"[{k}]" if kind[0] == "M" else ""))
        else:
            self.ignored[kind[:40]] = self.ignored.get(kind[:40], 0) + 1

    def polygon(self, rings: Any, layers: tuple[str, ...], place: str) -> Piece:
        """Rim and holes."""
        if not isinstance(rings, list) or not rings:
            raise self.fault("a polygon without rings", place, rings)
        lines = tuple(self.ring(ring, f"{place}[{k}]") for k, ring in enumerate(rings))
        self.budget.take(lines)
        return Piece(layers, lines, True, "holes")

    def ring(self, positions: Any, place: str) -> Floats:
        """Points [nm] of a linear ring, the last one not repeated."""
        if not isinstance(positions, list) or len(positions) < 4:
            raise self.fault("a ring has at least four positions", place, positions)
        if len(positions) > MOST_VERTICES:
            raise self.fault(f"a ring has more than {MOST_VERTICES} positions", place)
        line = np.array([self.position(p, f"{place}[{k}]") for k, p in enumerate(positions)]) * self.frame.nanometres
        gap = float(np.hypot(*(line[-1] - line[0])))
        if not gap <= REACH:
            ends = f"{self.frame.show(*line[0])} and {self.frame.show(*line[-1])}"
            raise BadInput(Problem("the outline is open", f"{self.where}: {place}", f"it starts and ends at {ends}"))
        self.widest = max(self.widest, gap)
        return line[:-1]

    def position(self, position: Any, place: str) -> tuple[float, float]:
        """Two numbers; a height is left out."""
        good = isinstance(position, list) and 2 <= len(position) <= 4
        if not good or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in position):
            raise self.fault("a position is not two numbers", place, position)
        try:
            return float(position[0]), float(position[1])
        except OverflowError:
            raise self.fault("a number is too large", place) from None


def _layers(properties: Any) -> tuple[str, ...]:
    """``name=value`` of every property; the layer that a drawing program wrote comes first."""
    table = properties if isinstance(properties, dict) else {}
    own = next((f"{key}={table[key]}" for key in LAYER if isinstance(table.get(key), str | int)), "")
    return (own, *(f"{key}={value}" for key, value in table.items() if isinstance(value, str | int | float)))


def read_geojson(data: bytes, unit: str | None, where: str) -> Drawing:
    """Polygons of a GeoJSON text; layers are ``name=value`` of the features' properties.

    Raises
    ------
    BadInput : not GeoJSON, no unit, open rings, too large
    """
    if unit is None:
        allowed = 'unit = "mm" (or another) beside the file\'s name; coordinates must be planar, not degrees'
        raise BadInput(Problem("GeoJSON does not say its unit", where, allowed=allowed))
    reader = _Reader(unit, where)
    pieces = tuple(reader.pieces(parse_json(data, where), ("",), "file"))
    notes = []
    if reader.widest > EXACT:
        notes.append(f"ends up to {reader.widest:.4g} nm apart joined (up to {REACH:g} nm is joined)")
    if reader.ignored:
        notes.append("ignored: " + ", ".join(f"{count} {kind}" for kind, count in sorted(reader.ignored.items())))
    return Drawing(pieces, reader.frame, False, tuple(notes))
