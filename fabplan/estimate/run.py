"""The estimate of a cells file: delivered capacity, mean voltage, energy and salt depletion of every cell and rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.estimate.cells import Cells, Group
from fabplan.estimate.constants import SECONDS_PER_HOUR, Array, Index, Mask
from fabplan.estimate.designs import Films, Materials, Stacks, take
from fabplan.estimate.points import Answer, answer_films, answer_stacks
from fabplan.estimate.trust import REASONS, Doubt, uncertainty

SCHEMA = "fabplan/estimates/1"
TIERS = ("auto", "fast", "accurate")
BLOCK_POINTS = 1 << 16  # cells of one kind are taken in blocks: about 60 MB of work space each
TOLD_POINTS = 1 << 13  # likewise where somebody watches the accurate tier: a few seconds each
Progress = Callable[[int, int], None]
PER_LENGTH = ("film-coaxial", "interdigital", "pillars")


@dataclass(frozen=True)
class Result:
    """Estimates per point (cell and rate), in the order of the input.

    Parameters
    ----------
    ids, kinds : per point
    c_rate : [n]
    current : per m2 [A/m2] or per metre [A/m]
    capacity : per m2 [C/m2] or per metre [C/m]
    energy : per m2 [J/m2] or per metre [J/m]
    salt_depletion : depletion number
    accurate : answered by the accurate tier
    doubt : ``trust.Doubt``, 0 where the answer is trusted
    seconds : time that the estimator took
    """

    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    c_rate: Array
    current: Array
    capacity: Array
    energy: Array
    salt_depletion: Array
    accurate: Mask
    doubt: Index
    seconds: float

    @property
    def mean_voltage(self) -> Array:
        """Energy over capacity [V], 0 where nothing is delivered."""
        some = self.capacity > 0.0
        return np.where(some, self.energy / np.where(some, self.capacity, 1.0), 0.0)

    def document(self) -> dict[str, Any]:
        """The ``fabplan/estimates/1`` document.

        ``uncertainty`` is the error of the capacity over the 1C charge that reference discharges showed; ``doubt``
        the reason where a point is not ``trusted``.
        """
        hours = 1.0 / SECONDS_PER_HOUR
        columns = (
            self.c_rate,
            self.capacity * hours,
            self.mean_voltage,
            self.energy * hours,
            self.salt_depletion,
            self.accurate,
            self.doubt,
            uncertainty(self.doubt, self.salt_depletion),
        )
        rows = zip(self.ids, self.kinds, *(column.tolist() for column in columns), strict=True)
        results = []
        for name, kind, rate, capacity, volts, energy, depletion, accurate, doubt, error in rows:
            per = "m" if kind in PER_LENGTH else "m2"
            results.append(
                {
                    "id": name,
                    "c_rate": rate,
                    f"capacity_Ah_{per}": capacity,
                    "mean_voltage_V": volts,
                    f"energy_Wh_{per}": energy,
                    "salt_depletion": depletion,
                    "tier": tier_name(accurate),
                    "trusted": not doubt,
                    "uncertainty": error,
                    "doubt": REASONS[Doubt(doubt)] if doubt else None,
                }
            )
        return {"schema": SCHEMA, "evaluations_per_s": len(results) / max(self.seconds, 1e-9), "results": results}


def tier_name(accurate: bool) -> str:
    """Name of the tier that answered a point."""
    return "accurate" if accurate else "fast"


def estimate(
    cells: Cells, tier: str = "auto", c_rates: Sequence[float] | None = None, progress: Progress | None = None
) -> Result:
    """Discharge every cell at every rate, in blocks of bounded memory.

    Parameters
    ----------
    cells : from ``read_cells``
    tier : ``fast`` (closed forms), ``accurate`` (slower schemes where there are any), ``auto`` (accurate where
        the closed form is known not to hold)
    c_rates : rates for all cells instead of their own [1/h]
    progress : is told the points done and the points in all, after every block
    """
    begin = time.perf_counter()
    owner, rates, answer = answers(cells, tier, c_rates, samples=0, progress=progress)
    seconds = time.perf_counter() - begin
    return Result(
        ids=tuple(cells.ids[cell] for cell in owner),
        kinds=tuple(cells.kinds[cell] for cell in owner),
        c_rate=rates,
        current=answer.current,
        capacity=answer.capacity,
        energy=answer.energy,
        salt_depletion=answer.salt_depletion,
        accurate=answer.accurate,
        doubt=answer.doubt,
        seconds=seconds,
    )


def answers(
    cells: Cells, tier: str, c_rates: Sequence[float] | None, samples: int, progress: Progress | None = None
) -> tuple[list[int], Array, Answer]:
    """Cell number, C-rate and answer of every point, in the order of the input.

    Parameters
    ----------
    cells, tier, c_rates, progress : as in ``estimate``
    samples : points of each discharge curve, 0 for none

    Returns
    -------
    C-rates [1/h] and answers of n points [n].
    """
    if tier not in TIERS:
        raise BadInput(Problem("unknown tier", "tier", str(tier), listed(TIERS), nearest(str(tier), TIERS)))
    own = _rates(cells, c_rates)
    rates = np.array([rate for some in own for rate in some], dtype=np.float64)
    offsets = np.concatenate([[0], np.cumsum([len(some) for some in own])]).astype(np.intp)
    parts, done = [], 0
    for group in cells.groups:
        watched = progress is not None and tier != "fast"
        for block in _blocks(group, offsets, min(TOLD_POINTS, BLOCK_POINTS) if watched else BLOCK_POINTS):
            parts.append(_group(block, cells.materials, rates, offsets, tier, samples))
            done += len(parts[-1][0])
            if progress is not None:
                progress(done, len(rates))
    order = np.argsort(np.concatenate([positions for positions, _ in parts]), kind="stable")
    columns = {
        field.name: np.concatenate([getattr(part, field.name) for _, part in parts])[order] for field in fields(Answer)
    }
    return np.repeat(np.arange(len(own)), np.diff(offsets)).tolist(), rates, Answer(**columns)


def _rates(cells: Cells, c_rates: Sequence[float] | None) -> tuple[tuple[float, ...], ...]:
    """C-rates of each cell: its own, or the ones asked for."""
    if c_rates is None:
        return cells.c_rates
    asked = tuple(float(rate) for rate in c_rates)
    if not asked or not all(np.isfinite(rate) and rate > 0.0 for rate in asked):
        raise BadInput(Problem("not a list of C-rates", "c_rates", str(asked), "finite numbers above 0"))
    return (asked,) * len(cells.ids)


def _blocks(group: Group, offsets: Index, most: int) -> Iterator[Group]:
    """The cells of one kind in runs of about so many points; at least one cell each."""
    points = np.cumsum(offsets[group.places + 1] - offsets[group.places])
    begin = 0
    while begin < len(points):
        before = points[begin - 1] if begin else 0
        end = max(int(np.searchsorted(points, before + most, side="right")), begin + 1)
        rows = np.arange(begin, end)
        fingers = None if group.fingers is None else take(group.fingers, rows)
        yield replace(group, places=group.places[rows], designs=_taken(group.designs, rows), fingers=fingers)
        begin = end


def _taken(designs: Stacks | Films, rows: Index) -> Stacks | Films:
    if isinstance(designs, Films):
        return take(designs, rows)
    return take(designs, rows)


def _group(
    group: Group, materials: Materials, rates: Array, offsets: Index, tier: str, samples: int
) -> tuple[Index, Answer]:
    """Positions in the result and answers of the cells of one kind."""
    counts = offsets[group.places + 1] - offsets[group.places]
    rows = np.repeat(np.arange(len(counts), dtype=np.intp), counts)
    within = np.arange(len(rows), dtype=np.intp) - np.repeat(np.cumsum(counts) - counts, counts)
    positions = offsets[group.places][rows] + within
    designs = group.designs
    with np.errstate(all="ignore"):  # ended discharges run into bounds that are handled, not avoided
        if isinstance(designs, Films):
            return positions, answer_films(take(designs, rows), materials, rates[positions], tier, samples)
        fingers = None if group.fingers is None else take(group.fingers, rows)
        return positions, answer_stacks(take(designs, rows), materials, rates[positions], tier, samples, fingers)
