"""Words of the structures: footprint, request, snapping."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from fabplan.architectures.base import Footprint, Request, RoleLimits, beyond, one, parameter, snapped
from fabplan.errors import BadInput
from fabplan.geometry.body import Body
from fabplan.geometry.region import Region, rectangle
from tests.architectures.requests import near


@dataclass(frozen=True)
class Two:
    length: Any = parameter("length", "a length", 0, 1)
    number: Any = parameter("number", "a number", 0, 9)


def body(role: str, region: Region) -> Body:
    return Body(role, role, "x", None, region, 0.0, 1e-6, "mask", role)


@pytest.mark.parametrize(
    "box", [(-1, 0, 5, 5), (0, -1, 5, 5), (5, 5, 11, 9), (5, 5, 9, 21)], ids=["left", "below", "right", "above"]
)
def test_beyond_looks_at_every_side(box: tuple[int, int, int, int]) -> None:
    bodies = [body("anode", rectangle(*box)), body("lid", rectangle(*box)), body("cathode", rectangle(0, 0, 10, 20))]
    inside = Footprint(10e-9, 20e-9)
    assert beyond(bodies, inside) == ("anode", "lid")
    assert beyond(bodies, dataclasses.replace(inside, terminals="outside")) == ("anode",)
    assert beyond([body("anode", Region())], inside) == ()


def test_snapping_rounds_lengths_half_away_from_zero_and_nothing_else() -> None:
    given = Two(np.array([1.4e-9, 2.5e-9, -2.5e-9, 7e-6]), np.array([0.25, 1.0, 2.0, 3.0]))
    found = snapped(given)
    assert np.allclose(found.length, [1e-9, 3e-9, -3e-9, 7e-6], rtol=1e-12)
    assert (found.number == given.number).all()
    assert one(found, 3) == Two(near(7e-6), 3.0)


def test_request_falls_back() -> None:
    limits = {"lid": RoleLimits(thickness_low=2e-6)}
    asked = Request(Footprint(1, 2), {"collector": "gold"}, limits, {}, 1.1, 1.0, thickness={"collector": 1e-7})
    assert asked.layer_thickness("collector") == 1e-7
    assert asked.layer_thickness("lid") == 2e-6
    assert asked.layer_thickness("seal") == 0.0
    assert asked.material("anode_collector", "collector") == "gold"
    with pytest.raises(BadInput) as fault:
        asked.material("seal", "lid")
    assert fault.value.problems[0].where == "cell.seal"
    assert asked.footprint.area == 2
