"""Runs alone in a child process: reads one mask file with gdstk and writes plain arrays to standard output.

Called by path with the interpreter's isolated mode, so it imports nothing of fabplan. Arguments: kind
(``gds`` or ``oas``), path, most polygons. Output: one JSON line
``{"tops": [...], "layers": [[layer, datatype, polygons, points], ...]}``, then for each layer the vertex
counts (int64) and the vertices (int64 nanometres, x and y in turn), little-endian.
"""

import json
import sys

MEMORY, SECONDS = 2 << 30, 20
NANOMETRE = 1e-9


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


def main(kind: str, path: str, most: int) -> None:
    """Read, flatten, write."""
    limited()
    import gdstk  # after the limits, so that they hold for it
    import numpy as np
    from numpy.typing import NDArray

    library: gdstk.Library = (gdstk.read_gds if kind == "gds" else gdstk.read_oas)(path, unit=NANOMETRE)
    tops = sorted((cell for cell in library.top_level() if isinstance(cell, gdstk.Cell)), key=lambda cell: cell.name)
    found: dict[tuple[int, int], list[NDArray[np.float64]]] = {}
    number = 0
    for cell in tops:
        for polygon in cell.get_polygons():
            found.setdefault((polygon.layer, polygon.datatype), []).append(np.asarray(polygon.points))
            number += 1
            if number > most:
                sys.exit("too many polygons when flat")
    layers, blocks = [], []
    for pair in sorted(found):
        points = np.concatenate(found[pair])
        # half away from zero, the rule of the whole program
        whole = np.where(points < 0, np.ceil(points - 0.5), np.floor(points + 0.5))
        if not np.isfinite(whole).all() or np.abs(whole).max() > 2**40:
            sys.exit("coordinates out of range")
        layers.append([*pair, len(found[pair]), len(points)])
        blocks += [np.array([len(p) for p in found[pair]], "<i8"), whole.astype("<i8")]
    out = sys.stdout.buffer
    out.write(json.dumps({"tops": [cell.name for cell in tops], "layers": layers}).encode() + b"\n")
    for block in blocks:
        out.write(block.tobytes())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
