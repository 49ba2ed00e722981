"""Accurate tier of thin-film cells: diffusion with a diffusivity that follows the stoichiometry, by finite volumes.

At constant current the films do not know of each other, so each is marched once over a fixed grid of times; the
surface stoichiometries are then looked up like the closed forms. The flux between two cells uses the exact
integral of D(x) = D_s 10^(b (0.7 - x)); time by variable-step BDF2 on a grid uniform in the square root of time.
A film whose surface leaves (0, 1) early is marched once more on a grid that ends there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabplan.estimate.block_tridiagonal import solve
from fabplan.estimate.constants import FARADAY, Array, Index, Mask
from fabplan.estimate.designs import Film, Films, take
from fabplan.estimate.dfn_cell import graded
from fabplan.estimate.dfn_points import available
from fabplan.estimate.film import (
    REFERENCE_STOICHIOMETRY,
    FilmDischarge,
    FilmSide,
    diffusivity_factor,
    film_discharge,
    longest_charge,
)

_CELLS = 32  # with these and 120 steps: capacity within 0.02 % of the 1C charge of 26 reference discharges
_GROWTH = 1.1
_STEPS = 120
_ITERATIONS = 2
_LEAST_SLOPE = 1e-6  # below it D(x) is constant to rounding
_BEYOND = 2.0  # stoichiometry that stands for a surface which has left (0, 1)
_EARLY = 18  # a surface that has left by this step is marched again: the step to the end was a large one
_BACK = 1e-3  # steps of a surface against its current, at most; larger ones are a scheme that does not hold


@dataclass(frozen=True)
class MarchedFilms:
    """Discharge of n cells with tabulated surfaces.

    Parameters
    ----------
    closed : closed form of the same points: losses, tables, currents
    limit : charge at the end of the tables [n]
    positive_surface, negative_surface : stoichiometry over sqrt(charge/limit) [n, steps + 1]; once outside (0, 1) it
        stays there
    sound : the surfaces go one way, as they do at constant current [n]
    """

    closed: FilmDischarge
    limit: Array
    positive_surface: Array
    negative_surface: Array
    sound: Mask

    @property
    def positive(self) -> FilmSide:
        """The positive electrode's constants."""
        return self.closed.positive

    @property
    def negative(self) -> FilmSide:
        """The negative electrode's constants."""
        return self.closed.negative

    def surface(self, charge: Array) -> tuple[Array, Array, Array]:
        """Positive and negative surface stoichiometry and loss [V] at charges [q, n] or [n]."""
        place = np.sqrt(charge / self.limit) * _STEPS
        left = np.floor(np.fmin(np.fmax(place, 0.0), _STEPS - 1.0))
        share = place - left
        cell = left.astype(np.intp) + np.arange(len(self.limit)) * (_STEPS + 1)

        def looked_up(table: Array) -> Array:
            begin = table.take(cell)
            return np.asarray(begin + share * (table.take(cell + 1) - begin))

        x_p, x_n = looked_up(self.positive_surface), looked_up(self.negative_surface)
        return x_p, x_n, self.closed.loss(x_p, x_n)


@dataclass(frozen=True)
class Grid:
    """Finite volumes of n films, from the electrolyte face inwards, per area of that face.

    Parameters
    ----------
    volume : [cells, n]
    link : face area over the distance to the next cell; 0 behind the last [cells, n]
    half : distance from the electrolyte face to the first centre [n]
    slope : b ln 10 [n]
    flux : stoichiometry flux c-normalised, signed, over D_s [n]
    """

    volume: Array
    link: Array
    half: Array
    slope: Array
    flux: Array


def march(films: Films, current: Array, compiled: bool | None = None) -> MarchedFilms:
    """Discharge of points on a common grid of relative charges.

    Parameters
    ----------
    films : one row per point [n]
    current : per m2 or per metre [A]
    compiled : by compiled loops (extra ``fast``) or by arrays; where left out, as is installed
    """
    compiled = available() if compiled is None else compiled
    limit = longest_charge(films)
    positive, negative, end = _tables(films, current, limit, compiled)
    early = np.flatnonzero(end < _EARLY)
    if len(early):
        limit[early] *= ((end[early] + 1.0) / _STEPS) ** 2  # one step more: finer steps may find the end later
        again = _tables(take(films, early), current[early], limit[early], compiled)
        positive[early], negative[early] = again[:2]
    sound = _one_way(positive) & _one_way(1.0 - negative)
    return MarchedFilms(film_discharge(films, current), limit, positive, negative, sound)


def _tables(films: Films, current: Array, limit: Array, compiled: bool) -> tuple[Array, Array, Index]:
    """Surfaces up to a charge, and the step at which one of them has left (0, 1) [n]; after the last where none has.

    Behind that step nothing is marched: the surfaces stay as they are there.
    """
    ends = np.full(len(current), _STEPS + 1, dtype=np.intp)
    positive = _surfaces(films.positive, current, 1.0, limit / current, compiled, ends)
    negative = _surfaces(films.negative, current, -1.0, limit / current, compiled, ends)
    return positive, negative, ends


def _held(table: Array, left: Mask, ends: Index) -> None:
    """Lower ``ends`` to the first step that has left, and keep the surfaces behind it as they are there."""
    ends[:] = np.minimum(ends, np.where(left.any(axis=1), left.argmax(axis=1), ends))
    places = np.minimum(np.arange(table.shape[1]), ends[:, None])
    table[:] = np.take_along_axis(table, places, axis=1)


def _one_way(surface: Array) -> Mask:
    """Whether a surface that should fill does so, within what a scheme leaves [n]."""
    return np.asarray(np.all(np.diff(surface, axis=1) > -_BACK, axis=1))


def _grid(film: Film, current: Array, sign: float) -> Grid:
    """Cells that widen inwards.

    The distance of two neighbours is that which holds for their means in the steady state of a constant current, where
    the flux falls linearly to 0 at the collector: (w_1 + w_2)/2 - (w_2^2 - w_1^2)/(6 rest), rest the depth behind.
    """
    width = np.outer(graded(_CELLS, _GROWTH), film.thickness)
    centre = np.cumsum(width, axis=0) - 0.5 * width
    face = np.cumsum(width, axis=0)
    inwards = np.where(film.blocked_radius < film.flux_radius, -1.0, 1.0)
    curvature = np.where(np.isinf(film.flux_radius), 0.0, inwards / film.flux_radius)
    link = np.zeros_like(width)
    apart = np.diff(centre, axis=0) - (width[1:] ** 2 - width[:-1] ** 2) / (6.0 * (film.thickness - face[:-1]))
    link[:-1] = (1.0 + curvature * face[:-1]) / apart
    flux = sign * current / (film.face_area * FARADAY * film.concentration_max * film.diffusivity)
    return Grid(width * (1.0 + curvature * centre), link, centre[0], film.diffusivity_slope * np.log(10.0), flux)


def _surfaces(film: Film, current: Array, sign: float, times_end: Array, compiled: bool, ends: Index) -> Array:
    """Surface stoichiometry at the grid times [n, steps + 1]; metal stays where it is.

    Parameters
    ----------
    times_end : end of the grid [s] [n]
    ends : last step that counts [n]; becomes the one at which the surface has left (0, 1), if earlier
    """
    table = np.repeat(film.sto_full[:, None], _STEPS + 1, axis=1)
    rows = np.flatnonzero(~film.metal)
    if not len(rows):
        return table
    parts = {name: getattr(film, name)[rows] for name in Film.__dataclass_fields__}
    grid = _grid(Film(**parts), current[rows], sign)
    times = np.linspace(0.0, 1.0, _STEPS + 1)[:, None] ** 2 * (times_end * film.diffusivity)[rows]  # t D_s [m2]
    if compiled:
        own = ends[rows]
        table[rows] = _looped(grid, film.sto_full[rows], times, own)
        ends[rows] = own
        return table
    now = before = np.repeat(film.sto_full[None, rows], _CELLS, axis=0)
    for step in range(_STEPS):
        length = times[step + 1] - times[step]
        ratio = float((2 * step + 1) / (2 * step - 1)) if step else 0.0
        now, before = _stepped(grid, now, before, length, ratio), now
        table[rows, step + 1] = _at_face(grid, now, sign)
    _held(table, table >= 1.0 if sign > 0.0 else table <= 0.0, ends)
    return table


def _looped(grid: Grid, start: Array, times: Array, ends: Index) -> Array:
    """Surface stoichiometries by the compiled march [n, steps + 1]."""
    from fabplan.estimate import film_kernel  # numba costs half a second: only when a point needs this tier

    table = np.empty(times.T.shape)
    numbers = np.stack([grid.half, grid.slope, grid.flux, start], axis=1)
    scheme = (REFERENCE_STOICHIOMETRY, _LEAST_SLOPE, _BEYOND, _ITERATIONS)
    volume, link, times = (np.ascontiguousarray(part.T) for part in (grid.volume, grid.link, times))
    film_kernel.surfaces(volume, link, numbers, scheme, times, table, ends)
    return table


def _stepped(grid: Grid, now: Array, before: Array, length: Array, ratio: float) -> Array:
    """One BDF2 step of all films by Newton."""
    rate = (1.0 + 2.0 * ratio) / (1.0 + ratio) / length
    past = ((1.0 + ratio) * now - ratio**2 / (1.0 + ratio) * before) / length
    x = now + ratio * (now - before)
    for _ in range(_ITERATIONS):
        diffusivity = diffusivity_factor(grid.slope / np.log(10.0), x)
        flow = np.zeros_like(x)
        flow[:-1] = grid.link[:-1] * _mean_diffusivity(grid.slope, x) * np.diff(x, axis=0)
        inflow = flow.copy()
        inflow[0] += grid.flux
        inflow[1:] -= flow[:-1]
        system = np.zeros((1, 4, *x.shape))
        system[0, 0, 1:] = -grid.link[:-1] * diffusivity[:-1]
        system[0, 2, :-1] = -grid.link[:-1] * diffusivity[1:]
        system[0, 1] = grid.volume * rate + grid.link * diffusivity
        system[0, 1, 1:] += grid.link[:-1] * diffusivity[1:]
        system[0, 3] = grid.volume * (past - rate * x) + inflow
        x = np.clip(x + solve(system)[0], 1.0 - _BEYOND, _BEYOND)
    return x


def _mean_diffusivity(slope: Array, x: Array) -> Array:
    """Mean of D/D_s between neighbours, D(middle) sinh(z)/z with z half the change of ln D."""
    inside = np.clip(x, 0.0, 1.0)
    half = 0.5 * slope * np.diff(inside, axis=0)
    small = np.abs(half) < _LEAST_SLOPE
    bend = np.where(small, 1.0, np.sinh(half) / np.where(small, 1.0, half))
    return diffusivity_factor(slope / np.log(10.0), 0.5 * (inside[1:] + inside[:-1])) * bend


def _at_face(grid: Grid, x: Array, sign: float) -> Array:
    """Surface stoichiometry: integral of D/D_s from the mean of the first cell, the flux falling linearly through it.

    x_face - x_mean = (w/2) (2 J + J_1)/(3 D), J the flux at the face, J_1 that to the second cell.
    """
    onward = grid.link[0] * _mean_diffusivity(grid.slope, x[:2])[0] * (x[0] - x[1])
    rise = grid.half * (2.0 * grid.flux + onward) / 3.0
    first = diffusivity_factor(grid.slope / np.log(10.0), x[0])
    share = grid.slope * rise / first
    plain = np.abs(grid.slope) < _LEAST_SLOPE
    bent = -np.log1p(-np.minimum(share, 1.0 - 1e-12)) / np.where(plain, 1.0, grid.slope)
    face = x[0] + np.where(plain, rise, bent)
    return np.where(share < 1.0, face, np.where(sign > 0.0, _BEYOND, 1.0 - _BEYOND))
