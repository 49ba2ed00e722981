"""Text of machine programs: dialect templates, clean comments, and fast fixed-point numbers.

Numbers are written from whole steps of the last decimal: no exponent, no negative zero, no rounding
that depends on the printer of floats.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fabplan.catalog.types import Dialect
from fabplan.errors import BadInput, Problem, listed, nearest

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

#: template of a dialect -> placeholders that it may hold, placeholders that it must hold
PLACEHOLDERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "comment": (("text",), ("text",)),
    "prologue": (("tool", "valve"), ()),
    "epilogue": (("tool", "valve"), ()),
    "travel": (("x", "y", "z", "feed"), ("x", "y")),
    "travel_z": (("z", "feed"), ("z",)),
    "print_move": (("x", "y", "z", "feed"), ("x", "y", "feed")),
    "valve_on": (("valve",), ()),
    "valve_off": (("valve",), ()),
    "valves_off": (("valve",), ()),
    "dwell": (("seconds", "milliseconds"), ()),
    "pressure": (("pressure_kPa", "pressure_psi"), ()),
    "pause": (("text",), ()),
}
REQUIRED = ("valve_on", "valve_off", "valves_off", "pause")
TRANSLATION = str.maketrans(
    {"µ": "u", "μ": "u", "²": "2", "³": "3", "·": "*", "±": "+/-", "×": "x", "–": "-", "Ω": "ohm"}
)


def check_dialect(dialect: Dialect) -> list[Problem]:
    """All faults of a dialect's templates; empty when programs can be written with it."""
    where = f"dialects/{dialect.id}.toml"
    problems = []
    for key in PLACEHOLDERS:
        for text in _templates(dialect, key):
            problems += _check_template(text, key, f"{where}: {key}", dialect.line_length)
    problems += [Problem("nothing to write", f"{where}: {key}") for key in REQUIRED if not getattr(dialect, key)]
    if not dialect.extension.isalnum() or not dialect.extension.isascii():
        given = repr(dialect.extension)
        problems.append(Problem("not an extension", f"{where}: extension", given, "letters and digits"))
    closing = dialect.comment.partition("{text}")[2].strip()
    if any(c not in dialect.comment_drops for c in closing):
        allowed = f"{closing!r} among them, or a comment could end early"
        given = repr(dialect.comment_drops)
        problems.append(Problem("a character is missing", f"{where}: comment_drops", given, allowed))
    if ("{seconds}" in dialect.dwell) == ("{milliseconds}" in dialect.dwell):
        allowed = "{seconds} or {milliseconds}"
        problems.append(Problem("one unit of time is needed", f"{where}: dwell", dialect.dwell, allowed))
    return problems + check_outputs(dialect.valves, f"{where}: valves")


def check_outputs(valves: Sequence[str], where: str) -> list[Problem]:
    """Names of outputs become part of a program line: one short word each."""
    return [
        Problem("not an output", where, repr(valve)[:60], "letters, digits, point, underscore")
        for valve in valves
        if not re.fullmatch(r"[A-Za-z0-9._]{1,32}", valve)
    ]


def _templates(dialect: Dialect, key: str) -> tuple[str, ...]:
    given = getattr(dialect, key)
    return (given,) if isinstance(given, str) else tuple(given)


def _check_template(text: str, key: str, where: str, line_length: int) -> list[Problem]:
    allowed, needed = PLACEHOLDERS[key]
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError as fault:
        return [Problem(f"braces do not match ({fault})", where, repr(text)[:60])]
    names = [name for _, name, _, _ in pieces if name is not None]
    problems = [
        Problem("unknown placeholder", where, name, listed(allowed) or "none", nearest(name, allowed))
        for name in names
        if name not in allowed
    ]
    if any(spec or conversion for _, _, spec, conversion in pieces):
        problems.append(Problem("a placeholder with a format", where, repr(text)[:60], "a bare name in braces"))
    missing = [name for name in needed if name not in names]
    problems += [Problem("a placeholder is missing", where, repr(text)[:60], f"{{{name}}}") for name in missing]
    if not text.isascii() or not text.isprintable():
        problems.append(Problem("not plain ASCII on one line", where, repr(text)[:60]))
    if line_length and len(text) > line_length:
        problems.append(Problem("a line is too long", where, str(len(text)), f"at most {line_length}"))
    return problems


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
    whole, fraction = np.divmod(np.abs(steps), 10**decimals)
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
        rest, last = np.divmod(rest, 10_000)
        text[:, 4 * group : 4 * group + 4] = _groups()[last]
    text[:, :4] = _groups()[rest % 10_000]
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


def output_of(dialect: Dialect, machine_valves: Sequence[str], tool: int) -> str:
    """Output of the valve of a head: the machine's, else the dialect's, else the number of the head.

    Raises
    ------
    BadInput : the head is beyond the outputs that are named, or an output is no plain word
    """
    valves = tuple(machine_valves) or dialect.valves
    if not valves:
        return str(tool)
    if tool >= len(valves):
        where = f"dialects/{dialect.id}.toml: valves"
        raise BadInput(Problem(f"no valve output for head {tool}", where, listed(valves), f"{tool + 1} outputs"))
    problems = check_outputs(valves, "valves of the machine")
    if problems:
        raise BadInput(problems)
    return valves[tool]
