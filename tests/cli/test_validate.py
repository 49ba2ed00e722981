"""``fabplan validate`` and its page."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from fabplan.catalog.loader import load
from fabplan.cli import main
from fabplan.estimate.published_cell import published_cell
from fabplan.estimate.validate import KNOWN, OUTSIDE, WITHIN, not_run, validate
from fabplan.estimate.validation_page import page
from fabplan.estimate.validation_spread import discharged, drawn, interval
from tests.shared import SHARED

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, Any]]]:
    """The page and the cells of one run over everything."""
    folder = tmp_path_factory.mktemp("validation")
    (folder / "docs").mkdir()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as told:
        patch.chdir(folder)
        assert main.run(["validate", "--write", "--json"]) == 0
    return (folder / "docs" / "validation.md").read_text(), json.loads(told.getvalue())["cells"]


def test_the_kept_page_is_what_the_command_writes(whole: tuple[str, list[dict[str, Any]]]) -> None:
    assert whole[0] == (ROOT / "docs" / "validation.md").read_text()


def test_every_cell_that_can_be_run_is_run(whole: tuple[str, list[dict[str, Any]]]) -> None:
    catalog = load()
    assert len(whole[1]) >= 12 and not [one["failure"] for one in whole[1] if one["failure"]]
    assert len(whole[1]) + len(not_run(catalog)) == len(catalog.devices)
    for one in whole[1]:
        assert one["figures"] and one["reasons"], one["id"]
        for entry in one["figures"]:
            assert 0.1 < entry["predicted_SI"] / entry["published_SI"] < 10.0, entry


def test_every_figure_has_its_range_and_a_verdict_that_follows_from_it(
    whole: tuple[str, list[dict[str, Any]]],
) -> None:
    entries = [entry for one in whole[1] for entry in one["figures"]]
    words = [entry["verdict"] for entry in entries]
    for entry, word in zip(entries, words, strict=True):
        low, high = entry["predicted_low_SI"], entry["predicted_high_SI"] or math.inf  # None: not reached
        bear = entry["published_SI"] * (entry["tolerance"] or 0.0)
        assert 0.0 < low < high and low < 1.05 * entry["predicted_SI"] and high > 0.95 * entry["predicted_SI"], entry
        meets = low <= entry["published_SI"] + bear and high >= entry["published_SI"] - bear
        assert word == (WITHIN if entry["within"] else KNOWN if meets else OUTSIDE), entry
    assert {*words} == {WITHIN, KNOWN, OUTSIDE}
    counts = ", ".join(f"{words.count(word)} {word}" for word in (WITHIN, KNOWN, OUTSIDE))
    assert counts in whole[0] and all(f"**{word}**" in whole[0] for word in (WITHIN, KNOWN, OUTSIDE))


def test_what_is_known_better_narrows_the_range() -> None:
    """The same cell with every input of high confidence: no stated range, nothing recalled."""
    catalog = load()
    device = catalog.devices["pearse2018-planar"]
    cell = published_cell(device, catalog, [1.0])
    sure = {
        path: dataclasses.replace(one, confidence="high", low=None, high=None) for path, one in cell.known.items()
    }
    wide, narrow = (
        interval(discharged(drawn(one), 1.0, False).capacity) for one in (cell, dataclasses.replace(cell, known=sure))
    )
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    assert {"pos.L_m", "pos.D_s", "pos.c_max", "se.kappa", "pos.sto0"} <= set(cell.known)


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


def test_every_published_cell_that_counts_as_simulatable_is_run(
    whole: tuple[str, list[dict[str, Any]]],
) -> None:
    path = SHARED / "reference" / "devices.json"
    if not path.is_file():
        pytest.skip("the reference file devices.json is not here (set FABPLAN_SHARED)")
    wanted = {one["id"] for one in json.loads(path.read_text())["devices"] if one["simulatable"] is True}
    assert wanted == set(SIMULATABLE)
    run = {one["id"] for one in whole[1] if not one["failure"]}
    assert set(SIMULATABLE.values()) <= run
