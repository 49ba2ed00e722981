"""The plates of a wafer read back: its dies are the plates, as many and where the map says, on the wafer, apart."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding
from fabplan.geometry.region import NANOMETRE, Region, bounds, joined
from fabplan.readers.guarded import decoded, read_bytes
from fabplan.readers.mask_cells import MaskCells, read_cells
from fabplan.verify._regions import differ, tidied
from fabplan.verify._unfold import unfolded

CELL, FRAME, COUPON, TEST, PREFIX = "cell", "frame", "coupon", "test", "die-"
MOST_BYTES = 4 << 20
MOST_DIES = 5_000
ONE = 1.5  # nm: the map says places to the nanometre
Places = Mapping[str, NDArray[np.int64]]


def verify_wafer(masks: Path, expected: Mapping[int, Region], plan: Mapping[str, Any]) -> Iterator[Finding]:
    """``wafer-differs``: GDSII, OASIS and map of a wafer against the plates and plan.json.

    Parameters
    ----------
    masks : folder of the mask files
    expected : number -> plate after bias
    plan : content of plan.json
    """
    wafer, paths = plan.get("wafer"), sorted(masks.glob("*_wafer.gds"))
    if not isinstance(wafer, dict):
        return
    if not paths:
        yield _fault("masks", "plan.json has a wafer, the file of its plates is missing")
        return
    stem = paths[0].with_suffix("")
    try:
        file = read_cells(paths[0])
        places = _places(file, paths[0].name)
        yield from _dies(file, expected)
        yield from _map(stem.with_name(f"{stem.name}_map.csv"), places, wafer)
        yield from _on_the_wafer(file, places, wafer)
        yield from _same(file, places, read_cells(stem.with_suffix(".oas")))
    except BadInput as fault:
        yield from (Finding("masks-unreadable", "error", f"masks/{p.where}", str(p)) for p in fault.problems)
    except (AttributeError, KeyError, TypeError, ValueError):
        yield _fault("plan.json", "the wafer of plan.json makes no sense")


def _drawn(file: MaskCells, kind: str) -> dict[tuple[int, int], Region]:
    """Polygons of the cell of one kind of die with all that is below it."""
    names = tuple(name for name in file.cells if _plain(name) == PREFIX + kind)
    return unfolded(MaskCells(names, file.cells), kind)


def _plain(name: str) -> str:
    """A cell's name as plan.json writes kinds: mask shops want upper case without hyphens."""
    return name.lower().replace("_", "-")


def _places(file: MaskCells, where: str) -> Places:
    """Kind of die -> where its origins lie, shape (dies, 2) [nm].

    Raises
    ------
    BadInput : more than one top cell, a turned die, too many dies
    """
    if len(file.tops) != 1:
        raise BadInput(Problem("a wafer has one top cell", where, f"{len(file.tops)}"))
    found: dict[str, list[tuple[int, int]]] = {}
    for place in file.cells[file.tops[0]].places:
        plain = place.angle == 0 and not place.mirrored and place.magnification == 1
        name = _plain(place.cell)
        if not name.startswith(PREFIX) or not plain or place.columns * place.rows > MOST_DIES:
            raise BadInput(Problem("a die is turned, or there are too many", where, place.cell[:40]))
        steps = product(range(place.columns), range(place.rows))
        own = found.setdefault(name.removeprefix(PREFIX), [])
        own += [(place.x + i * place.step_x, place.y + j * place.step_y) for i, j in steps]
    # a test die is a frame alone
    others = {origin for kind, own in found.items() if kind != FRAME for origin in own}
    found[TEST] = [origin for origin in found.get(FRAME, []) if origin not in others]
    return {kind: np.array(sorted(own), np.int64).reshape(-1, 2) for kind, own in found.items() if own}


def _dies(file: MaskCells, expected: Mapping[int, Region]) -> Iterator[Finding]:
    """A cell's die and what frames it are the plates."""
    drawn = [_drawn(file, kind) for kind in (CELL, FRAME)]
    numbers = {layer for one in drawn for layer, _ in one}
    for number in sorted(numbers | expected.keys()):
        made = tidied(joined(one[number, 0] for one in drawn if (number, 0) in one))
        if number not in expected or differ(made, expected[number]):
            yield _fault(f"plate {number}", f"plate {number} of the wafer's die is not its layers after bias")


def _map(path: Path, places: Places, wafer: Mapping[str, Any]) -> Iterator[Finding]:
    """The map names the same dies at the same places, shifted alike; plan.json counts as many."""
    text = decoded(read_bytes(path, MOST_BYTES, path.name), path.name)
    try:
        rows = [row for row in csv.DictReader(text.splitlines(), strict=True) if row["kind"]]
        told = {(row["kind"], float(row["x_m"]) / NANOMETRE, float(row["y_m"]) / NANOMETRE) for row in rows}
    except (KeyError, TypeError, ValueError, csv.Error) as fault:
        raise BadInput(Problem("the map of the wafer cannot be read", path.name, str(fault)[:80])) from fault
    counts = Counter(kind for kind, _, _ in told)
    drawn = {kind: len(origins) for kind, origins in places.items() if kind != FRAME}
    if counts != drawn or drawn != {str(kind): int(number) for kind, number in wafer["dies"].items()}:
        yield _fault(path.name, f"the file draws {_said(drawn)}, the map names {_said(counts)}")
        return
    framed = np.concatenate([np.empty((0, 2), np.int64), *(places[kind] for kind in drawn if kind != COUPON)])
    if FRAME in places and set(map(tuple, framed.tolist())) != set(map(tuple, places[FRAME].tolist())):
        yield _fault(path.name, "marks and tests of the wafer do not stand around the dies")
    middles = {kind: np.array(sorted((x, y) for own, x, y in told if own == kind)) for kind in counts}
    shifts = np.concatenate([middles[kind] - places[kind] for kind in sorted(counts)])
    if len(shifts) and float(np.abs(shifts - shifts[0]).max()) > ONE:
        yield _fault(path.name, "dies do not lie where the map of the wafer says")


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items())) or "no dies"


def _on_the_wafer(file: MaskCells, places: Places, wafer: Mapping[str, Any]) -> Iterator[Finding]:
    """Every die lies inside of the edge exclusion, and none on another."""
    radius = (float(wafer["diameter_m"]) / 2 - float(wafer["edge_exclusion_m"])) / NANOMETRE
    boxes = []
    for kind, origins in places.items():
        regions = [region for region in _drawn(file, FRAME if kind == TEST else kind).values() if region]
        if kind == FRAME or not regions:
            continue
        box = bounds(joined(regions))
        boxes.append(np.tile(origins, 2) + np.array(box))
        corners = [np.hypot(origins[:, 0] + box[i], origins[:, 1] + box[j]) for i in (0, 2) for j in (1, 3)]
        if float(np.max(corners)) > radius + ONE:
            beyond = math.ceil(np.max(corners) - radius)
            yield _fault(f"die {kind}", f"a die reaches {beyond} nm past the usable radius")
    every = np.concatenate(boxes) if boxes else np.empty((0, 4))
    for k in range(len(every)):
        rest = every[k + 1 :]
        if bool(((rest[:, :2] < every[k, 2:]) & (rest[:, 2:] > every[k, :2])).all(axis=1).any()):
            yield _fault("wafer", "two dies of the wafer overlap")
            return


def _same(file: MaskCells, places: Places, other: MaskCells) -> Iterator[Finding]:
    """The OASIS file draws the same dies at the same places."""
    its = _places(other, "OASIS")
    same = its.keys() == places.keys() and all(np.array_equal(its[kind], places[kind]) for kind in places)
    for kind in places if same else ():
        one, two = (_drawn(one, kind) for one in (file, other))
        same = same and not any(differ(one.get(p, Region()), two.get(p, Region())) for p in one.keys() | two.keys())
    if not same:
        yield _fault("wafer", "OASIS and GDSII of the wafer differ")


def _fault(where: str, text: str) -> Finding:
    return Finding("wafer-differs", "error", where, text)
