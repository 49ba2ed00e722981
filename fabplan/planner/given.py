"""The ``[given]`` table of a spec: plates that exist and shall be used instead of new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.geometry.region import nanometres
from fabplan.planner.spec_fields import positive, text
from fabplan.readers.mask_cells import SUFFIXES
from fabplan.units import parse

KEYS = ("masks", "tolerance")
PLATE_KEYS = ("plate", "file", "layers", "label", "line", "move")
TOLERANCE = 1e-9  # metres: one step of the drawing grid, which files of another grid are rounded by


@dataclass(frozen=True)
class GivenPlate:
    """A plate, screen or stencil that exists.

    Parameters
    ----------
    plate : name of the plan's plate that it shall be, or its number as text
    file : GDSII or OASIS file it was made from, ``""`` when nobody has it
    layers : pairs of that file that the plate carries, datatype None for all; empty for the whole file
    label : what is written on it
    line : its narrowest line or space [m], 0 where not given
    move : from coordinates of the file to those of the plan [nm]
    """

    plate: str
    file: str = ""
    layers: tuple[tuple[int, int | None], ...] = ()
    label: str = ""
    line: float = 0.0
    move: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Given:
    """All of the table; ``tolerance`` [nm] is by how much edges may differ."""

    plates: tuple[GivenPlate, ...] = ()
    tolerance: int = 1


def rooted(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A spec whose mask files, where relative, are looked for beside the spec."""
    table = data.get("given")
    if not isinstance(table, dict) or not isinstance(table.get("masks"), list):
        return dict(data)
    masks = [
        {**entry, "file": str(folder / entry["file"])}
        if isinstance(entry, dict) and isinstance(entry.get("file"), str)
        else entry
        for entry in table["masks"]
    ]
    return {**data, "given": {**table, "masks": masks}}


def given(table: Mapping[str, Any], where: str, problems: list[Problem]) -> Given:
    """The table read; faults are appended.

    Parameters
    ----------
    where : name of the spec and the table, for messages
    """
    tolerance = positive(table.get("tolerance"), "length", f"{where}.tolerance", problems, high=1e-4)
    masks = table.get("masks", [])
    if not isinstance(masks, list) or not all(isinstance(entry, dict) for entry in masks):
        allowed = '[[given.masks]] with plate = "collector" and file = "old.gds"'
        problems.append(Problem("not a list of tables", f"{where}.masks", repr(masks)[:60], allowed))
        masks = []
    plates = tuple(_plate(entry, f"{where}.masks[{k}]", problems) for k, entry in enumerate(masks))
    for k, one in enumerate(plates):
        if one.plate and any(one.plate == other.plate for other in plates[:k]):
            problems.append(Problem("a plate given twice", f"{where}.masks[{k}].plate", one.plate, "each once"))
    return Given(plates, max(1, nanometres(tolerance or TOLERANCE)))


def _plate(entry: Mapping[str, Any], where: str, problems: list[Problem]) -> GivenPlate:
    for key in entry:
        if key not in PLATE_KEYS:
            allowed = listed(PLATE_KEYS)
            problems.append(Problem("unknown key", f"{where}.{key}", None, allowed, nearest(str(key), PLATE_KEYS)))
    plate = entry.get("plate")
    plate = str(plate) if isinstance(plate, int) and not isinstance(plate, bool) else plate
    if plate is None:
        allowed = "name or number of a plate of the plan (masks/order.md)"
        problems.append(Problem("a key is missing", f"{where}.plate", None, allowed))
    name = text(plate, f"{where}.plate", problems) if plate is not None else ""
    label = text(entry.get("label", ""), f"{where}.label", problems, empty=True)
    line = positive(entry.get("line"), "length", f"{where}.line", problems)
    file = _file(entry.get("file"), f"{where}.file", problems)
    if "file" not in entry and line is None:
        allowed = "file of the plate, or line: the narrowest line on it"
        problems.append(Problem("nothing to hold a plate against", where, None, allowed))
    layers = _layers(entry.get("layers", []), f"{where}.layers", problems)
    return GivenPlate(name, file, layers, label, line or 0.0, _move(entry.get("move"), f"{where}.move", problems))


def _file(file: Any, where: str, problems: list[Problem]) -> str:
    """A mask file that is there; its content is read when it is compared."""
    if file is None:
        return ""
    path = text(file, where, problems)
    if path and Path(path).suffix.lower() not in SUFFIXES:
        problems.append(Problem("not known as a mask file", where, path[-60:], "ends in " + ", ".join(SUFFIXES)))
    elif path and not Path(path).is_file():
        problems.append(Problem("no such file", where, path[-60:], "a GDSII or OASIS file"))
    return path


def _layers(pairs: Any, where: str, problems: list[Problem]) -> tuple[tuple[int, int | None], ...]:
    """Pairs ``"1/0"``, or ``"1"`` for all datatypes of a layer."""
    found = []
    for entry in pairs if isinstance(pairs, list) else [pairs]:
        numbers = str(entry).split("/") if isinstance(entry, str | int) and not isinstance(entry, bool) else []
        if len(numbers) not in (1, 2) or not all(part.isascii() and part.isdigit() for part in numbers):
            problems.append(Problem("not a layer", where, repr(entry)[:40], '"1/0", "1" for all its datatypes'))
            continue
        found.append((int(numbers[0]), int(numbers[1]) if len(numbers) == 2 else None))
    return tuple(found)


def _move(pair: Any, where: str, problems: list[Problem]) -> tuple[int, int]:
    if pair is None:
        return 0, 0
    if not isinstance(pair, list) or len(pair) != 2:
        problems.append(Problem("not a way in x and y", where, repr(pair)[:60], '["1 mm", "-2 mm"]'))
        return 0, 0
    found = []
    for part in pair:
        try:
            found.append(nanometres(parse(part, "length", where)))
        except BadInput as fault:
            problems.extend(fault.problems)
            found.append(0)
    return found[0], found[1]
