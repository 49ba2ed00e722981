"""The house style as far as a program can see it; each test tells all places at once."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.shared import ROOT

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
SOURCES = sorted((ROOT / "fabplan").rglob("*.py"))
SUFFIXES = {".py", ".md", ".toml", ".html", ".css", ".js", ".csv", ".svg"}
FOLDERS = ("fabplan", "tests", "templates", "process_recipes", "docs")
TEXTS = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.suffix in SUFFIXES]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part(path: Path) -> str:
    """Which room of the package a file is in."""
    return path.relative_to(ROOT / "fabplan").parts[0]


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def lines_of_code(node: Function) -> int:
    """Lines of a function's body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_files_are_small() -> None:
    assert not [(short(path), length(path)) for path in SOURCES if length(path) > LONGEST_FILE]


def test_functions_are_small() -> None:
    sizes = [(short(path), node.name, lines_of_code(node)) for path in SOURCES for node in functions(path)]
    assert not [entry for entry in sizes if entry[2] > LONGEST_FUNCTION]
    assert statistics.median(size for _, _, size in sizes) <= 10


def test_command_line_is_thin() -> None:
    """About a tenth of the code at most."""
    cli = sum(length(path) for path in SOURCES if part(path) == "cli")
    assert cli < 0.1 * sum(length(path) for path in SOURCES)


BANNED_CALLS = {
    "print", "input", "exit", "quit", "sys.exit", "os._exit", "sys.stdout.write", "sys.stderr.write", "eval", "exec",
}  # fmt: skip


def called(node: ast.AST) -> Iterator[str]:
    return (ast.unparse(inner.func) for inner in ast.walk(node) if isinstance(inner, ast.Call))


def test_only_the_command_line_prints_or_exits() -> None:
    # A reader's child process is a program of its own.
    rest = [path for path in SOURCES if part(path) != "cli" and not path.stem.endswith("_child")]
    found = [(short(path), BANNED_CALLS & set(called(tree(path)))) for path in rest]
    assert not [entry for entry in found if entry[1]]


CLOCK = {"time.time", "datetime.now", "datetime.datetime.now", "date.today", "datetime.date.today", "uuid.uuid4"}
CHANCE = re.compile(r"((np|numpy)\.)?random\..*|secrets\..*")
# A generator that is handed on has its seed from whoever made it.
SEEDED = re.compile(r"(np|numpy)\.random\.(default_rng(\(\d+\).*)?|Generator)")


def test_no_globals_no_clock_no_chance() -> None:
    """Only how long something took may be asked of the clock; chance comes from a generator with a fixed seed."""
    found = []
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            text = ast.unparse(node) if isinstance(node, ast.Attribute | ast.Global | ast.Nonlocal | ast.Call) else ""
            if isinstance(node, ast.Global | ast.Nonlocal) or text in CLOCK or text.endswith("default_rng()"):
                found.append((short(path), node.lineno, text))
            if isinstance(node, ast.Attribute) and CHANCE.fullmatch(text) and not SEEDED.fullmatch(text):
                found.append((short(path), node.lineno, text))
    assert not found


ON_IMPORT = re.compile(r"(^|\.)(open|read_\w+|load|loads|run|system|getenv|mkdir|register|glob|iterdir|import_module)$")


def calls_on_import(body: list[ast.stmt]) -> Iterator[str]:
    """What runs when the module is imported."""
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from calls_on_import(statement.body)
        elif not isinstance(statement, Function) and "__main__" not in ast.unparse(statement):
            yield from called(statement)


def test_nothing_happens_on_import() -> None:
    """Calls at module level only make values; one whose value is dropped can only be there for its effect."""
    found = []
    for path in SOURCES:
        body = tree(path).body
        bare = [s for s in body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
        found += [(short(path), ast.unparse(statement)) for statement in bare]
        found += [(short(path), name) for name in calls_on_import(body) if ON_IMPORT.search(name)]
    assert not found


CHANGING = {"append", "extend", "update", "add", "setdefault", "pop", "clear", "insert", "remove", "discard", "sort"}


def changed_names(function: Function) -> Iterator[str]:
    """Names whose object a function changes in place."""
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield ast.unparse(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
            yield ast.unparse(node.func.value)


def module_names(path: Path) -> set[str]:
    assigned = (s for s in tree(path).body if isinstance(s, ast.Assign | ast.AnnAssign))
    targets = (t for s in assigned for t in (s.targets if isinstance(s, ast.Assign) else [s.target]))
    return {target.id for target in targets if isinstance(target, ast.Name)}


def test_module_level_values_do_not_change() -> None:
    found = []
    for path in SOURCES:
        own = module_names(path)
        for function in functions(path):
            stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            local = stored | {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
            found += [(short(path), name) for name in changed_names(function) if name in own - local]
    assert not found


def test_public_things_have_docstrings() -> None:
    found = []
    for path in SOURCES:
        module = tree(path)
        if module.body and not ast.get_docstring(module):
            found.append((short(path), "module"))
        public = [n for n in module.body if isinstance(n, Function | ast.ClassDef) and not n.name.startswith("_")]
        found += [(short(path), node.name) for node in public if not ast.get_docstring(node)]
    assert not found


# Written with brackets, so that this file does not hold what it looks for.
UNWANTED = re.compile(
    r"/hom[e]/|/roo[t]/|/tm[p]/[a-z]|/wor[k]/|TOD[O]|FIXM[E]|\bXX[X]\b|NotImplemente[d]Error|index-ur[l]|pypi\.or[g]/simple"
)


def test_no_path_of_a_machine_and_nothing_unfinished() -> None:
    texts = ((short(path), path.read_text(encoding="utf-8")) for path in TEXTS)
    assert not [(name, match.group()) for name, text in texts for match in UNWANTED.finditer(text)]


def test_tests_mirror_the_package() -> None:
    """tests/<folder>/test_<file>.py belongs to a folder of the package, or to the whole."""
    folders = {path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")}
    whole = {"benchmarks", "browser", "end_to_end", "docs", "templates"}
    assert not [f for f in folders if not (ROOT / "fabplan" / f).is_dir() and f.parts[0] not in whole]


def run(*command: str) -> None:
    result = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]


def test_ruff(oracle: Callable[[str], Any]) -> None:
    oracle("ruff")
    run("ruff", "check", "--no-cache", "--output-format", "concise", "fabplan", "tests")


@pytest.mark.slow
def test_mypy_strict(oracle: Callable[[str], Any]) -> None:
    oracle("mypy")
    run("mypy", "--strict", "-p", "fabplan")


# --- the checks above can fail -----------------------------------------------------------------------

BROKEN = '''
import time
LIST = []
def f():
    global LIST
    print(time.time())
    LIST.append(1)
open("x")
'''


def test_the_checks_see_a_broken_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "fabplan"
    package.mkdir()
    (package / "broken.py").write_text(BROKEN + "x = 1\n" * LONGEST_FILE + "def g():\n" + " x = 1\n" * 61)
    (package / "unfinished.md").write_text("TO" "DO")
    module = sys.modules[__name__]
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "SOURCES", [package / "broken.py"])
    monkeypatch.setattr(module, "TEXTS", [package / "unfinished.md"])
    checks = [
        test_files_are_small, test_functions_are_small, test_only_the_command_line_prints_or_exits,
        test_no_globals_no_clock_no_chance, test_nothing_happens_on_import, test_module_level_values_do_not_change,
        test_public_things_have_docstrings, test_no_path_of_a_machine_and_nothing_unfinished,
    ]  # fmt: skip
    for check in checks:
        with pytest.raises(AssertionError):
            check()
