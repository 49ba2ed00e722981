"""What the compiled march of the accurate tier takes and works on: plain arrays and numbers under names."""

from __future__ import annotations

from typing import NamedTuple

from fabplan.estimate.constants import Array, Index


class Aims(NamedTuple):
    """What a march aims at; the same for the array and the compiled version.

    Parameters
    ----------
    salt, current, surface, voltage : distance from the extrapolation at which a step is as long as it should be:
        part of the start salt, part of the current, stoichiometry, volts
    reject : steps this far over the aim are repeated
    growth : of the step, at most
    at_cutoff, at_end : volts and part of the time within which the end counts as found
    least, first : step over the nominal time at which a point is given up, and of the first step
    most : steps
    """

    salt: float = 0.06
    current: float = 0.09
    surface: float = 0.015
    voltage: float = 0.005
    reject: float = 4.0
    growth: float = 2.0
    at_cutoff: float = 5e-4
    at_end: float = 2e-5
    least: float = 1e-9
    first: float = 5e-5
    most: int = 4000


class Tables(NamedTuple):
    """Open circuit over stoichiometry 0..1; conductivity and diffusivity over salt; as in ``tables.TableStack``."""

    ocp_values: Array
    ocp_steps: Array
    ocp_cells: int
    kappa_values: Array
    kappa_steps: Array
    spread_values: Array
    spread_steps: Array
    salt_cells: int
    salt_low: float
    salt_high: float


class Family(NamedTuple):
    """Particle modes, as in ``dfn_cell.Modes``."""

    rates: Array
    weights: Array
    instant: float


class Columns(NamedTuple):
    """Mesh cells of the points [n, room], filled up behind the last cell with cells that do nothing.

    Parameters
    ----------
    half : half the width over B [m]
    hold : salt volume per area [m]
    per_area : 1 over the reaction area per plan area; 0 outside the electrodes
    driven : argument of asinh per current density where x (1 - x) c is 1
    excess : surface excess of g = 1 per current density
    electronic : resistance to the next cell within an electrode [ohm m2]
    inside : 1 where the far face lies within an electrode
    current : through the far face, of the uniform reaction [A/m2]
    table : where the cell's open-circuit table begins
    """

    half: Array
    hold: Array
    per_area: Array
    driven: Array
    excess: Array
    electronic: Array
    inside: Array
    current: Array
    table: Index


class Points(NamedTuple):
    """Numbers of the points [n].

    Parameters
    ----------
    current, cutoff, start : [A/m2], [V], [mol/m3]
    contact : with the electronic half cells at the collectors [ohm m2]
    lag, kinetic, spread : (1 - t+)/F, V_T, V_T (1 - t+) TDF
    metal : exchange current of lithium metal [A/m2]
    pace_n, pace_p : D/R^2 [1/s]
    sto_n, sto_p : stoichiometry before the discharge
    nominal : time at the 1C charge [s]
    electrolyte : where its tables begin
    """


    current: Array
    contact: Array
    cutoff: Array
    start: Array
    lag: Array
    kinetic: Array
    spread: Array
    metal: Array
    pace_n: Array
    pace_p: Array
    sto_n: Array
    sto_p: Array
    nominal: Array
    electrolyte: Index


class Point(NamedTuple):
    """Those of one point; mesh cells before the separator, before the positive electrode, and in all."""

    first: int
    front: int
    total: int
    current: float
    contact: float
    cutoff: float
    start: float
    lag: float
    kinetic: float
    spread: float
    metal: float
    pace_n: float
    pace_p: float
    sto_n: float
    sto_p: float
    nominal: float
    electrolyte: int


class Cells(NamedTuple):
    """Mesh cells of one point [room]; the first eight as in ``Columns``.

    Parameters
    ----------
    x0, x1 : surface stoichiometry x = x0 - x1 j of a step
    link : salt conductance to the next cell
    past : alpha-weighted past salt times ``hold`` over the step
    salt, flow : the unknowns; ``flow`` [room + 1] begins with the 0 at the collector
    density, x, inverse, drive, steep : current density, stoichiometry, 1/(x (1 - x)), argument of asinh per density,
        slope of the overpotential along it
    psi, per_current, per_salt : potential with the salt's term, and its slopes
    resistance, along : of half a mesh cell, and minus its slope along salt
    factors : of the elimination [6, room]
    salt_change, flow_change : of a Newton step; the second [room + 1] as ``flow``
    """

    half: Array
    hold: Array
    per_area: Array
    driven: Array
    excess: Array
    electronic: Array
    inside: Array
    table: Index
    x0: Array
    x1: Array
    link: Array
    past: Array
    salt: Array
    flow: Array
    density: Array
    x: Array
    inverse: Array
    drive: Array
    steep: Array
    psi: Array
    per_current: Array
    per_salt: Array
    resistance: Array
    along: Array
    factors: Array
    salt_change: Array
    flow_change: Array


class History(NamedTuple):
    """Accepted steps of one point: now (0) and before (1).

    Parameters
    ----------
    salt, flow, surface : [2, room]
    modes : particle modes, mean first [2, modes + 1, room]
    damped, gain : of the step at hand, per mode and side [2, modes + 1]
    salt_guess, flow_guess, surface_guess : extrapolated [room]
    """

    salt: Array
    flow: Array
    surface: Array
    modes: Array
    damped: Array
    gain: Array
    salt_guess: Array
    flow_guess: Array
    surface_guess: Array


class Given(NamedTuple):
    """What all points share."""

    tables: Tables
    family: Family
    aims: Aims
