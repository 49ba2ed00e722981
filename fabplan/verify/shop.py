"""A delivery held against a mask shop's profile: records, names, hierarchy, and the polygons themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from fabplan.catalog.mask_profile import Profile
from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding, ordered
from fabplan.geometry.region import Region
from fabplan.layout import shop
from fabplan.readers.mask_cells import SUFFIXES, MaskCell, MaskCells, read_cells
from fabplan.verify._plate_files import PLATE_SUFFIXES, plates_of
from fabplan.verify._unfold import unfolded

KINDS = {"gds": "gds", "oas": "oasis"}


def verify_delivery(path: Path, profile: Profile) -> tuple[Finding, ...]:
    """What a shop would send back of a mask file, or of the mask files of a folder; worst first.

    Raises
    ------
    BadInput : no such file or folder, or no mask file in it
    """
    files = mask_files(path)
    if not files:
        known = ", ".join([*SUFFIXES, *PLATE_SUFFIXES])
        raise BadInput(Problem("no mask files here", str(path), None, f"files that end in {known}"))
    return ordered(finding for file in files for finding in verify_file(file, profile))


def mask_files(path: Path) -> list[Path]:
    """The file itself, or all mask files of a folder, those of its ``masks`` folder where it has one."""
    if not path.is_dir():
        return [path]
    home = path / "masks" if (path / "masks").is_dir() else path
    return sorted(p for p in home.rglob("*") if p.suffix.lower() in (*SUFFIXES, *PLATE_SUFFIXES) and p.is_file())


def verify_file(path: Path, profile: Profile) -> tuple[Finding, ...]:
    """What a shop would send back of one file.

    Raises
    ------
    BadInput : it cannot be read
    """
    kind = KINDS.get(SUFFIXES.get(path.suffix.lower(), ""), PLATE_SUFFIXES.get(path.suffix.lower(), ""))
    findings = list(_format(path, kind, profile))
    if kind in KINDS.values():
        file = read_cells(path)
        findings += _file(path.name, file, profile)
        regions = {f"{path.name} layer {a}/{b}": region for (a, b), region in unfolded(file, path.name).items()}
    else:
        regions = {f"{path.name} {name}": region for name, region in plates_of(path).items()}
        findings += _layer_names(path, kind, regions, profile)
    return (*findings, *shop.check(regions, profile))


def _format(path: Path, kind: str, profile: Profile) -> Iterator[Finding]:
    if profile.formats and kind and kind not in profile.formats:
        text = f"{path.name} is {kind.upper()}, {profile.name} takes {', '.join(profile.formats)}"
        yield Finding("shop-format", "warning", path.name, text)


def _layer_names(path: Path, kind: str, regions: Mapping[str, Region], profile: Profile) -> Iterator[Finding]:
    if kind != "dxf":
        return
    for shown in regions:
        name = shown.removeprefix(path.name).strip()
        most = profile.layer_name_length
        if most and len(name) > most:
            text = f"DXF layer {name[:60]!r} has {len(name)} characters, {profile.name} takes {most}"
            yield _fault("layer-name", path.name, text)
        if name == "0":
            yield _fault("layer-name", path.name, "shapes stand on DXF layer 0, which shops keep for themselves")


def _file(name: str, file: MaskCells, profile: Profile) -> Iterator[Finding]:
    """Rules about the file as a whole."""
    cells = list(file.cells.values())
    if profile.one_top and len(file.tops) != 1:
        yield _fault("top-cell", name, f"{len(file.tops)} top cells ({', '.join(file.tops)[:80]}), there must be one")
    for cell in cells:
        yield from _named(name, cell, profile)
        yield from _records(name, cell, profile)
    yield from _counted(name, file, profile)
    yield from _layers(name, cells, profile)


def _named(name: str, cell: MaskCell, profile: Profile) -> Iterator[Finding]:
    where = f"{name}: cell {cell.name[:60]}"
    if profile.name_length and len(cell.name) > profile.name_length:
        text = f"the name has {len(cell.name)} characters, {profile.name} takes {profile.name_length}"
        yield _fault("name", where, text)
    if profile.names and not re.fullmatch(profile.names, cell.name[:1000]):
        yield _fault("name", where, f"the name has signs that {profile.name} does not take ({profile.names})")
    if cell.name.lower() in profile.reserved:
        yield _fault("name", where, f"{profile.name} keeps this name for itself")


def _records(name: str, cell: MaskCell, profile: Profile) -> Iterator[Finding]:
    where = f"{name}: cell {cell.name[:60]}"
    if cell.texts and not profile.texts:
        yield _fault("text", where, f"{cell.texts} text elements, which are not written: draw labels as polygons")
    if cell.paths and not profile.paths:
        yield _fault("path", where, f"{cell.paths} paths: draw them as polygons")
    if cell.thin:
        yield _fault("zero-width", where, f"{cell.thin} paths without width")
    if cell.off_grid:
        yield _fault("grid", where, f"{cell.off_grid} vertices lie between whole nanometres")
    longest = max((max(p.columns, p.rows) for p in cell.places), default=0)
    shapes = (int(s.lattices[:, :2].max(initial=0)) for s in cell.shapes.values())
    longest = max(longest, *shapes, 0)
    if profile.columns and longest > profile.columns and not name.lower().endswith((".oas", ".oasis")):
        yield _fault("array", where, f"an array of {longest} columns or rows, readers take {profile.columns}")


def _counted(name: str, file: MaskCells, profile: Profile) -> Iterator[Finding]:
    depth = max((_depth(file, top, {}) for top in file.tops), default=0)
    if profile.depth and depth > profile.depth:
        yield _fault("depth", name, f"{depth} levels of hierarchy, {profile.name} takes {profile.depth}")
    placed = sum(len(cell.places) for cell in file.cells.values())
    for what, number in (("cells", len(file.cells)), ("placements", placed)):
        if profile.references and number > profile.references:
            yield _fault("references", name, f"{number} {what}, {profile.name} takes {profile.references}")


def _depth(file: MaskCells, name: str, known: dict[str, int]) -> int:
    if name not in known:
        known[name] = 1 + max((_depth(file, place.cell, known) for place in file.cells[name].places), default=0)
    return known[name]


def _layers(name: str, cells: Iterable[MaskCell], profile: Profile) -> Iterator[Finding]:
    pairs = sorted({pair for cell in cells for pair in cell.shapes})
    beyond = [pair for pair in pairs if profile.layers and max(pair) > profile.layers]
    if beyond:
        shown = ", ".join(f"{a}/{b}" for a, b in beyond[:6])
        yield _fault("layer", name, f"layers {shown} are above {profile.layers}, the highest that {profile.name} takes")
    if profile.layers_a_file and len(pairs) > profile.layers_a_file:
        text = f"{len(pairs)} layers in one file, {profile.name} takes {profile.layers_a_file}: send one file a plate"
        yield _fault("layer", name, text)


def _fault(rule: str, where: str, text: str) -> Finding:
    return Finding(f"shop-{rule}", "error", where, text)
