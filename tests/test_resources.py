"""Shipped data is found in a checkout and in a wheel, and a template's faults are told with their line."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fabplan import rendering
from fabplan.errors import FabplanError
from tests.shared import ROOT

LOOK = "from fabplan.resources import recipes_folder, templates_folder as t; print(recipes_folder(), t(), sep='\\n')"


def seen_from(folder: Path) -> list[Path]:
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {LOOK}"]
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    return [Path(line) for line in found.stdout.splitlines()]


def package(folder: Path, packed: bool) -> Path:
    (folder / "fabplan").mkdir(parents=True)
    for name in ("__init__.py", "resources.py", "errors.py"):
        shutil.copy(ROOT / "fabplan" / name, folder / "fabplan" / name)
    if packed:
        for name in ("process_recipes", "templates"):
            (folder / "fabplan" / name).mkdir()
    return folder


def test_checkout() -> None:
    assert seen_from(ROOT) == [ROOT / "process_recipes", ROOT / "templates"]


def test_wheel(tmp_path: Path) -> None:
    folder = package(tmp_path / "site-packages", packed=True)
    assert seen_from(folder) == [folder / "fabplan" / "process_recipes", folder / "fabplan" / "templates"]


def test_a_folder_of_the_same_name_beside_an_installed_package_is_not_taken(tmp_path: Path) -> None:
    folder = package(tmp_path / "site-packages", packed=True)
    (folder / "templates").mkdir()
    assert seen_from(folder)[1] == folder / "fabplan" / "templates"


def test_checkout_comes_before_a_packed_copy(tmp_path: Path) -> None:
    folder = package(tmp_path / "checkout", packed=True)
    (folder / "pyproject.toml").touch()
    for name in ("process_recipes", "templates"):
        (folder / name).mkdir()
    assert seen_from(folder) == [folder / "process_recipes", folder / "templates"]


def test_an_incomplete_installation_says_so(tmp_path: Path) -> None:
    folder = package(tmp_path / "site-packages", packed=False)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        seen_from(folder)
    assert "lacks its folder 'process_recipes'" in caught.value.stderr


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rendering, "templates_folder", lambda: tmp_path)
    return tmp_path


def test_values_and_filters(templates: Path) -> None:
    (templates / "x.md").write_text("{% for x in xs %}\n{{ x|show('length') }} {{ name|markdown }}\n{% endfor %}\n")
    shown = rendering.render("x.md", xs=[1e-3, None], name="a|b`c\nd<e")
    assert shown == "1 mm a\\|b\\`c d\\<e\nunknown a\\|b\\`c d\\<e\n"


def test_a_name_that_was_not_given_is_a_fault_with_its_line(templates: Path) -> None:
    (templates / "sub").mkdir()
    (templates / "sub" / "x.md").write_text("one\ntwo {{ nothing }}\n")
    with pytest.raises(FabplanError, match=r"sub/x\.md:2: 'nothing' is undefined"):
        rendering.render("sub/x.md")
    (templates / "y.md").write_text("one\n\n{% if %}")
    with pytest.raises(FabplanError, match=r"y\.md:3"):
        rendering.render("y.md")
    with pytest.raises(FabplanError, match=r"none\.md"):
        rendering.render("none.md")


@pytest.mark.parametrize(("name", "escaped"), [("x.html", True), ("x.html.j2", True), ("x.svg", True), ("x.md", False)])
def test_pages_and_pictures_are_escaped(name: str, escaped: bool, templates: Path) -> None:
    (templates / name).write_text("{{ a }}")
    shown = rendering.render(name, a="</script><img onerror=x>")
    assert ("<img" not in shown) == escaped


BANNED = re.compile(r"\|\s*safe\b|Markup\(|xmlattr|autoescape\s+false|\binclude\b[^%]*\bignore missing")


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.*")), ids=lambda p: p.name)
def test_no_template_lets_text_through_unescaped(path: Path) -> None:
    assert not BANNED.search(path.read_text(encoding="utf-8"))
