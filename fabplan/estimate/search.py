"""Many geometries of one cell at once, for the search of a size.

Materials, electrolyte, temperature and cut-off come from a template (a cells document of one cell); the geometry
comes as arrays. The physics is that of the fast tier with a coarser search and integral (about 30 evaluations of the
voltage instead of 50, coarse elements for the cover). Measured against the fast tier on 3000 random interdigital
designs at 0.1 to 10 C: capacity within 2e-5 of the 1C charge at the 99th percentile (worst 3e-5), mean voltage within
1.5 mV (worst 1.9); 10^5 planar designs take 0.4 s, interdigital ones under a cover 2 s.
``salt_depletion`` and ``trusted`` say where the accurate tier would be asked: there the closed form can be far off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from fabplan.errors import BadInput, Problem
from fabplan.estimate import film, spme
from fabplan.estimate.cells import Cells, Group
from fabplan.estimate.constants import SECONDS_PER_HOUR, Array, Index, Mask
from fabplan.estimate.cover import COARSE
from fabplan.estimate.cutoff import Resolution, delivered
from fabplan.estimate.designs import Film, Films, Fingers, Materials, Porous, Stacks, take
from fabplan.estimate.electrolyte import salt
from fabplan.estimate.interdigital import as_stacks
from fabplan.estimate.points import BLOCK
from fabplan.estimate.search_geometry import FilmGeometry, InterdigitalGeometry, StackGeometry, broadcast
from fabplan.estimate.trust import doubtful, doubtful_films

_Designs = TypeVar("_Designs", Stacks, Films)
_COARSE = Resolution(search=10, rounds=10, energy=12)


@dataclass(frozen=True)
class SearchAnswer:
    """Closed-form estimates of n designs, per m2, or per metre of finger and gap or of wire.

    Parameters
    ----------
    one_c_capacity : charge of the cathode's window [C]
    current : [A]
    capacity : delivered [C]
    mean_voltage : [V], 0 where nothing is delivered
    salt_depletion : depletion number, 0 for films
    trusted : the closed form is known to hold
    """

    one_c_capacity: Array
    current: Array
    capacity: Array
    mean_voltage: Array
    salt_depletion: Array
    trusted: Mask


def interdigital_arrays(template: Cells, geometry: InterdigitalGeometry, c_rate: ArrayLike) -> SearchAnswer:
    """Interdigital designs per metre of finger and gap.

    Parameters
    ----------
    template : one interdigital cell
    geometry : [n]
    c_rate : of the discharge, [n] or one for all
    """
    group = _only(template, "interdigital")
    assert group.bare is not None
    wide, rates = broadcast(geometry, c_rate)
    contact = wide.pop("contact_resistance")
    fingers = Fingers(**wide)
    bare = replace(_repeated(group.bare, len(rates)), contact_resistance=contact * fingers.height)
    return _stack_answer(as_stacks(bare, fingers, COARSE), template.materials, rates)


def stack_arrays(template: Cells, geometry: StackGeometry, c_rate: ArrayLike) -> SearchAnswer:
    """Planar porous designs per m2; ``template`` holds one porous stack.

    Parameters
    ----------
    geometry : thicknesses [m] [n]
    c_rate : [1/h], [n] or one for all
    """
    group = _only(template, "porous-stack")
    assert isinstance(group.designs, Stacks)
    wide, rates = broadcast(geometry, c_rate)
    stacks = _repeated(group.designs, len(rates))
    metal = stacks.negative.metal
    stacks = replace(
        stacks,
        negative=replace(stacks.negative, thickness=np.where(metal, 0.0, wide["anode_thickness"])),
        positive=replace(stacks.positive, thickness=wide["cathode_thickness"]),
        separator_thickness=wide["separator_thickness"],
        contact_resistance=wide["contact_resistance"],
    )
    return _stack_answer(stacks, template.materials, rates)


def film_arrays(template: Cells, geometry: FilmGeometry, c_rate: ArrayLike) -> SearchAnswer:
    """Thin-film designs per m2, or per metre of wire where ``core_radius`` is finite; ``template``: one film cell.

    Parameters
    ----------
    geometry : thicknesses and core radius [m] [n]
    c_rate : [1/h], [n] or one for all
    """
    group = _only(template, "film-planar", "film-coaxial")
    assert isinstance(group.designs, Films)
    wide, rates = broadcast(geometry, c_rate)
    films = film.resized(
        _repeated(group.designs, len(rates)),
        wide["core_radius"],
        wide["cathode_thickness"],
        wide["electrolyte_thickness"],
        wide["anode_thickness"],
    )
    films = replace(films, contact_resistance=wide["contact_resistance"] / films.positive.face_area)
    one_c = _window_charge(films.positive)
    current = one_c / SECONDS_PER_HOUR * rates

    def block(rows: Index) -> tuple[Array, Array]:
        some = take(films, rows)
        result = delivered(
            film.film_discharge(some, current[rows]),
            template.materials.ocp,
            some.cutoff,
            film.longest_charge(some),
            _COARSE,
        )
        return result.charge, result.energy

    charge, energy = _in_blocks(block, len(rates))
    trusted = ~doubtful_films(films, current)
    return SearchAnswer(one_c, current, charge, _mean(charge, energy), np.zeros(len(rates)), trusted)


def _stack_answer(stacks: Stacks, materials: Materials, rates: Array) -> SearchAnswer:
    one_c = _window_charge(stacks.positive)
    current = one_c / SECONDS_PER_HOUR * rates
    depletion, trusted = np.zeros(len(rates)), np.zeros(len(rates), dtype=np.bool_)

    def block(rows: Index) -> tuple[Array, Array]:
        some, flow = take(stacks, rows), current[rows]
        found = salt(some, materials, flow)
        depletion[rows] = found.depletion
        trusted[rows] = ~doubtful(some, materials, flow, found)
        model = spme.discharge(some, materials, flow, found)
        result = delivered(model, materials.ocp, some.cutoff, spme.longest_charge(some), _COARSE)
        return result.charge, result.energy

    charge, energy = _in_blocks(block, len(rates))
    scale = stacks.scale
    return SearchAnswer(one_c * scale, current * scale, charge * scale, _mean(charge, energy), depletion, trusted)


def _in_blocks(block: Callable[[Index], tuple[Array, Array]], count: int) -> tuple[Array, Array]:
    charge, energy = np.zeros(count), np.zeros(count)
    with np.errstate(all="ignore"):
        for begin in range(0, count, BLOCK):
            rows = np.arange(begin, min(begin + BLOCK, count))
            found = block(rows)
            charge[rows], energy[rows] = np.nan_to_num(found[0]), np.nan_to_num(found[1])
    return charge, energy


def _mean(charge: Array, energy: Array) -> Array:
    some = charge > 0.0
    return np.where(some, energy / np.where(some, charge, 1.0), 0.0)


def _window_charge(positive: Porous | Film) -> Array:
    """Charge of the positive electrode between the charged and the discharged cell [C]."""
    return np.asarray(positive.site_charge * np.abs(positive.sto_full - positive.sto_empty))


def _only(template: Cells, *kinds: str) -> Group:
    if len(template.ids) != 1 or template.kinds[0] not in kinds:
        raise BadInput(
            Problem(
                "not a template",
                "template",
                f"{len(template.ids)} cells, {template.kinds[:1]}",
                f"one cell of kind {' or '.join(kinds)}",
            )
        )
    return template.groups[0]


def _repeated(designs: _Designs, count: int) -> _Designs:
    return take(designs, np.zeros(count, dtype=np.intp))
