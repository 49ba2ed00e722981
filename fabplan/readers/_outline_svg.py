"""SVG drawings: shapes with transforms and references, in physical size, y upwards.

Facts of the format: SVG 1.1 (second edition), chapters 5, 7, 8 and 9. Strokes have no width here, style sheets are
not read, and what is not a shape is ignored and named.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.geometry.closed_shapes import Rule
from fabplan.readers import _curves
from fabplan.readers._chains import closed
from fabplan.readers._drawing import UNITS, Budget, Drawing, Floats, Frame, Piece, unit_nanometres
from fabplan.readers._svg_path import Path
from fabplan.readers._svg_tree import INKSCAPE, XLINK, Node, length, numbers, parse, transform

MOST_VISITS, LEVELS = 100_000, 16
PHYSICAL = ("mm", "cm", "in", "pt", "pc", "m")
GROUPS = ("g", "a", "switch", "symbol")
#: never drawn where they stand
DEFINITIONS = ("defs", "symbol", "clipPath", "mask", "pattern", "marker", "linearGradient", "radialGradient", "filter")
SILENT = ("title", "desc", "metadata", "style", "script")
Affine = tuple[Floats, Floats]
Lines = list[tuple[Floats, bool]]


def read_svg(data: bytes, unit: str | None, where: str) -> Drawing:
    """Pieces of an SVG drawing; (0, 0) is the lower left corner of its view box, or of its page.

    Raises
    ------
    BadInput : broken, without physical size, too deep or too large
    """
    root = parse(data, where)
    scale, name, origin, height, notes = _size(root, unit, where)
    matrix = np.diag([scale, -scale])
    shift = np.array([-origin[0] * scale, (origin[1] + height) * scale])
    reader = _Reader(root, where)
    pieces = tuple(piece for child in root.children for piece in reader.pieces(child, (matrix, shift), ("",), 0))
    if reader.ignored:
        notes.append("ignored: " + ", ".join(f"{count} {kind}" for kind, count in sorted(reader.ignored.items())))
    return Drawing(pieces, Frame(name, scale, origin[1] + height), False, tuple(notes))


def _size(root: Node, unit: str | None, where: str) -> tuple[float, str, list[float], float, list[str]]:
    """Nanometres of a user unit, its name, upper left corner and height of the view, and notes."""
    sizes = {key: length(root.attributes[key], where) for key in ("width", "height") if key in root.attributes}
    box = numbers(root.attributes["viewBox"], where) if "viewBox" in root.attributes else []
    if box and (len(box) != 4 or not box[2] > 0 or not box[3] > 0):
        raise BadInput(Problem("the viewBox makes no sense", where, repr(root.attributes["viewBox"])[:60]))
    pixels = {key: value * UNITS[name or "px"] / UNITS["px"]
              for key, (value, name) in sizes.items() if name in ("", *UNITS)}  # fmt: skip
    height = box[3] if box else pixels.get("height", 0.0)
    origin = box[:2] or [0.0, 0.0]
    physical = _physical(sizes, box, where)
    if unit is not None:
        asked = unit_nanometres(unit, where)
        differs = physical is not None and abs(physical / asked - 1) > 1e-3
        notes = [f"one user unit is 1 {unit} as asked; the file says {(physical or 0) / 1e6:.6g} mm"] if differs else []
        return asked, unit, origin, height, notes
    if physical is None:
        allowed = 'width and height in mm, cm or in, or unit = "mm" (or another) beside the file\'s name'
        raise BadInput(Problem("the drawing has no physical size", where, allowed=allowed))
    return physical, "user units", origin, height, []


def _physical(sizes: Mapping[str, tuple[float, str]], box: list[float], where: str) -> float | None:
    """Nanometres of a user unit from width, height and view box; None when they say nothing physical."""
    real = {key: value * UNITS[name] for key, (value, name) in sizes.items() if name in PHYSICAL}
    if not real:
        return None
    if min(real.values()) <= 0:
        raise BadInput(Problem("the drawing has no size", where, f"{sizes}"))
    if not box:
        return UNITS["px"]
    scales = [size / box[2 if key == "width" else 3] for key, size in real.items()]
    if max(scales) > min(scales) * (1 + 1e-3):
        what = "width, height and viewBox stretch the drawing differently"
        raise BadInput(Problem(what, where, f"{scales[0] / 1e6:.6g} and {scales[1] / 1e6:.6g} mm a unit", "equal ones"))
    return scales[0]


class _Reader:
    """One file."""

    def __init__(self, root: Node, where: str) -> None:
        self.where, self.ignored, self.visits, self.budget = where, Counter[str](), 0, Budget(where)
        self.named = dict[str, Node]()
        waiting = [root]
        while waiting:
            node = waiting.pop()
            self.named.setdefault(node.attributes.get("id", ""), node)
            waiting.extend(node.children)

    def pieces(
        self, node: Node, frame: Affine, layers: tuple[str, ...], level: int, rule: str = "nonzero", used: bool = False
    ) -> Iterator[Piece]:
        """Pieces of an element; ``level`` counts references, ``used`` means that one leads here."""
        self.visits += 1
        place = f"{self.where}:{node.line}"
        if self.visits > MOST_VISITS or level > LEVELS:
            what = "references lead in a circle or too deep" if level > LEVELS else "references make too many elements"
            raise BadInput(Problem(what, place, allowed=f"{LEVELS} levels, {MOST_VISITS} elements"))
        if (node.name in DEFINITIONS and not used) or node.style("display") == "none" or node.name in SILENT:
            return
        if " " in node.name:
            return  # an element of another language: what an editor remembers
        frame, layers = self.moved(node, frame), _layers(node, layers)
        rule = node.style("fill-rule") or rule
        if node.name in GROUPS:
            if node.name == "symbol" and "viewBox" in node.attributes:
                raise BadInput(Problem("a symbol with a viewBox", place, allowed="symbols in the units of the drawing"))
            for child in node.children:
                yield from self.pieces(child, frame, layers, level, rule)
        elif node.name == "use":
            yield from self.referred(node, frame, layers, level, rule)
        elif node.name == "svg":
            raise BadInput(Problem("an svg element inside another", place, allowed="groups"))
        elif node.name in SHAPES:
            yield from self.shape(node, frame, layers, rule)
        else:
            self.ignored[node.name[:40]] += 1

    def moved(self, node: Node, frame: Affine) -> Affine:
        text = node.attributes.get("transform")
        if not text:
            return frame
        matrix, shift = transform(text, f"{self.where}:{node.line}")
        return frame[0] @ matrix, frame[0] @ shift + frame[1]

    def referred(self, node: Node, frame: Affine, layers: tuple[str, ...], level: int, rule: str) -> Iterator[Piece]:
        place = f"{self.where}:{node.line}"
        target = node.attributes.get("href", node.attributes.get(f"{XLINK} href", ""))
        if not target.startswith("#") or target[1:] not in self.named or target == "#":
            raise BadInput(Problem("a reference leads nowhere", place, repr(target)[:60], "#id of this file"))
        shift = np.array([_length(node, key, place) for key in ("x", "y")])
        moved = frame[0], frame[0] @ shift + frame[1]
        yield from self.pieces(self.named[target[1:]], moved, layers, level + 1, rule, True)

    def shape(self, node: Node, frame: Affine, layers: tuple[str, ...], rule: str) -> Iterator[Piece]:
        """Rings of one element together, open lines one by one."""
        place = f"{self.where}:{node.line}"
        matrix, shift = frame
        finite = np.isfinite(matrix).all() and np.isfinite(shift).all()
        scale = float(np.linalg.norm(matrix, 2)) if finite else 0.0
        if not 0 < scale < 1e12 or abs(np.linalg.det(matrix)) < 1e-9 * scale**2:
            raise BadInput(Problem("a transform makes everything flat or too large", place))
        rings: list[Floats] = []
        for line, is_closed in SHAPES[node.name](node, scale, place):
            points = line @ matrix.T + shift
            self.budget.take([points])
            if not is_closed and closed(points):
                points, is_closed = points[:-1], True
            if is_closed:
                rings.append(points)
            else:
                yield Piece(layers, (points,), False)
        if rings:
            fill: Rule = "evenodd" if rule == "evenodd" else "nonzero"
            yield Piece(layers, tuple(rings), True, fill)


def _layers(node: Node, above: tuple[str, ...]) -> tuple[str, ...]:
    """Names under which an element can be asked for: the layer of the drawing program first."""
    label = node.attributes.get(f"{INKSCAPE} label", "")
    own = (node.attributes.get("id", ""), *node.attributes.get("class", "").split()[:16], label)
    layer = label if node.attributes.get(f"{INKSCAPE} groupmode") == "layer" and label else above[0]
    return (layer, *above[1:], *(name for name in own if name))


def _length(node: Node, key: str, place: str, default: float = 0.0) -> float:
    """A length in user units."""
    if key not in node.attributes:
        return default
    value, unit = length(node.attributes[key], f"{place}: {key}")
    if unit and unit not in UNITS:
        raise BadInput(Problem("a relative length", f"{place}: {key}", repr(node.attributes[key])[:40]))
    return value * UNITS[unit] / UNITS["px"] if unit else value


def _sizes(node: Node, place: str, *keys: str) -> list[float] | None:
    """Lengths that must not be negative; None when one is zero, which draws nothing."""
    found = [_length(node, key, place) for key in keys]
    if min(found) < 0:
        raise BadInput(Problem("a negative size", place, f"{min(found):g}"))
    return found if min(found) > 0 else None


def _rect(node: Node, scale: float, place: str) -> Lines:
    size = _sizes(node, place, "width", "height")
    if size is None:
        return []
    (w, h), x, y = size, _length(node, "x", place), _length(node, "y", place)
    given = [_length(node, key, place, -1.0) for key in ("rx", "ry")]
    rx, ry = (value if value >= 0 else max(other, 0.0) for value, other in (given, given[::-1]))
    rx, ry = min(rx, w / 2), min(ry, h / 2)
    if rx == 0 or ry == 0:
        return [(np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]), True)]
    corners = [(x + w - rx, y + ry, -90), (x + w - rx, y + h - ry, 0), (x + rx, y + h - ry, 90), (x + rx, y + ry, 180)]
    arcs = [_arc((cx, cy), rx, ry, math.radians(angle), math.pi / 2, scale, place) for cx, cy, angle in corners]
    return [(np.concatenate(arcs), True)]


def _arc(
    centre: tuple[float, float], rx: float, ry: float, start: float, sweep: float, scale: float, place: str
) -> Floats:
    axes = np.array([rx, 0.0]) * scale, np.array([0.0, ry]) * scale
    return _curves.elliptic(np.array(centre) * scale, *axes, start, sweep, place) / scale


def _circle(node: Node, scale: float, place: str) -> Lines:
    size = _sizes(node, place, "r") if node.name == "circle" else _sizes(node, place, "rx", "ry")
    if size is None:
        return []
    centre = _length(node, "cx", place), _length(node, "cy", place)
    return [(_arc(centre, size[0], size[-1], 0.0, 2 * math.pi, scale, place)[:-1], True)]


def _polygon(node: Node, scale: float, place: str) -> Lines:
    found = numbers(node.attributes.get("points", ""), place)
    if len(found) % 2:
        raise BadInput(Problem("points lack a coordinate", place, f"{len(found)} numbers"))
    return [(np.array(found).reshape(-1, 2), node.name == "polygon")] if found else []


def _line(node: Node, scale: float, place: str) -> Lines:
    return [(np.array([_length(node, key, place) for key in ("x1", "y1", "x2", "y2")]).reshape(2, 2), False)]


def _path(node: Node, scale: float, place: str) -> Lines:
    return Path(scale, place).walked(node.attributes.get("d", ""))


#: element -> its lines in user units, and whether each is closed
SHAPES = MappingProxyType(
    {
        "rect": _rect,
        "circle": _circle,
        "ellipse": _circle,
        "polygon": _polygon,
        "polyline": _polygon,
        "line": _line,
        "path": _path,
    }
)
