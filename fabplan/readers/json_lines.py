"""On which line a key of a JSON text stands: for messages, after the parser has lost it."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|\n|[^\s{}\[\]:,"]+')


@dataclass
class _Open:
    """An object or list that is open: its path, and the number of its entry, None in an object."""

    path: str
    entry: int | None
    key: str = ""

    def inner(self) -> str:
        """Path of what stands here."""
        if self.entry is not None:
            return f"{self.path}[{self.entry}]"
        return f"{self.path}.{self.key}" if self.path else self.key


def key_lines(text: str) -> dict[str, int]:
    """Line of every key and list entry of a JSON text that parses, e.g. ``{"cells[0].design.h_m": 7}``."""
    found: dict[str, int] = {}
    opened: list[_Open] = []
    line, value = 1, False
    for match in _TOKEN.finditer(text):
        token = match.group()
        line += token == "\n"
        top = opened[-1] if opened else None
        if token == "\n":
            continue
        if top and top.entry is None and not value and token.startswith('"'):
            top.key = str(json.loads(token))
            found.setdefault(top.inner(), line)
            continue
        if top and top.entry is not None and token not in ",]":
            found.setdefault(top.inner(), line)
        if token in "{[":
            opened.append(_Open(top.inner() if top else "", 0 if token == "[" else None))
        elif token in "}]" and opened:
            opened.pop()
        elif token == "," and top and top.entry is not None:
            top.entry += 1
        value = token == ":" or (value and token not in ",{}[]")
    return found


@functools.lru_cache(maxsize=2)
def _key_lines(text: str) -> dict[str, int]:
    """Many faults of one file are told one after the other."""
    return key_lines(text)


def line_of(text: str, key: str) -> int | None:
    """Line of a dotted key, of the nearest object around it when it does not stand there itself."""
    lines = _key_lines(text)
    while key:
        if key in lines:
            return lines[key]
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return None
