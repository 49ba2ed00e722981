"""Drop patterns as the way of one nozzle: it opens for a run of drops and closes behind it.

Within a run one drop falls after every step of the way, the first half a step behind its beginning: a trigger from the
encoders of the axes, or from their step pulses, fires the nozzle while its output is on. So the way with an open
nozzle is the number of drops times the step, whatever the speed of the axes is at that moment.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fabplan.catalog.types import Machine
from fabplan.errors import BadInput, Problem
from fabplan.layout.drops import DropPattern, passes, runs
from fabplan.layout.raster import PASS, sweep_toolpath
from fabplan.layout.types import Toolpath
from fabplan.methods.base import Sweep

MOST_RUNS = 1_000_000


def jet_runs(pattern: DropPattern) -> NDArray[np.int64]:
    """Where the nozzle opens and closes in one layer [nm], shape (runs, 2, 2), in the order of printing.

    Pass by pass; the lines of a pass back and forth, along the axis that has fewer runs.
    """
    upright = len(runs(pattern.pixels.T, 1)) < len(runs(pattern.pixels, 1))
    across, along = (0, 1) if upright else (1, 0)
    step = pattern.spacing[along]
    found = []
    for pixels in passes(pattern, pattern.passes):
        line, first, last = runs(pixels.T if upright else pixels, pattern.passes).T
        centre = pattern.origin[along] + (2 * np.stack([first, last], axis=1) + 1) * step // 2
        half = pattern.passes * step // 2
        ends = centre + np.array([-half, pattern.passes * step - half])
        level = pattern.origin[across] + (2 * line + 1) * pattern.spacing[across] // 2
        back = np.cumsum(np.diff(line, prepend=line[:1]) > 0) % 2 == 1
        ends[back] = ends[back][:, ::-1]
        order = np.lexsort((np.where(back, -ends[:, 0], ends[:, 0]), line))
        lines = np.empty((len(line), 2, 2), np.int64)
        lines[:, :, along], lines[:, :, across] = ends[order], level[order, None]
        found.append(lines)
    return np.concatenate(found)


def drop_path(pattern: DropPattern, sweep: Sweep, machine: Machine, name: str, foot: float = 0.0) -> Toolpath:
    """Toolpath of a pattern for a machine that fires one nozzle with one output.

    Raises
    ------
    BadInput : several nozzles at once, no drops, or too many runs
    """
    problems = []
    if pattern.nozzles > 1:
        what = f"{pattern.nozzles} nozzles at once have no documented word in any dialect"
        problems.append(Problem(what, name, None, "the swathes in jobs/, for transcription"))
    found = jet_runs(pattern)
    if not len(found) or len(found) * sweep.layers > MOST_RUNS:
        given = f"{len(found)} runs in {sweep.layers} layers"
        problems.append(Problem(f"{given} are no program", name, given, f"1 to {MOST_RUNS} runs: a wider spacing"))
    if problems:
        raise BadInput(problems)
    layers, kinds = [found.reshape(-1, 2)] * sweep.layers, [(PASS,) * len(found)] * sweep.layers
    return sweep_toolpath(layers, kinds, sweep, machine, name, foot, sweep.width, [2] * len(found))
