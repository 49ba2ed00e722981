"""The layer table for people and programs, and the same as colours for KLayout."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from fabplan.exporters._csv import Cell, table
from fabplan.exporters._palette import css
from fabplan.geometry.region import count
from fabplan.layout.fingerprint import of_region
from fabplan.layout.types import Layer
from fabplan.planner.plan import Plan

DESCRIPTION = "layer table (CSV) and layer colours for KLayout"

HEADER = (
    "name", "layer", "datatype", "role", "net", "material", "step", "bottom_m", "thickness_m", "plate", "plate_kind",
    "tone", "bias_m", "shapes", "area_m2", "centroid_x_m", "centroid_y_m",
)  # fmt: skip
GROUPS = (("anode net", "anode"), ("cathode net", "cathode"), ("between and around", None))


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/layers.csv`` and ``masks/layers.lyp``; nothing when no step needs a mask."""
    if not plan.masks:
        return {}
    return {"masks/layers.csv": table(HEADER, _rows(plan)), "masks/layers.lyp": layer_properties(plan)}


def _rows(plan: Plan) -> Iterable[list[Cell]]:
    plates = {name: mask for mask in plan.masks for name in mask.layers}
    for layer in plan.layers:
        mask, drawn = plates.get(layer.name), of_region(layer.region)
        ordered: list[Cell] = [mask.name, mask.kind, mask.tone, mask.bias] if mask else ["", "", "", None]
        yield [
            layer.name, layer.layer, layer.datatype, layer.role, layer.net or "", layer.material, layer.step or None,
            layer.bottom, layer.thickness, *ordered, count(layer.region), drawn.area, drawn.x, drawn.y,
        ]  # fmt: skip


def layer_properties(plan: Plan) -> bytes:
    """KLayout's layer properties: one group per net, then what belongs to no net, then marks and outlines."""
    root = ElementTree.Element("layer-properties")
    body = [layer for layer in plan.layers if layer.role not in ("mark", "outline")]
    joints = dict.fromkeys(layer.net for layer in body if layer.net not in ("anode", "cathode", None))
    for title, net in (*GROUPS[:2], *((f"{net} net", net) for net in joints), *GROUPS[2:]):
        _group(root, title, [layer for layer in body if layer.net == net])
    _group(root, "marks and outlines", [layer for layer in plan.layers if layer not in body])
    ElementTree.indent(root, " ")
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _group(root: ElementTree.Element, title: str, layers: list[Layer]) -> None:
    if not layers:
        return
    group = ElementTree.SubElement(root, "properties")
    for key, text in (("visible", "true"), ("expanded", "true"), ("name", title), ("source", "*/*@*")):
        ElementTree.SubElement(group, key).text = text
    for layer in layers:
        member = ElementTree.SubElement(group, "group-members")
        for key, text in _properties(layer):
            ElementTree.SubElement(member, key).text = text


def _properties(layer: Layer) -> list[tuple[str, str]]:
    outline = layer.role == "outline"
    return [
        ("frame-color", css(layer.role)),
        ("fill-color", css(layer.role)),
        ("frame-brightness", "0"),
        ("fill-brightness", "0"),
        ("dither-pattern", "I1" if outline else "I4" if layer.net is None else "I3"),
        ("valid", "true"),
        ("visible", "true" if layer.net or outline or layer.role == "mark" else "false"),
        ("transparent", "false"),
        ("width", "1"),
        ("marked", "false"),
        ("name", f"{layer.layer}/{layer.datatype} {layer.name} ({layer.material})" if layer.material else layer.name),
        ("source", f"{layer.layer}/{layer.datatype}@1"),
    ]
