"""``fabplan validate``."""

from __future__ import annotations

import math
from typing import Any

import click

from fabplan import files
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, table, tell
from fabplan.errors import BadInput, Problem, listed, nearest

PAGE = "docs/validation.md"


@click.command("validate")
@click.argument("cells", nargs=-1)
@click.option("--write", is_flag=False, flag_value=PAGE, metavar="FILE", help=f"Write the page too; {PAGE} if no name.")
@common_options
def command(common: Common, cells: tuple[str, ...], write: str | None) -> int:
    """Rerun published cells and show predicted beside published figures.

    Without CELLS all published cells of the catalog that tell enough of themselves. Nothing is fitted. The verdict:
    within tolerance; within the spread of what is known, if the published value, give or take its tolerance, meets
    the 5 to 95 % interval of the prediction; outside. The page names what may explain a difference.

    \b
    Examples:
      fabplan validate
      fabplan validate sun2013-printed-8-layers --json
      fabplan validate --write docs/validation.md
    """
    # The estimator needs numpy, the catalog its record types: not for --help.
    from fabplan.estimate.validate import not_run, validate
    from fabplan.estimate.validation_page import page

    catalog = common.catalog()
    _check_names(cells, [device.id for device in catalog.devices.values() if device.simulation is not None])
    found = validate(catalog, cells)
    if write is not None:
        left_out = () if cells else not_run(catalog)
        files.write_file(write, page(found, left_out).encode(), replace=True)
        tell(f"written to {write}")
    if common.as_json:
        say_json(_document(found))
    else:
        _show(found)
    return 0


def _check_names(names: tuple[str, ...], known: list[str]) -> None:
    problems = [
        Problem("not a published cell that can be run", "CELLS", name[:60], listed(known), nearest(name, known))
        for name in names
        if name not in known
    ]
    if problems:
        raise BadInput(problems)


def _document(found: Any) -> dict[str, Any]:
    def number(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        "schema": "fabplan/validation/1",
        "cells": [
            {
                "id": one.device.id,
                "name": one.device.name,
                "source": one.device.source,
                "failure": one.failure or None,
                "assumed": list(one.assumed),
                "reasons": list(one.device.simulation.reasons),
                "figures": [
                    {
                        "what": entry.what,
                        "published": entry.published,
                        "published_SI": entry.value,
                        "predicted_SI": number(entry.predicted),
                        "c_rate": number(entry.c_rate),
                        "deviation": number(entry.deviation),
                        "tolerance": number(entry.tolerance),
                        "within": entry.within,
                        "predicted_low_SI": number(entry.low),
                        "predicted_high_SI": number(entry.high),
                        "verdict": entry.verdict,
                        "tier": entry.tier,
                        "trusted": entry.trusted,
                    }
                    for entry in one.comparisons
                ],
            }
            for one in found
        ],
    }


def _show(found: Any) -> None:
    from fabplan.estimate.validation_page import deviation, predicted, spread  # as above

    rows = []
    for one in found:
        if one.failure:
            tell(f"{one.device.id}: cannot be run: {one.failure}")
        for entry in one.comparisons:
            rate = f"{entry.c_rate:g}" if math.isfinite(entry.c_rate) else ""
            verdict = entry.verdict + ("" if entry.trusted else ", flagged")
            figures = (entry.published, predicted(entry), spread(entry), deviation(entry))
            rows.append((entry.device, entry.what.replace("_", " "), rate, *figures, verdict))
    table(("cell", "figure", "C-rate", "published", "predicted", "5 to 95 %", "deviation", "verdict"), rows)
    for one in found:
        reasons = one.device.simulation.reasons
        if reasons and any(not entry.within for entry in one.comparisons):
            say()
            say(f"{one.device.id} ({one.device.source}); what may explain a difference:")
            for reason in reasons:
                say(f"  - {reason}")
