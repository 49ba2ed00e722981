"""Which limit binds and which contact rule counts."""

from __future__ import annotations

import pytest

from fabplan.catalog.loader import Catalog, load
from fabplan.catalog.pairs import contacts, temperature_limit
from fabplan.catalog.types import ATMOSPHERES
from tests.catalog.conftest import Writer

KELVIN = 273.15


def limit(catalog: Catalog, material: str, atmosphere: str = "any", touching: tuple[str, ...] = ()) -> float | None:
    """The binding limit in degrees Celsius."""
    found = temperature_limit(catalog.materials[material], atmosphere, touching)
    value = None if found is None else found.temperature.value
    return None if value is None else round(value - KELVIN, 6)


@pytest.mark.parametrize(
    ("material", "atmosphere", "touching", "celsius"),
    [
        # fabrication traps 1, 2, 5, 6 and the constraints that outrank the material table
        ("au", "inert", (), 600),
        ("au", "inert", ("si",), 363),
        ("au", "vacuum", ("si", "sio2-si"), 363),
        ("au", "inert", ("alumina",), 600),
        ("lfp", "inert", (), 600),
        ("lfp", "forming-gas", (), 600),
        ("lfp", "air", (), 300),
        ("lfp", "any", (), 300),
        ("lfp-graphene-cnt", "dry-air", (), 300),
        ("titanium-nitride", "inert", (), 800),
        ("titanium-nitride", "oxygen", (), 400),
        ("lipon", "inert", (), 250),
        ("lithium", "inert", (), 150),
        ("liclo4-ec-dmc", "inert", (), 60),
        ("lipf6-ec-dec", "inert", (), 60),
        ("gel-pvdf", "inert", (), 60),
        ("litfsi-p14tfsi-pvdf-hfp", "inert", (), 150),
        ("polyimide", "air", (), 400),
        ("pet", "air", (), 120),
        ("paper", "air", (), 120),
        ("glass", "inert", (), 500),
        ("aluminoborosilicate-glass", "inert", (), 600),
        ("photoresist-positive", "air", (), 110),
        ("pdms", "air", (), 280),
        ("cr", "inert", (), None),
    ],
)
def test_limits_of_shipped_materials(
    materials: Catalog, material: str, atmosphere: str, touching: tuple[str, ...], celsius: float | None
) -> None:
    assert limit(materials, material, atmosphere, touching) == celsius


def test_more_neighbours_never_raise_a_limit(materials: Catalog) -> None:
    for material in materials.materials.values():
        for atmosphere in ATMOSPHERES:
            free = limit(materials, material.id, atmosphere)
            for other in materials.materials:
                bound = limit(materials, material.id, atmosphere, (other,))
                assert free is None or (bound is not None and bound <= free)


def test_the_very_atmosphere_beats_its_family_and_any(write: Writer) -> None:
    text = 'name = "X"\nsource = "a test"\n'
    for atmosphere, celsius in (("any", 100), ("inert", 300), ("vacuum", 400), ("air", 200)):
        text += f'[[temperature_limits]]\natmosphere = "{atmosphere}"\ntemperature = "{celsius} degC"\n'
    catalog = load(shipped=write("base", {"materials/x.toml": text}))
    expected = {"inert": 300, "vacuum": 400, "nitrogen": 300, "air": 200, "oxygen": 200, "any": 100}
    assert {a: limit(catalog, "x", a) for a in expected} == expected


def rules(catalog: Catalog, first: str, second: str, potential: float | None = None) -> list[str]:
    """Severities of the contact rules between two materials, in both orders the same."""
    one = contacts(catalog.materials[first], catalog.materials[second], potential)
    two = contacts(catalog.materials[second], catalog.materials[first], potential)
    assert sorted(c.reason for c in one) == sorted(c.reason for c in two)
    return [c.severity for c in one]


@pytest.mark.parametrize(
    ("first", "second", "potential", "severities"),
    [
        ("latp", "lithium", None, ["error"]),
        ("latp", "lto", None, ["error"]),
        ("latp", "lto-graphene-cnt", None, ["error"]),
        ("latp", "lfp", None, []),
        ("ag-ink", "lipf6-ec-dmc", None, ["error"]),
        ("ag-ink", "lipon", None, ["error"]),
        ("ag-ink", "pet", None, []),
        ("al", "litfsi-p14tfsi-pvdf-hfp", 4.0, ["warning"]),
        ("al", "litfsi-p14tfsi-pvdf-hfp", 3.4, []),
        ("al", "lipf6-ec-dmc", 4.0, []),
        ("si", "lfp", None, ["warning"]),
        ("si", "au", None, ["warning"]),
        ("graphite", "liclo4-pc-vc", None, ["warning"]),
        ("graphite", "liclo4-ec-dmc", None, []),
        ("pdms", "liclo4-ec-dmc", None, ["warning"]),
        ("lto", "liclo4-ec-dmc", None, []),
    ],
)
def test_contacts_of_shipped_materials(
    materials: Catalog, first: str, second: str, potential: float | None, severities: list[str]
) -> None:
    assert rules(materials, first, second, potential) == severities


def test_aluminium_with_litfsi_in_carbonates_is_an_error(materials: Catalog, write: Writer) -> None:
    mine = write(
        "mine",
        {
            "materials/mine.toml": """
name = "LiTFSI in EC:DMC"
kinds = ["electrolyte"]
source = "a test"
[electrolyte]
state = "liquid"
salt = "LiTFSI"
solvents = ["EC", "DMC"]
"""
        },
    )
    catalog = load([mine], kinds=("materials",))
    assert "error" in rules(catalog, "al", "mine", 4.0)
    assert rules(catalog, "al", "mine", 1.5) == []
