"""Options of ``fabplan estimate`` that say how sure its numbers are, and how intervals are shown."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from fabplan import units
from fabplan.cli.output import say, tell_labelled
from fabplan.errors import BadInput, Problem, listed, nearest

if TYPE_CHECKING:
    from fabplan.estimate.cells import Cells

_OPTIONS = (
    click.option(
        "--uncertain",
        "ranges",
        multiple=True,
        metavar="'PATH=LOW..HIGH'",
        help='An uncertain input, its 5 and 95 % points: "pos.D_s=1e-16..1e-14", or its confidence: "gap_m=medium".',
    ),
    click.option(
        "--confidence", metavar="NAME", help="high, medium or low: of all inputs of a cells file that state no range."
    ),
    click.option("--draws", default=10_000, metavar="N", help="Draws of the uncertain inputs; 0 for no intervals."),
)
HALF = "|Li"  # ids of half cells end with it: nothing is drawn for them
MOST_CELLS, SHOWN_CELLS, SHOWN_INPUTS = 100, 5, 5
MOST_DRAWS = 1_000_000
NARROW = 1e-3  # of an answer: an interval below it would look like certainty
_LEAST_SHARE = 0.01


@dataclass(frozen=True)
class Given:
    """The options as they were typed."""

    ranges: tuple[str, ...]
    confidence: str | None
    draws: int

    @property
    def given(self) -> bool:
        """Whether anything was typed that asks for intervals."""
        return bool(self.ranges or self.confidence)

    def check(self) -> None:
        """Refuse what is no range, confidence or number of draws; all at once."""
        from fabplan.estimate.ranges import SPREAD, typed  # numpy: not for --help

        problems = [found for text in self.ranges if isinstance(found := typed(text), Problem)]
        if self.confidence is not None and self.confidence not in SPREAD:
            near = nearest(self.confidence, SPREAD)
            problems.append(Problem("unknown confidence", "--confidence", self.confidence[:60], listed(SPREAD), near))
        if not 0 <= self.draws <= MOST_DRAWS:
            problems.append(Problem("not a number of draws", "--draws", str(self.draws), f"0 to {MOST_DRAWS}"))
        if problems:
            raise BadInput(problems)


def sure_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options; the command gets them as one ``sure`` argument."""

    @functools.wraps(function)
    def wrapped(**rest: Any) -> Any:
        own = {name: rest.pop(name) for name in Given.__dataclass_fields__}
        return function(sure=Given(**own), **rest)

    return functools.reduce(lambda found, option: option(found), reversed(_OPTIONS), wrapped)


def of_plan(said: Mapping[str, Any], read: Cells, results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a plan has drawn itself, where it has drawn all the rates that are asked; nothing otherwise."""
    try:
        drawn = said["uncertainty"]
        whole = {entry["c_rate"]: entry["capacity_Ah"] for entry in said["rates"]}
        rates = {entry["c_rate"] for entry in drawn["rates"]}
        if not drawn["inputs"] or any(entry["c_rate"] not in rates & set(whole) for entry in results):
            return []
        resistance = {end: drawn["answers"]["resistance"][end] for end in ("low", "middle", "high")}
        if not all("energy_low_Wh" in entry for entry in drawn["rates"] if entry["c_rate"] == drawn["c_rate"]):
            return []  # a plan of an earlier version
        kept = {key: drawn[key] for key in ("draws", "c_rate", "rule", "rates", "inputs")}
        amounts = {"capacity": "Ah", "energy": "Wh", "resistance": "ohm"}
        keys = {"capacity": "capacity_Ah", "energy": "energy_Wh", "resistance": "dc_resistance_ohm"}
        nominal = {name: said[key] for name, key in keys.items()}
        more = {"units": amounts, "nominal": nominal, "resistance": resistance, "held": drawn.get("held", [])}
        return [{"id": read.ids[0], **kept, **more}]
    except (KeyError, TypeError):  # a plan of an earlier version, or one that somebody shortened
        return []


def drawn(
    given: Given,
    documents: tuple[Mapping[str, Any], Mapping[str, Any]],
    read: Cells,
    c_rates: Sequence[float] | None,
    tier: str,
    progress: Callable[[int, int], None] | None,
    keep_going: bool,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Intervals of the cells that have uncertain inputs, one object a cell; and cells whose inputs are no good.

    Parameters
    ----------
    documents : the cells as given, and as they are asked (at another temperature, after a first cycle)
    """
    from fabplan.estimate import sureness  # as above

    if not given.draws:
        return [], []
    wanted = sureness.asked(given.ranges, documents[0], read.ids[:MOST_CELLS], given.confidence)
    if any(wanted.values()) and len(read.ids) > MOST_CELLS:
        tell_labelled("info", f"intervals for the first {MOST_CELLS} cells only")
    made, problems = sureness.intervals(documents, wanted, read, c_rates, tier, given.draws, progress)
    if problems and not keep_going:
        raise BadInput([problem for _, problem in problems])
    names = dict.fromkeys(name for name, _ in problems)
    return made, [{"id": one, "problems": [str(fault) for name, fault in problems if name == one]} for one in names]


def beside(results: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]], said: Mapping[str, Any]) -> Any:
    """The 5 and 95 % points of the capacity beside every discharge; those of a whole planned cell per m2 or metre."""
    by_place = {(one["id"], entry["c_rate"]): entry for one in found for entry in one["rates"]}
    whole = {entry["c_rate"]: entry["capacity_Ah"] for entry in said.get("rates", ())} if found else {}
    made = [_beside(result, by_place.get((result["id"], result["c_rate"])), whole) for result in results]
    return {"intervals": made} if any(len(entry) > 2 for entry in made) else {}


def _beside(
    result: Mapping[str, Any], entry: Mapping[str, Any] | None, whole: Mapping[float, float]
) -> dict[str, Any]:
    place = {"id": result["id"], "c_rate": result["c_rate"]}
    if entry is None:
        return place
    unit = "Ah_m2" if "capacity_Ah_m2" in result else "Ah_m"
    if f"capacity_low_{unit}" in entry:
        return {**place, **{f"capacity_{end}_{unit}": entry[f"capacity_{end}_{unit}"] for end in ("low", "high")}}
    planned = whole.get(result["c_rate"])
    if not planned or "capacity_low_Ah" not in entry:
        return place  # the plan could not draw at this rate
    share = result[f"capacity_{unit}"] / planned
    return {**place, **{f"capacity_{end}_{unit}": entry[f"capacity_{end}_Ah"] * share for end in ("low", "high")}}


def is_narrow(low: float, high: float) -> bool:
    """Whether an interval says nothing: what was drawn does not move the answer."""
    return high - low <= NARROW * abs(high)


def show(found: Sequence[Mapping[str, Any]]) -> None:
    """Intervals and what moves them, for people."""
    for one in found[:SHOWN_CELLS]:
        say()
        say(f"{one['id']}: how sure, 5 to 95 % of {one['draws']} draws at {one['c_rate']:.3g}C")
        for name in ("capacity", "energy", "resistance"):
            low, high = ends(one, name)
            if is_narrow(low, high):
                say(f"  {name}: nothing that was drawn moves it; see what was held")
                continue
            most = ", ".join(f"{what} ({share:.0%})" for what, share in leaders(one, name))
            text = f"{amount(one, name, low)} to {amount(one, name, high)}"
            say(f"  {name}: {text}" + (f"; moved most by {most}" if most else ""))
        if "lithium fractions given" in one.get("rule", ""):
            say("  not balanced anew: both electrodes begin at the lithium fractions given, whatever was drawn of each")
        if one["held"]:
            say(f"  held, not drawn: {', '.join(_named(entry) for entry in one['held'][:12])}{_rest(one['held'][12:])}")
    if len(found) > SHOWN_CELLS:
        say(f"… {len(found) - SHOWN_CELLS} more cells with intervals; -o result.json or --json gives all")


def _named(entry: Any) -> str:
    return str(entry["input"]) if isinstance(entry, Mapping) else str(entry)


def _rest(more: Sequence[Any]) -> str:
    return f" and {len(more)} more" if more else ""


def ends(one: Mapping[str, Any], name: str) -> tuple[float, float]:
    """The 5 and 95 % points of an answer at the rate of the ranking."""
    if name == "resistance":
        return one["resistance"]["low"], one["resistance"]["high"]
    entry = next(entry for entry in one["rates"] if entry["c_rate"] == one["c_rate"])
    unit = one["units"][name].replace("/", "_")
    return entry[f"{name}_low_{unit}"], entry[f"{name}_high_{unit}"]


def leaders(one: Mapping[str, Any], name: str) -> list[tuple[str, float]]:
    """Inputs that move an answer most, with their share of its spread."""
    ranked = sorted(one["inputs"], key=lambda entry: (-entry[name]["share"], entry["input"]))
    some = [(entry["input"], entry[name]["share"]) for entry in ranked[:SHOWN_INPUTS]]
    return [entry for entry in some if entry[1] >= _LEAST_SHARE]


def amount(one: Mapping[str, Any], name: str, value: float) -> str:
    """One answer with its unit."""
    unit = one["units"][name]
    if unit in ("Ah", "Wh"):
        return units.show(value * 3600.0, "charge" if unit == "Ah" else "energy")
    if unit == "ohm":
        return units.show(value, "resistance")
    factor, text = {
        "Ah/m2": (100.0, "uAh/cm2"), "Wh/m2": (100.0, "uWh/cm2"), "Ah/m": (1e3, "uAh/mm"), "Wh/m": (1e3, "uWh/mm"),
    }.get(unit, (1.0, unit))  # fmt: skip
    return f"{value * factor:.4g} {text}"
