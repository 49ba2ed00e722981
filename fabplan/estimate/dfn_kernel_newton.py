"""One implicit time step in the compiled march (``dfn_kernel``): the equations and Newton's method of ``dfn_step``.

Loops that write one array from few others are what the compiler turns into vector instructions; hence their number,
and the cells that do nothing up to a multiple of eight.
"""

from __future__ import annotations

from math import copysign, isfinite, sqrt

import numpy as np

from fabplan.estimate.compiling import inlined, logarithm
from fabplan.estimate.dfn_columns import Cells, Point, Tables

_BARRIER, _KEEP, _ROOM = 1e-6, 0.2, 1e-6
LEAST_ROOM = 1e-12
_CURRENT_STEP, _SALT_STEP, _POTENTIAL_STEP, _ITERATIONS = 1e-3, 3e-3, 5e-3, 20


@inlined
def _conduct(point: Point, cells: Cells, tables: Tables) -> None:
    """Resistance of half mesh cells and minus its slope along salt."""
    top, scale = tables.salt_cells - 1.0, tables.salt_cells / (tables.salt_high - tables.salt_low)
    for k in range(len(cells.half)):
        place = (min(cells.salt[k], tables.salt_high) - tables.salt_low) * scale
        cell = int(min(max(place, 0.0), top))
        at = np.uintp(point.electrolyte + cell)
        cells.along[k] = tables.kappa_steps[at]
        cells.resistance[k] = tables.kappa_values[at] + (place - cell) * tables.kappa_steps[at]
    for k in range(len(cells.half)):
        inverse = 1.0 / cells.resistance[k]
        cells.resistance[k] = cells.half[k] * inverse
        cells.along[k] *= cells.half[k] * inverse * inverse * scale


@inlined
def surface(cells: Cells) -> None:
    """Current density out of the particles and their surface stoichiometry."""
    for k in range(len(cells.half)):
        cells.density[k] = (cells.flow[k + 1] - cells.flow[k]) * cells.per_area[k]
    for k in range(len(cells.half)):
        cells.x[k] = cells.x0[k] - cells.x1[k] * cells.density[k]


@inlined
def _open_circuit(cells: Cells, tables: Tables) -> None:
    """Into ``psi`` the open-circuit voltage, into ``per_current`` its slope."""
    top = tables.ocp_cells - 1.0
    for k in range(len(cells.half)):
        place = cells.x[k] * tables.ocp_cells
        cell = int(min(max(place, 0.0), top))
        rise = tables.ocp_steps[np.uintp(cells.table[k] + cell)]
        cells.psi[k] = tables.ocp_values[np.uintp(cells.table[k] + cell)] + (place - cell) * rise
        cells.per_current[k] = rise * tables.ocp_cells


@inlined
def _potential(point: Point, cells: Cells) -> None:
    """Into ``psi`` the potential between solid and electrolyte with the term T ln c."""
    for k in range(len(cells.half)):
        cells.inverse[k] = 1.0 / max(cells.x[k] * (1.0 - cells.x[k]), LEAST_ROOM)
    for k in range(len(cells.half)):
        cells.drive[k] = cells.driven[k] * sqrt(cells.inverse[k] / cells.salt[k])
    for k in range(len(cells.half)):
        argument = cells.drive[k] * cells.density[k]
        across = point.kinetic * logarithm(abs(argument) + sqrt(1.0 + argument * argument))
        cells.psi[k] += copysign(across, argument) + point.spread * logarithm(cells.salt[k])
    for k in range(len(cells.half)):
        cells.psi[k] += _BARRIER * (1.0 - 2.0 * cells.x[k]) * cells.inverse[k]


@inlined
def _slopes(point: Point, cells: Cells) -> None:
    """Slopes of ``psi`` along the current that a cell adds, and along its salt."""
    for k in range(len(cells.half)):
        argument = cells.drive[k] * cells.density[k]
        cells.steep[k] = point.kinetic / sqrt(1.0 + argument * argument)
    for k in range(len(cells.half)):
        bent = cells.density[k] * (0.5 - cells.x[k]) * cells.inverse[k] * cells.x1[k]
        fall = cells.per_current[k] - _BARRIER * (cells.inverse[k] * cells.inverse[k] - 2.0 * cells.inverse[k])
        cells.per_current[k] = cells.steep[k] * cells.drive[k] * (1.0 + bent) - fall * cells.x1[k]
    for k in range(len(cells.half)):
        cells.per_current[k] *= cells.per_area[k]
    for k in range(len(cells.half)):
        pull = 0.5 * cells.steep[k] * cells.drive[k] * cells.density[k]
        cells.per_salt[k] = (point.spread - pull) / cells.salt[k]


@inlined
def _eliminate(point: Point, cells: Cells, rate: float) -> float:
    """Forward sweep; largest potential difference that is still open [V].

    Row k: z_k = (f0, f1) - [[f2, f3], [f4, f5]] z_{k+1}, z the changes of salt and current.
    """
    worst, link_before, flux_before = 0.0, 0.0, 0.0
    f0, f1, f2, f3, f4, f5 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(point.total):
        following = min(k + 1, point.total - 1)
        inside, link, flow = cells.inside[k], cells.link[k], cells.flow[k + 1]
        flux = link * (cells.salt[following] - cells.salt[k]) + point.lag * flow
        r0 = cells.past[k] - cells.hold[k] * rate * cells.salt[k] + flux - flux_before
        ionic = cells.resistance[k] + cells.resistance[following]
        drop = flow * ionic - (point.current - flow) * cells.electronic[k]
        r1 = inside * (drop + cells.psi[k] - cells.psi[following])
        worst = max(worst, abs(r1))
        u10 = inside * (flow * cells.along[following] + cells.per_salt[following])
        u11 = inside * cells.per_current[following]
        lower = inside * cells.per_current[k]
        m10 = inside * (flow * cells.along[k] - cells.per_salt[k]) - lower * f4
        m11 = (1.0 - inside) - u11 - lower - inside * (cells.electronic[k] + ionic) - lower * f5
        m00 = cells.hold[k] * rate + link + link_before * (1.0 + f2) - point.lag * f4
        m01 = -point.lag + link_before * f3 - point.lag * f5
        r0 += link_before * f0 - point.lag * f1
        r1 -= lower * f1
        inverse = 1.0 / (m00 * m11 - m01 * m10)
        f0, f1 = (m11 * r0 - m01 * r1) * inverse, (m00 * r1 - m10 * r0) * inverse
        f2, f3 = (-m11 * link - m01 * u10) * inverse, -m01 * u11 * inverse
        f4, f5 = (m00 * u10 + m10 * link) * inverse, m00 * u11 * inverse
        cells.factors[0, k], cells.factors[1, k], cells.factors[2, k] = f0, f1, f2
        cells.factors[3, k], cells.factors[4, k], cells.factors[5, k] = f3, f4, f5
        link_before, flux_before = link, flux
    return worst


@inlined
def _substitute(point: Point, cells: Cells) -> None:
    """Backward sweep: the changes."""
    factors, change, flow = cells.factors, 0.0, 0.0
    for back in range(point.total):
        k = point.total - 1 - back
        change, flow = (
            factors[0, k] - factors[2, k] * change - factors[3, k] * flow,
            factors[1, k] - factors[4, k] * change - factors[5, k] * flow,
        )
        cells.salt_change[k], cells.flow_change[k + 1] = change, flow


@inlined
def _damping(point: Point, cells: Cells) -> float:
    """Largest part of a Newton step, up to 1, that keeps salt and stoichiometry inside their bounds."""
    shrink = 0.0
    for k in range(point.total):
        bend = -cells.x1[k] * (cells.flow_change[k + 1] - cells.flow_change[k]) * cells.per_area[k]
        shrink = min(shrink, cells.salt_change[k] / cells.salt[k])
        shrink = min(shrink, bend * (1.0 - cells.x[k]) * cells.inverse[k], -bend * cells.x[k] * cells.inverse[k])
    return min(1.0, (1.0 - _KEEP) / max(-shrink, 1e-30))


@inlined
def _change(point: Point, cells: Cells, drop: float) -> tuple[bool, bool]:
    """Take the Newton step as far as it goes: whether all is finite, and whether it was the last one needed."""
    part = _damping(point, cells)
    total, most_flow, loud = 0.0, 0.0, False
    for k in range(point.total):
        cells.salt[k] += part * cells.salt_change[k]
        cells.flow[k + 1] += part * cells.flow_change[k + 1]
        loud |= abs(cells.salt_change[k]) >= _SALT_STEP * cells.salt[k]
        most_flow = max(most_flow, abs(cells.flow_change[k + 1]))
        total += cells.salt[k] + cells.flow[k + 1]
    quiet = not loud and drop < _POTENTIAL_STEP and most_flow < _CURRENT_STEP * point.current
    return isfinite(total), quiet and part >= 1.0


@inlined
def newton(point: Point, cells: Cells, rate: float, tables: Tables) -> bool:
    """Damped Newton on salt and current: True when it converged; potentials are those of the solution.

    Parameters
    ----------
    rate : of the time formula [1/s]
    """
    done = False
    for _ in range(_ITERATIONS + 1):
        surface(cells)
        _conduct(point, cells, tables)
        _open_circuit(cells, tables)
        _potential(point, cells)
        if done:
            return True
        _slopes(point, cells)
        drop = _eliminate(point, cells, rate)
        _substitute(point, cells)
        sound, done = _change(point, cells, drop)
        if not sound:
            return False
    return False


@inlined
def usable(point: Point, cells: Cells) -> bool:
    """Currents with all surfaces inside (0, 1), as ``dfn._usable``; False where there are none."""
    surface(cells)
    bent = False
    for k in range(point.total):
        bent |= not _ROOM <= cells.x[k] <= 1.0 - _ROOM
    if not bent:
        return True
    for side in range(2):
        begin, end = (point.front, point.total) if side else (0, point.first)
        taken, free = 0.0, 0.0
        for k in range(begin, end):
            limited = _limited(cells, k)
            taken += (cells.density[k] - limited) / cells.per_area[k]
            free += 1.0 / cells.per_area[k] if limited == cells.density[k] else 0.0
        total = point.current if side else 0.0
        for k in range(begin, end):
            limited = _limited(cells, k)
            share = taken / max(free, 1e-300) if limited == cells.density[k] else 0.0
            total += (limited + share) / cells.per_area[k]
            cells.flow[k + 1] = total
    cells.flow[point.total] = 0.0
    surface(cells)
    sound = True
    for k in range(point.total):
        sound &= 0.0 < cells.x[k] < 1.0
    return sound


@inlined
def _limited(cells: Cells, k: int) -> float:
    """Current density that keeps the surface inside (0, 1)."""
    lowest, highest = (cells.x0[k] - 1.0 + _ROOM) / cells.x1[k], (cells.x0[k] - _ROOM) / cells.x1[k]
    return float(min(max(cells.density[k], lowest), highest))
