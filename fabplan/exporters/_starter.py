"""A spec to start from: what was asked as values, everything else as comments that say what it means."""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from fabplan import __version__
from fabplan.planner.spec import KEYS
from fabplan.resources import templates_folder

FILE = "new/keys.toml"
_WIDE, _COLUMN = 120, 36  # of a line with its comment, and where the comment starts
_FREE = {
    "parameters": "sizes of the structure: what is given here is fixed, the rest is searched",
    "route": "recipes or processes by role (fabplan list recipes, fabplan route); what is left out is chosen",
}


@functools.cache
def meanings() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Table of a spec -> key -> what it means, and a value as it may stand there."""
    found = tomllib.loads((templates_folder() / FILE).read_text(encoding="utf-8"))
    tables = {name: {key: (said, value) for key, (said, value) in keys.items()} for name, keys in found.items()}
    return MappingProxyType(tables)


def starter(data: Mapping[str, Any], parameters: Mapping[str, str], freed: Mapping[str, Any]) -> str:
    """Text of a TOML file.

    Parameters
    ----------
    data : the spec
    parameters : sizes that the structure knows -> what they mean; empty where no structure was named
    freed : sizes that the example fixes and this spec does not
    """
    name = str(data["name"])
    lines = [
        f"# A spec of fabplan {__version__}: fabplan plan {name}.toml",
        "# A line behind # is left to fabplan; take the # away, that of its [table] too, to decide it yourself.",
        "# fabplan schema spec > spec.schema.json lets an editor complete keys and names, once the first line of this",
        "# file is: #:schema spec.schema.json",
        f"name = {toml(name)}",
    ]
    lines += [f"{key} = {toml(data[key])}" for key in ("description",) if key in data]
    for table in KEYS:
        given = data.get(table, {})
        lines += ["", f"[{table}]" if given else f"# [{table}]"]
        if table in meanings():
            lines += _keys(given, meanings()[table])
        else:
            lines.append(f"# {_FREE.get(table, '')}".rstrip())
            lines += [_line(key, toml(value), "") for key, value in given.items()]
            lines += _sizes(given, parameters, freed) if table == "parameters" else []
    return "\n".join([*lines, ""])


def _keys(given: Mapping[str, Any], known: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for key, (said, example) in known.items():
        yield _line(key, toml(given[key]), said) if key in given else _line(f"# {key}", example, said)
    for key in sorted(given.keys() - known.keys()):
        yield _line(key, toml(given[key]), "")


def _line(key: str, value: str, said: str) -> str:
    """A key with its meaning beside it, or above it where both are too long for one line."""
    text = f"{key} = {value}"
    if not said:
        return text
    beside = f"{text:<{_COLUMN}} # {said}"
    return beside if len(beside) <= _WIDE else f"# {said}:\n{text}"


def _sizes(given: Mapping[str, Any], parameters: Mapping[str, str], freed: Mapping[str, Any]) -> Iterator[str]:
    for name, meaning in parameters.items():
        if name in freed and name not in given:
            yield _line(f"# {name}", toml(freed[name]), meaning)
        elif name not in given:
            yield _line(f"# {name}", "...", meaning)


def toml(value: object) -> str:
    """A value as TOML: text, numbers, true and false, lists and inline tables of them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON escapes what TOML asks for, but for DEL and the C1 controls
        text = json.dumps(value, ensure_ascii=False)
        return "".join(f"\\u{ord(c):04x}" if "\x7f" <= c <= "\x9f" else c for c in text)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(k))} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(entry) for entry in value) + "]"
    return repr(value)


def _key(name: str) -> str:
    return name if name.replace("-", "a").replace("_", "a").isalnum() and name.isascii() else toml(name)
