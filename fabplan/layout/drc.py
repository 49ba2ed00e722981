"""Rule checks on arbitrary polygons: every violation with its place, as the two parts of edges that are too near.

The meaning of the words is that of KLayout's checks (Euclidean metric, edges with more than a right angle between them,
shapes between hide what is behind), so that a deck for KLayout says the same; it is the oracle of the tests. What
repeats is looked at a few times (`fabplan.geometry.periodic`): places are those of the first copies, counts are exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np

from fabplan.findings import Finding
from fabplan.geometry import periodic
from fabplan.geometry.periodic import Stretch, Stretches
from fabplan.geometry.region import NANOMETRE, Region
from fabplan.layout import _drc_shapes
from fabplan.layout._drc_edges import Edges, Pairs, edges_of, near_pairs, seen_pairs
from fabplan.layout._drc_merge import Merged, merged_region
from fabplan.layout._drc_shapes import Place
from fabplan.layout.words import at, microns

Kind = Literal[
    "width", "space", "notch", "separation", "enclosure", "overlap", "opening", "apart", "inside", "area", "hole-area",
    "grid", "angle", "density",
]  # fmt: skip
__all__ = ["Checked", "Kind", "Rule", "RuleSet", "Violation", "check", "findings", "holes", "merged_region", "overlaps"]
#: kinds that compare distances of edges
DISTANCES = ("width", "space", "notch", "separation", "enclosure", "overlap", "opening")
OTHER_UNITS = {"area": "m2", "hole-area": "m2", "angle": "degrees", "density": ""}


@dataclass(frozen=True)
class Rule:
    """One rule.

    Parameters
    ----------
    kind : ``width`` and ``space`` (``notch``: within one polygon only) of a layer; ``separation`` between two layers;
        ``overlap`` of two layers where they overlap; ``enclosure``: how far ``layer`` reaches past the edges of
        ``other``; ``opening``: likewise past the holes of ``other``, all of which lie on ``layer``; ``apart``: the
        layers share no area; ``inside``: no area of ``layer`` lies outside ``other``;
        ``area`` and ``hole-area`` of single polygons and holes; ``grid`` of vertices; ``angle`` of corners;
        ``density``: least share of area in every window
    layer, other : names; ``other`` empty for rules of one layer
    value : least allowed [m, m², degrees or share]; the grid [m]
    most : largest allowed share, of ``density``
    window : edge of the windows of ``density`` [m]
    severity : of what it finds
    """

    kind: Kind
    layer: str
    value: float
    other: str = ""
    most: float = 1.0
    window: float = 0.0
    severity: Literal["error", "warning"] = "error"

    @property
    def name(self) -> str:
        """Name for files and findings, e.g. ``"separation anode cathode"``."""
        return " ".join(word for word in (self.kind, self.layer, self.other) if word)


@dataclass(frozen=True)
class RuleSet:
    """Rules, and the (layer, datatype) pairs that together are each of the layers they name."""

    layers: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Violation:
    """One place where a rule is broken.

    Parameters
    ----------
    lines : the edges or corners that show it, each (x0, y0, x1, y1) [m]
    measured : [m, m², degrees or share], None where there is no number
    """

    lines: tuple[tuple[float, float, float, float], ...]
    measured: float | None = None

    @property
    def place(self) -> tuple[float, float]:
        """Its middle (x, y) [m]."""
        ends = np.array(self.lines).reshape(-1, 2)
        x, y = (ends.min(axis=0) + ends.max(axis=0)) / 2
        return float(x), float(y)


@dataclass(frozen=True)
class Checked:
    """What a rule found.

    Parameters
    ----------
    violations : those that were looked at, in a fixed order
    total : how many there are in the whole layout, copies in arrays counted
    """

    rule: Rule
    violations: tuple[Violation, ...]
    total: int


@dataclass(frozen=True)
class _Layer(Merged):
    """A layer whose edges are kept for the next rule."""

    @cached_property
    def edges(self) -> Edges:
        """Of its merged polygons."""
        return edges_of(self)


def check(rules: Sequence[Rule], regions: Mapping[str, Region]) -> tuple[Checked, ...]:
    """What every rule finds on drawn layers.

    Parameters
    ----------
    regions : name of a layer -> its polygons, which may overlap; a name that is not there is an empty layer

    Raises
    ------
    BadInput : more polygons than can be looked at one by one, where they do not repeat
    """
    names = list(regions)
    far = max((rule.value for rule in rules if rule.kind in DISTANCES), default=0.0) / NANOMETRE
    found = reaching(periodic.stretches([regions[name] for name in names]), far)
    drawn = [regions[name] for name in names]
    short = dict(zip(names, periodic.short(drawn, found), strict=True)) if found else regions
    layers: dict[str, _Layer] = {}
    results = []
    for rule in rules:
        if rule.kind == "density":
            places = _drc_shapes.sparse(regions.get(rule.layer, Region()), rule.value, rule.most, rule.window)
            violations = tuple(Violation(place.lines, place.measured) for place in places)
            results.append(Checked(rule, violations, len(violations)))
            continue
        places = _places(rule, short, layers)
        total = _total(rule, places, regions, found) if found and places else len(places)
        results.append(Checked(rule, tuple(_restored(place, found) for place in places), total))
    return tuple(results)


def holes(region: Region) -> Region:
    """Holes of a region's merged polygons; of what repeats a few only."""
    few = periodic.short([region], periodic.stretches([region]))[0]
    return _drc_shapes.holes(Merged(few))


def overlaps(region: Region) -> bool:
    """Whether polygons of a region share area."""
    few = periodic.short([region], periodic.stretches([region]))[0]
    return Merged(few).overlaps


def reaching(found: Stretches, far: float) -> Stretches:
    """Stretches with so many periods kept that distances up to ``far`` [nm] are those of the whole layout."""

    def kept(along: Sequence[Stretch]) -> tuple[Stretch, ...]:
        more = [replace(s, spare=s.spare - max(0, math.ceil(far / s.period) - periodic.SEEN)) for s in along]
        return tuple(s for s in more if s.spare > 0)

    return Stretches(kept(found.x), kept(found.y))


def _total(rule: Rule, places: Sequence[Place], regions: Mapping[str, Region], found: Stretches) -> int:
    """Violations of the whole layout: their number grows by the same with every period."""
    names = [name for name in (rule.layer, rule.other) if name in regions]

    def number(few: list[Region]) -> float:
        return float(len(_places(rule, dict(zip(names, few, strict=True)), {})))

    return round(periodic.grown(number, [regions[name] for name in names], found))


def _places(rule: Rule, regions: Mapping[str, Region], layers: dict[str, _Layer]) -> list[Place]:
    """Violations of a rule; ``layers`` keeps merged layers for the next rule."""
    one, other = (_layer(name, regions, layers) for name in (rule.layer, rule.other))
    if rule.kind == "opening":
        holes = _Layer(_drc_shapes.holes(other))
        bare = [replace(place, measured=0.0) for place in _drc_shapes.outside(holes, one)]
        return [*_distances(rule, one, holes), *bare]
    if rule.kind in DISTANCES:
        return _distances(rule, one, other)
    if rule.kind == "apart":
        return _drc_shapes.common(one, other)
    if rule.kind == "inside":
        return _drc_shapes.outside(one, other)
    if rule.kind in ("area", "hole-area"):
        return _drc_shapes.small(one, rule.value, rule.kind == "hole-area")
    if rule.kind == "grid":
        return _drc_shapes.off_grid(regions.get(rule.layer, Region()), rule.value)
    return _drc_shapes.sharp(one, rule.value)


def _layer(name: str, regions: Mapping[str, Region], layers: dict[str, _Layer]) -> _Layer:
    if name not in layers:
        layers[name] = _Layer(regions.get(name, Region()))
    return layers[name]


def _distances(rule: Rule, one: _Layer, other: _Layer) -> list[Place]:
    """Pairs of edges that are too near, those hidden behind other shapes left out."""
    reach = rule.value / NANOMETRE
    kind = {"notch": "space", "separation": "space", "opening": "enclosure"}.get(rule.kind, rule.kind)
    mine = one.edges
    its = other.edges if rule.other else mine
    pairs = near_pairs(kind, mine, its, reach)
    if rule.kind == "notch":
        pairs = _chosen(pairs, pairs.same)
    seen = seen_pairs(kind, pairs, [mine] if its is mine else [mine, its])
    places = zip(*(part[seen].tolist() for part in (pairs.first, pairs.second, pairs.distance)), strict=True)
    return [Place((_metres(first), _metres(second)), far * NANOMETRE) for first, second, far in sorted(places)]


def _chosen(pairs: Pairs, rows: np.ndarray) -> Pairs:
    return Pairs(pairs.first[rows], pairs.second[rows], pairs.distance[rows], pairs.same[rows])


def _metres(edge: Sequence[float]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = edge
    return x0 * NANOMETRE, y0 * NANOMETRE, x1 * NANOMETRE, y1 * NANOMETRE


def _restored(place: Place, found: Stretches) -> Violation:
    """A violation of the short layout at its place in the whole one."""
    if not found:
        return Violation(place.lines, place.measured)
    ends = np.array(place.lines).reshape(-1, 2) / NANOMETRE
    # both ends of what is too near move by the same, so that it keeps its size
    shift = [_back(float(ends[:, axis].min()), cuts) for axis, cuts in ((0, found.x), (1, found.y))]
    moved = ((ends + shift) * NANOMETRE).reshape(-1, 4)
    lines = tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in moved)
    return Violation(lines, place.measured)


def _back(value: float, cuts: Sequence[Stretch]) -> float:
    """How far a coordinate of the short layout lies from its place in the whole one."""
    shift = 0.0
    for cut in sorted(cuts, key=lambda cut: cut.start):
        if value + shift > cut.start:
            shift += cut.period * cut.spare
    return shift


def findings(checked: Iterable[Checked]) -> tuple[Finding, ...]:
    """One finding for every rule that is broken, with the worst place."""
    found = []
    for result in checked:
        if not result.total:
            continue
        rule = result.rule
        worst = min(result.violations, key=lambda v: (v.measured is None, v.measured or 0.0))
        names = " and ".join(name for name in (rule.layer, rule.other) if name)
        times = f", {result.total} places in all" if result.total > 1 else ""
        found.append(
            Finding(
                f"drc-{rule.kind}", rule.severity, at(names, worst.place), f"{_sentence(rule, worst)}{times}",
                worst.measured, None if rule.kind in ("apart", "inside", "grid") else rule.value,
                OTHER_UNITS.get(rule.kind, "m"),
            )
        )  # fmt: skip
    return tuple(found)


def _sentence(rule: Rule, worst: Violation) -> str:
    value, layer, other = worst.measured, rule.layer, rule.other
    if rule.kind == "apart":
        return f"{layer} and {other} share area"
    if rule.kind == "inside":
        return f"{layer} reaches outside {other}"
    if rule.kind == "grid":
        return f"a vertex of {layer} is off the grid of {microns(rule.value)}"
    assert value is not None
    if rule.kind == "density":
        return f"{layer} covers {value:.1%} of a window, {rule.value:.1%} to {rule.most:.1%} are allowed"
    if rule.kind == "angle":
        return f"a corner of {layer} has {value:.3g} degrees, at least {rule.value:.3g} are needed"
    if rule.kind in ("area", "hole-area"):
        what = "a hole of" if rule.kind == "hole-area" else "a polygon of"
        return f"{what} {layer} has {value * 1e12:.6g} um2, at least {rule.value * 1e12:.6g} um2 are needed"
    words = {
        "width": f"{layer} is {microns(value)} wide",
        "space": f"shapes of {layer} come within {microns(value)}",
        "notch": f"{layer} has a notch of {microns(value)}",
        "separation": f"{layer} and {other} come within {microns(value)}",
        "enclosure": f"{layer} reaches {microns(value)} past {other}",
        "overlap": f"{layer} and {other} overlap by {microns(value)}",
        "opening": f"{layer} reaches {microns(value)} past an opening of {other}",
    }
    return f"{words[rule.kind]}, at least {microns(rule.value)} are needed"

