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
SCREEN = {"mesh_pitch": "112.9 um", "thread": "40 um", "mesh_thickness": "59 um"}
PASSES = {**SCREEN, "transfer": 1, "ink_solids": 0.2, "porosity": 0.4, "passes_high": 4}
INK = {"density": "1000 kg/m3", "surface_tension": "0.03 kg/s2", "nozzle": "20 um"}
NOZZLE = {"nozzle": "30 um", "speed": "250 um/s", "extrusion_multiplier": 1}
PASTE = {"consistency": "3000 Pa*s", "flow_index": 0.25, "yield_stress": "500 Pa", "bore_length": "3 mm"}
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
    ("diw-pressure", "direct-ink-writing", {"pressure": "600 psi", "pressure_limit": "100 psi"}, Work(),
     {"pressure": "90 psi", "pressure_limit": "100 psi"}, Work()),
    ("diw-pressure", "direct-ink-writing", {**NOZZLE, **PASTE, "pressure_limit": "500 psi"}, Work(),
     {**NOZZLE, **PASTE, "pressure_limit": "700 psi"}, Work()),
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
