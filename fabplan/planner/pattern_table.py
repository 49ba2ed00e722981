"""All patterns on the footprint of a spec, each with the widths, gap and heights that carry most within the recipes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.catalog.loader import Catalog
from fabplan.errors import BadInput, Problem
from fabplan.geometry.patterns import base
from fabplan.geometry.region import nanometres
from fabplan.planner import footprint_site
from fabplan.planner.attempt import Attempt, attempt, candidates, check_names
from fabplan.planner.search import Design
from fabplan.planner.size import contact_resistance
from fabplan.planner.spec import Spec, parse
from fabplan.planner.spec_source import merged, read_source

MOST = 1e9  # coulomb: no cell holds it, so that a search for it ends at the design that delivers most
STRUCTURE = "planar-interdigital"
OF_COMBS = ("fingers", "finger_length", "anode_ended")  # parameters that no other pattern has


@dataclass(frozen=True)
class Row:
    """One pattern as far as the spec lets it go; SI, None where it has no room or is not known.

    Parameters
    ----------
    capacity, energy : delivered at the target's rate [C], [J]
    meets : whether that is what the target asks, with its margin
    facing_length : along which both nets lie side by side
    collectors : resistance of both collectors together [ohm]
    anode_share, cathode_share : of the footprint's usable area
    smallest : narrowest line or gap of the electrodes
    anode_width, cathode_width, gap, anode_thickness, cathode_thickness, height : of the design
    where : how it stands on the footprint, one sentence, "" on a plain rectangle
    reasons : why it cannot, empty otherwise
    """

    pattern: str
    title: str
    capacity: float | None = None
    energy: float | None = None
    meets: bool | None = None
    facing_length: float | None = None
    collectors: float | None = None
    anode_share: float | None = None
    cathode_share: float | None = None
    smallest: float | None = None
    anode_width: float | None = None
    cathode_width: float | None = None
    gap: float | None = None
    anode_thickness: float | None = None
    cathode_thickness: float | None = None
    height: float | None = None
    where: str = ""
    reasons: tuple[str, ...] = ()


def of_spec(
    argument: str,
    given: Mapping[str, float],
    sets: Sequence[str],
    catalog: Catalog,
    tell: Callable[[str], None] = lambda name: None,
) -> tuple[Spec, tuple[Row, ...]]:
    """Every pattern on a spec's footprint with its chemistry and route, what carries most first.

    What the spec fixes (``parameters``) holds for all patterns; the rest is searched for each within the limits of
    the recipes, for the design that delivers most at the target's rate.

    Parameters
    ----------
    given : ``width``, ``length``, ``anode_width``, ``cathode_width``, ``gap``, ``bus`` that stand instead of the
        spec's [m]

    Raises
    ------
    BadInput : the request cannot be understood, or its structure is not drawn as patterns
    """
    data, where = read_source(argument)
    spec = parse(_with_lines(merged(data, {}, sets), given), where)
    check_names(spec, catalog)
    if spec.architecture not in (None, STRUCTURE):
        text = f"{spec.architecture} is not drawn as patterns"
        raise BadInput(Problem(text, f"{where}: cell.architecture", None, STRUCTURE))
    start, full = candidates(dataclasses.replace(spec, architecture=STRUCTURE))[0]
    full = dataclasses.replace(
        full, target=dataclasses.replace(spec.target, capacity=MOST, energy=None, profile=None, run_time=None)
    )
    found = []
    names = base.names()
    for place, name in enumerate(names, 1):
        tell(f"{place} of {len(names)}: {name}, its designs searched")
        found.append(_row(name, attempt(start, _as(full, name), catalog), spec))
    return spec, tuple(sorted(found, key=lambda row: (-(row.capacity or 0.0), row.pattern)))


def _with_lines(data: dict[str, Any], given: Mapping[str, float]) -> dict[str, Any]:
    """A spec with sides and lines of the command line in place of its own."""
    changed = dict(data)
    sides = [given[side] for side in ("width", "length") if side in given]
    if sides:
        if len(sides) < 2:
            raise BadInput(Problem("one side alone", "--width and --length", None, "both, or none beside a SPEC"))
        terminals = data.get("footprint", {}).get("terminals", "inside")
        plain = terminals if isinstance(terminals, str) else "inside"
        changed["footprint"] = {"size": [f"{nanometres(side)} nm" for side in sides], "terminals": plain}
    lines = {
        "anode_width": ("finger_width_anode",),
        "cathode_width": ("finger_width_cathode",),
        "gap": ("gap",),
        "bus": ("bus_width_anode", "bus_width_cathode"),
    }
    own = {key: f"{nanometres(given[name])} nm" for name, keys in lines.items() if name in given for key in keys}
    if own:
        changed["parameters"] = {**data.get("parameters", {}), **own}
    return changed


def _as(spec: Spec, name: str) -> Spec:
    """The spec as a pattern, without what only a comb has."""
    if name == "comb":
        return dataclasses.replace(spec, pattern=name)
    kept = {key: value for key, value in spec.parameters.items() if key not in OF_COMBS}
    return dataclasses.replace(spec, pattern=name, parameters=kept)


def _row(name: str, tried: Attempt, asked: Spec) -> Row:
    title = base.load(name).TITLE
    problem, sized = tried.problem, tried.sized
    best = None if sized is None else sized.chosen or sized.reachable
    if problem is None or sized is None:
        return Row(name, title, reasons=tried.reasons)
    if best is None:
        return Row(name, title, reasons=("no room for its lines within the limits of the recipes",))
    m = problem.architecture.measures(best.params, problem.request)
    whole = problem.request.footprint.area
    widths = [float(getattr(best.params, f"finger_width_{net}")) for net in ("anode", "cathode")]
    gap = float(best.params.gap)
    return Row(
        name,
        title,
        best.capacity,
        best.energy,
        _meets(best, asked),
        float(m.facing_length),
        float(np.ravel(contact_resistance(problem, m))[0]),
        float(m.anode_area) / whole,
        float(m.cathode_area) / whole,
        min(*widths, gap),
        widths[0],
        widths[1],
        gap,
        float(best.params.anode_thickness),
        float(best.params.cathode_thickness),
        best.height,
        _where(problem.request.footprint),
    )


def _meets(best: Design, asked: Spec) -> bool:
    """Whether a design delivers what the spec asks with its margin."""
    target = asked.target
    pairs = ((target.capacity, best.capacity), (target.energy, best.energy))
    return all(got >= want * (1 + target.margin) for want, got in pairs if want)


def _where(footprint: Any) -> str:
    if not footprint.outline:
        return ""
    return "fills the outline" if footprint.filled else footprint_site.told(footprint)[0]
