"""Plates read back in every format they were written in: each is its layers after bias, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fabplan.errors import BadInput
from fabplan.findings import Finding
from fabplan.geometry.region import Region, bounds, joined
from fabplan.layout.masks import on_plate
from fabplan.layout.monitors import LABELS, TESTS
from fabplan.readers.mask_cells import MaskCells, read_cells
from fabplan.verify._plate_files import plates_of
from fabplan.verify._regions import differ, read_design, tidied
from fabplan.verify._unfold import unfolded
from fabplan.verify.pictures import verify_pictures
from fabplan.verify.wafer import verify_wafer

Drawn = Mapping[tuple[int, int], Region]
SHEET = (0, 30)  # the edge of a panel
NUMBER = re.compile(r"P(\d{1,6})(?:_|$)")  # of a plate, in the name of a DXF layer
GERBER = re.compile(r".*-(\d{2,6})-[a-z0-9-]+")  # likewise in the name of a Gerber file


def verify_plates(masks: Path, drawn: Drawn, plan: Mapping[str, Any]) -> Iterable[Finding]:
    """Every plate holds its layers after bias, and nothing else, in every format, on the wafer and on the panel.

    Plots (PDF, SVG) are held by their digests alone.

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
    flat = masks / "flat"
    for path in (found[0], *sorted(flat.glob("*_plates.gds")), *sorted(flat.glob("*_plates.oas"))):
        yield from _gds(path, expected)
    for path in (*sorted(masks.glob("*_plates_um.dxf")), *sorted(flat.glob("*_plates_um.dxf"))):
        yield from _named(path, expected)
    yield from _gerber(masks / "gerber", expected)
    cells = {int(plate["number"]): _plate(plate, plan, drawn, monitors=False) for plate in plates}
    yield from _panel(masks / "panel", cells)
    yield from verify_pictures(masks, expected)
    yield from verify_wafer(masks, expected, plan)


def _plate(plate: Mapping[str, Any], plan: Mapping[str, Any], drawn: Drawn, monitors: bool = True) -> Region:
    """A plate; without its monitors and labels it is a cell of a panel, which draws them once beside all cells."""
    pairs = {entry["name"]: (int(entry["layer"]), int(entry["datatype"])) for entry in plan["layers"]}
    own = [pairs[name] for name in plate["layers"] if monitors or pairs[name][1] not in (TESTS, LABELS)]
    return on_plate([drawn.get(pair, Region()) for pair in own], float(plate["bias_m"]))


def _gds(path: Path, expected: Mapping[int, Region]) -> Iterator[Finding]:
    try:
        made = read_design(path).layers
    except BadInput as fault:
        yield from _unreadable(fault)
        return
    for number in sorted(expected.keys() | {layer for layer, _ in made}):
        own = [region for pair, region in made.items() if pair[0] == number]
        if len(own) != 1 or number not in expected or differ(own[0], expected[number]):
            text = f"plate {number} in {path.name} is not its layers after bias"
            yield _fault("plates-differ", f"plate {number}", text)


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


def _panel(folder: Path, expected: Mapping[int, Region]) -> Iterator[Finding]:
    """A panel's cell is the plates, its copies stand apart on the sheet, and every format draws the same."""
    for path in sorted(folder.glob("*_panel.gds")):
        try:
            file = read_cells(path)
            whole = {pair: tidied(region) for pair, region in unfolded(file, path.name).items()}
            other = read_design(path.with_suffix(".oas")).layers
        except BadInput as fault:
            yield from _unreadable(fault)
            continue
        yield from _on_the_sheet(path.name, file, whole.get(SHEET, Region()), expected)
        if any(differ(whole.get(p, Region()), other.get(p, Region())) for p in whole.keys() | other.keys()):
            yield _fault("panel-differs", path.name, f"OASIS and GDSII of {path.name} differ")
        plates = {pair[0]: region for pair, region in whole.items() if pair != SHEET}
        for drawing in sorted(folder.glob("*_panel_um.dxf")):
            yield from _named(drawing, plates)
        yield from _gerber(folder, plates)


def _on_the_sheet(name: str, file: MaskCells, sheet: Region, expected: Mapping[int, Region]) -> Iterator[Finding]:
    """One cell, which is the plates, as an array that does not overlap itself inside of the sheet."""
    places = [place for top in file.tops for place in file.cells[top].places if "CELL" in place.cell.upper()]
    if len(places) != 1 or not sheet:
        yield _fault("panel-differs", name, f"{name} is no sheet with one array of cells")
        return
    place = places[0]
    drawn = unfolded(MaskCells((place.cell,), file.cells), name)
    for number in sorted(expected.keys() | {layer for layer, _ in drawn}):
        own = tidied(drawn.get((number, 0), Region()))
        if number not in expected or differ(own, expected[number]):
            yield _fault("panel-differs", f"plate {number}", f"plate {number} of a cell of {name} is not its plate")
    if not any(drawn.values()):
        return  # said above, for every plate
    x0, y0, x1, y1 = bounds(joined(region for region in drawn.values() if region))
    wide, high = (place.columns - 1) * place.step_x, (place.rows - 1) * place.step_y
    box, edge = (place.x + x0, place.y + y0, place.x + x1 + wide, place.y + y1 + high), bounds(sheet)
    if min(box[0] - edge[0], box[1] - edge[1], edge[2] - box[2], edge[3] - box[3]) < 0:
        yield _fault("panel-differs", name, f"cells of {name} reach past the sheet")
    if (place.columns > 1 and place.step_x < x1 - x0) or (place.rows > 1 and place.step_y < y1 - y0):
        yield _fault("panel-differs", name, f"cells of {name} overlap")


def _gerber(folder: Path, expected: Mapping[int, Region]) -> Iterator[Finding]:
    """Gerber files: one a plate, its number in its name."""
    paths = sorted(folder.glob("*.gbr"))
    numbered = {path: match for path in paths if (match := GERBER.fullmatch(path.stem))}
    for path, match in numbered.items():
        try:
            region = next(iter(plates_of(path).values()))
        except BadInput as fault:
            yield from _unreadable(fault)
            continue
        yield from _same(path, int(match[1]), tidied(region), expected)
    if paths and {int(match[1]) for match in numbered.values()} != expected.keys():
        yield _fault("plates-missing", f"masks/{folder.name}", "the Gerber files are not one for each plate")


def _same(path: Path, number: int, region: Region | None, expected: Mapping[int, Region]) -> Iterator[Finding]:
    if region is None or number not in expected or differ(region, expected[number]):
        text = f"plate {number} in {path.name} is not its layers after bias"
        yield _fault("plates-differ", f"plate {number}", text)


def _unreadable(fault: BadInput) -> Iterator[Finding]:
    yield from (_fault("masks-unreadable", f"masks/{problem.where}", str(problem)) for problem in fault.problems)


def _fault(rule: str, where: str, message: str) -> Finding:
    return Finding(rule, "error", where, message)
