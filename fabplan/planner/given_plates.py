"""Plates that exist, held against the plates that the plan would draw."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.findings import Finding
from fabplan.geometry.region import NANOMETRE, Region, translated
from fabplan.layout.existing import Difference, differences, drawn, moved_apart
from fabplan.layout.types import Existing, Mask
from fabplan.layout.words import at, microns
from fabplan.planner.given import Given, GivenPlate
from fabplan.readers.gds import MOST_BYTES, MaskFile, read_gds, read_oasis
from fabplan.readers.guarded import read_bytes
from fabplan.readers.mask_cells import SUFFIXES

MOST_POLYGONS, MOST_POINTS = 100_000, 1_000_000  # when flat: they are compared polygon by polygon


def with_existing(masks: Sequence[Mask], given: Given) -> tuple[Mask, ...]:
    """The plates, those that exist marked so; whether they fit is said by `given_findings`."""
    wanted = {mask.number: one for one in given.plates for mask in masks if is_meant(mask, one)}
    return tuple(
        dataclasses.replace(mask, existing=_existing(wanted[mask.number])) if mask.number in wanted else mask
        for mask in masks
    )


def is_meant(mask: Mask, one: GivenPlate) -> bool:
    """Whether a given plate shall be this one of the plan."""
    return one.plate in (mask.name, str(mask.number))


def given_findings(masks: Sequence[Mask], given: Given) -> Iterator[Finding]:
    """``given-plate-*``: given plates that are none of the plan's, hold something else, or could not be compared.

    Raises
    ------
    BadInput : a file cannot be read or lacks a named layer
    """
    for one in given.plates:
        mask = next((mask for mask in masks if is_meant(mask, one)), None)
        if mask is None:
            names = [f"{mask.name} (or {mask.number})" for mask in masks]
            near = nearest(one.plate, [mask.name for mask in masks])
            yield Finding(
                "given-plate-unused", "error", "given.masks",
                f"the plan has no plate {one.plate}; it has {listed(names) if names else 'none'}",
                change=f"plate = {near!r}" if near else "take the entry away",
            )  # fmt: skip
        else:
            yield from _held_against(mask, one, given.tolerance)


def _held_against(mask: Mask, one: GivenPlate, tolerance: int) -> Iterator[Finding]:
    where, called = f"plate {mask.number} ({mask.name})", _existing(one).label
    if one.line and mask.smallest_dimension is not None:
        apart = abs(one.line - mask.smallest_dimension)
        if apart > 2 * tolerance * NANOMETRE:  # both edges of a line may be off
            yield Finding(
                "given-plate-differs", "error", where,
                f"the narrowest line on {called} is {microns(one.line)}, the plan draws "
                f"{microns(mask.smallest_dimension)} on {where}",
                one.line, mask.smallest_dimension, "m", CHANGE,
            )  # fmt: skip
    if not one.file:
        yield Finding(
            "given-plate-not-compared", "warning", where,
            f"{called} is used as {where}, and nobody has its file: only its narrowest line was compared",
            change="given.masks file = the GDSII or OASIS file that it was made from",
        )  # fmt: skip
        return
    plate = translated(_region(one), *one.move)
    if not plate:
        yield Finding("given-plate-differs", "error", where, f"{called} holds nothing on the layers named")
        return
    found = differences(mask.region, plate, tolerance)
    move = moved_apart(mask.region, plate)
    fits = bool(found) and move != (0, 0) and not differences(mask.region, translated(plate, *move), tolerance)
    yield from (_differs(where, called, one, place, tolerance, move if fits else None) for place in found[:1])


CHANGE = "order the plate new, or pin the sizes in [parameters] to those of the plan that the plate was made for"


def _differs(
    where: str, called: str, one: GivenPlate, place: Difference, tolerance: int, move: tuple[int, int] | None
) -> Finding:
    """The largest difference in words; ``move`` [nm] is the way that would make both the same."""
    lacking = "the plan draws what the plate lacks" if place.lacks == "plate" else "the plate has what the plan lacks"
    text = (
        f"{called} is not {at(where, (place.x, place.y))}: {lacking}, {microns(place.width)} x "
        f"{microns(place.height)} there, {place.places} place{'s' * (place.places != 1)} and "
        f"{place.area * 1e6:.3g} mm2 in all, edges compared to {tolerance} nm"
    )
    change = CHANGE
    if move is not None:
        x, y = ((old + step) * 1e-3 for old, step in zip(one.move, move, strict=True))
        text += "; moved, both are the same"
        change = f'given.masks move = ["{x:g} um", "{y:g} um"]'
    return Finding("given-plate-differs", "error", where, text, place.area, 0.0, "m2", change)


def _region(one: GivenPlate) -> Region:
    """What the named layers of the file cover.

    Raises
    ------
    BadInput : it cannot be read, or a layer is not in it
    """
    path = Path(one.file)
    read = read_gds if SUFFIXES[path.suffix.lower()] == "gds" else read_oasis
    file = read(path, MOST_POLYGONS, MOST_POINTS)
    pairs = _pairs(file, one, path.name)
    return drawn(
        file.layers[pair].points[start:end]
        for pair in pairs
        for start, end in zip(file.layers[pair].starts[:-1], file.layers[pair].starts[1:], strict=True)
    )


def _pairs(file: MaskFile, one: GivenPlate, where: str) -> list[tuple[int, int]]:
    if not one.layers:
        return sorted(file.layers)
    found, problems = set[tuple[int, int]](), []
    for layer, datatype in one.layers:
        own = {pair for pair in file.layers if pair[0] == layer and datatype in (None, pair[1])}
        if not own:
            shown = f"{layer}" if datatype is None else f"{layer}/{datatype}"
            known = listed([f"{first}/{second}" for first, second in sorted(file.layers)], 20)
            problems.append(Problem("no such layer in the file", f"{where}: given.masks layers", shown, known))
        found |= own
    if problems:
        raise BadInput(problems)
    return sorted(found)


def _existing(one: GivenPlate) -> Existing:
    """How people find it; its file by name and digest, so that the plan says what was compared."""
    name = Path(one.file).name if one.file else ""
    digest = hashlib.sha256(read_bytes(one.file, MOST_BYTES, name)).hexdigest() if one.file else ""
    return Existing(one.label or name or f"the plate given as {one.plate}", name, digest)
