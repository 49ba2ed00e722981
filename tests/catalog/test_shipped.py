"""The shipped records: complete, sourced, physically sound, without the known traps."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan import units
from fabplan.catalog.check import check
from fabplan.catalog.loader import Catalog, find
from fabplan.catalog.types import Material
from fabplan.records import CONFIDENCES, Quantity
from fabplan.resources import recipes_folder
from tests.catalog.shipped import shipped_materials

FARADAY = 96485.33212
MATERIALS = sorted(shipped_materials().materials)


def quantities(record: Any) -> Iterator[tuple[str, Quantity]]:
    """All quantities of a record."""
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, Quantity):
            yield field.name, value
        elif is_dataclass(value):
            yield from quantities(value)
        elif isinstance(value, tuple):
            for entry in value:
                if is_dataclass(entry):
                    yield from quantities(entry)


def value(given: Quantity | None) -> float:
    """A value that must be there."""
    assert given is not None and given.value is not None
    return given.value


def test_the_shipped_catalog_is_sound(catalog: Catalog, shared: Path) -> None:
    methods = json.loads((shared / "reference" / "coverage.json").read_text())["processes"]
    assert [f for f in check(catalog, methods) if f.severity == "error"] == []


def test_every_material_of_the_review_has_a_record_of_its_kind(materials: Catalog, shared: Path) -> None:
    wanted = json.loads((shared / "reference" / "coverage.json").read_text())["materials"]
    for kind, ids in wanted.items():
        for name in ids:
            assert kind in materials.materials[name].kinds, name


def test_names_of_the_material_table_are_found(materials: Catalog, shared: Path) -> None:
    """Other programs call the compounds by these names."""
    for name in (
        "LFP",
        "LTO",
        "LCO",
        "LMO",
        "LNMO",
        "NCA",
        "V2O5",
        "TiO2",
        "SnO2",
        "LiPON",
        "LATP",
        "LLZO",
        "PET",
        "PDMS",
    ):
        find(materials.materials, name, "test")


@settings(max_examples=300)
@given(st.sampled_from(MATERIALS))
def test_every_value_of_a_material_is_sourced_and_finite(name: str) -> None:
    material = shipped_materials().materials[name]
    assert material.source and material.confidence in CONFIDENCES and material.kinds
    for key, given_value in quantities(material):
        assert given_value.source.strip(), key
        assert given_value.confidence in CONFIDENCES
        if given_value.value is None:
            assert given_value.confidence == "low", key
        if given_value.low is not None and given_value.high is not None and given_value.value is not None:
            assert given_value.low <= given_value.value <= given_value.high, key
    for contact in material.contacts:
        assert contact.source and contact.confidence


@settings(max_examples=300)
@given(st.sampled_from(MATERIALS))
def test_physical_bounds(name: str) -> None:
    material = shipped_materials().materials[name]
    if material.density is not None and material.density.value is not None:
        assert 0.1e3 < material.density.value < 23e3
    if material.electrolyte and material.electrolyte.conductivity and material.electrolyte.conductivity.value:
        assert 1e-10 <= material.electrolyte.conductivity.value <= 2.0
    if material.collector and material.collector.resistivity and material.collector.resistivity.value:
        assert 1.5e-8 < material.collector.resistivity.value < 1e-3
    for limit in material.temperature_limits:
        assert 273.15 < value(limit.temperature) < 1700
    if material.barrier:
        assert 0 < value(material.barrier.water_vapour_transmission) * 86400 * 1e3 <= 100


@settings(max_examples=200)
@given(st.sampled_from(MATERIALS))
def test_sites_mass_and_formula_agree(name: str) -> None:
    """Second way to the concentration: sites = density x lithium per formula / molar mass."""
    material = shipped_materials().materials[name]
    electrode = material.electrode
    if not (electrode and material.density and material.molar_mass and electrode.theoretical_capacity):
        return
    if electrode.maximum_concentration is None or electrode.maximum_concentration.value is None:
        return
    per_formula = value(electrode.theoretical_capacity) * value(material.molar_mass) / FARADAY
    assert per_formula * 10 == pytest.approx(round(per_formula * 100) / 10, abs=0.02)
    expected = value(material.density) * per_formula / value(material.molar_mass)
    assert value(electrode.maximum_concentration) == pytest.approx(expected, rel=2e-3)


ESTIMATED = [
    "lto", "lto-graphene-cnt", "lfp", "lfp-graphene-cnt", "lco", "lmo", "lithium", "tio2", "graphite", "v2o5",
    "si-amorphous", "nca", "lnmo", "sno2",
]  # fmt: skip


@pytest.mark.parametrize("name", ESTIMATED)
def test_the_estimator_finds_what_it_needs(materials: Catalog, name: str) -> None:
    electrode = materials.materials[name].electrode
    assert electrode is not None
    table = materials.ocp[electrode.ocp]
    for end in (value(electrode.stoichiometry_charged), value(electrode.stoichiometry_discharged)):
        assert table.x_min <= end <= table.x_max
    assert value(electrode.maximum_concentration) > 0
    assert value(electrode.potential_low) <= value(electrode.potential_high)
    for key in ("diffusivity", "exchange_current_density", "first_cycle_loss"):
        assert getattr(electrode, key) is not None, key  # may be unknown, must say so


@pytest.mark.parametrize("name", ["lco", "lfp", "lmo", "lnmo", "nca", "lto", "graphite", "v2o5", "tio2"])
def test_the_window_of_the_table_lies_in_the_working_window(materials: Catalog, name: str) -> None:
    electrode = materials.materials[name].electrode
    assert electrode is not None
    table = materials.ocp[electrode.ocp]
    inside = (table.stoichiometry >= 0.05) & (table.stoichiometry <= 0.95)
    low, high = sorted((value(electrode.stoichiometry_charged), value(electrode.stoichiometry_discharged)))
    inside &= (table.stoichiometry >= low) & (table.stoichiometry <= high)
    assert table.voltage[inside].min() >= value(electrode.potential_low) - 0.05
    assert table.voltage[inside].max() <= value(electrode.potential_high) + 0.05


@pytest.mark.parametrize(
    ("name", "rate", "sites", "expected"),
    [("lfp", 6e-7, 22806.0, 0.2164), ("lco", 6e-7, 51217.926, 0.4859), ("graphite", 6.48e-7, 33133.0, 0.3395),
     ("si-amorphous", 6.48e-7 * 28700 / 278000, 278000.0, 0.2941)],
)  # fmt: skip
def test_exchange_current_densities_follow_from_their_sources(
    materials: Catalog, name: str, rate: float, sites: float, expected: float
) -> None:
    """i0 = rate sqrt(c_e c_s (c_max - c_s)) at 1000 mol/m3 and half filling."""
    electrode = materials.materials[name].electrode
    assert electrode is not None
    assert value(electrode.exchange_current_density) == pytest.approx(expected)
    assert rate * sqrt(1000.0) * sites / 2 == pytest.approx(expected, rel=3e-4)


def test_lithium_and_nca_exchange_currents(materials: Catalog) -> None:
    lithium, nca = materials.materials["lithium"].electrode, materials.materials["nca"].electrode
    assert lithium is not None and nca is not None
    assert value(lithium.exchange_current_density) == pytest.approx(3.5e-8 * FARADAY * 76900**0.7 * 1000**0.3, rel=1e-3)
    scaled = 4 * sqrt(1000 / 1200) * 0.5 / sqrt(0.41 * 0.59)
    assert value(nca.exchange_current_density) == pytest.approx(scaled, rel=1e-3)


def test_who_brings_the_lithium(materials: Catalog) -> None:
    brings = {m.id for m in materials.materials.values() if m.electrode and m.electrode.contains_lithium}
    assert {"lfp", "lco", "lmo", "lnmo", "nca", "lithium", "liv2o5", "lfp-graphene-cnt"} <= brings
    assert not brings & {"v2o5", "tio2", "lto", "sno2", "graphite", "lfp-nasicon", "lto-graphene-cnt", "nb2o5"}


def test_the_dry_resistivity_of_lto_is_nowhere_a_value(materials: Catalog) -> None:
    """2.1e5 ohm cm would drop 17 V along a wall in operation."""
    for name in ("lto", "lto-graphene-cnt", "mxene-lto"):
        for key, given_value in quantities(materials.materials[name]):
            assert given_value.value is None or given_value.unit not in ("S/m", "ohm*m"), key


def test_misprints_of_the_review_stay_out(materials: Catalog) -> None:
    found = materials.materials
    assert found["lfp"].formula == "LiFePO4"
    lnmo, lco, pc = found["lnmo"].electrode, found["lco"].electrode, found["liclo4-pc-vc"].electrolyte
    assert lnmo and lco and pc
    assert value(lnmo.theoretical_capacity) / 3600 == pytest.approx(146.7, abs=0.1)
    assert value(lco.potential_high) == pytest.approx(4.2)
    assert pc.salt == "LiClO4"


def test_the_conductivity_with_the_unit_slip_is_not_used(materials: Catalog) -> None:
    """Ramadass2004 and Prada2013 give 2.05 S/m at 1 mol/L."""
    for name in ("lipf6-ec-dec", "lipf6-ec-dmc", "lipf6-ec-emc-dmc"):
        electrolyte = materials.materials[name].electrolyte
        assert electrolyte is not None and value(electrolyte.conductivity) < 1.5


def test_windows_that_refuse_bad_pairs(materials: Catalog) -> None:
    found = materials.materials

    def window(name: str) -> tuple[float, float]:
        collector, electrolyte = found[name].collector, found[name].electrolyte
        if collector:
            return value(collector.potential_low), value(collector.potential_high)
        assert electrolyte is not None
        return value(electrolyte.window_low), value(electrolyte.window_high)

    def mean(name: str) -> float:
        electrode = found[name].electrode
        assert electrode is not None
        return value(electrode.nominal_voltage)

    assert window("al")[0] == 0.3 and mean("lto") > 0.3 > mean("graphite")
    assert 3.0 <= window("cu")[1] <= 3.2 < mean("lfp")
    assert window("titanium-nitride")[1] == 4.0 < mean("lmo")
    assert window("peo-litfsi")[1] == 3.9 < mean("lmo")
    assert window("latp") == (2.4, 4.2) and mean("lto") < 2.4


def test_volatile_electrolytes(materials: Catalog) -> None:
    for material in materials.materials.values():
        electrolyte = material.electrolyte
        if electrolyte and "electrolyte" in material.kinds:
            assert electrolyte.volatile == (electrolyte.state in ("liquid", "gel")), material.id


def test_temperature_limits_do_not_outrun_the_constraints(materials: Catalog, shared: Path) -> None:
    """Constraints outrank the material table."""
    rows = {
        row["id"]: row for row in json.loads((shared / "reference" / "constraints.json").read_text())["constraints"]
    }
    for rule, names in {
        "T-Li": ["lithium"],
        "T-GPE": ["lipf6-ec-dmc", "liclo4-ec-dmc", "gel-pmma"],
        "T-LiPON": ["lipon"],
        "T-PVDF": ["litfsi-p14tfsi-pvdf-hfp"],
        "T-PDMS": ["pdms"],
        "T-PI": ["polyimide"],
        "T-PET": ["pet"],
        "T-paper": ["paper"],
        "T-glassAF": ["aluminoborosilicate-glass"],
        "T-resist": ["photoresist-positive"],
    }.items():
        for name in names:
            highest = max(value(limit.temperature) for limit in materials.materials[name].temperature_limits)
            assert highest - 273.15 == pytest.approx(rows[rule]["value"]), name


@pytest.mark.parametrize("kind", ["materials", "devices", "facilities", "ocp"])
def test_records_are_plain_text_of_modest_size(kind: str) -> None:
    for path in sorted((recipes_folder() / kind).glob("*.toml")):
        content = path.read_bytes()
        assert len(content) < 10_000 and b"\r" not in content and content.endswith(b"\n"), path.name
        table = tomllib.loads(content.decode())
        assert table


def test_published_cells(catalog: Catalog) -> None:
    sun = catalog.devices["sun2013-printed-8-layers"]
    figures = {figure.what: figure for figure in sun.figures}
    assert figures["areal_capacity"].value == "1.5 mAh/cm2" and figures["areal_energy"].value == "9.7 J/cm2"
    assert value(figures["areal_capacity"].spread) == 0.35
    zhang = [
        (f.value, value(f.current_density))
        for f in catalog.devices["zhang2022-screen-printed"].figures
        if f.current_density
    ]
    assert [text for text, _ in zhang] == ["131.4 uAh/cm2", "49.4 uAh/cm2"]
    assert [current for _, current in zhang] == pytest.approx([0.5, 5.0])
    for device in catalog.devices.values():
        assert device.figures and all(figure.source and figure.confidence for figure in device.figures), device.id


def test_reported_cells_of_the_review_are_devices(catalog: Catalog, shared: Path) -> None:
    cells = json.loads((shared / "reference" / "coverage.json").read_text())["reported_cells"]["cells"]
    for cell in cells:
        same = [
            d
            for d in catalog.devices.values()
            if (d.anode, d.cathode, d.electrolyte) == (cell["anode"], cell["cathode"], cell["electrolyte"])
        ]
        unit = "uAh/cm2" if "unit as printed" in cell.get("flag", "") else cell["unit"]
        factor = units.unit_factor(unit)
        assert factor is not None
        found = [f.value for d in same for f in d.figures]
        numbers = [float(text.split()[0]) * units.unit_factor(text.split()[1])[0] for text in found]  # type: ignore[index]
        assert any(number == pytest.approx(cell["value"] * factor[0]) for number in numbers), cell


def test_facilities(catalog: Catalog, shared: Path) -> None:
    known = json.loads((shared / "reference" / "coverage.json").read_text())["processes"]
    anywhere = catalog.facilities["any"]
    assert anywhere.methods == () and anywhere.line is None and anywhere.temperature_high is None
    for name in ("university-cleanroom", "printing-lab"):
        facility = catalog.facilities[name]
        assert (
            facility.methods
            and set(facility.methods) <= set(known)
            and len(set(facility.methods)) == len(facility.methods)
        )


def test_the_attribution_names_every_table_of_others(catalog: Catalog) -> None:
    notice = (recipes_folder().parent / "NOTICE").read_text()
    for name, table in catalog.ocp.items():
        assert name in notice, name
        if "PyBaMM" in table.provenance:
            assert "NOTICE" in table.licence
    assert "BSD 3-Clause" in notice and "PyBaMM" in notice


def test_materials_compare_by_value() -> None:
    first: Material = shipped_materials().materials["lfp"]
    assert first == shipped_materials().materials["lfp"]
