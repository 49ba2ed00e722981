"""What every structure must hold, also one that someone else brings: drawing and closed form agree."""

from __future__ import annotations

import dataclasses
import time
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabplan import plugins
from fabplan.architectures.base import Request, beyond, one, snapped
from fabplan.errors import BadInput
from fabplan.geometry import shapes
from fabplan.geometry.body import ROLES, Body, is_net, share_height
from fabplan.geometry.region import NANOMETRE, Region, area, count, joined
from fabplan.geometry.relief import Coat, coat
from fabplan.layout.measure import measured
from fabplan.layout.rules import CLOSED_FORM
from fabplan.layout.widths import is_manhattan
from tests.architectures.requests import near, request, requests

STRUCTURES = [plugins.load("architectures", name) for name in plugins.names("architectures")]
every = pytest.mark.parametrize("structure", STRUCTURES, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
MOST_MERGED = 800
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
few = settings(quick, max_examples=10)


def drawn(structure: ModuleType, given_request: Request, pick: float = 0.5) -> tuple[Any, Any, tuple[Body, ...]] | None:
    """Params, measures and bodies of one feasible design; None when there is none."""
    params = structure.design_space(given_request)
    found = structure.measures(params, given_request)
    feasible = np.flatnonzero(found.feasible)
    if not len(feasible):
        return None
    chosen = one(params, int(feasible[int(pick * (len(feasible) - 1))]))
    return chosen, structure.measures(chosen, given_request), structure.cell(chosen, given_request)


def _apart(ours: Body, theirs: Body, film: Region) -> float:
    """Distance of two conductors [nm]; where one is conformal, of those parts that no film separates."""
    if ours.bottom is not None and theirs.bottom is not None:
        return shapes.distance(ours.region, theirs.region)
    bare = (shapes.difference(body.region, film) for body in (ours, theirs))
    return min(shapes.distance(part, body.region) for part, body in zip(bare, (theirs, ours), strict=True))


def on_walls(body: Body, bodies: tuple[Body, ...]) -> Coat:
    """What a conformal film holds on the walls of what was built before it."""
    before = bodies[: bodies.index(body)]
    walls = [other.relief for other in before if other.relief is not None]
    if body.pattern != "conformal" or not walls:
        return Coat()
    below = sum(other.thickness for other in before if other.pattern == "conformal")
    return coat(walls, below, body.thickness, area(body.region))


def common_height(one: Body, other: Body) -> float:
    """Height over which two bodies stand side by side [m]."""
    assert one.bottom is not None and other.bottom is not None
    top = min(one.bottom + one.thickness, other.bottom + other.thickness)
    return max(top - max(one.bottom, other.bottom), 0.0)


def merged_area(region: Region) -> float:
    """Area [m²] of the union; of very many equal shapes that of the sum, to spare time."""
    if count(region) > MOST_MERGED:
        return area(region)
    return float(shapes.to_shapely(region).area) * NANOMETRE**2


def nets(bodies: tuple[Body, ...]) -> tuple[str, ...]:
    """All nets of a cell; those of both terminals are among them."""
    found = tuple(dict.fromkeys(body.net for body in bodies if body.net))
    assert {"anode", "cathode"} <= set(found) and all(map(is_net, found))
    return found


def net(bodies: tuple[Body, ...], name: str) -> Region:
    return joined(body.region for body in bodies if body.net == name)


@every
@quick
@given(data=st.data())
def test_drawing_equals_closed_form(structure: ModuleType, data: Any) -> None:
    asked = data.draw(requests(structure))
    found = drawn(structure, asked, data.draw(st.floats(0, 1)))
    if found is None:
        return
    _, measures, bodies = found
    for side in ("anode", "cathode"):
        electrodes = [body for body in bodies if body.role == side]
        plan = sum(merged_area(body.region) for body in electrodes)
        volume = sum(area(body.region) * body.thickness + on_walls(body, bodies).volume for body in electrodes)
        assert plan == near(float(getattr(measures, f"{side}_area")), rel=1e-9)
        assert volume == near(float(getattr(measures, f"{side}_volume")), rel=1e-9)
    for side in nets(bodies):
        # every net is one piece: collector, electrode and pad together; pillars hang together by their collector
        own = [body for body in bodies if body.net == side]
        if sum(count(body.region) for body in own) <= MOST_MERGED:
            assert shapes.pieces(net(bodies, side)) == 1
        whole = [body for body in own if body.relief is None and body.role not in getattr(structure, "IN_PIECES", ())]
        assert all(shapes.pieces(body.region) == 1 for body in whole)
        narrow = min(shapes.minimum_width(body.region) for body in own if body.relief is None)
        assert narrow * NANOMETRE >= float(measures.minimum_width) * (1 - 1e-9)
    for body in bodies:
        if count(body.region) <= MOST_MERGED:
            assert shapes.to_shapely(body.region).area == near(area(body.region) / NANOMETRE**2, rel=1e-9)
        if body.bottom is not None:
            assert body.bottom + body.thickness <= float(measures.height) * (1 + 1e-9)


@every
@few
@given(data=st.data())
def test_all_that_is_measured_equals_closed_form(structure: ModuleType, data: Any) -> None:
    """Facing length, gap, width, height, areas and volumes, as the layout measures them without a closed form."""
    found = drawn(structure, data.draw(requests(structure)), data.draw(st.floats(0, 1)))
    if found is None or max(len(body.region.parts) for body in found[2]) > MOST_MERGED:
        return
    _, measures, bodies = found
    if sum(count(body.region) for body in bodies) > MOST_MERGED:
        return
    # circles are polygons whose flats lie up to a nanometre off, and a distance across them ends between corners
    flat = all(is_manhattan(body.region) for body in bodies)
    for key, value in measured(bodies).items():
        field = CLOSED_FORM.get(key)
        expected = float(getattr(measures, field)) if field else np.inf
        if value is not None and np.isfinite(expected):
            assert value == near(expected, rel=1e-9 if flat else 1e-6), key


@every
@quick
@given(data=st.data())
def test_nets_keep_their_gap(structure: ModuleType, data: Any) -> None:
    found = drawn(structure, data.draw(requests(structure)), data.draw(st.floats(0, 1)))
    if found is None:
        return
    _, measures, bodies = found
    film = joined(body.region for body in bodies if body.role in ("electrolyte", "insulator") and body.bottom is None)
    apart = [
        _apart(ours, theirs, film)
        for ours in bodies
        for theirs in bodies
        if ours.net and theirs.net and ours.net < theirs.net and share_height(ours, theirs)
    ]
    # where the nets never share a height there is no gap to draw
    assert not apart or min(apart) * NANOMETRE == near(float(measures.minimum_gap), rel=1e-9)
    assert float(measures.minimum_gap) > 0


@every
@quick
@given(data=st.data())
def test_everything_stands_in_the_footprint(structure: ModuleType, data: Any) -> None:
    asked = data.draw(requests(structure))
    found = drawn(structure, asked, data.draw(st.floats(0, 1)))
    if found is None:
        return
    bodies = found[2]
    assert beyond(bodies, asked.footprint) == ()
    small = dataclasses.replace(asked.footprint, width=asked.footprint.width / 4)
    assert set(beyond(bodies, small)) <= {body.name for body in bodies}


@every
def test_beyond_names_what_sticks_out(structure: ModuleType) -> None:
    asked = request(structure)
    found = drawn(structure, asked, 1.0)
    assert found is not None
    tiny = dataclasses.replace(asked.footprint, width=50e-6)
    assert {"anode", "cathode"} <= {body.role for body in found[2] if body.name in beyond(found[2], tiny)}


@every
@quick
@given(data=st.data())
def test_surfaces_and_room_of_the_electrolyte_are_those_drawn(structure: ModuleType, data: Any) -> None:
    found = drawn(structure, data.draw(requests(structure)), data.draw(st.floats(0, 1)))
    if found is None:
        return
    _, measures, bodies = found
    names = [body.role for body in bodies]
    if max(count(body.region) for body in bodies if body.net) > MOST_MERGED:
        return
    for side in ("anode", "cathode"):
        body, region = bodies[names.index(side)], joined(body.region for body in bodies if body.role == side)
        # of a sleeve around the electrolyte only what lies over it
        shape = shapes.to_shapely(shapes.intersection(region, bodies[names.index("electrolyte")].region))
        # what comes before the electrolyte touches it with its sides too
        film = shapes.to_shapely(bodies[names.index("electrolyte")].region)
        rim = shapes.to_shapely(region).boundary.intersection(film).length * NANOMETRE
        sides = rim * body.thickness if names.index(side) < names.index("electrolyte") else 0.0
        walls = on_walls(body, bodies)
        surface = shape.area * NANOMETRE**2 + sides + (walls.upper if sides else walls.lower)
        assert float(getattr(measures, f"{side}_interface_area")) == near(surface, rel=1e-9)
    electrolyte = bodies[names.index("electrolyte")]
    room = area(electrolyte.region) * electrolyte.thickness + on_walls(electrolyte, bodies).volume
    if electrolyte.bottom is not None:
        for body in bodies:
            if body.net:
                inside = shapes.to_shapely(shapes.intersection(body.region, electrolyte.region)).area * NANOMETRE**2
                room -= inside * common_height(body, electrolyte)
    assert float(measures.electrolyte_volume) == near(room, rel=1e-9)


@every
@quick
@given(data=st.data())
def test_a_relief_is_what_is_drawn(structure: ModuleType, data: Any) -> None:
    found = drawn(structure, data.draw(requests(structure)), data.draw(st.floats(0, 1)))
    for body in found[2] if found else ():
        if body.relief is None or body.net or count(body.region) > MOST_MERGED:
            continue
        hull = shapes.to_shapely(body.region)
        height = body.relief.height
        assert height == near(body.thickness)
        # outline of the drawing = outlines of the elements, and that of the slab around holes
        slab = hull.envelope.length if body.bottom and body.bottom < 0 else 0.0
        outline = body.relief.count * sum(wall.perimeter for wall in body.relief.sections)
        assert hull.length == near(outline / NANOMETRE + slab, rel=1e-9)
        assert shapes.to_shapely(body.region).buffer(-body.relief.wall / NANOMETRE / 2.02).is_empty is False
        apart = body.relief.mouth / NANOMETRE / 2.02
        assert hull.buffer(apart).length < 1e3 * hull.length and apart > 0


@every
@quick
@given(data=st.data())
def test_one_design_is_a_row_of_many(structure: ModuleType, data: Any) -> None:
    asked = data.draw(requests(structure))
    params = structure.design_space(asked)
    many = structure.measures(params, asked)
    fields = {name: value for name, value in vars(many).items() if value is not None}
    sizes = {np.shape(value) for value in (*vars(params).values(), *fields.values())}
    assert len(sizes) == 1 and 1 <= next(iter(sizes))[0] <= 100_000
    row = data.draw(st.integers(0, len(many.height) - 1))
    single = structure.measures(one(params, row), asked)
    for name, values in fields.items():
        assert np.shape(getattr(single, name)) == ()
        assert getattr(single, name) == values[row], name


@every
def test_snapping_changes_nothing(structure: ModuleType) -> None:
    params = structure.design_space(request(structure))
    for name, values in vars(snapped(params)).items():
        assert np.allclose(values, getattr(params, name), rtol=1e-12, atol=0), name


@every
def test_same_request_same_cell(structure: ModuleType) -> None:
    asked = request(structure)
    first, second = drawn(structure, asked, 0.7), drawn(structure, asked, 0.7)
    assert first is not None and second is not None
    assert first[0] == second[0]
    assert first[2] == second[2]


@every
def test_fixed_values_are_held(structure: ModuleType) -> None:
    asked = request(structure)
    params = structure.design_space(asked)
    for spec in dataclasses.fields(params):
        middle = float(np.sort(getattr(params, spec.name))[len(params.__dict__[spec.name]) // 2])
        for value in (middle, spec.metadata["low"], spec.metadata["high"]):
            value = max(value, NANOMETRE) if spec.metadata["dimension"] == "length" else value
            fixed = structure.design_space(dataclasses.replace(asked, fixed={spec.name: value}))
            assert np.allclose(getattr(fixed, spec.name), value, rtol=1e-9), spec.name


@every
def test_fixed_all_is_one_design(structure: ModuleType) -> None:
    asked = request(structure)
    found = drawn(structure, asked, 0.3)
    assert found is not None
    everything = structure.design_space(dataclasses.replace(asked, fixed=vars(found[0])))
    for name, value in vars(found[0]).items():
        assert np.allclose(getattr(everything, name), value, rtol=1e-9), name


@every
def test_limits_are_kept_when_they_can_be(structure: ModuleType) -> None:
    asked = request(structure)
    params = structure.design_space(asked)
    found = structure.measures(params, asked)
    assert found.feasible.all() and len(found.height) > 100
    assert found.height.max() <= asked.height_max * (1 + 1e-9)
    conductors = [role for role in asked.limits if role not in ("lid", "electrolyte", "encapsulation", "seal")]
    assert found.minimum_gap.min() >= min(asked.limit(role).gap for role in conductors) * (1 - 1e-9)
    assert found.minimum_width.min() >= min(asked.limit(role).line for role in conductors) * (1 - 1e-9) - 10e-6


@every
@pytest.mark.parametrize("side", [3e-6, 3e3], ids=["3um", "3km"])
def test_absurd_footprints_answer_at_once(structure: ModuleType, side: float) -> None:
    asked = request(structure, side, side)
    begin = time.perf_counter()
    params = structure.design_space(asked)
    found = structure.measures(params, asked)
    assert bool(found.feasible.any()) == (side > 1)
    bodies = structure.cell(one(params, int(np.argmax(found.feasible))), asked)
    assert time.perf_counter() - begin < 1.0
    assert all(part.lattice.count <= 1_000_000 for body in bodies for part in body.region.parts)
    assert sum(len(body.region.parts) for body in bodies) < 60


@every
def test_names_and_roles(structure: ModuleType) -> None:
    asked = request(structure)
    found = drawn(structure, asked)
    assert found is not None
    bodies = found[2]
    assert all(isinstance(getattr(structure, name), str) for name in ("TITLE", "SUMMARY", "ESTIMATOR"))
    planned = {body: operation.role for operation in structure.FLOW for body in operation.bodies}
    wanted = {body for operation in structure.FLOW for body in operation.bodies if not operation.optional}
    names = [body.name for body in bodies]
    assert len(set(names)) == len(names) and wanted <= set(names) <= set(planned)
    for body in bodies:
        assert body.role in ROLES and body.made_by == planned[body.name] and body.thickness > 0
        # a coat on a scaffold has the place of the scaffold and the material of its own role
        assert body.material in (asked.materials[body.made_by], asked.materials.get(body.role))
        assert count(body.region) > 0


@every
def test_missing_material_is_named(structure: ModuleType) -> None:
    asked = request(structure)
    found = drawn(structure, asked)
    assert found is not None
    with pytest.raises(BadInput, match="a material is missing"):
        structure.cell(found[0], dataclasses.replace(asked, materials={"anode": "only"}))
