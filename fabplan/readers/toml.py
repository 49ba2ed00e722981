"""The only way in for TOML: capped before it is parsed, every fault a `BadInput` with its line."""

from __future__ import annotations

import os
import re
import tomllib
from typing import Any

from fabplan.errors import BadInput, Problem
from fabplan.readers.guarded import MEGABYTE, decoded, read_bytes

LARGEST = MEGABYTE
DEEPEST = 64
MOST_KEY_PARTS = 16
LONGEST_WORD = 1000

# No part of the text can match in two ways, and an unclosed string ends the scan: it stays linear. Possessive
# quantifiers would say so, but they are faulty in early releases of Python 3.11.
TOKEN = re.compile(
    r'"""(?:"{0,2}(?:[^"\\]|\\.))*"{3,5}'
    r"|'''(?:'{0,2}[^'])*'{3,5}"
    r'|"(?:[^"\\\n]|\\[^\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|(?P<open>[\"'])"
    r"|[\[\]{},=.\n]"
    r"|[A-Za-z0-9_+:-]+"
    r"|[^\[\]{},=.\n\"'\#A-Za-z0-9_+:-]+",
    re.DOTALL,
)
_LINE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")


def read_toml(path: str | os.PathLike[str], where: str | None = None) -> dict[str, Any]:
    """Tables of a TOML file.

    Parameters
    ----------
    path : the file
    where : name of the file in messages; the path as given when None

    Raises
    ------
    BadInput : not a readable file, or one of the faults of `parse_toml`
    """
    where = os.fspath(path) if where is None else where
    return parse_toml(read_bytes(path, LARGEST, where), where)


def parse_toml(data: bytes, where: str) -> dict[str, Any]:
    """Tables of a TOML text.

    Size, nesting and length of dotted keys are checked by a linear scan first: a short text can
    hang a TOML parser (one dotted key with 30 000 parts) or overflow its stack.

    Parameters
    ----------
    data : UTF-8 text of at most ``LARGEST`` bytes
    where : name of the file in messages

    Raises
    ------
    BadInput : too large, too deep, not UTF-8, not TOML; with the line where it is known
    """
    if len(data) > LARGEST:
        raise BadInput(Problem("the file is too large", where, f"{len(data)} bytes", f"at most {LARGEST} bytes"))
    text = decoded(data, where).replace("\r\n", "\n")
    _check_shape(text, where)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        found = _LINE.search(str(fault))
        line = (found.group(1) or str(len(text.splitlines()))) if found else None
        what = _LINE.sub("", str(fault)).strip()
        raise BadInput(Problem(f"not TOML: {what}", f"{where}:{line}" if line else where)) from None
    except (ValueError, RecursionError, OverflowError) as fault:
        raise BadInput(Problem(f"not TOML: {fault}", where)) from fault
    _check_integers(tables, where)
    return tables


def _check_integers(tables: dict[str, Any], where: str) -> None:
    """Refuse integers beyond 64 bit: TOML has none, and Python cannot turn every one into text or a float."""
    waiting: list[tuple[str, Any]] = [(key, value) for key, value in tables.items()]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((f"{key}.{inner}", entry) for inner, entry in value.items())
        elif isinstance(value, list):
            waiting.extend((key, entry) for entry in value)
        elif isinstance(value, int) and abs(value) >= 2**63:
            given = f"{value.bit_length()} bit"
            raise BadInput(Problem("an integer is too large", f"{where}: {key}", given, "at most 64 bit"))


def _check_shape(text: str, where: str) -> None:
    """Refuse nesting and dotted keys beyond the caps, and strings that do not end."""
    depth = dots = 0
    line = 1
    for match in TOKEN.finditer(text):
        token = match.group()
        if match.group("open"):
            raise BadInput(Problem("not TOML: a string is not closed", f"{where}:{line}"))
        if token == ".":
            dots += 1
        elif token in "[]{},=\n":
            dots = 0
            depth += (token in "[{") - (token in "]}")
        if depth > DEEPEST:
            given = f"more than {DEEPEST} levels"
            raise BadInput(Problem("nested too deep", f"{where}:{line}", given, f"at most {DEEPEST}"))
        if dots >= MOST_KEY_PARTS:
            given = f"more than {MOST_KEY_PARTS} parts"
            raise BadInput(Problem("a key has too many parts", f"{where}:{line}", given, f"at most {MOST_KEY_PARTS}"))
        if len(token) > LONGEST_WORD and (token[0].isalnum() or token[0] in "_+-:"):
            given = f"{token[:20]}… ({len(token)} characters)"
            allowed = f"at most {LONGEST_WORD} characters"
            raise BadInput(Problem("a name or number is too long", f"{where}:{line}", given, allowed))
        line += token.count("\n")
