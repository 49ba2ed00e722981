"""``fabplan validate`` and its page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabplan.catalog.loader import load
from fabplan.cli import main
from fabplan.estimate.validate import not_run, validate
from fabplan.estimate.validation_page import page
from tests.shared import SHARED

ROOT = Path(__file__).parents[2]


def test_the_kept_page_is_what_the_command_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    assert main.run(["validate", "--write"]) == 0
    assert (tmp_path / "docs" / "validation.md").read_text() == (ROOT / "docs" / "validation.md").read_text()


def test_every_cell_that_can_be_run_is_run() -> None:
    catalog = load()
    found = validate(catalog)
    assert len(found) >= 12 and not [one.failure for one in found if one.failure]
    assert len(found) + len(not_run(catalog)) == len(catalog.devices)
    for one in found:
        assert one.comparisons and one.device.simulation is not None and one.device.simulation.reasons, one.device.id
        for entry in one.comparisons:
            assert 0.1 < entry.predicted / entry.value < 10.0, entry


def test_published_values_are_those_of_the_reference() -> None:
    path = SHARED / "reference" / "devices.json"
    if not path.is_file():
        pytest.skip("the reference file devices.json is not here (set FABPLAN_SHARED)")
    bae = next(d for d in json.loads(path.read_text())["devices"] if d["id"] == "bae2013_dense")
    printed = {point["rate_C"]: point["mAh_g"] for point in bae["rate_points"]}
    ours = next(one for one in validate(load(), ["bae2013-sintered-lco"]))
    assert ours.comparisons
    for entry in ours.comparisons:
        assert entry.value == pytest.approx(printed[entry.c_rate] * 3600.0)


def test_half_cell_of_printed_iron_phosphate_holds() -> None:
    """Nothing in it is fitted: window of the material, published particle size and conductivity."""
    found = validate(load(), ["sun2013-lfp-half-cell"])[0].comparisons[0]
    assert found.within and abs(found.deviation) < 0.08


def test_json_and_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["validate", "pearse2018-planar", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "fabplan/validation/1" and len(document["cells"]) == 1
    assert main.run(["validate", "pearse2018-plan"]) == 2
    assert "did you mean 'pearse2018-planar'" in capsys.readouterr().err


def test_people_read_the_reasons_of_a_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["validate", "pearse2018-planar", "sun2013-lfp-half-cell"]) == 0
    told = capsys.readouterr().out
    assert "pearse2018-planar (" in told and "what may explain a difference:" in told and "\n  - " in told
    assert "sun2013-lfp-half-cell (" not in told  # it lies within its tolerance


def test_a_cell_that_lacks_a_value_says_which(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "devices").mkdir(parents=True)
    text = (ROOT / "process_recipes" / "devices" / "pearse2018-planar.toml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("diffusivity")]
    (folder / "devices" / "pearse2018-planar.toml").write_text("\n".join(lines) + "\n")
    found = validate(load((folder,)), ["pearse2018-planar"])[0]
    assert "cathode.diffusivity" in found.failure and not found.comparisons
    assert "Cannot be run" in page([found])


#: published cells of the reference that count as simulatable -> ours
SIMULATABLE = {
    "sun2013_8L_full": "sun2013-printed-8-layers",
    "sun2013_8L_LFP_half": "sun2013-lfp-half-cell",
    "sun2013_8L_LTO_half": "sun2013-lto-half-cell",
    "yoshima2012": "yoshima2012-polymer-wall",
    "fu2016": "fu2016-graphene-oxide-ink",
    "pearse2018_planar": "pearse2018-planar",
    "donders2013": "donders2013-ald-lco",
    "liu2017": "liu2017-nanopore",
    "bae2013_dense": "bae2013-sintered-lco",
    "bae2013_ch3": "bae2013-channels-lco",
    "fet_900": "front-edge-nanoenergy-900",
}


def test_every_published_cell_that_counts_as_simulatable_is_run() -> None:
    path = SHARED / "reference" / "devices.json"
    if not path.is_file():
        pytest.skip("the reference file devices.json is not here (set FABPLAN_SHARED)")
    wanted = {one["id"] for one in json.loads(path.read_text())["devices"] if one["simulatable"] is True}
    assert wanted == set(SIMULATABLE)
    run = {one.device.id for one in validate(load()) if not one.failure}
    assert set(SIMULATABLE.values()) <= run
