"""Lines of drops at several spacings: which of them are smooth, and how wide."""

from __future__ import annotations

import dataclasses
import math

from fabplan.layout.calibration_jobs import NANOMETRE, Calibration, Line, Rung, field_of, printed
from fabplan.layout.moves import heads_of
from fabplan.layout.types import Head, Toolpath

SPACINGS = (0.6, 0.8, 1.0, 1.2, 1.4, 1.6)  # of the pitch that was planned
LINES = 3  # of each spacing, side by side
LENGTH = 5e-3  # [m] of a line, or 100 drops where that is longer


def drop_ladder(path: Toolpath, pitch: float) -> Calibration:
    """Lines in one pass each, the closest drops first; the trigger is set anew before each spacing.

    As many drops fall in a second as in the print, so the speed goes with the spacing.

    Parameters
    ----------
    path : of a jetted step, whose ``bead_width`` is the way from drop to drop in a pass
    pitch : from drop to drop of the pattern [m]
    """
    (head,) = heads_of(path)[0][:1]
    drop, frequency = head.section * path.bead_width, head.speed / path.bead_width
    apart = max(10 * pitch, 0.3e-3)
    sets: list[Head] = []
    lines: list[Line] = []
    rungs: list[Rung] = []
    for place, share in enumerate(SPACINGS):
        spacing = round(share * pitch / NANOMETRE) * NANOMETRE
        count = max(100, math.ceil(LENGTH / spacing))
        ask = f"set trigger D{place + 1} = 1 drop every {spacing * 1e3:.6f} mm of way"
        sets.append(dataclasses.replace(
            head, nozzle=spacing, speed=frequency * spacing, section=drop / spacing, ask=ask, ink_volume=0.0,
        ))  # fmt: skip
        first = len(lines)
        for number in range(LINES):
            y = apart * (place * (LINES + 1) + number + 1)
            lines.append(Line(((0.0, y), (count * spacing, y)), head=place))
        values = {"drop_spacing": spacing, "speed": frequency * spacing, "drops": float(count)}
        rungs.append(Rung(f"D{place + 1}", (first + 1, first + LINES), lines[first].corners[0][1], values))
    size = field_of(max(line.corners[1][0] for line in lines), lines[-1].corners[0][1] + apart)
    made = printed(dataclasses.replace(path, bead_width=sets[0].nozzle), sets, lines, prime=False)
    return Calibration("drop-spacing", made, size, tuple(rungs), (head.tool,), {"drop_m3": drop})
