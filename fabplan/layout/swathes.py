"""Swathes of a head with several nozzles: what each fires in each sweep, and how the axes carry it.

The head fires by its own trigger from the axes; so it must already run at its speed where the first drop falls, and all
swathes go from left to right, as their pictures are read.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabplan.catalog.types import Machine
from fabplan.errors import BadInput, Problem
from fabplan.geometry.region import NANOMETRE, nanometres
from fabplan.layout.drops import DropPattern, passes, swathes
from fabplan.layout.raster import PASS, sweep_toolpath
from fabplan.layout.types import Toolpath
from fabplan.methods.base import Sweep

MOST_SWATHES = 400  # of a layer, each with its picture
ROUND = 1_000  # [nm] that runs before the first drop are rounded up to


@dataclass(frozen=True)
class Swathe:
    """One sweep of the head in one pass.

    Parameters
    ----------
    number, turn : of sweep and pass, from 0
    level : of nozzle 0 along y [nm]
    pixels : drops of each nozzle, nozzle 0 first, shape (nozzles, columns)
    """

    number: int
    turn: int
    level: int
    pixels: NDArray[np.bool_]


def swathe_table(pattern: DropPattern) -> tuple[Swathe, ...]:
    """Swathes of one layer in the order of printing, sweep by sweep; those without a drop are left out."""
    found = []
    block = pattern.nozzles * pattern.nozzle_pitch
    turns = passes(pattern, pattern.passes)
    for number, lines in enumerate(swathes(pattern, pattern.nozzles, pattern.nozzle_pitch)):
        level = pattern.origin[1] + (2 * int(lines[0]) + 1) * pattern.spacing[1] // 2
        for turn, pixels in enumerate(turns):
            fired = np.zeros((pattern.nozzles, pixels.shape[1]), np.bool_)
            fired[lines % block // pattern.nozzle_pitch] = pixels[lines]
            if fired.any():
                found.append(Swathe(number, turn, level, fired))
    return tuple(found)


def swathe_ends(pattern: DropPattern, speed: float, acceleration: float) -> tuple[int, int]:
    """Where the axis starts and ends a swathe [nm]: the way to its speed, ``v²/(2a)``, and a drop, on either side."""
    run = speed**2 / (2 * acceleration) + pattern.spacing[0] * 1e-9
    over = -(-nanometres(run) // ROUND) * ROUND
    first, last = drop_ends(pattern)
    return first - over, last + over


def drop_ends(pattern: DropPattern) -> tuple[int, int]:
    """Centres of the first and last column of the pattern along x [nm]."""
    half = pattern.spacing[0] // 2
    x = pattern.origin[0] + half
    return x, x + (pattern.pixels.shape[1] - 1) * pattern.spacing[0]


def swathe_path(pattern: DropPattern, sweep: Sweep, machine: Machine, foot: float) -> Toolpath:
    """Moves of the axes under a head that fires by itself: one line a swathe, layer after layer.

    Raises
    ------
    BadInput : the acceleration of the axes is not known, or too many swathes
    """
    acceleration = machine.acceleration.value if machine.acceleration else None
    table = swathe_table(pattern)
    problems = []
    if not acceleration:
        problems.append(Problem("acceleration of the axes is not known", f"machines/{machine.id}.toml: acceleration"))
    if not 0 < len(table) <= MOST_SWATHES:
        given, allowed = f"{len(table)} swathes a layer", f"1 to {MOST_SWATHES}: more nozzles or fewer passes"
        problems.append(Problem("the pattern makes no program of swathes", pattern.name, given, allowed))
    if problems or not acceleration:
        raise BadInput(problems)
    first, last = swathe_ends(pattern, sweep.speed, acceleration)
    lines = np.array([[[first, one.level], [last, one.level]] for one in table], np.int64)
    moving = dataclasses.replace(sweep, section=0.0, width=pattern.spacing[0] * NANOMETRE)
    return sweep_toolpath(
        [lines.reshape(-1, 2)] * sweep.layers, [(PASS,) * len(table)] * sweep.layers,
        moving, machine, f"{pattern.name}-swathes", foot, math.ceil((last - first) * 1e-6) * 1e-3, [2] * len(table),
    )  # fmt: skip
