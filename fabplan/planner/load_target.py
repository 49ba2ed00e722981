"""A load as the target: looked up, turned into a first requirement, carried by a cell in simulated pulses."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fabplan import units
from fabplan.catalog.loader import Catalog, find
from fabplan.catalog.types import Load
from fabplan.errors import BadInput, Problem
from fabplan.estimate.cells import read_cells
from fabplan.estimate.load import (
    Profile,
    cells_needed,
    holds,
    load_requirement,
    pattern,
    profile_of,
    survives,
    trough,
    unknown_parts,
)
from fabplan.estimate.reduced import Reduced, open_circuit, reduce, rest
from fabplan.findings import Finding
from fabplan.planner import cell_document
from fabplan.planner import size as sizing
from fabplan.planner.spec import Spec, Target
from fabplan.planner.spec_source import is_load_file
from fabplan.readers.toml import read_toml
from fabplan.records import Origin, read

DAY = 86400.0  # seconds: the run time of a load that states none
SLOWEST, FASTEST = 1e-4, 100.0  # C-rates at which a first requirement is discharged


def resolved(spec: Spec, catalog: Catalog) -> Spec:
    """The spec with its load looked up and turned into a first requirement of charge.

    A load of a file enters the request as data, so that a plan names no path.

    Raises
    ------
    BadInput : unknown name, a file that is no load, a load that nobody knows well enough to simulate
    """
    target = spec.target
    if not target.load or target.profile is not None:
        return spec
    where = f"{spec.where}: target.load"
    raw = dict(spec.raw)
    if is_load_file(target.load):
        table = read_toml(Path(str(target.load)))
        raw["target"] = {**raw.get("target", {}), "load": {"name": Path(str(target.load)).stem, **table}}
        record = _of_table(raw["target"]["load"], where)
    elif isinstance(target.load, str):
        record = find(catalog.loads, target.load, where)
    else:
        record = _of_table(target.load, where)
    return dataclasses.replace(spec, raw=raw, target=required(target, profile_of(record), where))


def _of_table(given: Mapping[str, Any], where: str) -> Load:
    problems: list[Problem] = []
    extra = {"id": str(given.get("name", "load"))[:60]}
    record = read(Load, {"name": "load", **given}, where, problems, origin=Origin("spec", "low"), extra=extra)
    if record is None:
        raise BadInput(problems)
    return record


def required(target: Target, profile: Profile, where: str) -> Target:
    """The target with the charge that the load takes between recharges, at its average current.

    Raises
    ------
    BadInput : unknown parts of the profile, or a load that draws nothing
    """
    missing = unknown_parts(profile)
    if missing:
        what = f"nobody knows {profile.id} well enough to simulate"
        allowed = "a load whose currents, durations and periods are known, or a .toml file that states them"
        raise BadInput(Problem(what, where, ", ".join(missing), allowed))
    pattern(profile)  # raises what cannot be simulated
    average = load_requirement(profile).average_current or 0.0
    if average <= 0.0:
        raise BadInput(Problem("a load that draws nothing", where, profile.id, "a sleep current or pulses"))
    seconds = target.run_time or DAY
    rate = target.c_rate if target.rate_given else min(max(3600.0 / seconds, SLOWEST), FASTEST)
    capacity = max(target.capacity or 0.0, average * seconds)
    return dataclasses.replace(target, profile=profile, run_time=seconds, capacity=capacity, c_rate=rate)


def seconds_needed(target: Target) -> float:
    """Run time with margin [s]."""
    return (target.run_time or DAY) * (1.0 + target.margin)


def floor(profile: Profile, model: Reduced, in_series: float = 1.0) -> float:
    """Lowest voltage of one cell that both the device and the cell bear [V]; of cells in series each has its share."""
    return max((profile.least_voltage or 0.0) / in_series, model.cutoff)


def _models(problem: sizing.Problem, rows: Sequence[Mapping[str, float]]) -> list[tuple[Reduced, float, float]]:
    """Reduced model and extent of every design, and how many of such cells are in series."""
    what = sizing.kind(problem)
    made = cell_document.document(problem.chemistry, problem.catalog, rows, [problem.target.c_rate], what)
    models = reduce(read_cells(made, "design"))
    return [
        (model, cell_document.scale(what, row), row.get("in_series", 1.0))
        for model, row in zip(models, rows, strict=True)
    ]


def row_of(problem: sizing.Problem, params: Any) -> dict[str, float]:
    """What the estimator needs to know of a design, from its parameters."""
    measures = problem.architecture.measures(params, problem.request)
    contact = float(np.ravel(sizing.contact_resistance(problem, measures))[0])
    return sizing.cell_geometry(problem, sizing.row(measures, 0), contact)


def carried(problem: sizing.Problem, rows: Sequence[Mapping[str, float]]) -> list[bool]:
    """Whether each design carries the load for the run time with margin, by simulated pulses; all where none is."""
    profile, target = problem.target.profile, problem.target
    if profile is None or not rows:
        return [True] * len(rows)
    seconds = seconds_needed(target)
    return [
        holds(model, profile, extent / target.reserve, seconds, floor(profile, model, in_series))
        for model, extent, in_series in _models(problem, rows)
    ]


def short(problem: sizing.Problem, rows: Sequence[Mapping[str, float]]) -> list[float]:
    """How many cells of each design would carry the load; 1 where one does or none is asked."""
    profile, target = problem.target.profile, problem.target
    if profile is None:
        return [1.0] * len(rows)
    seconds = seconds_needed(target)
    return [
        cells_needed(model, profile, extent / target.reserve, seconds, floor(profile, model, in_series))
        for model, extent, in_series in _models(problem, rows)
    ]


def said(problem: sizing.Problem, row: Mapping[str, float]) -> dict[str, Any] | None:
    """The ``estimate.load`` object of plan.json: asked and reached, in simulated pulses; None without a load."""
    profile, target = problem.target.profile, problem.target
    if profile is None:
        return None
    ((model, extent, n),) = _models(problem, [row])
    least = floor(profile, model, n)
    seconds = seconds_needed(target)
    asks, run = load_requirement(profile), survives(model, profile, extent, seconds, least)
    wanted = max(math.ceil(seconds / sum(time for _, time in pattern(profile)) - 1e-9), 1)
    # the lowest voltage of the run that was asked, or of the period that ended it
    low = trough(model, profile, extent, min(run.periods, wanted - 1))
    return {
        "id": profile.id,
        "asked": {
            "run_time_s": target.run_time,
            "margin": target.margin,
            "least_voltage_V": profile.least_voltage,
            "average_current_A": asks.average_current,
            "peak_current_A": asks.peak_current,
            "longest_pulse_s": asks.longest_pulse,
            "charge_per_cycle_Ah": (asks.average_current or 0.0) * (target.run_time or DAY) / 3600.0,
        },
        "reached": {
            "run_time_s": finite(run.seconds),
            "lowest_voltage_V": finite(n * low.voltage),
            "at_pulse": pulse_name(low.pulses),
            "at_current_A": low.current,
            "at_time_s": low.after,
            "first_lowest_voltage_V": finite(n * run.first_least_voltage),
            "open_circuit_V": n * open_circuit(model, rest(model)),
            "charge_per_cycle_Ah": run.charge / 3600.0,
            "survives": run.survives,
            "cells_needed": finite(cells_needed(model, profile, extent, seconds, least)),
            "reason": run.reason,
        },
        "floor_V": n * least,
        "floor_is": "the device" if math.isclose(n * least, profile.least_voltage or 0.0) else "the cell's cut-off",
        "harvest": _harvest(problem, profile, n * open_circuit(model, rest(model))),
    }


def _harvest(problem: sizing.Problem, profile: Profile, voltage: float) -> dict[str, Any] | None:
    """How long a harvester as large as the footprint takes to give back a run's charge; None without one.

    The load goes on meanwhile; losses of the harvester's electronics are not known and not counted.
    """
    if profile.harvest is None:
        return None
    average, seconds = load_requirement(profile).average_current or 0.0, problem.target.run_time or DAY
    given, drawn = profile.harvest * problem.request.footprint.area, average * voltage
    lasting = drawn * seconds / (given - drawn) if given > drawn else None
    return {"power_W": given, "load_power_W": drawn, "recharge_s": lasting, "losses": "not counted"}


def finite(value: float) -> float | None:
    """A number for JSON."""
    return value if math.isfinite(value) else None


def pulse_name(places: Sequence[int]) -> str:
    """Which pulses run, counted from 1; ``sleep`` where none does."""
    return "pulse " + " with ".join(str(place + 1) for place in places) if places else "sleep"


def sentence(load: Mapping[str, Any]) -> str:
    """What became of a load, for people."""
    asked, got = load["asked"], load["reached"]
    volts = got["lowest_voltage_V"]
    reached = "no voltage at all" if volts is None else "below 0 V" if volts < 0 else f"{volts:.3g} V"
    to = "" if reached.startswith("below") else "to "
    when = f"{units.show(got['at_time_s'], 'time')} after full charge"
    current = units.show(got["at_current_A"], "current")
    wanted = f"asked {units.show(asked['run_time_s'], 'time')} and {asked['margin']:.0%} margin"
    if got["survives"]:
        lasts = "without end" if got["run_time_s"] is None else units.show(got["run_time_s"], "time")
        return (
            f"load {load['id']}: carried for {lasts}, {wanted}; lowest voltage in "
            f"the asked time {reached} at {got['at_pulse']} ({current}), {when}"
        )
    return (
        f"load {load['id']}: {got['at_pulse']} ({current}) pulls the cell {to}{reached}, {when}; "
        f"{load['floor_is']} stops at {load['floor_V']:.3g} V; {wanted}"
    )


def binds(load: Mapping[str, Any]) -> str:
    """What keeps a cell from carrying a load."""
    got, least = load["reached"], load["floor_V"]
    if got["open_circuit_V"] <= least:
        return f"the cell rests at {got['open_circuit_V']:.3g} V when full, below the {least:.3g} V that are needed"
    if got["run_time_s"] == 0.0:
        need = got["cells_needed"]
        cells = "no number of such cells" if need is None else f"{need:.3g} such cells in parallel"
        return f"its resistance binds: the first pulse already falls below {least:.3g} V; {cells} would carry it"
    return f"its charge binds: it lasts {units.show(got['run_time_s'] or 0.0, 'time')}"


def findings(estimate: Mapping[str, Any]) -> list[Finding]:
    """A load that the cell as drawn does not carry."""
    load = estimate.get("load")
    if load is None or load["reached"]["survives"]:
        return []
    text = f"{sentence(load)}; {binds(load)}"
    change = "a larger footprint, a higher cell, or a shorter target.run_time"
    volts = load["reached"]["lowest_voltage_V"]
    return [Finding("target-load", "error", "target.load", text, volts, load["floor_V"], "V", change)]
