"""Plots of the report as picture units: axes, lines, bars. Nothing here knows what the numbers mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fabplan.exporters._svg import line_path, number

WIDTH, HEIGHT = 720.0, 380.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 84.0, 14.0, 48.0
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_LABEL_GAP = 22.0


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: place in picture units and label."""

    place: str
    label: str


@dataclass(frozen=True)
class Line:
    """One curve with its label in the column at the right."""

    path: str
    label: str
    x: str
    y: str
    style: int


@dataclass(frozen=True)
class Plot:
    """Curves over two axes."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    x_label: str
    y_label: str
    width: str = number(WIDTH)
    height: str = number(HEIGHT)
    left: str = number(LEFT)
    right: str = number(WIDTH - RIGHT)
    top: str = number(TOP)
    bottom: str = number(HEIGHT - BOTTOM)


@dataclass(frozen=True)
class Curve:
    """Data of one line, both axes in the units of the axes."""

    label: str
    x: Sequence[float]
    y: Sequence[float]


def plot(curves: Sequence[Curve], x_label: str, y_label: str) -> Plot | None:
    """Curves on linear axes with round ticks; None without any finite point."""
    finite = [
        Curve(c.label, *zip(*kept, strict=True))
        for c in curves
        if (kept := [(x, y) for x, y in zip(c.x, c.y, strict=True) if math.isfinite(x) and math.isfinite(y)])
    ]
    if not finite:
        return None
    xs = ticks(0.0, max(max(c.x) for c in finite))
    ys = ticks(min(min(c.y) for c in finite), max(max(c.y) for c in finite))
    lines = [_line(c, k, xs, ys) for k, c in enumerate(finite)]
    return Plot(
        tuple(Tick(number(_x(v, xs)), short(v)) for v in xs),
        tuple(Tick(number(_y(v, ys)), short(v)) for v in ys),
        tuple(lines),
        x_label,
        y_label,
    )


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


def _x(value: float, axis: Sequence[float]) -> float:
    return LEFT + (value - axis[0]) / (axis[-1] - axis[0]) * (WIDTH - LEFT - RIGHT)


def _y(value: float, axis: Sequence[float]) -> float:
    return HEIGHT - BOTTOM - (value - axis[0]) / (axis[-1] - axis[0]) * (HEIGHT - TOP - BOTTOM)


def _line(curve: Curve, place: int, xs: Sequence[float], ys: Sequence[float]) -> Line:
    points = [(_x(a, xs), _y(b, ys)) for a, b in zip(curve.x, curve.y, strict=True)]
    return Line(
        line_path(points), curve.label, number(WIDTH - RIGHT + 34), number(TOP + 14 + place * _LABEL_GAP), place
    )


@dataclass(frozen=True)
class Piece:
    """One piece of a stacked bar, in per cent of the whole."""

    label: str
    share: str
    shown: str
    part: str
    style: int


def stacked(parts: Sequence[tuple[str, float, str]]) -> tuple[Piece, ...]:
    """Pieces of a bar from (label, value, value as text); values that are not positive take no room."""
    total = sum(max(value, 0.0) for _, value, _ in parts) or 1.0
    return tuple(
        Piece(label, number(max(value, 0.0) / total * 100), shown, _part(value / total), k)
        for k, (label, value, shown) in enumerate(parts)
    )


@dataclass(frozen=True)
class Swing:
    """One bar of a tornado plot, in per cent of the plot's width."""

    label: str
    range: str
    start: str
    length: str
    low: str
    high: str


def tornado(rows: Sequence[tuple[str, str, float, float]], middle: float) -> tuple[tuple[Swing, ...], str]:
    """Bars from (label, range, value at one end, value at the other), widest first, and the place of ``middle``."""
    if not rows:
        return (), "50"
    ends = [v for row in rows for v in row[2:]] + [middle]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    bars = [
        Swing(
            label,
            given,
            number((min(a, b) - low) / span * 100),
            number(max(abs(a - b) / span * 100, 0.5)),
            _change(a, middle),
            _change(b, middle),
        )
        for label, given, a, b in sorted(rows, key=lambda row: (-abs(row[2] - row[3]), row[0]))
    ]
    return tuple(bars), number((middle - low) / span * 100)


def _change(value: float, middle: float) -> str:
    """Relative change in per cent, signed."""
    return f"{(value / middle - 1) * 100:+.3g}".replace("-", "−") if middle else ""


def _part(share: float) -> str:
    """A share of the whole as text."""
    return "below 0.1 %" if share < 1e-3 else f"{share * 100:.3g} %"
