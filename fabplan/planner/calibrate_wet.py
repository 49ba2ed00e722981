"""Wet mass per length of a printed bead, as a lab weighs it, to the set point that recipes have for it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from fabplan import units
from fabplan.catalog.loader import Catalog, find
from fabplan.errors import BadInput, Problem
from fabplan.planner.calibrate_table import Row
from fabplan.planner.route import method_of

MASS, DENSITY = "settings.wet_mass_per_length", "settings.wet_density"
NOZZLE, MULTIPLIER = "settings.nozzle", "settings.extrusion_multiplier"
METHOD = "direct-ink-writing"


def converted(rows: Sequence[Row], catalog: Catalog, problems: list[Problem]) -> list[Row]:
    """Rows with each weighed bead turned into an extrusion multiplier; other rows as they are.

    The multiplier is the section of the wet bead over that of the nozzle, ``m/(ρ π D²/4)`` with mass
    per length m, density ρ of the wet ink and inner diameter D (volume is conserved).
    """
    kept = [row for row in rows if row.key not in (MASS, DENSITY)]
    weighed = [row for row in rows if row.key == MASS]
    for row in rows:
        if row.key == DENSITY and not any(_same(row, other) for other in weighed):
            problems.append(Problem("nothing weighed", f"{row.where}, column key", row.key, f"a row {MASS} as well"))
    for row in weighed:
        made = _multiplier(row, rows, catalog, problems)
        kept += [made] if made else []
    return kept


def _multiplier(row: Row, rows: Sequence[Row], catalog: Catalog, problems: list[Problem]) -> Row | None:
    """Row of the extrusion multiplier; None with its faults."""
    density = _latest(row, rows, DENSITY)
    if density is None:
        problems.append(Problem("a row is missing", f"{row.where}, column key", row.key, f"a row {DENSITY} as well"))
    mass = _number(row, "linear_mass", problems)
    dense = _number(density, "density", problems) if density else None
    diameter = _nozzle(row, rows, catalog, problems)
    if mass is None or not dense or not diameter or density is None:
        return None
    multiplier = mass / (dense * math.pi * diameter**2 / 4.0)
    source = f"{row.source}; computed from {row.text} wet and {density.text} ({density.date}, {density.source})"
    return dataclasses.replace(row, key=MULTIPLIER, text=f"{multiplier:.6g}", source=source)


def _nozzle(row: Row, rows: Sequence[Row], catalog: Catalog, problems: list[Problem]) -> float | None:
    """Inner diameter of the nozzle [m]: measured in the same table, or that of the recipe."""
    measured = _latest(row, rows, NOZZLE)
    if measured is not None:
        return _number(measured, "length", problems)
    try:
        recipe = find(catalog.recipes, row.record, f"{row.where}, column record")
        if row.kind != "recipe" or recipe.method != METHOD:
            where = f"{row.where}, column record"
            raise BadInput(Problem("no printed bead", where, row.record, f"a recipe of {METHOD}"))
        nozzle = method_of(recipe, row.where)[1].nozzle
    except BadInput as fault:
        problems.extend(fault.problems)
        return None
    if nozzle is None or not nozzle.value:
        where = f"{row.where}, column key"
        problems.append(Problem("the recipe does not know its nozzle", where, row.key, f"a row {NOZZLE} as well"))
        return None
    return float(nozzle.value)


def _latest(row: Row, rows: Sequence[Row], key: str) -> Row | None:
    return max((r for r in rows if r.key == key and _same(r, row)), key=lambda r: r.date, default=None)


def _same(one: Row, other: Row) -> bool:
    return (one.kind, one.record) == (other.kind, other.record)


def _number(row: Row, dimension: str, problems: list[Problem]) -> float | None:
    """Positive SI value of a row."""
    try:
        number = units.parse(row.text, dimension, f"{row.where}, column value")
    except BadInput as fault:
        problems.extend(fault.problems)
        return None
    if number <= 0.0:
        problems.append(Problem("out of range", f"{row.where}, column value", row.text, "more than 0"))
        return None
    return number
