"""The place of a fault in the user's file: the line itself, what is wrong on it, and a repair that was tried."""

from __future__ import annotations

import functools
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fabplan.errors import BadInput, FabplanError, Problem

if TYPE_CHECKING:
    from fabplan.catalog.loader import Catalog

#: code -> how the fault begins; `fabplan explain CODE` says more; the last one is for all others
CODES = (
    ("unknown-key", re.compile(r"unknown key")),
    ("unknown-value", re.compile(r"unknown |neither |no .* of that name|.* is not among ")),
    ("missing", re.compile(r".*\bmissing\b|no such ")),
    ("wrong-kind", re.compile(r"not an? |not text|not true|not .* of ")),
    ("out-of-range", re.compile(r"out of range|too |below |above ")),
    ("bad-input", re.compile(r"")),
)
_PLACE = re.compile(r"(?P<file>.+\.(?:toml|json)):(?P<line>\d+): (?P<key>.*)")
_LONGEST = 110  # letters of a line that is shown
_WHOLE = 1000  # beyond, as in a JSON file without line ends, a line is no place: it is neither shown nor written again


def code_of(problem: Problem) -> str:
    """The kind of a fault."""
    return next(code for code, begins in CODES if begins.match(problem.what))


def excerpt(problem: Problem, text: str) -> list[str]:
    """The line of a fault with a mark below what is wrong on it; nothing where the line is not known."""
    place = _PLACE.fullmatch(problem.where)
    lines = text.splitlines()
    if place is None or not 1 <= int(place["line"]) <= len(lines):
        return []
    number = place["line"]
    if len(lines[int(number) - 1]) > _WHOLE:
        return []
    shown = lines[int(number) - 1].replace("\t", " ").rstrip()[:_LONGEST]
    start, end = _marked(problem, place["key"], shown)
    room = " " * len(number)
    return [f"{number} | {shown}", f"{room} | {' ' * start}{'^' * max(end - start, 1)} {code_of(problem)}"]


def _marked(problem: Problem, key: str, shown: str) -> tuple[int, int]:
    """Where on the line the fault is: the given value, else the key, else the whole line."""
    given, name = (problem.given or "").strip("'\""), re.split(r"[.\[]", key.partition(" (")[0])[-1]
    for token in (name, given) if code_of(problem) == "unknown-key" else (given, name):
        at = shown.rfind(token) if token and token != name else shown.find(token)
        if token and at >= 0:
            return at, at + len(token)
    indent = len(shown) - len(shown.lstrip())
    return indent, max(len(shown), indent + 1)


def repaired(problem: Problem, path: Path, text: str) -> str:
    """The line as it would read with the nearest name, once a second reading has found nothing wrong with it."""
    place = _PLACE.fullmatch(problem.where)
    near = problem.nearest
    if place is None or not near or "." in near or not re.fullmatch(r"[\w -]+", near):
        return ""
    lines, number = text.splitlines(), int(place["line"])
    if not 1 <= number <= len(lines) or len(lines[number - 1]) > _WHOLE:
        return ""
    start, end = _marked(problem, place["key"], lines[number - 1])
    mended = f"{lines[number - 1][:start]}{near}{lines[number - 1][end:]}"
    again = "\n".join([*lines[: number - 1], mended, *lines[number:], ""])
    try:
        before, left = (list(_read(path, content)) for content in (text, again))
    except (FabplanError, OSError, ValueError):
        return ""
    key = place["key"].rpartition(".")[0]
    ends = (place["key"], f"{key}.{near}")
    was, still = ([p for p in found if p.what == problem.what and p.where.endswith(ends)] for found in (before, left))
    # Only a reading that finds the fault in the file as it is can say that it is gone.
    return mended.strip() if was and not still else ""


def _read(path: Path, text: str) -> Iterator[Problem]:
    """Faults of the changed text, read as what the file is."""
    folder = path.resolve().parent.parent
    reader: Callable[[Path], Any] = _spec
    if path.suffix == ".json":
        reader = _cells
    elif path.resolve().parent.name in _kinds():
        yield from _catalog(folder, path, text)
        return
    elif re.search(r"^\[layers\.", text, re.M):
        from fabplan.verify.layer_map import read_layer_map  # loaded already: it found the fault

        reader = read_layer_map
    # Beside the file, so that what it names by a relative path is found.
    with tempfile.TemporaryDirectory(prefix="fabplan-") as made:
        copy = Path(made) / path.name
        copy.write_text(text, encoding="utf-8")
        try:
            reader(copy)
        except BadInput as fault:
            yield from fault.problems


def _kinds() -> tuple[str, ...]:
    from fabplan.catalog.loader import RECORDS  # only where a fault is shown

    return tuple(RECORDS)


def _spec(path: Path) -> None:
    from fabplan import plugins  # all of this is loaded already: it found the fault
    from fabplan.planner.attempt import candidates, fixed_parameters, operations_of
    from fabplan.planner.route import choose
    from fabplan.planner.spec import parse
    from fabplan.planner.spec_source import read_source

    for _, spec in candidates(parse(read_source(str(path))[0], path.name)):
        module = plugins.load("architectures", str(spec.architecture))
        operations = operations_of(module, fixed_parameters(spec, module))
        choose(spec, _shipped(), operations, module.TITLE)


@functools.cache
def _shipped() -> Catalog:
    from fabplan.catalog.loader import load  # as above

    return load(())


def _cells(path: Path) -> None:
    from fabplan.estimate.cells import read_cells  # as above
    from fabplan.readers.json_file import read_json

    read_cells(read_json(path, where=path.name, finite=False), path.name)


def _catalog(folder: Path, path: Path, text: str) -> Iterator[Problem]:
    """Faults of the catalog with the changed record alone laid over it."""
    from fabplan import plugins  # as above
    from fabplan.catalog.loader import gathered
    from fabplan.planner.route import method_of

    with tempfile.TemporaryDirectory(prefix="fabplan-") as made:
        copy = Path(made) / path.resolve().parent.name / path.name
        copy.parent.mkdir()
        copy.write_text(text, encoding="utf-8")
        got = gathered((Path(made),))
        yield from got.problems
        recipe = got.catalog.recipes.get(path.stem)
        if recipe is not None and recipe.method in plugins.names("methods"):
            try:
                method_of(recipe, path.name)
            except BadInput as fault:
                yield from fault.problems
