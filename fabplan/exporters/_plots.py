"""Plots of the report as picture units: axes, lines, bars. Nothing here knows what the numbers mean."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fabplan.exporters._svg import line_path, number

WIDTH, HEIGHT = 720.0, 380.0
LEFT, TOP, BOTTOM = 80.0, 14.0, 48.0
_LETTER, _LONGEST = 7.8, 26  # width of a letter of a label, letters of a label
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_LABEL_GAP = 22.0


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: place in picture units and label."""

    place: str
    label: str


@dataclass(frozen=True)
class Line:
    """One curve with its label in the column at the right; with ``dots`` every point is marked."""

    path: str
    label: str
    x: str
    y: str
    style: int
    dots: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Plot:
    """Curves over two axes; ``data`` is what the scripts show and save."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    x_label: str
    y_label: str
    data: Mapping[str, Any]
    right: str
    width: str = number(WIDTH)
    height: str = number(HEIGHT)
    left: str = number(LEFT)
    top: str = number(TOP)
    bottom: str = number(HEIGHT - BOTTOM)


@dataclass(frozen=True)
class Curve:
    """Data of one line, both axes in the units of the axes; ``marks`` for points that are looked at one by one."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    marks: bool = False
    line: bool = True


@dataclass(frozen=True)
class _Axis:
    """Ticks of an axis, on a line that is linear or logarithmic, between two places of the picture."""

    ticks: tuple[float, ...]
    log: bool
    start: float
    end: float

    def share(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        if self.log:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    def place(self, value: float) -> float:
        return self.start + self.share(value) * (self.end - self.start)


def plot(
    curves: Sequence[Curve], x_label: str, y_label: str, log: bool = False, zero: bool = True, log_x: bool = False
) -> Plot | None:
    """Curves with round ticks; None without any finite point.

    Parameters
    ----------
    x_label, y_label : with unit behind a slash, ``"capacity / µAh"``
    log : both axes logarithmic, values above zero only
    zero : the x axis starts at zero
    log_x : the x axis alone logarithmic
    """
    log_x = log or log_x
    finite = [kept for c in curves if (kept := _finite(c, *(0.0 if one else -math.inf for one in (log_x, log)))).x]
    if not finite:
        return None
    xs, ys = [v for c in finite for v in c.x], [v for c in finite for v in c.y]
    x_round, y_round = (decades if one else ticks for one in (log_x, log))
    right = WIDTH - 50.0 - _LETTER * max(len(shortened(c.label)) for c in finite)
    x_axis = _Axis(tuple(x_round(0.0 if zero and not log_x else min(xs), max(xs))), log_x, LEFT, right)
    y_axis = _Axis(tuple(y_round(min(ys), max(ys))), log, HEIGHT - BOTTOM, TOP)
    return Plot(
        tuple(Tick(number(x_axis.place(v)), short(v)) for v in x_axis.ticks),
        tuple(Tick(number(y_axis.place(v)), short(v)) for v in y_axis.ticks),
        tuple(_line(c, k, x_axis, y_axis) for k, c in enumerate(finite)),
        x_label,
        y_label,
        _data(finite, (x_axis, y_axis), (x_label, y_label)),
        number(right),
    )


def _finite(curve: Curve, above_x: float, above_y: float) -> Curve:
    kept = [
        (x, y)
        for x, y in zip(curve.x, curve.y, strict=True)
        if math.isfinite(x) and math.isfinite(y) and x > above_x and y > above_y
    ]
    return replace(curve, x=[x for x, _ in kept], y=[y for _, y in kept])


def _data(curves: Sequence[Curve], axes: tuple[_Axis, _Axis], labels: tuple[str, str]) -> dict[str, Any]:
    (x_axis, y_axis), (x_label, y_label) = axes, labels
    return {
        "curves": [
            {"label": c.label, "x": [float(f"{v:.5g}") for v in c.x], "y": [float(f"{v:.5g}") for v in c.y]}
            for c in curves
        ],
        "x_label": x_label,
        "y_label": y_label,
        "x_unit": x_label.rpartition("/ ")[2],
        "y_unit": y_label.rpartition("/ ")[2],
        "x_range": [x_axis.ticks[0], x_axis.ticks[-1]],
        "y_range": [y_axis.ticks[0], y_axis.ticks[-1]],
        "x_log": x_axis.log,
        "y_log": y_axis.log,
        "left": LEFT,
        "right": x_axis.end,
        "top": TOP,
        "bottom": HEIGHT - BOTTOM,
    }


def decades(low: float, high: float) -> list[float]:
    """1, 2, 5 times powers of ten that cover [low, high], both above zero; powers of ten only when there are many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    if last - first > 3:
        return [10.0**k for k in range(first, last + 1)]
    steps = [m * 10.0**k for k in range(first, last + 1) for m in (1, 2, 5)]
    start = max(k for k, v in enumerate(steps) if v <= low * (1 + 1e-9))
    end = next(k for k, v in enumerate(steps) if v >= high * (1 - 1e-9))
    return steps[start : max(end, start + 1) + 1]


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round values that cover [low, high]."""
    if not high > low:
        high = low + (abs(low) or 1.0)
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * nice for nice in _NICE if power * nice >= raw * 0.999999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [k * step for k in range(first, last + 1)]


def short(value: float) -> str:
    """Tick label."""
    return f"{value:.6g}".replace("-", "−") if abs(value) > 1e-12 else "0"


def shortened(label: str) -> str:
    """Label that fits into the column at the right."""
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1].rstrip()}…"


def _line(curve: Curve, place: int, x_axis: _Axis, y_axis: _Axis) -> Line:
    points = [(x_axis.place(a), y_axis.place(b)) for a, b in zip(curve.x, curve.y, strict=True)]
    dots = tuple((number(x), number(y)) for x, y in points) if curve.marks else ()
    path = line_path(points) if curve.line else ""
    label_x, label_y = number(x_axis.end + 34), number(TOP + 14 + place * _LABEL_GAP)
    return Line(path, shortened(curve.label), label_x, label_y, place, dots)
