"""Errors to what the user sees: exit code, one message, and the same as JSON."""

from __future__ import annotations

import contextlib
import dataclasses
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from fabplan import units
from fabplan.cli.output import say_json, tell, tell_labelled
from fabplan.errors import BadInput, CannotWrite, FabplanError, Infeasible, Problem, listed, nearest
from fabplan.readers.toml import LARGEST
from fabplan.readers.toml_lines import line_of, with_lines
from fabplan.resources import recipes_folder

MISSED, BAD_INPUT, BUG = 1, 2, 70
#: unit at the end of a key -> factor to SI, dimension
_UNITS = {"Ah": (3600.0, "charge"), "Wh": (3600.0, "energy"), "m": (1.0, "length"), "V": (1.0, "voltage")}


def report(fault: Exception, *, as_json: bool, debug: bool) -> int:
    """Show an error and give its exit code."""
    if debug:
        tell("".join(traceback.format_exception(fault)))
    document = _document(fault)
    if as_json:
        say_json({"error": document})
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


def _document(fault: Exception) -> dict[str, Any]:
    """An error as the object that ``--json`` prints."""
    found: dict[str, Any]
    if isinstance(fault, BadInput):
        problems = [dataclasses.asdict(problem) for problem in located(fault.problems)]
        found = {"kind": "bad-input", "exit_code": BAD_INPUT, "problems": problems}
    elif isinstance(fault, Infeasible):
        found = {"kind": "infeasible", "exit_code": MISSED, "reasons": list(fault.reasons)}
        found["changes"] = list(fault.changes)
        found["reachable"] = {name: value for name, value in fault.reachable.items() if abs(value) < float("inf")}
    elif isinstance(fault, CannotWrite):
        found = {"kind": "cannot-write", "exit_code": BAD_INPUT, "message": str(fault)}
    elif isinstance(fault, click.ClickException):
        problem = _usage(fault)
        found = {"kind": "bad-input", "exit_code": BAD_INPUT, "problems": [dataclasses.asdict(problem)]}
    elif isinstance(fault, OSError):
        found = {"kind": "cannot-read-or-write", "exit_code": BAD_INPUT, "message": str(fault)}
    else:
        code = fault.exit_code if isinstance(fault, FabplanError) else BUG
        found = {"kind": "bug", "exit_code": code, "message": f"{type(fault).__name__}: {fault}"}
    found.setdefault("message", "\n".join(_lines(found)))
    return found


def _lines(document: dict[str, Any]) -> list[str]:
    if "problems" in document:
        return [str(Problem(**problem)) for problem in document["problems"]]
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


def located(problems: Iterable[Problem]) -> list[Problem]:
    """The same problems with ``file: key`` made ``file:line: key`` where the file can be found."""
    return [_located(problem) for problem in problems]


def _located(problem: Problem) -> Problem:
    name, colon, key = problem.where.partition(".toml: ")
    if not colon or "/" not in name:  # a bare name need not be the file of that name in this folder
        return problem
    text = _text(f"{name}.toml")
    line = line_of(text, key) if text is not None else None
    return dataclasses.replace(problem, where=f"{name}.toml:{line}: {key}") if line else problem


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
