"""Critical dimension and where to measure it."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from fabplan.geometry.region import Lattice, Part, Region, count, joined, rectangle
from fabplan.geometry.relief import disc
from fabplan.layout import sites as module
from fabplan.layout import widths
from fabplan.layout.sites import critical_dimension, sites
from fabplan.layout.widths import narrowest


@given(st.integers(10, 90), st.integers(2, 5_000), st.integers(100, 900))
def test_the_narrowest_bar_is_named_at_its_middle(width: int, fingers: int, bus: int) -> None:
    comb = rectangle(0, bus, width, bus + 5_000, Lattice(fingers, 1, 3 * width, 0))
    region = joined([comb, rectangle(0, 0, fingers * 3 * width, bus)])
    least = critical_dimension(region)
    assert least == pytest.approx(min(width, bus) * 1e-9) and least == pytest.approx(narrowest(region))
    found = sites(region, least)
    assert 1 <= len(found) <= 5
    for site in found:
        assert site.across == "x" and site.width == least
        place = (site.x / 1e-9 - width / 2) / (3 * width)
        assert place == pytest.approx(round(place), abs=1e-6) and 0 <= round(place) < fingers


def test_of_equal_pieces_one_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    tip = Part(((0, -45_000), (4_000, -49_000), (5_000, -48_000), (1_000, -44_000)))  # 1.414 um wide
    pillars = Part(disc(10_000), Lattice(5, 4, 30_000, 30_000))
    seen: list[int] = []
    keeps = widths._keeps
    monkeypatch.setattr(
        widths, "_keeps", lambda shape, width: seen.append(shapely.get_num_geometries(shape)) or keeps(shape, width)
    )
    least = [narrowest.__wrapped__(Region(parts)) for parts in ((pillars,), (pillars, tip))]
    assert seen and max(seen) == 2
    monkeypatch.setattr(widths, "_each_once", lambda shape: shape)
    assert least == [narrowest.__wrapped__(Region(parts)) for parts in ((pillars,), (pillars, tip))]
    assert least[1] == pytest.approx(2**0.5 * 1e-6, abs=2e-9) and max(seen) == 21


def test_of_many_round_pillars_a_few_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(module, "narrowest", lambda region: looked.append(count(region)) or narrowest(region))
    pillars = Region((Part(disc(10_000), Lattice(40, 45, 30_000, 31_000)),))
    alone = Region((Part(disc(10_000)),))
    assert critical_dimension(pillars) == narrowest(alone) == pytest.approx(20e-6, rel=0.01)
    assert looked and max(looked) <= 100  # one by one they take a minute


def test_no_bar_no_place() -> None:
    wedge = Region((Part(((0, 0), (9_000, 0), (0, 9_000))),))
    assert sites(wedge, critical_dimension(wedge)) == ()
    assert critical_dimension(Region()) is None and sites(Region(), None) == ()
