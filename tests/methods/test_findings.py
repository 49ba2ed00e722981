"""Each rule of a process fires on a fault and is silent without it."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from fabplan import plugins
from fabplan.methods.base import Work
from tests.methods.shipped import method, settings

FILM = {"peak_temperature": "700 degC", "film_modulus": "175 GPa", "film_poisson": 0.3, "expansion_difference": 1.04e-5}
ALD = {
    "substrate_temperature": "200 degC", "site_area": "2.82e-19 m2", "sticking": 0.01,
    "cycle": [{"precursor": "TMA", "pulse": "0.1 s", "molar_mass": "72 g/mol", "partial_pressure": "10 Pa"}],
}  # fmt: skip
PURGE = {
    "substrate_temperature": "200 degC",
    "cycle": [{"precursor": "TMA", "purge": "1 s", "molar_mass": "72 g/mol"}],
}  # fmt: skip
TENSE = {"stress": "500 MPa", "toughness": 1e6}
SCREEN = {"mesh_pitch": "112.9 um", "thread": "40 um", "mesh_thickness": "59 um"}
PASSES = {**SCREEN, "transfer": 1, "ink_solids": 0.2, "porosity": 0.4, "passes_high": 4}
INK = {"density": "1000 kg/m3", "surface_tension": "0.03 kg/s2", "nozzle": "20 um"}
NOZZLE = {"nozzle": "30 um", "speed": "250 um/s", "extrusion_multiplier": 1}
PASTE = {"consistency": "3000 Pa*s", "flow_index": 0.25, "yield_stress": "500 Pa", "bore_length": "3 mm"}
GUNS = [
    {"target": "Sn", "rate": "2 nm/min", "density": "7.287 g/cm3", "molar_mass": "118.71 g/mol", "fraction": 0.228},
    {"target": "Si", "rate": "5 nm/min", "density": "2.33 g/cm3", "molar_mass": "28.085 g/mol"},
]
FLEXO = {"cell_volume": "3.1 cm3/m2", "ink_solids": 0.3, "porosity": 0.4, "passes_high": 3}
STENCIL = {"foil": "100 um", "release": 0.8, "ink_solids": 0.4, "porosity": 0.4}
HOLO = {"wavelength": "532 nm", "half_angle": 30, "dose": "10 mJ/cm2"}
STAMP = {"slow_adhesion": "0.1 J/m2", "reference_speed": "1 mm/s", "exponent": 1}
PLOUGH = {"depth": "100 um", "wedge_angle": 60}
TRAIN = {
    "peak_current": "100 mA/cm2", "on_time": "1 ms", "off_time": "9 ms", "electrons": 2, "diffusivity": "6e-10 m2/s",
}  # fmt: skip
EPD = {"loading": "1 g/L", "density": "3 g/cm3", "porosity": 0.5}
ALUMINA = {"voltage": "40 V", "pitch_per_volt": 2.5, "pore_diameter": "40 nm"}
RODS = {"rod_length": "300 nm", "rod_radius": "9 nm", "spacing": "100 nm", "shell": "20 nm"}
TAPE = {"slurry_density": "1.9 g/cm3", "tape_density": "2.4 g/cm3", "side_flow": 0.9, "solids": 0.55}

#: rule, process, settings and work that break it, settings and work that keep it
CASES: list[tuple[str, str, dict[str, Any], Work, dict[str, Any], Work]] = [
    ("sputter-power-density", "sputter", {"ceramic_target": True, "power_density": "4 W/cm2"}, Work(),
     {"ceramic_target": True, "power_density": "2 W/cm2"}, Work()),
    ("sputter-step-coverage", "sputter", {}, Work(aspect_ratio=3.0), {}, Work(aspect_ratio=2.0)),
    ("sputter-uniformity", "sputter", {"part_radius": "50 mm", "throw_distance": "100 mm", "erosion_radius": "25 mm"},
     Work(), {"part_radius": "10 mm", "throw_distance": "100 mm", "erosion_radius": "25 mm"}, Work()),
    ("evaporation-step-coverage", "evaporation", {}, Work(aspect_ratio=3.0), {}, Work()),
    ("evaporation-uniformity", "evaporation", {"part_radius": "100 mm", "source_distance": "300 mm"}, Work(),
     {"part_radius": "50 mm", "source_distance": "300 mm"}, Work()),
    ("ald-window", "atomic-layer-deposition", {"substrate_temperature": "100 degC", "window_low": "150 degC"}, Work(),
     {"substrate_temperature": "150 degC", "window_low": "150 degC"}, Work()),
    ("ald-window", "atomic-layer-deposition", {"substrate_temperature": "400 degC", "window_high": "350 degC"}, Work(),
     {"substrate_temperature": "350 degC", "window_high": "350 degC"}, Work()),
    ("ald-not-self-limiting", "atomic-layer-deposition", {"bulk_uptake": True}, Work(), {}, Work()),
    ("ald-aspect-ratio", "atomic-layer-deposition", {"aspect_ratio": 20}, Work(aspect_ratio=21.0),
     {"aspect_ratio": 20}, Work(aspect_ratio=20.0)),
    ("ald-dose", "atomic-layer-deposition", ALD, Work(aspect_ratio=100.0), ALD, Work(aspect_ratio=10.0)),
    ("ald-dose-unknown", "atomic-layer-deposition", {"cycle": [{"precursor": "TMA"}]}, Work(aspect_ratio=5.0),
     {"cycle": [{"precursor": "TMA"}]}, Work()),
    ("ald-purge", "atomic-layer-deposition", PURGE, Work(aspect_ratio=500.0, opening=1e-4),
     PURGE, Work(aspect_ratio=500.0, opening=1e-6)),
    ("sputter-uniformity", "sputter", {"throw_distance": "100 mm"}, Work(reach=0.05),
     {"throw_distance": "100 mm"}, Work()),
    ("sputter-cracking", "sputter", TENSE, Work(thickness=2e-6), TENSE, Work(thickness=1e-7)),
    ("co-sputter-cracking", "co-sputter", TENSE, Work(thickness=2e-6),
     {**TENSE, "stress": "-500 MPa"}, Work(thickness=2e-6)),
    ("diw-pressure", "direct-ink-writing", {"pressure": "600 psi", "pressure_limit": "100 psi"}, Work(),
     {"pressure": "90 psi", "pressure_limit": "100 psi"}, Work()),
    ("diw-pressure", "direct-ink-writing", {**NOZZLE, **PASTE, "pressure_limit": "500 psi"}, Work(),
     {**NOZZLE, **PASTE, "pressure_limit": "700 psi"}, Work()),
    ("wall-anchored", "direct-ink-writing", {"shrinkage_width": 0.95, "anchored_length": "1 mm"},
     Work(path_length=0.1, filaments=10), {"shrinkage_width": 0.95, "anchored_length": "1 mm"},
     Work(path_length=0.01, filaments=10)),
    ("diw-clogging", "direct-ink-writing", {"nozzle": "30 um", "particle_size": "5 um"}, Work(),
     {"nozzle": "30 um", "particle_size": "300 nm"}, Work()),
    ("diw-pot-life", "direct-ink-writing", {"speed": "250 um/s", "pot_life": "4 h"}, Work(path_length=28.0),
     {"speed": "250 um/s", "pot_life": "4 h"}, Work(path_length=0.1)),
    ("diw-solids-balance", "direct-ink-writing",
     {"ink_solids": 0.3, "deposit_solids": 0.6, "shrinkage_width": 0.95, "shrinkage_height": 0.9}, Work(),
     {"ink_solids": 0.3, "deposit_solids": 0.6, "shrinkage_width": 0.9, "shrinkage_height": 0.6}, Work()),
    ("screen-mesh", "screen-printing", {**SCREEN, "particle_size": "30 um"}, Work(),
     {**SCREEN, "particle_size": "5 um"}, Work()),
    ("screen-fine-line", "screen-printing", {**SCREEN, "line": "50 um"}, Work(), {**SCREEN, "line": "300 um"}, Work()),
    ("screen-passes", "screen-printing", PASSES, Work(thickness=100e-6), PASSES, Work(thickness=20e-6)),
    ("resist-flow", "photolithography", {"bake_temperature": "100 degC", "hard_bake_temperature": "120 degC",
     "softening": "110 degC"}, Work(), {"bake_temperature": "110 degC", "softening": "110 degC"}, Work()),
    ("lift-off-thickness", "lift-off", {"resist_thickness": "1.5 um"}, Work(thickness=0.6e-6),
     {"resist_thickness": "1.5 um"}, Work(thickness=0.21e-6)),
    ("etch-mask", "etching", {"selectivity": 1, "mask_thickness": "1.4 um"}, Work(thickness=2e-6),
     {"selectivity": 2, "mask_thickness": "1.4 um"}, Work(thickness=2e-6)),
    ("drying-thickness", "drying", {"reference_thickness": "50 um"}, Work(thickness=100e-6),
     {"reference_thickness": "50 um"}, Work(thickness=50e-6)),
    ("anneal-crack", "annealing", {**FILM, "toughness": 1e6}, Work(thickness=5e-6),
     {**FILM, "toughness": 1e7}, Work(thickness=2e-6)),
    ("sinter-carbon", "sintering", {"keep_carbon": True, "oxidising": True}, Work(), {"keep_carbon": True}, Work()),
    ("fill-dose", "electrolyte-filling", {}, Work(volume=1e-11), {}, Work(volume=1e-9)),
    ("fill-evaporation", "electrolyte-filling", {"evaporation_window": "10 min"}, Work(),
     {"evaporation_window": "2 h"}, Work()),
    ("gel-thin", "gel-casting", {"thickness_low": "20 um"}, Work(thickness=10e-6), {"thickness_low": "20 um"},
     Work(thickness=20e-6)),
    ("cure-short", "encapsulation-cure", {"cure_time": "2 h", "full_cure_time": "12 h"}, Work(),
     {"cure_time": "12 h", "full_cure_time": "12 h"}, Work()),
    ("cure-depth", "light-curing", {"dose": "10 mJ/cm2", "critical_dose": "5 mJ/cm2", "penetration": "50 um"},
     Work(thickness=100e-6), {"dose": "100 mJ/cm2", "critical_dose": "5 mJ/cm2", "penetration": "50 um"},
     Work(thickness=100e-6)),
    ("dicing-water", "dicing", {"water_sensitive": True}, Work(), {"water_sensitive": True, "wet": False}, Work()),
    ("dicing-street", "dicing", {"street": "60 um", "kerf": "40 um", "chipping": "20 um"}, Work(),
     {"street": "80 um", "kerf": "40 um", "chipping": "20 um"}, Work()),
    ("tape-gap", "tape-casting", {**TAPE, "blade_gap": "800 um"}, Work(thickness=78e-6),
     {**TAPE, "blade_gap": "400 um"}, Work(thickness=78e-6)),
    ("spray-ripple", "spray-printing", {"pitch": "2 mm", "pass_width": "2 mm"}, Work(),
     {"pitch": "1 mm", "pass_width": "2 mm"}, Work()),
    ("inkjet-ohnesorge", "inkjet-printing", {**INK, "viscosity": "0.1 Pa*s"}, Work(),
     {**INK, "viscosity": "0.005 Pa*s"}, Work()),
    ("inkjet-ohnesorge", "inkjet-printing", {**INK, "viscosity": "0.001 Pa*s"}, Work(),
     {**INK, "viscosity": "0.005 Pa*s"}, Work()),
    ("inkjet-weber", "inkjet-printing", {**INK, "drop_speed": "1 m/s"}, Work(), {**INK, "drop_speed": "6 m/s"}, Work()),
    ("inkjet-clogging", "inkjet-printing", {"nozzle": "20 um", "particle_size": "1 um"}, Work(),
     {"nozzle": "20 um", "particle_size": "200 nm"}, Work()),
    ("plating-relief", "electrodeposition", {}, Work(enhancement=25.0), {}, Work(enhancement=2.0)),
    ("lithium-short", "pre-lithiation", {"loss": "1 mAh/cm2", "foil": "3 um"}, Work(),
     {"loss": "1 mAh/cm2", "foil": "20 um"}, Work()),
    ("spin-speed", "spin-coating", {"reference_thickness": "5 um", "reference_speed": "3000 rpm",
     "speed_low": "1000 rpm"}, Work(thickness=20e-6), {"reference_thickness": "5 um", "reference_speed": "3000 rpm",
     "speed_low": "1000 rpm", "speed_high": "5000 rpm"}, Work(thickness=5e-6)),
    ("spin-speed", "spin-coating", {"reference_thickness": "5 um", "reference_speed": "3000 rpm",
     "speed_high": "5000 rpm"}, Work(thickness=1e-6), {}, Work(thickness=5e-6)),
    ("co-sputter-composition", "co-sputter", {"guns": [{**GUNS[0], "fraction": 0.3}, GUNS[1]]}, Work(),
     {"guns": GUNS}, Work()),
    ("pld-lithium", "pulsed-laser-deposition", {"lithium_film": True}, Work(),
     {"lithium_film": True, "lithium_excess": 0.075}, Work()),
    ("cvd-conformality", "chemical-vapour-deposition", {"sticking": 0.01}, Work(aspect_ratio=10.0),
     {"sticking": 0.0001}, Work(aspect_ratio=10.0)),
    ("freeze-pores", "freeze-tape-casting", {"reference_spacing": "20 um", "reference_speed": "10 um/s",
     "freezing_speed": "0.5 um/s"}, Work(), {"reference_spacing": "20 um", "reference_speed": "10 um/s",
     "freezing_speed": "5 um/s"}, Work()),
    ("freeze-gap", "freeze-tape-casting", {"blade_gap": "800 um", "sinter_shrinkage": 0.8}, Work(thickness=100e-6),
     {"blade_gap": "278 um", "sinter_shrinkage": 0.8}, Work(thickness=100e-6)),
    ("flexo-cells", "flexographic-printing", {"cell_opening": "10 um", "particle_size": "5 um"}, Work(),
     {"cell_opening": "30 um", "particle_size": "5 um"}, Work()),
    ("flexo-passes", "flexographic-printing", FLEXO, Work(thickness=5e-6), FLEXO, Work(thickness=1e-6)),
    ("stencil-release", "stencil-printing", {"foil": "200 um", "opening_width": "200 um", "opening_length": "5 mm"},
     Work(), {"foil": "100 um", "opening_width": "200 um", "opening_length": "5 mm"}, Work()),
    ("stencil-particles", "stencil-printing", {"opening_width": "100 um", "particle_size": "30 um"}, Work(),
     {"opening_width": "150 um", "particle_size": "30 um"}, Work()),
    ("stencil-foil", "stencil-printing", STENCIL, Work(thickness=100e-6), STENCIL, Work(thickness=53e-6)),
    ("imprint-release", "imprint-lithography", {"aspect_ratio": 5}, Work(aspect_ratio=6.0), {"aspect_ratio": 5},
     Work(aspect_ratio=5.0)),
    ("hologram-dose", "holographic-lithography", {**HOLO, "threshold": "20 mJ/cm2"}, Work(),
     {**HOLO, "threshold": "10 mJ/cm2"}, Work()),
    ("hologram-dose", "holographic-lithography", {**HOLO, "threshold": "0.5 mJ/cm2"}, Work(),
     {**HOLO, "threshold": "2 mJ/cm2"}, Work()),
    ("hologram-drift", "holographic-lithography", {**HOLO, "drift": "60 nm"}, Work(), {**HOLO, "drift": "50 nm"},
     Work()),
    ("scribe-weak", "laser-scribing", {"fluence": "0.3 J/cm2", "threshold": "0.4 J/cm2"}, Work(),
     {"fluence": "2 J/cm2", "threshold": "0.4 J/cm2"}, Work()),
    ("scribe-below", "laser-scribing", {"fluence": "2 J/cm2", "substrate_threshold": "1 J/cm2"}, Work(),
     {"fluence": "0.9 J/cm2", "substrate_threshold": "1 J/cm2"}, Work()),
    ("transfer-lift", "transfer-printing", {**STAMP, "pick_speed": "1 mm/s", "donor_adhesion": "1 J/m2"}, Work(),
     {**STAMP, "pick_speed": "20 mm/s", "donor_adhesion": "1 J/m2"}, Work()),
    ("transfer-leave", "transfer-printing", {**STAMP, "print_speed": "20 mm/s", "part_adhesion": "1 J/m2"}, Work(),
     {**STAMP, "print_speed": "1 mm/s", "part_adhesion": "1 J/m2"}, Work()),
    ("filtration-leak", "mask-assisted-filtration", {"particle_size": "100 nm", "pore_size": "220 nm"}, Work(),
     {"particle_size": "1 um", "pore_size": "220 nm"}, Work()),
    ("plough-pitch", "ploughing-extrusion", {**PLOUGH, "pitch": "100 um"}, Work(), {**PLOUGH, "pitch": "300 um"},
     Work()),
    ("plough-depth", "ploughing-extrusion", {"depth": "100 um", "plate_thickness": "150 um"}, Work(),
     {"depth": "100 um", "plate_thickness": "200 um"}, Work()),
    ("pulse-limit", "pulsed-electrodeposition", {**TRAIN, "concentration": "0.001 mol/L"}, Work(),
     {**TRAIN, "concentration": "1 mol/L"}, Work()),
    ("pulse-reverse", "pulsed-electrodeposition", {**TRAIN, "reverse_current": "200 mA/cm2", "reverse_time": "1 ms"},
     Work(), {**TRAIN, "reverse_current": "20 mA/cm2", "reverse_time": "1 ms"}, Work()),
    ("template-overgrown", "template-electrodeposition", {"template_thickness": "10 um"}, Work(thickness=12e-6),
     {"template_thickness": "10 um"}, Work(thickness=10e-6)),
    ("template-closed", "template-electrodeposition", {"pore_opening": "500 nm", "coat": "300 nm"}, Work(),
     {"pore_opening": "500 nm", "coat": "50 nm"}, Work()),
    ("polymer-stops", "electropolymerisation", {"self_limit": "30 nm"}, Work(thickness=100e-9),
     {"self_limit": "30 nm"}, Work(thickness=20e-9)),
    ("epd-depletion", "electrophoretic-deposition", {**EPD, "bath_volume": "1 mL"}, Work(thickness=50e-6, area=1e-5),
     {**EPD, "bath_volume": "100 mL"}, Work(thickness=50e-6, area=1e-5)),
    ("anodise-merge", "anodisation", {**ALUMINA, "widening": "70 nm"}, Work(), {**ALUMINA, "widening": "30 nm"},
     Work()),
    ("anodise-metal", "anodisation", {"metal_thickness": "10 um"}, Work(thickness=20e-6),
     {"metal_thickness": "100 um"}, Work(thickness=20e-6)),
    ("vessel-pressure", "hydrothermal-growth", {"vessel_temperature": "240 degC", "liner_limit": "260 degC"}, Work(),
     {"vessel_temperature": "200 degC"}, Work()),
    ("vessel-liner", "hydrothermal-growth", {"vessel_temperature": "230 degC"}, Work(),
     {"vessel_temperature": "220 degC"}, Work()),
    ("vessel-filling", "hydrothermal-growth", {"filling": 0.9}, Work(), {"filling": 0.8}, Work()),
    ("rods-closed", "biotemplating", RODS, Work(thickness=30e-9), RODS, Work(thickness=10e-9)),
    ("freeze-collapse", "freeze-drying", {"shelf_temperature": "-10 degC", "collapse_temperature": "-20 degC"}, Work(),
     {"shelf_temperature": "-30 degC", "collapse_temperature": "-20 degC"}, Work()),
    ("freeze-pressure", "freeze-drying", {"shelf_temperature": "-30 degC", "pressure": "100 Pa"}, Work(),
     {"shelf_temperature": "-30 degC", "pressure": "10 Pa"}, Work()),
    ("electrolyte-pot-life", "electrolyte-printing", {"nozzle": "100 um", "bead_height": "100 um", "speed": "1 mm/s",
     "solids": 1, "pot_life": "10 s"}, Work(volume=1e-9), {"nozzle": "100 um", "bead_height": "100 um",
     "speed": "1 mm/s", "solids": 1, "pot_life": "10 min"}, Work(volume=1e-9)),
    ("electrolyte-thin", "electrolyte-printing", {"thickness_low": "20 um"}, Work(thickness=10e-6),
     {"thickness_low": "20 um"}, Work(thickness=20e-6)),
    ("hydrogen-flammable", "carbonisation-reduction", {"hydrogen": 0.05}, Work(),
     {"hydrogen": 0.05, "hydrogen_rated": True}, Work()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "name", "bad", "bad_work", "good", "good_work"), CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)]
)
def test_rule_fires_and_is_silent(
    rule: str, name: str, bad: dict[str, Any], bad_work: Work, good: dict[str, Any], good_work: Work
) -> None:
    module = method(name)
    fired = [f for f in module.findings(settings(name, **bad), bad_work) if f.rule == rule]
    assert len(fired) == 1
    assert fired[0].where == name and fired[0].message
    if fired[0].measured is not None:
        assert fired[0].allowed is not None and fired[0].measured != fired[0].allowed
    assert rule not in [f.rule for f in module.findings(settings(name, **good), good_work)]


def test_every_rule_of_every_process_is_tried() -> None:
    """Rules are named by strings in the modules; none may be missing above."""
    written = set()
    for plugin in plugins.found("methods"):
        if plugin.origin == plugins.CORE:
            source = inspect.getsource(plugins.load("methods", plugin.name))
            written |= set(re.findall(r'Finding\(\s*"([a-z-]+)"', source))
    tried = {case[0] for case in CASES}
    assert len(written) > 25
    assert written <= tried, written - tried
