"""A plate of a Gerber file: regions, flashes of rectangles, step and repeat; everything else is refused by name.

Facts of the format: Ucamco, The Gerber Layer Format Specification, revision 2023.03: commands (4), regions (4.10),
step and repeat (4.11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.readers.gds import MOST_BYTES, Shapes
from fabplan.readers.guarded import decoded, read_bytes
from fabplan.readers.mask_cells import MaskCell, MaskCells

MOST_VERTICES = 4_000_000
FARTHEST = 1 << 32  # nanometres, 4.3 m
UNITS = {"MM": 1_000_000, "IN": 25_400_000}  # nanometres
Point = tuple[int, int]
_FORMAT = re.compile(r"FS([LT])([AI])X([0-6])([3-6])Y([0-6])([3-6])")
_REPEAT = re.compile(r"SR(?:X(\d+)Y(\d+)I([0-9.]+)J([0-9.]+))?")
_APERTURE = re.compile(r"ADD(\d+)([A-Za-z_.$][\w.$]*)(?:,([0-9.X+-]+))?")
_STEP = re.compile(r"(?:G0*([0-9]+))?(?:X([+-]?\d+))?(?:Y([+-]?\d+))?(?:D0*(\d+))?")


@dataclass
class _State:
    """What is known while the commands go by."""

    unit: int = 0
    decimals: int = 0
    at: Point = (0, 0)
    aperture: int = 0
    apertures: dict[int, Point] = field(default_factory=dict)
    lattice: tuple[int, int, int, int] = (1, 1, 0, 0)
    region: bool = False
    ring: list[Point] = field(default_factory=list)
    rings: list[list[Point]] = field(default_factory=list)
    lattices: list[tuple[int, int, int, int]] = field(default_factory=list)
    vertices: int = 0
    off_grid: int = 0
    done: bool = False


def read_plate_gerber(path: Path) -> MaskCells:
    """One cell called after the file, its shapes on layer 0.

    Raises
    ------
    BadInput : broken, cut off, or with something that is not read (strokes, arcs, clear polarity, macros)
    """
    where = path.name
    text = decoded(read_bytes(path, MOST_BYTES, where), where)
    state = _State()
    for line, word, extended in _commands(text, where):
        if state.done:
            raise _fault("a command follows the end of the file", where, line)
        try:
            _extended(word, state) if extended else _word(word, state)
        except (ValueError, OverflowError) as fault:
            raise _fault(str(fault) or "a command makes no sense", where, line, word) from fault
    if not state.done:
        raise BadInput(Problem("not a sound Gerber file: it ends before its end command", where))
    points = np.array([point for ring in state.rings for point in ring], np.int64).reshape(-1, 2)
    starts = np.concatenate([[0], np.cumsum([len(ring) for ring in state.rings])]).astype(np.int64)
    shapes = Shapes(points, starts, np.array(state.lattices, np.int64).reshape(-1, 4))
    cell = MaskCell(path.stem, {(0, 0): shapes} if state.rings else {}, (), 0, 0, 0, state.off_grid)
    return MaskCells((path.stem,), {path.stem: cell})


def _commands(text: str, where: str) -> Iterator[tuple[int, str, bool]]:
    """Line, word and whether it stands between per cent signs."""
    line, at, size = 1, 0, len(text)
    while at < size:
        if text[at].isspace():
            line += text[at] == "\n"
            at += 1
            continue
        extended = text[at] == "%"
        end = text.find("*%" if extended else "*", at + extended)
        if end < 0:
            raise _fault("a command does not end", where, line)
        word = text[at + extended : end]
        yield line, word.replace("\r", "").replace("\n", ""), extended
        line += word.count("\n")
        at = end + (2 if extended else 1)


def _extended(word: str, state: _State) -> None:
    """A command between per cent signs.

    Raises
    ------
    ValueError : it is not read, or makes no sense
    """
    if word[:2] in ("TF", "TA", "TO", "TD", "LN", "IN") or word in ("LPD", "LMN", "LR0.0", "LS1.0", "IPPOS"):
        return
    if word[:2] == "MO" and word[2:] in UNITS:
        state.unit = UNITS[word[2:]]
    elif found := _FORMAT.fullmatch(word):
        if found[1] != "L" or found[2] != "A" or found[4] != found[6]:
            raise ValueError("only absolute coordinates without leading zeros are read")
        state.decimals = int(found[4])
    elif found := _REPEAT.fullmatch(word):
        steps = found.groups()
        if steps[0] is None:
            state.lattice = (1, 1, 0, 0)
        else:
            columns, rows = max(int(steps[0]), 1), max(int(steps[1]), 1)
            state.lattice = (columns, rows, _length(steps[2], state), _length(steps[3], state))
    elif found := _APERTURE.fullmatch(word):
        sizes = (found[3] or "").split("X")
        # other apertures may be defined as long as nothing is drawn with them
        if found[2] == "R" and len(sizes) == 2:
            state.apertures[int(found[1])] = _length(sizes[0], state), _length(sizes[1], state)
    else:
        raise ValueError(f"{word[:20]!r} is not read: only positive regions and rectangles are")


def _word(word: str, state: _State) -> None:
    """A plain command.

    Raises
    ------
    ValueError : it is not read, or makes no sense
    """
    if word.startswith(("G04", "G4")) and not word.startswith("G40"):
        return
    if word in ("M02", "M2", "M00"):
        if state.region:
            raise ValueError("the file ends inside a region")
        state.done = True
        return
    found = _STEP.fullmatch(word)
    if found is None:
        raise ValueError(f"{word[:20]!r} is not read")
    if found[1] is not None:
        _mode(int(found[1]), state)
    if found[4] is not None and int(found[4]) >= 10:
        state.aperture = int(found[4])
    elif found[4] is not None or found[2] or found[3]:
        x, y = (_coordinate(text, old, state) for text, old in zip(found.group(2, 3), state.at, strict=True))
        _draw(int(found[4] or 1), (x, y), state)


def _mode(code: int, state: _State) -> None:
    if code == 36 and not state.region:
        state.region = True
    elif code == 37 and state.region:
        _close(state)
        state.region = False
    elif code not in (1, 75):
        raise ValueError(f"G{code:02d} is not read: only straight lines are")


def _draw(operation: int, place: Point, state: _State) -> None:
    """Move, line or flash."""
    if state.region and operation == 2:
        _close(state)
        state.ring = [place]
    elif state.region and operation == 1:
        if not state.ring:
            raise ValueError("a contour without a start")
        state.ring.append(place)
        state.vertices += 1
    elif not state.region and operation == 3:
        _flash(place, state)
    elif operation == 1:
        raise ValueError("a stroke: only regions and flashes are read")
    elif operation != 2:
        raise ValueError("a flash inside a region")
    if state.vertices > MOST_VERTICES:
        raise ValueError("too many vertices")
    state.at = place


def _flash(place: Point, state: _State) -> None:
    if state.aperture not in state.apertures:
        raise ValueError(f"a flash with aperture D{state.aperture}, which is no rectangle")
    width, height = state.apertures[state.aperture]
    x, y = place[0] - width // 2, place[1] - height // 2
    state.off_grid += 4 * bool(width % 2 or height % 2)
    _add([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], state)


def _close(state: _State) -> None:
    """A contour ends; it must come back to its start."""
    ring, state.ring = state.ring, []
    if not ring:
        return
    if ring[0] != ring[-1] or len(ring) < 4:
        raise ValueError("a contour is not closed")
    _add(ring[:-1], state)


def _add(ring: list[Point], state: _State) -> None:
    state.rings.append(ring)
    state.lattices.append(state.lattice)
    state.vertices += len(ring)


def _coordinate(text: str | None, old: int, state: _State) -> int:
    if not state.unit or not state.decimals:
        raise ValueError("a coordinate before unit and format")
    if text is None:
        return old
    whole, rest = divmod(int(text[:20]) * state.unit, 10**state.decimals)
    state.off_grid += bool(rest)
    return _near(whole + (2 * rest >= 10**state.decimals))


def _length(text: str, state: _State) -> int:
    if not state.unit:
        raise ValueError("a length before the unit")
    value = float(text) * state.unit
    if not 0 <= value <= FARTHEST:
        raise ValueError("a length is out of range")
    return round(value)


def _near(value: int) -> int:
    if abs(value) > FARTHEST:
        raise ValueError("a coordinate is out of range")
    return value


def _fault(what: str, where: str, line: int, word: str = "") -> BadInput:
    return BadInput(Problem(f"not a Gerber file that is read here: {what}", f"{where}:{line}", word[:40] or None))
