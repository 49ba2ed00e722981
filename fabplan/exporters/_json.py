"""One way to print JSON: plain values, shortest floats, no NaN, no negative zero, tables of numbers on one line."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

_LINE = 200  # characters that a flat list or object may take before it is broken up


def plain(value: Any) -> Any:
    """A value of mappings, sequences, arrays and scalars as JSON knows them; NaN and infinities become null."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"no JSON for {type(value).__name__}")


def ordered(value: Any) -> Any:
    """Free mappings with their keys in alphabetical order, at every depth."""
    if isinstance(value, Mapping):
        return {key: ordered(value[key]) for key in sorted(value, key=str)}
    return [ordered(entry) for entry in value] if isinstance(value, tuple | list) else value


def dump(value: Any) -> bytes:
    """JSON text of a value, UTF-8, keys in the order given, one newline at the end."""
    return (_text(plain(value), 0) + "\n").encode()


def _text(value: Any, depth: int) -> str:
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    entries = list(value.values()) if isinstance(value, dict) else value
    flat = not any(isinstance(entry, dict | list) for entry in entries)
    line = json.dumps(value, ensure_ascii=False, allow_nan=False) if flat else ""
    numbers = isinstance(value, list) and not any(isinstance(entry, str) for entry in entries)
    if flat and (numbers or len(line) <= _LINE):
        return line
    return _broken(value, depth)


def _broken(value: Any, depth: int) -> str:
    pad, end = " " * (depth + 1), " " * depth
    if isinstance(value, dict):
        rows = [f"{json.dumps(key, ensure_ascii=False)}: {_text(entry, depth + 1)}" for key, entry in value.items()]
    else:
        rows = [_text(entry, depth + 1) for entry in value]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return opening + "\n" + ",\n".join(pad + row for row in rows) + "\n" + end + closing
