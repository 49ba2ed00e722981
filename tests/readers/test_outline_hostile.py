"""Files made to hang or flood a reader: one clear error each, within seconds, in little memory."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fabplan.errors import BadInput
from fabplan.readers.outline import read_outline
from tests.readers.drawings import POLYGON, SVG, at, block, circle, dxf, groups, insert, line, polyline

CHANCE = random.Random(0)
SECONDS, MEGABYTES = 8.0, 400


def spots(number: int, most: float = 10) -> list[tuple[float, float]]:
    return [(CHANCE.uniform(0, most), CHANCE.uniform(0, most)) for _ in range(number)]


def ring(x: float, y: float, width: float, height: float) -> str:
    return f"[[{x}, {y}], [{x + width}, {y}], [{x}, {y + height}], [{x}, {y}]]"


def tower(levels: int, width: int, leaf: str) -> str:
    return block("A0", leaf) + "".join(block(f"A{k}", insert(f"A{k - 1}") * width) for k in range(1, levels))


def uses(leaf: str) -> str:
    return SVG.format(leaf + "".join(f'<g id="u{k}">' + f'<use href="#u{k - 1}"/>' * 10 + "</g>" for k in range(1, 10)))


def laughs() -> str:
    inner = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 10))
    return f'<!DOCTYPE svg [<!ENTITY a0 "lol">{inner}]>' + SVG.format("<text>&a9;</text>")


GRID = ((70, 30_000), (71, 30_000), (44, 3), (45, 3))
KNOTS = [(40, k) for k in range(100_004)]
POLES = [pair for k in range(100_000) for pair in ((10, k % 10), (20, k % 7))]
#: file -> its content, made when it is needed, and what the error says
FILES: dict[str, tuple[Callable[[], str], str]] = {
    "self.dxf": (lambda: dxf(insert("A"), block("A", insert("A"))), "inserts itself"),
    "circle.dxf": (lambda: dxf(insert("A"), block("A", insert("B")) + block("B", insert("A"))), "inserts itself"),
    "array.dxf": (lambda: dxf(insert("A", *GRID), block("A", circle())), "too many shapes; given 900000000"),
    "nothing.dxf": (lambda: dxf(insert("A", *GRID), block("A", "")), "too many shapes"),
    "infinite.dxf": (lambda: dxf(insert("A", (70, "1e300"), (71, "1e300")), block("A", circle())), "too many shapes"),
    "tower.dxf": (lambda: dxf(insert("A8"), tower(9, 10, circle())), "too many shapes; given 100000000"),
    "deep.dxf": (lambda: dxf(insert("A98"), tower(99, 1, circle())), "too deep"),
    "missing.dxf": (lambda: dxf(insert("B")), "not defined"),
    "radius.dxf": (lambda: dxf(circle("1e300")), "too large"),
    "nan.dxf": (lambda: dxf(circle("nan")), "nan.dxf:30: not a number; given 'nan'"),
    "text.dxf": (lambda: dxf(circle("wide")), "not a number; given 'wide'"),
    "underscore.dxf": (lambda: dxf(circle("1_0")), "not a number"),
    "million.dxf": (lambda: dxf(polyline([(k, k * k % 7) for k in range(340_000)])), "given more than 1000000 numbers"),
    "many.dxf": (lambda: dxf(polyline([(k % 9, k % 7) for k in range(210_000)])), "too many vertices"),
    "vertices.dxf": (lambda: dxf(groups("POLYLINE") + groups("VERTEX", (10, 1)) * 310_000), "too many entities"),
    "entities.dxf": (lambda: dxf("0\nFOO\n" * 310_000), "too many entities"),
    "tangle.dxf": (lambda: dxf(polyline(spots(20_000))), "too tangled"),
    "triangles.dxf": (lambda: dxf("".join(polyline(spots(3)) for _ in range(9_000))), "too tangled"),
    "rings.dxf": (lambda: dxf("".join(circle(1 + k / 100) for k in range(120))), "too deep"),
    "star.dxf": (lambda: dxf("".join(line(0, 0, x, y) for x, y in spots(9_000))), "open"),
    "spline.dxf": (lambda: dxf(groups("SPLINE", (71, 3), *KNOTS, *POLES)), "too large"),
    "weights.dxf": (lambda: dxf(groups("SPLINE", (71, 1), *KNOTS[:4], *POLES[:4], (41, 1), (41, -1))), "do not fit"),
    "binary.dxf": (lambda: "AutoCAD Binary DXF\r\n\x1a\0", "binary"),
    "line.dxf": (lambda: "0\n" + "A" * 10_000_000, "too long"),
    "end.dxf": (lambda: dxf(circle()).removesuffix("0\nEOF\n"), "before its EOF"),
    "comments.dxf": (lambda: "999\nx\n" * 300_000, "before its EOF"),
    "laughs.svg": (laughs, "declares entities"),
    "outside.svg": (lambda: '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SVG.format("&a;"), "entities"),
    "circle.svg": (lambda: SVG.format('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'), "circle"),
    "itself.svg": (lambda: SVG.format('<g id="a"><use href="#a"/></g>'), "circle"),
    "nowhere.svg": (lambda: SVG.format('<use href="http://x/#a"/>'), "leads nowhere"),
    "uses.svg": (lambda: uses('<rect id="u0" width="1" height="1"/>'), "too many shapes"),
    "empties.svg": (lambda: uses('<g id="u0"/>'), "too many elements"),
    "deep.svg": (lambda: SVG.format("<g>" * 100_000 + "</g>" * 100_000), "nested too deep"),
    "wide.svg": (lambda: SVG.format("<g/>" * 1_000_000), "too many elements"),
    "digits.svg": (lambda: SVG.format(f'<path d="{"1" * 15_000_000}"/>'), "a path makes no sense"),
    "blanks.svg": (lambda: SVG.format(f'<path d="M{" " * 15_000_000}"/>'), "a path makes no sense"),
    "turns.svg": (lambda: SVG.format(f'<rect transform="{"rotate(1)" * 900_000}"/>'), "a transform makes no sense"),
    "flat.svg": (lambda: SVG.format('<rect width="1" height="1" transform="scale(0 1)"/>'), "flat or too large"),
    "million.svg": (lambda: SVG.format(f'<path d="M0 0{"L1 1 0 1" * 900_000}z"/>'), "too many vertices"),
    "curves.svg": (lambda: SVG.format(f'<path d="M0 0{"C 9e3 0 9e3 9e3 0 1" * 9_000}z"/>'), "too many vertices"),
    "curve.svg": (lambda: SVG.format('<path d="M0 0C 1e300 0 9e300 9e3 0 1"/>'), "too large"),
    "arcs.svg": (lambda: SVG.format('<path d="M0 0A 1e300 1e-300 0 0 1 5 5z"/>'), "arcs.svg"),
    "html.svg": (lambda: "<html/>", "not an SVG file"),
    "deep.geojson": (lambda: POLYGON.format("[" * 100_000), "nested too deep"),
    "million.geojson": (lambda: POLYGON.format(f"[[{'[0,0],' * 1_000_000}[0,0]]]"), "more than 200000 positions"),
    "empties.geojson": (lambda: POLYGON.format(f"[[{'[],' * 190_000}[]]]"), "not two numbers"),
    "digits.geojson": (lambda: POLYGON.format(f"[[[0, 0], [{'9' * 100_000}, 0], [0, 5], [0, 0]]]"), "not JSON"),
    "long.geojson": (lambda: POLYGON.format(f"[[[0, 0], [{'9' * 4_000}, 0], [0, 5], [0, 0]]]"), "too large"),
    "big.geojson": (lambda: POLYGON.format("[[[0, 0], [1e400, 0], [0, 5], [0, 0]]]"), "not a finite number"),
    "words.geojson": (lambda: POLYGON.format('[[["0", 0], [1, 0], [0, 5], [0, 0]]]'), "not two numbers"),
    "truths.geojson": (lambda: POLYGON.format("[[[true, 0], [1, 0], [0, 5], [0, 0]]]"), "not two numbers"),
    "nest.geojson": (lambda: '{"type":"GeometryCollection","geometries":[' * 30 + "]}" * 30, "too deep"),
    "holes.geojson": (
        lambda: POLYGON.format(f"[{ring(0, 0, 99, 99)},{','.join(ring(x, y, 5, 0.5) for x, y in spots(9_000))}]"),
        "too tangled",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_hostile_files_end_in_one_clear_error(name: str, tmp_path: Path) -> None:
    content, said = FILES[name]
    path = at(tmp_path, name, content())
    start = time.monotonic()
    with pytest.raises(BadInput) as caught:
        read_outline(path, None, "mm" if name.endswith("json") else None, "request")
    assert time.monotonic() - start < SECONDS
    assert said in str(caught.value) and name in str(caught.value) and len(str(caught.value)) < 1000


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell the peak of a process")
@pytest.mark.parametrize("name", ["million.geojson", "million.dxf", "wide.svg", "vertices.dxf", "triangles.dxf"])
def test_hostile_files_need_little_memory(name: str, tmp_path: Path) -> None:
    """Measured in a process of its own."""
    path = at(tmp_path, name, FILES[name][0]())
    script = (
        "from fabplan.errors import BadInput\nfrom fabplan.readers.outline import read_outline\n"
        f"try:\n    read_outline({str(path)!r}, None, 'mm', 'request')\nexcept BadInput:\n    pass\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) / 1024 < MEGABYTES
