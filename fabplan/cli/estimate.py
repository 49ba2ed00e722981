"""``fabplan estimate``."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
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

HALF = "|Li"  # ids of half cells end with it: nothing was drawn for them
ELECTRONIC = "electronic_conductivity_S_m"
PLAN, ESTIMATES = "fabplan/plan/1", "fabplan/estimates/1"
SHOWN_ROWS = 60
MOST_QUESTIONED = 100
MOST_RESISTANCES, SHOWN_RESISTANCES = 1000, 5
BAD_CELLS = 2


@click.command("estimate")
@click.argument("source")
@click.option("--rates", metavar="LIST", help="C-rates for all cells, e.g. 0.1,1,10; each cell's own when left out.")
@click.option("--tier", default="auto", metavar="NAME", help="auto, fast (closed forms) or accurate (slower).")
@click.option("-o", "--output", metavar="PATH", help="A .json file, or a folder for result.json and a page with plots.")
@click.option("--keep-going", is_flag=True, help="Answer the good cells of a file, report the bad ones (exit code 2).")
@click.option("--force", is_flag=True, help="Replace an existing output.")
@click.option("--half-cells", is_flag=True, help="Each electrode against lithium too, at the same currents.")
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
    half_cells: bool,
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
    from fabplan.estimate import cells, conditions, run

    if output is not None:
        _check_output(output, force)
    document, said = _cells_document(source, common)
    one_c = _one_c(said)
    asked = questions.changed(document, given)
    read = cells.read_cells(asked, Path(source).name, keep_going)
    extent = _extent(read, one_c)
    if half_cells:
        read = cells.read_cells(_halved(asked, common), Path(source).name, keep_going)
    for note in read.notes[:20]:
        tell_labelled("info", note)
    wanted = questions.asked(given, common, extent, _electronic(document, said))
    result = run.estimate(read, tier, _rates(rates), progress=_bar()).document()
    result |= _refused(read)
    if given.temperature is None and given.first_cycle_loss is None:
        result |= _intervals(result["results"], said)
    result["resistances"] = _resistances(read, result["results"])
    first = conditions.first_cycle(document)
    if any(one["cell"] is not None for one in first) or said:
        result["first_cycle"] = first
    if wanted.anything:
        result["questions"] = _answers(read, wanted)
    if output is not None:
        _write(output, _folder(source, result, read, tier, rates) if not output.endswith(".json") else result, force)
        tell(f"written to {output}")
    if common.as_json:
        say_json(result)
    elif output is None:
        _show(result)
        questions.show_resistances(result["resistances"][:SHOWN_RESISTANCES])
        questions.show_first_cycle(result.get("first_cycle", [])[:SHOWN_ROWS])
        questions.show(result.get("questions", []), wanted.extent is not None)
    return BAD_CELLS if read.refused else 0


def _resistances(read: Cells, results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Resistance of every cell in parts at full charge, [ohm m2] or [ohm m] as its capacity; parts of zero left out."""
    from fabplan.estimate.resistance import resistance_parts  # as above

    per_area = {result["id"]: "capacity_Ah_m2" in result for result in results}
    parts = {name: values.tolist() for name, values in vars(resistance_parts(read)).items()}
    return [
        {
            "id": name,
            "unit": "ohm m2" if per_area.get(name) else "ohm m",
            "total": sum(values[place] for values in parts.values()),
            "parts": {part: values[place] for part, values in parts.items() if values[place]},
        }
        for place, name in enumerate(read.ids)
        if name in per_area and all(math.isfinite(values[place]) for values in parts.values())
    ][:MOST_RESISTANCES]


def _halved(document: Mapping[str, Any], common: Common) -> Mapping[str, Any]:
    """The cells with their half cells; the full cells are known to be sound."""
    from fabplan.estimate.half_cells import with_half_cells  # as above
    from fabplan.estimate.published_cell import exchange_of_lithium

    made, notes = with_half_cells(document, exchange_of_lithium(common.catalog()))
    for note in notes[:20]:
        tell_labelled("info", note)
    return made


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


def _cells_document(source: str, common: Common) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The cells, and the ``estimate`` of a plan; empty where there is none."""
    if not source.endswith(".json"):
        from fabplan.planner import run  # as above

        planned = run.plan(source, {}, (), common.catalog())
        return planned.cell, planned.estimate
    document = read_json(source, where=Path(source).name)
    if not isinstance(document, dict):
        raise BadInput(Problem("not a cells file", Path(source).name, type(document).__name__, "an object"))
    if document.get("schema") == PLAN:
        cell, said = document.get("cell"), document.get("estimate")
        if not isinstance(cell, dict):
            raise BadInput(Problem("a key is missing", f"{Path(source).name}: cell", None, "cells of the plan"))
        return cell, said if isinstance(said, dict) else {}
    return document, {}


def _electronic(document: Mapping[str, Any], said: Mapping[str, Any]) -> float | None:
    """Electronic conductivity of the electrolyte [S/m], of the plan or else of the cells; None where nobody says it."""
    planned = said.get(ELECTRONIC)
    if isinstance(planned, float):
        return planned
    found = {
        value
        for cell in document.get("cells", [])
        for design in (cell.get("design") if isinstance(cell, dict) else None,)
        for part in (design.get("se") if isinstance(design, dict) else None,)
        if isinstance(part, dict) and isinstance(value := part.get(ELECTRONIC), float)
    }
    return found.pop() if len(found) == 1 else None


def _one_c(said: Mapping[str, Any]) -> float | None:
    """1C current of the whole cell, where a plan says it [A]."""
    one_c = said.get("one_c_current_A")
    return one_c if isinstance(one_c, float) and one_c > 0.0 else None


def _intervals(results: list[dict[str, Any]], said: Mapping[str, Any]) -> dict[str, Any]:
    """The 5 and 95 % points of the capacity beside the results, at rates where the plan has drawn them."""
    try:
        whole = {entry["c_rate"]: entry["capacity_Ah"] for entry in said["rates"]}
        drawn = {entry["c_rate"]: entry for entry in said["uncertainty"]["rates"]}
        found = [_interval(entry, whole.get(entry["c_rate"]), drawn.get(entry["c_rate"])) for entry in results]
    except (KeyError, TypeError):  # a plan of an earlier version, or one that somebody shortened
        return {}
    return {"intervals": found} if any(len(entry) > 2 for entry in found) else {}


def _interval(result: Mapping[str, Any], whole: float | None, drawn: Mapping[str, Any] | None) -> dict[str, Any]:
    place = {"id": result["id"], "c_rate": result["c_rate"]}
    if not whole or drawn is None or result["id"].endswith(HALF):
        return place
    unit = "Ah_m2" if "capacity_Ah_m2" in result else "Ah_m"
    capacity = result[f"capacity_{unit}"]
    ends = {f"capacity_{end}_{unit}": drawn[f"capacity_{end}_Ah"] / whole * capacity for end in ("low", "high")}
    return {**place, **ends}


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
    drawn = document.get("intervals")
    rows = [_row(result, drawn[k] if drawn else None) for k, result in enumerate(document["results"])]
    heads = ("cell", "C-rate", "capacity", *(("5 %", "95 %") if drawn else ()), "mean", "depletion", "tier")
    table(heads, rows[:SHOWN_ROWS])
    if len(rows) > SHOWN_ROWS:
        say(f"… {len(rows) - SHOWN_ROWS} more; -o result.json or --json gives all")
    flagged = sum(not result["trusted"] for result in document["results"])
    if flagged:
        tell_labelled(
            "warning", f"{flagged} of {len(rows)} discharges are flagged: outside the range that was validated"
        )


def _row(result: Mapping[str, Any], drawn: Mapping[str, Any] | None) -> tuple[str, ...]:
    volts, depletion = f"{result['mean_voltage_V']:.3f} V", f"{result['salt_depletion']:.2g}"
    tier = result["tier"] if result["trusted"] else f"{result['tier']}, flagged"
    ends = () if drawn is None else tuple(_capacity(drawn, f"capacity_{end}") for end in ("low", "high"))
    return result["id"], f"{result['c_rate']:g}", _capacity(result), *ends, volts, depletion, tier


def _capacity(result: Mapping[str, Any], what: str = "capacity") -> str:
    if f"{what}_Ah_m2" in result:
        return f"{result[f'{what}_Ah_m2'] * 100:.4g} uAh/cm2"
    return f"{result[f'{what}_Ah_m'] * 1e3:.4g} uAh/mm" if f"{what}_Ah_m" in result else ""
