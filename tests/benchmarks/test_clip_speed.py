"""10^4 fingers clipped to a circle with 20 keep-outs, beside gdstk as people call it, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable

import gdstk
import numpy as np
import pytest

from fabplan.architectures._comb_clipped import Filling, Teeth, filled
from fabplan.architectures._comb_shapes import boxes
from fabplan.geometry import clip, outlines
from fabplan.geometry.region import Region, polygons
from fabplan.geometry.shapes import union

SIDE, FINGERS, PITCH = 10_000_000, 10_000, 980
MOST = 0.15  # seconds


def domain() -> Region:
    places = np.random.default_rng(5).uniform(0.05 * SIDE, 0.95 * SIDE, (20, 2))
    taken = union([outlines.circle(round(x), round(y), 400_000, True) for x, y in places])
    return outlines.kept_free(outlines.circle(SIDE // 2, SIDE // 2, SIDE), taken)


def best(function: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        function()
        found.append(time.perf_counter() - begin)
    return min(found)


def test_clip_is_quick(record_property: Callable[[str, object], None]) -> None:
    region = domain()
    teeth = Teeth((490, 490), (2_000, 2_000), 490, FINGERS, (SIDE - FINGERS * PITCH) // 2)

    def ours() -> Filling | None:
        found = filled(clip.edges(region), teeth)
        assert found is not None
        assert sum(len(boxes(found, net)) for net in (0, 1)) > FINGERS
        return found

    taken = best(ours, 3)
    record_property("seconds", taken)
    assert taken <= MOST


@pytest.mark.slow
def test_gdstk_takes_longer(record_property: Callable[[str, object], None]) -> None:
    """A tenth of the fingers are enough to see it: gdstk's time grows faster than their number."""
    region, few = domain(), FINGERS // 10
    hull = [gdstk.Polygon([(x * 1e-3, y * 1e-3) for x, y in ring]) for ring in polygons(region)]
    left = np.arange(few) * PITCH * 10 * 1e-3
    fingers = [gdstk.rectangle((x, 0.2e3), (x + 4.9, 9.8e3)) for x in left.tolist()]
    teeth = Teeth((4_900, 4_900), (5_000, 5_000), 4_900, few, 0)
    theirs = best(lambda: gdstk.boolean(fingers, hull, "and", precision=1e-3), 1)
    ours = best(lambda: filled(clip.edges(region), teeth), 3)
    record_property("seconds", (ours, theirs))
    assert ours < theirs
