"""Sources with their DOIs as links; nothing else of a source becomes one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/[A-Za-z0-9._;()/:+-]*[A-Za-z0-9])")


@dataclass(frozen=True)
class Piece:
    """Part of a source: text, and where it leads (``""`` for nowhere)."""

    text: str
    link: str


def pieces(source: str) -> tuple[Piece, ...]:
    """A source cut at its DOIs."""
    found, place = [], 0
    for match in _DOI.finditer(source):
        if match.start() > place:
            found.append(Piece(source[place : match.start()], ""))
        found.append(Piece(f"doi:{match.group(1)}", "https://doi.org/" + quote(match.group(1), safe="/")))
        place = match.end()
    if place < len(source):
        found.append(Piece(source[place:], ""))
    return tuple(found)
