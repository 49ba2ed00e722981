"""What processes from the vapour share: adhesion layers, growth time, coverage of relief, uniformity."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabplan.findings import Finding
from fabplan.methods._fields import ROOM
from fabplan.methods._film import critical_thickness
from fabplan.methods._sheet import derived, present, ratio, total
from fabplan.methods.base import SetPoint, Work, value
from fabplan.records import Quantity, quantity, text

BOLTZMANN = 1.380649e-23  # J/K, exact since 2019
COVERED = 2.0  # aspect ratio above which less than a quarter of the film reaches the bottom
CHANNEL = 2.0  # Z of a crack that channels through a film
UNEVEN = 0.05  # (max - min)/(2 mean), the acceptance window of `UNIFORMITY`


@dataclass(frozen=True, kw_only=True)
class Adhesion:
    """A thin metal below the layer, deposited in the same run and counted in its thickness."""

    material: str = text("adhesion metal", default=None)
    thickness: Quantity = quantity("length", "thickness of the adhesion metal", low=0, required=True)
    rate: Quantity | None = quantity("growth_rate", "growth rate of the adhesion metal", low=0)
    power: Quantity | None = quantity("power", "power for the adhesion metal", low=0)
    pressure: Quantity | None = quantity("pressure", "pressure for the adhesion metal", low=0)


def main_thickness(work: Work, adhesion: Adhesion | None) -> float | None:
    """Thickness above the adhesion metal [m]; the step's thickness holds both."""
    if work.thickness is None:
        return None
    below = (adhesion.thickness.value or 0.0) if adhesion else 0.0
    return max(0.0, work.thickness - below)


def growth_time(work: Work, rate: float | None, adhesion: Adhesion | None) -> float | None:
    """Time with the shutter open [s]: thickness over rate, the adhesion metal included."""
    below = ratio(adhesion.thickness.value, value(adhesion.rate)) if adhesion else 0.0
    return total(below, ratio(main_thickness(work, adhesion), rate))


def adhesion_points(adhesion: Adhesion | None) -> tuple[SetPoint, ...]:
    """Set points of the adhesion metal."""
    if adhesion is None:
        return ()
    time = ratio(adhesion.thickness.value, value(adhesion.rate))
    name = f"{adhesion.material}: time with the shutter open"
    timed = derived(name, time, "time", "thickness over rate", adhesion.thickness, adhesion.rate)
    return (*present(adhesion, "thickness", "power", "pressure", "rate"), timed)


def ramp_time(temperature: Quantity | None, heating: Quantity | None, cooling: Quantity | None) -> float | None:
    """Time for heating from and cooling to room temperature [s]; zero for parts that are not heated."""
    hot = value(temperature)
    if hot is None or hot <= ROOM + 10.0:
        return 0.0
    return total(ratio(hot - ROOM, value(heating)), ratio(hot - ROOM, value(cooling)))


def mean_free_path(pressure: float, temperature: float = ROOM, diameter: float = 3.6e-10) -> float:
    """Mean free path of a gas [m], ``kT/(√2 π d² p)`` (kinetic theory of gases); default: argon.

    Parameters
    ----------
    pressure, temperature : of the gas [Pa, K]
    diameter : of the molecule [m]
    """
    return BOLTZMANN * temperature / (math.sqrt(2.0) * math.pi * diameter**2 * pressure)


def ring_uniformity(radius: float, height: float, ring: float) -> float:
    """Thickness off axis over thickness on axis, above a ring source with cosine emission.

    ``(h²+R²)²(h²+r²+R²) / [(h²+r²+R²)² − 4r²R²]^{3/2}``, integral of the cosine law over the ring.

    Parameters
    ----------
    radius, height, ring : distance from the axis, height over the ring, radius of the ring [m]
    """
    s = height**2 + radius**2 + ring**2
    over: float = (height**2 + ring**2) ** 2 * s / (s**2 - 4.0 * radius**2 * ring**2) ** 1.5
    return over


def planar_source_uniformity(radius: float, height: float) -> float:
    """Thickness off axis over thickness on axis, above a small planar source: ``1/(1+(r/h)²)²`` (cosine law)."""
    return 1.0 / (1.0 + (radius / height) ** 2) ** 2


def trench_coverage(aspect_ratio: float) -> float:
    """Film at the bottom centre of a trench over film on top, ``1/√(1+4a²)``.

    View factor of the opening for a cosine flux and sticking 1; checked against a level-set
    simulation to 3 % at aspect ratios 1 to 5.
    """
    return 1.0 / math.sqrt(1.0 + 4.0 * aspect_ratio**2)


def coverage_findings(method: str, work: Work) -> tuple[Finding, ...]:
    """Warning when relief is too deep for a line-of-sight film."""
    if work.aspect_ratio is None or work.aspect_ratio <= COVERED:
        return ()
    bottom = trench_coverage(work.aspect_ratio)
    message = (
        f"Relief of aspect ratio {work.aspect_ratio:.3g} gets only {bottom:.0%} of the film at its bottom; "
        "line-of-sight deposition adds no capacity on relief."
    )
    change = "Use a conformal process (atomic-layer-deposition, electrodeposition) or shallower relief."
    return (Finding(f"{method}-step-coverage", "warning", method, message, work.aspect_ratio, COVERED, "", change),)


def coverage_points(work: Work) -> tuple[SetPoint, ...]:
    """What reaches the bottom of relief, for the sheet; nothing on flat ground."""
    if work.aspect_ratio is None:
        return ()
    name = f"Film at the bottom of aspect ratio {work.aspect_ratio:.3g} over film on top"
    how = "view factor of the opening, cosine flux, sticking 1"
    return (derived(name, trench_coverage(work.aspect_ratio), "number", how),)


def edge_over_centre(throw: Quantity | None, ring: Quantity | None, part: Quantity | None, work: Work) -> float | None:
    """Film at the part's edge over that in its centre; None when distance or size are unknown.

    Parameters
    ----------
    throw, ring, part : distance to the target, radius of its erosion ring (a small target without), of the part
    work : its ``reach`` counts where the recipe names no part
    """
    height, radius = value(throw), value(part) if part is not None else work.reach
    if not height or radius is None:
        return None
    size = value(ring)
    return planar_source_uniformity(radius, height) if size is None else ring_uniformity(radius, height, size)


def edge_points(
    throw: Quantity | None, ring: Quantity | None, part: Quantity | None, work: Work
) -> tuple[SetPoint, ...]:
    """The same for the sheet; nothing when unknown."""
    edge = edge_over_centre(throw, ring, part, work)
    if edge is None:
        return ()
    return (
        derived(
            "Film at the part's edge over its centre",
            edge,
            "number",
            "cosine law, part on the axis, not turned",
            throw,
            ring,
        ),
    )


def stress_points(stress: Quantity | None, toughness: Quantity | None) -> tuple[SetPoint, ...]:
    """Thickness at which the film cracks, where stress (tension) and toughness are known."""
    pull, tough = value(stress), value(toughness)
    if pull is None or tough is None or pull <= 0.0:
        return ()
    thick = critical_thickness(tough, pull, CHANNEL)
    return (
        derived(
            "Thickness at which the film cracks",
            thick,
            "length",
            "(K/(2 stress))², channelling crack",
            stress,
            toughness,
        ),
    )


def stress_findings(
    method: str, stress: Quantity | None, toughness: Quantity | None, work: Work
) -> tuple[Finding, ...]:
    """Warning when a film in tension is thicker than the crack allows."""
    pull, tough = value(stress), value(toughness)
    if pull is None or tough is None or pull <= 0.0 or work.thickness is None:
        return ()
    most = critical_thickness(tough, pull, CHANNEL)
    if work.thickness <= most:
        return ()
    thick, limit = f"{work.thickness * 1e9:.4g} nm", f"{most * 1e9:.4g} nm"
    message = f"A film of {thick} under {pull / 1e6:.3g} MPa of tension cracks above {limit}."
    change = "Less power or more pressure for less tension, a thinner film, or several with anneals between."
    return (Finding(f"{method}-cracking", "warning", method, message, work.thickness, most, "m", change),)


def uniformity_findings(method: str, edge: float | None) -> tuple[Finding, ...]:
    """Warning when the edge of the part gets too little (``edge``: thickness there over centre)."""
    if edge is None:
        return ()
    spread = abs(1.0 - edge) / (1.0 + edge)
    if spread <= UNEVEN:
        return ()
    message = f"The film at the edge of the part is {edge:.0%} of that in the centre: ±{spread:.1%}."
    change = "Rotate the part, use a smaller part or a longer throw."
    return (Finding(f"{method}-uniformity", "warning", method, message, spread, UNEVEN, "", change),)
