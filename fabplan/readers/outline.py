"""Outlines and keep-outs from anyone's file: DXF, GDSII, OASIS, SVG or GeoJSON to exact regions, safely.

Every reader works in capped steps and is written so that a file can neither crash nor flood it; GDSII and OASIS are
checked record by record and then read by gdstk in a child process. What a file leaves open is an error with its place
or a stated repair, never a guess.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fabplan.errors import BadInput, FabplanError, Problem, listed, nearest
from fabplan.geometry.closed_shapes import Shape, region_of_shapes
from fabplan.geometry.region import Region, bounds
from fabplan.readers import _chains
from fabplan.readers._drawing import UNITS, Drawing, Floats, Piece
from fabplan.readers._outline_dxf import read_dxf
from fabplan.readers._outline_geojson import read_geojson
from fabplan.readers._outline_masks import read_mask
from fabplan.readers._outline_svg import read_svg
from fabplan.readers.guarded import read_bytes

MEBIBYTE = 1 << 20
#: ending -> kind
ENDINGS = {
    ".dxf": "dxf", ".svg": "svg", ".geojson": "geojson", ".json": "geojson",
    ".gds": "gds", ".gds2": "gds", ".gdsii": "gds", ".oas": "oas", ".oasis": "oas",
}  # fmt: skip
LARGEST = {"dxf": 32 * MEBIBYTE, "svg": 16 * MEBIBYTE, "geojson": 8 * MEBIBYTE, "gds": 64 * MEBIBYTE}
LARGEST["oas"] = LARGEST["gds"]
SMALLEST_SIZE, LARGEST_SIZE = 10_000, 300_000_000  # of an outline [nm]
USUAL_SIZES = 200_000, 150_000_000  # of a battery, to name the likely unit [nm]


@dataclass(frozen=True)
class OutlineFile:
    """What an outline file draws.

    Parameters
    ----------
    region : all closed shapes of the layer together [nm], holes cut open
    digest : SHA-256 of the file's bytes, hexadecimal
    unit : unit of the file's coordinates
    repairs : what was mended, decided or left out, one sentence each
    """

    region: Region
    digest: str
    unit: str
    repairs: tuple[str, ...]


def read_outline(path: str | os.PathLike[str], layer: str | None, unit: str | None, where: str) -> OutlineFile:
    """Closed shapes of one layer of a file.

    Parameters
    ----------
    path : DXF, GDSII, OASIS, SVG or GeoJSON, told by its ending
    layer : DXF layer; ``"12/0"`` of GDSII and OASIS; layer, id or class of SVG; ``"name=value"`` of a GeoJSON
        property; None when the file has only one
    unit : of the file's coordinates (a user unit of SVG); None where the file says it itself
    where : file and key of the request, for messages, e.g. ``"cell.toml: footprint.outline"``

    Raises
    ------
    BadInput : the file cannot be read, is broken or too large, does not say its unit, has several layers and none is
        asked for, or its outline is open, crosses itself, has no area or no likely size
    """
    file = Path(path)
    try:
        with _clean(file.name):
            drawing, digest = _drawing(file, unit, layer)
            pieces = _chosen(drawing, layer, file.name)
            region, notes = _region(pieces, drawing, file.name)
            _check_size(region, drawing, file.name)
    except BadInput as fault:
        raise _relabelled(fault, where) from fault
    return OutlineFile(region, digest, drawing.frame.unit, (*drawing.notes, *notes))


def read_layers(path: str | os.PathLike[str], unit: str | None = None) -> Mapping[str, Region]:
    """Regions of all layers of a file [nm], by name, names in order; ``""`` for shapes on no layer.

    Raises
    ------
    BadInput : as `read_outline`, but any number of layers and any size up to 1 m are allowed
    """
    file = Path(path)
    with _clean(file.name):
        drawing, _ = _drawing(file, unit)
        chosen: dict[str, list[Piece]] = {name: [] for name in _names(drawing.pieces)}
        for piece in drawing.pieces:
            chosen[piece.layers[0]].append(piece)
        return {name: _region(pieces, drawing, file.name)[0] for name, pieces in chosen.items()}


@contextmanager
def _clean(where: str) -> Iterator[None]:
    """Whatever a broken file makes of the readers is one clean error; what is not finite they find themselves."""
    try:
        with np.errstate(all="ignore"):
            yield
    except FabplanError:
        raise
    except Exception as fault:
        said = f"{type(fault).__name__}: {fault}"[:120]
        raise BadInput(Problem("the drawing makes no sense", where, said)) from fault


def _drawing(file: Path, unit: str | None, layer: str | None = None) -> tuple[Drawing, str]:
    """Pieces of a file, and its digest."""
    name, kind = file.name, ENDINGS.get(file.suffix.lower())
    if kind is None:
        given = repr(file.suffix)[:20]
        raise BadInput(Problem("not a kind of drawing that can be read", name, given, ", ".join(ENDINGS)))
    if unit is not None and unit not in UNITS:
        raise BadInput(Problem("no such unit of length", name, repr(unit)[:40], ", ".join(UNITS), nearest(unit, UNITS)))
    data = read_bytes(file, LARGEST[kind], name)
    if not data.strip(b"\0 \t\r\n"):
        raise BadInput(Problem("the file is empty", name, f"{len(data)} bytes"))
    if data.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise BadInput(Problem("the file is compressed", name, allowed="unpack it first"))
    return _read(kind, file, data, unit, layer), hashlib.sha256(data).hexdigest()


def _read(kind: str, file: Path, data: bytes, unit: str | None, layer: str | None) -> Drawing:
    if kind in ("gds", "oas"):
        return read_mask(file, kind, unit)
    if kind == "dxf":
        return read_dxf(data, unit, file.name, layer)
    return (read_svg if kind == "svg" else read_geojson)(data, unit, file.name)


def _names(pieces: Iterable[Piece]) -> list[str]:
    return sorted({piece.layers[0] for piece in pieces})


def _chosen(drawing: Drawing, layer: str | None, where: str) -> list[Piece]:
    """Pieces of a layer, or of the only one."""
    names = _names(drawing.pieces)
    if not names:
        said = "; ".join(drawing.notes) or None
        raise BadInput(Problem("the drawing holds no shapes", where, said, "closed lines"))
    if layer is None:
        if len(names) > 1:
            shown = listed([name or "(none)" for name in names])
            raise BadInput(Problem("the drawing has several layers", where, allowed=f"layer = one of {shown}"))
        return list(drawing.pieces)
    found = [piece for piece in drawing.pieces if layer in piece.layers]
    folded = layer.casefold()
    found = found or [piece for piece in drawing.pieces if piece.layers[0].casefold() == folded]
    if not found:
        every = {name for piece in drawing.pieces for name in piece.layers if name}
        given, near = repr(layer)[:60], nearest(layer, every)
        raise BadInput(Problem("no such layer", where, given, listed([n for n in names if n] or every), near))
    return found


def _region(pieces: Sequence[Piece], drawing: Drawing, where: str) -> tuple[Region, tuple[str, ...]]:
    """Region of pieces, and what was decided."""
    shapes = [Shape(tuple(map(_whole, piece.lines)), piece.rule) for piece in pieces if piece.closed]
    loose = [piece.lines[0] for piece in pieces if not piece.closed]
    rings, notes = _chains.rings(loose, where, drawing.frame)
    shapes += [Shape((_whole(ring),)) for ring in rings]
    if not shapes:
        raise BadInput(Problem("the drawing has no area", where, "lines of zero length only"))
    region, decided = region_of_shapes(shapes, drawing.nested, where, drawing.frame.show)
    return region, (*notes, *decided)


def _whole(line: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Whole nanometres, half away from zero, without points that fall together."""
    points = np.where(line < 0, np.ceil(line - 0.5), np.floor(line + 0.5)).astype(np.int64)
    if len(points) > 1:
        points = points[(points != np.roll(points, 1, axis=0)).any(axis=1)]
    return points


def _check_size(region: Region, drawing: Drawing, where: str) -> None:
    """Refuse sizes that can only come from a wrong unit, and name the likely one."""
    x0, y0, x1, y1 = bounds(region)
    size = max(x1 - x0, y1 - y0)
    if SMALLEST_SIZE <= size <= LARGEST_SIZE:
        return
    units = size / drawing.frame.nanometres
    likely = [name for name in ("nm", "um", "mm", "cm", "in") if _usual(units * UNITS[name])]
    given = f"{(x1 - x0) / 1e6:.6g} mm by {(y1 - y0) / 1e6:.6g} mm, read in {drawing.frame.unit}"
    allowed = f"{SMALLEST_SIZE / 1e3:g} um to {LARGEST_SIZE / 1e6:g} mm"
    if likely:
        allowed += f"; the likely unit is {' or '.join(likely)}"
    raise BadInput(Problem("the outline has no likely size", where, given, allowed))


def _usual(size: float) -> bool:
    return USUAL_SIZES[0] <= size <= USUAL_SIZES[1]


def _relabelled(fault: BadInput, where: str) -> BadInput:
    """The same problems at the place in the request; the place in the drawing goes into the text."""
    if not where:
        return fault
    return BadInput([replace(p, what=f"{p.where}: {p.what}", where=where) for p in fault.problems])
