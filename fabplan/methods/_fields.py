"""Fields of settings that hold a value of general practice when a recipe does not say otherwise."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from fabplan.records import Confidence, Quantity, quantity

PRACTICE = "general practice"
ROOM = 293.15  # K; parts are loaded and unloaded at 20 degC


def assumed(
    dimension: str,
    meaning: str,
    value: float,
    confidence: Confidence = "low",
    *,
    low: float | None = 0.0,
    high: float | None = None,
    note: str = "",
    source: str = PRACTICE,
) -> Any:
    """Field that holds ``value`` (SI) with its origin until a recipe gives its own.

    A recipe that sets it to ``"unknown"`` makes everything that follows from it unknown.
    """
    metadata = quantity(dimension, meaning, low=low, high=high).metadata
    return field(default=Quantity(value, dimension, source, confidence, note), metadata=metadata)
