"""Each rule of the check fires on its fault and on nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabplan.catalog.check import check
from fabplan.catalog.loader import load
from tests.catalog.conftest import INDEX, MATERIAL, Writer

HEAD = 'name = "X"\nsource = "a test"\n'
RECIPE = HEAD + 'method = "sputter"\n'

# rule, file, content, key that is named, part of the advice
FAULTS = [
    ("unknown-name", "materials/tc.toml", MATERIAL.replace('"line"', '"lime"'), "materials/tc: electrode.ocp", "line"),
    (
        "unknown-name",
        "materials/x.toml",
        HEAD + "[[contacts]]\nmaterial = 'td'\nreason = 'x'\n",
        "materials/x: contacts.material",
        "tc",
    ),
    (
        "unknown-name",
        "materials/x.toml",
        HEAD + "[[temperature_limits]]\ntouching = 'td'\ntemperature = '1 degC'\n",
        "temperature_limits.touching",
        "tc",
    ),
    ("unknown-name", "recipes/x.toml", RECIPE + 'materials = ["tcc"]\n', "recipes/x: materials", "tc"),
    ("unknown-name", "recipes/x.toml", HEAD + 'method = "sputer"\n', "recipes/x: method", "sputter"),
    ("unknown-name", "recipes/x.toml", RECIPE + 'before = ["y"]\n', "recipes/x: before", ""),
    ("unknown-name", "recipes/x.toml", RECIPE + 'after = ["xx"]\n', "recipes/x: after", "x"),
    ("unknown-name", "machines/x.toml", HEAD + 'dialect = "marlin"\n', "machines/x: dialect", ""),
    ("unknown-name", "machines/x.toml", HEAD + 'methods = ["dryin"]\n', "machines/x: methods", "drying"),
    ("unknown-name", "facilities/x.toml", HEAD + 'methods = ["dryin"]\n', "facilities/x: methods", "drying"),
    ("unknown-name", "facilities/x.toml", HEAD + 'machines = ["gantry"]\n', "facilities/x: machines", ""),
    ("unknown-name", "devices/x.toml", HEAD + 'cathode = "tcc"\n', "devices/x: cathode", "tc"),
    ("record-without-source", "materials/x.toml", 'name = "X"\n', "materials/x", "source"),
    ("record-without-source", "facilities/x.toml", 'name = "X"\n', "facilities/x", "source"),
    ("recipe-circle", "recipes/x.toml", RECIPE + 'before = ["x"]\n', "recipes/x: before", ""),
    (
        "capacity-and-concentration",
        "materials/tc.toml",
        MATERIAL.replace("22820", "26000"),
        "electrode.maximum_concentration",
        "",
    ),
    (
        "capacity-and-concentration",
        "materials/tc.toml",
        MATERIAL.replace("3.6 g", "3.2 g"),
        "electrode.maximum_concentration",
        "",
    ),
    (
        "stoichiometry-order",
        "materials/tc.toml",
        MATERIAL.replace('"cathode"', '"anode"'),
        "materials/tc: electrode",
        "",
    ),
    ("stoichiometry-order", "materials/tc.toml", MATERIAL.replace('"0.9"', '"0.1"'), "materials/tc: electrode", ""),
    (
        "stoichiometry-outside-table",
        "ocp/line.csv",
        "stoichiometry,voltage_V\n0.2,3.6\n1.0,3.2\n",
        "stoichiometry_charged",
        "",
    ),
    (
        "stoichiometry-outside-table",
        "ocp/line.csv",
        "stoichiometry,voltage_V\n0.0,3.6\n0.8,3.2\n",
        "stoichiometry_discharged",
        "",
    ),
    ("plates-lithium", "ocp/line.csv", "stoichiometry,voltage_V\n0.0,3.6\n1.0,-0.5\n", "stoichiometry_discharged", ""),
    (
        "potential-outside-window",
        "materials/tc.toml",
        MATERIAL + "potential_high = '3.4 V'\n",
        "stoichiometry_charged",
        "",
    ),
    (
        "potential-outside-window",
        "materials/tc.toml",
        MATERIAL + "potential_low = '3.4 V'\n",
        "stoichiometry_discharged",
        "",
    ),
    ("potential-rises", "ocp/line.csv", "stoichiometry,voltage_V\n0.0,3.6\n0.5,3.4\n1.0,3.41\n", "ocp/line", ""),
    ("kind-without-data", "materials/x.toml", HEAD + 'kinds = ["electrolyte"]\n', "materials/x: electrolyte", ""),
    ("kind-without-data", "materials/x.toml", HEAD + 'kinds = ["encapsulant"]\n', "materials/x: barrier", ""),
    ("contact-with-nothing", "materials/x.toml", HEAD + "[[contacts]]\nreason = 'x'\n", "materials/x: contacts[0]", ""),
    (
        "window-upside-down",
        "materials/x.toml",
        HEAD + "[collector]\npotential_low = '4 V'\npotential_high = '3 V'\n",
        "collector.potential_low",
        "",
    ),
    (
        "window-upside-down",
        "materials/x.toml",
        HEAD + "[electrolyte]\nstate = 'gel'\nwindow_low = '4 V'\nwindow_high = '3 V'\n",
        "electrolyte.window_low",
        "",
    ),
    (
        "value-outside-its-range",
        "materials/x.toml",
        HEAD + "density = {value = '3 g/cm3', range = ['1 g/cm3', '2 g/cm3']}\n",
        "materials/x: density",
        "",
    ),
    (
        "window-upside-down",
        "recipes/x.toml",
        RECIPE + "[limits]\nthickness_low = '2 um'\nthickness_high = '1 um'\n",
        "limits.thickness_low",
        "",
    ),
    (
        "fractions-above-one",
        "recipes/x.toml",
        RECIPE + "[microstructure]\nactive_fraction = '0.7'\nporosity = '0.4'\n",
        "microstructure",
        "",
    ),
    (
        "dense-with-pores",
        "recipes/x.toml",
        RECIPE + "[microstructure]\ndense = true\nporosity = '0.4'\n",
        "microstructure.porosity",
        "",
    ),
    (
        "figure-without-its-unit",
        "devices/x.toml",
        HEAD + "[[figures]]\nwhat = 'voltage'\nvalue = '3 A'\n",
        "figures[0].value",
        "",
    ),
]
METHODS = ("sputter", "drying")


@pytest.mark.parametrize(("rule", "file", "content", "where", "advice"), FAULTS)
def test_the_fault_is_found(
    small: Path, write: Writer, rule: str, file: str, content: str, where: str, advice: str
) -> None:
    assert check(load(shipped=small), METHODS) == ()
    write("base", {file: content})
    found = check(load(shipped=small), METHODS)
    assert [f.rule for f in found if f.where.endswith(where)] == [rule]
    assert {f.rule for f in found} == {rule}
    assert all(advice in f.change for f in found if f.where.endswith(where))
    assert {f.severity for f in found} == {"warning" if rule == "potential-rises" else "error"}


def test_methods_are_not_checked_without_a_list(small: Path, write: Writer) -> None:
    write("base", {"recipes/x.toml": HEAD + 'method = "sputer"\n'})
    assert check(load(shipped=small)) == ()


def test_a_circle_by_way_of_others(small: Path, write: Writer) -> None:
    write("base", {f"recipes/{a}.toml": RECIPE + f'after = ["{b}"]\n' for a, b in ("xy", "yz", "zx")})
    assert [f.where for f in check(load(shipped=small))] == [f"recipes/{a}: after" for a in "xyz"]


def test_ten_percent_is_the_tolerance(small: Path, write: Writer) -> None:
    for sites, good in (("24900", True), ("25300", False), ("20700", True), ("20300", False)):
        write("base", {"materials/tc.toml": MATERIAL.replace("22820", sites)})
        assert (check(load(shipped=small)) == ()) is good


def test_a_table_that_starts_at_the_window_is_enough(small: Path, write: Writer) -> None:
    write("base", {"ocp/line.csv": "stoichiometry,voltage_V\n0.1,3.6\n0.9,3.2\n", "ocp/index.toml": INDEX})
    assert check(load(shipped=small)) == ()
