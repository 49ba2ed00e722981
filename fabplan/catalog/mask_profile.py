"""What a mask shop takes: one record a kind of shop or foundry. A limit of 0 or an absent one means: none known."""

from __future__ import annotations

from dataclasses import dataclass

from fabplan.records import Quantity, flag, quantity, text, texts, whole

POLYGONS = ("any", "trapezoids", "manhattan")
FORMATS = ("gds", "oasis", "dxf", "gerber")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Rules of delivery of a mask shop, stencil or screen maker."""

    id: str
    name: str = text("name for people", default=None)
    aliases: tuple[str, ...] = texts("other names")
    formats: tuple[str, ...] = texts("formats that it takes", choices=FORMATS)
    grid: Quantity | None = quantity("length", "coordinates are multiples of it", low=0)
    rounds: bool = flag("whether the shop rounds to its grid itself: off the grid is then a warning")
    feature: Quantity | None = quantity("length", "smallest line or space that it makes", low=0)
    extent: Quantity | None = quantity("length", "farthest coordinate from the origin", low=0)
    area: Quantity | None = quantity("length", "largest width or height of what is drawn", low=0)
    vertices: int = whole("most vertices of a polygon, the closing one not counted")
    angle: Quantity | None = quantity("number", "smallest inside angle of a corner [degrees]", low=0, high=90)
    polygons: str = text("which polygons", choices=POLYGONS, default="any")
    holes: bool = flag("whether drawn shapes may surround what is not drawn: in a foil it falls out", default=True)
    keyholes: bool = flag("whether an outline may touch itself (how a hole is drawn)", default=True)
    names: str = text("regular expression that every cell name matches whole; empty for any")
    name_length: int = whole("longest cell name")
    reserved: tuple[str, ...] = texts("cell names that it keeps for itself, in lower case")
    layer_name_length: int = whole("longest layer name in DXF")
    layers: int = whole("highest layer number and datatype")
    layers_a_file: int = whole("most layers in one file")
    depth: int = whole("most levels of hierarchy, the top cell counted")
    references: int = whole("most cells, and most placements")
    columns: int = whole("most columns or rows of an array")
    shapes: int = whole("most polygons when flat")
    one_top: bool = flag("whether there must be exactly one top cell", default=True)
    texts: bool = flag("whether text elements may stand in the file")
    paths: bool = flag("whether paths (lines with a width) may stand in the file")
    notes: str = text("remarks")
    source: str = text("who says so, for values without their own source")
    confidence: str = text("how sure, likewise")
