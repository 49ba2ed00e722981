"""Every shipped recipe against its process: reads, adds up, says where its numbers come from."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import pytest

from fabplan import units
from fabplan.records import CONFIDENCES, Quantity
from tests.methods.shipped import Shipped, catalog, complete, recipe, shipped, work

GROWTH = {
    "sputter": "rate", "evaporation": "rate", "atomic-layer-deposition": "growth_per_cycle", "etching": "rate",
    "electrodeposition": "current_density",
}  # fmt: skip
ALL = pytest.mark.parametrize("item", shipped(), ids=lambda s: s.recipe.id)
GROWN = pytest.mark.parametrize("item", [s for s in shipped() if s.recipe.method in GROWTH], ids=lambda s: s.recipe.id)
NEEDED = (
    "diw-lto-sun2013", "diw-lfp-sun2013", "dry-printed-ink", "sinter-600c-argon", "lid-glass-pdms-port",
    "fill-liquid-electrolyte", "seal-port-25c", "evaporate-ti-au-liftoff", "sputter-ti-au-liftoff",
    "sputter-ti-pt-liftoff", "sputter-ti-pt-shadow", "sputter-cu-shadow", "litho-liftoff-resist",
    "litho-positive-resist", "lift-off-acetone", "screen-graphene-collector", "sputter-lco-shadow",
    "anneal-lco-700c-oxygen", "sputter-lipon-shadow", "evaporate-lithium-shadow", "lid-glass-epoxy",
    "screen-lto-graphene-cnt", "screen-lfp-graphene-cnt", "dry-screen-120c", "gel-cast-ionogel", "lid-laminate-foil",
    "ald-tio2-tdmat", "ald-al2o3-tma", "ald-lipon-lihmds-depa", "ald-v2o5", "sputter-lfp", "sputter-lmo",
    "sputter-lto", "ald-lto",
)  # fmt: skip


def quantities(record: Any) -> Iterator[tuple[str, Quantity]]:
    """All quantities of a record, with the way to them."""
    for spec in dataclasses.fields(record):
        value = getattr(record, spec.name)
        for entry in value if isinstance(value, tuple) else (value,):
            if isinstance(entry, Quantity):
                yield spec.name, entry
            elif dataclasses.is_dataclass(entry):
                yield from ((f"{spec.name}.{name}", q) for name, q in quantities(entry))


def test_the_shipped_cells_have_their_recipes() -> None:
    assert set(NEEDED) <= {s.recipe.id for s in shipped()}


@ALL
def test_settings_read_without_a_problem(item: Shipped) -> None:
    assert item.problems == ()
    assert item.settings is not None


@ALL
def test_names_resolve(item: Shipped) -> None:
    known = catalog()
    assert set(item.recipe.materials) <= set(known.materials)
    assert {*item.recipe.before, *item.recipe.after} <= set(known.recipes)
    assert item.recipe.id not in (*item.recipe.before, *item.recipe.after)
    for other in (*item.recipe.before, *item.recipe.after):
        # what goes before or after is a plain step: a chain of chains would be lost in the flow
        assert not known.recipes[other].before and not known.recipes[other].after, other


@ALL
def test_every_value_has_a_source_and_a_confidence(item: Shipped) -> None:
    assert item.recipe.source and item.recipe.confidence in CONFIDENCES
    for name, given in (*quantities(item.recipe), *quantities(item.settings)):
        assert given.source, name
        assert given.confidence in CONFIDENCES, name
        if given.low is not None and given.high is not None and given.value is not None:
            assert given.low <= given.value <= given.high, name


@ALL
def test_limits_are_positive(item: Shipped) -> None:
    limits = item.method.limits(item.settings)
    assert all(math.isfinite(v) and v > 0.0 for v in limits.values()), limits
    own = item.recipe.limits
    if own and own.thickness_low and own.thickness_high:
        assert 0.0 < own.thickness_low.value <= own.thickness_high.value  # equal: a sheet that is bought
        if item.recipe.thickness and item.recipe.thickness.value:
            assert own.thickness_low.value <= item.recipe.thickness.value <= own.thickness_high.value


@ALL
def test_temperature_is_one_that_a_part_can_have(item: Shipped) -> None:
    hot = item.method.temperature(item.settings)
    assert hot is None or 273.0 <= hot <= 1500.0


@ALL
def test_set_points_are_complete(item: Shipped) -> None:
    points = item.method.set_points(item.settings, work())
    assert points
    assert len({p.name for p in points}) == len(points), "two lines of a sheet with the same name"
    for point in points:
        assert point.name and point.source and point.shown
        assert point.confidence in CONFIDENCES
        assert point.unit in set(units.DIMENSIONS.values()) | {"Pa s"}
        assert (point.value is None) == (point.shown == "unknown"), point
        assert point.value is None or math.isfinite(point.value)


@ALL
@pytest.mark.parametrize("key", ["thickness", "area", "path_length", "filaments", "volume"])
def test_duration_does_not_fall_with_more_work(item: Shipped, key: str) -> None:
    settings, small = complete(item), work()
    times = []
    for factor in (1, 2, 7):
        changed = {key: getattr(small, key) * factor}
        if key in ("thickness", "area"):
            changed["volume"] = small.volume * factor
        times.append(item.method.duration(settings, dataclasses.replace(small, **changed)))
    assert all(t is not None and t >= 0.0 for t in times), times
    assert times == sorted(times)


@GROWN
def test_more_thickness_takes_more_time_where_it_grows(item: Shipped) -> None:
    settings = complete(item)
    short, long = (item.method.duration(settings, work(thickness=t)) for t in (1e-6, 3e-6))
    assert short < long


@GROWN
def test_unknown_rate_is_no_time(item: Shipped) -> None:
    """A recipe whose rate nobody knows has no duration; one whose rate is known has one."""
    rate = getattr(item.settings, GROWTH[item.recipe.method])
    time = item.method.duration(item.settings, work())
    if rate.value is None:
        assert time is None
    elif item.recipe.method != "atomic-layer-deposition":
        assert time is not None


@ALL
def test_uses_and_findings_are_sound(item: Shipped) -> None:
    deep = work(enhancement=5.0, aspect_ratio=20.0)
    for use in item.method.uses(complete(item), deep):
        assert use.what and use.unit
        assert use.amount is None or (math.isfinite(use.amount) and use.amount >= 0.0)
    for finding in getattr(item.method, "findings", lambda *_: ())(complete(item), deep):
        assert finding.message and finding.severity in ("error", "warning", "info")
        assert finding.measured is None or math.isfinite(finding.measured)


def test_microstructures_add_up() -> None:
    seen = 0
    for item in shipped():
        inside = item.recipe.microstructure
        if inside is not None and inside.active_fraction is not None and inside.active_fraction.value is not None:
            assert inside.active_fraction.value + inside.porosity.value <= 1.0 + 1e-9, item.recipe.id
            seen += 1
    assert seen >= 4


def test_electrodes_say_what_is_inside() -> None:
    kinds = catalog().materials
    for item in shipped():
        makes = {kind for name in item.recipe.materials for kind in kinds[name].kinds}
        active = makes & {"anode", "cathode"} and item.recipe.method not in ("pre-lithiation", "electrodeposition")
        if active and item.recipe.patterned_by not in ("none", "blanket"):
            printed = item.recipe.method in ("screen-printing",) and "mxene" in item.recipe.id
            assert item.recipe.microstructure is not None or printed, item.recipe.id


def test_the_implausible_printed_rates_are_not_used() -> None:
    """A published table prints LiCoO2 rates of 0.3 nm/s and more in a column that must be nm/min."""
    for item in shipped():
        if item.recipe.materials == ("lco",) and item.recipe.method == "sputter" and item.settings.rate.value:
            assert item.settings.rate.value <= 0.1001e-9, item.recipe.id


def test_lto_never_has_its_dry_conductivity() -> None:
    for item in shipped():
        inside = item.recipe.microstructure
        if "lto" in item.recipe.materials and inside is not None and inside.electronic_conductivity is not None:
            given = inside.electronic_conductivity.value
            assert given is None or given > 1e-2, item.recipe.id


def test_order_of_lid_fill_and_seal() -> None:
    """The hot cure comes before filling, the cold one closes the cell."""
    lid, fill, seal = (recipe(name) for name in ("lid-glass-pdms-port", "fill-liquid-electrolyte", "seal-port-25c"))
    assert not lid.recipe.leaves.lid and lid.settings.port
    assert lid.method.temperature(lid.settings) > 333.15 >= seal.method.temperature(seal.settings)
    assert seal.recipe.leaves.lid
    assert fill.recipe.materials == ()
    assert fill.recipe.atmosphere == seal.recipe.atmosphere == "inert"


def test_carbon_is_kept_in_the_sinter() -> None:
    sinter = recipe("sinter-600c-argon")
    assert sinter.recipe.atmosphere == "inert" and sinter.settings.keep_carbon and not sinter.settings.oxidising
