"""Bars of the report in per cent of their room: shares of a whole, tornado, Gantt. They know no physics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fabplan.exporters._svg import number


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


@dataclass(frozen=True)
class Span:
    """One step on the time line, in per cent of the whole; ``known`` is False where nobody knows the time."""

    start: str
    length: str
    known: bool
    warmth: str


def gantt(seconds: Sequence[float | None], kelvin: Sequence[float | None]) -> tuple[Span, ...]:
    """Steps one after the other.

    Parameters
    ----------
    seconds : of every step, None when unknown: it takes no room
    kelvin : hottest of every step, None when it is not heated

    Returns
    -------
    Spans with their warmth, 0 to 100 from the coldest to the hottest step
    """
    total = sum(s for s in seconds if s is not None) or 1.0
    heated = [k for k in kelvin if k is not None]
    low, high = (min(heated), max(heated)) if heated else (0.0, 0.0)
    spans, clock = [], 0.0
    for time, heat in zip(seconds, kelvin, strict=True):
        warmth = 0.0 if heat is None or high <= low else (heat - low) / (high - low) * 100
        length = (time or 0.0) / total * 100
        spans.append(Span(number(clock), number(length), time is not None, number(warmth)))
        clock += length
    return tuple(spans)
