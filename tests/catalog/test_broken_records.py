"""One fault a record: the message must name file, key and, where there is one, the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabplan.catalog.loader import load
from fabplan.errors import BadInput
from tests.catalog.conftest import INDEX, LINE, MATERIAL, Writer

HEAD = 'name = "X"\nsource = "a test"\n'

# file, content, key that the message must name, part of what it says, nearest name
BROKEN: list[tuple[str, str | bytes, str, str, str | None]] = [
    ("materials/x.toml", 'nmae = "X"\nsource = "a"\n', "nmae", "unknown key", "name"),
    ("materials/x.toml", 'source = "a"\n', "name", "missing", None),
    ("materials/x.toml", HEAD + 'densty = "3 g/cm3"\n', "densty", "unknown key", "density"),
    ("materials/x.toml", HEAD + "density = 3.6\n", "density", "unit is missing", None),
    ("materials/x.toml", HEAD + 'density = "3.6 g/cm2"\n', "density", "not a density", None),
    ("materials/x.toml", HEAD + 'density = "3.6 furlong"\n', "density", "unknown unit", None),
    ("materials/x.toml", HEAD + 'density = "-1 g/cm3"\n', "density", "out of range", None),
    ("materials/x.toml", HEAD + 'density = "1e999 g/cm3"\n', "density", "not a", None),
    ("materials/x.toml", 'name = "X"\ndensity = "1 g/cm3"\n', "density", "without source", None),
    ("materials/x.toml", HEAD + 'confidence = "hihg"\n', "confidence", "not a confidence", "high"),
    ("materials/x.toml", HEAD + 'density = { vlaue = "1 g/cm3" }\n', "density.vlaue", "unknown key", "value"),
    (
        "materials/x.toml",
        HEAD + 'density = { value = "1 g/cm3", range = ["1 g/cm3"] }\n',
        "density.range",
        "not a range",
        None,
    ),
    (
        "materials/x.toml",
        HEAD + 'density = { value = "1 g/cm3", confidence = "mid" }\n',
        "density.confidence",
        "not a confidence",
        None,
    ),
    ("materials/x.toml", HEAD + 'kinds = ["catode"]\n', "kinds", "unknown name", "cathode"),
    ("materials/x.toml", HEAD + 'kinds = "cathode"\n', "kinds", "not a list", None),
    ("materials/x.toml", HEAD + "insulating = 1\n", "insulating", "true or false", None),
    ("materials/x.toml", HEAD + 'electrode = "LFP"\n', "electrode", "not a table", None),
    (
        "materials/x.toml",
        HEAD + "[electrode]\ncontains_lithum = true\n",
        "electrode.contains_lithum",
        "unknown key",
        "contains_lithium",
    ),
    (
        "materials/x.toml",
        HEAD + '[electrode]\nstoichiometry_charged = "1.2"\n',
        "electrode.stoichiometry_charged",
        "out of range",
        None,
    ),
    ("materials/x.toml", HEAD + '[electrolyte]\nstate = "fluid"\n', "electrolyte.state", "unknown name", "liquid"),
    ("materials/x.toml", HEAD + "[[contacts]]\nmaterial = 'si'\n", "contacts[0].reason", "missing", None),
    ("materials/x.toml", HEAD + "[contacts]\nreason = 'x'\n", "contacts", "not an array", None),
    (
        "materials/x.toml",
        HEAD + "[[temperature_limits]]\natmosphere = 'argon'\ntemperature = '1 degC'\n",
        "temperature_limits[0].atmosphere",
        "unknown name",
        None,
    ),
    (
        "materials/x.toml",
        HEAD + "[[temperature_limits]]\ntouching = 'si'\n",
        "temperature_limits[0].temperature",
        "missing",
        None,
    ),
    ("materials/x.toml", HEAD + 'aliases = ["TC"]\n', "aliases", "'tc' has already", None),
    ("materials/x.toml", HEAD + 'aliases = ["tc"]\n', "aliases", "'tc' has already", None),
    ("materials/x.toml", 'extends = "tcc"\n', "extends", "no such record", "tc"),
    ("materials/x.toml", "name = [[[[", "x.toml", "not TOML", None),
    ("materials/x.toml", b"name = '\xff'", "x.toml", "UTF-8", None),
    ("materials/x.toml", f"{'a.' * 40}b = 1\n", "x.toml", "too many parts", None),
    ("materials/X Y.toml", HEAD, "X Y.toml", "not an id", None),
    ("materials/x.yaml", "name: X", "x.yaml", "not a record", None),
    ("recipes/x.toml", HEAD, "method", "missing", None),
    (
        "recipes/x.toml",
        HEAD + 'method = "sputter"\npatterned_by = "liftoff"\n',
        "patterned_by",
        "unknown name",
        "lift-off",
    ),
    (
        "recipes/x.toml",
        HEAD + 'method = "sputter"\n[microstructure]\nporosity = "1.4"\n',
        "microstructure.porosity",
        "out of range",
        None,
    ),
    ("recipes/x.toml", HEAD + 'method = "sputter"\n[limits]\npasses = -1\n', "limits.passes", "whole number", None),
    ("machines/x.toml", HEAD + "[[nozzles]]\nouter_diameter = '1 mm'\n", "nozzles[0].diameter", "missing", None),
    ("facilities/x.toml", HEAD + 'temperature_high = "900"\n', "temperature_high", "unit is missing", None),
    ("dialects/x.toml", HEAD + "decimals = 12\n", "decimals", "whole number", None),
    (
        "devices/x.toml",
        HEAD + "[[figures]]\nwhat = 'areal_capacty'\nvalue = '1 V'\n",
        "figures[0].what",
        "unknown name",
        "areal_capacity",
    ),
    ("ocp/index.toml", INDEX + "[lime]\nsource = 'x'\nconfidence = 'low'\n", "lime", "file is missing", "line"),
    ("ocp/index.toml", "[line]\nconfidence = 'low'\n", "line.source", "missing", None),
    ("ocp/index.toml", INDEX + "prvenance = 'x'\n", "line.prvenance", "unknown key", "provenance"),
    ("ocp/index.toml", "line = 3\n", "line", "not a table", None),
    ("ocp/lines.csv", LINE, "lines.csv", "does not name", "line"),
    ("ocp/line.csv", "x,V\n0,1\n1,0\n", "line.csv: line 1", "wrong header", None),
    ("ocp/line.csv", "", "line.csv: line 1", "wrong header", None),
    ("ocp/line.csv", "stoichiometry,voltage_V\n0,1\n", "line.csv", "number of points", None),
    ("ocp/line.csv", LINE + "0.9,3.3\n", "line.csv: row 5", "does not rise", None),
    ("ocp/line.csv", LINE.replace("0.5,3.4", "0.5;3.4"), "line.csv: row 3", "not two numbers", None),
    ("ocp/line.csv", LINE.replace("3.4", "34"), "line.csv: row 3", "voltage out of range", None),
    ("ocp/line.csv", LINE.replace("1.0,", "1.1,"), "line.csv: row 4", "stoichiometry out of range", None),
    ("ocp/line.csv", LINE.replace("3.4", "nan"), "line.csv: row 3", "voltage out of range", None),
    ("ocp/line.csv", b"\xff\xfe", "line.csv", "not a CSV file", None),
]


def test_the_table_is_long_enough() -> None:
    assert len(BROKEN) >= 25


@pytest.mark.parametrize(("file", "content", "key", "what", "near"), BROKEN)
def test_the_fault_is_named(
    small: Path, write: Writer, file: str, content: str | bytes, key: str, what: str, near: str | None
) -> None:
    load(shipped=small)  # sound before
    write("base", {file: content})
    with pytest.raises(BadInput) as caught:
        load(shipped=small)
    hits = [p for p in caught.value.problems if what in p.what and p.where.endswith(key)]
    hits += [p for p in caught.value.problems if what in p.what and key == file.split("/")[1] and key in p.where]
    assert hits, [str(p) for p in caught.value.problems]
    assert file in hits[0].where
    if near:
        assert hits[0].nearest == near
    assert len(str(hits[0])) < 1000


def test_the_sound_material_is_sound(small: Path) -> None:
    assert load(shipped=small).materials["tc"].name in MATERIAL
