"""How far the prediction of a published cell may lie off because its inputs are not known better.

Every value that went in is drawn about what the catalog says, by its stated range or by the rule for its confidence
(``ranges``); a few hundred draws with a fixed seed, because only the 5 and 95 % points are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabplan.errors import BadInput
from fabplan.estimate import ranges, uncertainty
from fabplan.estimate.cells import Cells, first
from fabplan.estimate.constants import Array
from fabplan.estimate.published_cell import PublishedCell
from fabplan.estimate.ranges import NINE_IN_TEN, Range
from fabplan.estimate.run import Result, estimate
from fabplan.estimate.variants import Base
from fabplan.records import Quantity

DRAWS = 300
ACCURATE_DRAWS = 40  # of a rate that needs the slower tier
CHARGES = 15  # charges at constant voltage, one after the other
_SEED = 0
_PARTS = (0.05, 0.95)
_AS = "L_m"  # the rule for what stands beside the document: lengths


@dataclass(frozen=True)
class Drawn:
    """A published cell many times.

    Parameters
    ----------
    cells : one row a draw; a rate stands for the current that it means for the cell as given
    factors : ``per_footprint``, ``active_mass`` and ``cathode_thickness`` of every draw over those as given [draws].
        The mass goes with the lithium sites: how many a gram holds is a matter of the formula.
    """

    cells: Cells
    factors: Mapping[str, Array]


def wanted(cell: PublishedCell) -> tuple[Range, ...]:
    """Ranges of everything that the cell's document holds and the catalog has a quantity for."""
    base = Base.of(cell.document)
    values = base.values()
    asked: list[Range | tuple[str, str]] = []
    for path, known in cell.known.items():
        if path not in values or known.value is None:
            continue
        if known.low is None or known.high is None:
            asked.append((path, known.confidence))
        else:
            scale = 1.0 / known.value if path in ("electrolyte.kappa_S_m", "electrolyte.D_e_m2_s") else 1.0
            low, high = min(known.low, known.value), max(known.high, known.value)
            asked.append(Range(path, low * scale, high * scale, NINE_IN_TEN))
    return ranges.resolved(asked, values, None, base.table_ends)


def drawn(cell: PublishedCell) -> Drawn:
    """The draws of a published cell; the same on every run."""
    some = [one for one in wanted(cell) if _fits(cell, one)]
    cells, columns = uncertainty.drawn(cell.document, some, DRAWS, _SEED)
    one = np.ones(DRAWS)
    generator = np.random.default_rng(_SEED + 1)
    beside = {name: _factor(name, known, generator) for name, known in cell.beside.items()}

    def moved(*paths: str) -> Array:
        base, total = Base.of(cell.document), one
        for path in paths:
            if path in columns:
                total = total * columns[path] / (base.value(path) or 1.0)
        return total

    thick = moved("pos.L_m", "w2_m")
    solids = moved("pos.eps_am", "pos.dense_fraction", "cathode.eps_am")
    return Drawn(
        cells,
        {
            "per_footprint": beside.get("extent", one) / beside.get("footprint", one),
            "active_mass": moved("pos.c_max", "cathode.c_max") * solids * thick * moved("h_m"),
            "cathode_thickness": thick,
        },
    )


def _fits(cell: PublishedCell, one: Range) -> bool:
    """Whether both ends of a range are cells that can be; what cannot is held."""
    try:
        uncertainty.check(cell.document, Base.of(cell.document), [one])
    except BadInput:
        return False
    return True


def _factor(name: str, known: Quantity, generator: np.random.Generator) -> Array:
    """Draws of a quantity beside the document over its value [draws]."""
    value = known.value or 1.0
    entry: Range | None
    if known.low is not None and known.high is not None:
        entry = Range(name, min(known.low, value), max(known.high, value), NINE_IN_TEN)
    else:
        entry = ranges.of_confidence(_AS, value, known.confidence)
    assert entry is not None
    return ranges.sample(entry, value, generator, DRAWS) / value


def discharged(some: Drawn, rate: float, accurate: bool) -> Result:
    """All draws (``ACCURATE_DRAWS`` of them by the slower tier) at the current of one rate.

    Parameters
    ----------
    rate : of the cell as given [1/h]
    """
    cells = first(some.cells, ACCURATE_DRAWS) if accurate else some.cells
    return estimate(cells, "accurate" if accurate else "fast", [rate])


def interval(values: Array) -> tuple[float, float]:
    """5 and 95 % points, to the digits that every machine agrees on.

    Parameters
    ----------
    values : of the draws, any unit [draws]
    """
    low, high = (uncertainty.tidy(float(end)) for end in np.quantile(values, _PARTS))
    return low, high
