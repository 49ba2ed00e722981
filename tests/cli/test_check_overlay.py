"""``fabplan check`` on a folder with every kind of fault: all of them are told at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabplan.cli import main

FILES = {
    "materials/mine.toml": 'name = "M"\nkinds = ["anode"]\ndensity = "3 K"\ncolour = "blue"\naliases = ["lto"]\n'
    '[electrode]\nocp = "nowhere"\n',
    # faults of four kinds in one file: a key, a process's own setting, a name, and a circle through a sound file
    "recipes/a.toml": (
        'name = "A"\nmethod = "drying"\nbefore = ["b"]\nsource = "me"\nconfidence = "low"\nshade = "red"\n'
        'thickness = "3 kg"\nmaterials = ["nowhere"]\n[settings]\noven_temperature = "5 m"\n'
    ),
    "recipes/b.toml": 'name = "B"\nmethod = "drying"\nbefore = ["a"]\nsource = "me"\nconfidence = "low"\n',
    "recipes/c.toml": (
        'extends = "d"\nname = "C"\nmethod = "drying"\nhue = "red"\naliases = ["A", "fill-liquid-electrolyte"]\n'
        '[settings]\noven_temperature = "6 m"\n'
    ),
    "recipes/d.toml": 'extends = "c"\nname = "D"\n',
    "facilities/lab.toml": (
        'name = "L"\nsource = "me"\nconfidence = "low"\n[[tools]]\nname = "x"\nmethods = ["sputterr"]\n'
        'hourly_cost = "5"\nwafer_sizes = ["4 K"]\nclosed = [{ start = "5 h", end = "4 h" }]\n'
        '[[tools]]\nname = "x"\n'
    ),
}
#: part of the message -> where it must stand
FAULTS = {
    "unknown key": "mine.toml:4: colour",
    "a value without source": "mine.toml:3: density",
    "not a density": "mine.toml:3: density",
    "a name that 'lto' has already": "mine.toml:5: aliases",
    "extends itself in a circle": "c.toml:1: extends",
    "needs itself": "a.toml:3: before",
    "not a length": "a.toml:7: thickness",
    "'nowhere' is not among the materials": "a.toml:8: materials",
    "'nowhere' is not among the ocp": "mine.toml:7: electrode.ocp",
    "a name that 'fill-liquid-electrolyte' has already": "c.toml:5: aliases",
    "'sputterr' is not among the methods": "lab.toml:6: tools[0].methods",
    "Costs need their currency": "facilities/lab.toml",
    "'4 K' is no diameter": "lab.toml:4: tools[0]",
    "closed from 5 h to 4 h": "lab.toml:4: tools[0]",
    "no process and no recipe": "lab.toml:10: tools[1]",
    "Two kinds of tools are called 'x'": "facilities/lab.toml",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_all_faults_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["check", str(folder), "--json"]) == 2
    problems = json.loads(capsys.readouterr().out)["error"]["problems"]
    for what, where in FAULTS.items():
        hits = [p for p in problems if what in p["what"]]
        assert any(where in p["where"] for p in hits), (what, problems)
    # One kind of fault in several places: every one is told, in its own line.
    told = {(p["what"], p["where"].rpartition("/")[2]) for p in problems}
    for place in ("a.toml:6: shade", "c.toml:4: hue"):
        assert ("unknown key", place) in told
    for place in ("a.toml:10: settings.oven_temperature", "c.toml:7: settings.oven_temperature"):
        assert ("not a temperature", place) in told
    assert len({json.dumps(p, sort_keys=True) for p in problems}) == len(problems)


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_file_has_its_own_faults(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Mended one by one, the faults of the other files stay; none is told of a file that is gone."""
    (folder / name).unlink()
    assert main.run(["check", str(folder), "--json"]) == 2
    problems = json.loads(capsys.readouterr().out)["error"]["problems"]
    left = {Path(other).stem for other in FILES if other != name}
    told = {stem for stem in left for p in problems if f"{stem}.toml" in p["where"] or f"/{stem}" in p["where"]}
    assert told == left - ({"a", "b"} if name in ("recipes/a.toml", "recipes/b.toml") else set()) | (
        {"b"} if name == "recipes/a.toml" else {"a"} if name == "recipes/b.toml" else set()
    )
