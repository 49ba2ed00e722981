"""Lattices of pillars: the planar cell's drops against finite volumes of the lattice, limits, and bad input."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from fabplan.cli import main
from fabplan.errors import BadInput
from fabplan.estimate.cells import read_cells
from fabplan.estimate.designs import Stacks
from fabplan.estimate.half_cells import with_half_cells
from fabplan.estimate.resistance import dc_resistance
from fabplan.estimate.run import estimate
from fabplan.estimate.trust import Doubt
from tests.estimate.examples import against_lithium, document


def pillars(**changes: Any) -> dict[str, Any]:
    """The interdigital example's materials as pillars."""
    made = document("interdigital", c_rates=[0.01, 1.0, 5.0])
    cell = made["cells"][0]
    own = cell["design"]
    for key in ("w1_m", "w2_m", "gap_m", "H_m"):
        del own[key]
    own |= {"lattice": "square-checkerboard", "distance_m": 60e-6, "r1_m": 18e-6, "r2_m": 17e-6, "h_m": 300e-6}
    for key, value in changes.items():
        own[key] = value
    cell |= {"id": "lattice", "kind": "pillars"}
    return made


def stacks(given: dict[str, Any]) -> Stacks:
    made = read_cells(given, "x").groups[0].designs
    assert isinstance(made, Stacks)
    return made


def volumes(distance: float, radii: tuple[float, float], factors: tuple[float, float, float], grid: int) -> float:
    """Drop between the mean potentials of both kinds times kappa, for unit current a pillar and height; checkerboard.

    A square between four centres: a quarter of an anode pillar in two corners, of a cathode one in the others.
    """
    place = (np.arange(grid) + 0.5) * distance / grid
    x, y = np.meshgrid(place, place, indexing="ij")
    step = distance / grid
    corners = (((0.0, 0.0), (distance, distance)), ((distance, 0.0), (0.0, distance)))
    share = []
    for pair, radius in zip(corners, radii, strict=True):
        away = np.minimum(*(np.hypot(x - a, y - b) for a, b in pair))
        share.append(np.clip(0.5 - (away - radius) / step, 0.0, 1.0))  # cells on the edge belong to both
    factor = np.full(x.shape, factors[1])
    for part, inside in zip(share, (factors[0], factors[2]), strict=True):
        factor = factor + part * (inside - factors[1])
    source = 0.5 * (share[0] / share[0].sum() - share[1] / share[1].sum())
    number = np.arange(x.size).reshape(x.shape)
    entries = []
    for one, other in ((np.s_[:-1, :], np.s_[1:, :]), (np.s_[:, :-1], np.s_[:, 1:])):
        link = (2.0 / (1.0 / factor[one] + 1.0 / factor[other])).ravel()
        a, b = number[one].ravel(), number[other].ravel()
        entries += [(a, a, link), (b, b, link), (a, b, -link), (b, a, -link)]
    rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
    matrix = coo_matrix((values, (rows, columns))).tocsc()
    found = np.append(0.0, spsolve(matrix[1:, 1:], source.ravel()[1:]))
    return float(2.0 * source.ravel() @ found)


@pytest.mark.parametrize("radii", [(18.0, 17.0), (6.0, 24.0), (26.0, 26.0)])
def test_drops_are_those_of_the_lattice(radii: tuple[float, float]) -> None:
    given = pillars(r1_m=1e-6 * radii[0], r2_m=1e-6 * radii[1])
    made = stacks(given)
    planar = (
        made.negative.thickness / made.negative.transport / 3.0
        + made.separator_thickness / made.separator_transport
        + made.positive.thickness / made.positive.transport / 3.0
    ) / made.scale
    bare = 0.35**1.5
    rough, fine = (volumes(60.0, radii, (bare, 1.0, bare), grid) for grid in (80, 160))
    right = 2.0 * fine - rough  # edges are met to first order
    assert abs(float(planar[0]) / right - 1.0) < 0.01


@pytest.mark.parametrize(("lattice", "area", "anodes"), [
    ("square-checkerboard", 2.0, 1), ("square-rows", 2.0, 1), ("triangular-rows", 3.0**0.5, 1),
    ("honeycomb", 1.5 * 3.0**0.5, 2),
])  # fmt: skip
def test_volumes_are_those_of_the_lattice(lattice: str, area: float, anodes: int) -> None:
    made = stacks(pillars(lattice=lattice))
    side = float(made.scale[0])
    assert np.isclose(made.positive.thickness[0] * side, math.pi * 17e-6**2)
    assert np.isclose(made.negative.thickness[0] * side, anodes * math.pi * 18e-6**2)
    whole = made.positive.thickness + made.negative.thickness + made.separator_thickness
    assert np.isclose(whole[0] * side, area * 60e-6**2)
    electrons = made.positive.thickness / made.positive.conductivity / side  # h^2/(sigma pi r^2)
    assert np.isclose(electrons[0], 300e-6**2 / (5.0 * math.pi * 17e-6**2))


def test_capacity_is_that_of_a_pillar_and_rates_cost() -> None:
    result = estimate(read_cells(pillars(), "x"))
    cathode = 96485.33212 * 22806.0 * 0.55 * math.pi * 17e-6**2 * (0.95 - 0.03)
    assert np.isclose(result.capacity[0], cathode, rtol=0.06) and not result.doubt.any()
    assert np.all(np.diff(result.capacity) < 0.0) and np.all(np.diff(result.mean_voltage) < 0.0)
    row = result.document()["results"][0]
    assert "capacity_Ah_m" in row and row["trusted"]


def test_lithium_pillars() -> None:
    given = against_lithium(pillars())
    given["cells"][0]["design"]["anode"] = given["cells"][0]["design"].pop("neg")
    result = estimate(read_cells(given, "x"))
    assert np.all(result.mean_voltage > 3.0) and dc_resistance(read_cells(given, "x"))[0] > 0.0


def test_closer_pillars_resist_less_and_fast_ones_are_flagged() -> None:
    near, far = (read_cells(pillars(distance_m=d), "x") for d in (50e-6, 80e-6))
    assert dc_resistance(near)[0] < dc_resistance(far)[0]
    hard = copy.deepcopy(pillars(distance_m=200e-6, r1_m=90e-6, r2_m=85e-6, h_m=700e-6))
    assert (estimate(read_cells(hard, "x"), "auto", [20.0]).doubt == Doubt.FINGERS).all()


def test_half_cells_change_places() -> None:
    made, _ = with_half_cells(pillars(), 10.0)
    anode, cathode = (cell["design"] for cell in made["cells"][1:])
    assert (anode["r1_m"], anode["r2_m"]) == (17e-6, 18e-6) and (cathode["r1_m"], cathode["r2_m"]) == (18e-6, 17e-6)
    full, *halves = estimate(read_cells(made, "x"), "auto", [0.01]).mean_voltage
    assert full == pytest.approx(halves[1] - halves[0], abs=0.05)
    alone, notes = with_half_cells(pillars(lattice="honeycomb"), 10.0)
    assert len(alone["cells"]) == 1 and "honeycomb" in notes[0]


def test_variants_and_grids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Uncertain inputs are drawn; a grid of designs is refused with the kinds that have one."""
    path = tmp_path / "cells.json"
    path.write_text(json.dumps(pillars()))
    assert main.run(["estimate", str(path), "--confidence", "medium", "--draws", "60"]) == 0
    assert main.run(["estimate", str(path), "--vary", "r1_m=1e-5..2e-5:3"]) == 2
    assert "no grid" in capsys.readouterr().err


def test_bad_lattices() -> None:
    with pytest.raises(BadInput, match="touch"):
        read_cells(pillars(r1_m=40e-6, r2_m=25e-6), "x")
    with pytest.raises(BadInput, match="did you mean 'honeycomb'"):
        read_cells(pillars(lattice="honeycom"), "x")
    assert any("above and below" in note for note in read_cells(pillars(h_m=60e-6), "x").notes)
