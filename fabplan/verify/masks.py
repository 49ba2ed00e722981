"""Mask files read back and held against plan.json: geometry, nets, both formats, plates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding
from fabplan.geometry import periodic
from fabplan.geometry.body import Body, is_net
from fabplan.geometry.region import NANOMETRE, Region
from fabplan.layout.approach import approaches
from fabplan.layout.measure import measured, shortened
from fabplan.layout.rules import islands, shorts
from fabplan.verify._mask_table import fingerprints
from fabplan.verify._regions import Design, differ, read_design
from fabplan.verify._relief import relief_of, reliefs_drawn
from fabplan.verify.outline import verify_outline
from fabplan.verify.plates import verify_plates
from fabplan.verify.rule_file import verify_rules

#: region of every (layer, datatype) of a file
Drawn = Mapping[tuple[int, int], Region]
NOT_DESIGN = ("_plates", "_wafer")
AGREEMENT = 1e-6
SLACK = 2 * NANOMETRE  # of lengths: one grid step at each end
#: lengths that a moved edge changes; the others are areas and volumes
LENGTHS = ("minimum_width_m", "minimum_gap_m")
MEASURED = (
    *LENGTHS, "facing_length_m", "height_m", "anode_area_m2", "cathode_area_m2", "anode_volume_m3", "cathode_volume_m3",
    "anode_collector_area_m2", "cathode_collector_area_m2", "anode_interface_area_m2", "cathode_interface_area_m2",
)  # fmt: skip


def verify_masks(folder: Path, plan: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What the mask files of an output folder say against its plan.json; empty when all holds.

    Parameters
    ----------
    folder : output folder
    plan : content of its plan.json
    """
    masks = folder / "masks"
    if not masks.is_dir():
        lost = _fault("masks-missing", "masks", "plan.json lists plates, the folder has no masks")
        return (lost,) if plan.get("masks") else ()
    try:
        design, entries = _design(masks, "gds"), entries_of(plan)
    except BadInput as fault:
        return tuple(_fault("masks-unreadable", f"masks/{p.where}", str(p)) for p in fault.problems)
    drawn = design.layers
    bodies = [_body(entry, drawn) for entry in entries if _is_body(entry)]
    return (
        *_names(design, entries),
        *_table(masks, drawn, entries),
        *_measures(bodies, plan),
        *reliefs_drawn(bodies),
        *_connections(bodies),
        *verify_outline(bodies, plan, drawn),
        *_formats(masks, drawn),
        *verify_plates(masks, drawn, plan),
        *verify_rules(masks, drawn),
    )


def _connections(bodies: Sequence[Body]) -> tuple[Finding, ...]:
    """Shorts and islands; what repeats is looked at a few times, and as a whole where that finds something."""
    few = shortened(bodies, periodic.stretches([body.region for body in bodies]))
    found = (*shorts(approaches(few)), *islands(few))
    return (*shorts(approaches(bodies)), *islands(bodies)) if found and few is not bodies else found


def entries_of(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Layer entries that make sense.

    Raises
    ------
    BadInput : one does not
    """
    layers = plan.get("layers")
    good = isinstance(layers, list) and all(map(_is_entry, layers))
    if not good or len({_pair(entry) for entry in layers}) < len(layers):  # type: ignore[arg-type, union-attr]
        raise BadInput(Problem("its layers make no sense", "plan.json"))
    return list(layers)  # type: ignore[arg-type]


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    whole = all(isinstance(entry.get(key), int) for key in ("layer", "datatype"))
    words = all(isinstance(entry.get(key), str) for key in ("name", "role", "material"))
    heights = isinstance(entry.get("thickness_m"), int | float)
    heights = heights and isinstance(entry.get("bottom_m"), int | float | None)
    return whole and words and heights and (entry.get("net") is None or is_net(entry["net"]))


def _pair(entry: Mapping[str, Any]) -> tuple[int, int]:
    return int(entry["layer"]), int(entry["datatype"])


def _is_body(entry: Mapping[str, Any]) -> bool:
    return entry["role"] not in ("mark", "outline")


def _design(masks: Path, kind: str) -> Design:
    """The design file of a kind.

    Raises
    ------
    BadInput : it is not there or cannot be read
    """
    found = [path for path in sorted(masks.glob(f"*.{kind}")) if not path.stem.endswith(NOT_DESIGN)]
    if not found:
        raise BadInput(Problem("the file is missing", f"*.{kind}"))
    return read_design(found[0])


def _body(entry: Mapping[str, Any], drawn: Drawn) -> Body:
    """The body of a layer as the file draws it."""
    region = drawn.get(_pair(entry), Region())
    bottom = entry["bottom_m"]
    return Body(
        entry["name"], entry["role"], entry["material"], entry["net"], region,
        None if bottom is None else float(bottom), float(entry["thickness_m"]),
        "conformal" if entry.get("pattern") == "conformal" else "mask", "", relief_of(entry),
    )  # fmt: skip


def _names(design: Design, entries: Sequence[Mapping[str, Any]]) -> Iterable[Finding]:
    """One top cell, every listed layer drawn, nothing drawn that is not listed."""
    if len(design.tops) != 1:
        yield _fault("one-top-cell", "masks", f"the GDSII file has {len(design.tops)} top cells, it should have one")
    listed = {_pair(entry): str(entry["name"]) for entry in entries}
    for pair in sorted(listed.keys() - design.layers.keys()):
        yield _fault("layer-missing", listed[pair], f"layer {pair[0]}/{pair[1]} ({listed[pair]}) has no polygons")
    for pair in sorted(design.layers.keys() - listed.keys()):
        yield _fault("layer-unlisted", "masks", f"layer {pair[0]}/{pair[1]} has polygons and is not in plan.json")


def _table(masks: Path, drawn: Drawn, entries: Sequence[Mapping[str, Any]]) -> Iterable[Finding]:
    """Area and centroid of every layer against ``layers.csv``: finds what was moved, also without a change of area."""
    try:
        table = fingerprints(masks / "layers.csv")
    except BadInput as fault:
        yield from (_fault("masks-unreadable", f"masks/{p.where}", str(p)) for p in fault.problems)
        return
    for entry in entries:
        row, name = table.get(_pair(entry)), str(entry["name"])
        if row is None or row.name != name:
            place = f"{entry['layer']}/{entry['datatype']}"
            yield _fault("layer-table", name, f"layers.csv has no row for {name} on {place}")
        elif (change := row.change(drawn.get(_pair(entry), Region()))) is not None:
            yield _fault("layer-changed", name, f"{name} in the GDSII file {change}")


def _measures(bodies: Sequence[Body], plan: Mapping[str, Any]) -> Iterable[Finding]:
    """Everything that was measured on the drawing, measured again on the file."""
    stated = plan.get("geometry")
    stated = stated if isinstance(stated, dict) else {}
    found = measured(bodies)
    for key in MEASURED:
        value, expected = found.get(key), stated.get(key)
        if not isinstance(expected, int | float) or value is None:
            if key in stated and (value is None) != (expected is None):
                yield _fault("geometry", key, f"{key} is {value} in the GDSII file and {expected} in plan.json")
            continue
        slack = SLACK if key in LENGTHS else AGREEMENT * max(abs(value), abs(expected))
        if abs(value - expected) > slack:
            unit = key.rsplit("_", 1)[1]
            yield Finding(
                "geometry", "error", key, f"{key} is {value:.9g} in the GDSII file and {expected:.9g} in plan.json",
                value, float(expected), unit,
            )  # fmt: skip


def _formats(masks: Path, drawn: Drawn) -> Iterable[Finding]:
    """The OASIS file draws the same."""
    try:
        other = _design(masks, "oas").layers
    except BadInput as fault:
        yield from (_fault("masks-unreadable", f"masks/{p.where}", str(p)) for p in fault.problems)
        return
    for pair in sorted(drawn.keys() | other.keys()):
        if differ(drawn.get(pair, Region()), other.get(pair, Region())):
            place = f"layer {pair[0]}/{pair[1]}"
            yield _fault("formats-differ", place, f"{place} of OASIS and GDSII differ")


def _fault(rule: str, where: str, message: str) -> Finding:
    return Finding(rule, "error", where, message)
