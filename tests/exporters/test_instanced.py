"""The whole cell as GLB with its lattices: places and volumes are those of the drawing."""

from __future__ import annotations

import dataclasses
import json
import struct
from typing import Any

import numpy as np
import pytest

from fabplan.exporters import mesh
from fabplan.exporters._instanced import EXTENSION, MOST_PLACES, whole_glb
from fabplan.exporters._prisms import volume
from fabplan.geometry.body import Body
from fabplan.geometry.region import Lattice, area, bounds, count, joined, rectangle
from tests.exporters.sample_plan import sample_plan

PLAN = sample_plan()
WALLS = next(body for body in PLAN.bodies if body.name == "anode-walls")


def opened(data: bytes) -> tuple[dict[str, Any], bytes]:
    """JSON and binary chunk, read by the format's own rules."""
    magic, version, size = struct.unpack_from("<4sII", data, 0)
    assert (magic, version, size) == (b"glTF", 2, len(data))
    long, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON" and long % 4 == 0
    rest = 20 + long
    binary, kind = struct.unpack_from("<I4s", data, rest)
    assert kind == b"BIN\0" and rest + 8 + binary == len(data)
    return json.loads(data[20:rest]), data[rest + 8 :]


def values(document: dict[str, Any], data: bytes, number: int) -> np.ndarray:
    accessor = document["accessors"][number]
    view = document["bufferViews"][accessor["bufferView"]]
    kind = {5126: "<f4", 5125: "<u4"}[accessor["componentType"]]
    found = np.frombuffer(data, kind, view["byteLength"] // 4, view["byteOffset"])
    return found.reshape(-1, 3) if accessor["type"] == "VEC3" else found


def drawn(document: dict[str, Any], data: bytes, body: Body) -> tuple[float, np.ndarray]:
    """Volume of a body with all its copies, and the box that they fill [m]."""
    node = next(n for n in document["nodes"] if n["name" if "name" in n else "mesh"] == body.name)
    assert node["translation"][2] == pytest.approx(body.bottom)
    total, boxes = 0.0, []
    for child in (document["nodes"][c] for c in node["children"]):
        shape = document["meshes"][child["mesh"]]["primitives"][0]
        corners = values(document, data, shape["attributes"]["POSITION"]).astype(float)
        faces = values(document, data, shape["indices"]).reshape(-1, 3).astype(np.int64)
        if "extensions" in child:
            where = values(document, data, child["extensions"][EXTENSION]["attributes"]["TRANSLATION"])
        else:
            where = np.array([child["translation"]])
        total += volume(corners, faces) * len(where)
        boxes += [corners.min(axis=0) + where.min(axis=0), corners.max(axis=0) + where.max(axis=0)]
    return total, np.array([np.min(boxes, axis=0), np.max(boxes, axis=0)])


@pytest.mark.parametrize("copies", [3, 1000])
def test_every_copy_stands_where_it_is_drawn(copies: int) -> None:
    pillars = joined(
        [rectangle(0, 0, 5_000, 5_000, Lattice(copies, copies, 10_000, 9_000)), rectangle(-90_000, 0, -80_000, 7_000)]
    )
    body = dataclasses.replace(WALLS, region=pillars)
    document, data = opened(whole_glb({"unit": "metre"}, [body, PLAN.bodies[0]]))
    assert document["extensionsRequired"] == [EXTENSION]
    total, box = drawn(document, data, body)
    assert total == pytest.approx(area(pillars) * body.thickness, rel=1e-5)  # 32-bit floats
    assert box[:, :2].ravel().tolist() == pytest.approx([side * 1e-9 for side in bounds(pillars)], abs=1e-9)
    assert {node.get("name") for node in document["nodes"]} >= {"cell", body.name, PLAN.bodies[0].name}


def test_accessors_lie_in_the_buffer_and_state_their_ends() -> None:
    document, data = opened(whole_glb({}, [b for b in PLAN.bodies if b.bottom is not None and b.region]))
    for view in document["bufferViews"]:
        assert view["byteOffset"] % 4 == 0 and view["byteOffset"] + view["byteLength"] <= len(data)
    for number, accessor in enumerate(document["accessors"]):
        found = values(document, data, number)
        assert accessor["count"] == len(found)
        if accessor["type"] == "VEC3":
            assert found.min(axis=0).tolist() == accessor["min"] and found.max(axis=0).tolist() == accessor["max"]


def test_only_a_window_gets_a_whole_file_besides() -> None:
    name = f"mesh/{PLAN.name}_whole.glb"
    assert not [path for path in mesh.export(PLAN) if path.endswith("_whole.glb")]
    pillars = rectangle(0, 0, 5_000, 5_000, Lattice(1000, 1000, 10_000, 10_000))
    plan = dataclasses.replace(PLAN, bodies=(dataclasses.replace(WALLS, region=pillars), *PLAN.bodies[:3]))
    files = mesh.export(plan)
    assert count(pillars) < MOST_PLACES and len(files[name]) < 15e6
    assert files[name] == mesh.export(plan)[name] and "_whole.glb" in files["mesh/README.txt"].decode()
    more = rectangle(0, 0, 5_000, 5_000, Lattice(1500, 1500, 10_000, 10_000))
    plan = dataclasses.replace(PLAN, bodies=(dataclasses.replace(WALLS, region=more), *PLAN.bodies[:3]))
    assert name not in mesh.export(plan)
