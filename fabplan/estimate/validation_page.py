"""The page of all validated cells as Markdown; the same input gives the same bytes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from fabplan import units
from fabplan.estimate.validate import KNOWN, OUTSIDE, WITHIN, Comparison, Validation

_HEAD = """# Published cells against the estimator

Made by `fabplan validate --write`. Every value comes from the catalog (`process_recipes/devices`, materials, recipes);
the same defaults serve all cells and nothing is fitted to a single one. A difference says as much about what was not
published (geometry, solid share, particle sizes, transport) as about the equations, which are held against reference
solvers in the tests: there the capacity agrees within 0.3 % where salt suffices and 1 % elsewhere; points outside what
was validated are flagged, fingers among them can be off by 12 %.

"Range" is the 5 to 95 % interval of the prediction when every input is drawn as well as the catalog knows it (its
stated range, else the rule for its confidence). The last column says one of three things:

- **within tolerance**: the prediction lies as near to the published value as the cell's description allows;
- **within the spread of what is known**: it does not, but the published value, give or take that tolerance, meets the
  range: what is not known of the inputs and what the description leaves open can together explain the difference;
  that is no proof that they do;
- **outside**: they do not meet: something is missing or wrong, in the model or in what is known of the cell.
"""
_WORDS = {
    "areal_capacity": "capacity per footprint",
    "areal_energy": "energy per footprint",
    "voltage": "mean voltage",
    "specific_capacity": "capacity per mass of cathode material",
    "volumetric_capacity": "capacity per area and thickness",
    "capacity_ratio": "capacity over that at the lowest rate",
    "charge_time": "charging time",
}


def page(found: Sequence[Validation], left_out: Sequence[str] = ()) -> str:
    """The whole page.

    Parameters
    ----------
    found : of ``validate``
    left_out : ids of published cells that cannot be run
    """
    return "\n".join([_HEAD, *_summary(found), *(line for one in found for line in _cell(one)), *_rest(left_out)])


def _summary(found: Sequence[Validation]) -> Iterator[str]:
    rows = [entry for one in found for entry in one.comparisons]
    counts = [sum(entry.verdict == word for entry in rows) for word in (WITHIN, KNOWN, OUTSIDE)]
    told = ", ".join(f"{count} {word}" for count, word in zip(counts, (WITHIN, KNOWN, OUTSIDE), strict=True))
    yield f"{len(found)} cells, {len(rows)} figures: {told}.\n"
    yield "| cell | figure | C-rate | published | predicted | range | deviation | tolerance | |"
    yield "|---|---|---|---|---|---|---|---|---|"
    yield from (_row(entry) for entry in rows)
    yield ""


def _row(entry: Comparison) -> str:
    rate = f"{entry.c_rate:g}" if math.isfinite(entry.c_rate) else ""
    tolerance = f"{100 * entry.tolerance:.0f} %" if math.isfinite(entry.tolerance) else ""
    verdict = entry.verdict + ("" if entry.trusted else ", flagged")
    figures = (entry.published, predicted(entry), spread(entry), deviation(entry), tolerance)
    return "| " + " | ".join((entry.device, _WORDS[entry.what], rate, *figures, verdict)) + " |"


def predicted(entry: Comparison) -> str:
    """The prediction in the unit of the published figure, to three digits."""
    return _amount(entry, entry.predicted)


def spread(entry: Comparison) -> str:
    """Its 5 to 95 % interval in that unit, to three digits."""
    low, high = (_amount(entry, end) for end in (entry.low, entry.high))
    unit = entry.published.split(maxsplit=1)[1] if " " in entry.published else ""
    return f"{low.removesuffix(unit).strip()} to {high}"


def _amount(entry: Comparison, value: float) -> str:
    if not math.isfinite(value):
        return "not reached" if math.isinf(value) else "unknown"
    unit = entry.published.split(maxsplit=1)[1] if " " in entry.published else ""
    factor = units.unit_factor(unit) if unit else (1.0, ())
    scale = factor[0] if factor is not None else 1.0
    return f"{value / scale:.3g} {unit}".strip()


def deviation(entry: Comparison) -> str:
    """Signed, in per cent."""
    if not math.isfinite(entry.deviation):
        return ""
    whole = round(100 * entry.deviation)
    return f"{whole:+d} %" if whole else "0 %"


def _cell(one: Validation) -> Iterator[str]:
    yield f"## {one.device.name}\n"
    yield f"`{one.device.id}`; {one.device.source}\n"
    if one.failure:
        yield f"Cannot be run: {one.failure}\n"
    simulation = one.device.simulation
    if simulation is not None and simulation.reasons:
        yield "What may explain a difference:\n"
        yield from (f"- {reason}" for reason in simulation.reasons)
        yield ""
    if one.assumed:
        names = ", ".join(name.replace("_", " ").replace(".", " ") for name in one.assumed)
        yield f"Assumed or known with low confidence: {names}.\n"


def _rest(left_out: Sequence[str]) -> Iterator[str]:
    if left_out:
        yield "## Not run\n"
        yield "These published cells do not tell enough of their geometry or rates:\n"
        yield from (f"- `{name}`" for name in left_out)
        yield ""
