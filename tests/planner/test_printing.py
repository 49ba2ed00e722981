"""What is printed, as a user sees it through `plan`: limits said before export, programs, patterns, sweeps."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fabplan.catalog.loader import Catalog, load
from fabplan.errors import BadInput, Infeasible
from fabplan.exporters import gcode, jobs, patterns, plan_json, sheets
from fabplan.findings import Finding
from fabplan.layout.calibration_drops import SPACINGS
from fabplan.layout.moves import heads_of
from fabplan.methods.base import Work
from fabplan.planner import run
from fabplan.planner.calibration import reckoned
from fabplan.planner.plan import Plan
from fabplan.planner.printing import dialect_findings
from fabplan.planner.route import method_of
from fabplan.planner.spec_source import shipped, shipped_names
from fabplan.planner.sweeping import _off_lines
from fabplan.records import Quantity
from fabplan.verify._program_file import read_program
from fabplan.verify.programs import verify_programs
from tests.exporters.test_gcode import rs274
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
anode = "jet-lto"
cathode = "jet-lfp"
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
        pitch, viscosity = ("30 um", "10 mPa*s") if material == "lto" else ("60 um", "100 mPa*s")
        jetted = JETTED.format(material=material, pitch=pitch, viscosity=viscosity)
        (folder / "c" / "recipes" / f"jet-{material}.toml").write_text(jetted)
    (folder / "c" / "machines" / "diw-gantry.toml").write_text(REGULATOR)
    (folder / "c" / "inks" / "lto-sun2013.toml").write_text(INK)
    (folder / "jet.toml").write_text(COMB)
    yield folder


@pytest.fixture(scope="module")
def own(bench: Path) -> Catalog:
    return load([bench / "c"])


@pytest.fixture(scope="module")
def jetted(bench: Path, own: Catalog) -> Plan:
    """LTO jetted as it should be; LFP with drops too far apart and an ink too thick."""
    return run.plan(str(bench / "jet.toml"), {}, (), own)


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


def test_a_drop_spacing_outside_the_stable_window_and_an_ink_that_does_not_jet(jetted: Plan) -> None:
    spacing = of_rule(jetted, "drop-spacing")
    assert len(spacing) == 1 and spacing[0].measured == pytest.approx(60e-6) and "cathode" in spacing[0].where
    assert spacing[0].allowed == pytest.approx(33.9e-6, rel=0.01) and "between 22.6 um and 33.9 um" in spacing[0].change
    assert len(of_rule(jetted, "inkjet-ohnesorge")) == 1


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
    (rounded, _) = dialect_findings(catalog().dialects["marlin"], plan.toolpaths)
    assert rounded.rule == "corner-rounding" and rounded.allowed == pytest.approx(3e-6)
    assert f"rounds {8 * 17} of them" in rounded.message  # a comb of four fingers has 18 corners, one is the start
    assert not of_rule(plan, "corner-rounding")  # the dialect of the spec stops in every corner
    assert not any(dialect_findings(catalog().dialects["marlin"], usual.toolpaths))  # straight lines only
    assert not of_rule(plan, "wall-anchored")  # a filament that turns is longer than the wall it stands in
    checked(plan, tmp_path)


def test_words_of_the_machine_are_checked() -> None:
    with pytest.raises(BadInput, match="by-layer"):
        planned("interdigital-3d-filament", "machine.order=layers")
    with pytest.raises(BadInput, match="contour"):
        planned("interdigital-3d-filament", "machine.fill=spiral")


def test_the_time_of_a_step_has_the_ramps_of_the_axes() -> None:
    plan = shipped_plan("interdigital-3d-filament")
    path = plan.toolpaths[0]
    step = next(s for s in plan.steps if s.toolpath == path.name)
    assert path.ramped is not None and path.duration < path.ramped < 1.02 * path.duration
    assert reckoned(step) == pytest.approx(3600 + path.ramped)


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


# --- shipped specs that print, jet, spray or scribe ---


def outlines(name: str) -> set[str]:
    """How the recipes that a shipped spec names get their outlines."""
    named = (catalog().recipes.get(recipe) for recipe in shipped(name).get("route", {}).values())
    return {recipe.patterned_by for recipe in named if recipe}


PRINTING = [name for name in shipped_names() if outlines(name) & {"bead", "drops", "raster"}]
PROCESSES = {
    "interdigital-3d-filament": "ink", "planar-interdigital-inkjet": "jet", "planar-interdigital-spray": "spray",
    "laminated-thin-film-scribed": "laser",
}  # fmt: skip


def test_every_kind_of_printing_is_shipped() -> None:
    """Extruded, jetted, sprayed and scribed with programs, screens as masks."""
    assert set(PROCESSES) <= set(PRINTING) and any("screen" in outlines(name) for name in shipped_names())


@pytest.mark.parametrize("name", PRINTING)
def test_rs274_runs_every_program_of_a_shipped_spec(oracle: Callable[[str], str], tmp_path: Path, name: str) -> None:
    plan = dataclasses.replace(shipped_plan(name), dialect=catalog().dialects["linuxcnc"])
    assert plan.toolpaths and {path.process for path in plan.toolpaths} == {PROCESSES.get(name, "ink")}
    for path, (file, data) in zip(plan.toolpaths, sorted(gcode.export(plan).items()), strict=True):
        got = rs274(oracle("rs274"), tmp_path / Path(file).name, data.decode("ascii"))
        # it writes four decimals
        assert got["length"] == pytest.approx(path.printed_length * 1e3, rel=1e-5, abs=1e-4 * len(path.kinds) + 1e-3)
        wet = sum(head.ink_volume / head.section / head.speed for head in heads_of(path)[0] if head.section)
        assert got["time"] == pytest.approx(wet or path.printed_length / path.speed, rel=1e-4)
        assert got["openings"] == len(path.kinds) and not got["open"] and not got["lost"]


def test_a_sprayed_electrode_has_its_mask() -> None:
    plan = shipped_plan("planar-interdigital-spray")
    assert [(mask.name, mask.kind) for mask in plan.masks][1:] == [("anode", "shadow-mask"), ("cathode", "shadow-mask")]
    step = next(s for s in plan.steps if s.method == "spray-printing")
    assert step.mask == "anode" and step.toolpath
    text = sheets.sheet(plan, step, "0123")
    assert "| Width of a pass | 2 mm |" in text and "Lay the mask" in text and "prime line" not in text


# --- drops, spray, laser ---


def test_the_search_puts_edges_on_the_grid_of_the_drops() -> None:
    """All widths, gaps and lengths are whole multiples of the pitch: the drops cover exactly what is drawn."""
    plan = shipped_plan("planar-interdigital-inkjet")
    assert not of_rule(plan, "drop-area") and not of_rule(plan, "drop-spacing")
    for pattern in plan.patterns:
        assert pattern.area == pattern.body_area and pattern.spacing == (25_000, 25_000)
    for name in ("finger_width_anode", "finger_width_cathode", "gap", "finger_length", "bus_width_anode"):
        assert round(plan.parameters[name].value * 1e9) % 25_000 == 0


def test_a_nozzle_opens_for_every_drop_of_a_pattern() -> None:
    """The way with an open nozzle is drops times step; each drop of the pattern falls once a layer."""
    plan = shipped_plan("planar-interdigital-inkjet")
    for path, pattern in zip(plan.toolpaths, plan.patterns, strict=True):
        drops, step = np.count_nonzero(pattern.pixels) * pattern.layers, path.bead_width
        assert path.process == "jet" and step == pytest.approx(50e-6)
        assert path.printed_length == pytest.approx(drops * step, rel=1e-12)
        assert path.ink_volume == pytest.approx(drops * 10e-15, rel=1e-9)
    step = next(s for s in plan.steps if s.method == "inkjet-printing")
    text = sheets.sheet(plan, step, "0123")
    assert f"| Drops of a layer | {np.count_nonzero(plan.patterns[0].pixels)} |" in text and "satellites" in text
    told = next(data.decode() for name, data in gcode.export(plan).items() if name.endswith("anode.ngc"))
    assert f"{np.count_nonzero(plan.patterns[0].pixels) * plan.patterns[0].layers} drops" in told


def test_drops_are_printed_at_several_spacings() -> None:
    """A ladder for jets: the trigger is asked for before each spacing, drops and speed go with it."""
    plan = shipped_plan("planar-interdigital-inkjet")
    every = jobs.export(plan)
    found = {p: d for p, d in every.items() if "anode.drop-spacing" in p}
    (text,) = (d.decode() for p, d in found.items() if p.endswith(".ngc"))
    read = read_program(text.encode(), "p")
    assert not read.findings and text.count("MSG, set trigger D") == len(SPACINGS)
    (entry,) = next(json.loads(d) for p, d in every.items() if p.endswith("anode.job.json"))["calibrations"]
    pitch, frequency = plan.patterns[0].spacing[0] * 1e-9, 500.0
    assert [line["drop_spacing"] for line in entry["lines"]] == pytest.approx([s * pitch for s in SPACINGS])
    fired = 0
    for line in entry["lines"]:
        first, last = line["filaments"]
        assert line["speed"] == pytest.approx(frequency * line["drop_spacing"])
        for filament in read.job.filaments[first - 1 : last]:
            way = sum(move.length for move in filament)
            assert way * 1e-3 == pytest.approx(line["drops"] * line["drop_spacing"])
            assert filament[-1].feed / 60e3 == pytest.approx(line["speed"])
            fired += round(line["drops"])
    assert f"{fired} drops" in text
    assert sum(h.ink for h in read.job.claims.heads) == pytest.approx(fired * 1e-5, rel=1e-4)
    (sheet,) = (d.decode() for p, d in found.items() if p.endswith(".md"))
    assert "recipe,inkjet-lto,settings.pitch,____,um" in sheet and "prime line" not in sheet


def test_jetted_layers_are_pictures_and_drops_on_position(jetted: Plan) -> None:
    (anode, _) = jetted.patterns
    assert (anode.passes, anode.nozzles, anode.nozzle_pitch) == (2, 16, 2) and anode.layers >= 1
    assert not of_rule(jetted, "nozzle-pitch")  # 60 um are two lines of 30 um, and one of 60 um
    files = patterns.export(jetted)
    table = files["jobs/inkjet-printing-anode.sweeps.csv"].decode().splitlines()[1:]
    assert sum(int(line.rsplit(",", 1)[1]) for line in table) == np.count_nonzero(anode.pixels)
    assert {"toolpaths/inkjet-printing-anode.bmp", "toolpaths/inkjet-printing-cathode.png"} <= set(files)
    told = json.loads(plan_json.export(jetted)["plan.json"])["patterns"]
    assert told[0]["drops"] == np.count_nonzero(anode.pixels)
    swathes = files["jobs/inkjet-printing-anode.swathes.csv"].decode().splitlines()[1:]
    assert sum(int(line.rsplit(",", 1)[1]) for line in swathes) == told[0]["drops"]
    step = next(s for s in jetted.steps if s.method == "inkjet-printing")
    assert "inkjet-printing-anode.swathes.csv" in sheets.sheet(jetted, step, "0123")


def test_nozzles_between_the_lines_are_said(jetted: Plan) -> None:
    """508 um are 20.32 lines of 25 um: the last of 16 nozzles is 120 um off."""
    pattern = dataclasses.replace(jetted.patterns[0], spacing=(25_000, 25_000), nozzles=16, nozzle_pitch=20)
    head: dict[str, Quantity | None] = {
        "nozzles": Quantity(16.0, "number", "head", "high"), "nozzle_pitch": Quantity(508e-6, "length", "head", "high"),
    }  # fmt: skip
    (found,) = _off_lines(pattern, SimpleNamespace(settings=SimpleNamespace(**head)))
    assert found.rule == "nozzle-pitch" and found.measured == pytest.approx(120e-6) and "25.4 um" in found.change
    head["nozzle_pitch"] = None
    (found,) = _off_lines(dataclasses.replace(pattern, nozzles=1), SimpleNamespace(settings=SimpleNamespace(**head)))
    assert "16 nozzles is not known" in found.message


def test_sprayed_layers_have_passes(tmp_path: Path) -> None:
    plan = shipped_plan("planar-interdigital-spray")
    path = plan.toolpaths[0]
    step = next(s for s in plan.steps if s.toolpath == path.name)
    assert step.uses[0].amount == pytest.approx(path.ink_volume)
    assert path.ink_volume == pytest.approx(50e-9 / 60 * path.printed_length / 0.02)
    checked(plan, tmp_path)


def test_a_film_is_scribed_where_nothing_stays(tmp_path: Path) -> None:
    plan = shipped_plan("laminated-thin-film-scribed")
    (path,) = plan.toolpaths
    assert plan.machine.id == "laser-stage"
    step = next(s for s in plan.steps if s.toolpath == path.name)
    assert step.method == "laser-scribing" and not step.material
    checked(plan, tmp_path)


def test_unknown_set_points_of_a_spray_are_said() -> None:
    """What nobody knows stays unknown: no program, no invented set point."""
    recipe = catalog().recipes["spray-lfp"]
    module, settings = method_of(recipe, "t")
    assert recipe.patterned_by == "raster"
    assert module.sweep(settings, Work(thickness=1e-6, area=1e-6)) is None
