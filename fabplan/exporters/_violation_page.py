"""Where a layout breaks its rules, drawn: a page, a picture of the whole, and a close-up of every place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan import rendering, units
from fabplan.exporters import _palette
from fabplan.exporters._picture import WIDTH, bar_of, height_of, padded
from fabplan.exporters._svg import line_path, number, region_path
from fabplan.exporters._window import around, cut, shown
from fabplan.findings import Finding
from fabplan.geometry.region import Box, Part, Region, nanometres
from fabplan.layout.drc import OTHER_UNITS, Checked, Rule
from fabplan.layout.words import place_in

MOST_PLACES, MOST_OF_A_RULE, MOST_CLOSE_UPS = 200, 50, 60
MOST_CORNERS = 8_000  # of one picture
LEFT, BELOW, LEGEND = 90, 100, 22  # picture units around a picture
NEAR, FAR = 8.0, 40.0  # side of a close-up in lengths of its rule
LEAST = 200  # nm: side of the smallest close-up
MOST_TICKS = 6
CLOSE, MOST_NUMBERS = 30, 6  # picture units within which marks are one, and the numbers that such a mark names
Line = tuple[float, float, float, float]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Shown:
    """A layer to draw: its name, the role that colours it, its polygons."""

    name: str
    role: str
    region: Region


@dataclass(frozen=True)
class Spot:
    """A numbered place.

    Parameters
    ----------
    lines : that show it [m]; a single point where only a coordinate is known
    measured, limit : as text, ``""`` where there is none
    reach : length of the rule [m], 0 where it has none
    """

    number: int
    rule: str
    severity: str
    lines: tuple[Line, ...]
    measured: str = ""
    limit: str = ""
    reach: float = 0.0

    @property
    def box(self) -> Box:
        """Bounds [nm]."""
        ends = np.array(self.lines).reshape(-1, 2)
        (x0, y0), (x1, y1) = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
        return nanometres(x0), nanometres(y0), nanometres(x1), nanometres(y1)


def violation_files(
    title: str, layers: Sequence[Shown], checked: Sequence[Checked], findings: Sequence[Finding]
) -> dict[str, bytes]:
    """``violations.html``, ``layout.svg`` and ``places/<number>.svg``.

    Parameters
    ----------
    layers : bottom-up, as the file draws them
    checked : every rule with its violations
    findings : all, those of the rules among them
    """
    drawn = [layer for layer in layers if layer.region]
    spots = list(_spots(checked, findings))
    whole = _picture(drawn, padded(around([layer.region for layer in drawn]), 0.06), spots, "all") if drawn else None
    fast = [_boxes(layer.region) for layer in drawn]
    close = {s.number: _close_up(drawn, fast, s) for s in spots[:MOST_CLOSE_UPS]} if drawn else {}
    text = rendering.render(
        "verify/violations.html", title=title, findings=list(findings), rules=[_rule_row(c, spots) for c in checked],
        masks=None, picture=whole, places=[_place_row(spot, close.get(spot.number)) for spot in spots],
    )  # fmt: skip
    made = {"violations.html": text.encode()}
    if whole is not None:
        made["layout.svg"] = _alone(title, whole)
    return made | {f"places/{n:03d}.svg": _alone(f"{title}, place {n}", picture) for n, picture in close.items()}


def _spots(checked: Sequence[Checked], findings: Sequence[Finding]) -> Iterator[Spot]:
    """Violations of every rule, worst first, then other findings that say a coordinate."""
    found: list[Spot] = []
    for result in checked:
        rule, unit = result.rule, OTHER_UNITS.get(result.rule.kind, "m")
        worst = sorted(result.violations, key=lambda v: (v.measured is None, v.measured or 0.0))
        for violation in worst[:MOST_OF_A_RULE]:
            reach = rule.value if unit == "m" else 0.0
            measured = "" if violation.measured is None or rule.kind == "grid" else _value(violation.measured, rule)
            limit = _value(rule.value, rule) if rule.value else ""
            found.append(Spot(0, rule.name, rule.severity, violation.lines, measured, limit, reach))
    for finding in findings:
        if not finding.rule.startswith("drc-") and (place := place_in(finding.where)):
            found.append(Spot(0, finding.rule, finding.severity, ((*place, *place),)))
    yield from (replace(spot, number=k) for k, spot in enumerate(found[:MOST_PLACES], 1))


def _value(value: float, rule: Rule) -> str:
    unit = "m2" if rule.kind in ("apart", "inside") else OTHER_UNITS.get(rule.kind, "m")
    if unit == "m":
        return units.show(value, "length", 5)
    return f"{value * 1e12:.6g} um2" if unit == "m2" else f"{value:.4g} {unit}".strip()


def _rule_row(checked: Checked, spots: Sequence[Spot]) -> dict[str, Any]:
    numbers = [spot.number for spot in spots if spot.rule == checked.rule.name]
    drawn = "" if not numbers else f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
    limit = _value(checked.rule.value, checked.rule) if checked.rule.value else ""
    return {"name": checked.rule.name, "limit": limit, "total": checked.total, "drawn": drawn}


def _place_row(spot: Spot, picture: Mapping[str, Any] | None) -> dict[str, Any]:
    x0, y0, x1, y1 = spot.box
    x, y = f"{(x0 + x1) / 2e6:.6f}", f"{(y0 + y1) / 2e6:.6f}"
    return {**vars(spot), "x": x, "y": y, "picture": picture}


def _boxes(region: Region) -> Integers:
    """Bounds of every part with its copies, shape (parts, 4) [nm]."""
    rows = []
    for part in region.parts:
        xs, ys = [x for x, _ in part.polygon], [y for _, y in part.polygon]
        across, up = (part.lattice.columns - 1) * part.lattice.step_x, (part.lattice.rows - 1) * part.lattice.step_y
        rows.append((min(xs) + min(across, 0), min(ys) + min(up, 0), max(xs) + max(across, 0), max(ys) + max(up, 0)))
    return np.array(rows, np.int64).reshape(-1, 4)


def _close_up(layers: Sequence[Shown], boxes: Sequence[Integers], spot: Spot) -> dict[str, Any]:
    """The place with what stands around it."""
    x0, y0, x1, y1 = spot.box
    side, rule = 2.5 * max(x1 - x0, y1 - y0), spot.reach * 1e9
    side = min(max(side, NEAR * rule), FAR * rule) if rule else side
    half = round(max(side, LEAST) / 2) if rule or side else 20_000
    x, y = (x0 + x1) // 2, (y0 + y1) // 2
    window = (x - half, y - round(half * 0.7), x + half, y + round(half * 0.7))
    inside = []
    for layer, box in zip(layers, boxes, strict=True):
        met = (box[:, :2] <= window[2:]).all(axis=1) & (box[:, 2:] >= window[:2]).all(axis=1)
        parts: list[Part] = [layer.region.parts[k] for k in np.flatnonzero(met).tolist()]
        if parts and (near := cut(Region(tuple(parts)), window)):
            inside.append(replace(layer, region=near))
    return _picture(inside, window, [spot], f"p{spot.number}")


def _picture(layers: Sequence[Shown], box: Box, spots: Sequence[Spot], key: str) -> dict[str, Any]:
    """What the template draws."""
    seen = shown([layer.region for layer in layers], MOST_CORNERS) if layers else None
    scale, tall = WIDTH / max(box[2] - box[0], 1), height_of(box)
    unit, size = ("mm", 1e6) if box[2] - box[0] > 2_000_000 else ("um", 1e3)
    bar, bar_label = bar_of(box)
    legend = [
        {
            "label": layer.name, "colour": _palette.css(layer.role), "path": region_path(region, box, WIDTH),
            "opacity": _palette.opacity(layer.role) if layer.role != "outline" else "0.05",
        }
        for layer, region in zip(layers, seen.regions if seen else (), strict=True)
    ]  # fmt: skip
    return {
        "key": key, "wide": number(WIDTH), "tall": number(tall), "layers": legend, "bar": bar, "bar_label": bar_label,
        "width": number(WIDTH + LEFT + 40), "height": number(tall + BELOW + LEGEND * (len(legend) + 1)), "unit": unit,
        "across": [{"at": number((v - box[0]) * scale), "label": f"{v / size:.6g}"} for v in _ticks(box[0], box[2])],
        "up": [{"at": number((box[3] - v) * scale), "label": f"{v / size:.6g}"} for v in _ticks(box[1], box[3])],
        "marks": _together([_mark(spot, box, scale) for spot in spots]),
        "note": "" if seen is None or seen.share == 1.0 else "Of large arrays only the middle is drawn.",
    }  # fmt: skip


def _mark(spot: Spot, box: Box, scale: float) -> dict[str, Any]:
    def placed(x: float, y: float) -> tuple[float, float]:
        return (x * 1e9 - box[0]) * scale, (box[3] - y * 1e9) * scale

    x0, y0, x1, y1 = spot.box
    x, y = placed((x0 + x1) / 2e9, (y0 + y1) / 2e9)
    path = "".join(line_path([placed(a, b), placed(c, d)]) for a, b, c, d in spot.lines)
    return {"number": str(spot.number), "label": spot.rule, "x": number(x), "y": number(y), "path": path}


def _together(marks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Marks that would cover each other as one, with all their numbers."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for mark in marks:
        cell = (round(float(mark["x"]) / CLOSE), round(float(mark["y"]) / CLOSE))
        if cell not in found:
            found[cell] = mark
            continue
        old = found[cell]
        numbers = [*old["number"].split(", "), mark["number"]]
        shown = numbers if len(numbers) <= MOST_NUMBERS else [*numbers[: MOST_NUMBERS - 1], "..."]
        found[cell] = {**old, "number": ", ".join(shown), "path": old["path"] + mark["path"]}
    return list(found.values())


def _ticks(low: int, high: int) -> list[int]:
    """Round places between two ends."""
    step = next(
        k * 10**power for power in range(12) for k in (1, 2, 5) if (high - low) / (k * 10**power) <= MOST_TICKS
    )
    return list(range(-(-low // step) * step, high + 1, step))


def _alone(title: str, picture: Mapping[str, Any]) -> bytes:
    text = rendering.render(
        "verify/alone.svg", title=title, width=picture["width"], height=picture["height"], size="16", picture=picture
    )
    return text.encode()
