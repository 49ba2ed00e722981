"""Coaxial fibres: tubes, ends, sleeve, bending, the figures of the notes."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from fabplan.architectures import wire as structure
from fabplan.architectures.base import Request, one
from fabplan.exporters._prisms import volume
from fabplan.exporters._section import section
from fabplan.exporters._tubes import tubes
from fabplan.geometry.region import NANOMETRE, bounds
from fabplan.layout.measure import measured
from tests.architectures.requests import CHARGE, near, request

NOTES = {"core_radius": 50e-6, "cathode_thickness": 40e-6, "electrolyte_thickness": 20e-6, "cell_length": 10e-3}


def asked(**changes: object) -> Request:
    return request(structure, 2e-3, 30e-3, **changes)


def designed(request_: Request, pick: float = 0.5) -> structure.Params:
    params = structure.design_space(request_)
    feasible = np.flatnonzero(structure.measures(params, request_).feasible)
    return one(params, int(feasible[int(pick * (len(feasible) - 1))]))


def test_coats_are_tubes() -> None:
    given = asked()
    design = designed(given)
    found = structure.measures(design, given)
    r0 = design.core_radius
    r1 = r0 + design.anode_thickness
    r2 = r1 + design.electrolyte_thickness
    r3 = r2 + design.cathode_thickness
    length = design.cell_length
    assert float(found.anode_volume) == near(math.pi * (r1**2 - r0**2) * length)
    assert float(found.cathode_volume) == near(math.pi * (r3**2 - r2**2) * length)
    assert float(found.electrolyte_volume) == near(math.pi * (r2**2 - r1**2) * (length + 2 * design.margin_cover))
    # reference area over separator length is the shape factor of a coaxial sleeve
    shape = 2 * math.pi * length / math.log(r2 / r1)
    assert found.reference_area is not None and found.separator_length is not None
    assert float(found.reference_area / found.separator_length) == near(shape)


def test_charge_per_length_of_the_notes() -> None:
    """A cathode of 40 um on a radius of 50 um, half full of LiFePO4, holds 53.7 uAh/cm."""
    fixed = {"core_radius": 20e-6, "anode_thickness": 10e-6, "electrolyte_thickness": 20e-6, "cathode_thickness": 40e-6}
    given = asked(fixed=fixed)
    design = one(structure.design_space(given), 0)
    charge = float(structure.measures(design, given).cathode_volume) * CHARGE
    assert charge / 3600 / design.cell_length == near(53.7e-6 / 1e-2, rel=1e-3)


def test_a_wide_core_is_a_flat_cell() -> None:
    given = asked(fixed={**NOTES, "core_radius": 5e-3, "anode_thickness": 40e-6})
    found = structure.measures(one(structure.design_space(given), 0), given)
    assert found.separator_length is not None and found.reference_area is not None
    assert float(found.separator_length) == near(20e-6, rel=3e-3)
    assert float(found.cathode_volume / found.reference_area) == near(40e-6, rel=5e-3)


def test_the_anode_follows_from_the_wanted_ratio() -> None:
    given = asked()
    params = structure.design_space(given)
    found = structure.measures(params, given)
    ratio = 0.9 * found.anode_volume / found.cathode_volume
    assert np.allclose(ratio, given.n_p_ratio, rtol=2e-3)  # thicknesses are whole nanometres


def test_ends_are_bare_and_the_core_is_closed_in() -> None:
    given = asked()
    design = designed(given)
    box = {body.name: bounds(body.region) for body in structure.cell(design, given)}
    strip, cover = (round(value / NANOMETRE) for value in (design.strip_length, design.margin_cover))
    assert box["encapsulation"][1] - box["anode-collector"][1] == strip
    assert box["cathode-collector"][3] - box["encapsulation"][3] == strip
    assert box["electrolyte"][3] - box["anode-collector"][3] == cover
    assert box["electrolyte"][1] - box["cathode"][1] == -cover
    widths = [b[2] - b[0] for b in box.values()]
    assert widths == sorted(widths)


def test_the_fibre_lies_on_the_strip() -> None:
    given = asked()
    bodies = structure.cell(designed(given), given)
    drawn = measured(bodies)
    core = bodies[0]
    assert core.bottom is not None and drawn["height_m"] == near(2 * core.bottom + core.thickness)


@pytest.mark.parametrize("short", ["margin_cover", "electrolyte_thickness"])
def test_the_gap_is_the_sleeve_or_its_end(short: str) -> None:
    fixed = {"electrolyte_thickness": 50e-6, "margin_cover": 50e-6, short: 30e-6}
    given = asked(fixed=fixed)
    design = one(structure.design_space(given), 0)
    assert float(structure.measures(design, given).minimum_gap) == near(30e-6)
    assert measured(structure.cell(design, given))["minimum_gap_m"] == near(30e-6)


def test_meshes_are_closed_and_hold_the_volumes() -> None:
    given = asked()
    design = designed(given)
    found = structure.measures(design, given)
    mesh = {body.name: (vertices, faces) for body, vertices, faces in tubes(structure.cell(design, given))}
    assert set(mesh) == {body.name for body in structure.cell(design, given)}
    assert volume(*mesh["anode"]) == near(float(found.anode_volume))
    assert volume(*mesh["cathode"]) == near(float(found.cathode_volume))
    for _, faces in mesh.values():
        edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
        assert set(np.unique(edges, axis=0, return_counts=True)[1]) == {2}


def test_the_section_shows_rings_to_scale() -> None:
    given = asked()
    bodies = structure.cell(designed(given), given)
    cut = section(bodies)
    assert cut is not None and cut.to_scale and len(cut.strips) == len(bodies) == 6
    assert [strip.tall_path.count("z") for strip in cut.strips] == [1, 2, 2, 2, 2, 2]
    assert float(cut.true_height) == near(float(cut.width), rel=1e-3)  # as high as wide


def test_bending_radius_grows_with_the_fibre() -> None:
    given = asked()
    thin = designed(given)
    thick = dataclasses.replace(thin, cathode_thickness=thin.cathode_thickness + 100e-6)
    radii = [structure.findings(design, given)[0].measured for design in (thin, thick)]
    assert radii[0] is not None and radii[1] is not None
    assert radii[1] - radii[0] == near(100e-6 / 0.003)
