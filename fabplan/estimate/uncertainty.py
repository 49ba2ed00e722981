"""How sure: inputs with a range, drawn many times, to intervals of the answers; which input moves them most.

All draws are rows of one block of the fast tier (10^4 draws take about a second with the building of the rows). Where
the cell as given needs the accurate tier, that tier answers a few hundred draws. The current stays that of the cell
as given: what varies is what the cell gives at it. Both electrodes begin at the lithium fractions given, however much
of each was drawn; a plan balances them anew in each of its own draws.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.estimate.cells import Cells, first, read_cells
from fabplan.estimate.constants import SECONDS_PER_HOUR, Array
from fabplan.estimate.ranges import DISTRIBUTIONS, RULE, Range, sample
from fabplan.estimate.resistance import Pulse, dc_resistance
from fabplan.estimate.run import PER_LENGTH, estimate, tier_name
from fabplan.estimate.variants import Base, varied

ANSWERS = ("capacity", "energy", "resistance")
ACCURATE_DRAWS = 500
_PARTS = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Interval:
    """Quantiles of an answer (5, 50, 95 %), its mean, and its value with the inputs as given."""

    low: float
    middle: float
    high: float
    mean: float
    nominal: float


@dataclass(frozen=True)
class Effect:
    """What one input does to one answer.

    Parameters
    ----------
    path : of the input
    at_low, at_high : the answer with this input at its ends and all others as given
    share : squared rank correlation over the draws: its part of the spread, as far as it is monotone
    """

    path: str
    at_low: float
    at_high: float
    share: float


@dataclass(frozen=True)
class Spread:
    """Intervals and ranked effects by answer (``ANSWERS``).

    Parameters
    ----------
    intervals, effects : capacity [C], energy [J] and resistance [ohm] per m2 or per metre as the cells are
    draws : that were taken
    trusted : share of the draws for which the closed form is known to hold
    samples : the draws themselves [draws] by answer
    """

    intervals: Mapping[str, Interval]
    effects: Mapping[str, tuple[Effect, ...]]
    draws: int
    trusted: float
    samples: Mapping[str, Array]


def propagate(
    document: Mapping[str, Any],
    ranges: Sequence[Range | tuple[str, float, float, str]],
    c_rate: float = 1.0,
    draws: int = 10_000,
    seed: int = 0,
    pulse: Pulse | None = None,
) -> Spread:
    """Draw the inputs, answer all draws by the fast tier.

    Parameters
    ----------
    document : ``fabplan/cells/1`` of one cell
    ranges : uncertain inputs, independent of each other
    c_rate : of the discharge, in terms of the cell as given
    draws, seed : of the sampling; the same seed gives the same answer
    pulse : of the resistance; 1 s at half charge where left out

    Returns
    -------
    per m2 or per metre: capacity [C], energy [J], resistance [ohm].

    Raises
    ------
    BadInput : unknown paths or distributions, ends the wrong way round or outside what the cell allows
    """
    wanted = [entry if isinstance(entry, Range) else Range(*entry) for entry in ranges]
    cells, own = _cells(document, wanted, draws, seed)
    result = estimate(cells, "fast", [c_rate])
    resistance = dc_resistance(cells, pulse or Pulse(0.5, 1.0, c_rate), similar=True)
    answers = {"capacity": result.capacity, "energy": result.energy, "resistance": resistance}
    ends = 1 + 2 * len(wanted)
    intervals = {name: _interval(found, ends) for name, found in answers.items()}
    effects = {name: _effects(found, wanted, own) for name, found in answers.items()}
    samples = {name: found[ends:] for name, found in answers.items()}
    trusted = np.asarray(result.doubt == 0, dtype=np.float64)
    return Spread(intervals, effects, draws, float(trusted[ends:].mean()), samples)


def intervals(
    document: Mapping[str, Any],
    wanted: Sequence[Range],
    c_rates: Sequence[float],
    tier: str = "auto",
    draws: int = 10_000,
    seed: int = 0,
) -> dict[str, Any]:
    """Intervals of one cell at several rates and what moves them, as one JSON object; amounts per m2 or per metre.

    Parameters
    ----------
    document, wanted, draws, seed : as in ``propagate``
    tier : of the cell as given; a rate that it answers by the accurate tier gets ``ACCURATE_DRAWS`` of that tier

    Returns
    -------
    capacity [Ah], energy [Wh], resistance [ohm], per m2 or per metre.
    """
    cells, own = _cells(document, wanted, draws, seed)
    nominal = read_cells(document, "cells")
    exact = estimate(nominal, tier, c_rates).accurate.tolist()
    ends, rates = 1 + 2 * len(wanted), np.asarray(c_rates, dtype=np.float64)
    most = min(ends + ACCURATE_DRAWS, ends + draws)
    unit = "m" if nominal.kinds[0] in PER_LENGTH else "m2"
    entries, answers, at = [], {}, int(np.argmin(np.abs(np.log(rates))))
    for place, rate in enumerate(rates.tolist()):
        some = first(cells, most) if exact[place] else cells
        found = estimate(some, "accurate" if exact[place] else "fast", [rate])
        amounts = {f"capacity_{{}}_Ah_{unit}": found.capacity, f"energy_{{}}_Wh_{unit}": found.energy}
        entry: dict[str, Any] = {"c_rate": rate, "draws": len(found.capacity) - ends, "tier": tier_name(exact[place])}
        for key, values in amounts.items():
            for end, value in _ends(values[ends:] / SECONDS_PER_HOUR).items():
                entry[key.format(end)] = value
        entries.append(entry)
        if place == at:
            answers = {"capacity": found.capacity / SECONDS_PER_HOUR, "energy": found.energy / SECONDS_PER_HOUR}
    with np.errstate(all="ignore"):
        answers["resistance"] = np.nan_to_num(dc_resistance(cells, Pulse(), similar=True))
    return {
        "id": nominal.ids[0],
        "draws": draws,
        "c_rate": float(rates[at]),
        "rule": f"{RULE}; both electrodes begin at the lithium fractions given",
        "units": {"capacity": f"Ah/{unit}", "energy": f"Wh/{unit}", "resistance": "ohm m" if unit == "m" else "ohm m2"},
        "nominal": {name: tidy(float(found[0])) for name, found in answers.items()},
        "rates": entries,
        "resistance": _ends(answers["resistance"][ends:]),
        "inputs": _ranked(answers, wanted, own),
        "held": _held(document, wanted),
    }


def drawn(
    document: Mapping[str, Any], wanted: Sequence[Range], draws: int, seed: int
) -> tuple[Cells, dict[str, Array]]:
    """One cell as rows of draws, and the drawn values by path [draws].

    Parameters
    ----------
    document, wanted, draws, seed : as in ``propagate``
    """
    nominal, base, ahead = read_cells(document, "cells"), Base.of(document), 1 + 2 * len(wanted)
    check(document, base, wanted)
    columns = _together(base, wanted, _drawn(base, wanted, draws, seed))
    some = {path: column[ahead:] for path, column in columns.items()}
    return varied(base, nominal, some, 0), some


def _cells(
    document: Mapping[str, Any], wanted: Sequence[Range], draws: int, seed: int
) -> tuple[Cells, list[Array]]:
    """One cell a row: as given, every range at both its ends, then the draws; and the values of every range."""
    nominal = read_cells(document, "cells")
    if len(nominal.ids) != 1:
        raise BadInput(Problem("not one cell", "cells", str(len(nominal.ids)), "1"))
    if draws < 1 or draws > 1_000_000:
        raise BadInput(Problem("not a number of draws", "draws", str(draws), "1 to 1000000"))
    base = Base.of(document)
    check(document, base, wanted)
    own = _drawn(base, wanted, draws, seed)
    return varied(base, nominal, _together(base, wanted, own), 1 + 2 * len(wanted)), own


def _drawn(base: Base, wanted: Sequence[Range], draws: int, seed: int) -> list[Array]:
    """Values of every range: as given, all others at their ends one by one, then the draws."""
    generator = np.random.default_rng(seed)
    made = []
    for place, entry in enumerate(wanted):
        nominal = base.value(entry.path) or 0.0
        column = np.full(1 + 2 * len(wanted) + draws, nominal, dtype=np.float64)
        column[1 + 2 * place], column[2 + 2 * place] = entry.low, entry.high
        column[1 + 2 * len(wanted) :] = sample(entry, nominal, generator, draws)
        made.append(column)
    return made


def _together(base: Base, wanted: Sequence[Range], own: Sequence[Array]) -> dict[str, Array]:
    """Values of every path; ranges of one path multiply, stoichiometries stay inside their table."""
    made: dict[str, Array] = {}
    for entry, column in zip(wanted, own, strict=True):
        nominal = base.value(entry.path) or 0.0
        if entry.path in made and nominal:
            with np.errstate(all="ignore"):  # absurd values overflow: those draws take the value as given
                column = made[entry.path] * (column / nominal)
        made[entry.path] = np.where(np.isfinite(column), column, nominal)
    for path in made:
        if path.endswith((".sto0", ".sto100")):
            made[path] = np.clip(made[path], *base.table_ends(path))
    return made


def _interval(found: Array, ends: int) -> Interval:
    some = found[ends:]
    low, middle, high = (float(part) for part in np.quantile(some, _PARTS))
    return Interval(low, middle, high, float(some.mean()), float(found[0]))


def _ends(values: Array) -> dict[str, float]:
    found = np.quantile(values, _PARTS).tolist()
    return {name: tidy(value) for name, value in zip(("low", "middle", "high"), found, strict=True)}


def tidy(value: float) -> float:
    """Six digits: what is left of sums that another number of threads orders differently.

    Returns
    -------
    the same amount, in its own unit [scalar].
    """
    return float(f"{value:.6g}")


def _effects(found: Array, wanted: Sequence[Range], own: Sequence[Array]) -> tuple[Effect, ...]:
    """What every range does to an answer, the one with the widest swing first."""
    ends = 1 + 2 * len(wanted)
    order = _ranks(found[ends:])
    made = [
        Effect(
            entry.path,
            float(found[1 + 2 * k]),
            float(found[2 + 2 * k]),
            _correlation(_ranks(own[k][ends : len(found)]), order),
        )
        for k, entry in enumerate(wanted)
    ]
    return tuple(sorted(made, key=lambda effect: (-abs(effect.at_high - effect.at_low), effect.path)))


def _ranked(answers: Mapping[str, Array], wanted: Sequence[Range], own: Sequence[Array]) -> list[dict[str, Any]]:
    """The same for JSON: one object a range, the one that moves the capacity most first."""
    ends = 1 + 2 * len(wanted)
    made = []
    for k, entry in enumerate(wanted):
        mine: dict[str, Any] = {"input": entry.label, "path": entry.path, "low": entry.low, "high": entry.high}
        for name, found in answers.items():
            share = _correlation(_ranks(own[k][ends : len(found)]), _ranks(found[ends:]))
            low, high = tidy(float(found[1 + 2 * k])), tidy(float(found[2 + 2 * k]))
            mine[name] = {"at_low": low, "at_high": high, "share": tidy(share)}
        made.append(mine)
    return sorted(made, key=lambda one: (-one["capacity"]["share"], one["input"]))


def _held(document: Mapping[str, Any], wanted: Sequence[Range]) -> list[str]:
    """Inputs that were not drawn."""
    drawn = {entry.path for entry in wanted}
    return ["open-circuit curves", *(path for path in Base.of(document).paths() if path not in drawn)]


def check(document: Mapping[str, Any], base: Base, wanted: Sequence[Range]) -> None:
    """Every range by itself, and both of its ends through the reader of cells."""
    problems, valid = [], base.paths()
    for entry in wanted:
        where = f"uncertain.{entry.path[:60]}"
        if entry.path not in valid:
            problems.append(Problem("unknown input", where, entry.path[:60], listed(valid), nearest(entry.path, valid)))
        elif entry.distribution not in DISTRIBUTIONS:
            near = nearest(entry.distribution, DISTRIBUTIONS)
            problems.append(
                Problem("unknown distribution", where, entry.distribution[:60], listed(DISTRIBUTIONS), near)
            )
        elif not (np.isfinite(entry.low) and np.isfinite(entry.high) and entry.low <= entry.high):
            problems.append(Problem("not a range", where, f"{entry.low:g} to {entry.high:g}", "low to high"))
        elif entry.distribution == "log-uniform" and entry.low <= 0.0:
            problems.append(Problem("not a range of a logarithm", where, f"{entry.low:g}", "above 0"))
        else:
            for end in (entry.low, entry.high):
                problems.extend(_problems_at(document, entry.path, end))
    if problems:
        raise BadInput(problems)


def _problems_at(document: Mapping[str, Any], path: str, value: float) -> tuple[Problem, ...]:
    made = copy.deepcopy(dict(document))
    design = made["cells"][0]["design"]
    side, _, key = path.rpartition(".")
    if side == "electrolyte":
        table = made["electrolytes"][design["electrolyte"]]
        table[key] = [entry * value for entry in table[key]] if isinstance(table.get(key), list) else value
    else:
        (design[side] if side else design)[key] = value
    try:
        read_cells(made, "cells")
    except BadInput as fault:
        return tuple(replace(problem, where=f"uncertain.{path}") for problem in fault.problems)
    return ()


def _ranks(values: Array) -> Array:
    order = np.empty(len(values))
    order[np.argsort(values, kind="stable")] = np.arange(len(values))
    _, first, same = np.unique(values, return_inverse=True, return_counts=True)
    mean = np.bincount(first, weights=order) / same
    return np.asarray(mean[first])


def _correlation(one: Array, other: Array) -> float:
    """Squared rank correlation; 0 where either does not vary."""
    one, other = one - one.mean(), other - other.mean()
    size = float(one @ one) * float(other @ other)
    return float(one @ other) ** 2 / size if size > 0.0 else 0.0
