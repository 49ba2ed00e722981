"""The cover above fingers against finite volumes of the same cross-section, and against its limits."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from fabplan.estimate import cover
from fabplan.estimate.constants import Array
from fabplan.estimate.cover import COARSE, Paths, ionic_paths
from fabplan.estimate.designs import Fingers
from tests.estimate.examples import reference

FEW = settings(max_examples=12, deadline=None)


def lines(edges: list[float], cells: int) -> Array:
    """Faces from edge to edge, dense near every edge."""
    share = 0.5 - 0.5 * np.cos(np.pi * np.arange(cells) / cells)
    parts = [low + (high - low) * share for low, high in pairwise(edges)]
    return np.concatenate([*parts, edges[-1:]])


def volumes(fingers: Fingers, factors: list[float], cells: int) -> float:
    """Drop between the fingers' mean potentials, even sources, per current density on a side [m]."""
    first, second, gap, high, lid = (
        float(part[0])
        for part in (fingers.anode_width / 2, fingers.cathode_width / 2, fingers.gap, fingers.height, fingers.lid)
    )
    x, y = lines([0.0, first, first + gap, first + gap + second], cells), lines([0.0, high, lid], cells)
    wide, tall = np.diff(x), np.diff(y)
    middle = (x[1:] + x[:-1])[:, None] / 2, (y[1:] + y[:-1])[None, :] / 2
    anode, cathode = (
        where & (middle[1] < high) for where in (middle[0] < first, middle[0] > first + gap)
    )
    factor = np.where(anode, factors[0], np.where(cathode, factors[2], factors[1]))
    area = wide[:, None] * tall[None, :]
    source = (anode / (first * high) - cathode / (second * high)) * area
    number = np.arange(factor.size).reshape(factor.shape)
    entries: list[tuple[Array, Array, Array]] = []
    for one, other, half, face in (
        (np.s_[:-1, :], np.s_[1:, :], wide[:, None] / factor / 2, tall[None, :]),
        (np.s_[:, :-1], np.s_[:, 1:], tall[None, :] / factor / 2, wide[:, None]),
    ):
        link = (face / (half[one] + half[other])).ravel()
        a, b = number[one].ravel(), number[other].ravel()
        entries += [(a, a, link), (b, b, link), (a, b, -link), (b, a, -link)]
    rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
    matrix = coo_matrix((values, (rows, columns))).tocsc()
    found = np.append(0.0, spsolve(matrix[1:, 1:], source.ravel()[1:]))
    return float(source.ravel() @ found) * high


def pair(*lengths: float) -> Fingers:
    return Fingers(*(np.array([1e-6 * length]) for length in lengths))


def drop(fingers: Fingers, factors: list[float], **degree: int) -> float:
    return float(total(ionic_paths(fingers, *(np.array([factor]) for factor in factors), **degree))[0])


def total(paths: Paths) -> Array:
    return paths.anode + paths.gap + paths.cathode


length = st.floats(5.0, 150.0)


@FEW
@given(length, length, length, st.floats(5.0, 400.0), st.floats(0.05, 1.0), st.floats(0.12, 0.4), st.floats(0.12, 0.4))
def test_against_finite_volumes(
    anode: float, cathode: float, gap: float, high: float, cover: float, first: float, second: float
) -> None:
    fingers, factors = pair(anode, cathode, gap, high, high * (1.0 + cover)), [first, 0.8, second]
    rough, fine = (volumes(fingers, factors, cells) for cells in (16, 32))
    right = fine + (fine - rough) / 3.0  # of second order
    assert abs(drop(fingers, factors) / right - 1.0) < 0.006
    assert abs(drop(fingers, factors, degree=COARSE) / right - 1.0) < 0.04


@given(length, length, length, length)
def test_without_cover_it_is_the_planar_cell(anode: float, cathode: float, gap: float, high: float) -> None:
    found = drop(pair(anode, cathode, gap, high, high), [0.2, 0.9, 0.3])
    assert np.isclose(found, 1e-6 * (anode / 6 / 0.2 + gap / 0.9 + cathode / 6 / 0.3), rtol=1e-12)


def test_a_thin_cover_over_flat_fingers_is_a_conductor_beside_them() -> None:
    """Far wider than high: the potential has no height, B h + B_sep t conduct side by side."""
    paths = ionic_paths(pair(900.0, 700.0, 600.0, 2.0, 3.0), np.array([0.2]), np.array([0.9]), np.array([0.3]))
    bare = 900e-6 / 6 / (0.2 + 0.45), 600e-6 / (0.9 + 0.45), 700e-6 / 6 / (0.3 + 0.45)
    assert np.allclose([paths.anode[0], paths.gap[0], paths.cathode[0]], bare, rtol=5e-3)


@FEW
@given(length, length, length, length)
def test_a_deeper_cover_never_resists_more(anode: float, cathode: float, gap: float, high: float) -> None:
    drops = [drop(pair(anode, cathode, gap, high, high * (1.0 + t)), [0.2, 0.9, 0.3]) for t in (0, 1e-3, 0.1, 1, 10)]
    assert all(np.diff(drops) <= 1e-9 * drops[0])


def test_metal_is_equipotential() -> None:
    """Above lithium the cover leads to its top as well, so that the gap resists less than bare."""
    ideal = ionic_paths(pair(40.0, 40.0, 20.0, 50.0, 60.0), *(np.array([b]) for b in (np.inf, 0.9, 0.3)))
    good = ionic_paths(pair(40.0, 40.0, 20.0, 50.0, 60.0), *(np.array([b]) for b in (900.0, 0.9, 0.3)))
    assert ideal.anode[0] < 1e-4 * ideal.gap[0] < 1e-4 * 20e-6 / 0.9
    assert np.isclose(total(ideal)[0], total(good)[0], rtol=2e-3)


@pytest.mark.parametrize(("degree", "most"), [(COARSE, 0.02), (4, 0.003)])
def test_reference_geometries_are_converged(degree: int, most: float) -> None:
    designs = [case["design"] for case in reference("interdigital_discharge.json")["cases"]]
    lengths = [np.array([own[key] for own in designs]) for key in ("w1_m", "w2_m", "gap_m", "h_m", "H_m")]
    factors = [np.array([own[part]["eps"] ** 1.5 for own in designs]) for part in ("anode", "sep", "cathode")]
    made, fine = (total(ionic_paths(Fingers(*lengths), *factors, degree=d)) for d in (degree, 10))
    assert np.max(np.abs(made / fine - 1.0)) < most


def test_equal_neighbours_are_solved_once_and_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """A design at many rates: what each row alone gives, at one solution a run; some rows without a cover."""
    places = np.array([0, 0, 0, 1, 2, 2, 0, 0])
    lengths = np.array([[40e-6, 30e-6, 20e-6, 50e-6, 60e-6], [44e-6, 30e-6, 20e-6, 50e-6, 60e-6], [9e-6] * 5])
    factors = np.tile([[0.2], [0.9], [0.3]], len(places))
    solved: list[int] = []
    inner = cover._under_cover
    monkeypatch.setattr(cover, "_under_cover", lambda *given: solved.append(len(given[1])) or inner(*given))
    together = ionic_paths(Fingers(*lengths[places].T), *factors)
    assert solved == [3]
    for row, place in enumerate(places):
        alone = ionic_paths(Fingers(*lengths[[place]].T), *factors[:, :1])
        for name, values in vars(alone).items():
            assert getattr(together, name)[row] == values[0]
