"""Plates read back in every format they were written in: each is its layers after bias, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fabplan.errors import BadInput
from fabplan.findings import Finding
from fabplan.geometry.region import Region
from fabplan.layout.masks import on_plate
from fabplan.verify._plate_files import plates_of
from fabplan.verify._regions import differ, read_design, tidied

Drawn = Mapping[tuple[int, int], Region]
NUMBER = re.compile(r"P(\d{1,6})(?:_|$)")  # of a plate, in the name of a DXF layer
GERBER = re.compile(r".*-(\d{2,6})-[a-z0-9-]+")  # likewise in the name of a Gerber file


def verify_plates(masks: Path, drawn: Drawn, plan: Mapping[str, Any]) -> Iterable[Finding]:
    """Every plate holds its layers after bias, and nothing else, in GDSII, DXF and Gerber.

    Parameters
    ----------
    masks : folder of the mask files
    drawn : the design, by (layer, datatype)
    plan : content of plan.json
    """
    plates = plan.get("masks")
    if not isinstance(plates, list) or not plates:
        return
    found = sorted(masks.glob("*_plates.gds"))
    if not found:
        yield _fault("plates-missing", "masks", "plan.json lists plates, the file of the plates is missing")
        return
    try:
        expected = {int(plate["number"]): _plate(plate, plan, drawn) for plate in plates}
    except (KeyError, TypeError, ValueError):
        yield _fault("plates", "plan.json", "the plates of plan.json make no sense")
        return
    except BadInput as fault:
        yield from _unreadable(fault)
        return
    yield from _gds(found[0], expected)
    for path in sorted(masks.glob("*_plates_um.dxf")):
        yield from _named(path, expected)
    yield from _gerber(masks, expected)


def _plate(plate: Mapping[str, Any], plan: Mapping[str, Any], drawn: Drawn) -> Region:
    pairs = {entry["name"]: (int(entry["layer"]), int(entry["datatype"])) for entry in plan["layers"]}
    return on_plate([drawn.get(pairs[name], Region()) for name in plate["layers"]], float(plate["bias_m"]))


def _gds(path: Path, expected: Mapping[int, Region]) -> Iterator[Finding]:
    try:
        made = read_design(path).layers
    except BadInput as fault:
        yield from _unreadable(fault)
        return
    for number in sorted(expected.keys() | {layer for layer, _ in made}):
        own = [region for pair, region in made.items() if pair[0] == number]
        if len(own) != 1 or number not in expected or differ(own[0], expected[number]):
            yield _fault("plates-differ", f"plate {number}", f"plate {number} is not its layers after bias")


def _named(path: Path, expected: Mapping[int, Region]) -> Iterator[Finding]:
    """A DXF file: one layer a plate, called after its number."""
    try:
        made = plates_of(path)
    except BadInput as fault:
        yield from _unreadable(fault)
        return
    found = {int(match[1]): tidied(region) for name, region in made.items() if (match := NUMBER.match(name))}
    for name in sorted(name for name in made if not NUMBER.match(name)):
        yield _fault("plates-differ", path.name, f"{path.name} draws on layer {name[:40]!r}, which is no plate")
    for number in sorted(expected.keys() | found.keys()):
        yield from _same(path, number, found.get(number), expected)


def _gerber(masks: Path, expected: Mapping[int, Region]) -> Iterator[Finding]:
    """Gerber files: one a plate, its number in its name."""
    paths = sorted((masks / "gerber").glob("*.gbr"))
    numbered = {path: match for path in paths if (match := GERBER.fullmatch(path.stem))}
    for path, match in numbered.items():
        try:
            region = next(iter(plates_of(path).values()))
        except BadInput as fault:
            yield from _unreadable(fault)
            continue
        yield from _same(path, int(match[1]), tidied(region), expected)
    if paths and {int(match[1]) for match in numbered.values()} != expected.keys():
        yield _fault("plates-missing", "masks/gerber", "the Gerber files are not one for each plate")


def _same(path: Path, number: int, region: Region | None, expected: Mapping[int, Region]) -> Iterator[Finding]:
    if region is None or number not in expected or differ(region, expected[number]):
        text = f"plate {number} in {path.name} is not its layers after bias"
        yield _fault("plates-differ", f"plate {number}", text)


def _unreadable(fault: BadInput) -> Iterator[Finding]:
    yield from (_fault("masks-unreadable", f"masks/{problem.where}", str(problem)) for problem in fault.problems)


def _fault(rule: str, where: str, message: str) -> Finding:
    return Finding(rule, "error", where, message)
