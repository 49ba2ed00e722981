"""All exporters over one plan: fabplan's own, and those of other packages contained."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from fabplan import files, plugins
from fabplan.catalog.loader import load
from fabplan.errors import FabplanError
from fabplan.exporters import all as exporters
from fabplan.exporters import plan_json
from fabplan.planner.plan import Plan
from tests.exporters.sample_plan import sample_plan as bare_plan
from tests.test_plugins import BAD, foreign

__all__ = ["foreign"]  # the fixture

FATAL = set(BAD) - {"good", "prints"}


def sample_plan() -> Plan:
    """The sample with a shipped dialect."""
    return dataclasses.replace(bare_plan(), dialect=load(kinds=("dialects",)).dialects["marlin"])


@pytest.fixture(scope="module")
def plan() -> Plan:
    return sample_plan()


@pytest.fixture(scope="module")
def own(plan: Plan) -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(plugins.SWITCH, "1")
        return exporters.export(plan)


def test_the_manifest_is_last_and_lists_everything(own: dict[str, bytes]) -> None:
    assert list(own)[-1] == files.MANIFEST
    assert set(json.loads(own[files.MANIFEST])["files"]) == set(own) - {files.MANIFEST}
    files.check(own)


def test_same_plan_same_bytes(own: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(plugins.SWITCH, "1")
    assert exporters.export(sample_plan()) == own


def test_exporters_of_other_packages_add_files_or_become_warnings(
    plan: Plan, own: dict[str, bytes], foreign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported = exporters.collect(plan)
    assert set(exported.files) - set(own) == {"extra/good.txt"}
    assert {name: exported.files[name] for name in own if name != files.MANIFEST} == {
        name: data for name, data in own.items() if name != files.MANIFEST
    }
    assert {finding.where.removeprefix("exporters: ") for finding in exported.findings} == FATAL
    assert all(f.severity == "warning" and "odd-exporters 1.2" in f.message for f in exported.findings)
    assert capsys.readouterr().out == ""


def test_an_exporter_cannot_change_the_plan_before_fabplans_own_have_read_it(
    own: dict[str, bytes], foreign: Path
) -> None:
    changing = "def export(plan):\n    plan.spec.clear()\n    plan.estimate.clear()\n    return {}"
    (foreign / "odd_good.py").write_text(changing)
    mutable = sample_plan()
    exported = exporters.collect(mutable)
    assert exported.files["plan.json"] == own["plan.json"]


@pytest.mark.parametrize("made", [{"plan.json": b"x"}, {"../x": b""}, {"x": "text"}, ["x"]])
def test_a_fault_of_fabplans_own_exporter_is_a_bug(made: object, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    from fabplan.exporters import layer_table

    monkeypatch.setenv(plugins.SWITCH, "1")
    monkeypatch.setattr(layer_table, "export", lambda plan: made)
    with pytest.raises(FabplanError):
        exporters.export(plan)


def test_plan_json_is_the_exporters_document(plan: Plan, own: dict[str, bytes]) -> None:
    assert own["plan.json"] == plan_json.export(plan)["plan.json"]
