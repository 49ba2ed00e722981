"""A cell under any current: the composite single-particle model as a linear system with a voltage on top.

Mean stoichiometries, particle modes and salt modes y obey dy/dt = -r y + g I, each on its own, so that a step of
constant current is exact however long it is, and so is a jump over any number of equal periods. Surface
stoichiometries and mean salt are sums of modes; the voltage follows from them as in ``spme`` and ``film``. Salt
diffusivity is that of the start concentration, film diffusivity that of the stated stoichiometry. Positive current
discharges. Salt beside the electrodes that falls to zero ends the validity; ``Outputs.salt_left`` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from fabplan.estimate import film, spme
from fabplan.estimate.cells import Cells
from fabplan.estimate.constants import FARADAY, REFERENCE_CONCENTRATION, Array, Index
from fabplan.estimate.designs import Films, Materials, Stacks, take
from fabplan.estimate.diffusion import PLANE, SPHERE, STEADY, plane_roots, sphere_roots
from fabplan.estimate.electrolyte import LEAST_CONCENTRATION, ohmic_resistances
from fabplan.estimate.kinetics import sinh_argument
from fabplan.estimate.spme import electronic_resistance

_EXACT, _LUMPED = 8, 6
_SALT_CELLS = (10, 6, 12)
_OUTPUTS = 5  # x_p, x_n, salt in negative, separator, positive


@dataclass(frozen=True)
class Reduced:
    """One cell.

    Parameters
    ----------
    id : of the cell
    rates, gains : r [1/s] and g [1/(A s)] of the modes [k]
    base, weights, instant : outputs = base + weights y + instant I [5], [5, k], [5]
    driven : kinetic drive of positive and negative per ampere
    kinetic_scale, diffusion_scale : V_T, V_T (1 - t+) TDF [V]
    designs : the cell alone, one row
    materials : tables
    one_c : 1C current [A/m2], or [A/m] for wires
    scale : results per unit of the file over those here (finger height for interdigital cells)
    has_salt : False for solid electrolytes
    """

    id: str
    rates: Array
    gains: Array
    base: Array
    weights: Array
    instant: Array
    driven: tuple[float, float]
    kinetic_scale: float
    diffusion_scale: float
    designs: Stacks | Films
    materials: Materials
    one_c: float
    scale: float
    has_salt: bool

    @property
    def cutoff(self) -> float:
        """End of a discharge [V]."""
        return float(self.designs.cutoff[0])


@dataclass(frozen=True)
class Outputs:
    """What a state shows at a current, [q] each."""

    voltage: Array
    x_p: Array
    x_n: Array
    salt_left: Array

    @property
    def possible(self) -> Array:
        """Surfaces inside (0, 1) and salt everywhere.

        Returns
        -------
        1 or 0 [q].
        """
        inside = (self.x_p > 0.0) & (self.x_p < 1.0) & (self.x_n > 0.0) & (self.x_n < 1.0)
        return np.asarray(inside & (self.salt_left > 0.0))


def reduce(cells: Cells) -> tuple[Reduced, ...]:
    """The reduced model of every cell, in the order of the file."""
    made: dict[int, Reduced] = {}
    for group in cells.groups:
        for row, place in enumerate(group.places.tolist()):
            rows = np.array([row], dtype=np.intp)
            if isinstance(group.designs, Films):
                made[place] = _of_film(cells.ids[place], take(group.designs, rows), cells.materials)
            else:
                made[place] = _of_stack(cells.ids[place], take(group.designs, rows), cells.materials)
    return tuple(made[place] for place in range(len(cells.ids)))


def rest(model: Reduced) -> Array:
    """The charged cell at rest [k]."""
    return np.zeros(len(model.rates))


def advance(model: Reduced, state: Array, current: float, seconds: float) -> Array:
    """State after a time of constant current [k]; exact."""
    passed = model.rates * seconds
    share = np.where(passed > 1e-12, -np.expm1(-passed) / np.maximum(model.rates, 1e-300), seconds)
    return np.asarray(np.exp(-passed) * state + model.gains * current * share)


def repeat(model: Reduced, state: Array, pattern: list[tuple[float, float]], times: int) -> Array:
    """State after so many periods of currents and durations [A, s]; exact, by a geometric series."""
    once = rest(model)
    for current, seconds in pattern:
        once = advance(model, once, current, seconds)
    total = model.rates * sum(seconds for _, seconds in pattern)
    series = np.where(total > 1e-9, -np.expm1(-total * times) / np.maximum(-np.expm1(-total), 1e-300), float(times))
    return np.asarray(np.exp(-total * times) * state + once * series)


def outputs(model: Reduced, states: Array, current: Array | float) -> Outputs:
    """Voltage and its causes of states [q, k] (or one state [k]) at currents [q]."""
    flow = np.atleast_1d(np.asarray(current, dtype=np.float64))
    shown = model.base + np.atleast_2d(states) @ model.weights.T + flow[:, None] * model.instant
    x_p, x_n, *salt = shown.T
    negative, separator, positive = (np.maximum(part, LEAST_CONCENTRATION) for part in salt)
    resistance = _resistance(model, negative, separator, positive)
    with np.errstate(all="ignore"):
        ocp, designs = model.materials.ocp, model.designs
        volts = ocp.value(designs.positive.ocp, x_p) - ocp.value(designs.negative.ocp, x_n)
        loss = np.arcsinh(sinh_argument(flow * model.driven[0], positive, x_p))
        loss = loss + np.arcsinh(sinh_argument(flow * model.driven[1], negative, x_n))
        volts = volts - model.kinetic_scale * loss - flow * resistance
        volts = volts - model.diffusion_scale * np.log(negative / positive)
    left = np.minimum(*salt[::2]) if model.has_salt else np.ones_like(x_p)
    return Outputs(volts, x_p, x_n, left)


def charge_left(model: Reduced, state: Array) -> float:
    """Charge that was taken out of the full cell [C/m2 or C/m]: by the positive electrode's mean."""
    mean = model.base[0] + state[0]
    side = model.designs.positive
    return float((mean - side.sto_full[0]) * side.site_charge[0])


def _resistance(model: Reduced, negative: Array, separator: Array, positive: Array) -> Array:
    designs = model.designs
    if isinstance(designs, Films):
        return designs.electrolyte_resistance + designs.contact_resistance
    parts = ohmic_resistances(designs, model.materials, negative, separator, positive)
    electronic = electronic_resistance(designs.negative) + electronic_resistance(designs.positive)
    return np.asarray(sum(parts) + electronic + designs.contact_resistance)


@cache
def _family(shape: int) -> tuple[Array, Array, float]:
    """Rates over D/L^2, weights, and the instant rest of diffusion modes: slow ones alone, fast ones in groups."""
    count = _EXACT + 2 ** (_LUMPED + 1)
    roots = plane_roots(count) if shape == PLANE else sphere_roots(count)
    weights, rates = 2.0 / roots**2, roots**2
    edges = [*range(_EXACT + 1), *(_EXACT + 2 ** (group + 1) for group in range(_LUMPED + 1))]
    groups = [slice(low, high) for low, high in pairwise(edges)]
    joint = np.array([weights[group].sum() for group in groups])
    mean = np.array([weights[group] @ rates[group] for group in groups]) / joint
    return mean, joint, STEADY[shape] - float(joint.sum())


@dataclass(frozen=True)
class _Part:
    """Modes of one electrode or of the salt, with their weights in the outputs they reach."""

    rates: Array
    gains: Array
    weights: dict[int, Array]
    instant: dict[int, float]


def _electrode(side: spme.Solid | film.FilmSide, current: float, shape: int, output: int) -> _Part:
    """Mean first, then the modes of the surface excess."""
    rates, weights, instant = _family(shape)
    pace, excess = float(side.pace[0]) ** 2, float(side.excess[0]) / current
    all_rates = np.concatenate([[0.0], rates * pace])
    gains = np.concatenate([side.per_charge[:1], weights * excess * rates * pace])
    return _Part(all_rates, gains, {output: np.ones(len(gains))}, {output: excess * instant})


def _salt(stacks: Stacks, materials: Materials) -> _Part:
    """Eigenmodes of salt diffusion through the three layers (finite volumes)."""
    which = stacks.electrolyte
    start = materials.start_concentration[which]
    diffusivity = float(materials.electrolyte_diffusivity.value(which, start)[0])
    layers = (
        (stacks.negative.thickness, stacks.negative.storage, stacks.negative.transport),
        (stacks.separator_thickness, stacks.separator_storage, stacks.separator_transport),
        (stacks.positive.thickness, stacks.positive.storage, stacks.positive.transport),
    )
    counts = (0 if stacks.negative.metal[0] else _SALT_CELLS[0], *_SALT_CELLS[1:])
    width = np.concatenate([np.full(n, float(part[0][0]) / max(n, 1)) for n, part in zip(counts, layers, strict=True)])
    hold, transport = (
        np.concatenate([np.full(n, float(part[place][0])) for n, part in zip(counts, layers, strict=True)])
        for place in (1, 2)
    )
    slow = 0.5 * width / (transport * diffusivity)
    link = 1.0 / (slow[1:] + slow[:-1])
    volume = hold * width
    matrix = np.diag(np.append(link, 0.0) + np.append(0.0, link)) - np.diag(link, 1) - np.diag(link, -1)
    root = np.sqrt(volume)
    rates, vectors = np.linalg.eigh(matrix / root[:, None] / root[None, :])
    flux = (1.0 - float(materials.transference[which][0])) / FARADAY
    source = np.zeros(len(width))
    ends = np.cumsum(counts)
    source[: ends[0]] = flux * width[: ends[0]] / max(width[: ends[0]].sum(), 1e-300)
    source[0] += flux if counts[0] == 0 else 0.0
    source[ends[1] :] = -flux * width[ends[1] :] / width[ends[1] :].sum()
    gains = vectors.T @ (source / root)
    spread = vectors / root[:, None]

    def mean(begin: int, end: int) -> Array:
        return np.asarray(spread[begin:end].mean(axis=0))

    at_metal = spread[0] if counts[0] == 0 else mean(0, int(ends[0]))
    weights = {2: at_metal, 3: mean(int(ends[0]), int(ends[1])), 4: mean(int(ends[1]), int(ends[2]))}
    instant = {2: flux * float(slow[0])} if counts[0] == 0 else {}
    return _Part(np.maximum(rates, 0.0), gains, weights, instant)


def _joined(parts: list[_Part]) -> tuple[Array, Array, Array, Array]:
    rates, gains = np.concatenate([part.rates for part in parts]), np.concatenate([part.gains for part in parts])
    weights, instant = np.zeros((_OUTPUTS, len(rates))), np.zeros(_OUTPUTS)
    begin = 0
    for part in parts:
        for output, row in part.weights.items():
            weights[output, begin : begin + len(row)] = row
        for output, value in part.instant.items():
            instant[output] += value
        begin += len(part.rates)
    rates = np.where(rates < 1e-12 * rates.max(), 0.0, rates)
    return rates, gains, weights, instant


def _of_stack(name: str, stacks: Stacks, materials: Materials) -> Reduced:
    flow = stacks.one_c_current
    model = spme.discharge(stacks, materials, flow)
    current = float(flow[0])
    parts = [_electrode(model.positive, current, SPHERE, 0), _electrode(model.negative, current, SPHERE, 1)]
    salt = float(materials.start_concentration[stacks.electrolyte][0])
    base = np.array([model.positive.start[0], model.negative.start[0], salt, salt, salt])
    rates, gains, weights, instant = _joined([*parts, _salt(stacks, materials)])
    return Reduced(
        id=name,
        rates=rates,
        gains=gains,
        base=base,
        weights=weights,
        instant=instant,
        driven=(float(model.positive.driven[0]) / current, float(model.negative.driven[0]) / current),
        kinetic_scale=float(model.kinetic_scale[0]),
        diffusion_scale=float(model.diffusion_scale[0]),
        designs=stacks,
        materials=materials,
        one_c=current,
        scale=float(stacks.scale[0]),
        has_salt=True,
    )


def _of_film(name: str, films: Films, materials: Materials) -> Reduced:
    current = float(films.one_c_current[0])
    model = film.film_discharge(films, films.one_c_current)
    parts = [_electrode(model.positive, current, PLANE, 0), _electrode(model.negative, current, PLANE, 1)]
    rates, gains, weights, instant = _joined(parts)
    base = np.array([model.positive.start[0], model.negative.start[0], *[REFERENCE_CONCENTRATION] * 3])
    return Reduced(
        id=name,
        rates=rates,
        gains=gains,
        base=base,
        weights=weights,
        instant=instant,
        driven=(float(model.positive.driven[0]) / current, float(model.negative.driven[0]) / current),
        kinetic_scale=float(model.kinetic_scale[0]),
        diffusion_scale=0.0,
        designs=films,
        materials=materials,
        one_c=current,
        scale=1.0,
        has_salt=False,
    )


def open_circuit(model: Reduced, state: Array) -> float:
    """Voltage without current from the mean stoichiometries [V]."""
    x_p, x_n = model.base[0] + state[0], model.base[1] + state[_mean_of_negative(model)]
    ocp, designs = model.materials.ocp, model.designs
    table: tuple[Index, Index] = (designs.positive.ocp, designs.negative.ocp)
    return float(ocp.value(table[0], np.array([x_p]))[0] - ocp.value(table[1], np.array([x_n]))[0])


def _mean_of_negative(model: Reduced) -> int:
    return int(np.flatnonzero(model.weights[1])[0])
