"""Hand-made drawings for the tests of the outline reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'
    ' width="20mm" height="10mm" viewBox="0 0 20 10">{}</svg>'
)
POLYGON = '{{"type": "Polygon", "coordinates": {}}}'


def at(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def dxf(entities: str, blocks: str = "", units: int = 4) -> str:
    head = f"0\nSECTION\n2\nHEADER\n9\n$INSUNITS\n70\n{units}\n0\nENDSEC\n"
    body = f"0\nSECTION\n2\nBLOCKS\n{blocks}0\nENDSEC\n0\nSECTION\n2\nENTITIES\n{entities}0\nENDSEC\n0\nEOF\n"
    return head + body


def groups(kind: str, *pairs: tuple[int, object], layer: str = "0") -> str:
    return f"0\n{kind}\n8\n{layer}\n" + "".join(f"{code}\n{value}\n" for code, value in pairs)


def circle(radius: object = 1, x: float = 0, y: float = 0, layer: str = "0") -> str:
    return groups("CIRCLE", (10, x), (20, y), (40, radius), layer=layer)


def line(x0: float, y0: float, x1: float, y1: float, layer: str = "0") -> str:
    return groups("LINE", (10, x0), (20, y0), (11, x1), (21, y1), layer=layer)


def polyline(points: Sequence[tuple[float, float]], closed: bool = True, bulge: float = 0.0) -> str:
    pairs = [pair for x, y in points for pair in ((10, x), (20, y), (42, bulge))]
    return groups("LWPOLYLINE", (90, len(points)), (70, int(closed)), *pairs)


def block(name: str, content: str) -> str:
    return f"0\nBLOCK\n2\n{name}\n10\n0\n20\n0\n{content}0\nENDBLK\n"


def insert(name: str, *more: tuple[int, object], layer: str = "0") -> str:
    return groups("INSERT", (2, name), (10, 0), (20, 0), *more, layer=layer)
