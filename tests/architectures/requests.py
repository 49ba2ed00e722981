"""Requests for any structure: all roles of its flow get a material and limits."""

from __future__ import annotations

import dataclasses
from types import ModuleType
from typing import Any

import pytest
from hypothesis import strategies as st

from fabplan.architectures.base import Footprint, Request, RoleLimits


def near(value: Any, rel: float = 1e-9, abs: float = 0.0) -> Any:
    """`pytest.approx` without its absolute tolerance of 1e-12, which is a lot of square metres here."""
    return pytest.approx(value, rel=rel, abs=abs)


CHARGE = 6.1e5 * 3600 * 0.5  # [C/m³], half full of LiFePO4
THIN = RoleLimits(
    line=20e-6, gap=20e-6, thickness_low=1e-7, thickness_high=20e-6, aspect_ratio=12.0, placement=3e-6, edge=1e-6
)
BEAD = RoleLimits(
    line=30e-6, gap=40e-6, thickness_low=24e-6, thickness_high=1e-3, thickness_step=24e-6, aspect_ratio=11.0,
    placement=5e-6, nozzle=30e-6, bead_width=30e-6,
)  # fmt: skip


def roles(architecture: ModuleType) -> tuple[str, ...]:
    """Roles of a structure's flow, without those that may be left out."""
    return tuple(operation.role for operation in architecture.FLOW if not operation.optional)


def request(architecture: ModuleType, width: float = 5e-3, length: float = 5e-3, **changes: Any) -> Request:
    """A request that every structure can meet; ``changes`` replace fields of it."""
    printed = "filament" in architecture.__name__
    limits = {role: BEAD if printed and role in ("anode", "cathode") else THIN for role in roles(architecture)}
    given = Request(
        footprint=Footprint(width, length, changes.pop("terminals", "inside")),
        materials={role: f"{role}-material" for role in roles(architecture)},
        limits=limits,
        capacity={"anode": 0.9 * CHARGE, "cathode": CHARGE},
        n_p_ratio=1.1,
        height_max=2e-3,
        thickness={"collector": 2e-7, "lid": 1e-4, "encapsulation": 5e-6},
    )
    return dataclasses.replace(given, **changes)


microns = st.integers(1, 100).map(lambda n: n * 1.003e-6)  # not whole nanometres by accident


@st.composite
def role_limits(draw: Any) -> RoleLimits:
    """Limits of any process: fine or coarse, thin or thick, with or without steps."""
    low = draw(microns) / 5
    line = draw(microns)
    return RoleLimits(
        line=line,
        gap=draw(microns),
        thickness_low=low,
        thickness_high=low * draw(st.integers(1, 60)),
        thickness_step=draw(st.sampled_from([None, low])),
        aspect_ratio=draw(st.sampled_from([0.5, 2.0, 12.0])),
        placement=draw(microns) / 10,
        edge=draw(microns) / 20,
        nozzle=line,
        bead_width=draw(st.sampled_from([None, line])),
    )


@st.composite
def requests(draw: Any, architecture: ModuleType) -> Request:
    """Any request that makes sense, also ones that nothing can meet."""
    sides = st.integers(700, 20_000).map(lambda n: n * 1.0007e-6)
    anode = draw(st.sampled_from([0.6, 1.0, 1.7]))
    return request(
        architecture,
        draw(sides),
        draw(sides),
        terminals=draw(st.sampled_from(["inside", "outside"])),
        limits={role: draw(role_limits()) for role in roles(architecture)},
        capacity={"anode": anode * CHARGE, "cathode": CHARGE},
        n_p_ratio=draw(st.sampled_from([1.0, 1.2])),
        height_max=draw(st.sampled_from([50e-6, 2e-3])),
        fixed=dict(draw(variants(architecture))),
    )


def variants(architecture: ModuleType) -> st.SearchStrategy[dict[str, float]]:
    """Parameters of the variants that a structure offers by name, and its switches; often left open."""
    offered = getattr(architecture, "VARIANTS", {})
    named = {name: tuple(values.values()) for name, values in offered.values()}
    switches = {
        f.name: (0.0, 1.0)
        for f in dataclasses.fields(architecture.Params)
        if f.metadata["dimension"] == "number" and (f.metadata["low"], f.metadata["high"]) == (0, 1)
    }
    axes = [st.sampled_from([(), *((name, v) for v in values)]) for name, values in {**switches, **named}.items()]
    return st.tuples(*axes).map(lambda chosen: dict(pair for pair in chosen if pair))
