"""Constant-current discharge of thin-film cells in closed form.

V = U_p - U_n - V_T asinh(i_p/(2 i0_p)) - V_T asinh(i_n/(2 i0_n)) - I (R_electrolyte + R_contact); film diffusion by
the planar series, times the steady annulus factor for shells around a wire. Where the diffusivity varies with
stoichiometry it is frozen at the mean of the surface and the average stoichiometry (two passes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fabplan.estimate.constants import FARADAY, REFERENCE_CONCENTRATION, Array, Index, thermal_voltage
from fabplan.estimate.designs import Film, Films
from fabplan.estimate.diffusion import NONE, PLANE, annulus_excess, excess_at
from fabplan.estimate.kinetics import drive, growth

REFERENCE_STOICHIOMETRY = 0.7  # where a diffusivity with a slope is stated
_SALT = REFERENCE_CONCENTRATION  # a solid electrolyte does not deplete
_PASSES = 2


@dataclass(frozen=True)
class FilmSide:
    """Stoichiometry of one film during a discharge [n].

    Parameters
    ----------
    ocp, shape, start, per_charge, driven : as in ``spme.Solid``
    excess : signed surface excess of f = 1 at the stated diffusivity
    pace : sqrt(D)/L at the stated diffusivity [1/sqrt(s)]
    slope : b of D = D_s 10^(b (0.7 - x))
    """

    ocp: Index
    shape: Index
    start: Array
    per_charge: Array
    excess: Array
    pace: Array
    slope: Array
    driven: Array


@dataclass(frozen=True)
class FilmDischarge:
    """Closed-form discharge of n film cells; constants [n]."""

    current: Array
    negative: FilmSide
    positive: FilmSide
    resistance: Array
    kinetic_scale: Array

    def surface(self, charge: Array) -> tuple[Array, Array, Array]:
        """Positive and negative surface stoichiometry and loss [V] at charges [q, n] or [n] per m2 or metre [C]."""
        root = np.sqrt(charge / self.current)
        x_p, x_n = _surface(self.positive, charge, root), _surface(self.negative, charge, root)
        return x_p, x_n, self.loss(x_p, x_n)

    def loss(self, x_p: Array, x_n: Array) -> Array:
        """Kinetic and ohmic loss [V] at surface stoichiometries [q, n] or [n]."""
        steep = growth(self.positive.driven, _SALT, x_p) * growth(self.negative.driven, _SALT, x_n)
        return self.kinetic_scale * np.log(steep) + self.current * self.resistance


def diffusivity_factor(slope: Array, x: Array) -> Array:
    """D(x)/D_s = 10^(b (0.7 - x)), x clipped to 0..1.

    Parameters
    ----------
    slope : b, decades per stoichiometry; validated up to 2, refused above 5
    x : stoichiometry, broadcasts against it

    Returns
    -------
    dimensionless [shape of both broadcast].
    """
    return np.asarray(10.0 ** (slope * (REFERENCE_STOICHIOMETRY - np.clip(x, 0.0, 1.0))))


def _surface(side: FilmSide, charge: Array, root: Array) -> Array:
    """Surface stoichiometry; ``root`` is that of the time [sqrt(s)]."""
    mean = side.start + side.per_charge * charge
    if not np.any(side.slope):
        return mean + side.excess * excess_at(side.shape, root * side.pace)
    factor = diffusivity_factor(side.slope, mean)
    for _ in range(_PASSES):
        excess = side.excess / factor * excess_at(side.shape, root * side.pace * np.sqrt(factor))
        factor = diffusivity_factor(side.slope, mean + 0.5 * excess)
    return mean + side.excess / factor * excess_at(side.shape, root * side.pace * np.sqrt(factor))


def film_discharge(films: Films, current: Array) -> FilmDischarge:
    """Everything of a discharge that does not change with time.

    Parameters
    ----------
    films : designs, one row per point [n]
    current : per m2 or per metre of wire [A]
    """
    return FilmDischarge(
        current=current,
        negative=_side(films.negative, current, -1.0),
        positive=_side(films.positive, current, 1.0),
        resistance=films.electrolyte_resistance + films.contact_resistance,
        kinetic_scale=thermal_voltage(films.temperature),
    )


def _side(film: Film, current: Array, sign: float) -> FilmSide:
    density = current / film.face_area
    slowness = film.thickness / film.diffusivity
    excess = sign * density * slowness / (FARADAY * film.concentration_max)
    return FilmSide(
        ocp=film.ocp,
        shape=np.where(film.metal, NONE, PLANE),
        start=film.sto_full,
        per_charge=sign / film.site_charge,
        excess=excess * annulus_excess(film.flux_radius, film.blocked_radius),
        pace=np.sqrt(film.diffusivity) / np.where(film.metal, 1.0, film.thickness),
        slope=np.where(film.metal, 0.0, film.diffusivity_slope),
        driven=drive(density, film.exchange_current),
    )


def longest_charge(films: Films) -> Array:
    """Charge after which an electrode is full or empty, per m2 or per metre [C]."""
    positive = (1.0 - films.positive.sto_full) * films.positive.site_charge
    return np.minimum(positive, films.negative.sto_full * films.negative.site_charge)


def resized(films: Films, core_radius: Array, cathode: Array, electrolyte: Array, anode: Array) -> Films:
    """The same materials with other thicknesses [m]; cathode innermost, r0..r1, electrolyte r1..r2, anode r2..r3.

    The electrolyte's resistance is L/kappa [ohm m2] or ln(r2/r1)/(2 pi kappa) [ohm m].

    Parameters
    ----------
    core_radius : r0 [m], infinite for planar films
    cathode, electrolyte, anode : thicknesses [m]
    """
    first = core_radius + cathode
    second = first + electrolyte
    planar = np.isinf(core_radius)
    ratio = np.where(planar, 1.0, second) / np.where(planar, 1.0, first)
    length = np.where(planar, electrolyte, np.log(ratio) / (2.0 * np.pi))
    return replace(
        films,
        positive=replace(films.positive, thickness=cathode, flux_radius=first, blocked_radius=core_radius),
        negative=replace(
            films.negative,
            thickness=np.where(films.negative.metal, 0.0, anode),
            flux_radius=second,
            blocked_radius=second + anode,
        ),
        electrolyte_resistance=length / films.electrolyte_conductivity,
    )
