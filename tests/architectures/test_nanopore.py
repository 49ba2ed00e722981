"""Cells in pores: the exemplar's density and volume, shares, and metals that must not meet."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.architectures import nanopore_array as pores
from fabplan.architectures.base import one
from tests.architectures.requests import request


def test_the_published_membrane() -> None:
    assert pores.density(240.3e-9) == pytest.approx(2.0e13, rel=1e-3)  # 2e9 per cm2
    assert math.pi * (75e-9) ** 2 * 50e-6 == pytest.approx(0.88e-18, rel=0.01)  # "about 1 fL"
    bare = pores.inside({})["separator"].pores
    assert bare == pytest.approx(0.907 * (150 / 240) ** 2, rel=1e-3)


@given(st.floats(1e-9, 2e-8), st.floats(1e-9, 3e-8), st.floats(1e-9, 3e-8))
def test_metal_coat_and_bore_fill_the_pore(metal: float, anode: float, cathode: float) -> None:
    found = pores.inside(
        {"metal_thickness": metal, "coat_thickness_anode": anode, "coat_thickness_cathode": cathode}
    )
    for net in ("anode", "cathode"):
        side = found[net]
        assert side.active + side.pores + side.conductor == pytest.approx(found["separator"].pores)
        assert side.bruggeman == 1.0  # straight pores


def test_metals_that_meet_are_no_design() -> None:
    asked = request(pores)
    params = pores.design_space(asked)
    chosen = one(params, 0)
    assert bool(pores.measures(chosen, asked).feasible)
    deep = dataclasses.replace(chosen, depth_anode=chosen.membrane_thickness - chosen.depth_cathode)
    assert not bool(pores.measures(deep, asked).feasible)
    for depth, severity in ((20e-6, "info"), (22e-6, "warning")):  # of 50 um: 10 and 6 um stay bare
        near = dataclasses.replace(chosen, depth_anode=depth, depth_cathode=depth)
        (finding,) = pores.findings(near, asked)
        assert (finding.rule, finding.severity) == ("metals-may-meet", severity)


def test_a_bore_that_is_too_narrow_is_no_design() -> None:
    asked = request(pores)
    chosen = one(pores.design_space(asked), 0)
    thick = dataclasses.replace(chosen, coat_thickness_cathode=60e-9)
    assert not bool(pores.measures(thick, asked).feasible)


def test_capacity_follows_the_depth() -> None:
    asked = request(pores)
    params = pores.design_space(asked)
    found = pores.measures(params, asked)
    assert np.allclose(found.cathode_volume, found.cathode_area * params.depth_cathode)
    assert np.allclose(found.separator_length, params.membrane_thickness - params.depth_anode - params.depth_cathode)
