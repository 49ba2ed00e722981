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
def _groups() -> Bytes:
    """The ten thousand groups of four digits, shape (10000, 4)."""
    digits = np.arange(10_000)[:, None] // np.array([1000, 100, 10, 1]) % 10
    text: Bytes = (digits + ord("0")).astype(np.uint8)
    return text


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
    text = np.zeros((len(steps), 1 + width + 1 + decimals if decimals else 1 + width), np.uint8)
    text[steps < 0, 0] = ord("-")
    text[:, 1 : 1 + width] = _digits(whole, width)
    for place in range(width - 1):
        text[whole < 10 ** (width - 1 - place), 1 + place] = 0
    if decimals:
        text[:, 1 + width] = ord(".")
        text[:, 2 + width :] = _digits(fraction, decimals)
    return text


def _digits(numbers: Integers, width: int) -> Bytes:
    """The last ``width`` digits of whole numbers, shape (N, width)."""
    groups = -(-width // 4)
    text = np.empty((len(numbers), 4 * groups), np.uint8)
    rest = numbers
    for group in range(groups - 1, 0, -1):
        above = rest // rest.dtype.type(10_000)
        text[:, 4 * group : 4 * group + 4] = _groups()[rest - above * rest.dtype.type(10_000)]
        rest = above
    text[:, :4] = _groups()[rest % rest.dtype.type(10_000)]
    return text[:, 4 * groups - width :]


def filled(template: str, columns: Mapping[str, Bytes | str], rows: int) -> Bytes:
    """A template as one line a row with zero-byte padding, shape (rows, width); the line's end included.

    ``columns`` gives text for placeholders that are equal in all rows, characters (rows, w) for the others.
    """
    parts: list[Bytes] = []
    for literal, name, _, _ in string.Formatter().parse(template + "\n"):
        value = columns[name] if name is not None else ""
        text = literal + value if isinstance(value, str) else literal
        if text:
            parts.append(np.broadcast_to(np.frombuffer(text.encode("ascii"), np.uint8), (rows, len(text))))
        if not isinstance(value, str):
            parts.append(value)
    return np.concatenate(parts, axis=1)


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
