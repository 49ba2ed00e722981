"""Runs alone in a child process: reads one mask file with gdstk and writes its cells, hierarchy kept or flat.

Called by path with the interpreter's isolated mode, so it imports nothing of fabplan. Arguments: kind (``gds`` or
``oas``), path, most polygons, and ``cells`` or ``flat``: one cell without a name that holds everything below the top
cells. Output: one JSON line ``{"tops": [...], "cells": [...]}``, then for each shape group of
each cell the vertex counts (int64), the lattices (four int64 a polygon: columns, rows and their steps in nanometres)
and the vertices (int64 nanometres), little-endian.
"""

import json
import sys
from collections.abc import Iterable
from typing import Any

MEMORY, SECONDS = 2 << 30, 20
NANOMETRE = 1e-9
ON_GRID = 1e-3  # nanometres: what floats of a metre may be off
FARTHEST = 2**40


def limited() -> None:
    """Take away memory, time, files and core dumps before the reader runs."""
    try:
        import resource  # not on every system; the parent's wall clock holds there
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(kind: str, path: str, most: int, how: str) -> None:
    """Read, take apart, write."""
    limited()
    import gdstk  # after the limits, so that they hold for it

    library: gdstk.Library = (gdstk.read_gds if kind == "gds" else gdstk.read_oas)(path, unit=NANOMETRE)
    cells = [cell for cell in library.cells if isinstance(cell, gdstk.Cell)]
    top = sorted((cell for cell in library.top_level() if isinstance(cell, gdstk.Cell)), key=lambda cell: cell.name)
    blocks: list[bytes] = []
    if how == "flat":
        shapes, _ = grouped((polygon for cell in top for polygon in cell.get_polygons()), most, blocks)
        described = [{"name": "", "shapes": shapes}]
    else:
        described = [described_cell(cell, most, blocks) for cell in cells]
    tops = [cell.name for cell in top]
    out = sys.stdout.buffer
    out.write(json.dumps({"tops": tops, "cells": described}).encode() + b"\n")
    for block in blocks:
        out.write(block)


def described_cell(cell: Any, most: int, blocks: list[bytes]) -> dict[str, Any]:
    """What the JSON line says of a cell; its numbers are appended to ``blocks``."""
    drawn = [*cell.polygons, *(polygon for path in cell.paths for polygon in path.to_polygons())]
    shapes, off = grouped(drawn, most, blocks)
    thin = sum(1 for path in cell.paths if not (path.widths() > 0).all())
    places = [place for reference in cell.references for place in placed(reference, most)]
    return {
        "name": cell.name, "shapes": shapes, "places": places, "paths": len(cell.paths), "thin": thin,
        "texts": len(cell.labels), "off": off,
    }  # fmt: skip


def grouped(polygons: Iterable[Any], most: int, blocks: list[bytes]) -> tuple[list[list[int]], int]:
    """Layer, datatype, polygons and vertices of every group, and how many vertices were no whole nanometre."""
    import numpy as np

    groups: dict[tuple[int, int], list[tuple[Any, Any, tuple[int, int, int, int]]]] = {}
    number = off = 0
    for polygon in polygons:
        points = polygon.points
        for shift, lattice in copies(polygon.repetition, most):
            number += 1
            if number > most:
                sys.exit("too many polygons")
            groups.setdefault((polygon.layer, polygon.datatype), []).append((points, shift, lattice))
    shapes = []
    for pair in sorted(groups):
        rings, shifts, lattices = zip(*groups[pair], strict=True)
        counts = np.array([len(points) for points in rings], np.int64)
        vertices, strays = whole(np.concatenate(rings))
        off += strays
        vertices += np.repeat(np.array(shifts, np.int64), counts, axis=0)
        shapes.append([*pair, len(rings), len(vertices)])
        blocks += [np.asarray(block, "<i8").tobytes() for block in (counts, lattices, vertices)]
    return shapes, off


def placed(reference: Any, most: int) -> list[list[Any]]:
    """Placements of a reference: name, origin, angle in radians, mirrored, magnification, lattice."""
    origin, _ = whole([reference.origin])
    turned = (float(reference.rotation or 0.0), bool(reference.x_reflection), float(reference.magnification or 1.0))
    return [
        [reference.cell_name, *(int(a + b) for a, b in zip(origin[0], shift, strict=True)), *turned, *lattice]
        for shift, lattice in copies(reference.repetition, most)
    ]


def copies(repetition: Any, most: int) -> list[tuple[Any, tuple[int, int, int, int]]]:
    """Shifts and lattices that together are a repetition; one lattice where it is rectangular."""
    nowhere = (0, 0)
    if repetition is None or not repetition.size:
        return [(nowhere, (1, 1, 0, 0))]
    lattice = rectangular(repetition) if repetition.columns and repetition.rows else None
    if lattice is not None:
        return [(nowhere, lattice)]
    if repetition.size > most:
        sys.exit("too many copies at uneven steps")
    # a list of offsets leaves out the original where it is explicit; gdstk's own list has it
    offsets, _ = whole(repetition.get_offsets())
    return [(shift, (1, 1, 0, 0)) for shift in offsets]


def rectangular(repetition: Any) -> "tuple[int, int, int, int] | None":
    """Columns, rows and steps along the axes; None where the steps are slanted or no whole nanometres."""
    columns, rows, steps = int(repetition.columns), int(repetition.rows), repetition.spacing
    if steps is None:
        first, second = repetition.v1, repetition.v2
        if abs(first[1]) < ON_GRID and abs(second[0]) < ON_GRID:
            steps = (first[0], second[1])
        elif abs(first[0]) < ON_GRID and abs(second[1]) < ON_GRID:
            columns, rows, steps = rows, columns, (second[0], first[1])
        else:
            return None
    rounded, off = whole([steps])
    return None if off else (columns, rows, int(rounded[0][0]), int(rounded[0][1]))


def whole(points: Any) -> tuple[Any, int]:
    """Whole nanometres, half away from zero (the rule of the whole program), and how many were none before."""
    import numpy as np

    given = np.asarray(points, np.float64).reshape(-1, 2)
    if not np.isfinite(given).all() or (len(given) and np.abs(given).max() > FARTHEST):
        sys.exit("coordinates out of range")
    rounded = np.where(given < 0, np.ceil(given - 0.5), np.floor(given + 0.5))
    return rounded.astype(np.int64), int((np.abs(rounded - given) > ON_GRID).any(axis=1).sum())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
