"""What every process offers, third-party ones included."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from fabplan import plugins
from fabplan.architectures.base import RoleLimits
from fabplan.methods.base import Acceptance, Work
from fabplan.records import Quantity
from tests.methods.shipped import filled, method

FAMILIES = {"vapour", "printing", "lithography", "wet", "thermal", "assembly"}
PATTERNS = {"mask", "bead", "drops", "raster", "screen", "blanket", "conformal", "none"}
NAMES = plugins.names("methods")
NEEDED = (
    "sputter", "evaporation", "atomic-layer-deposition", "direct-ink-writing", "screen-printing", "photolithography",
    "lift-off", "etching", "drying", "annealing", "sintering", "electrolyte-filling", "gel-casting",
    "encapsulation-cure", "light-curing", "dicing",
)  # fmt: skip


def test_the_shipped_cells_have_their_processes() -> None:
    assert set(NEEDED) <= set(NAMES)


def test_names_are_those_of_the_review(shared: Path) -> None:
    wanted = json.loads((shared / "reference" / "coverage.json").read_text())["processes"]
    own = [p.name for p in plugins.found("methods") if p.origin == plugins.CORE]
    assert set(own) == set(wanted)


@pytest.mark.parametrize("name", NAMES)
def test_module_is_complete(name: str) -> None:
    module = method(name)
    assert module.TITLE and module.__doc__ and module.REWORK
    assert module.FAMILY in FAMILIES
    assert module.PATTERN in PATTERNS
    assert isinstance(module.VACUUM, bool)
    assert module.HAZARDS and all(isinstance(h, str) and h for h in module.HAZARDS)
    assert module.ACCEPTANCE and all(isinstance(a, Acceptance) and a.source for a in module.ACCEPTANCE)


@pytest.mark.parametrize("name", NAMES)
def test_settings_can_be_left_out_and_then_ask_to_calibrate(name: str) -> None:
    """Nothing is invented: what a recipe does not say is unknown on the sheet, not a number."""
    module, nothing = method(name), Work()
    settings = module.Settings()
    assert module.duration(settings, nothing) is None or module.duration(settings, nothing) >= 0.0
    points = module.set_points(settings, nothing)
    unknown = [p for p in points if p.value is None]
    assert unknown
    assert all(p.shown == "unknown" and p.confidence == "low" for p in unknown)
    assert all(u.amount is None or u.amount >= 0.0 for u in module.uses(settings, nothing))
    assert module.limits(settings) == {k: v for k, v in module.limits(settings).items() if v > 0.0}


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_a_meaning_and_every_default_its_origin(name: str) -> None:
    for spec in dataclasses.fields(method(name).Settings):
        assert spec.metadata["meaning"], spec.name
        if isinstance(spec.default, Quantity):
            assert spec.default.source and spec.default.confidence in ("low", "medium"), spec.name
            assert spec.default.dimension == spec.metadata["dimension"]


@pytest.mark.parametrize("name", NAMES)
def test_limits_are_those_of_a_role(name: str) -> None:
    module = method(name)
    roles = {f.name for f in dataclasses.fields(RoleLimits)}
    assert set(module.limits(filled(module.Settings()))) <= roles
    RoleLimits(**module.limits(filled(module.Settings())))


@pytest.mark.parametrize("name", NAMES)
def test_unknown_overhead_makes_the_time_unknown(name: str) -> None:
    """A time that a recipe declares unknown is not counted as zero."""
    module = method(name)
    full = filled(module.Settings())
    work = Work(thickness=1e-6, area=1e-5, volume=1e-11, path_length=0.1, filaments=5)
    overheads = ("load_time", "setup_time", "handling_time", "mix_time", "mount_time", "clean_time", "bath_time")
    times = [f.name for f in dataclasses.fields(full) if f.name in overheads]
    assert times
    if name == "co-sputter":  # nor can a gun
        gun = module.Gun(target="a", rate=Quantity(1e-10, "growth_rate", "test", "low"))
        full = dataclasses.replace(full, guns=(gun,))
    if name == "atomic-layer-deposition":  # no cycle can be made up from nothing
        pulse = module.Pulse(precursor="a", pulse=Quantity(1.0, "time", "test", "low"), purge=full.load_time)
        full = dataclasses.replace(full, cycle=(pulse,))
    assert module.duration(full, work) is not None
    for key in times:
        unknown = dataclasses.replace(full, **{key: Quantity(None, "time", "test", "low")})
        assert module.duration(unknown, work) is None, key
