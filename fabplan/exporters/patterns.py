"""One-bit pictures of drop patterns, as inkjet printers read them: BMP and PNG, and codes by drop position."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from fabplan.exporters._bitmap import bmp
from fabplan.exporters._names import file_name
from fabplan.exporters._swathes import swathes
from fabplan.layout.drops import DropPattern, sweep_runs
from fabplan.planner.plan import Plan

DESCRIPTION = "one-bit pictures of drop patterns (toolpaths/*.bmp, *.png), drops on position, and swathes (jobs/*)"

MOST_PIXELS = 20_000_000  # of a pattern that is told run by run; a larger one goes to the printer as a picture


def export(plan: Plan) -> dict[str, bytes]:
    """Two pictures of every drop pattern of the plan."""
    found: dict[str, bytes] = {}
    for pattern in plan.patterns:
        name = f"toolpaths/{file_name(pattern.name)}"
        found |= {f"{name}.bmp": bmp(pattern), f"{name}.png": png(pattern)}
        if pattern.nozzles > 1:
            ink = next((step.material for step in plan.steps if step.id == pattern.name), "")
            found |= swathes(pattern, plan.dialect, ink)
        if pattern.pixels.size <= MOST_PIXELS:
            found[f"jobs/{file_name(pattern.name)}.sweeps.csv"] = sweeps(pattern)
    return found


def sweeps(pattern: DropPattern) -> bytes:
    """Drops on position, a row a run: sweep, pass, nozzle, where it begins and ends [mm], how many drops."""
    rows = sweep_runs(pattern)
    x = pattern.origin[0] + (2 * rows[:, 4:] + 1) * pattern.spacing[0] / 2
    y = pattern.origin[1] + (2 * rows[:, 3] + 1) * pattern.spacing[1] / 2
    drops = (rows[:, 5] - rows[:, 4]) // pattern.passes + 1
    lines = [
        f"{a},{b},{c},{v * 1e-6:.6f},{u * 1e-6:.6f},{w * 1e-6:.6f},{n}"
        for (a, b, c), v, (u, w), n in zip(rows[:, :3].tolist(), y.tolist(), x.tolist(), drops.tolist(), strict=True)
    ]
    return "\n".join(["sweep,pass,nozzle,y_mm,first_x_mm,last_x_mm,drops", *lines, ""]).encode("ascii")


def png(pattern: DropPattern) -> bytes:
    """One-bit greyscale PNG: black where a drop falls, top line first, resolution from the spacing."""
    rows, columns = pattern.pixels.shape
    packed = np.packbits(~pattern.pixels[::-1], axis=1)
    lines = np.hstack([np.zeros((rows, 1), np.uint8), packed])  # filter 0 before every line
    x, y = (round(1e9 / step) for step in pattern.spacing)
    return b"".join((
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 1, 0, 0, 0, 0)),
        _chunk(b"pHYs", struct.pack(">IIB", x, y, 1)),
        _chunk(b"IDAT", zlib.compress(lines.tobytes(), 1)),
        _chunk(b"IEND", b""),
    ))  # fmt: skip


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
