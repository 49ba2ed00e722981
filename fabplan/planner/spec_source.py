"""Where a spec comes from: a file, a shipped name, the command line; laid over each other as plain data."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.planner import given
from fabplan.planner.footprint_shapes import rooted
from fabplan.planner.spec import KEYS, PLAIN
from fabplan.readers.toml import parse_toml, read_toml
from fabplan.resources import recipes_folder

#: command-line option -> (table, key)
OPTIONS: dict[str, tuple[str, str]] = {
    "capacity": ("target", "capacity"),
    "load": ("target", "load"),
    "footprint": ("footprint", "size"),
    "architecture": ("cell", "architecture"),
    "anode": ("cell", "anode"),
    "cathode": ("cell", "cathode"),
    "electrolyte": ("cell", "electrolyte"),
    "height_max": ("cell", "height_max"),
    "facility": ("facility", "name"),
    "wafer": ("wafer", "size"),
    "machine": ("machine", "name"),
}


def shipped_names() -> tuple[str, ...]:
    """Names of the shipped specs."""
    return tuple(sorted(p.stem for p in (recipes_folder() / "specs").glob("*.toml")))


def shipped(name: str) -> dict[str, Any]:
    """A shipped spec as plain data."""
    return read_toml(recipes_folder() / "specs" / f"{name}.toml")


def read_source(argument: str | None) -> tuple[dict[str, Any], str]:
    """Spec argument to plain data: a file when it ends in .toml or holds a path separator, else a shipped name."""
    if argument is None:
        return {}, "command line"
    if argument.endswith(".toml") or "/" in argument or "\\" in argument:
        folder = Path(argument).parent
        data = given.rooted(rooted(read_toml(Path(argument)), folder), folder)
        return load_rooted(data, folder), Path(argument).name or argument
    if argument not in shipped_names():
        raise BadInput(
            Problem(
                "no shipped spec of that name",
                "SPEC",
                argument[:80],
                listed(shipped_names()),
                nearest(argument, shipped_names()),
            )
        )
    return shipped(argument), argument


def is_load_file(given: Any) -> bool:
    """Whether a load is named by its file."""
    return isinstance(given, str) and (given.endswith(".toml") or "/" in given or "\\" in given)


def load_rooted(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A spec whose load file, where relative, is looked for beside the spec."""
    target = data.get("target")
    if not isinstance(target, dict) or not is_load_file(target.get("load")):
        return dict(data)
    return {**data, "target": {**target, "load": str(folder / target["load"])}}


def merged(data: Mapping[str, Any], options: Mapping[str, Any], sets: Sequence[str]) -> dict[str, Any]:
    """Plain data with command-line options and ``--set key=value`` laid over it."""
    result = copy.deepcopy(dict(data))
    problems: list[Problem] = []
    for option, (table, key) in OPTIONS.items():
        if options.get(option) is not None:
            _table(result, table, problems)[key] = options[option]
    if options.get("capacity") is not None:
        # asked on the command line: a minimum of the file that is not asked again would surprise
        _table(result, "target", problems).pop("energy", None)
    if options.get("load") is not None:
        for key in ("capacity", "energy", "rate"):
            if options.get(key) is None:
                _table(result, "target", problems).pop(key, None)
    for item in options.get("route") or ():
        role, sign, process = str(item).partition("=")
        if not sign or not role.strip() or not process.strip():
            problems.append(Problem("not ROLE=PROCESS", "--route", repr(item)[:60], "e.g. anode=direct-ink-writing"))
        else:
            _table(result, "route", problems)[role.strip()] = process.strip()
    for item in sets:
        _set(result, item, problems)
    if options.get("allow_uncalibrated"):
        _table(result, "flow", problems)["allow_uncalibrated"] = True
    if problems:
        raise BadInput(problems)
    return result


def _table(data: dict[str, Any], name: str, problems: list[Problem]) -> dict[str, Any]:
    entry = data.setdefault(name, {})
    if not isinstance(entry, dict):
        problems.append(Problem("not a table", name, repr(entry)[:60], f"[{name}]"))
        data[name] = entry = {}
    return entry


def _set(data: dict[str, Any], item: str, problems: list[Problem]) -> None:
    key, sign, given = item.partition("=")
    path = key.strip().split(".")
    if not sign or not all(path):
        problems.append(Problem("not KEY=VALUE", "--set", repr(item)[:60], "e.g. target.margin=0.1"))
        return
    if path == ["objective"]:  # the one short form that the help promises
        path = ["target", "objective"]
    known = (*KEYS, *PLAIN)
    if path[0] not in known or len(path) > 2 or (path[0] in PLAIN) != (len(path) == 1):
        problems.append(
            Problem("unknown key", f"--set {key.strip()[:60]}", None, listed(known), nearest(path[0], known))
        )
        return
    value = _toml_value(given.strip())
    if len(path) == 1:
        data[path[0]] = value
    else:
        _table(data, path[0], problems)[path[1]] = value
        if path == ["footprint", "outline"]:  # instead of the size that the spec gives
            data["footprint"].pop("size", None)


def _toml_value(given: str) -> Any:
    """A TOML value where it is one, else the text itself."""
    try:
        return parse_toml(f"value = {given}".encode(), "--set")["value"]
    except (BadInput, KeyError):
        return given
