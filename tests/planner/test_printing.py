"""What is printed, as a user sees it through `plan`: limits said before export, programs, patterns, sweeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fabplan.catalog.loader import Catalog, load
from fabplan.errors import BadInput, Infeasible
from fabplan.exporters import gcode, patterns, plan_json, sheets
from fabplan.findings import Finding
from fabplan.methods.base import Work
from fabplan.planner import run
from fabplan.planner.plan import Plan
from fabplan.planner.route import method_of
from fabplan.verify.programs import verify_programs
from tests.planner.plans import catalog, planned, shipped_plan

JETTED = """name = "Jetted"
method = "inkjet-printing"
materials = ["{material}"]
patterned_by = "drops"
source = "test bench"
confidence = "low"
[settings]
ink = "test ink"
drop = "10 pL"
pitch = "{pitch}"
frequency = "2 kHz"
nozzles = "16"
nozzle_pitch = "60 um"
passes = "2"
nozzle = "21.5 um"
drop_speed = "7 m/s"
ink_solids = "0.1"
porosity = "0.4"
viscosity = "{viscosity}"
surface_tension = "30 mN/m"
density = "1.1 g/cm3"
contact_angle = "30"
[microstructure]
active_fraction = "0.6"
porosity = "0.4"
bruggeman = "1.5"
particle_radius = "50 nm"
"""
SPRAYED = """name = "Sprayed"
method = "spray-printing"
materials = ["{material}"]
patterned_by = "raster"
source = "test bench"
confidence = "low"
[settings]
ink = "test ink"
mask = "stencil"
flow = "50 uL/min"
ink_solids = "0.02"
transfer = "0.6"
speed = "20 mm/s"
pitch = "1 mm"
pass_width = "2 mm"
porosity = "0.5"
height = "40 mm"
overrun = "5 mm"
line = "40 um"
gap = "40 um"
[microstructure]
active_fraction = "0.5"
porosity = "0.5"
bruggeman = "1.5"
particle_radius = "50 nm"
"""
SCRIBED = """name = "Sputtered LCO, scribed"
method = "sputter"
materials = ["lco"]
patterned_by = "raster"
after = ["scribe-set"]
source = "test bench"
confidence = "low"
[settings]
rate = "10 nm/min"
[limits]
line = "20 um"
gap = "20 um"
thickness_low = "100 nm"
thickness_high = "5 um"
[microstructure]
dense = true
active_fraction = "1"
porosity = "0"
"""
SCRIBE = """name = "Scribing"
method = "laser-scribing"
source = "test bench"
confidence = "low"
[settings]
laser = "248 nm"
beam_radius = "60 um"
fluence = "2 J/cm2"
threshold = "0.4 J/cm2"
penetration = "200 nm"
heat_zone = "1 um"
frequency = "500 Hz"
"""
REGULATOR = """extends = "diw-gantry"
pressure_high = "100 psi"
source = "dial"
confidence = "high"
"""
INK = """extends = "lto-sun2013"
drying_time = "5 s"
die_swell = "1.3"
uv_time = "2 s"
source = "test bench"
confidence = "high"
[style]
lead_in = "20 um"
shutoff_distance = "30 um"
wipe = "15 um"
suckback = "20 ms"
end_dwell = "70 ms"
"""
COMB = """name = "comb"
[target]
capacity = "1 uAh"
rate = "C/10"
[footprint]
size = ["5 mm", "5 mm"]
terminals = "outside"
[cell]
architecture = "planar-interdigital"
anode = "lto"
cathode = "lfp"
electrolyte = "litfsi-p14tfsi-pvdf-hfp"
substrate = "glass"
height_max = "2 mm"
[route]
collector = "evaporate-ti-au-liftoff"
anode = "{how}-lto"
cathode = "{how}-lfp"
lid = "lid-laminate-foil"
electrolyte = "gel-cast-ionogel"
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with recipes, a machine and an ink of one bench, and specs that use them."""
    folder = tmp_path_factory.mktemp("bench")
    (folder / "c" / "recipes").mkdir(parents=True)
    (folder / "c" / "machines").mkdir()
    (folder / "c" / "inks").mkdir()
    for material in ("lto", "lfp"):
        jetted = JETTED.format(material=material, pitch="30 um", viscosity="10 mPa*s")
        wide = JETTED.format(material=material, pitch="60 um", viscosity="100 mPa*s")
        (folder / "c" / "recipes" / f"jet-{material}.toml").write_text(jetted)
        (folder / "c" / "recipes" / f"wide-{material}.toml").write_text(wide)
        (folder / "c" / "recipes" / f"spray-set-{material}.toml").write_text(SPRAYED.format(material=material))
    (folder / "c" / "recipes" / "sputter-lco-scribed.toml").write_text(SCRIBED)
    (folder / "c" / "recipes" / "scribe-set.toml").write_text(SCRIBE)
    (folder / "c" / "machines" / "diw-gantry.toml").write_text(REGULATOR)
    (folder / "c" / "inks" / "lto-sun2013.toml").write_text(INK)
    for how in ("jet", "wide", "spray-set"):
        (folder / f"{how}.toml").write_text(COMB.format(how=how))
    yield folder


@pytest.fixture(scope="module")
def own(bench: Path) -> Catalog:
    return load([bench / "c"])


def of_rule(plan: Plan, rule: str) -> list[Finding]:
    return [f for f in plan.findings if f.rule == rule]


def checked(plan: Plan, folder: Path) -> None:
    """Programs and plan.json written, read back and replayed."""
    for path, data in {**gcode.export(plan), **plan_json.export(plan)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    assert verify_programs(folder, json.loads((folder / "plan.json").read_bytes())) == ()


# --- said before export, with what to change ---


def test_a_print_of_a_day_and_more_is_said_with_what_shortens_it() -> None:
    (found,) = of_rule(planned("interdigital-3d-filament-10mm", "machine.order=by-layer"), "long-print")
    assert found.measured > 30 * 3600 and found.allowed == 8 * 3600
    assert "nozzles side by side" in found.change and "times the speed" in found.change


def test_600_psi_on_a_100_psi_regulator_is_refused(own: Catalog) -> None:
    with pytest.raises(Infeasible, match=r"600 psi.*gives 689 kPa \(100 psi\)") as caught:
        run.plan("interdigital-3d-filament", {}, (), own)
    assert any("17% as long" in change for change in caught.value.changes)


def test_less_ink_than_the_dead_volume_is_said_with_the_filling() -> None:
    found = of_rule(shipped_plan("interdigital-3d-filament"), "ink-dead-volume")
    assert len(found) == 2 and all(f.measured < f.allowed == pytest.approx(60e-9) for f in found)
    assert "fill in at least 61.04 uL" in found[0].change


def test_a_wall_too_slender_is_refused_with_width_and_layers() -> None:
    sets = ("parameters.layers=33", "cell.height_max=3 mm", "target.capacity=3 uAh", "target.rate=C/20")
    with pytest.raises(Infeasible, match=r"11\.9 times their width; 11 was shown") as caught:
        planned("interdigital-3d-filament", *sets)
    assert any("walls of 64.8 um, or 30 layers instead of 33" in change for change in caught.value.changes)


def test_a_drop_spacing_outside_the_stable_window_and_an_ink_that_does_not_jet(bench: Path, own: Catalog) -> None:
    plan = run.plan(str(bench / "wide.toml"), {}, (), own)
    spacing = of_rule(plan, "drop-spacing")
    assert len(spacing) == 2 and spacing[0].measured == pytest.approx(60e-6)
    assert spacing[0].allowed == pytest.approx(33.9e-6, rel=0.01) and "between 22.6 um and 33.9 um" in spacing[0].change
    assert len(of_rule(plan, "inkjet-ohnesorge")) == 2


# --- programs ---


def test_inks_go_layer_by_layer_where_the_nozzle_needs_it(tmp_path: Path) -> None:
    """Walls of 16 layers and a gap of 32 um: a cone of 5 degrees would hit the wall that stands."""
    sets = ("parameters.layers=16", "parameters.gap=32 um")
    joint = planned("interdigital-3d-filament", *sets)
    (path,) = joint.toolpaths
    assert len(path.heads) == 2 and [head.ink for head in path.heads] == ["lto", "lfp"]
    assert not of_rule(joint, "nozzle-clearance") and len(of_rule(joint, "head-offset")) == 1
    apart = planned("interdigital-3d-filament", *sets, "machine.order=by-ink")
    assert len(apart.toolpaths) == 2 and of_rule(apart, "nozzle-clearance")
    assert [s.method for s in joint.steps].count("drying") == 1  # once for both inks
    main = [s for s in joint.steps if s.method == "direct-ink-writing"]
    assert [s.toolpath for s in main] == [path.name, ""] and main[1].number == main[0].number + 1
    assert "load all inks" in main[0].notes and f"step {main[0].number}" in main[1].notes
    checked(joint, tmp_path)
    name = f"recipes/{main[0].number:02d}-direct-ink-writing-anode.md"
    sheet = sheets.export(joint)[name]
    assert b"Heads, layer by layer | 0: lto" in sheet and b"ramps of the axes included" in sheet


def test_the_fill_of_the_spec_reaches_the_program(tmp_path: Path) -> None:
    plan, usual = planned("interdigital-3d-filament", "machine.fill=contour"), shipped_plan("interdigital-3d-filament")
    for made, before in zip(plan.toolpaths, usual.toolpaths, strict=True):
        assert len(made.kinds) < len(before.kinds) and made.time < before.time
    checked(plan, tmp_path)


def test_words_of_the_machine_are_checked() -> None:
    with pytest.raises(BadInput, match="by-layer"):
        planned("interdigital-3d-filament", "machine.order=layers")
    with pytest.raises(BadInput, match="contour"):
        planned("interdigital-3d-filament", "machine.fill=spiral")


def test_the_time_of_a_step_has_the_ramps_of_the_axes() -> None:
    plan = planned("interdigital-3d-filament", allow_uncalibrated=True)
    path = plan.toolpaths[0]
    step = next(s for s in plan.steps if s.toolpath == path.name)
    assert path.ramped is not None and path.duration < path.ramped < 1.02 * path.duration
    assert step.duration == pytest.approx(3600 + path.ramped)


def test_style_and_life_of_an_ink_reach_its_program(own: Catalog, tmp_path: Path) -> None:
    sets = ("machine.dialect=marlin",)
    high = load()  # the regulator of the bench is too weak; its ink alone counts here
    mixed = Catalog(**{**vars(high), "inks": own.inks})
    plan = run.plan("interdigital-3d-filament", {}, sets, mixed)
    lto, lfp = plan.toolpaths
    assert (lto.style.lead_in, lto.style.shutoff_distance, lto.style.wipe) == pytest.approx((20e-6, 30e-6, 15e-6))
    assert lto.stop_delay == pytest.approx(0.07) and lfp.style.lead_in == 0.0
    assert lto.style.suckback == 0.0 and lto.lamp_time == 0.0  # the bench has no such outputs, and says so
    assert len(of_rule(plan, "line-style")) == 2
    assert len(of_rule(plan, "wet-time")) == 1 and len(of_rule(plan, "die-swell")) == 1
    checked(plan, tmp_path)


# --- drops, spray, laser ---


def test_jetted_layers_are_pictures_and_drops_on_position(bench: Path, own: Catalog) -> None:
    plan = run.plan(str(bench / "jet.toml"), {}, (), own)
    assert not of_rule(plan, "drop-spacing") and not of_rule(plan, "inkjet-ohnesorge")
    (anode, _) = plan.patterns
    assert (anode.passes, anode.nozzles, anode.nozzle_pitch) == (2, 16, 2) and anode.layers >= 1
    files = patterns.export(plan)
    table = files["jobs/inkjet-printing-anode.sweeps.csv"].decode().splitlines()[1:]
    assert sum(int(line.rsplit(",", 1)[1]) for line in table) == np.count_nonzero(anode.pixels)
    assert {"toolpaths/inkjet-printing-anode.bmp", "toolpaths/inkjet-printing-cathode.png"} <= set(files)
    told = json.loads(plan_json.export(plan)["plan.json"])["patterns"]
    assert told[0]["drops"] == np.count_nonzero(anode.pixels)


def test_sprayed_layers_have_passes(bench: Path, own: Catalog, tmp_path: Path) -> None:
    plan = run.plan(str(bench / "spray-set.toml"), {"allow_uncalibrated": True}, (), own)
    assert [path.process for path in plan.toolpaths] == ["spray", "spray"]
    path = plan.toolpaths[0]
    step = next(s for s in plan.steps if s.toolpath == path.name)
    assert step.duration == pytest.approx(3600 + path.time)
    assert step.uses[0].amount == pytest.approx(path.ink_volume)
    assert path.ink_volume == pytest.approx(50e-9 / 60 * path.printed_length / 0.02)
    checked(plan, tmp_path)


def test_a_film_is_scribed_where_nothing_stays(own: Catalog, tmp_path: Path) -> None:
    plan = run.plan("laminated-thin-film", {}, ("route.cathode=sputter-lco-scribed",), own)
    (path,) = plan.toolpaths
    assert path.process == "laser" and plan.machine.id == "laser-stage"
    step = next(s for s in plan.steps if s.toolpath == path.name)
    assert step.method == "laser-scribing" and not step.material
    checked(plan, tmp_path)


def test_unknown_set_points_of_a_spray_are_said() -> None:
    """What nobody knows stays unknown: no program, no invented set point."""
    recipe = catalog().recipes["spray-lfp"]
    module, settings = method_of(recipe, "t")
    assert recipe.patterned_by == "raster"
    assert module.sweep(settings, Work(thickness=1e-6, area=1e-6)) is None
