"""The spec: what the user asks for, parsed once, with units, frozen."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fabplan.architectures.base import Footprint
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.geometry.patterns.base import names as pattern_names
from fabplan.layout.types import FILLS
from fabplan.planner.flow_wishes import KEYS as FLOW_KEYS
from fabplan.planner.flow_wishes import Wishes, wishes
from fabplan.planner.footprint import KEYS as FOOTPRINT_KEYS
from fabplan.planner.footprint import footprint as _footprint
from fabplan.planner.footprint import with_coordinates
from fabplan.planner.given import KEYS as GIVEN_KEYS
from fabplan.planner.given import Given
from fabplan.planner.given import given as given_plates
from fabplan.planner.mask_wishes import KEYS as MASK_KEYS
from fabplan.planner.mask_wishes import WAFER_KEYS, WaferWishes, wafer_wishes
from fabplan.planner.mask_wishes import Wishes as MaskWishes
from fabplan.planner.mask_wishes import wishes as mask_wishes
from fabplan.planner.panels import KEYS as PANEL_KEYS
from fabplan.planner.panels import PanelWishes, panel_wishes
from fabplan.planner.spec_fields import DEFAULT_C_RATE, file_name, number, one_of, positive, rate, table, text

if TYPE_CHECKING:
    from fabplan.estimate.load import Profile

DEFAULT_MARGIN = 0.05
LONGEST_RUN = 10 * 365.25 * 86400.0  # seconds between recharges
OBJECTIVES = ("fabrication-time", "height", "area", "energy")

#: keys of ``cell`` that name a variant of the structure, which says what it offers
VARIANTS = ("connection", "package")

#: table -> keys it may hold; None: free keys, checked later by whom they concern
KEYS: dict[str, tuple[str, ...] | None] = {
    "target": ("capacity", "energy", "load", "run_time", "rate", "margin", "objective", "n_p_ratio"),
    "footprint": FOOTPRINT_KEYS,
    "cell": (
        "architecture",
        "anode",
        "cathode",
        "electrolyte",
        "collector",
        "substrate",
        "height_max",
        "pattern",
        *VARIANTS,
    ),
    "parameters": None,
    "route": None,
    "machine": ("name", "dialect", "order", "fill"),
    "facility": ("name",),
    "masks": MASK_KEYS,
    "wafer": WAFER_KEYS,
    "panel": PANEL_KEYS,
    "given": GIVEN_KEYS,
    "flow": FLOW_KEYS,
}
ORDERS = ("by-ink", "by-layer")
PLAIN = ("name", "description", "source", "compare", "starting_point")


@dataclass(frozen=True)
class Target:
    """What must be reached; several are minima that all hold.

    Parameters
    ----------
    capacity, energy : [C], [J]; None when not asked
    c_rate : C-rate at which they must hold
    margin : share on top
    objective : what is made best among the designs that meet the target
    n_p_ratio : wanted ratio of anode to cathode capacity
    load : name of a load of the catalog, a .toml file, or the load itself as plain data; ``""`` when not asked
    run_time : between recharges under that load [s]; None: the load's own or a day
    profile : the load once it is looked up (``load_target.resolved``)
    rate_given : whether the user named the rate; else that of the load's average current is taken
    reserve : factor on the load in the search, above 1 where the drawn cell fell short of the sized one
    """

    capacity: float | None
    energy: float | None
    c_rate: float
    margin: float
    objective: str
    n_p_ratio: float
    load: str | Mapping[str, Any] = ""
    run_time: float | None = None
    profile: Profile | None = None
    rate_given: bool = True
    reserve: float = 1.0


@dataclass(frozen=True)
class Spec:
    """The request; names are as given, not yet looked up in the catalog.

    Parameters
    ----------
    cell : role -> name of a material: ``anode``, ``cathode``, ``electrolyte``, ``collector``, ``substrate``
    parameters : name -> text, of the structure's ``Params``
    route : role -> process or recipe
    compare : ids of published devices to show beside the result
    raw : the request as plain data
    where : file or ``"command line"``, for messages
    variants : of the structure by key, e.g. ``connection`` -> ``series``
    pattern : of the planar cell's two nets, of `fabplan.geometry.patterns`
    masks : whose rules the plates keep, and what is drawn around the cell
    wafer : that the plates are made for
    panel : sheet or screen that carries several cells
    open_structure : the user left the structure open, several are tried
    print_order : ``"by-ink"``: one program an ink; ``"by-layer"``: all inks in one, layer by layer; empty: chosen
    fill : how beads of a printed layer hang together, empty: as the recipe says
    flow : weights of the flow search, and what may stand on the sheets
    given : plates that exist and shall be used
    """

    name: str
    description: str
    target: Target
    footprint: Footprint
    architecture: str | None
    cell: Mapping[str, str]
    height_max: float | None
    parameters: Mapping[str, Any]
    route: Mapping[str, str]
    machine: str | None
    dialect: str | None
    facility: str
    compare: tuple[str, ...]
    raw: Mapping[str, Any]
    where: str
    open_structure: bool = False
    masks: MaskWishes = field(default_factory=MaskWishes)
    wafer: WaferWishes = field(default_factory=WaferWishes)
    panel: PanelWishes = field(default_factory=PanelWishes)
    pattern: str = "comb"
    print_order: str = ""
    fill: str = ""
    variants: Mapping[str, str] = field(default_factory=dict)
    flow: Wishes = field(default_factory=Wishes)
    given: Given = field(default_factory=Given)


def _devices(given: Any, where: str, problems: list[Problem]) -> tuple[str, ...]:
    if isinstance(given, list) and all(isinstance(name, str) for name in given):
        return tuple(given)
    problems.append(Problem("not a list of devices", where, repr(given)[:60], '["..."]'))
    return ()


def parse(data: Mapping[str, Any], where: str) -> Spec:
    """Plain data to a `Spec`; all faults at once.

    Raises
    ------
    BadInput : unknown keys, wrong dimensions, no target, no footprint, a name that is no file name
    """
    problems: list[Problem] = []
    data = with_coordinates(data, where, problems)
    _check_keys(data, where, problems)
    target = _target(table(data, "target"), where, problems)
    footprint = _footprint(table(data, "footprint"), where, problems)
    cell = table(data, "cell")
    texts = {
        key: text(cell[key], f"{where}: cell.{key}", problems)
        for key in cell
        if key in (KEYS["cell"] or ()) and key != "height_max"
    }
    pattern = _pattern(texts.pop("pattern", "comb"), f"{where}: cell.pattern", problems)
    variants = {key: texts.pop(key) for key in VARIANTS if key in texts}
    height_max = positive(cell.get("height_max"), "length", f"{where}: cell.height_max", problems)
    machine, facility = table(data, "machine"), table(data, "facility")
    name = file_name(data.get("name", "cell"), f"{where}: name", problems)
    compare = _devices(data.get("compare", []), f"{where}: compare", problems)
    flow = wishes(table(data, "flow"), f"{where}: flow", problems)
    masks, wafer, panel = _plates(data, where, problems)
    existing = given_plates(table(data, "given"), f"{where}: given", problems)
    route = {role: text(given, f"{where}: route.{role}", problems) for role, given in table(data, "route").items()}
    chosen = {
        "machine": text(machine.get("name", ""), f"{where}: machine.name", problems, empty=True),
        "dialect": text(machine.get("dialect", ""), f"{where}: machine.dialect", problems, empty=True),
        "order": one_of(machine.get("order", ""), ORDERS, f"{where}: machine.order", problems),
        "fill": one_of(machine.get("fill", ""), FILLS, f"{where}: machine.fill", problems),
        "facility": text(facility.get("name", "any"), f"{where}: facility.name", problems),
        "description": text(data.get("description", ""), f"{where}: description", problems, empty=True),
    }
    if problems:
        raise BadInput(problems)
    assert target is not None and footprint is not None
    return Spec(
        name=name,
        description=chosen["description"],
        target=target,
        footprint=footprint,
        architecture=texts.pop("architecture", None),
        cell=texts,
        height_max=height_max,
        parameters=dict(table(data, "parameters")),
        route=route,
        machine=chosen["machine"] or None,
        dialect=chosen["dialect"] or None,
        facility=chosen["facility"],
        masks=masks,
        wafer=wafer,
        panel=panel,
        compare=compare,
        raw=copy.deepcopy(dict(data)),
        where=where,
        pattern=pattern,
        print_order=chosen["order"],
        fill=chosen["fill"],
        variants=variants,
        flow=flow,
        given=existing,
    )


def _plates(
    data: Mapping[str, Any], where: str, problems: list[Problem]
) -> tuple[MaskWishes, WaferWishes, PanelWishes]:
    """What is asked of the plates, and of the wafer and the panel that they are made for."""
    masks = mask_wishes(table(data, "masks"), f"{where}: masks", problems)
    wafer = wafer_wishes(table(data, "wafer"), f"{where}: wafer", masks, problems)
    return masks, wafer, panel_wishes(table(data, "panel"), f"{where}: panel", problems)


def _pattern(given: str, where: str, problems: list[Problem]) -> str:
    known = pattern_names()
    if given and given not in known:
        problems.append(Problem("unknown pattern", where, repr(given)[:60], listed(known), nearest(given, known)))
    return given


def _check_keys(data: Mapping[str, Any], where: str, problems: list[Problem]) -> None:
    known = (*KEYS, *PLAIN)
    for key, entry in data.items():
        if key not in known:
            # a key of a table that was written one level too high is the likely slip
            inner = [f"{t}.{k}" for t, ks in KEYS.items() for k in ks or () if k == key]
            problems.append(
                Problem(
                    "unknown key", f"{where}: {key}", None, listed(known), inner[0] if inner else nearest(key, known)
                )
            )
        elif key in KEYS and not isinstance(entry, dict):
            problems.append(Problem("not a table", f"{where}: {key}", repr(entry)[:60], f"[{key}]"))
        elif key in KEYS and KEYS[key] is not None:
            valid = KEYS[key] or ()
            for inner_key in entry:
                if inner_key not in valid:
                    problems.append(
                        Problem(
                            "unknown key", f"{where}: {key}.{inner_key}", None, listed(valid), nearest(inner_key, valid)
                        )
                    )
    for key in ("source", "starting_point"):
        if key in data and not isinstance(data[key], str | bool):
            problems.append(Problem("not text", f"{where}: {key}", repr(data[key])[:60], "text"))


def _target(given: Mapping[str, Any], where: str, problems: list[Problem]) -> Target | None:
    before = len(problems)
    if not any(key in given for key in ("capacity", "energy", "load")):
        problems.append(
            Problem(
                "a target is missing",
                f"{where}: target",
                None,
                'capacity = "20 uAh", energy = "40 uWh" or load = "rtc-backup"',
            )
        )
    capacity = positive(given.get("capacity"), "charge", f"{where}: target.capacity", problems)
    energy = positive(given.get("energy"), "energy", f"{where}: target.energy", problems)
    c_rate = rate(given.get("rate", f"C/{1 / DEFAULT_C_RATE:g}"), f"{where}: target.rate", problems)
    margin = number(given.get("margin", DEFAULT_MARGIN), 0.0, 10.0, f"{where}: target.margin", problems)
    ratio = number(given.get("n_p_ratio", 1.1), 0.5, 5.0, f"{where}: target.n_p_ratio", problems)
    objective = given.get("objective", OBJECTIVES[0])
    if objective not in OBJECTIVES:
        near = nearest(str(objective), OBJECTIVES)
        problems.append(
            Problem("unknown objective", f"{where}: target.objective", repr(objective)[:60], listed(OBJECTIVES), near)
        )
    load = given.get("load", "")
    if not isinstance(load, dict):
        load = text(load, f"{where}: target.load", problems, empty="load" not in given)
    run_time = positive(given.get("run_time"), "time", f"{where}: target.run_time", problems, LONGEST_RUN)
    if run_time is not None and not load:
        problems.append(Problem("a run time needs a load", f"{where}: target.run_time", None, "target.load"))
    if len(problems) > before:
        return None
    return Target(
        capacity, energy, c_rate, margin, str(objective), ratio, load, run_time, rate_given="rate" in given
    )
