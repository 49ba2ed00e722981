"""The accurate tier through the compiled march, where the extra ``fast`` is installed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeVar, cast

import numpy as np

from fabplan.estimate.constants import REFERENCE_CONCENTRATION, Array, Index
from fabplan.estimate.designs import Materials
from fabplan.estimate.dfn_cell import Cell, modes
from fabplan.estimate.dfn_columns import Aims, Columns, Family, Given, Points, Tables
from fabplan.estimate.dfn_state import uniform

_Rows = TypeVar("_Rows", Array, Index)
_LANES = 8  # mesh cells are filled up to a multiple of it


@cache
def available() -> bool:
    """Whether numba can be imported: it is there, and takes this Python and this numpy."""
    try:
        # imported here, where it is about to be used: it takes half a second, and is there with the extra only
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


@dataclass(frozen=True)
class Marched:
    """What the compiled march found for n points.

    Parameters
    ----------
    ends : time and voltage at the end, and energy over current; NaN where it was not reached [n, 3]
    samples : times and voltages [n, 2, room]
    used : samples that were taken [n]
    """

    ends: Array
    samples: Array
    used: Index


def march(cell: Cell, materials: Materials, nominal: Array, aims: Aims, with_samples: bool) -> Marched:
    """Discharge the points of ``cell``; the first call compiles or loads the machine code.

    Parameters
    ----------
    nominal : time that a discharge takes at most [s] [n]
    """
    from fabplan.estimate import dfn_kernel  # numba costs half a second: only when a point needs this tier

    count = len(nominal)
    found = Marched(
        ends=np.empty((count, 3)),
        samples=np.empty((count, 2, aims.most if with_samples else 0)),
        used=np.zeros(count, dtype=np.intp),
    )
    family = modes()
    dfn_kernel.march(
        (cell.negative, cell.cells - cell.positive, cell.cells),
        _columns(cell, materials),
        _points(cell, materials, nominal),
        Given(_tables(materials), Family(family.rates, family.weights, family.instant), aims),
        found.samples,
        found.used,
        found.ends,
    )
    return found


def _tables(materials: Materials) -> Tables:
    kappa, spread = materials.electrolyte_conductivity, materials.electrolyte_diffusivity
    return Tables(
        ocp_values=materials.ocp.values,
        ocp_steps=materials.ocp.steps,
        ocp_cells=materials.ocp.cells,
        kappa_values=kappa.values,
        kappa_steps=kappa.steps,
        spread_values=spread.values,
        spread_steps=spread.steps,
        salt_cells=kappa.cells,
        salt_low=kappa.low,
        salt_high=kappa.high,
    )


def _columns(cell: Cell, materials: Materials) -> Columns:
    return Columns(
        half=_rows(0.5 * cell.width / cell.transport, fill=1.0),
        hold=_rows(cell.hold),
        per_area=_rows(_at_solids(cell, 1.0 / cell.area)),
        driven=_rows(_at_solids(cell, 0.25 / cell.exchange_current * np.sqrt(REFERENCE_CONCENTRATION))),
        excess=_rows(_at_solids(cell, cell.excess_per_density)),
        electronic=_rows(cell.electronic),
        inside=_rows(np.broadcast_to(cell.interior, cell.width.shape)),
        current=_rows(uniform(cell, cell.current).current),
        table=_rows(_at_solids(cell, cell.ocp) * materials.ocp.cells),
    )


def _rows(columns: _Rows, fill: float = 0.0) -> _Rows:
    """Point by point, behind the last cell filled up [n, room]."""
    cells, count = columns.shape
    rows = np.full((count, -(-cells // _LANES) * _LANES), fill, dtype=columns.dtype)
    rows[:, :cells] = columns.T
    return cast(_Rows, rows)


def _at_solids(cell: Cell, solid: _Rows) -> _Rows:
    """Electrode rows [solids, n] at their places among all mesh cells [cells, n], 0 elsewhere."""
    wide = np.zeros((cell.cells, solid.shape[1]), dtype=solid.dtype)
    wide[cell.solids] = solid
    return cast(_Rows, wide)


def _points(cell: Cell, materials: Materials, nominal: Array) -> Points:
    none = np.zeros_like(nominal)
    pace, start = (cell.relaxation[0], cell.sto_start[0]) if cell.negative else (none, none)
    return Points(
        current=cell.current,
        contact=cell.contact + cell.electronic_end,
        cutoff=cell.cutoff,
        start=cell.start,
        lag=cell.flux_per_current,
        kinetic=cell.kinetic_scale,
        spread=cell.diffusion_scale,
        metal=cell.metal_current,
        pace_n=pace,
        pace_p=cell.relaxation[-1],
        sto_n=start,
        sto_p=cell.sto_start[-1],
        nominal=nominal,
        electrolyte=cell.electrolyte * materials.electrolyte_conductivity.cells,
    )
