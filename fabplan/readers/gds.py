"""Mask files of anyone, read safely: structure first, then gdstk in a child process with limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.geometry.region import FLAT_CAP
from fabplan.readers import _oasis_records
from fabplan.readers._gds_records import MOST_POINTS, checked
from fabplan.readers.guarded import read_bytes

MOST_BYTES = 64 << 20
WALL_CLOCK = 30.0  # seconds
CHILD = Path(__file__).with_name("_gds_child.py")
OASIS_MAGIC, OASIS_END = _oasis_records.MAGIC, _oasis_records.END_SIZE
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Outlines:
    """N polygons; polygon k owns rows ``starts[k]`` up to ``starts[k + 1]`` of ``points`` [nm].

    ``points`` has shape (P, 2), ``starts`` shape (N + 1,); the last vertex does not repeat the first.
    """

    points: Integers
    starts: Integers

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True)
class Shapes:
    """N polygons of one (layer, datatype) of a cell.

    Parameters
    ----------
    points : vertices of all, shape (P, 2) [nm]; the last vertex does not repeat the first
    starts : polygon k owns rows ``starts[k]`` up to ``starts[k + 1]``, shape (N + 1,)
    lattices : columns, rows and their steps in x and y [nm], shape (N, 4)
    """

    points: Integers
    starts: Integers
    lattices: Integers

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True)
class MaskFile:
    """Names of the top cells, and flat polygons by (layer, datatype)."""

    tops: tuple[str, ...]
    layers: Mapping[tuple[int, int], Outlines]


def read_gds(path: Path, most: int = FLAT_CAP, most_points: int = MOST_POINTS) -> MaskFile:
    """Flat polygons of a GDSII file.

    Raises
    ------
    BadInput : the file cannot be read, is broken, too large, or holds more than ``most`` polygons or ``most_points``
        points when flat
    """
    data = read_bytes(path, MOST_BYTES, path.name)
    checked(data, path.name, most, most_points)
    return _in_child("gds", path, most)


def read_oasis(path: Path, most: int = FLAT_CAP, most_points: int = MOST_POINTS) -> MaskFile:
    """Flat polygons of an OASIS file; its checksum must hold where it has one.

    Raises
    ------
    BadInput : as `read_gds`
    """
    data = read_bytes(path, MOST_BYTES, path.name)
    check_oasis(data, path.name)
    _oasis_records.checked(data, path.name, most, most_points)
    return _in_child("oas", path, most)


def check_oasis(data: bytes, where: str) -> None:
    """Magic, and an END record of 256 bytes that closes the file, with its checksum.

    Facts of the format: SEMI P39. The last record has id 2 and exactly 256 bytes; it ends with the
    validation scheme 0, or 1 or 2 followed by CRC-32 or byte sum of all that stands before it.

    Raises
    ------
    BadInput : one of them does not hold
    """
    if not data.startswith(OASIS_MAGIC):
        raise BadInput(Problem("not an OASIS file", where, repr(data[:13])))
    if len(data) < len(OASIS_MAGIC) + OASIS_END or data[-OASIS_END] != 2:
        raise BadInput(Problem("the OASIS file does not close with its end record", where, f"{len(data)} bytes"))
    sums = {1: zlib.crc32(data[:-4]), 2: sum(data[:-4]) & 0xFFFFFFFF}
    scheme, stored = data[-5], int.from_bytes(data[-4:], "little")
    if (data[-1] != 0 or scheme in sums) and sums.get(scheme) != stored:
        raise BadInput(Problem("the OASIS file's checksum does not hold", where, f"{stored:08x}"))


def _in_child(kind: str, path: Path, most: int) -> MaskFile:
    """Flat polygons as the child gives them."""
    tops, cells = in_child(kind, path, most, "flat")
    layers = {pair: Outlines(s.points, s.starts) for _, shapes in cells for pair, s in shapes.items()}
    return MaskFile(tops, layers)


def in_child(
    kind: str, path: Path, most: int, how: Literal["cells", "flat"]
) -> tuple[tuple[str, ...], list[tuple[Mapping[str, Any], dict[tuple[int, int], Shapes]]]]:
    """Names of the top cells, and what the child says of each cell with its shapes.

    Raises
    ------
    BadInput : the child did not finish, not well, or makes no sense
    """
    answer = _answer(kind, path, most, how)
    try:
        return _unpacked(answer)
    except (ValueError, KeyError, TypeError) as fault:
        raise BadInput(Problem("the reader's answer makes no sense", path.name)) from fault


def _answer(kind: str, path: Path, most: int, how: str) -> bytes:
    """What the reader says, from a process that may die.

    Raises
    ------
    BadInput : it did not finish, or not well
    """
    quiet = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    system = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    command = [sys.executable, "-I", str(CHILD), kind, str(path.resolve()), str(most), how]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=WALL_CLOCK,
            env={**system, **quiet},
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise BadInput(Problem("the reader did not finish", path.name, allowed=f"{WALL_CLOCK:g} s")) from fault
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = f"signal {-done.returncode}" if done.returncode < 0 else (said[-1][:120] if said else "no reason given")
        raise BadInput(Problem("the reader stopped", path.name, why))
    return done.stdout


def _unpacked(
    answer: bytes,
) -> tuple[tuple[str, ...], list[tuple[Mapping[str, Any], dict[tuple[int, int], Shapes]]]]:
    """Arrays from the child's plain bytes.

    Raises
    ------
    ValueError, KeyError, TypeError : not what the child writes
    """
    head, _, body = answer.partition(b"\n")
    described = json.loads(head)
    numbers, at, cells = np.frombuffer(body, "<i8").astype(np.int64), 0, []
    for entry in described["cells"]:
        shapes, at = _shapes(entry, numbers, at)
        cells.append((entry, shapes))
    if at != len(numbers):
        raise ValueError("more data than described")
    return tuple(map(str, described["tops"])), cells


def _shapes(
    entry: Mapping[str, Any], numbers: Integers, at: int
) -> tuple[dict[tuple[int, int], Shapes], int]:
    """Shape groups of a cell, and where the next cell's numbers begin."""
    found = {}
    for layer, datatype, polygons, points in entry["shapes"]:
        ends = [at + polygons, at + 5 * polygons, at + 5 * polygons + 2 * points]
        counts, lattices, block = np.split(numbers[at : ends[2]], [polygons, 5 * polygons])
        if len(block) != 2 * points or int(counts.sum()) != points:
            raise ValueError("arrays do not fit their description")
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        found[(int(layer), int(datatype))] = Shapes(block.reshape(-1, 2), starts, lattices.reshape(-1, 4))
        at = ends[2]
    return found, at
