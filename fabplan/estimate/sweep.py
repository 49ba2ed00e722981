"""A grid of sizes over one cell, as lines of a table: 10^6 designs and more, one block after the other.

Nothing grows with the number of designs: a block's sizes are computed from its place in the grid, answered
(``scan.blocks``) and turned into text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.estimate.cells import Cells
from fabplan.estimate.constants import SECONDS_PER_HOUR, Array
from fabplan.estimate.designs import Films
from fabplan.estimate.reading import C_RATES
from fabplan.estimate.run import PER_LENGTH
from fabplan.estimate.scan import BLOCK_POINTS, Geometry, blocks
from fabplan.estimate.search_geometry import FilmGeometry, InterdigitalGeometry, StackGeometry
from fabplan.estimate.variants import Base

MOST_DESIGNS = 100_000_000
_FILM = {
    "pos.L_m": "cathode_thickness", "neg.L_m": "anode_thickness", "se.L_m": "electrolyte_thickness",
    "contact_ohm_m2": "contact_resistance",
}  # fmt: skip
#: kind -> key of the cells file -> field of the geometry
FIELDS: Mapping[str, Mapping[str, str]] = {
    "interdigital": {
        "w1_m": "anode_width", "w2_m": "cathode_width", "gap_m": "gap", "h_m": "height", "H_m": "lid",
        "contact_ohm_m": "contact_resistance",
    },
    "porous-stack": {
        "neg.L_m": "anode_thickness", "pos.L_m": "cathode_thickness", "sep.L_m": "separator_thickness",
        "contact_ohm_m2": "contact_resistance",
    },
    "film-planar": _FILM,
    "film-coaxial": {**_FILM, "r0_m": "core_radius"},
}  # fmt: skip


@dataclass(frozen=True)
class Axis:
    """One size that varies: its key, its ends, how many values evenly between them."""

    key: str
    low: float
    high: float
    count: int

    def at(self, places: Array) -> Array:
        """Values at places of the axis, 0 to ``count - 1``.

        Parameters
        ----------
        places : [n]

        Returns
        -------
        [m] [n].
        """
        return np.asarray(self.low + (self.high - self.low) * places / max(self.count - 1, 1))


@dataclass(frozen=True)
class Block:
    """Some designs: values of the axes [n, axes]; answers [n, rates] per m2 or per metre, SI."""

    sizes: Array
    capacity: Array
    mean_voltage: Array
    salt_depletion: Array
    trusted: Array


def typed(text: str) -> Axis | Problem:
    """``"gap_m=10e-6..50e-6:100"`` as people type it."""
    key, sign, rest = (part.strip() for part in text.partition("="))
    ends, colon, count = rest.partition(":")
    try:
        low, high = (float(end) for end in ends.split(".."))
        axis = Axis(key, low, high, int(count))
    except ValueError:
        return Problem("not a row of sizes", "--vary", repr(text)[:60], '"gap_m=10e-6..50e-6:100"')
    if not (key and sign and colon and 0.0 < low <= high <= 1.0 and axis.count >= 1):
        return Problem("not a row of sizes", "--vary", repr(text)[:60], "0 < FROM <= TO <= 1, at least one value")
    return axis


def checked(template: Cells, axes: Sequence[Axis], c_rates: Sequence[float]) -> int:
    """How many designs there are.

    Parameters
    ----------
    c_rates : [1/h] [r]

    Raises
    ------
    BadInput : sizes that the kind of cell does not have, the same twice, too many designs, bad rates
    """
    kind = template.kinds[0]
    if kind not in FIELDS:
        raise BadInput(Problem("no grid of designs of this kind of cell", "--vary", kind, listed(FIELDS)))
    problems, valid = [], FIELDS[kind]
    for place, axis in enumerate(axes):
        if axis.key not in valid:
            near = nearest(axis.key, valid)
            problems.append(Problem("not a size of this kind of cell", "--vary", axis.key[:60], listed(valid), near))
        if axis.key in {other.key for other in axes[:place]}:
            problems.append(Problem("the same size twice", "--vary", axis.key[:60]))
    if not c_rates or not all(math.isfinite(rate) and C_RATES.holds(rate) for rate in c_rates):
        problems.append(Problem("not a list of C-rates", "--rates", str(list(c_rates))[:60], f"numbers {C_RATES}"))
    count = math.prod(axis.count for axis in axes)
    if count > MOST_DESIGNS:
        problems.append(Problem("too many designs", "--vary", str(count), f"at most {MOST_DESIGNS}"))
    if problems:
        raise BadInput(problems)
    return count


def swept(
    template: Cells,
    base: Base,
    axes: Sequence[Axis],
    c_rates: Sequence[float],
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Block]:
    """All designs of the grid in blocks, the last axis running fastest.

    Parameters
    ----------
    c_rates : [1/h] [r]
    template, base : the one cell, as arrays and as it was read
    progress : is told the designs done and the designs in all
    """
    count, shape = checked(template, axes, c_rates), tuple(axis.count for axis in axes)
    step = max(BLOCK_POINTS // len(c_rates), 1)
    for begin in range(0, count, step):
        places = np.unravel_index(np.arange(begin, min(begin + step, count)), shape)
        sizes = np.stack([axis.at(np.asarray(some, float)) for axis, some in zip(axes, places, strict=True)], axis=1)
        yield _answered(template, base, axes, sizes, c_rates)
        if progress is not None:
            progress(begin + len(sizes), count)


def _answered(template: Cells, base: Base, axes: Sequence[Axis], sizes: Array, c_rates: Sequence[float]) -> Block:
    columns = {axis.key: np.ascontiguousarray(sizes[:, place]) for place, axis in enumerate(axes)}
    found = [answer for _, answer in blocks(template, _geometry(template, base, columns), c_rates)]
    shape = (len(sizes), len(c_rates))

    def column(name: str) -> Array:
        return np.concatenate([getattr(answer, name) for answer in found]).reshape(shape)

    return Block(
        sizes, column("capacity"), column("mean_voltage"), column("salt_depletion"), column("trusted")
    )


def _geometry(template: Cells, base: Base, columns: Mapping[str, Array]) -> Geometry:
    kind = template.kinds[0]
    values = {
        field: columns.get(key, np.float64(base.value(key) or 0.0)) for key, field in FIELDS[kind].items()
    }
    if kind == "interdigital":
        if "H_m" not in columns and "h_m" in columns:  # the cover stays as deep as it is
            values["lid"] = columns["h_m"] + (base.value("H_m") or 0.0) - (base.value("h_m") or 0.0)
        values["lid"] = np.maximum(values["lid"], values["height"])
        return InterdigitalGeometry(**values)
    if kind == "porous-stack":
        return StackGeometry(**values)
    values.setdefault("core_radius", np.float64(np.inf))
    assert isinstance(template.groups[0].designs, Films)
    return FilmGeometry(**values)


def header(template: Cells, axes: Sequence[Axis], c_rates: Sequence[float]) -> bytes:
    """First line of the table.

    Parameters
    ----------
    c_rates : [1/h] [r]
    """
    unit = "Ah_m" if template.kinds[0] in PER_LENGTH else "Ah_m2"
    answers = (f"capacity_{unit}", "mean_voltage_V", "salt_depletion", "trusted")
    names = [f"{what}@{rate:g}C" for rate in c_rates for what in answers]
    return (",".join([*(axis.key for axis in axes), *names]) + "\n").encode()


def lines(block: Block) -> bytes:
    """A block as lines of the table: sizes, then capacity, voltage, depletion and trust of each rate."""
    rates = block.capacity.shape[1]
    answers = (block.capacity / SECONDS_PER_HOUR, block.mean_voltage, block.salt_depletion, block.trusted)
    columns = [block.sizes, *(part[:, place : place + 1] for place in range(rates) for part in answers)]
    form = ",".join(["%.9g"] * block.sizes.shape[1] + ["%.6g,%.5g,%.4g,%d"] * rates)
    rows = np.concatenate([np.asarray(part, dtype=np.float64) for part in columns], axis=1).tolist()
    return ("\n".join(form % tuple(row) for row in rows) + "\n").encode()
