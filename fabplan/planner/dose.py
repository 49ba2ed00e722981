"""Dose, purge and time of atomic layer deposition in relief, for given cases or for a recipe.

The sticking probability of a precursor is rarely known better than to a factor of ten, so a recipe's dose
is given at both ends of its range; the worse one rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Recipe
from fabplan.errors import BadInput, Infeasible, Problem, listed, nearest
from fabplan.methods import _ballistic as ballistic
from fabplan.methods import _dose as closed
from fabplan.methods._relief_dose import emptied
from fabplan.methods.base import Work, value
from fabplan.planner.route import method_of

GEOMETRIES = ("via", "trench")
METHOD = "atomic-layer-deposition"
COVERAGE = 0.95
DEEPEST = 1000.0
#: keys of a case -> (lowest, highest, default); the lowest does not count itself
KEYS: dict[str, tuple[float, float, float | None]] = {
    "AR": (0.0, DEEPEST, None), "beta0": (0.0, 1.0, None), "end_coverage_min": (0.0, 0.9999, COVERAGE),
    "betarec": (-1e-12, 1.0, 0.0),
}  # fmt: skip
PLACES = tuple(round(0.05 + 0.1 * i, 2) for i in range(10))


@dataclass(frozen=True)
class Question:
    """Relief that a recipe is to coat. SI; None where the recipe or nobody says.

    Parameters
    ----------
    geometry, aspect_ratio : of the relief
    coverage : of its least covered place
    thickness : of the film [m]
    width : of the opening [m], for the purge
    pressure : partial pressure of the first precursor at the part [Pa]
    sticking : overrides the recipe's range
    recombination : loss at a landing, for plasma and ozone
    """

    geometry: str
    aspect_ratio: float
    coverage: float = COVERAGE
    thickness: float | None = None
    width: float | None = None
    pressure: float | None = None
    sticking: float | None = None
    recombination: float = 0.0


def cases(given: Any, where: str) -> list[dict[str, Any]]:
    """Dose of every case: ``t_norm`` (exact in time), ``t_norm_closed_form``, profile at half the dose.

    Parameters
    ----------
    given : list of ``{"geometry", "AR", "beta0", "end_coverage_min", "betarec"}``; the last two may be left out
    where : name of the file, for messages

    Raises
    ------
    BadInput : with all faults of all cases
    """
    if not isinstance(given, list) or not given:
        example = '[{"geometry": "via", "AR": 10, "beta0": 0.01}]'
        raise BadInput(Problem("not a list of cases", where, type(given).__name__, example))
    problems: list[Problem] = []
    read = [_case(case, f"{where}: [{number}]", problems) for number, case in enumerate(given)]
    if problems:
        raise BadInput(problems)
    return [_answer(case) for case in read]


def _case(given: Any, where: str, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        problems.append(Problem("not a case", where, repr(given)[:60], "an object"))
        return {}
    known = ("geometry", *KEYS)
    problems.extend(
        Problem("unknown key", f"{where}.{key}", str(key)[:60], listed(known), nearest(str(key), known))
        for key in given
        if key not in known
    )
    geometry = given.get("geometry")
    if geometry not in GEOMETRIES:
        near = nearest(str(geometry), GEOMETRIES)
        problems.append(Problem("unknown geometry", f"{where}.geometry", repr(geometry)[:60], listed(GEOMETRIES), near))
    numbers = {key: _number(given.get(key, KEYS[key][2]), key, where, problems) for key in KEYS}
    if numbers["beta0"] + numbers["betarec"] > 1.0:
        given_sum = f"{numbers['beta0'] + numbers['betarec']:g}"
        problems.append(Problem("more than certain", f"{where}.betarec", given_sum, "beta0 + betarec up to 1"))
    return {"geometry": geometry, **numbers}


def _number(given: Any, key: str, where: str, problems: list[Problem]) -> float:
    low, high, _ = KEYS[key]
    good = isinstance(given, int | float) and not isinstance(given, bool) and low < given <= high
    if not good:
        what = "a key is missing" if given is None else "not a number in range"
        shown = None if given is None else repr(given)[:60]
        problems.append(Problem(what, f"{where}.{key}", shown, f"above {max(low, 0.0):g}, up to {high:g}"))
        return 0.0
    return float(given)


def _answer(case: Mapping[str, Any]) -> dict[str, Any]:
    here = case["geometry"], case["AR"], case["beta0"]
    made = ballistic.saturation(*here, case["end_coverage_min"], case["betarec"])
    half = ballistic.profile(*here, made.time / 2.0, case["betarec"])
    covered = np.interp(PLACES, half.depth[:-1], half.coverage[:-1])
    profile = {"t_norm": made.time / 2.0, "z_over_L": list(PLACES), "coverage": [float(c) for c in covered],
               "bottom": float(half.coverage[-1])}  # fmt: skip
    plain = closed_form(*here, case["end_coverage_min"]) if case["betarec"] <= 0.0 else None
    return {**case, "t_norm": made.time, "t_norm_closed_form": plain, "profile_at_half_saturation_dose": profile}


def closed_form(geometry: str, aspect_ratio: float, sticking: float, coverage: float) -> float:
    """Fast tier: within -1 and +10 % for vias of aspect ratio 5 and more (+23 % at 1), -1 and +32 % for trenches."""
    law = closed.via_dose if geometry == "via" else closed.trench_dose
    return law(aspect_ratio, sticking, coverage)


def of_recipe(name: str, asked: Question, catalog: Catalog, where: str = "dose") -> dict[str, Any]:
    """Dose, pulse, purge, cycles and time of a recipe (or of the first recipe for a material) in relief.

    Raises
    ------
    BadInput : nobody knows that name
    Infeasible : the recipe's growth is not self-limiting, so that a dose means nothing
    """
    recipe = _recipe(name, catalog, where)
    module, settings = method_of(recipe, f"recipes/{recipe.id}.toml")
    if settings.bulk_uptake:
        raise Infeasible(
            [f"{recipe.name}: the film takes up the precursor in its bulk, growth is not self-limiting"],
            ["calibrate composition and thickness on the relief itself"],
        )
    ends = _ends(settings, asked)
    found = [_dose(settings, asked, sticking) for sticking in ends]
    worst = max(found, key=lambda d: d["t_norm"])
    thickness = asked.thickness if asked.thickness is not None else value(recipe.thickness)
    number = module.cycles(settings, Work(thickness=thickness))
    return {
        "recipe": recipe.id, "precursor": settings.cycle[0].precursor if settings.cycle else None,
        "geometry": asked.geometry, "aspect_ratio": asked.aspect_ratio, "coverage": asked.coverage,
        "shown_aspect_ratio": value(settings.aspect_ratio), "doses": found,
        "purge_s": _purge(settings, asked), "cycles": number,
        "time_s": _time(settings, worst["pulse_s"], number), "source": recipe.source, "notes": _notes(settings, asked),
    }  # fmt: skip


def _recipe(name: str, catalog: Catalog, where: str) -> Recipe:
    own = [r for r in catalog.recipes.values() if r.method == METHOD]
    by_name = [r for r in own if name == r.id or name in r.aliases]
    found = by_name or sorted((r for r in own if name in r.materials), key=lambda r: r.id)
    if found:
        return found[0]
    names = [r.id for r in own] + [m for r in own for m in r.materials]
    what = "no recipe of atomic layer deposition"
    raise BadInput(Problem(what, where, name[:80], listed(names), nearest(name, names)))


def _ends(settings: Any, asked: Question) -> Sequence[float]:
    if asked.sticking is not None:
        return (asked.sticking,)
    given = settings.sticking
    if given is None or given.value is None:
        return (1e-4, 1e-1)  # spread of the literature over all precursors
    ends = (given.low, given.high) if given.low is not None and given.high is not None else (given.value,)
    return tuple(dict.fromkeys(float(e) for e in ends))


def _dose(settings: Any, asked: Question, sticking: float) -> dict[str, Any]:
    made = ballistic.saturation(
        asked.geometry, asked.aspect_ratio, sticking, asked.coverage, asked.recombination  # type: ignore[arg-type]
    )  # fmt: skip
    first = settings.cycle[0] if settings.cycle else None
    molar_mass, site = value(first.molar_mass) if first else None, value(settings.site_area)
    hot = value(settings.substrate_temperature)
    exposure = None
    if molar_mass is not None and site and hot is not None:
        exposure = made.time * closed.exposure_unit(molar_mass, hot, site)
    pressure = asked.pressure if asked.pressure is not None else value(first.partial_pressure) if first else None
    pulse = exposure / pressure if exposure is not None and pressure else None
    return {"sticking": sticking, "t_norm": made.time, "exposure_Pa_s": exposure, "pulse_s": pulse}


def _purge(settings: Any, asked: Question) -> float | None:
    """Purge [s]: the recipe's, or the time in which the feature empties by diffusion, ``5 L²/D`` (Knudsen)."""
    first = settings.cycle[0] if settings.cycle else None
    known = value(first.purge) if first else None
    molar_mass, hot = value(first.molar_mass) if first else None, value(settings.substrate_temperature)
    if asked.width is None or molar_mass is None or hot is None:
        return known
    trench = asked.geometry == "trench"
    return max(emptied(asked.aspect_ratio, asked.width, trench, molar_mass, hot), known or 0.0)


def _time(settings: Any, pulse: float | None, number: int | None) -> float | None:
    """Time of all cycles [s] with the first pulse as long as the worst dose asks; None when a part is unknown."""
    if number is None or pulse is None:
        return None
    total = 0.0
    for place, dose in enumerate(settings.cycle):
        given, purge = value(dose.pulse), value(dose.purge)
        if given is None or purge is None:
            return None
        total += dose.repeats * ((max(given, pulse / dose.repeats) if place == 0 else given) + purge)
    return total * number


def _notes(settings: Any, asked: Question) -> list[str]:
    shown, first = value(settings.aspect_ratio), settings.cycle[0] if settings.cycle else None
    notes = []
    if shown is not None and asked.aspect_ratio > shown:
        notes.append(f"this chemistry was shown to coat an aspect ratio of {shown:g}")
    if asked.pressure is None and (first is None or value(first.partial_pressure) is None):
        notes.append("the partial pressure at the part is unknown: read it from a pulse and give --pressure")
    if first is None or value(first.molar_mass) is None or not value(settings.site_area):
        notes.append("molar mass or site area is unknown: only the dose in units of flat-ground saturation is known")
    if settings.sticking is None and asked.sticking is None:
        notes.append("sticking unknown: both ends of the literature's spread are shown")
    return notes
