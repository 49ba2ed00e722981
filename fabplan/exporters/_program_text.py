"""Text of machine programs: filled templates, clean comments, and fast fixed-point numbers.

Numbers are written from whole steps of the last decimal: no exponent, no negative zero, no rounding
that depends on the printer of floats.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.catalog.types import Dialect

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

TRANSLATION = str.maketrans(
    {"µ": "u", "μ": "u", "²": "2", "³": "3", "·": "*", "±": "+/-", "×": "x", "–": "-", "Ω": "ohm"}
)


def clean(text: str, drops: str) -> str:
    """Text that can do no harm in a program: ASCII, one line, without the characters ``drops``."""
    plain = text.translate(TRANSLATION).encode("ascii", "replace").decode()
    return " ".join("".join(c if c.isprintable() and c not in drops else " " for c in plain).split())


def comment_lines(dialect: Dialect, text: str) -> list[str]:
    """Comment in the dialect's style, broken between words where lines must stay short."""
    room = dialect.line_length - len(dialect.comment) + len("{text}") if dialect.line_length else 10_000
    lines, line = [], ""
    for word in clean(text, dialect.comment_drops).split():
        word = word[:room]
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [dialect.comment.format(text=part) for part in (*lines, line)]


def message_lines(dialect: Dialect, text: str) -> list[str]:
    """Lines of the dialect's pause; what does not fit on the line is cut."""
    lines = []
    for template in dialect.pause:
        room = dialect.line_length - len(template) + len("{text}") if dialect.line_length else 200
        lines.append(template.format(text=clean(text, dialect.comment_drops + ";\"'")[: max(room, 0)].strip()))
    return lines


@cache
def _groups() -> NDArray[np.uint32]:
    """The ten thousand groups of four digits, the four characters of each as one word, shape (10000,)."""
    digits = np.arange(10_000)[:, None] // np.array([1000, 100, 10, 1]) % 10
    text = np.ascontiguousarray((digits + ord("0")).astype(np.uint8))
    return text.view(np.uint32).ravel()


def fixed_point(steps: Integers, decimals: int) -> Bytes:
    """Numbers as text, one a row, filled up with zero bytes that do not count.

    Parameters
    ----------
    steps : numbers in units of 10^-decimals, shape (N,)
    decimals : behind the point

    Returns
    -------
    Characters, shape (N, width); zero bytes are padding.
    """
    size = np.abs(steps)
    if int(size.max(initial=0)) < 2**32:
        size = size.astype(np.uint32)  # divides in half the time
    whole = size // size.dtype.type(10**decimals)
    fraction = size - whole * size.dtype.type(10**decimals)
    highest = int(whole.max(initial=0))
    width = max(len(str(highest)), 1)
    text = np.empty((len(steps), 1 + width + 1 + decimals if decimals else 1 + width), np.uint8)
    # column by column: rows of a few bytes are copied far slower
    np.multiply(steps < 0, np.uint8(ord("-")), out=text[:, 0])
    digits = _digits(whole, width)
    for place in range(width):
        least = 10 ** (width - 1 - place) if place < width - 1 else 0
        np.multiply(digits[:, place], whole >= least, out=text[:, 1 + place])
    if decimals:
        text[:, 1 + width] = ord(".")
        digits = _digits(fraction, decimals)
        for place in range(decimals):
            text[:, 2 + width + place] = digits[:, place]
    return text


def _digits(numbers: NDArray[Any], width: int) -> Bytes:
    """The last ``width`` digits of whole numbers, shape (N, width)."""
    groups = -(-width // 4)
    text = np.empty((len(numbers), groups), np.uint32)
    rest, step = numbers, numbers.dtype.type(10_000)
    for group in range(groups - 1, -1, -1):
        above = rest // step
        # indices in range, as numpy's own type and without a check, are read ten times as fast
        text[:, group] = _groups().take((rest - above * step).astype(np.intp), mode="clip")
        rest = above
    return text.view(np.uint8)[:, 4 * groups - width :]


def filled(template: str, columns: Mapping[str, Bytes | str], rows: int) -> Bytes:
    """A template as one line a row with zero-byte padding, shape (rows, width); the line's end included.

    ``columns`` gives text for placeholders that are equal in all rows, characters (rows, w) for the others.
    """
    parts: list[Bytes | bytes] = []
    for literal, name, _, _ in string.Formatter().parse(template + "\n"):
        value = columns[name] if name is not None else ""
        parts.append((literal + value if isinstance(value, str) else literal).encode("ascii"))
        if not isinstance(value, str):
            parts.append(value)
    text = np.empty((rows, sum(len(part) if isinstance(part, bytes) else part.shape[1] for part in parts)), np.uint8)
    place = 0
    for part in parts:
        for column in part if isinstance(part, bytes) else part.T:
            text[:, place] = column
            place += 1
    return text


def block(lines: Sequence[str]) -> Bytes:
    """Constant lines as characters, one row, line ends included."""
    return np.frombuffer("".join(f"{line}\n" for line in lines).encode("ascii"), np.uint8)[None, :]


@dataclass(frozen=True)
class Piece:
    """Text that goes to the places ``rows`` of a page; ``text`` has one row for each or one for all."""

    rows: Integers
    text: Bytes


def page(pieces: Sequence[Piece], rows: int) -> bytes:
    """Pieces put in the order of their rows; padding dropped."""
    width = max((p.text.shape[1] for p in pieces), default=0)
    paper = np.zeros((rows, width), np.uint8)
    for piece in pieces:
        paper[piece.rows, : piece.text.shape[1]] = piece.text
    return written(paper)


def written(text: Bytes) -> bytes:
    """Characters row after row, without the padding."""
    flat = text.ravel()
    kept: bytes = flat[flat != 0].tobytes()
    return kept


def chunks(counts: Integers, most: int) -> Iterator[tuple[int, int]]:
    """Ranges of items whose counts add up to about ``most``, so that a page stays small."""
    place = np.cumsum(counts) // most
    cuts = np.flatnonzero(np.diff(place)) + 1
    edges = [0, *cuts.tolist(), len(counts)]
    yield from ((a, b) for a, b in pairwise(edges) if b > a)
