"""The open sets: found by listing, third parties contained."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from fabplan import plugins
from fabplan.errors import BadInput
from tests.shared import ROOT

#: entry point -> source of its module; each is wrong in its own way but the first
BAD = {
    "good": "DESCRIPTION = 'x'\ndef export(plan): return {'extra/good.txt': b'good'}",
    "raises-at-import": "raise RuntimeError('no licence')",
    "needs-more": "import a_module_that_nobody_has",
    "exits-at-import": "import sys; sys.exit(3)",
    "recursion": "def f(): return f()\nf()",
    "syntax": "def (",
    "prints": "print('hello from a plug-in')\ndef export(plan): print('again'); return {}",
    "other-api": "FABPLAN_API = 99\ndef export(plan): return {}",
    "raises-at-call": "def export(plan): raise ValueError('broken')",
    "exits-at-call": "def export(plan): import sys; sys.exit(0)",
    "wrong-type": "def export(plan): return ['a']",
    "wrong-content": "def export(plan): return {'extra/x.txt': 'text'}",
    "bad-path": "def export(plan): return {'../x': b''}",
    "taken-path": "def export(plan): return {'plan.json': b'mine', 'extra/taken.txt': b''}",
    "manifest": "def export(plan): return {'manifest.json': b'{}'}",
    "no-export": "x = 1",
    "plan-json": "def export(plan): return {'extra/shadow.txt': b''}",
}  # fmt: skip


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A distribution 'odd-exporters 1.2' on the path that brings all of BAD."""
    dist = tmp_path / "odd_exporters-1.2.dist-info"
    dist.mkdir()
    (dist / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-exporters\nVersion: 1.2\n")
    lines = []
    for name, source in BAD.items():
        module = "odd_" + name.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(source)
        lines.append(f"{name} = {module}")
    (dist / "entry_points.txt").write_text("[fabplan.exporters]\n" + "\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("kind", plugins.KINDS)
def test_built_in_members_are_the_files_of_the_folder(kind: plugins.Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(plugins.SWITCH, "1")
    folder = ROOT / "fabplan" / kind
    stems = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")} - {"base", "all"}
    assert set(plugins.names(kind)) == {stem.replace("_", "-") for stem in stems}
    assert stems


CONTRACTS = {
    "architectures": ("TITLE", "SUMMARY", "ESTIMATOR", "FLOW", "Params", "design_space", "measures", "cell"),
    "methods": ("TITLE", "FAMILY", "PATTERN", "VACUUM", "HAZARDS", "Settings", "duration", "set_points"),
    "exporters": ("DESCRIPTION", "export"),
}


@pytest.mark.parametrize("kind", plugins.KINDS)
def test_every_member_keeps_the_contract_of_its_set(kind: plugins.Kind) -> None:
    for name in plugins.names(kind):
        module = plugins.load(kind, name)
        missing = [key for key in CONTRACTS[kind] if not hasattr(module, key)]
        assert not missing, f"{kind} {name}: {missing}"


def test_listing_imports_nothing() -> None:
    script = (
        "import sys; from fabplan import plugins\n"
        "[plugins.names(kind) for kind in plugins.KINDS]\n"
        "heavy = {'numpy', 'scipy', 'shapely', 'gdstk', 'trimesh', 'jinja2', 'click'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(BadInput) as caught:
        plugins.load("methods", "screen-printin")
    assert caught.value.problems[0].nearest == "screen-printing"


def test_foreign_members_are_listed_and_core_names_kept(foreign: Path) -> None:
    found = {(p.name, p.origin): p.fault for p in plugins.found("exporters")}
    assert found["plan-json", "fabplan"] == ""
    assert "belongs to fabplan" in found["plan-json", "odd-exporters 1.2"]
    assert "good" in plugins.names("exporters")
    assert plugins.load("exporters", "plan-json").__name__ == "fabplan.exporters.plan_json"


def test_no_plugins(foreign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(plugins.SWITCH, "1")
    assert "good" not in plugins.names("exporters")


def test_two_distributions_with_one_name_are_both_refused(foreign: Path) -> None:
    other = foreign / "others-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[fabplan.exporters]\ngood = odd_good\n")
    found = [p.fault for p in plugins.found("exporters") if p.name == "good"]
    assert found == ["several distributions bring this name"] * 2


def test_what_cannot_be_loaded_is_named_and_not_fatal(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = {state.name: str(state) for state in plugins.broken("exporters")}
    assert set(broken) == {
        "raises-at-import", "needs-more", "exits-at-import", "recursion", "syntax", "other-api", "plan-json",
    }  # fmt: skip
    assert all("odd-exporters 1.2" in text for text in broken.values())
    assert "no licence" in broken["raises-at-import"]
    assert "hello" not in capsys.readouterr().out
    with pytest.raises(BadInput, match="no licence"):
        plugins.load("exporters", "raises-at-import")


def test_a_fault_in_fabplans_own_module_is_raised() -> None:
    with pytest.raises(ModuleNotFoundError):
        plugins.loaded(plugins.Plugin("exporters", "x", "fabplan.exporters.no_such_module", plugins.CORE))


def test_loaded_is_a_module(foreign: Path) -> None:
    (good,) = (p for p in plugins.found("exporters") if p.name == "good")
    assert isinstance(plugins.loaded(good), ModuleType)
