"""The plan: everything that was decided, measured and found, as one frozen value.

Exporters read it and compute nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fabplan.architectures.base import Footprint
from fabplan.catalog.types import Device, Dialect, Facility, Machine, Material, Recipe
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.layout.drc import RuleSet
from fabplan.layout.drops import DropPattern
from fabplan.layout.monitors import Monitor
from fabplan.layout.panel import Panel
from fabplan.layout.types import Layer, Mask, Toolpath
from fabplan.layout.wafer import Wafer
from fabplan.methods.base import Acceptance, SetPoint, Use, Work
from fabplan.records import Confidence, Quantity


@dataclass(frozen=True)
class Step:
    """One operation of the flow with everything its sheet needs.

    Parameters
    ----------
    number : from 1, in order
    id : kebab-case, unique, e.g. ``"sputter-collector"``
    title : for people
    method : id of the process
    recipe : the record
    role : which role of the route it makes, ``""`` for cleaning and the like
    material : id, ``""`` when it leaves nothing
    bodies : names of the bodies that it makes or shapes
    work : what there is to do
    temperature_max : hottest the part gets [K], None when not heated
    vacuum : whether the part sees a vacuum
    atmosphere : of the catalog's list
    duration : [s], None when unknown or withheld
    reckoned : [s], what the planner counts with where ``duration`` is withheld from the sheet
    set_points, uses, acceptance, hazards, rework, notes : for the sheet
    mask : name of the plate it needs, ``""`` for none
    toolpath : name of its toolpath, ``""`` for none
    confidence : the lowest of what it rests on
    time_confidence, temperature_confidence : the lowest of what ``duration`` and ``temperature_max`` rest on
    """

    number: int
    id: str
    title: str
    method: str
    recipe: Recipe
    role: str
    material: str
    bodies: tuple[str, ...]
    work: Work
    temperature_max: float | None
    vacuum: bool
    atmosphere: str
    duration: float | None
    set_points: tuple[SetPoint, ...]
    uses: tuple[Use, ...]
    acceptance: tuple[Acceptance, ...]
    hazards: tuple[str, ...]
    rework: str
    notes: str
    mask: str = ""
    toolpath: str = ""
    confidence: Confidence = "high"
    reckoned: float | None = None
    time_confidence: Confidence = "high"
    temperature_confidence: Confidence = "high"


@dataclass(frozen=True)
class ParameterValue:
    """A chosen parameter: SI value, unit, meaning, and whether the user fixed it or the search chose it."""

    value: float
    unit: str
    dimension: str
    meaning: str
    chosen_by: str


@dataclass(frozen=True)
class Alternative:
    """A design that was looked at and not chosen, with the reason; figures in SI (C, J, s, m)."""

    title: str
    architecture: str
    meets_target: bool
    reason: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    capacity: float | None = None
    energy: float | None = None
    height: float | None = None
    fabrication_time: float | None = None


@dataclass(frozen=True)
class Input:
    """A number the estimate rests on, for the report: what, value, origin."""

    what: str
    quantity: Quantity


@dataclass(frozen=True)
class Comparison:
    """A published figure beside ours, both in SI unit ``unit``."""

    device: Device
    what: str
    at: str
    published: float
    ours: float
    unit: str
    spread: float | None
    inside: bool
    remark: str


@dataclass(frozen=True)
class Plan:
    """All of it.

    Parameters
    ----------
    name : of the plan and of its files
    spec : the request as plain data, as given after all options (JSON-able)
    architecture, architecture_title : of the structure
    reason : why this structure, chemistry and route, sentences
    parameters : name -> value
    footprint : where it stands
    materials : role -> record
    bodies : bottom-up
    layers : entries of the layer table (bodies first, then marks, tests, outlines)
    masks : plates, in order of use
    toolpaths : in order of use
    geometry : the ``geometry`` object of plan.json, measured on the drawing
    estimate : the ``estimate`` object of plan.json
    cell : the `fabplan/cells/1` document of the chosen design
    curves : discharge curves for plots: ``{"c_rate", "capacity_Ah": [...], "voltage_V": [...]}``
    sensitivity : how the capacity moves with each uncertain input,
        ``{"input", "low", "high", "capacity_low_Ah", "capacity_high_Ah"}``
    bring_up : the facts of the bring-up sheet (`fabplan.planner.bring_up`)
    steps, findings, alternatives, inputs, comparisons : as their types say
    patterns : drops of the jetted layers
    rules : that the masks keep, for decks and for the read-back
    monitors : around the cell, where the request asks for them
    wafer : of dies, where the request asks for one
    panel : of cells on a sheet or screen, where the request asks for one
    bitmap : side of a pixel of the plates as pictures [m], 0 for none
    flat : whether the plates are written without hierarchy too
    catalog_digest : sha256 over the catalog records that were used
    """

    name: str
    fabplan_version: str
    spec: Mapping[str, Any]
    architecture: str
    architecture_title: str
    reason: tuple[str, ...]
    parameters: Mapping[str, ParameterValue]
    footprint: Footprint
    materials: Mapping[str, Material]
    bodies: tuple[Body, ...]
    layers: tuple[Layer, ...]
    masks: tuple[Mask, ...]
    toolpaths: tuple[Toolpath, ...]
    geometry: Mapping[str, float | None]
    estimate: Mapping[str, Any]
    cell: Mapping[str, Any]
    curves: tuple[Mapping[str, Any], ...]
    sensitivity: tuple[Mapping[str, Any], ...]
    bring_up: Mapping[str, Any]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    alternatives: tuple[Alternative, ...]
    inputs: tuple[Input, ...]
    comparisons: tuple[Comparison, ...]
    machine: Machine | None
    dialect: Dialect | None
    facility: Facility
    catalog_digest: str
    patterns: tuple[DropPattern, ...] = ()
    rules: RuleSet = RuleSet()  # noqa: RUF009 - frozen
    monitors: tuple[Monitor, ...] = ()
    wafer: Wafer | None = None
    panel: Panel | None = None
    bitmap: float = 0.0
    flat: bool = False
