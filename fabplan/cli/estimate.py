"""``fabplan estimate``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabplan import __version__, files
from fabplan.cli import questions
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, table, tell, tell_labelled
from fabplan.errors import BadInput, CannotWrite, Problem
from fabplan.readers.json_file import read_json

if TYPE_CHECKING:
    from fabplan.estimate.cells import Cells

PLAN, ESTIMATES = "fabplan/plan/1", "fabplan/estimates/1"
SHOWN_ROWS = 60
MOST_QUESTIONED = 100
BAD_CELLS = 2


@click.command("estimate")
@click.argument("source")
@click.option("--rates", metavar="LIST", help="C-rates for all cells, e.g. 0.1,1,10; each cell's own when left out.")
@click.option("--tier", default="auto", metavar="NAME", help="auto, fast (closed forms) or accurate (slower).")
@click.option("-o", "--output", metavar="PATH", help="A .json file, or a folder for result.json and a page with plots.")
@click.option("--keep-going", is_flag=True, help="Answer the good cells of a file, report the bad ones (exit code 2).")
@click.option("--force", is_flag=True, help="Replace an existing output.")
@questions.question_options
@common_options
def command(
    common: Common,
    given: questions.Given,
    source: str,
    rates: str | None,
    tier: str,
    output: str | None,
    keep_going: bool,
    force: bool,
) -> int:
    """Capacity, mean voltage and energy of given cells at several rates; pulses, charging, loads when asked.

    SOURCE is a cells file (schema fabplan/cells/1), the plan.json of a planned cell, or a spec
    (a .toml file or a shipped name), which is planned first.

    \b
    Examples:
      fabplan estimate cells.json --rates 0.1,1,10 -o result.json
      fabplan estimate out/node-a/plan.json --pulse "5 mA x 3 ms" --charge cccv --load ble-beacon
      fabplan estimate planar-interdigital --ragone -o ragone
    """
    # The estimator needs numpy and scipy: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.estimate import cells, run

    if output is not None:
        _check_output(output, force)
    document, one_c = _cells_document(source, common)
    read = cells.read_cells(questions.changed(document, given), Path(source).name, keep_going)
    for note in read.notes[:20]:
        tell_labelled("info", note)
    wanted = questions.asked(given, common, _extent(read, one_c))
    result = run.estimate(read, tier, _rates(rates), progress=_bar()).document()
    result |= _refused(read)
    if wanted.anything:
        result["questions"] = _answers(read, wanted)
    if output is not None:
        _write(output, _folder(source, result, read, tier, rates) if not output.endswith(".json") else result, force)
        tell(f"written to {output}")
    if common.as_json:
        say_json(result)
    elif output is None:
        _show(result)
        questions.show(result.get("questions", []), wanted.extent is not None)
    return BAD_CELLS if read.refused else 0


def _answers(read: Cells, wanted: Any) -> list[dict[str, Any]]:
    from fabplan.estimate.questions import answer  # as above

    if len(read.ids) > MOST_QUESTIONED:
        problem = Problem("too many cells for pulses, charging and loads", "SOURCE", str(len(read.ids)), "up to 100")
        raise BadInput(problem)
    return answer(read, wanted)


def _refused(read: Cells) -> dict[str, Any]:
    """The bad cells, told at once and kept in the document."""
    for cell in read.refused:
        for problem in cell.problems:
            tell_labelled("error", problem)
    if not read.refused:
        return {}
    entries = [{"id": cell.id, "problems": [str(problem) for problem in cell.problems]} for cell in read.refused]
    return {"refused": entries}


def _bar() -> Callable[[int, int], None] | None:
    """Progress on standard error, where that is a terminal; nothing is drawn for short work."""
    if not sys.stderr.isatty():
        return None

    def told(done: int, whole: int) -> None:
        if whole > 200_000:
            click.echo(f"\r{done / whole:4.0%} of {whole} discharges", nl=done == whole, err=True)

    return told


def _extent(read: Cells, one_c: float | None) -> float | None:
    """Size of a planned cell: its 1C current over that of the cells document."""
    if one_c is None or len(read.ids) != 1:
        return None
    designs = read.groups[0].designs
    return one_c / float(designs.one_c_current[0] * getattr(designs, "scale", [1.0])[0])


def _cells_document(source: str, common: Common) -> tuple[Mapping[str, Any], float | None]:
    """The cells, and the 1C current of the whole cell where a plan says it [A]."""
    if not source.endswith(".json"):
        from fabplan.planner import run  # as above

        planned = run.plan(source, {}, (), common.catalog())
        return planned.cell, planned.estimate.get("one_c_current_A")
    document = read_json(source, where=Path(source).name)
    if not isinstance(document, dict):
        raise BadInput(Problem("not a cells file", Path(source).name, type(document).__name__, "an object"))
    if document.get("schema") == PLAN:
        cell, said = document.get("cell"), document.get("estimate")
        if not isinstance(cell, dict):
            raise BadInput(Problem("a key is missing", f"{Path(source).name}: cell", None, "cells of the plan"))
        one_c = said.get("one_c_current_A") if isinstance(said, dict) else None
        return cell, one_c if isinstance(one_c, float) and one_c > 0.0 else None
    return document, None


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


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, allow_nan=False) + "\n").encode()


def _folder(source: str, result: Mapping[str, Any], read: Cells, tier: str, rates: str | None) -> dict[str, bytes]:
    from fabplan.estimate.curves import first_curves  # as above
    from fabplan.exporters import _estimate_page

    drawn = first_curves(read, tier, _rates(rates), 8)
    made = {"result.json": _json(result), "estimate.html": _estimate_page.page(Path(source).stem, result, drawn)}
    return {**made, files.MANIFEST: files.manifest(made, __version__)}


def _write(output: str, made: Mapping[str, Any], force: bool) -> None:
    if output.endswith(".json"):
        files.write_file(output, _json(made), replace=True)
    else:
        files.write(output, dict(made), force=force)


def _show(document: Mapping[str, Any]) -> None:
    rows = [_row(result) for result in document["results"]]
    table(("cell", "C-rate", "capacity", "mean", "depletion", "tier"), rows[:SHOWN_ROWS])
    if len(rows) > SHOWN_ROWS:
        say(f"… {len(rows) - SHOWN_ROWS} more; -o result.json or --json gives all")
    flagged = sum(not result["trusted"] for result in document["results"])
    if flagged:
        tell_labelled(
            "warning", f"{flagged} of {len(rows)} discharges are flagged: outside the range that was validated"
        )


def _row(result: Mapping[str, Any]) -> tuple[str, ...]:
    volts, depletion = f"{result['mean_voltage_V']:.3f} V", f"{result['salt_depletion']:.2g}"
    tier = result["tier"] if result["trusted"] else f"{result['tier']}, flagged"
    return result["id"], f"{result['c_rate']:g}", _capacity(result), volts, depletion, tier


def _capacity(result: Mapping[str, Any]) -> str:
    if "capacity_Ah_m2" in result:
        return f"{result['capacity_Ah_m2'] * 100:.4g} uAh/cm2"
    return f"{result['capacity_Ah_m'] * 1e3:.4g} uAh/mm"
