"""Porous scaffolds: shares add up, coats close windows, the exemplar's numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.architectures import _scaffold
from fabplan.architectures._scaffold import DEFAULTS

templates = st.fixed_dictionaries(
    {
        "period": st.floats(2e-7, 5e-6),
        "opal": st.sampled_from([0.0, 1.0]),
        "metal_fraction": st.floats(0.05, 0.5),
        "window_radius": st.floats(1e-8, 1e-6),
        "coat_thickness_anode": st.floats(1e-9, 5e-8),
        "coat_thickness_cathode": st.floats(1e-9, 5e-8),
    }
)


@given(templates)
def test_coat_pores_and_metal_are_the_whole(given: dict[str, float]) -> None:
    for inside in _scaffold.inside(given).values():
        assert inside.active + inside.pores + inside.conductor == pytest.approx(1.0)
        assert inside.active > 0 and inside.conductor > 0


@given(templates)
def test_thin_coats_are_surface_times_thickness(given: dict[str, float]) -> None:
    thin = {**given, "coat_thickness_anode": given["period"] * 1e-6}
    surface = 2 * math.pi / given["period"] if given["opal"] else 3.09 / given["period"]
    share = float(_scaffold.coat_share(thin, "anode"))
    assert share == pytest.approx(surface * given["period"] * 1e-6, rel=1e-3)


def test_an_opal_filled_to_the_middle_has_no_pores() -> None:
    radius = float(_scaffold.radius(DEFAULTS["period"]))
    full = {**DEFAULTS, "opal": 1.0, "coat_thickness_anode": radius}
    assert float(_scaffold.pore_share(full, "anode")) == pytest.approx(0.0, abs=1e-12)
    # section 8 of the notes: t/R = 0.1 leaves 0.54 open and 0.20 coated
    tenth = {**full, "coat_thickness_anode": 0.1 * radius}
    assert float(_scaffold.pore_share(tenth, "anode")) == pytest.approx(0.54, abs=0.005)
    assert float(_scaffold.coat_share(tenth, "anode")) == pytest.approx(0.20, abs=0.005)


def test_windows_close_before_pores_fill() -> None:
    open_ways = [
        bool(_scaffold.open_ways({**DEFAULTS, "coat_thickness_cathode": t})) for t in np.linspace(1e-9, 2e-7, 50)
    ]
    assert open_ways[0] and not open_ways[-1]
    closed = open_ways.index(False)
    at = float(np.linspace(1e-9, 2e-7, 50)[closed])
    assert at == pytest.approx(DEFAULTS["window_radius"], abs=5e-9)
    assert float(_scaffold.pore_share({**DEFAULTS, "coat_thickness_cathode": at}, "cathode")) > 0.3
