"""What a micro-battery is usually like: size and gap of the drawn cell against the published class. Never an error."""

from __future__ import annotations

from collections.abc import Mapping

from fabplan import units
from fabplan.findings import Finding

SOURCE = "Wang et al., Nanoscale Adv. 2022, 4, 4237"
FOOTPRINT = (1e-6, 1e-4)  # m²; 1 mm² to 1 cm² (section 1 of the review, constraint G-micro)
VOLUME = 1e-8  # m³; 3D cells take 1 to 10 mm³ (as above)
ROUNDED = 1.01  # "10 mm3" is a round figure
GAP = (2e-6, 1e-4)  # m; planar combs: several to tens of micrometres (section 2, constraint F-interdigit)
PLANAR = "planar-interdigital"


def check(architecture: str, geometry: Mapping[str, float | None]) -> tuple[Finding, ...]:
    """Findings about the class of the cell.

    Parameters
    ----------
    geometry : the ``geometry`` object of plan.json
    """
    return (*_size(geometry), *_gap(architecture, geometry))


def _size(geometry: Mapping[str, float | None]) -> tuple[Finding, ...]:
    area, height = geometry.get("footprint_area_m2"), geometry.get("height_m")
    low, high = FOOTPRINT
    found = []
    if area is not None and not low * (1 - 1e-9) <= area <= high * (1 + 1e-9):
        text = f"the footprint of {units.show(area, 'area')} is no micro-battery's, 1 mm2 to 1 cm2"
        bound = low if area < low else high
        found.append(Finding("micro-battery-size", "info", "footprint", f"{text} [{SOURCE}]", area, bound, "m2"))
    if area is not None and height is not None and area * height > VOLUME * ROUNDED:
        text = f"the cell takes {area * height * 1e9:.3g} mm3; micro-batteries take 1 to 10 mm3 [{SOURCE}]"
        found.append(Finding("micro-battery-size", "info", "cell", text, area * height, VOLUME, "m3"))
    return tuple(found)


def _gap(architecture: str, geometry: Mapping[str, float | None]) -> tuple[Finding, ...]:
    gap = geometry.get("minimum_gap_m")
    low, high = GAP
    if architecture != PLANAR or gap is None or low * (1 - 1e-9) <= gap <= high * (1 + 1e-9):
        return ()
    text = f"fingers {units.show(gap, 'length')} apart; planar combs have several to tens of um between them [{SOURCE}]"
    change = "a gap of 2 to 100 um: wider ones cost resistance, narrower ones short"
    bound = low if gap < low else high
    return (Finding("interdigital-gap", "warning", "cell", text, gap, bound, "m", change),)
