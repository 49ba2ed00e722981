"""The accurate tier through the compiled march, where the extra ``fast`` is installed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TypeVar, cast

import numpy as np

from fabplan.estimate.constants import Array, Index
from fabplan.estimate.designs import Materials
from fabplan.estimate.dfn_cell import Cell, modes

_Rows = TypeVar("_Rows", Array, Index)


@dataclass(frozen=True)
class Aims:
    """What a march aims at; the same for the array and the compiled version.

    Parameters
    ----------
    salt, current, surface, voltage : distance from the extrapolation at which a step is as long as it should be:
        part of the start salt, part of the current, stoichiometry, volts
    reject : steps this far over the aim are repeated
    growth : of the step, at most
    at_cutoff, at_end : volts and part of the time within which the end counts as found
    least, first : step over the nominal time at which a point is given up, and of the first step
    most : steps
    """

    salt: float = 0.04
    current: float = 0.06
    surface: float = 0.01
    voltage: float = 0.003
    reject: float = 4.0
    growth: float = 2.0
    at_cutoff: float = 5e-4
    at_end: float = 2e-5
    least: float = 1e-9
    first: float = 1e-5
    most: int = 4000


@cache
def available() -> bool:
    """Whether numba can be imported."""
    return find_spec("numba") is not None


@dataclass(frozen=True)
class Marched:
    """What the compiled march found for n points.

    Parameters
    ----------
    ends : time and voltage at the end; NaN where it was not reached [n, 2]
    energy : over the current [V s], [n]
    samples : times and voltages [2, n, room]
    used : samples that were taken [n]
    """

    ends: Array
    energy: Array
    samples: Array
    used: Index


def march(cell: Cell, materials: Materials, nominal: Array, aims: Aims, with_samples: bool) -> Marched:
    """Discharge the points of ``cell``; the first call compiles or loads the machine code."""
    from fabplan.estimate import dfn_compiled  # numba costs half a second: only when a point needs this tier

    count, room = len(nominal), aims.most if with_samples else 0
    ends, energy, used = np.full((2, count), np.nan), np.zeros(count), np.zeros(count, dtype=np.intp)
    samples = np.empty((2, count, room))
    kappa, spread = materials.electrolyte_conductivity, materials.electrolyte_diffusivity
    family = modes()
    dfn_compiled.march(
        cell.negative,
        cell.cells - cell.positive,
        (
            _rows(cell.width),
            _rows(cell.hold),
            _rows(cell.transport),
            _spread_out(cell, cell.area),
            _spread_out(cell, cell.exchange_current),
            _spread_out(cell, cell.excess_per_density),
            _rows(cell.electronic),
        ),
        _constants(cell, nominal),
        (cell.electrolyte, _spread_out(cell, cell.ocp)),
        (
            materials.ocp.values,
            materials.ocp.steps,
            materials.ocp.cells,
            kappa.values,
            kappa.steps,
            kappa.cells,
            kappa.low,
            spread.values,
            spread.steps,
            kappa.high,
        ),
        (family.rates, family.weights, family.instant),
        (
            aims.salt,
            aims.current,
            aims.surface,
            aims.voltage,
            aims.reject,
            aims.growth,
            aims.at_cutoff,
            aims.at_end,
            aims.least,
            aims.first,
            aims.most,
        ),
        room,
        (ends[0], ends[1], energy, samples, used),
    )
    return Marched(ends.T, energy, samples, used)


def _rows(columns: Array) -> Array:
    return np.ascontiguousarray(columns.T)


def _spread_out(cell: Cell, solid: _Rows) -> _Rows:
    """Electrode rows [solids, n] at their places among all mesh cells [n, cells]."""
    wide = np.zeros((solid.shape[1], cell.cells), dtype=solid.dtype)
    wide[:, cell.solids] = solid.T
    return cast(_Rows, wide)


def _constants(cell: Cell, nominal: Array) -> Array:
    """One row per point, in the order that ``dfn_compiled.march`` states."""
    none = np.zeros_like(nominal)
    first_n, last = (cell.relaxation[0], cell.sto_start[0]) if cell.negative else (none, none), -1
    return np.stack(
        [
            cell.current,
            cell.contact,
            cell.cutoff,
            cell.start,
            cell.flux_per_current,
            cell.kinetic_scale,
            cell.diffusion_scale,
            cell.electronic_end,
            cell.metal_current,
            first_n[0],
            cell.relaxation[last],
            first_n[1],
            cell.sto_start[last],
            nominal,
        ],
        axis=1,
    )
