"""Very many designs at several rates, in blocks of bounded memory.

10^6 designs at 8 rates keep 4 numbers a point, 260 MB, beside some 100 MB of work space; ``blocks`` keeps nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.estimate.cells import Cells
from fabplan.estimate.constants import Array, Mask
from fabplan.estimate.search import SearchAnswer, film_arrays, interdigital_arrays, stack_arrays
from fabplan.estimate.search_geometry import FilmGeometry, InterdigitalGeometry, StackGeometry

Geometry = InterdigitalGeometry | StackGeometry | FilmGeometry
BLOCK_POINTS = 1 << 16


@dataclass(frozen=True)
class Scan:
    """Answers of n designs at r rates, as in ``search.SearchAnswer`` [n, r]."""

    capacity: Array
    mean_voltage: Array
    salt_depletion: Array
    trusted: Mask


def blocks(template: Cells, geometry: Geometry, c_rates: Sequence[float]) -> Iterator[tuple[slice, SearchAnswer]]:
    """Designs in runs of about 65 000 points, and their answers [designs, rates] raveled.

    Parameters
    ----------
    template : one cell, as for ``search``
    geometry : arrays of n designs, numbers for all
    c_rates : [r]
    """
    rates = np.asarray(c_rates, dtype=np.float64)
    if rates.ndim != 1 or not len(rates) or not np.all(np.isfinite(rates) & (rates > 0.0)):
        raise BadInput(Problem("not a list of C-rates", "c_rates", str(c_rates)[:60], "finite numbers above 0"))
    given = {field.name: np.atleast_1d(getattr(geometry, field.name)) for field in fields(geometry)}
    count = max(len(values) for values in given.values())
    step = max(BLOCK_POINTS // len(rates), 1)
    for begin in range(0, count, step):
        rows = slice(begin, min(begin + step, count))
        some = {
            name: np.repeat(values[rows], len(rates)) if len(values) > 1 else values[0]
            for name, values in given.items()
        }
        answer = _answer(template, type(geometry)(**some), np.tile(rates, rows.stop - begin))
        yield rows, answer


def scan(
    template: Cells, geometry: Geometry, c_rates: Sequence[float], progress: Callable[[int, int], None] | None = None
) -> Scan:
    """All answers of ``blocks``.

    Parameters
    ----------
    template : one cell, as in ``blocks``
    geometry : lengths of n designs [m] [n]
    c_rates : [1/h] [r]
    progress : is told the designs done and the designs in all, after every block
    """
    count = max(np.size(getattr(geometry, field.name)) for field in fields(geometry))
    shape = (count, len(c_rates))
    made = Scan(np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape, dtype=np.bool_))
    for rows, answer in blocks(template, geometry, c_rates):
        for field in fields(Scan):
            getattr(made, field.name)[rows] = getattr(answer, field.name).reshape(-1, len(c_rates))
        if progress is not None:
            progress(rows.stop, count)
    return made


def _answer(template: Cells, geometry: Geometry, rates: Array) -> SearchAnswer:
    if isinstance(geometry, InterdigitalGeometry):
        return interdigital_arrays(template, geometry, rates)
    if isinstance(geometry, StackGeometry):
        return stack_arrays(template, geometry, rates)
    return film_arrays(template, geometry, rates)
