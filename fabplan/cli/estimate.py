"""``fabplan estimate``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from fabplan import __version__, files
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, table, tell, tell_labelled
from fabplan.errors import BadInput, CannotWrite, Problem
from fabplan.readers.json_file import read_json

PLAN, ESTIMATES = "fabplan/plan/1", "fabplan/estimates/1"
SHOWN_ROWS = 60


@click.command("estimate")
@click.argument("source")
@click.option("--rates", metavar="LIST", help="C-rates for all cells, e.g. 0.1,1,10; each cell's own when left out.")
@click.option("--tier", default="auto", metavar="NAME", help="auto, fast (closed forms) or accurate (slower).")
@click.option("-o", "--output", metavar="PATH", help="A .json file, or a folder for result.json.")
@click.option("--force", is_flag=True, help="Replace an existing output.")
@common_options
def command(common: Common, source: str, rates: str | None, tier: str, output: str | None, force: bool) -> int:
    """Capacity, mean voltage and energy of given cells at several rates.

    SOURCE is a cells file (schema fabplan/cells/1), the plan.json of a planned cell, or a spec
    (a .toml file or a shipped name), which is planned first.

    \b
    Examples:
      fabplan estimate cells.json --rates 0.1,1,10 -o result.json
      fabplan estimate out/node-a/plan.json --tier accurate
    """
    # The estimator needs numpy and scipy: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.estimate import cells, run

    if output is not None:
        _check_output(output, force)
    read = cells.read_cells(_cells_document(source, common), Path(source).name)
    for note in read.notes[:20]:
        tell_labelled("info", note)
    document = run.estimate(read, tier, _rates(rates)).document()
    if output is not None:
        _write(output, document, force)
        tell(f"written to {output}")
    if common.as_json:
        say_json(document)
    elif output is None:
        _show(document)
    return 0


def _cells_document(source: str, common: Common) -> Mapping[str, Any]:
    if not source.endswith(".json"):
        from fabplan.planner import run  # as above

        planned: Mapping[str, Any] = run.plan(source, {}, (), common.catalog()).cell
        return planned
    document = read_json(source, where=Path(source).name)
    if not isinstance(document, dict):
        raise BadInput(Problem("not a cells file", Path(source).name, type(document).__name__, "an object"))
    if document.get("schema") == PLAN:
        cell = document.get("cell")
        if not isinstance(cell, dict):
            raise BadInput(Problem("a key is missing", f"{Path(source).name}: cell", None, "cells of the plan"))
        return cell
    return document


def _rates(given: str | None) -> list[float] | None:
    if given is None:
        return None
    try:
        return [float(part) for part in given.split(",")]
    except ValueError:
        raise BadInput(Problem("not a list of C-rates", "--rates", repr(given)[:60], "e.g. 0.1,1,10")) from None


def _check_output(output: str, force: bool) -> None:
    if not output.endswith(".json"):
        files.check_target(output, force)
    elif Path(output).exists() and not force and not _is_result(output):
        raise CannotWrite(f"{output}: exists and is no result of fabplan; --force replaces it")


def _is_result(path: str) -> bool:
    try:
        document = read_json(path)
    except BadInput:
        return False
    return isinstance(document, dict) and document.get("schema") == ESTIMATES


def _write(output: str, document: Mapping[str, Any], force: bool) -> None:
    data = (json.dumps(document, indent=1, allow_nan=False) + "\n").encode()
    if output.endswith(".json"):
        files.write_file(output, data, replace=True)
    else:
        made = {"result.json": data}
        files.write(output, {**made, files.MANIFEST: files.manifest(made, __version__)}, force=force)


def _show(document: Mapping[str, Any]) -> None:
    rows = [_row(result) for result in document["results"]]
    table(("cell", "C-rate", "capacity", "mean", "depletion", "tier"), rows[:SHOWN_ROWS])
    if len(rows) > SHOWN_ROWS:
        say(f"… {len(rows) - SHOWN_ROWS} more; -o result.json or --json gives all")


def _row(result: Mapping[str, Any]) -> tuple[str, ...]:
    volts, depletion = f"{result['mean_voltage_V']:.3f} V", f"{result['salt_depletion']:.2g}"
    return result["id"], f"{result['c_rate']:g}", _capacity(result), volts, depletion, result["tier"]


def _capacity(result: Mapping[str, Any]) -> str:
    if "capacity_Ah_m2" in result:
        return f"{result['capacity_Ah_m2'] * 100:.4g} uAh/cm2"
    return f"{result['capacity_Ah_m'] * 1e3:.4g} uAh/mm"
