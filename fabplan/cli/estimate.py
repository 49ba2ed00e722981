"""``fabplan estimate``."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabplan import __version__, files
from fabplan.cli import cells_source, questions
from fabplan.cli import sure as how_sure
from fabplan.cli.common import Common, common_options
from fabplan.cli.completing import names
from fabplan.cli.output import say, say_json, table, tell, tell_labelled
from fabplan.errors import BadInput, CannotWrite, Problem
from fabplan.readers.json_file import read_json

if TYPE_CHECKING:
    from fabplan.estimate.cells import Cells

ELECTRONIC = "electronic_conductivity_S_m"
ESTIMATES = "fabplan/estimates/1"
SHOWN_ROWS = 60
MOST_QUESTIONED, MOST_PICTURED = 100, 8
MOST_CELLS = 50_000  # of a file: each takes 12 to 20 kB, so that all of them stay below 1 GB
MOST_RESISTANCES, SHOWN_RESISTANCES = 1000, 5
BAD_CELLS = 2


@click.command("estimate")
@click.argument("source", shell_complete=names("specs", files=True))
@click.option("--rates", metavar="LIST", help="C-rates for all cells, e.g. 0.1,1,10; each cell's own when left out.")
@click.option("--tier", default="auto", metavar="NAME", help="auto, fast (closed forms) or accurate (slower).")
@click.option("-o", "--output", metavar="PATH", help="A .json file, or a folder for result.json and a page with plots.")
@click.option("--keep-going", is_flag=True, help="Answer the good cells of a file, report the bad ones (exit code 2).")
@click.option("--force", is_flag=True, help="Replace an existing output.")
@click.option("--half-cells", is_flag=True, help="Each electrode against lithium too, at the same currents.")
@click.option(
    "--vary",
    multiple=True,
    metavar="'KEY=FROM..TO:N'",
    help='Designs of one cell over a grid of sizes, e.g. "gap_m=10e-6..50e-6:100"; -o FILE.csv gets all of them.',
)
@questions.question_options
@how_sure.sure_options
@common_options
def command(
    common: Common,
    given: questions.Given,
    sure: how_sure.Given,
    source: str,
    rates: str | None,
    tier: str,
    output: str | None,
    keep_going: bool,
    force: bool,
    half_cells: bool,
    vary: tuple[str, ...],
) -> int:
    """Capacity, mean voltage and energy of given cells at several rates; pulses, charging, loads when asked.

    SOURCE is a cells file (schema fabplan/cells/1), the plan.json of a planned cell, or a spec
    (a .toml file or a shipped name), which is planned first.

    How sure: a plan has drawn what it rests on. The cells of a file may hold "uncertain", next to "design":
    {"pos.D_s": [1e-16, 1e-14], "gap_m": "medium"}; --uncertain and --confidence say it from outside.

    Very many designs: --vary spans a grid over one cell and streams one line a design to a .csv file, in bounded
    memory (some 100 MB; 10^6 designs at 8 rates take a few minutes). A cells file is held whole, up to 50 000 cells of
    12 to 20 kB.

    \b
    Examples:
      fabplan estimate cells.json --rates 0.1,1,10 -o result.json
      fabplan estimate cells.json --confidence medium --uncertain "pos.D_s=1e-16..1e-14"
      fabplan estimate out/node-a/plan.json --pulse "5 mA x 3 ms" --charge cccv --load ble-beacon
      fabplan estimate planar-interdigital --ragone -o ragone
      fabplan estimate plan.json --vary "w1_m=2e-5..2e-4:1000" --vary "gap_m=1e-5..5e-5:1000" -o designs.csv
    """
    if vary:
        from fabplan.cli import designs  # numpy and scipy: loaded when it is asked for, not for --help

        odd = [("--half-cells", half_cells), ("--keep-going", keep_going), ("--tier accurate", tier == "accurate")]
        designs.refuse([*odd, ("options of intervals", sure.given), ("questions", given.given)])
        return designs.scan(common, source, vary, _rates(rates), output, force)
    if output is not None:
        _check_output(output, force)
    sure.check()
    document, said = cells_source.cells_document(source, common)
    _in_series(said, given)
    read, good, asked, refused = _read(document, given, Path(source).name, keep_going)
    wanted = questions.asked(given, common, _extent(read, _one_c(said)), _electronic(document, said))
    if output is not None and not output.endswith(".json") and len(read.ids) <= MOST_QUESTIONED:
        wanted = questions.pictured(wanted)
    if half_cells:
        read = _with_halves(read, asked, Path(source).name, keep_going, common)
    result, vague = _result(read, (good, asked), said, wanted, sure, tier, _rates(rates), keep_going)
    result |= cells_source.refused(read, [*refused, *vague])
    if output is not None:
        _write(output, result, read, source, tier, rates, force)
        tell(f"written to {output}")
    if common.as_json:
        say_json(result)
    elif output is None:
        _show(result)
        questions.show_resistances(result["resistances"][:SHOWN_RESISTANCES])
        questions.show_first_cycle(result.get("first_cycle", [])[:SHOWN_ROWS])
        how_sure.show(result.get("uncertainty", []))
        questions.show(result.get("questions", []), wanted.extent is not None)
    return BAD_CELLS if "refused" in result else 0


def _read(
    document: Mapping[str, Any], given: questions.Given, where: str, keep_going: bool
) -> tuple[Cells, Mapping[str, Any], Mapping[str, Any], list[Any]]:
    """The cells as they are asked, the good ones as given and as asked, and what could not be asked so."""
    # The estimator needs numpy and scipy: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.estimate import cells

    _not_too_many(document, where)
    read = cells.read_cells(document, where, keep_going)
    good = asked = cells_source.sound(document, read)
    refused: list[Any] = []
    for note in read.notes[:20]:
        tell_labelled("info", note)
    if given.temperature is not None or given.first_cycle_loss is not None:
        asked, refused = cells_source.changed(good, lambda some: questions.changed(some, given), keep_going)
        again = cells.read_cells(asked, where, keep_going)
        read, asked = _also(read, again), cells_source.sound(asked, again)
    return read, good, asked, refused


def _not_too_many(document: Mapping[str, Any], where: str) -> None:
    """A file is held whole in memory; a grid of designs is not.

    Raises
    ------
    BadInput : more than ``MOST_CELLS``
    """
    given = document.get("cells")
    if isinstance(given, list) and len(given) > MOST_CELLS:
        allowed = f"up to {MOST_CELLS}; several files, or one cell and --vary for a grid of sizes in bounded memory"
        raise BadInput(Problem("too many cells for one file", f"{where}: cells", str(len(given)), allowed))


def _with_halves(read: Cells, document: Mapping[str, Any], where: str, keep_going: bool, common: Common) -> Cells:
    from fabplan.estimate import cells  # as above

    return _also(read, cells.read_cells(_halved(document, common), where, keep_going))


def _also(before: Cells, now: Cells) -> Cells:
    """Cells read again, with what was refused before."""
    refused, tables = (*before.refused, *now.refused), (*before.bad_tables, *now.bad_tables)
    return dataclasses.replace(now, refused=refused, bad_tables=tables)


def _result(
    read: Cells,
    documents: tuple[Mapping[str, Any], Mapping[str, Any]],
    said: Mapping[str, Any],
    wanted: Any,
    sure: how_sure.Given,
    tier: str,
    rates: Sequence[float] | None,
    keep_going: bool,
) -> tuple[dict[str, Any], list[Any]]:
    """Everything that is answered, and cells whose uncertain inputs are no good.

    Parameters
    ----------
    documents : the cells as given and as they are asked
    """
    from fabplan.estimate import conditions, run  # as above

    result = run.estimate(read, tier, rates, progress=cells_source.bar("discharges")).document()
    plain = documents[0] is documents[1] and not sure.ranges and sure.confidence is None and sure.draws
    found = how_sure.of_plan(said, read, result["results"]) if plain else []
    planned: Mapping[str, Any] = said if found else {}
    vague: list[Any] = []
    if not found:
        told = cells_source.bar("cells with intervals")
        found, vague = how_sure.drawn(sure, documents, read, rates, tier, told, keep_going)
    result |= how_sure.beside(result["results"], found, planned)
    if found:
        result["uncertainty"] = found
    result["resistances"] = _resistances(read, result["results"])
    first = conditions.first_cycle(documents[1])
    if any(one["cell"] is not None for one in first) or said:
        result["first_cycle"] = first
    if wanted.anything:
        result["questions"] = _answers(read, wanted)
    return result, vague


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
    return answer(read, wanted, cells_source.bar("cells with pulses, charging and loads"))


def _extent(read: Cells, one_c: float | None) -> float | None:
    """Size of a planned cell: its 1C current over that of the cells document."""
    if one_c is None or len(read.ids) != 1:
        return None
    designs = read.groups[0].designs
    return one_c / float(designs.one_c_current[0] * getattr(designs, "scale", [1.0])[0])


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


def _in_series(said: Mapping[str, Any], given: questions.Given) -> None:
    """Say what the answers mean where a plan has cells in series: they are those of one of them.

    Raises
    ------
    BadInput : a load is asked, whose voltages are those of all
    """
    number = said.get("cells_in_series", 1)
    if number == 1:
        return
    if given.load:
        what = f"the plan has {number} cells in series"
        raise BadInput(Problem(what, "--load", given.load, "target.load of the spec"))
    tell_labelled("info", f"{number} cells in series: voltages and resistances here are those of one of them")


def _one_c(said: Mapping[str, Any]) -> float | None:
    """1C current of the whole cell, where a plan says it [A]."""
    one_c = said.get("one_c_current_A")
    return one_c if isinstance(one_c, float) and one_c > 0.0 else None


def _rates(given: str | None) -> list[float] | None:
    if given is None:
        return None
    from fabplan.estimate.reading import C_RATES  # as above

    allowed = f"C-rates {C_RATES}, e.g. 0.1,1,10"
    try:
        found = [float(part) for part in given.split(",")]
    except ValueError:
        raise BadInput(Problem("not a list of C-rates", "--rates", repr(given)[:60], allowed)) from None
    if not all(math.isfinite(rate) and C_RATES.holds(rate) for rate in found):
        raise BadInput(Problem("not a list of C-rates", "--rates", repr(given)[:60], allowed))
    return found


def _check_output(output: str, force: bool) -> None:
    if output.endswith(".csv"):
        raise BadInput(Problem("a table of designs needs --vary", "-o", output[:60], "a .json file or a folder"))
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


def _write(
    output: str, result: Mapping[str, Any], read: Cells, source: str, tier: str, rates: str | None, force: bool
) -> None:
    """The result as a file, or as a folder with a page."""
    if output.endswith(".json"):
        files.write_file(output, _json(result), replace=True)
        return
    from fabplan.estimate.curves import first_curves  # as above
    from fabplan.exporters import _estimate_page

    drawn = first_curves(read, tier, _rates(rates), MOST_PICTURED)
    made = {"result.json": _json(result), "estimate.html": _estimate_page.page(Path(source).stem, result, drawn)}
    files.write(output, {**made, files.MANIFEST: files.manifest(made, __version__)}, force=force)


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
    ends = () if drawn is None else _interval(drawn)
    return result["id"], f"{result['c_rate']:g}", _capacity(result), *ends, volts, depletion, tier


def _interval(drawn: Mapping[str, Any]) -> tuple[str, str]:
    """5 and 95 % points; a width of nothing is no certainty and is not printed as such."""
    low, high = ([value for key, value in drawn.items() if f"_{end}_" in key] for end in ("low", "high"))
    if not low or not high:
        return "not drawn", ""
    if how_sure.is_narrow(low[0], high[0]):
        return "not moved", "by any draw"
    return _capacity(drawn, "capacity_low"), _capacity(drawn, "capacity_high")


def _capacity(result: Mapping[str, Any], what: str = "capacity") -> str:
    if f"{what}_Ah_m2" in result:
        return f"{result[f'{what}_Ah_m2'] * 100:.4g} uAh/cm2"
    return f"{result[f'{what}_Ah_m'] * 1e3:.4g} uAh/mm" if f"{what}_Ah_m" in result else ""
