"""3MF packages: named, coloured bodies in micrometres; a lattice stays one prism with nested components.

Core specification 1.3 of the 3MF Consortium: a ZIP with content types, one relationship and one model. Nothing is
compressed and every entry bears the oldest date that ZIP knows, so that the same cell gives the same bytes.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from fabplan.exporters._palette import colour
from fabplan.exporters._prisms import Floats, Indices, prisms
from fabplan.geometry.body import Body
from fabplan.geometry.region import Part, Region
from fabplan.rendering import printable

_OLDEST = (1980, 1, 1, 0, 0, 0)
_MICRONS = 1e6
_PER_NANOMETRE = 1e-3  # micrometre
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>\n'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Target="/3D/3dmodel.model" Id="model" '
    'Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>\n'
)
_CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
_COLOURS = 1  # id of the colours; objects are numbered from 2


@dataclass
class _Model:
    """The objects written so far."""

    lines: list[str] = field(default_factory=list)
    last: int = _COLOURS

    def mesh(self, name: str, place: int, vertices: Floats, faces: Indices) -> int:
        """A mesh object in the colour number ``place``; returns its id."""
        corners = "".join(f'<vertex x="{_text(x)}" y="{_text(y)}" z="{_text(z)}"/>' for x, y, z in vertices * _MICRONS)
        sides = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in faces.tolist())
        inside = f"<mesh><vertices>{corners}</vertices><triangles>{sides}</triangles></mesh>"
        return self._object(f'name={quoteattr(printable(name))} pid="{_COLOURS}" pindex="{place}"', inside)

    def group(self, name: str, members: Sequence[tuple[int, int, int]]) -> int:
        """An object made of others, each moved by (x, y) [nm]; returns its id."""
        inside = "".join(
            f'<component objectid="{number}" transform="1 0 0 0 1 0 0 0 1 '
            f'{_text(x * _PER_NANOMETRE)} {_text(y * _PER_NANOMETRE)} 0"/>'
            for number, x, y in members
        )
        return self._object(f"name={quoteattr(printable(name))}", f"<components>{inside}</components>")

    def _object(self, attributes: str, inside: str) -> int:
        self.last += 1
        self.lines.append(f'<object id="{self.last}" type="model" {attributes}>{inside}</object>')
        return self.last


def package(name: str, bodies: Sequence[Body]) -> bytes:
    """The package of all bodies that stand at a height; lattices whole, whatever their size.

    Parameters
    ----------
    bodies : with bottom and thickness; conformal films must not be among them
    """
    model, items = _Model(), []
    for place, body in enumerate(bodies):
        number = _body(model, body.name, place, body.region, body.thickness)
        height = _text((body.bottom or 0.0) * _MICRONS)
        items.append(f'<item objectid="{number}" transform="1 0 0 0 1 0 0 0 1 0 0 {height}"/>')
    colours = "".join(
        f'<base name={quoteattr(printable(f"{body.name}: {body.material}"))} displaycolor="{_hex(colour(body.role))}"/>'
        for body in bodies
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<model unit="micron" xml:lang="en-US" xmlns="{_CORE}">\n'
        f'<metadata name="Title">{_escaped(name)}</metadata>\n<metadata name="Application">fabplan</metadata>\n'
        f'<resources>\n<basematerials id="{_COLOURS}">{colours}</basematerials>\n'
        + "\n".join(model.lines)
        + f"\n</resources>\n<build>\n{''.join(items)}\n</build>\n</model>\n"
    )
    return _zipped({"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS, "3D/3dmodel.model": text})


def _body(model: _Model, name: str, place: int, region: Region, thickness: float) -> int:
    """Single polygons as one mesh, every lattice as its prism and nested components."""
    alone = Region(tuple(part for part in region.parts if part.lattice.count == 1))
    members = []
    if alone:
        members.append((model.mesh(name, place, *prisms(alone, thickness)), 0, 0))
    for part in region.parts:
        if part.lattice.count > 1:
            unit = model.mesh(f"{name}, one of {part.lattice.count}", place, *prisms(_one(part), thickness))
            row = _repeated(model, f"{name}, row", unit, part.lattice.columns, part.lattice.step_x, 0)
            members.append((_repeated(model, f"{name}, rows", row, part.lattice.rows, 0, part.lattice.step_y), 0, 0))
    return members[0][0] if len(members) == 1 else model.group(name, members)


def _one(part: Part) -> Region:
    return Region((Part(part.polygon),))


def _repeated(model: _Model, name: str, number: int, copies: int, dx: int, dy: int) -> int:
    """Copies of an object at equal steps [nm]; many of them in two levels, so that a million takes 2000 lines."""
    if copies == 1:
        return number
    size = math.isqrt(copies - 1) + 1 if copies > 64 else copies
    whole, rest = divmod(copies, size)
    run = model.group(name, [(number, k * dx, k * dy) for k in range(size)])
    if whole == 1 and not rest:
        return run
    members = [(run, k * size * dx, k * size * dy) for k in range(whole)]
    members += [(number, k * dx, k * dy) for k in range(whole * size, whole * size + rest)]
    return model.group(name, members)


def _text(value: float) -> str:
    """A length in micrometres, to a femtometre at most; never in exponent form."""
    text = f"{value:.9f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _hex(rgba: tuple[int, int, int, int]) -> str:
    return "#" + "".join(f"{part:02X}" for part in rgba)


def _escaped(text: str) -> str:
    text = printable(text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _zipped(entries: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path, text in entries.items():
            entry = zipfile.ZipInfo(path, _OLDEST)
            entry.create_system = 3  # the same on every system that writes it
            archive.writestr(entry, text.encode())
    return out.getvalue()
