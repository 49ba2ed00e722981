"""Porous-electrode (Doyle-Fuller-Newman) cells on a coarse graded mesh: everything that stays during a discharge.

Arrays have one row per mesh cell (negative, separator, positive, in the direction of the current) and one
column per point [cells, n]. Electrode rows stack negative and positive only [solids, n].
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from fabplan.estimate.constants import FARADAY, Array, Index, thermal_voltage
from fabplan.estimate.designs import Materials, Porous, Stacks
from fabplan.estimate.diffusion import SPHERE, STEADY, sphere_roots


@dataclass(frozen=True)
class Mesh:
    """Numbers of mesh cells and the growth of their width away from the separator.

    Against 336 reference discharges: capacity within 0.06 % of the 1C charge (95 %), worst 0.8 %; 8, 4 and 12 cells
    give 1.6 % and take 0.8 of the time. Machine code works on eight cells at once: 32 are a good number.
    """

    negative: int = 10
    separator: int = 4
    positive: int = 18
    growth: float = 1.11


#: enough where salt and reaction stay about uniform: 0.01 % of the capacity from a mesh of 20, 8 and 28 cells
CALM = Mesh(6, 3, 7)


@dataclass(frozen=True)
class Modes:
    """Eigenmodes of sphere diffusion: excess of mode m tends to weight·g at the rate ``rates``·D/R^2.

    Parameters
    ----------
    rates, weights : [modes]
    instant : weight of all faster modes, taken as steady
    """

    rates: Array
    weights: Array
    instant: float


@dataclass(frozen=True)
class Cell:
    """Constants of n points.

    Parameters
    ----------
    negative, positive : number of mesh cells in the electrodes
    electrolyte, ocp : table numbers, [n] and [solids, n]
    current, contact, cutoff : [n]
    width, hold, transport : of mesh cells [cells, n]: width [m], salt volume [m], B
    start : salt before the discharge [mol/m3]
    flux_per_current : (1 - t+)/F
    kinetic_scale, diffusion_scale : V_T, V_T (1 - t+) TDF [V]
    area : reaction area per plan area of each electrode cell [solids, n]
    exchange_current : [solids, n]
    excess_per_density : R/(F D c_max), surface excess of g = 1 per current density [solids, n]
    relaxation : D/R^2 [solids, n]
    sto_start : [solids, n]
    electronic : resistance to the next cell within an electrode [cells, n], 0 elsewhere
    electronic_end : of the two half cells at the collectors together [n]
    metal_current : exchange current of lithium metal [n]; used when ``negative`` is 0
    interior : 1 at faces within an electrode, 0 elsewhere [cells, 1]
    """

    negative: int
    positive: int
    electrolyte: Index
    ocp: Index
    current: Array
    contact: Array
    cutoff: Array
    width: Array
    hold: Array
    transport: Array
    start: Array
    flux_per_current: Array
    kinetic_scale: Array
    diffusion_scale: Array
    area: Array
    exchange_current: Array
    excess_per_density: Array
    relaxation: Array
    sto_start: Array
    electronic: Array
    electronic_end: Array
    metal_current: Array
    interior: Array

    @property
    def cells(self) -> int:
        """Number of mesh cells."""
        return len(self.width)

    @property
    def solids(self) -> Index:
        """Mesh cells that lie in an electrode.

        Returns
        -------
        numbers of rows of the mesh [solids].
        """
        rows = np.arange(self.cells)
        return rows[(rows < self.negative) | (rows >= self.cells - self.positive)]


@cache
def modes(exact: int = 5, lumped: int = 5) -> Modes:
    """Slow modes one by one, faster ones in groups that double in size."""
    ends = [exact]
    for group in range(lumped):
        ends.append(ends[-1] + 2 ** (group + 1))
    roots = sphere_roots(ends[-1])
    weights, rates = 2.0 / roots**2, roots**2
    groups = [slice(begin, end) for begin, end in pairwise(ends)]
    joint = [float(weights[group].sum()) for group in groups]
    mean = [float(weights[group] @ rates[group]) / weight for group, weight in zip(groups, joint, strict=True)]
    all_weights = np.array([*weights[:exact], *joint])
    return Modes(np.array([*rates[:exact], *mean]), all_weights, STEADY[SPHERE] - float(all_weights.sum()))


def graded(count: int, growth: float) -> Array:
    """Widths that grow by a factor from cell to cell and add up to 1 [count]."""
    widths = growth ** np.arange(count)
    return np.asarray(widths / widths.sum())


def build(stacks: Stacks, materials: Materials, current: Array, mesh: Mesh) -> Cell:
    """Constants of points that are all porous, or all against lithium metal (``mesh.negative`` = 0).

    Parameters
    ----------
    current : [A/m2] [n]
    mesh : cells of negative, separator and positive
    """
    spans = _spans(stacks, mesh)
    sides = ((stacks.negative, spans[0]), (stacks.positive, spans[2]))
    storage = (stacks.negative.storage, stacks.separator_storage, stacks.positive.storage)
    transport = (stacks.negative.transport, stacks.separator_transport, stacks.positive.transport)
    width = np.concatenate(spans)
    counts = (mesh.negative, mesh.separator, mesh.positive)
    electronic, end, interior = _electronic(stacks, spans)
    which = stacks.electrolyte
    lag = 1.0 - materials.transference[which]
    scale = thermal_voltage(stacks.temperature)
    return Cell(
        negative=mesh.negative,
        positive=mesh.positive,
        electrolyte=which,
        current=current,
        contact=stacks.contact_resistance,
        cutoff=stacks.cutoff,
        width=width,
        hold=width * _rows(storage, counts),
        transport=_rows(transport, counts),
        start=materials.start_concentration[which],
        flux_per_current=lag / FARADAY,
        kinetic_scale=scale,
        diffusion_scale=scale * lag * materials.thermodynamic_factor[which],
        ocp=_solid_rows(sides, "ocp").astype(np.intp),
        area=np.concatenate([3.0 * side.active_fraction / side.particle_radius * span for side, span in sides]),
        exchange_current=_solid_rows(sides, "exchange_current"),
        sto_start=_solid_rows(sides, "sto_full"),
        excess_per_density=_solid_rows(sides, "particle_radius")
        / (FARADAY * _solid_rows(sides, "solid_diffusivity") * _solid_rows(sides, "concentration_max")),
        relaxation=_solid_rows(sides, "solid_diffusivity") / _solid_rows(sides, "particle_radius") ** 2,
        electronic=electronic,
        electronic_end=end,
        metal_current=stacks.negative.exchange_current,
        interior=interior,
    )


def _spans(stacks: Stacks, mesh: Mesh) -> tuple[Array, Array, Array]:
    """Widths of the mesh cells of negative, separator and positive [m]."""
    return (
        np.outer(graded(mesh.negative, mesh.growth)[::-1], stacks.negative.thickness),
        np.outer(graded(mesh.separator, 1.0), stacks.separator_thickness),
        np.outer(graded(mesh.positive, mesh.growth), stacks.positive.thickness),
    )


def _rows(values: tuple[Array, ...], counts: tuple[int, ...]) -> Array:
    return np.concatenate(
        [np.repeat(value[None, :], count, axis=0) for value, count in zip(values, counts, strict=True)]
    )


def _solid_rows(sides: tuple[tuple[Porous, Array], ...], name: str) -> Array:
    return np.concatenate([np.repeat(getattr(side, name)[None, :], len(span), axis=0) for side, span in sides])


def _electronic(stacks: Stacks, spans: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
    """Resistances between neighbours within an electrode, of the end half cells, and where the former are."""
    parts, inside = [], []
    for side, span in zip((stacks.negative, None, stacks.positive), spans, strict=True):
        within = np.zeros((len(span), 1))
        between = np.zeros_like(span)
        if side is not None and len(span):
            between[:-1] = 0.5 * (span[1:] + span[:-1]) / side.conductivity
            within[:-1] = 1.0
        parts.append(between)
        inside.append(within)
    end = 0.5 * spans[2][-1] / stacks.positive.conductivity
    if len(spans[0]):
        end = end + 0.5 * spans[0][0] / stacks.negative.conductivity
    return np.concatenate(parts), end, np.concatenate(inside)


def columns(cell: Cell, keep: Index) -> Cell:
    """The same constants for some of the points.

    Returns
    -------
    the constants of ``rows``: same shapes, the last axis [rows].
    """
    chosen: dict[str, Any] = {}
    for field in fields(cell):
        value = getattr(cell, field.name)
        if isinstance(value, np.ndarray) and field.name != "interior":
            chosen[field.name] = value[..., keep]
    return replace(cell, **chosen)
