"""On which line a key of a TOML text stands: for messages, after the parser has lost it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fabplan.errors import Problem
from fabplan.readers.toml import TOKEN


@dataclass
class _Scan:
    """Where a walk over the tokens stands.

    Parameters
    ----------
    lines : what was found so far, key to line
    counts : number of the last entry of every array of tables
    opened : path and, for arrays, number of the entry, of every open bracket of a value
    header : path of the table that the last header opened
    current : path of the last key
    parts : parts of the key that is being read
    in_value : right of an equals sign
    brackets : of a header, open at the moment; ``array`` when it has two
    """

    lines: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    opened: list[tuple[str, int | None]] = field(default_factory=list)
    header: str = ""
    current: str = ""
    parts: list[str] = field(default_factory=list)
    in_value: bool = False
    brackets: int = 0


def key_lines(text: str) -> dict[str, int]:
    """Line of every key and table of a TOML text that parses, e.g. ``{"target.capacity": 3}``.

    Entries of arrays are ``"layers[0].name"``, as in the messages of `fabplan.records`.
    """
    scan, line = _Scan(), 1
    for match in TOKEN.finditer(text.replace("\r\n", "\n")):
        token = match.group()
        if not scan.opened and not scan.in_value and token in ("[", "]"):
            _header(scan, token, line)
        elif scan.in_value or token in ("}", ","):
            _value(scan, token)
        elif token == "=":
            base = scan.opened[-1][0] if scan.opened else scan.header
            scan.current = ".".join([*([base] if base else []), *scan.parts])
            scan.lines.setdefault(scan.current, line)
            scan.parts, scan.in_value = [], True
        elif token not in ".\n" and not token.startswith("#") and token.strip():
            scan.parts.append(token.strip("\"'"))
        if token == "\n" and not scan.opened:
            scan.parts, scan.in_value, scan.brackets = [], False, 0
        line += token.count("\n")
    return scan.lines


def _header(scan: _Scan, token: str, line: int) -> None:
    """A bracket of ``[table]`` or ``[[array]]``."""
    if token == "[":
        scan.brackets += 1
        return
    if scan.parts:
        scan.header = _entered(".".join(scan.parts), scan.counts, scan.brackets == 2)
        scan.lines.setdefault(scan.header, line)
        scan.lines.setdefault(scan.header.removesuffix("[0]"), line)
        scan.parts = []
    scan.brackets -= 1


def _value(scan: _Scan, token: str) -> None:
    """A token right of an equals sign, or one that ends an inline table."""
    in_array = bool(scan.opened) and scan.opened[-1][1] is not None
    if token == "[":
        scan.opened.append((scan.current, 0))
    elif token == "{":
        path, number = scan.opened[-1] if in_array else (scan.current, None)
        scan.opened.append((scan.current if number is None else f"{path}[{number}]", None))
        scan.in_value = False
    elif token in ("]", "}") and scan.opened:
        scan.current = scan.opened.pop()[0]
        scan.in_value = True
    elif token == "," and in_array:
        path, number = scan.opened[-1]
        scan.opened[-1] = (path, (number or 0) + 1)
        scan.current = path
    elif token == ",":
        scan.parts, scan.in_value = [], False


def _entered(path: str, counts: dict[str, int], is_array: bool) -> str:
    """Path of a table header with the numbers of the array entries it lies in."""
    parts = path.split(".")
    for number in range(len(parts) - 1, 0, -1):
        start = ".".join(parts[:number])
        inner = _entered(start, counts, False) if start not in counts else f"{start}[{counts[start]}]"
        if inner != start:
            path = ".".join([inner, *parts[number:]])
            break
    if not is_array:
        return path
    counts[path] = counts.get(path, -1) + 1
    return f"{path}[{counts[path]}]"


def line_of(text: str, key: str) -> int | None:
    """Line of a dotted key, of the nearest table around it when it does not stand there itself.

    Parameters
    ----------
    text : the TOML text
    key : e.g. ``"target.capacity"`` or ``"layers[1].name"``
    """
    lines = key_lines(text)
    while key:
        if key in lines:
            return lines[key]
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return None


def with_lines(problems: Iterable[Problem], where: str, text: str) -> tuple[Problem, ...]:
    """The same problems with ``"file: key"`` made ``"file:line: key"`` where the line is known."""
    found = []
    for problem in problems:
        key = problem.where.removeprefix(f"{where}: ")
        line = line_of(text, key) if key != problem.where else None
        found.append(replace(problem, where=f"{where}:{line}: {key}") if line else problem)
    return tuple(found)
