"""The only way in for JSON: capped, finite numbers only, no key twice, every fault a `BadInput`."""

from __future__ import annotations

import json
import os
import re
from typing import Any, NoReturn

from fabplan.errors import BadInput, Problem
from fabplan.readers.guarded import MEGABYTE, decoded, read_bytes

LARGEST = 256 * MEGABYTE
DEEPEST = 64

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<open>")|[\[\]{}]', re.DOTALL)


def read_json(
    path: str | os.PathLike[str], limit: int = LARGEST, where: str | None = None, finite: bool = True
) -> Any:
    """Value of a JSON file.

    Parameters
    ----------
    path : the file
    limit : largest size [byte]
    where : name of the file in messages; the path as given when None
    finite : refuse NaN and infinity; False where the caller checks every number and can say which one it is

    Raises
    ------
    BadInput : not a readable file, too large, or one of the faults of `parse_json`
    """
    where = os.fspath(path) if where is None else where
    return parse_json(read_bytes(path, limit, where), where, finite)


def parse_json(data: bytes, where: str, finite: bool = True) -> Any:
    """Value of a JSON text; ``finite`` as in `read_json`.

    Raises
    ------
    BadInput : not UTF-8, nested deeper than ``DEEPEST``, not JSON, a key twice in one table, NaN or infinity
    """
    text = decoded(data, where)
    _check_depth(text, where)
    try:
        return json.loads(
            text,
            object_pairs_hook=lambda pairs: _unique(pairs, where),
            parse_constant=(lambda word: _refuse(word, where)) if finite else float,
            parse_float=(lambda digits: _finite(digits, where)) if finite else float,
        )
    except json.JSONDecodeError as fault:
        raise BadInput(Problem(f"not JSON: {fault.msg}", f"{where}:{fault.lineno}")) from None
    except (ValueError, RecursionError) as fault:
        raise BadInput(Problem(f"not JSON: {fault}", where)) from fault


def _check_depth(text: str, where: str) -> None:
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match.group("open"):
            return  # a string that does not end: the parser says where
        if token in "[{":
            depth += 1
            if depth > DEEPEST:
                line = text.count("\n", 0, match.start()) + 1
                given = f"more than {DEEPEST} levels"
                raise BadInput(Problem("nested too deep", f"{where}:{line}", given, f"at most {DEEPEST}"))
        elif token in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise BadInput(Problem("the same key twice in one table", where, repr(key)[:60]))
            seen.add(key)
    return table


def _refuse(word: str, where: str) -> NoReturn:
    raise BadInput(Problem("not a finite number", where, word, "a finite number"))


def _finite(digits: str, where: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        _refuse(digits[:40], where)
    return value
