"""Which inputs of a cell are uncertain, and how far: as stated with them, else by a confidence.

A stated range holds the value in nine of ten cases: its ends are the 5 % and 95 % points. What a confidence stands for
is general practice, no statistics of the field were found; a stated range outranks it:

* transport, kinetics, resistances, shares of a layer (``SPREAD``): high 15 % either way (values that were read in a
  primary text scatter so much from one laboratory's powder or film to the next), medium 40 % (read second-hand, or
  for a neighbouring composition), low a factor of 3 (recalled or schematic)
* lengths and lithium sites (``COUNTED``): 5, 10, 20 % either way: both can be measured or follow from a crystal
* ends of the lithium window (``WINDOW``): 2, 5, 10 % of the window

What does not vary is held and said so: open-circuit curves, cut-off, temperature, exponents of transport.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fabplan.errors import Problem, listed, nearest
from fabplan.estimate.constants import Array
from fabplan.estimate.reading import Allowed, Reader

SPREAD = {"high": 0.15, "medium": 0.4, "low": 2.0}
COUNTED = {"high": 0.05, "medium": 0.1, "low": 0.2}
WINDOW = {"high": 0.02, "medium": 0.05, "low": 0.1}
NINE_IN_TEN = "nine-in-ten"
DISTRIBUTIONS = ("uniform", "log-uniform", "normal", "triangular", NINE_IN_TEN)
SCORE = 1.6448536269514722  # of the 95 % point of a normal distribution
REACH = 2.4  # scores beyond it are cut off there
RULE = (
    "5 to 95 % of a stated range, else of a confidence (high, medium, low): transport, kinetics, shares of a layer "
    "15 %, 40 %, a factor of 3; lengths and lithium sites 5, 10, 20 %; ends of the lithium window 2, 5, 10 % of it; "
    "inputs independent; current as in the plan"
)

_NORMAL_REACH = 2.0  # low and high of a normal distribution are so many standard deviations from its middle
_COUNTED_KEYS = ("c_max", "L_m", "w1_m", "w2_m", "gap_m", "h_m")
_SHARES = ("eps", "eps_am", "dense_fraction", "t_plus")
_WINDOW_KEYS = ("sto0", "sto100")
_SPREAD_KEYS = ("D_s", "i0_ref", "sigma", "kappa", "R_m", "kappa_S_m", "D_e_m2_s", *_SHARES)
_RESISTANCES = ("contact_ohm_m2", "contact_ohm_m")
_LEAST_SHARE, _MOST_SHARE = 1e-4, 0.9999
_LARGEST_OF_CONFIDENCE = 0.95
_ANY = Allowed()


@dataclass(frozen=True)
class Range:
    """One uncertain input.

    Parameters
    ----------
    path : key in the design, e.g. ``pos.D_s``, ``gap_m``; ``electrolyte.kappa_S_m`` and ``electrolyte.D_e_m2_s``
        are factors on the table, ``electrolyte.t_plus`` and ``electrolyte.thermodynamic_factor`` values
    low, high : its ends; of a normal distribution two standard deviations below and above its middle, of
        ``nine-in-ten`` the 5 and 95 % points about the value as given
    distribution : ``uniform``, ``log-uniform``, ``normal`` (cut off at the ends), ``triangular``, ``nine-in-ten``
        (log-normal on either side of the value, shares and stoichiometries normal)
    name : for people; the path where empty. Ranges of one path multiply: each is what one cause does to it.
    """

    path: str
    low: float
    high: float
    distribution: str = "uniform"
    name: str = ""

    @property
    def label(self) -> str:
        """What people read."""
        return self.name or self.path


def is_share(path: str) -> bool:
    """Whether a value is a share or a stoichiometry: between 0 and 1, drawn normal."""
    return path.rpartition(".")[2] in (*_SHARES, *_WINDOW_KEYS)


def at_score(path: str, nominal: float, low: float, high: float, scores: Array) -> Array:
    """Values of a ``nine-in-ten`` input at normal scores: the ends at -1.645 and +1.645, the value as given at 0.

    Parameters
    ----------
    nominal, low, high : in the unit of the input
    scores : of a normal distribution [draws]

    Returns
    -------
    values [draws].
    """
    low, high = min(low, nominal), max(high, nominal)
    end, part = np.where(scores > 0.0, high, low), np.abs(scores) / SCORE
    if is_share(path):
        return np.asarray(np.clip(nominal + part * (end - nominal), _LEAST_SHARE, max(_MOST_SHARE, nominal)))
    if low <= 0.0:
        return np.asarray(np.maximum(nominal + part * (end - nominal), 0.0))
    return np.asarray(nominal * (end / nominal) ** part)


def sample(entry: Range, nominal: float, generator: np.random.Generator, draws: int) -> Array:
    """Draws of one input [draws]."""
    low, high = entry.low, entry.high
    if low == high:
        return np.full(draws, low)
    if entry.distribution == NINE_IN_TEN:
        scores = np.clip(generator.standard_normal(draws), -REACH, REACH)
        return at_score(entry.path, nominal, low, high, scores)
    if entry.distribution == "log-uniform":
        return np.exp(generator.uniform(np.log(low), np.log(high), draws))
    if entry.distribution == "triangular":
        return generator.triangular(low, 0.5 * (low + high), high, draws)
    if entry.distribution == "normal":
        middle, width = 0.5 * (low + high), 0.5 * (high - low) / _NORMAL_REACH
        return np.clip(generator.normal(middle, width, draws), low, high)
    return generator.uniform(low, high, draws)


def of_confidence(path: str, value: float, confidence: str, window: float = 0.0) -> Range | None:
    """The range that a confidence stands for; None for what is held.

    Parameters
    ----------
    value : in the unit of the path [SI]
    window : width of the lithium window of the same electrode, for its ends
    """
    key = path.rpartition(".")[2]
    if key in _WINDOW_KEYS:
        part = WINDOW[confidence] * abs(window)
        return Range(path, max(0.0, value - part), min(1.0, value + part), NINE_IN_TEN) if part else None
    if key in _COUNTED_KEYS:
        part = COUNTED[confidence]
        return Range(path, value * (1.0 - part), value * (1.0 + part), NINE_IN_TEN)
    if (key not in _SPREAD_KEYS and path not in _RESISTANCES) or value <= 0.0:
        return None
    part = SPREAD[confidence]
    low = value / (1.0 + part) if confidence == "low" else value * (1.0 - part)
    high = value * (1.0 + part)
    if key in _SHARES:
        high = max(value, min(_LARGEST_OF_CONFIDENCE, high))
    return Range(path, low, high, NINE_IN_TEN)


def read(reader: Reader, given: object, where: str) -> list[Range | tuple[str, str]]:
    """What stands under ``uncertain``: ranges, or a path with a confidence.

    A table of paths with ``[low, high]``, a confidence or ``{"low", "high", "distribution"}``; or a list of such
    tables with a ``path`` each, where several causes move one path.
    """
    if isinstance(given, Mapping):
        return [one for path, entry in given.items() for one in _entry(reader, str(path), entry, f"{where}.{path}")]
    if not isinstance(given, list):
        reader.fault("not a table of ranges", where, given, '{"pos.D_s": [1e-16, 1e-14], "gap_m": "medium"}')
        return []
    found = []
    for place, entry in enumerate(given):
        at = f"{where}[{place}]"
        table = reader.mapping(entry, at)
        path = table.get("path")
        if isinstance(path, str):
            found += _entry(reader, path, table, at)
        elif table:
            reader.fault("not a path", f"{at}.path", path, 'e.g. "pos.D_s"')
    return found


def _entry(reader: Reader, path: str, given: object, where: str) -> list[Range | tuple[str, str]]:
    if isinstance(given, str):
        if given in SPREAD:
            return [(path, given)]
        reader.fault("unknown confidence", where, given, listed(SPREAD), nearest(given, SPREAD))
        return []
    if isinstance(given, list | tuple):
        ends = reader.numbers(given, where, _ANY) if len(given) == 2 else []
        if len(given) != 2:
            reader.fault("not a range", where, given, "[low, high]")
        return [Range(path, ends[0], ends[1], NINE_IN_TEN)] if ends else []
    table = reader.mapping(given, where)
    if not table:
        return []
    low, high = (reader.number(table, key, where, _ANY) for key in ("low", "high"))
    kind = table.get("distribution", NINE_IN_TEN)
    if kind not in DISTRIBUTIONS:
        reader.fault("unknown distribution", f"{where}.distribution", kind, listed(DISTRIBUTIONS))
        return []
    name = table.get("input", "")
    return [Range(path, low, high, kind, name if isinstance(name, str) else "")] if low == low and high == high else []


def typed(text: str) -> Range | tuple[str, str] | Problem:
    """``"pos.D_s = 1e-16 .. 1e-14"`` or ``"gap_m = medium"`` as people type it."""
    path, sign, rest = (part.strip() for part in text.partition("="))
    wanted = '"pos.D_s=1e-16..1e-14" or "gap_m=medium"'
    if not sign or not path:
        return Problem("not a range", "--uncertain", repr(text)[:60], wanted)
    if rest in SPREAD:
        return path, rest
    ends = rest.split("..")
    try:
        low, high = (float(end) for end in ends)
    except ValueError:
        return Problem("not a range", "--uncertain", repr(text)[:60], wanted)
    return Range(path, low, high, NINE_IN_TEN)


def resolved(
    asked: Sequence[Range | tuple[str, str]],
    values: Mapping[str, float],
    everything: str | None,
    table_ends: Callable[[str], tuple[float, float]],
) -> tuple[Range, ...]:
    """Ranges of one cell: those asked, then the confidence for everything else that varies.

    Parameters
    ----------
    asked : ranges and confidences by path; a later one of people replaces earlier ones of the same path
    values : what the cell has by path
    everything : confidence of all that has no range of its own; None to hold it
    table_ends : of the open-circuit table of an electrode; the window does not leave it

    Returns
    -------
    ends in the units of the paths [SI].
    """

    def made_of(path: str, confidence: str) -> list[Range]:
        made = of_confidence(path, values[path], confidence, _window(path, values))
        if made is None or path.rpartition(".")[2] not in _WINDOW_KEYS:
            return [] if made is None else [made]
        low, high = table_ends(path)
        return [replace(made, low=max(low, made.low), high=min(high, made.high))]

    found: list[Range] = []
    for one in asked:
        if isinstance(one, Range):
            found.append(one)
        elif one[0] in values:
            found += made_of(*one)
        else:
            found.append(Range(one[0], 0.0, 0.0))  # named again where all paths are checked
    if everything is not None:
        known = {entry.path for entry in found}
        found += [made for path in values if path not in known for made in made_of(path, everything)]
    return tuple(found)


def _window(path: str, values: Mapping[str, float]) -> float:
    side = path.rpartition(".")[0]
    return values.get(f"{side}.sto0", 0.0) - values.get(f"{side}.sto100", 0.0)
