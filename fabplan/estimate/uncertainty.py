"""How sure: inputs with a range, drawn many times, to intervals of the answers; which input moves them most.

All draws are rows of one block of the fast tier (10^4 draws take about a second with the building of the rows).
The current stays that of the cell as given: what varies is what the cell gives at it. Draws share 500 electrolytes.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.estimate.cell_arrays import build_films, build_interdigital, build_stacks
from fabplan.estimate.cell_kinds import READERS, Row
from fabplan.estimate.cell_tables import materials, read_electrolytes, read_ocp
from fabplan.estimate.cells import Cells, Group, read_cells
from fabplan.estimate.constants import Array
from fabplan.estimate.interdigital import as_stacks
from fabplan.estimate.reading import Reader
from fabplan.estimate.resistance import Pulse, dc_resistance
from fabplan.estimate.run import estimate

DISTRIBUTIONS = ("uniform", "log-uniform", "normal", "triangular")
ANSWERS = ("capacity", "energy", "resistance")
_ELECTROLYTE = ("kappa_S_m", "D_e_m2_s", "t_plus", "thermodynamic_factor")
_TABLES = {"kappa_S_m": "kappa", "D_e_m2_s": "diffusivity"}
_ELECTROLYTES = 500
_SIDES = {"neg": "negative", "anode": "negative", "pos": "positive", "cathode": "positive"}
_NORMAL_REACH = 2.0  # low and high of a normal distribution are so many standard deviations from its middle
_PARTS = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Range:
    """One uncertain input.

    Parameters
    ----------
    path : key in the design, e.g. ``pos.D_s``, ``gap_m``; ``electrolyte.kappa_S_m`` and ``electrolyte.D_e_m2_s``
        are factors on the table, ``electrolyte.t_plus`` and ``electrolyte.thermodynamic_factor`` values
    low, high : its ends; of a normal distribution two standard deviations below and above its middle
    distribution : ``uniform``, ``log-uniform``, ``normal`` (cut off at the ends), ``triangular``
    """

    path: str
    low: float
    high: float
    distribution: str = "uniform"


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

    Raises
    ------
    BadInput : unknown paths or distributions, ends the wrong way round or outside what the cell allows
    """
    wanted = [entry if isinstance(entry, Range) else Range(*entry) for entry in ranges]
    nominal = read_cells(document, "cells")
    if len(nominal.ids) != 1:
        raise BadInput(Problem("not one cell", "cells", str(len(nominal.ids)), "1"))
    if draws < 1 or draws > 1_000_000:
        raise BadInput(Problem("not a number of draws", "draws", str(draws), "1 to 1000000"))
    base = _Base.of(document)
    _check(document, base, wanted)
    values = _drawn(base, wanted, draws, seed)
    answers, trusted = _answers(base, nominal, values, c_rate, pulse or Pulse(0.5, 1.0, c_rate))
    # row 0 as given, then every input at both ends, then the draws
    first, ends = 1, 1 + 2 * len(wanted)
    intervals, effects = {}, {}
    ranks = [_ranks(values[entry.path][ends:]) for entry in wanted]
    for name, found in answers.items():
        some = found[ends:]
        low, middle, high = (float(part) for part in np.quantile(some, _PARTS))
        intervals[name] = Interval(low, middle, high, float(some.mean()), float(found[0]))
        order = _ranks(some)
        made = [
            Effect(
                entry.path, float(found[first + 2 * k]), float(found[first + 2 * k + 1]), _correlation(ranks[k], order)
            )
            for k, entry in enumerate(wanted)
        ]
        effects[name] = tuple(sorted(made, key=lambda effect: (-abs(effect.at_high - effect.at_low), effect.path)))
    samples = {name: found[ends:] for name, found in answers.items()}
    return Spread(intervals, effects, draws, float(trusted[ends:].mean()), samples)


@dataclass(frozen=True)
class _Base:
    """One cell as it was read: its row, its tables, its document."""

    kind: str
    row: Row
    document: Mapping[str, Any]
    electrolyte: str | None

    @staticmethod
    def of(document: Mapping[str, Any]) -> _Base:
        reader, cell = Reader(), document["cells"][0]
        ocp = read_ocp(reader, document, "cells")
        electrolytes = read_electrolytes(reader, document, "cells")
        row = READERS[cell["kind"]](reader, cell["design"], "cells[0].design", ocp, list(electrolytes))
        return _Base(cell["kind"], row, document, cell["design"].get("electrolyte"))

    def value(self, path: str) -> float | None:
        """Number under a path; None where there is none."""
        side, _, key = path.rpartition(".")
        if side == "electrolyte":
            if key not in _ELECTROLYTE or self.electrolyte is None:
                return None
            return 1.0 if key in _TABLES else float(self._salt()[key])
        table = self.row.get(_SIDES[side], {}) if side in _SIDES else self.row
        found = table.get(key if side in _SIDES else path)
        return float(found) if isinstance(found, float) and np.isfinite(found) else None

    def _salt(self) -> Mapping[str, Any]:
        salt: Mapping[str, Any] = self.document["electrolytes"][self.electrolyte]
        return {"t_plus": 0.0, "thermodynamic_factor": 1.0, **salt}

    def paths(self) -> list[str]:
        """Everything that may vary."""
        names = {"negative": "neg", "positive": "pos"}
        if self.kind == "interdigital":
            names = {"negative": "anode", "positive": "cathode"}
        keys = [key for key in self.row if not isinstance(self.row[key], dict)]
        keys += [f"{names[side]}.{key}" for side in names for key in self.row[side]]
        keys += [f"electrolyte.{key}" for key in _ELECTROLYTE]
        return [key for key in keys if self.value(key) is not None and not key.startswith("Q_1C")]


def _check(document: Mapping[str, Any], base: _Base, wanted: Sequence[Range]) -> None:
    """Every range by itself, and both of its ends through the reader of cells."""
    problems, valid = [], base.paths()
    for place, entry in enumerate(wanted):
        where = f"ranges[{place}]"
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
        return tuple(fault.problems)
    return ()


def _drawn(base: _Base, wanted: Sequence[Range], draws: int, seed: int) -> dict[str, Array]:
    """Values of every input: as given, all others at their ends one by one, then the draws."""
    generator = np.random.default_rng(seed)
    made = {}
    for place, entry in enumerate(wanted):
        column = np.full(1 + 2 * len(wanted) + draws, base.value(entry.path), dtype=np.float64)
        column[1 + 2 * place], column[2 + 2 * place] = entry.low, entry.high
        column[1 + 2 * len(wanted) :] = _sample(entry, generator, draws)
        made[entry.path] = column
    return made


def _sample(entry: Range, generator: np.random.Generator, draws: int) -> Array:
    low, high = entry.low, entry.high
    if low == high:
        return np.full(draws, low)
    if entry.distribution == "log-uniform":
        return np.exp(generator.uniform(np.log(low), np.log(high), draws))
    if entry.distribution == "triangular":
        return generator.triangular(low, 0.5 * (low + high), high, draws)
    if entry.distribution == "normal":
        middle, width = 0.5 * (low + high), 0.5 * (high - low) / _NORMAL_REACH
        return np.clip(generator.normal(middle, width, draws), low, high)
    return generator.uniform(low, high, draws)


def _answers(
    base: _Base, nominal: Cells, values: Mapping[str, Array], c_rate: float, pulse: Pulse
) -> tuple[dict[str, Array], Array]:
    count = max((len(column) for column in values.values()), default=1)
    cells = _many(base, nominal, values, count)
    result = estimate(cells, "fast", [c_rate])
    answers = {"capacity": result.capacity, "energy": result.energy, "resistance": dc_resistance(cells, pulse)}
    return answers, np.asarray(result.doubt == 0, dtype=np.float64)


def _many(base: _Base, nominal: Cells, values: Mapping[str, Array], count: int) -> Cells:
    """One cell a draw, all with the current of the cell as given."""
    one_c = float(nominal.groups[0].designs.one_c_current[0])
    salts, which = _electrolytes(base, values, count)
    inner = {path: column for path, column in values.items() if not path.startswith("electrolyte.")}
    rows = [_row(base, inner, place, f"E{which[place]}") for place in range(count)]
    ocp = read_ocp(Reader(), base.document, "cells")
    numbers = {name: number for number, name in enumerate(ocp, start=1)}
    solutions = {name: number for number, name in enumerate(salts)}
    places = np.arange(count, dtype=np.intp)
    fixed = np.full(count, one_c)
    if base.kind == "porous-stack":
        group = Group(places, replace(build_stacks(rows, numbers, solutions), one_c_current=fixed))
    elif base.kind == "interdigital":
        bare, fingers = build_interdigital(rows, numbers, solutions)
        # a current per metre of finger is spread over the height that was drawn
        fixed = one_c * base.row["h_m"] / fingers.height
        group = Group(places, replace(as_stacks(bare, fingers), one_c_current=fixed), bare, fingers)
    else:
        group = Group(places, replace(build_films(rows, numbers), one_c_current=fixed))
    names = ("draw",) * count
    return Cells(names, (base.kind,) * count, ((1.0,),) * count, (group,), materials(ocp, salts), ())


def _row(base: _Base, values: Mapping[str, Array], place: int, electrolyte: str) -> Row:
    row = {**base.row, "negative": {**base.row["negative"]}, "positive": {**base.row["positive"]}}
    row["electrolyte"] = electrolyte
    for path, column in values.items():
        side, _, key = path.rpartition(".")
        if side in _SIDES:
            row[_SIDES[side]][key] = float(column[place])
        else:
            row[path] = float(column[place])
    return row


def _electrolytes(base: _Base, values: Mapping[str, Array], count: int) -> tuple[dict[str, Mapping[str, Any]], Any]:
    """Tables of the electrolytes that the draws use, and which one each uses."""
    mine = {path.rpartition(".")[2]: column for path, column in values.items() if path.startswith("electrolyte.")}
    if base.electrolyte is None:
        return {}, np.zeros(count, dtype=np.intp)
    whole = read_electrolytes(Reader(), base.document, "cells")[base.electrolyte]
    if not mine:
        return {"E0": whole}, np.zeros(count, dtype=np.intp)
    rows, ahead = np.arange(count), 1 + 2 * len(values)
    which = np.where(rows < ahead, rows, ahead + (rows - ahead) % _ELECTROLYTES)
    made: dict[str, Mapping[str, Any]] = {
        f"E{number}": _varied(whole, mine, number) for number in range(int(which.max()) + 1)
    }
    for path in [path for path in values if path.startswith("electrolyte.")]:
        values[path][:] = values[path][which]  # the draws say what they used
    return made, which


def _varied(whole: Mapping[str, Any], mine: Mapping[str, Array], number: int) -> dict[str, Any]:
    """One drawn electrolyte: factors on the tables, values for the rest."""
    table = dict(whole)
    for key, column in mine.items():
        value = float(column[number])
        if key in _TABLES:
            x, y = whole[_TABLES[key]]
            table[_TABLES[key]] = (x, y * value)
        else:
            table[key] = value
    return table


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
