"""Reading catalog folders: overlays, inheritance, aliases, every fault at once."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.catalog.loader import KINDS, Catalog, find, fold, load
from fabplan.errors import BadInput
from tests.catalog.conftest import INDEX, LINE, MATERIAL, Writer


def test_a_small_catalog_is_read(small: Path) -> None:
    catalog = load(shipped=small)
    material = catalog.materials["tc"]
    assert material.density is not None and material.density.value == pytest.approx(3600.0)
    assert (material.density.source, material.density.confidence) == ("a test", "high")
    assert material.electrode is not None and material.electrode.ocp == "line"
    assert list(catalog.ocp["line"].voltage) == [3.6, 3.4, 3.2]
    assert catalog.digest["materials", "tc"] == sha256(MATERIAL.encode()).hexdigest()
    assert catalog.digest["ocp", "line"] == sha256(LINE.encode()).hexdigest()
    assert catalog.origin["materials", "tc"] == "base/materials/tc.toml"


def test_nothing_can_be_changed(small: Path) -> None:
    catalog = load(shipped=small)
    with pytest.raises(TypeError):
        catalog.materials["x"] = catalog.materials["tc"]  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        catalog.ocp["line"].voltage[0] = 1.0


def test_only_the_kinds_asked_for_are_read(small: Path, write: Writer) -> None:
    write("base", {"recipes/broken.toml": "this is not TOML"})
    assert list(load(shipped=small, kinds=("materials",)).materials) == ["tc"]
    with pytest.raises(BadInput):
        load(shipped=small)


def test_an_overlay_replaces_a_record_whole(small: Path, write: Writer) -> None:
    mine = write("mine", {"materials/tc.toml": 'name = "Mine"\nsource = "me"\n'})
    material = load([mine], shipped=small).materials["tc"]
    assert material.name == "Mine"
    assert material.density is None and material.electrode is None and material.aliases == ()


def test_the_first_overlay_wins(small: Path, write: Writer) -> None:
    first = write("first", {"materials/tc.toml": 'name = "First"\nsource = "me"\n'})
    second = write("second", {"materials/tc.toml": 'name = "Second"\nsource = "me"\n'})
    catalog = load([first, second], shipped=small)
    assert catalog.materials["tc"].name == "First"
    assert catalog.origin["materials", "tc"] == "first/materials/tc.toml"


def test_an_overlay_replaces_a_potential_table(small: Path, write: Writer) -> None:
    table = "stoichiometry,voltage_V\n0.0,4.0\n1.0,3.0\n"
    mine = write("mine", {"ocp/index.toml": INDEX.replace("a test", "me"), "ocp/line.csv": table})
    found = load([mine], shipped=small).ocp["line"]
    assert (found.x_min, found.x_max, found.source, list(found.voltage)) == (0.0, 1.0, "me", [4.0, 3.0])


def test_extends_inherits_and_keeps_every_origin(small: Path, write: Writer) -> None:
    child = """
extends = "tc"
name = "Child"
aliases = []
source = "my lab"
confidence = "low"
density = "3.5 g/cm3"
[electrode]
stoichiometry_charged = "0.2"
"""
    mine = write("mine", {"materials/child.toml": child})
    catalog = load([mine], shipped=small)
    material = catalog.materials["child"]
    electrode = material.electrode
    assert material.density is not None and electrode is not None
    assert electrode.stoichiometry_charged is not None and electrode.stoichiometry_discharged is not None
    assert material.density.value == pytest.approx(3500.0)
    assert (material.density.source, material.density.confidence) == ("my lab", "low")
    assert (electrode.stoichiometry_charged.value, electrode.stoichiometry_charged.source) == (0.2, "my lab")
    # What is inherited must not be passed off as measured in my lab.
    assert electrode.stoichiometry_discharged.source == "a test"
    assert electrode.stoichiometry_discharged.confidence == "high"
    assert material.source == "my lab"
    assert catalog.digest["materials", "child"] not in (
        sha256(child.encode()).hexdigest(),
        catalog.digest["materials", "tc"],
    )


def test_a_record_may_extend_itself_one_layer_down(small: Path, write: Writer) -> None:
    mine = write("mine", {"materials/tc.toml": 'extends = "tc"\nsource = "me"\ndensity = "3.0 g/cm3"\n'})
    material = load([mine], shipped=small).materials["tc"]
    assert material.name == "Test cathode" and material.aliases == ("TC", "Test_Cathode 1")
    assert material.density is not None and material.density.value == pytest.approx(3000.0)


def test_a_shipped_child_follows_the_parent_of_the_overlay(small: Path, write: Writer) -> None:
    write("base", {"materials/child.toml": 'extends = "tc"\nname = "Child"\naliases = []\n'})
    mine = write("mine", {"materials/tc.toml": MATERIAL.replace("3.6 g/cm3", "3.1 g/cm3")})
    child = load([mine], shipped=small).materials["child"]
    assert child.density is not None and child.density.value == pytest.approx(3100.0)


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"materials/a.toml": 'extends = "a"\nname = "A"\n'}, "no such record"),
        (
            {"materials/a.toml": 'extends = "b"\nname = "A"\n', "materials/b.toml": 'extends = "a"\nname = "B"\n'},
            "circle",
        ),
        ({"materials/a.toml": "extends = 3\n"}, "not text"),
    ],
)
def test_inheritance_without_end_is_a_fault(write: Writer, files: dict[str, str], what: str) -> None:
    with pytest.raises(BadInput, match=what):
        load(shipped=write("base", files))


@pytest.mark.parametrize("name", ["tc", "TC", "Tc", "test-cathode-1", "TEST CATHODE 1", "test_cathode_1"])
def test_find_by_id_and_alias(small: Path, name: str) -> None:
    assert find(load(shipped=small).materials, name, "cell.toml: cell.cathode").id == "tc"


def test_find_names_the_nearest_record(catalog: Catalog) -> None:
    for name, near in (("lfo4", "lfp"), ("lipom", "lipon"), ("LiFePO5", "lfp"), ("graphit", "graphite")):
        with pytest.raises(BadInput) as caught:
            find(catalog.materials, name, "cell.toml: cell.cathode")
        (problem,) = caught.value.problems
        assert problem.where == "cell.toml: cell.cathode" and problem.given == name
        if name != "lfo4":
            assert problem.nearest == near


@given(st.text(max_size=30))
def test_folding_a_name_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.sampled_from(KINDS), st.binary(max_size=200))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, kind: str, content: bytes) -> None:
    root = tmp_path_factory.mktemp("any")
    name = "index.toml" if kind == "ocp" else "a.toml"
    (root / kind).mkdir()
    (root / kind / name).write_bytes(content)
    try:
        load(shipped=root)
    except BadInput as fault:
        assert fault.problems


def test_two_readings_are_equal(catalog: Catalog) -> None:
    again = load()
    assert dict(again.digest) == dict(catalog.digest) and list(again.digest) == list(catalog.digest)
    assert again.materials == catalog.materials and again.devices == catalog.devices


def test_outputs_learn_no_path_of_this_machine(catalog: Catalog) -> None:
    assert all(label.startswith("process_recipes/") for label in catalog.origin.values())


def test_folders_that_cannot_be_a_catalog(small: Path, write: Writer, tmp_path: Path) -> None:
    slip = write("slip", {"material/tc.toml": MATERIAL, "figures/a.toml": "?", "specs/a.toml": "?"})
    with pytest.raises(BadInput) as caught:
        load([tmp_path / "none", slip], shipped=small)
    missing, unknown = caught.value.problems
    assert missing.what == "no such folder" and missing.where.endswith("none")
    assert unknown.nearest == "materials"


def test_all_faults_of_all_files_at_once(write: Writer) -> None:
    root = write(
        "base",
        {
            "materials/a.toml": 'nam = "A"\ndensity = "3 kg"\n',
            "recipes/b.toml": "=",
            "machines/c.toml": 'name = "C"\nmethod = ["x"]\n',
            "ocp/index.toml": "[gone]\nsource = 'x'\n",
        },
    )
    with pytest.raises(BadInput) as caught:
        load(shipped=root)
    files = {problem.where.split(".toml")[0] for problem in caught.value.problems}
    assert {"base/materials/a", "base/recipes/b", "base/machines/c", "base/ocp/index"} <= files
    assert len(caught.value.problems) >= 6


def test_a_pipe_in_the_folder_does_not_hang(small: Path) -> None:
    os.mkfifo(small / "materials" / "pipe.toml")
    with pytest.raises(BadInput, match="not a file"):
        load(shipped=small)
