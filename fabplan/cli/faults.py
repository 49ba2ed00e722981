"""Errors to what the user sees: exit code, one message, and the same as JSON."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from fabplan import units
from fabplan.cli import quoting
from fabplan.cli.output import say_json, tell, tell_labelled
from fabplan.errors import BadInput, CannotWrite, FabplanError, Infeasible, Problem, listed, nearest
from fabplan.readers import json_lines
from fabplan.readers.toml import LARGEST
from fabplan.readers.toml_lines import line_of, with_lines
from fabplan.resources import recipes_folder

MISSED, BAD_INPUT, BUG = 1, 2, 70
MOST_QUOTED = 20  # faults that are shown with their line; a repair is tried by reading the file again
#: unit at the end of a key -> factor to SI, dimension
_UNITS = {"Ah": (3600.0, "charge"), "Wh": (3600.0, "energy"), "m": (1.0, "length"), "V": (1.0, "voltage")}


def report(fault: Exception, *, as_json: bool, debug: bool, words: Sequence[str] = ()) -> int:
    """Show an error and give its exit code.

    Parameters
    ----------
    words : of the command line; files among them are those that a message may mean
    """
    if debug:
        tell("".join(traceback.format_exception(fault)))
    files = {Path(word).name: Path(word) for word in words if word.endswith((".toml", ".json"))}
    document = _document(fault, files)
    if as_json:
        say_json({"error": document})
    if "problems" in document:
        _tell_problems([Problem(**{f.name: entry[f.name] for f in dataclasses.fields(Problem)})
                        for entry in document["problems"]], files, as_json)  # fmt: skip
    else:
        for line in _lines(document):
            tell_labelled("error", line)
    for change in document.get("changes", ()):
        tell(f"help: {change}")
    if document.get("reachable"):
        tell("reachable here: " + ", ".join(_readable(*entry) for entry in document["reachable"].items()))
    if document["exit_code"] == BUG and not debug:
        tell("this is a bug in fabplan; --debug shows where it happened")
    return int(document["exit_code"])


def _readable(name: str, value: float) -> str:
    """``("capacity_Ah", 1.4e-5)`` as ``"capacity 14 uAh"``."""
    what, _, unit = name.rpartition("_")
    factor, dimension = _UNITS.get(unit, (1.0, "number"))
    if unit not in _UNITS:
        return f"{name} {value:.4g}"
    return f"{what.replace('_', ' ')} {units.show(value * factor, dimension)}"


def _tell_problems(problems: Sequence[Problem], files: Mapping[str, Path], brief: bool) -> None:
    """Problems, each with its line of the user's file and the repair that was tried."""
    for number, problem in enumerate(problems):
        tell_labelled("error", str(problem))
        path = _path(problem.where, files)
        text = _text(str(path)) if path is not None and number < MOST_QUOTED else None
        if path is None or text is None or brief:
            continue
        for line in quoting.excerpt(problem, text):
            tell(f"  {line}")
        mended = quoting.repaired(problem, path, text)
        if mended:
            tell(f"help: write {mended} (tried: this fault is gone)")


def _path(where: str, files: Mapping[str, Path]) -> Path | None:
    """The file of the user that a place such as ``cell.toml:4: target.rat`` means."""
    name = re.split(r":\d+: ", where)[0]
    return files.get(name, Path(name) if "/" in name else None)


def _document(fault: Exception, files: Mapping[str, Path]) -> dict[str, Any]:
    """An error as the object that ``--json`` prints."""
    found: dict[str, Any]
    if isinstance(fault, BadInput):
        found_at = located(fault.problems, files)
        problems = [{"code": quoting.code_of(p), **dataclasses.asdict(p), "line": _line(p.where)} for p in found_at]
        found = {"kind": "bad-input", "exit_code": BAD_INPUT, "problems": problems}
    elif isinstance(fault, Infeasible):
        found = {"kind": "infeasible", "exit_code": MISSED, "reasons": list(fault.reasons)}
        found["changes"] = list(fault.changes)
        found["reachable"] = {name: value for name, value in fault.reachable.items() if abs(value) < float("inf")}
    elif isinstance(fault, CannotWrite):
        found = {"kind": "cannot-write", "exit_code": BAD_INPUT, "message": str(fault)}
    elif isinstance(fault, click.ClickException):
        problem = {"code": "usage", **dataclasses.asdict(_usage(fault)), "line": None}
        found = {"kind": "bad-input", "exit_code": BAD_INPUT, "problems": [problem]}
    elif isinstance(fault, OSError):
        found = {"kind": "cannot-read-or-write", "exit_code": BAD_INPUT, "message": str(fault)}
    else:
        code = fault.exit_code if isinstance(fault, FabplanError) else BUG
        found = {"kind": "bug", "exit_code": code, "message": f"{type(fault).__name__}: {fault}"}
    found.setdefault("message", "\n".join(_lines(found)))
    return found


def _lines(document: dict[str, Any]) -> list[str]:
    if "problems" in document:
        names = [f.name for f in dataclasses.fields(Problem)]
        return [str(Problem(**{name: problem[name] for name in names})) for problem in document["problems"]]
    if "reasons" in document:
        return list(document["reasons"])
    return [document["message"]]


def _usage(fault: click.ClickException) -> Problem:
    """A fault of the command line in the form of all others."""
    context = getattr(fault, "ctx", None)
    where = context.command_path if context is not None else "fabplan"
    if isinstance(fault, click.NoSuchOption):
        names = [name for p in context.command.params for name in p.opts] if context is not None else []
        return Problem("unknown option", where, fault.option_name, listed(names), nearest(fault.option_name, names))
    if isinstance(fault, click.BadParameter) and fault.param is not None:
        name = max(fault.param.opts, key=len)
        shown = name if name.startswith("-") else name.upper()
        return Problem(fault.message.rstrip("."), f"{where} {shown}", None, _choices(fault.param))
    return Problem(fault.format_message().rstrip("."), where, None, f"see {where} --help")


def _choices(parameter: click.Parameter) -> str | None:
    return listed(parameter.type.choices) if isinstance(parameter.type, click.Choice) else None


def located(problems: Iterable[Problem], files: Mapping[str, Path] | None = None) -> list[Problem]:
    """The same problems with ``file: key`` made ``file:line: key`` where the file can be found.

    Parameters
    ----------
    files : name -> file that the user gave; a bare name need not be the file of that name in this folder
    """
    return [_located(problem, files or {}) for problem in problems]


def _located(problem: Problem, files: Mapping[str, Path]) -> Problem:
    place = re.fullmatch(r"(.+?\.(?:toml|json)): (.+)", problem.where)
    path = _path(place[1], files) if place else None
    text = _text(str(path)) if path is not None else None
    if place is None or path is None or text is None:
        return problem
    finder = line_of if path.suffix == ".toml" else json_lines.line_of
    line = finder(text, place[2].partition(" (")[0])
    return dataclasses.replace(problem, where=f"{place[1]}:{line}: {place[2]}") if line else problem


def _line(where: str) -> int | None:
    found = re.search(r"\.(?:toml|json):(\d+): ", where)
    return int(found[1]) if found else None


@contextlib.contextmanager
def naming_lines(spec: str | None) -> Iterator[None]:
    """Add line numbers to the problems of a spec file."""
    try:
        yield
    except BadInput as fault:
        text = _text(spec) if spec is not None and spec.endswith(".toml") else None
        if spec is None or text is None:
            raise
        raise BadInput(with_lines(fault.problems, Path(spec).name, text)) from fault


def _text(name: str) -> str | None:
    for path in (Path(name), recipes_folder().parent / name):
        try:
            if path.is_file() and path.stat().st_size <= LARGEST:
                return path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
    return None
