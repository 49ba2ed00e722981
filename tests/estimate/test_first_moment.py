"""The first moment of porous fingers: finite volumes of both potentials, and limits that are known."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from fabplan.estimate import fitted
from fabplan.estimate.cells import read_cells
from fabplan.estimate.constants import Array
from fabplan.estimate.designs import Fingers
from fabplan.estimate.first_moment import Finger, paths
from fabplan.estimate.ladder import porous_electrode
from fabplan.estimate.resistance import dc_resistance
from tests.estimate.examples import document
from tests.estimate.test_cover import lines, pair

FEW = settings(max_examples=8, deadline=None)
length = st.floats(10.0, 120.0)


def volumes(fingers: Fingers, sides: list[tuple[float, float, float]], separator: float, cells: int) -> float:
    """Both potentials on finite volumes: 1 V at the anode's base, 0 V at the cathode's; R kappa h."""
    first, second = float(fingers.anode_width[0] / 2), float(fingers.cathode_width[0] / 2)
    gap, high, lid = (float(part[0]) for part in (fingers.gap, fingers.height, fingers.lid))
    x, y = lines([0.0, first, first + gap, first + gap + second], cells), lines([0.0, high, lid], cells)
    wide, tall = np.meshgrid(np.diff(x), np.diff(y), indexing="ij")
    middle_x, middle_y = np.meshgrid((x[1:] + x[:-1]) / 2, (y[1:] + y[:-1]) / 2, indexing="ij")
    parts = [(middle_x < first) & (middle_y < high), (middle_x > first + gap) & (middle_y < high)]
    ionic = np.full(wide.shape, separator)
    solid = np.full(wide.shape, np.nan)
    for part, side in zip(parts, sides, strict=True):
        ionic[part], solid[part] = side[0], side[1]
    count = wide.size
    number = np.arange(count).reshape(wide.shape)
    entries: list[tuple[Array, Array, Array]] = []
    right = np.zeros(2 * count)

    def join(one: Array, other: Array, link: Array) -> None:
        entries.extend([(one, one, link), (other, other, link), (one, other, -link), (other, one, -link)])

    for field, factor in ((0, ionic), (count, solid)):
        for one, other, along, face in (
            (np.s_[:-1, :], np.s_[1:, :], wide, tall),
            (np.s_[:, :-1], np.s_[:, 1:], tall, wide),
        ):
            link = face[one] / (along[one] / factor[one] / 2 + along[other] / factor[other] / 2)
            both = np.isfinite(link)  # nothing of the solid across its edges
            join(field + number[one][both], field + number[other][both], link[both])
    for part, side, volts in zip(parts, sides, (1.0, 0.0), strict=True):
        join(number[part], count + number[part], (side[2] * wide * tall)[part])
        base = part & (np.arange(wide.shape[1]) == 0)
        feed = (wide * side[1] / (tall / 2))[base]
        entries.append((count + number[base], count + number[base], feed))
        right[count + number[base]] = feed * volts
    empty = count + number[~(parts[0] | parts[1])]
    entries.append((empty, empty, np.ones(empty.size)))
    rows, columns, values = (np.concatenate(column) for column in zip(*entries, strict=True))
    found = spsolve(coo_matrix((values, (rows, columns))).tocsc(), right)
    base = parts[0] & (np.arange(wide.shape[1]) == 0)
    current = np.sum((wide * sides[0][1] / (tall / 2))[base] * (1.0 - found[count + number[base]]))
    return high / float(current)


def made(fingers: Fingers, sides: list[tuple[float, float, float]], separator: float) -> Array:
    anode, cathode = (Finger(*(np.array([part]) for part in side)) for side in sides)
    return np.array([part[0] for part in paths(fingers, anode, np.array([separator]), cathode)])


@FEW
@given(length, length, length, length, st.floats(0.0, 1.0), st.floats(-1.0, 2.0), st.floats(7.5, 10.0))
def test_against_finite_volumes(
    anode: float, cathode: float, gap: float, high: float, cover: float, electrons: float, reaction: float
) -> None:
    """From electrons that meet more resistance than ions to almost none, from even to concentrated reactions."""
    fingers = pair(anode, cathode, gap, high, high * (1.0 + max(cover, 0.02)))
    sides = [(0.2, 10.0**electrons, 10.0**reaction), (0.3, 3.0 * 10.0**electrons, 0.3 * 10.0**reaction)]
    rough, fine = (volumes(fingers, sides, 0.8, cells) for cells in (16, 32))
    assert abs(made(fingers, sides, 0.8).sum() / (fine + (fine - rough) / 3.0) - 1.0) < 0.01


@FEW
@given(length, length, length, length, st.floats(6.0, 10.0))
def test_with_free_electrons_and_no_cover_it_is_newman(
    anode: float, cathode: float, gap: float, high: float, reaction: float
) -> None:
    sides = [(0.2, 1e5, 10.0**reaction), (0.3, 1e5, 10.0**reaction)]
    found = made(pair(anode, cathode, gap, high, high), sides, 0.9)
    for path, width, side in ((found[0], anode, sides[0]), (found[2], cathode, sides[1])):
        assert np.isclose(path, porous_electrode(0.5e-6 * width, side[0], 1e6, side[2]), rtol=5e-3)
    assert np.isclose(found[1], 1e-6 * gap / 0.9, rtol=5e-3)


def test_slow_reaction_adds_the_mean_drops() -> None:
    """1/(g W) + W/(3 B) + h^2/(3 s W): ions over the half width, electrons over the height."""
    found = made(pair(80.0, 60.0, 30.0, 50.0, 50.0), [(0.2, 4.0, 1e5), (0.3, 2.0, 1e5)], 0.9)
    for path, wide, ionic, electronic in ((found[0], 40e-6, 0.2, 4.0), (found[2], 30e-6, 0.3, 2.0)):
        rest = path - 1.0 / (1e5 * wide)
        assert np.isclose(rest, wide / (3.0 * ionic) + (50e-6) ** 2 / (3.0 * electronic * wide), rtol=5e-3)


def test_many_variants_are_close_to_solved_ones() -> None:
    given_document = document("interdigital")
    base = given_document["cells"][0]
    random = np.random.default_rng(5)
    given_document["cells"] = []
    for number in range(fitted.MOST_SOLVED + 50):
        design = {key: dict(value) if isinstance(value, dict) else value for key, value in base["design"].items()}
        for key in ("w1_m", "w2_m", "gap_m"):
            design[key] *= float(np.exp(0.1 * random.standard_normal()))
        for side in ("anode", "cathode"):
            for key in ("sigma", "i0_ref"):
                design[side][key] *= float(np.exp(0.3 * random.standard_normal()))
        given_document["cells"].append(base | {"id": str(number), "design": design})
    made_cells = read_cells(given_document, "x")
    assert np.allclose(dc_resistance(made_cells, similar=True), dc_resistance(made_cells), rtol=5e-3)
