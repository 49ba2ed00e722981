"""The page of all validated cells as Markdown; the same input gives the same bytes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from fabplan import units
from fabplan.estimate.validate import Comparison, Validation

_HEAD = """# Published cells against the estimator

Made by `fabplan validate --write`. Every value comes from the catalog (`process_recipes/devices`, materials, recipes);
the same defaults serve all cells and nothing is fitted to a single one. A difference says as much about what was not
published (geometry, solid share, particle sizes, transport) as about the equations, which are held against reference
solvers in the tests: there the capacity agrees within 0.3 % where salt suffices and 1 % elsewhere; points outside what
was validated are flagged, fingers among them can be off by 12 %.
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
    close = sum(entry.within for entry in rows)
    yield f"{len(found)} cells, {len(rows)} figures, {close} within the tolerance that their descriptions allow.\n"
    yield "| cell | figure | C-rate | published | predicted | deviation | tolerance | |"
    yield "|---|---|---|---|---|---|---|---|"
    yield from (_row(entry) for entry in rows)
    yield ""


def _row(entry: Comparison) -> str:
    rate = f"{entry.c_rate:g}" if math.isfinite(entry.c_rate) else ""
    tolerance = f"{100 * entry.tolerance:.0f} %" if math.isfinite(entry.tolerance) else ""
    verdict = "within" if entry.within else "outside"
    verdict += "" if entry.trusted else ", flagged"
    cells = (entry.device, _WORDS[entry.what], rate, entry.published, predicted(entry), deviation(entry), tolerance)
    return "| " + " | ".join((*cells, verdict)) + " |"


def predicted(entry: Comparison) -> str:
    """The prediction in the unit of the published figure, to three digits."""
    if not math.isfinite(entry.predicted):
        return "not reached" if math.isinf(entry.predicted) else "unknown"
    unit = entry.published.split(maxsplit=1)[1] if " " in entry.published else ""
    factor = units.unit_factor(unit) if unit else (1.0, ())
    scale = factor[0] if factor is not None else 1.0
    return f"{entry.predicted / scale:.3g} {unit}".strip()


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
