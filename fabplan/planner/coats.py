"""Electrodes that are thin coats on a scaffold or in pores, as the porous electrodes that the estimator knows.

The estimator's porous electrodes have round particles. A coat of thickness L is taken as particles of radius 3 L, which
have its surface per volume (3/R = 1/L), with 9/5 of its diffusivity, which lags as it does: the mean runs behind the
surface by R/(5 D) in a sphere and by L/(3 D) in a film under a constant flux (as `fabplan.planner.mixed_stack`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from fabplan.architectures.base import Inside
from fabplan.planner.electrical import NO_ELECTRONIC, NOT_LIMITING_CONDUCTIVITY, Chemistry, Porous
from fabplan.planner.mixed_stack import SPHERE_FOR_FILM
from fabplan.planner.route import Route


def coated(chem: Chemistry, inside: Mapping[str, Inside], route: Route) -> Chemistry:
    """The chemistry with the electrodes' insides as the structure says.

    Parameters
    ----------
    inside : ``anode``, ``cathode`` and, where straight pores join them, ``separator`` (its ``pores`` count)
    """
    unknown = tuple(
        (f"{net}: resistivity of {inside[net].carrier}", NO_ELECTRONIC)
        for net in ("anode", "cathode")
        if _conductivity(inside[net], route) is None
    )
    changed = dataclasses.replace(
        chem,
        anode=_side(chem.anode, inside["anode"], route),
        cathode=_side(chem.cathode, inside["cathode"], route),
        dense=False,
        unknown=(*chem.unknown, *unknown),
    )
    between = inside.get("separator")
    if between is None:
        return changed
    return dataclasses.replace(changed, separator_porosity=between.pores, separator_bruggeman=between.bruggeman)


def _side(side: Porous, inside: Inside, route: Route) -> Porous:
    """Share of the coat that takes part (its recipe's usable share) times share of the coat in the envelope."""
    if side.metal:
        return side
    return dataclasses.replace(
        side,
        active_fraction=side.active_fraction * inside.active,
        porosity=inside.pores,
        bruggeman=inside.bruggeman,
        particle_radius=3.0 * inside.film,
        diffusivity=SPHERE_FOR_FILM * side.diffusivity,
        conductivity=_conductivity(inside, route) or NOT_LIMITING_CONDUCTIVITY,
    )


def _conductivity(inside: Inside, route: Route) -> float | None:
    """Conductivity of the metal in the envelope [S/m]: that of the solid metal times its share to the exponent.

    The resistivity of a porous metal counts its pores already, so that of its struts is taken where it is stated.
    """
    material = route.material(inside.carrier)
    data = material.collector if material is not None else None
    solid = None if data is None else data.strut_resistivity or data.resistivity
    if solid is None or not solid.value:
        return None
    return float(inside.conductor**inside.bruggeman) / solid.value
