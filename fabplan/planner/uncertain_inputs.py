"""What of a plan is uncertain, how far, and what each input moves.

The one rule from confidence to spread stands in ``estimate.ranges``. Sizes vary within the window that the step must
meet before the next one starts (thickness) and within the tolerance of its edges (widths and gap of combs), where the
catalog knows one. What has neither value nor range, or is part of another input, is held and said so.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.estimate.ranges import COUNTED, NINE_IN_TEN, SCORE, WINDOW
from fabplan.planner.electrical import Chemistry, Porous
from fabplan.planner.plan import Input
from fabplan.planner.sensitivity import LARGEST_SHARE, changed, field_of, range_of
from fabplan.planner.size import Problem, collector_role, kind, sheet_resistance
from fabplan.records import Quantity

Array = NDArray[np.float64]
NETS = ("anode", "cathode")
#: end of an input's name -> field of `Porous` that only intervals vary
_ENDS = {
    "lithium sites": "maximum_concentration",
    "lithium fraction, charged": "charged",
    "lithium fraction, empty": "discharged",
    "first cycle loss": "first_cycle_loss",
}
_SEPARATOR = {"separator: porosity": "separator_porosity", "separator: exponent of transport": "separator_bruggeman"}
_PRACTICAL = "practical over theoretical capacity"
_WINDOW = re.compile(r"±\s*(\d+(?:\.\d+)?)\s*% of target")
_LEAST_LEFT = 0.2  # of a gap or width, however coarse its edges: less would be a short, which other rules judge
_LEAST_SHARE = 1e-4
_ROUNDING = 1e-6  # of a stoichiometry: the balance of both electrodes must not leave a table by it


@dataclass(frozen=True)
class Uncertain:
    """One input that varies.

    Parameters
    ----------
    given : the input
    field : what it feeds: part (``anode``, ``cathode``, ``electrolyte``, ``separator``, ``collector``, ``size``)
        and name there
    low, high : its 5 and 95 % points
    floor, ceiling : that no draw passes
    """

    given: Input
    field: tuple[str, str]
    low: float
    high: float
    floor: float | None = None
    ceiling: float | None = None

    @property
    def middle(self) -> float:
        """Its value in the plan."""
        value = self.given.quantity.value
        assert value is not None
        return value

    def many(self, scores: Array) -> Array:
        """Values at normal scores."""
        middle = self.middle
        end, part = np.where(scores > 0.0, self.high, self.low), np.abs(scores) / SCORE
        if self.floor is not None or (self.given.quantity.dimension == "number" and middle <= 1.0):
            low = _LEAST_SHARE if self.floor is None else self.floor
            high = max(LARGEST_SHARE, middle) if self.ceiling is None else self.ceiling
            return np.asarray(np.clip(middle + part * (end - middle), low, high))
        if min(middle, self.low) <= 0.0:
            return np.asarray(np.maximum(middle + part * (end - middle), 0.0))
        return np.asarray(middle * (end / middle) ** part)

    def at(self, score: float) -> float:
        """Value at one normal score."""
        return float(self.many(np.asarray(score, dtype=np.float64)))


def uncertain_inputs(
    problem: Problem, geometry: Mapping[str, float], design: Mapping[str, Any]
) -> tuple[tuple[Uncertain, ...], tuple[tuple[str, str], ...]]:
    """Inputs that vary, and what is held: name and why.

    Parameters
    ----------
    geometry : of the cell as drawn
    design : of its cells document
    """
    chem = problem.chemistry
    found, held = [], [("open-circuit curves", "no range is stated"), ("cut-off voltage", "chosen, not measured")]
    held += [(what, f"unknown: {consequence}") for what, consequence in chem.unknown]
    measured = {given.what.partition(": ")[0] for given in chem.inputs if given.what.endswith(_PRACTICAL)}
    for given in (*chem.inputs, *_losses(problem)):
        one = _of_chemistry(problem, given)
        if one is not None and one.field[1] in ("charged", "discharged") and _name(given) in measured:
            held.append((given.what, "the practical capacity was measured with this window"))
        elif one is not None:
            found.append(one)
        elif given.quantity.value is not None and not _of_metal(chem, given):
            held.append((given.what, "no range"))
    sizes, fixed = _sizes(problem, geometry, design)
    found += [one for one in (*_collectors(problem), *sizes) if one is not None]
    return tuple(found), (*held, *fixed)


def _name(given: Input) -> str:
    return given.what.partition(": ")[0].removesuffix(" layer")


def _of_metal(chem: Chemistry, given: Input) -> bool:
    return chem.anode.metal and _name(given) == chem.anode.material


def _losses(problem: Problem) -> Iterator[Input]:
    """First-cycle losses: no inputs of the chemistry's reader."""
    for net in NETS:
        data = problem.route.choices[net].material.electrode
        side: Porous = getattr(problem.chemistry, net)
        if side.first_cycle_loss and data is not None and data.first_cycle_loss is not None:
            yield Input(f"{side.material}: first cycle loss", data.first_cycle_loss)


def _of_chemistry(problem: Problem, given: Input) -> Uncertain | None:
    chem, value = problem.chemistry, given.quantity.value
    if value is None or (_of_metal(chem, given) and given.what.partition(": ")[2] in _ENDS):
        return None
    field = field_of(chem, given) or _further(chem, given)
    if field is None:
        return None
    if field[1] in ("charged", "discharged"):
        return _window_end(problem, given, field)
    if field[1] == "maximum_concentration" and given.quantity.low is None:
        part = COUNTED[given.quantity.confidence]
        return Uncertain(given, field, value * (1.0 - part), value * (1.0 + part))
    low, high = range_of(given)
    low, high = min(low, value), max(high, value)
    return Uncertain(given, field, low, high) if high > low else None


def _further(chem: Chemistry, given: Input) -> tuple[str, str] | None:
    """Fields that only intervals vary."""
    if given.what in _SEPARATOR:
        return "separator", _SEPARATOR[given.what]
    what = given.what.partition(": ")[2]
    for net in NETS:
        if getattr(chem, net).material == _name(given) and what in _ENDS:
            key = _ENDS[what]
            if chem.anode_material_tested and key in ("charged", "discharged"):
                key = "discharged" if key == "charged" else "charged"  # against lithium it is full when discharged
            return net, key
    return None


def _window_end(problem: Problem, given: Input, field: tuple[str, str]) -> Uncertain | None:
    """An end of the lithium window, inside its open-circuit table."""
    side: Porous = getattr(problem.chemistry, field[0])
    table, middle, q = problem.catalog.ocp[side.ocp].stoichiometry, getattr(side, field[1]), given.quantity
    part = WINDOW[q.confidence] * abs(side.charged - side.discharged)
    low, high = (middle - part, middle + part) if q.low is None or q.high is None else (q.low, q.high)
    floor, ceiling = float(min(table)) + _ROUNDING, float(max(table)) - _ROUNDING
    low, high = max(low, floor), min(high, ceiling)
    return Uncertain(given, field, low, high, floor, ceiling) if low <= middle <= high and low < high else None


def _collectors(problem: Problem) -> Iterator[Uncertain]:
    """Resistivity of both collectors, and their thickness where a step must meet a window."""
    for net in NETS:
        role = collector_role(problem.route, net)
        if role is None or not sheet_resistance(problem, net):
            continue
        collector = problem.route.choices[role].material.collector
        assert collector is not None and collector.resistivity is not None
        given = Input(f"{net} collector: resistivity", collector.resistivity)
        low, high = range_of(given)
        if high > low:
            yield Uncertain(given, ("collector", f"{net}_resistivity"), low, high)
        one = _thickness(problem, role, f"{net} collector: thickness", problem.request.thickness[role])
        if one is not None:
            yield dataclasses.replace(one, field=("collector", f"{net}_thickness"))


def _thickness(problem: Problem, role: str, what: str, value: float) -> Uncertain | None:
    """A thickness within the window that its step must meet; None where nobody states one."""
    choice = problem.route.choices.get(role)
    if choice is None or value <= 0.0:
        return None
    for entry in (*choice.recipe.acceptance, *choice.method.ACCEPTANCE):
        found = _WINDOW.search(entry.window or "") if entry.what == "thickness" else None
        if found:
            part = float(found[1]) / 100.0
            source = f"{entry.window}, what the step must meet: {entry.source}"
            given = Input(what, Quantity(value, "length", source, entry.confidence))
            return Uncertain(given, ("size", ""), value * (1.0 - part), value * (1.0 + part))
    return None


def _sizes(
    problem: Problem, geometry: Mapping[str, float], design: Mapping[str, Any]
) -> tuple[list[Uncertain], list[tuple[str, str]]]:
    """Sizes of the drawing that vary, and those for which nobody knows a tolerance."""
    comb = kind(problem) == "interdigital"
    found, held = [], []
    for net in NETS:
        if getattr(problem.chemistry, net).metal or geometry[f"{net}_volume"] <= 0.0:
            continue
        value = geometry["height"] if comb else geometry[f"{net}_volume"] / max(geometry["reference_area"], 1e-300)
        one = _thickness(problem, net, f"{net}: {'height' if comb else 'thickness'}", value)
        if one is None:
            held.append((f"{net}: thickness", "no window is stated for its step"))
        else:
            found.append(dataclasses.replace(one, field=("size", f"{net}_height")))
    if not comb:
        one = _thickness(problem, "electrolyte", "electrolyte: thickness", geometry["electrolyte_thickness"])
        if one is None:
            held.append(("electrolyte: thickness", "no window is stated for its step"))
        else:
            found.append(dataclasses.replace(one, field=("size", "electrolyte_thickness")))
        return found, [*held, ("plan areas", "the edges' tolerance is small against them")]
    edges = {net: problem.request.limit(net).edge for net in NETS}
    rows = [(f"{net}: finger width", f"{net}_width", design[key], math.sqrt(2.0) * edges[net])
            for net, key in (("anode", "w1_m"), ("cathode", "w2_m"))]  # fmt: skip
    rows.append(("gap", "gap", geometry["gap"], math.hypot(*edges.values())))
    for what, field, value, part in rows:
        if part <= 0.0:
            held.append((what, "no tolerance of the edges is stated"))
            continue
        quantity = Quantity(value, "length", "tolerance of the edges in the recipe, both of them", "low")
        low = max(value - part, _LEAST_LEFT * value)
        found.append(Uncertain(Input(what, quantity), ("size", field), low, value + part))
    return found, held


def at(
    problem: Problem, geometry: Mapping[str, float], inputs: tuple[Uncertain, ...], scores: Array
) -> tuple[Chemistry, Mapping[str, float]]:
    """Chemistry and geometry with every input at its score; shares that are products move by ratios."""
    chem, sizes = problem.chemistry, dict(geometry)
    weights = collector_weights(problem)
    contact = 1.0
    for entry, score in zip(inputs, scores.tolist(), strict=True):
        if not score:
            continue
        (part, name), value = entry.field, entry.at(score)
        ratio = value / entry.middle if entry.middle else 1.0
        if part == "collector":
            net, _, what = name.partition("_")
            contact += weights[net] * ((ratio if what == "resistivity" else 1.0 / ratio) - 1.0)
        elif part == "size":
            sizes = _sized(problem, sizes, name, ratio)
        elif part == "separator":
            one: dict[str, Any] = {name: value}
            chem = dataclasses.replace(chem, **one)
        elif part in NETS and name in _ENDS.values():
            one = {part: dataclasses.replace(getattr(chem, part), **{name: value})}
            chem = dataclasses.replace(chem, **one)
        else:
            chem = changed(chem, entry.field, entry.middle, value)
    return chem, {**sizes, "contact": sizes["contact"] * max(contact, 0.0)}


def collector_weights(problem: Problem) -> dict[str, float]:
    """Part of the collectors' resistance that each net has, by sheet resistance (squares are much the same)."""
    sheets = {net: sheet_resistance(problem, net) or 0.0 for net in NETS}
    total = sum(sheets.values())
    return {net: sheet / total if total else 0.0 for net, sheet in sheets.items()}


def _sized(problem: Problem, sizes: dict[str, float], name: str, ratio: float) -> dict[str, float]:
    """The geometry with one size changed; heights and widths change what an electrode holds."""
    if name == "gap":
        return {**sizes, "gap": sizes["gap"] * ratio, "electrolyte_thickness": sizes["electrolyte_thickness"] * ratio}
    if name == "electrolyte_thickness":
        separator = sizes["separator_length"] * (ratio if problem.architecture.ESTIMATOR == "film-planar" else 1.0)
        return {**sizes, name: sizes[name] * ratio, "separator_length": separator}
    volume = f"{name.partition('_')[0]}_volume"
    return {**sizes, volume: sizes[volume] * ratio}


def cell_ranges(
    inputs: tuple[Uncertain, ...], problem: Problem, design: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The same inputs as the ``uncertain`` of the cells document, so that it can be drawn without the catalog."""
    found = []
    for entry in inputs:
        path, middle, ratio = _path(entry, problem, design)
        if path is None or middle <= 0.0:
            continue
        if entry.field[1] in ("charged", "discharged"):
            low, high = middle + entry.low - entry.middle, middle + entry.high - entry.middle
            low, high = max(low, entry.floor or 0.0), min(high, entry.ceiling or 1.0)
        else:
            low, high = sorted(middle * (1.0 + ratio * (end / entry.middle - 1.0)) for end in (entry.low, entry.high))
        if low < high:
            row = {"path": path, "low": low, "high": high, "distribution": NINE_IN_TEN, "input": entry.given.what}
            found.append(row)
    return found


_PATHS = {
    "diffusivity": "D_s", "exchange_current": "i0_ref", "conductivity": "sigma", "particle_radius": "R_m",
    "porosity": "eps", "active_fraction": "eps_am", "maximum_concentration": "c_max", "charged": "sto100",
    "discharged": "sto0", "height": "L_m",
}  # fmt: skip
_SALT = {"conductivity": "kappa_S_m", "salt_diffusivity": "D_e_m2_s", "transference_number": "t_plus"}


def _path(entry: Uncertain, problem: Problem, design: Mapping[str, Any]) -> tuple[str | None, float, float]:
    """Path in the cells document, its value there, and how much of a change reaches it."""
    part, name = entry.field
    sides = {"anode": "anode" if "anode" in design and isinstance(design["anode"], dict) else "neg",
             "cathode": "cathode" if isinstance(design.get("cathode"), dict) else "pos"}  # fmt: skip
    if part == "electrolyte":
        if "electrolyte" in design:
            return f"electrolyte.{_SALT[name]}", entry.middle if name == "transference_number" else 1.0, 1.0
        return ("se.kappa", _value(design, "se", "kappa"), 1.0) if name == "conductivity" else (None, 0.0, 0.0)
    if part == "collector":
        key = next((key for key in ("contact_ohm_m", "contact_ohm_m2") if key in design), "")
        net, _, what = name.partition("_")
        weight = collector_weights(problem)[net] * (1.0 if what == "resistivity" else -1.0)
        return (key or None), float(design.get(key, 0.0)), weight
    if part == "separator":
        return "sep.eps" if name == "separator_porosity" else None, _value(design, "sep", "eps"), 1.0
    if part == "size":
        return _size_path(name, sides, design)
    key = _PATHS.get(name, "")
    if key == "eps_am" and "eps_am" not in design[sides[part]]:
        key = "c_max"  # of films: the share is folded into the sites
    value = _value(design, sides[part], key)
    exact = key != "eps" or abs(value - getattr(problem.chemistry, part).porosity) < 1e-9
    return f"{sides[part]}.{key}" if key and exact else None, value, 1.0


def _size_path(name: str, sides: Mapping[str, str], design: Mapping[str, Any]) -> tuple[str | None, float, float]:
    if name == "gap":
        return "gap_m", float(design["gap_m"]), 1.0
    if name == "electrolyte_thickness":
        part = "se" if "se" in design else "sep"
        return f"{part}.L_m", _value(design, part, "L_m"), 1.0
    net = name.partition("_")[0]
    if "gap_m" in design:
        key = "w1_m" if net == "anode" else "w2_m"
        return key, float(design[key]), 1.0
    return f"{sides[net]}.L_m", _value(design, sides[net], "L_m"), 1.0


def _value(design: Mapping[str, Any], part: str, key: str) -> float:
    found = design.get(part, {}).get(key)
    return float(found) if isinstance(found, int | float) else 0.0
