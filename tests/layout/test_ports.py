"""Fill port and vent: over the electrolyte, off the seal, at opposite corners; a warning where they cannot be."""

from __future__ import annotations

import math

import pytest
import shapely

from fabplan.geometry.body import Body
from fabplan.geometry.region import Region, joined, rectangle
from fabplan.geometry.shapes import to_shapely
from fabplan.layout.ports import Wanted, contours, port_findings, ports

UM = 1000
ASKED = Wanted(True, 400 * UM, "somebody")


BASIN = rectangle(0, 0, 5000 * UM, 3000 * UM)


def cell(basin: Region = BASIN) -> list[Body]:
    lid = rectangle(-500 * UM, -500 * UM, 5500 * UM, 3500 * UM)
    return [
        Body("electrolyte", "electrolyte", "gel", None, basin, 0.0, 1e-4, "blanket", "electrolyte"),
        Body("lid", "encapsulation", "glass", None, lid, None, 1.5e-4, "mask", "lid"),
    ]


def test_they_lie_at_opposite_corners_half_a_diameter_off_the_seal() -> None:
    (layer,) = ports(cell(), ASKED)
    one, other = shapely.get_parts(to_shapely(layer.region))
    assert math.dist(one.centroid.coords[0], other.centroid.coords[0]) == pytest.approx(
        math.hypot(5000 - 800, 3000 - 800) * UM, rel=1e-6
    )
    for hole in (one, other):
        middle = shapely.Point([round(v) for v in hole.centroid.coords[0]])
        assert hole.buffer(2).contains(middle.buffer(200 * UM))  # a needle of the diameter goes through
        assert hole.area == pytest.approx(math.pi * (200 * UM) ** 2, rel=5e-3)
        assert shapely.distance(hole, to_shapely(cell()[0].region).boundary) > 195 * UM
    assert (layer.layer, layer.role, layer.net) == (0, "outline", None)
    assert not list(port_findings(cell(), ASKED))


def test_an_l_shaped_basin_has_them_inside() -> None:
    basin = Region((*rectangle(0, 0, 5000 * UM, 1000 * UM).parts, *rectangle(0, 1000 * UM, 1000 * UM, 3000 * UM).parts))
    (layer,) = ports(cell(basin), ASKED)
    assert shapely.within(to_shapely(layer.region), to_shapely(basin))


@pytest.mark.parametrize("wanted", [Wanted(False, 400 * UM), Wanted()])
def test_a_lid_without_ports_has_none_and_says_nothing(wanted: Wanted) -> None:
    assert ports(cell(), wanted) == () and not list(port_findings(cell(), wanted))


def test_unknown_size_and_no_room_are_said() -> None:
    unknown = Wanted(True)
    assert ports(cell(), unknown) == () and ports(cell(), Wanted(True, 1600 * UM)) == ()
    (found,) = port_findings(cell(), unknown)
    assert found.rule == "fill-port" and "masks.port" in str(found.change)
    (found,) = port_findings(cell(), Wanted(True, 1600 * UM, "somebody"))
    assert "no place" in found.message


def test_a_structure_with_ports_of_its_own_gets_no_more() -> None:
    plugs = Body("port-plugs", "encapsulation", "epoxy", None, rectangle(0, 0, 9, 9), 0.0, 1e-4, "mask", "seal")
    assert ports([*cell(), plugs], ASKED) == () and not list(port_findings([*cell(), plugs], Wanted(True)))


def test_a_cutter_gets_every_contour_once_and_no_seam() -> None:
    bars = ((0, 0, 90, 10), (0, 80, 90, 90), (0, 10, 10, 80), (80, 10, 90, 80))
    frame = joined(rectangle(*bar) for bar in bars)
    rings = [shapely.Polygon(part.polygon) for part in contours(frame).parts]
    assert sorted(ring.area for ring in rings) == [70 * 70, 90 * 90]
