"""The whole cell as GLB with every lattice kept: one prism a part, and its places (EXT_mesh_gpu_instancing).

A viewer that does not know the extension would draw one copy of every lattice and say nothing, so the file requires it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fabplan.exporters._palette import colour
from fabplan.exporters._prisms import Floats, Indices, prisms
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Lattice, Part, Region

EXTENSION = "EXT_mesh_gpu_instancing"
MOST_PLACES = 2_000_000  # 12 bytes each
FLOAT, UNSIGNED = 5126, 5125
VERTICES, INDICES = 34962, 34963


@dataclass
class _Buffer:
    """The binary chunk as it grows, with the views and accessors on it."""

    data: bytearray = field(default_factory=bytearray)
    views: list[dict[str, Any]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)

    def add(self, values: Floats | Indices, target: int | None) -> int:
        """Number of the accessor of an array: 32-bit floats in threes, or indices."""
        whole = values.dtype.kind == "f"
        raw = values.astype("<f4" if whole else "<u4")
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": raw.nbytes})
        if target is not None:
            self.views[-1]["target"] = target
        self.data += raw.tobytes()
        entry: dict[str, Any] = {"bufferView": len(self.views) - 1, "componentType": FLOAT if whole else UNSIGNED}
        entry |= {"count": len(raw) if whole else raw.size, "type": "VEC3" if whole else "SCALAR"}
        if whole:
            entry |= {"min": [float(v) for v in raw.min(axis=0)], "max": [float(v) for v in raw.max(axis=0)]}
        self.accessors.append(entry)
        return len(self.accessors) - 1


def places(bodies: Sequence[Body]) -> int:
    """Copies of all parts of these bodies."""
    return sum(part.lattice.count for body in bodies for part in body.region.parts)


def whole_glb(facts: Mapping[str, str | float], bodies: Sequence[Body]) -> bytes:
    """GLB in metres of straight bodies, lattices whole.

    Parameters
    ----------
    facts : what the file says about itself
    bodies : with a bottom and a thickness, as prisms
    """
    buffer = _Buffer()
    nodes: list[dict[str, Any]] = [{"name": "cell", "children": []}]
    meshes: list[dict[str, Any]] = []
    materials: dict[str, dict[str, Any]] = {}
    for body in bodies:
        materials.setdefault(body.role, _material(body.role))
        nodes[0]["children"].append(len(nodes))
        own: dict[str, Any] = {"name": body.name, "children": [], "translation": [0.0, 0.0, float(body.bottom or 0.0)]}
        nodes.append(own)
        for part in body.region.parts:
            own["children"].append(len(nodes))
            nodes.append(_node(part, body, buffer, meshes, list(materials).index(body.role)))
    document = {
        "asset": {"version": "2.0", "generator": "fabplan"},
        "extensionsUsed": [EXTENSION],
        "extensionsRequired": [EXTENSION],
        "scene": 0,
        "scenes": [{"name": "cell", "nodes": [0], "extras": dict(facts)}],
        "nodes": nodes,
        "meshes": meshes,
        "materials": list(materials.values()),
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data)}],
    }
    return _packed(document, bytes(buffer.data))


def _node(part: Part, body: Body, buffer: _Buffer, meshes: list[dict[str, Any]], material: int) -> dict[str, Any]:
    """One polygon as a prism about its own corner, and where its copies stand."""
    x, y = part.polygon[0]
    corner = Part(tuple((px - x, py - y) for px, py in part.polygon), Lattice())
    corners, triangles = prisms(Region((corner,)), body.thickness)
    position = buffer.add(corners, VERTICES)
    indices = buffer.add(triangles.reshape(-1), INDICES)
    shape = {"attributes": {"POSITION": position}, "indices": indices, "material": material}
    meshes.append({"name": body.name, "primitives": [shape]})
    if part.lattice.count == 1:
        return {"mesh": len(meshes) - 1, "translation": [x * NANOMETRE, y * NANOMETRE, 0.0]}
    columns, rows = np.meshgrid(np.arange(part.lattice.columns), np.arange(part.lattice.rows))
    across, along = x + columns.ravel() * part.lattice.step_x, y + rows.ravel() * part.lattice.step_y
    where = np.column_stack([across, along, np.zeros_like(across)]).astype(np.float64) * NANOMETRE
    spread = {EXTENSION: {"attributes": {"TRANSLATION": buffer.add(where, None)}}}
    return {"mesh": len(meshes) - 1, "extensions": spread}


def _material(role: str) -> dict[str, Any]:
    tint = colour(role)
    return {
        "name": role,
        "pbrMetallicRoughness": {
            "baseColorFactor": [round(channel / 255, 4) for channel in tint],
            "metallicFactor": 0.0,
            "roughnessFactor": 0.8,
        },
        "alphaMode": "OPAQUE" if tint[3] == 255 else "BLEND",
    }


def _packed(document: Mapping[str, Any], data: bytes) -> bytes:
    """GLB 2.0: header, JSON padded with spaces, binary padded with zeros."""
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    size = 12 + 8 + len(text) + 8 + len(data)
    head = struct.pack("<4sII", b"glTF", 2, size)
    return head + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
