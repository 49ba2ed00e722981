"""3MF packages, read back strictly by the consortium's own library."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from fabplan.exporters._three_mf import package
from fabplan.geometry.body import Body
from fabplan.geometry.region import Lattice, Part, Region, area, joined, rectangle
from tests.conftest import find_oracle
from tests.exporters.sample_plan import sample_plan

SOLID = [body for body in sample_plan().bodies if body.bottom is not None]


def read(data: bytes) -> Any:
    lib3mf = find_oracle("lib3mf")
    model = lib3mf.get_wrapper().CreateModel()
    reader = model.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromBuffer(data)
    assert reader.GetWarningCount() == 0
    return model


def items(model: Any) -> list[tuple[Any, float]]:
    found, walk = [], model.GetBuildItems()
    while walk.MoveNext():
        item = walk.GetCurrent()
        wrapped = item.GetObjectResource()
        lifted = float(item.GetObjectTransform().Fields[3][2])
        resource = wrapped.GetResourceID()
        found.append((_typed(model, resource), lifted))
    return found


def _typed(model: Any, resource: int) -> Any:
    for walk, current in (
        (model.GetMeshObjects(), "GetCurrentMeshObject"),
        (model.GetComponentsObjects(), "GetCurrentComponentsObject"),
    ):
        while walk.MoveNext():
            found = getattr(walk, current)()
            if found.GetResourceID() == resource:
                return found
    raise AssertionError(resource)


def volume_of(model: Any, wrapped: Any) -> tuple[float, int]:
    """Volume [µm³] and number of meshes of an object, components followed; every mesh closed."""
    if wrapped.IsMeshObject():
        assert wrapped.IsManifoldAndOriented()
        points = np.array([list(v.Coordinates) for v in wrapped.GetVertices()], dtype=float)
        a, b, c = (points[[t.Indices[k] for t in wrapped.GetTriangleIndices()]] for k in range(3))
        return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6), 1
    total, number = 0.0, 0
    known: dict[int, tuple[float, int]] = {}
    for k in range(wrapped.GetComponentCount()):
        inner = wrapped.GetComponent(k).GetObjectResource().GetResourceID()
        if inner not in known:
            known[inner] = volume_of(model, _typed(model, inner))
        total, number = total + known[inner][0], number + known[inner][1]
    return total, number


def test_bodies_stand_where_they_should_with_their_volumes() -> None:
    model = read(package("sample", SOLID))
    assert model.GetUnit() == find_oracle("lib3mf").ModelUnit.MicroMeter
    found = items(model)
    assert len(found) == len(SOLID)
    for body, (wrapped, lifted) in zip(SOLID, found, strict=True):
        volume, _ = volume_of(model, wrapped)
        assert volume == pytest.approx(area(body.region) * body.thickness * 1e18, rel=1e-5), body.name
        assert lifted == pytest.approx((body.bottom or 0.0) * 1e6, rel=1e-6)


@pytest.mark.parametrize("lattice", [(1000, 1000), (999_983, 1), (65, 2), (1, 130)])
def test_a_huge_lattice_stays_small_and_whole(lattice: tuple[int, int]) -> None:
    pillars = rectangle(0, 0, 5_000, 5_000, Lattice(*lattice, 10_000, 12_000))
    bus = rectangle(-9_000, -9_000, -1_000, -1_000)
    body = dataclasses.replace(SOLID[0], region=joined([pillars, bus]), thickness=2e-6)
    data = package("huge", [body])
    assert len(data) < 1_200_000 if lattice[1] == 1 else 400_000
    model = read(data)
    (wrapped, _), = items(model)
    volume, number = volume_of(model, wrapped)
    assert number == lattice[0] * lattice[1] + 1
    assert volume == pytest.approx(area(body.region) * 2e-6 * 1e18, rel=1e-6)


def test_names_are_escaped_and_bytes_are_the_same() -> None:
    odd: Body = dataclasses.replace(
        SOLID[0], name='a"<&\'b', region=Region((Part(((0, 0), (9_000, 0), (0, 9_000))),)), material="x]]>&"
    )
    data = package("<cell> & more", [odd])
    assert data == package("<cell> & more", [odd])
    model = read(data)
    assert items(model)[0][0].GetName() == odd.name
