"""Axes of a design space: fixed values first, all combinations, the fewest violations."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fabplan.architectures.base import Request, RoleLimits
from fabplan.geometry.measures import Measures
from fabplan.geometry.region import NANOMETRE

Array = NDArray[np.float64]
P = TypeVar("P")
MOST_DESIGNS = 100_000
BALANCE = 0.97
THICKEST = 1e-3  # [m], where a recipe sets no limit


def whole(metres: ArrayLike) -> Array:
    """Lengths in whole nanometres, half away from zero, still as floats."""
    scaled = np.asarray(metres, dtype=float) / NANOMETRE
    return np.asarray(np.copysign(np.floor(np.abs(scaled) + 0.5), scaled))


def in_nanometres(params: type, values: Mapping[str, float]) -> dict[str, float]:
    """Values of a ``Params`` class with its lengths in whole nanometres instead of metres."""
    lengths = _lengths(params)
    return {name: float(whole(value)) if name in lengths else float(value) for name, value in values.items()}


def as_params(params: type[P], values: Mapping[str, ArrayLike]) -> P:
    """Params of arrays of one shape from values whose lengths are in nanometres."""
    lengths = _lengths(params)
    names = [spec.name for spec in dataclasses.fields(params)]  # type: ignore[arg-type]
    arrays = np.broadcast_arrays(*(np.asarray(values[name], dtype=float) for name in names))
    return params(**{n: a * NANOMETRE if n in lengths else a.copy() for n, a in zip(names, arrays, strict=True)})


def _lengths(params: type) -> set[str]:
    return {spec.name for spec in dataclasses.fields(params) if spec.metadata["dimension"] == "length"}


def picked(params: P, index: NDArray[np.intp]) -> P:
    """Some of the designs, in that order."""
    return dataclasses.replace(params, **{n: v[index] for n, v in vars(params).items()})  # type: ignore[type-var]


def axis(fixed: Mapping[str, float], name: str, values: ArrayLike) -> Array:
    """Values of one parameter: the fixed one alone, else those given, each once and in order."""
    if name in fixed:
        return np.array([fixed[name]], dtype=float)
    return np.unique(np.asarray(values, dtype=float))


def counts(low: int, high: float, most: int) -> Array:
    """At most ``most`` whole numbers from ``low`` to ``high``, evenly spread in ratio; never empty."""
    top = max(low, int(min(high, 1e9)))
    return np.unique(np.rint(np.geomspace(max(low, 1), max(top, 1), most)))


def thicknesses(limit: RoleLimits, most: float, number: int) -> Array:
    """At most ``number`` thicknesses [m] that a recipe can make, over two decades; never empty.

    None lies above ``most`` unless the recipe cannot make thinner ones.
    """
    high = min(limit.thickness_high, THICKEST, max(most, limit.thickness_low))
    low = min(max(limit.thickness_low, high / 100), high)
    if limit.thickness_step:
        fewest = int(np.ceil(low / limit.thickness_step - 1e-9))
        return counts(fewest, high / limit.thickness_step + 1e-9, number) * limit.thickness_step
    return np.geomspace(max(low, NANOMETRE), max(high, NANOMETRE), number)


def combinations(**axes: Array) -> dict[str, Array]:
    """All combinations of the axes, flat; the first axis varies slowest."""
    grids = np.meshgrid(*axes.values(), indexing="ij")
    return {name: grid.ravel() for name, grid in zip(axes, grids, strict=True)}


def held(fixed: Mapping[str, float], name: str, values: Any) -> Any:
    """The fixed value where there is one, else the computed values."""
    return np.full_like(np.asarray(values, dtype=float), fixed[name]) if name in fixed else values


def over(length: Any, width: Any) -> Array:
    """Length over width; infinite where there is no width."""
    wide = np.asarray(width) > 0
    return np.where(wide, length / np.where(wide, width, 1.0), np.inf)


def balanced(measures: Measures, request: Request) -> NDArray[np.bool_]:
    """Whether the anode holds the wanted multiple of the cathode's capacity, or more; 3 % are granted to rounding.

    True where one of the capacities is unknown (lithium metal).
    """
    anode, cathode = request.capacity.get("anode"), request.capacity.get("cathode")
    if not anode or not cathode:
        return np.ones(np.shape(measures.anode_volume), dtype=np.bool_)
    wanted = request.n_p_ratio * cathode * measures.cathode_volume
    return np.asarray(anode * measures.anode_volume >= BALANCE * wanted, dtype=np.bool_)


def fewest_violations(rules: Sequence[NDArray[np.bool_]]) -> NDArray[np.intp]:
    """Numbers of the designs that break the fewest rules (``True`` is kept); all that are equally good.

    A request that nothing can meet thus still has designs: the nearest ones, for the verdict to name
    what binds. At most `MOST_DESIGNS`, evenly picked.
    """
    broken = np.sum([~np.asarray(rule) for rule in np.broadcast_arrays(*rules)], axis=0)
    best = np.flatnonzero(broken == broken.min())
    return best[np.linspace(0, len(best) - 1, min(len(best), MOST_DESIGNS)).astype(np.intp)]


def as_measures(values: Mapping[str, Any], feasible: NDArray[np.bool_]) -> Measures:
    """Measures whose fields all have one shape; no squares of buses where none are given."""
    values = {"anode_bus_squares": 0.0, "cathode_bus_squares": 0.0, **values}
    shape = np.broadcast_shapes(feasible.shape, *(np.shape(value) for value in values.values()))
    arrays = {name: np.broadcast_to(np.asarray(value, dtype=float), shape).copy() for name, value in values.items()}
    return Measures(**arrays, feasible=np.broadcast_to(feasible, shape).copy())
