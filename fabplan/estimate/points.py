"""Answers for points (one design, one rate each): the closed form, and where it is not trusted the accurate tier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabplan.estimate import dfn, film, film_march, spme
from fabplan.estimate.constants import Array, Index, Mask
from fabplan.estimate.cutoff import Model, delivered, grid, voltage
from fabplan.estimate.designs import Films, Fingers, Materials, Stacks, take
from fabplan.estimate.electrolyte import salt
from fabplan.estimate.trust import doubtful, doubtful_films, doubts, film_doubts, planar_holds

BLOCK = 2048  # points at once: their arrays stay in the processor's cache
ACCURATE_BLOCK = 128
COMPILED_BLOCK = 512
WORTH_COMPILING = 500  # accurate points: for fewer, arrays are done in a second; compiling takes a quarter minute, once


@dataclass(frozen=True)
class Answer:
    """Estimates of n points, per m2 or per metre as the cells are.

    Parameters
    ----------
    current : [A]
    capacity : [C]
    energy : [J]
    salt_depletion : depletion number
    accurate : answered by the accurate tier
    doubt : ``trust.Doubt``
    charges, voltages : samples of the discharge curves [C], [V], shape [n, samples]
    """

    current: Array
    capacity: Array
    energy: Array
    salt_depletion: Array
    accurate: Mask
    doubt: Index
    charges: Array
    voltages: Array


def blank(current: Array, samples: int) -> Answer:
    """Room for the answers of n points.

    Parameters
    ----------
    current : [A/m2 or A/m] [n]
    samples : points of each discharge curve
    """
    count = len(current)
    none, many = np.zeros(count), np.zeros((count, samples))
    untold = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.intp)
    return Answer(current, none, none.copy(), none.copy(), *untold, many, many.copy())


def answer_stacks(
    stacks: Stacks, materials: Materials, rates: Array, tier: str, samples: int = 0, fingers: Fingers | None = None
) -> Answer:
    """Porous and interdigital cells; capacities per m2 times ``scale``.

    Parameters
    ----------
    rates : C-rates [1/h] [n]
    tier : as in ``run.estimate``
    samples : points of each discharge curve, 0 for none
    fingers : geometry of interdigital cells, one row per point
    """
    answer = blank(stacks.one_c_current * rates, samples)
    slow, doubted = np.full(len(rates), tier == "accurate"), np.zeros(len(rates), dtype=np.bool_)
    planar = np.ones(len(rates), dtype=np.bool_)
    for rows in _parts(np.arange(len(rates)), BLOCK):
        some, current = take(stacks, rows), answer.current[rows]
        found = salt(some, materials, current)
        answer.salt_depletion[rows] = found.depletion
        if stacks.foot is not None:
            planar[rows] = planar_holds(some, materials, current, found)
        doubted[rows] = doubtful(some, materials, current, found)
    if tier == "auto":
        slow |= doubted
    deep = ~slow & (answer.salt_depletion > 1.0)  # the depletion front costs time: only where it is
    for chosen in (deep, ~slow & ~deep):
        for rows in _parts(np.flatnonzero(chosen), BLOCK):
            _closed(take(stacks, rows), materials, answer, rows)
    compiled = None if np.count_nonzero(slow) >= WORTH_COMPILING else False
    for rows in _parts(np.flatnonzero(slow), ACCURATE_BLOCK if compiled is False else COMPILED_BLOCK):
        _marched(take(stacks, rows), materials, answer, rows, compiled)
    answer.doubt[:] = doubts(doubted, answer.accurate, slow, fingers, planar)
    scale = stacks.scale
    return Answer(
        answer.current * scale,
        answer.capacity * scale,
        answer.energy * scale,
        answer.salt_depletion,
        answer.accurate,
        answer.doubt,
        answer.charges * scale[:, None],
        answer.voltages,
    )


def _closed(stacks: Stacks, materials: Materials, answer: Answer, rows: Index) -> None:
    model = spme.discharge(stacks, materials, answer.current[rows])
    _record(model, materials, stacks.cutoff, spme.longest_charge(stacks), answer, rows)


def _record(model: Model, materials: Materials, cutoff: Array, limit: Array, answer: Answer, rows: Index) -> None:
    result = delivered(model, materials.ocp, cutoff, limit)
    answer.capacity[rows], answer.energy[rows] = np.nan_to_num(result.charge), np.nan_to_num(result.energy)
    if answer.charges.shape[1]:
        charges = np.multiply.outer(grid(answer.charges.shape[1]), result.charge)
        answer.charges[rows], answer.voltages[rows] = charges.T, voltage(model, materials.ocp, charges).T


def _marched(stacks: Stacks, materials: Materials, answer: Answer, rows: Index, compiled: bool | None) -> None:
    """Accurate answers; the closed form where the march got stuck."""
    with_samples = answer.charges.shape[1] > 0
    traces = dfn.discharge(stacks, materials, answer.current[rows], compiled=compiled, with_samples=with_samples)
    stuck = np.flatnonzero(~traces.finished)
    if len(stuck):
        _closed(take(stacks, stuck), materials, answer, rows[stuck])
    done = np.flatnonzero(traces.finished)
    answer.capacity[rows[done]], answer.energy[rows[done]] = traces.charge[done], traces.energy[done]
    answer.accurate[rows[done]] = True
    for row in done[: len(done) if with_samples else 0]:
        place = rows[row]
        if len(traces.times[row]):
            charges = traces.charge[row] * grid(answer.charges.shape[1])
            answer.charges[place] = charges
            answer.voltages[place] = np.interp(charges, traces.times[row] * answer.current[place], traces.voltages[row])


def answer_films(films: Films, materials: Materials, rates: Array, tier: str, samples: int = 0) -> Answer:
    """Thin-film cells: the closed form, marched where it is not trusted.

    Parameters
    ----------
    rates : C-rates [1/h] [n]
    tier : as in ``run.estimate``
    samples : points of each discharge curve, 0 for none
    """
    answer = blank(films.one_c_current * rates, samples)
    slow = np.full(len(rates), tier == "accurate")
    doubted = doubtful_films(films, answer.current)
    if tier == "auto":
        slow = doubted
    compiled = None if np.count_nonzero(slow) >= WORTH_COMPILING else False
    for rows in _parts(np.flatnonzero(slow), COMPILED_BLOCK):
        some = take(films, rows)
        marched = film_march.march(some, answer.current[rows], compiled)
        answer.accurate[rows] = marched.sound
        _record(marched, materials, some.cutoff, film.longest_charge(some), answer, rows)
    for rows in _parts(np.flatnonzero(~answer.accurate), BLOCK):
        some = take(films, rows)
        closed = film.film_discharge(some, answer.current[rows])
        _record(closed, materials, some.cutoff, film.longest_charge(some), answer, rows)
    answer.doubt[:] = film_doubts(films, doubted, answer.accurate, slow)
    return answer


def _parts(rows: Index, size: int) -> list[Index]:
    return [rows[begin : begin + size] for begin in range(0, len(rows), size)]
