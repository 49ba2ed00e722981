"""Public functions that take or give numbers say shapes and units in their docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import fabplan.estimate

NUMBERS = re.compile(r"\b(Array|ArrayLike|Index|Mask|float)\b")
BRACKETS = re.compile(r"\[[^\]]+\]")  # of a unit or of a shape: [V], [n, q], [A/m2]


def numeric(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions and methods of public classes whose signature holds numbers."""
    for outer in ast.parse(path.read_text(encoding="utf-8")).body:
        inner = outer.body if isinstance(outer, ast.ClassDef) and not outer.name.startswith("_") else [outer]
        for node in inner:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                notes = [argument.annotation for argument in (*node.args.args, *node.args.kwonlyargs)]
                if NUMBERS.search(" ".join(ast.unparse(note) for note in [*notes, node.returns] if note is not None)):
                    yield f"{path.name}: {node.name}", node


def silent(paths: list[Path]) -> list[str]:
    every = (found for path in paths for found in numeric(path))
    return [name for name, node in every if not BRACKETS.search(ast.get_docstring(node) or "")]


def test_public_functions_state_shapes_or_units() -> None:
    paths = sorted(Path(str(fabplan.estimate.__file__)).parent.glob("*.py"))
    assert sum(1 for path in paths for _ in numeric(path)) > 200
    assert silent(paths) == []


def test_a_silent_function_is_found(tmp_path: Path) -> None:
    made = tmp_path / "made.py"
    told = 'def told(x: float) -> float:\n    """Drop [V]."""\n'
    mute = 'def mute(x: Array) -> Array:\n    """Drop."""\n'
    made.write_text(told + "\n\n" + mute)
    assert silent([made]) == ["made.py: mute"]
