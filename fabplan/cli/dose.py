"""``fabplan dose``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fabplan import units
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, table, tell_labelled
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.readers.json_file import read_json


@click.command("dose")
@click.argument("source")
@click.option("--aspect-ratio", metavar="NUMBER", help="Depth over diameter or width, for a recipe.")
@click.option("--geometry", default="via", metavar="NAME", help="via or trench.")
@click.option("--coverage", default="0.95", metavar="NUMBER", help="Of the least covered place.")
@click.option("--thickness", metavar="LENGTH", help="Of the film; the recipe's usual one when left out.")
@click.option("--width", metavar="LENGTH", help="Diameter or width of the opening, for the purge.")
@click.option("--pressure", metavar="PRESSURE", help="Partial pressure of the first precursor at the part.")
@click.option("--sticking", metavar="NUMBER", help="Instead of both ends of the recipe's range.")
@click.option("--recombination", default="0", metavar="NUMBER", help="Loss at a landing (plasma, ozone).")
@common_options
def command(common: Common, source: str, **options: str | None) -> int:
    """Dose that atomic layer deposition needs in vias and trenches, solved exactly in time.

    SOURCE is a file of cases (.json: [{"geometry": "via", "AR": 20, "beta0": 0.01,
    "end_coverage_min": 0.95}, ...]), or a recipe or material of the catalog.

    \b
    Examples:
      fabplan dose cases.json --json
      fabplan dose ald-al2o3-tma --aspect-ratio 20 --geometry trench --thickness "10 nm" --pressure "10 Pa"
    """
    # The solver needs numpy: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.planner import dose

    if source.endswith(".json"):
        answers = dose.cases(read_json(source, where=Path(source).name), Path(source).name)
        if common.as_json:
            say_json(answers)
        else:
            _show_cases(answers)
        return 0
    answer = dose.of_recipe(source, _question(dose, options), common.catalog())
    if common.as_json:
        say_json(answer)
    else:
        _show(answer)
    return 0


def _question(dose: Any, options: dict[str, str | None]) -> Any:
    kinds = {"aspect_ratio": ("number", 1e-6, dose.DEEPEST), "coverage": ("number", 1e-6, 0.9999),
             "sticking": ("number", 1e-9, 1.0), "recombination": ("number", 0.0, 0.999),
             "thickness": ("length", 1e-12, 1.0), "width": ("length", 1e-12, 1.0),
             "pressure": ("pressure", 1e-12, 1e7)}  # fmt: skip
    problems, read = [], {}
    for name, (dimension, low, high) in kinds.items():
        given, option = options[name], f"--{name.replace('_', '-')}"
        if given is None:
            if name == "aspect_ratio":
                problems.append(Problem("an option is missing", option, None, "depth over diameter or width"))
            continue
        try:
            number = units.parse(given, dimension, option)
        except BadInput as fault:
            problems.extend(fault.problems)
            continue
        if not low <= number <= high:
            problems.append(Problem("out of range", option, given[:60], f"{low:g} to {high:g} (SI)"))
        read[name] = number
    geometry = options["geometry"] or ""
    if geometry not in dose.GEOMETRIES:
        near = nearest(geometry, dose.GEOMETRIES)
        problems.append(Problem("unknown geometry", "--geometry", geometry[:60], listed(dose.GEOMETRIES), near))
    if read.get("sticking", 0.0) + read.get("recombination", 0.0) > 1.0:
        problems.append(Problem("more than certain", "--recombination", None, "sticking + recombination up to 1"))
    if problems:
        raise BadInput(problems)
    return dose.Question(geometry=geometry, **read)


def _show_cases(answers: list[dict[str, Any]]) -> None:
    head = ("geometry", "aspect ratio", "sticking", "coverage", "dose", "closed form")
    rows = [
        (a["geometry"], f"{a['AR']:g}", f"{a['beta0']:g}", f"{a['end_coverage_min']:g}", f"{a['t_norm']:.5g}",
         "-" if a["t_norm_closed_form"] is None else f"{a['t_norm_closed_form']:.5g}") for a in answers
    ]  # fmt: skip
    table(head, rows)


def _show(answer: dict[str, Any]) -> None:
    say(f"{answer['recipe']}: {answer['geometry']} of aspect ratio {answer['aspect_ratio']:g}, {answer['precursor']}")
    rows = [
        (f"{d['sticking']:g}", f"{d['t_norm']:.4g}", _or(d["exposure_Pa_s"], "Pa s"), units.show(d["pulse_s"], "time"))
        for d in answer["doses"]
    ]
    table(("sticking", "dose", "exposure", "pulse"), rows)
    say(f"purge {units.show(answer['purge_s'], 'time')}, cycles {answer['cycles'] or 'unknown'}, "
        f"time of all cycles {units.show(answer['time_s'], 'time')}")  # fmt: skip
    for note in answer["notes"]:
        tell_labelled("info", note)


def _or(number: float | None, unit: str) -> str:
    return "unknown" if number is None else f"{number:.4g} {unit}"
