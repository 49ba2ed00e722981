"""State of marching porous-electrode cells and the time formula that carries it on."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from fabplan.estimate.constants import Array, Index, Mask
from fabplan.estimate.designs import Materials
from fabplan.estimate.dfn_cell import Cell, modes
from fabplan.estimate.dfn_step import Found, Step, links


@dataclass(frozen=True)
class State:
    """Where n points stand: now, and one step before.

    Parameters
    ----------
    point : which point a column belongs to
    time, step, last_step : [s]; ``last_step`` is infinite before the first
    salt, salt_before, current, current_before : [cells, n]
    modes, modes_before : stoichiometry, mean first [modes + 1, solids, n]
    surface, surface_before : stoichiometry of the particle surfaces [solids, n]
    voltage, voltage_before : [V]
    bad_time, bad_voltage : earliest known moment below the cut-off
    """

    point: Index
    time: Array
    step: Array
    last_step: Array
    salt: Array
    salt_before: Array
    current: Array
    current_before: Array
    modes: Array
    modes_before: Array
    surface: Array
    surface_before: Array
    voltage: Array
    voltage_before: Array
    bad_time: Array
    bad_voltage: Array


@dataclass(frozen=True)
class Fading:
    """How the particle modes of a step follow from the current densities j: past - gain (excess j).

    Parameters
    ----------
    past, gain : [modes + 1, solids, n]
    excess : surface excess of g = 1 per current density [solids, n]
    """

    past: Array
    gain: Array
    excess: Array


def uniform(cell: Cell, first_step: Array) -> State:
    """Uniform cells with a uniform reaction; ``first_step`` in s [n]."""
    count = len(cell.current)
    current = np.zeros_like(cell.width)
    if cell.negative:
        current[: cell.negative] = (
            cell.current * np.cumsum(cell.width[: cell.negative], axis=0) / cell.width[: cell.negative].sum(axis=0)
        )
    current[cell.negative : cell.cells - cell.positive] = cell.current
    back = cell.width[cell.cells - cell.positive :]
    current[cell.cells - cell.positive :] = cell.current * (1.0 - np.cumsum(back, axis=0) / back.sum(axis=0))
    current[-1] = 0.0
    salt = np.broadcast_to(cell.start, cell.width.shape).copy()
    stored = np.zeros((len(modes().rates) + 1, *cell.area.shape))
    none, endless = np.zeros(count), np.full(count, np.inf)
    return State(
        point=np.arange(count),
        time=none,
        step=first_step,
        last_step=endless,
        salt=salt,
        salt_before=salt,
        current=current,
        current_before=current,
        modes=stored,
        modes_before=stored,
        surface=cell.sto_start,
        surface_before=cell.sto_start,
        voltage=none,
        voltage_before=none,
        bad_time=endless,
        bad_voltage=none,
    )


def prepare(cell: Cell, materials: Materials, state: State, ratio: Array, salt: Array) -> tuple[Step, Fading]:
    """Coefficients of the next step (variable-step BDF2; plain backward Euler for ``ratio`` 0).

    alpha = (1 + 2r)/(1 + r), past = (1 + r) y_n - r^2/(1 + r) y_{n-1}, r = step over last step. Modes obey
    dy/dt = D/R^2 (-lambda^2 y + source g), g = -j R/(F D c_max), and are solved for here as functions of j.

    Parameters
    ----------
    ratio : r [n]
    salt : guess of the coming salt profile, for conductivity and diffusivity [cells, n]
    """
    whole, part = (1.0 + ratio) / state.step, ratio**2 / (1.0 + ratio) / state.step
    rate = whole - part  # (1 + 2 r)/(1 + r)/h
    family = modes()
    speeds = np.array([0.0, *family.rates])[:, None, None]
    sources = np.array([3.0, *(family.weights * family.rates)])[:, None, None]
    damped = 1.0 / (rate + cell.relaxation * speeds)
    past = (whole * state.modes - part * state.modes_before) * damped
    gain = cell.relaxation * sources * damped
    link, metal_link = links(cell, materials, salt)
    made = Step(
        rate=rate,
        past=whole * state.salt - part * state.salt_before,
        sto_fixed=cell.sto_start + past.sum(axis=0),
        sto_slope=cell.excess_per_density * (gain.sum(axis=0) + family.instant),
        link=link,
        metal_link=metal_link,
    )
    return made, Fading(past, gain, cell.excess_per_density)


def accepted_state(state: State, found: Found, fading: Fading, volts: Array, accepted: Mask) -> State:
    """The solved step where it was accepted, the old state elsewhere.

    Before the first step there is no voltage and no true current distribution to extrapolate from: what the
    step found then counts as what was before it, too.

    Parameters
    ----------
    volts : of the solved step [V] [n]
    accepted : [n]
    """
    first = accepted & np.isinf(state.last_step)
    new_modes = fading.past - fading.gain * (fading.excess * found.density)

    def before(new: Array, now: Array, earlier: Array) -> Array:
        return np.where(first, new, np.where(accepted, now, earlier))

    return replace(
        state,
        time=np.where(accepted, state.time + state.step, state.time),
        last_step=np.where(accepted, state.step, state.last_step),
        salt=np.where(accepted, found.salt, state.salt),
        salt_before=np.where(accepted, state.salt, state.salt_before),
        current=np.where(accepted, found.current, state.current),
        current_before=before(found.current, state.current, state.current_before),
        modes=np.where(accepted, new_modes, state.modes),
        modes_before=np.where(accepted, state.modes, state.modes_before),
        surface=np.where(accepted, found.surface, state.surface),
        surface_before=before(found.surface, state.surface, state.surface_before),
        voltage=np.where(accepted, volts, state.voltage),
        voltage_before=before(volts, state.voltage, state.voltage_before),
    )


def kept_points(state: State, keep: Index) -> State:
    """The same state for some of the points.

    Returns
    -------
    the state of ``keep``: same shapes, the last axis [keep].
    """
    return State(*(getattr(state, field.name)[..., keep] for field in fields(state)))
