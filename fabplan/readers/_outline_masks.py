"""GDSII and OASIS files as drawings; they carry their own unit."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.readers._drawing import UNITS, Drawing, Frame, Piece
from fabplan.readers.gds import read_gds, read_oasis

MOST_POLYGONS, MOST_POINTS = 50_000, 400_000  # when flat: an outline, or a small layout


def read_mask(path: Path, kind: str, unit: str | None) -> Drawing:
    """Flat polygons of a mask file; layers are called ``"12/0"``.

    Raises
    ------
    BadInput : as `fabplan.readers.gds.read_gds`, or a unit was asked for
    """
    if unit is not None:
        given, allowed = repr(unit)[:40], "no unit: the file carries its own"
        raise BadInput(Problem("a unit beside a GDSII or OASIS file", path.name, given, allowed))
    found = (read_gds if kind == "gds" else read_oasis)(path, MOST_POLYGONS, MOST_POINTS)
    pieces = []
    for (layer, datatype), outlines in found.layers.items():
        points = outlines.points.astype(np.float64)
        for k in range(len(outlines)):
            ring = points[outlines.starts[k] : outlines.starts[k + 1]]
            pieces.append(Piece((f"{layer}/{datatype}",), (ring,)))
    notes = (f"{len(found.tops)} top cells put together",) if len(found.tops) > 1 else ()
    return Drawing(tuple(pieces), Frame("um", UNITS["um"]), False, notes)
