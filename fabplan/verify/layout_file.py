"""A layout of anyone, opened: GDSII, OASIS, DXF or Gerber as regions by layer, arrays kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fabplan.errors import BadInput, Problem, listed
from fabplan.geometry.region import Region, joined
from fabplan.readers.mask_cells import SUFFIXES, read_cells
from fabplan.verify._plate_files import PLATE_SUFFIXES, plates_of
from fabplan.verify._unfold import unfolded


@dataclass(frozen=True)
class LayoutFile:
    """What a layout file draws.

    Parameters
    ----------
    name : of the file
    top : name of its top cell, the first where there are several; of the file where it has none
    layers : what a user calls a layer (``"1/0"``, a DXF layer, ``"gerber"``) -> its polygons, which may overlap
    """

    name: str
    top: str
    layers: Mapping[str, Region]

    def region(self, sources: tuple[str, ...], where: str) -> Region:
        """Polygons of several layers together.

        Raises
        ------
        BadInput : one is not in the file
        """
        missing = [source for source in sources if source not in self.layers]
        if missing:
            allowed = f"layers of {self.name}: {listed(self.layers, 20)}"
            raise BadInput(Problem("no such layer in the file", where, repr(missing[0])[:60], allowed))
        return joined(self.layers[source] for source in sources)


def open_layout(path: Path, unit: str | None = None) -> LayoutFile:
    """A layout file.

    Parameters
    ----------
    unit : of a DXF file that does not say its own

    Raises
    ------
    BadInput : no layout by its ending, or it cannot be read
    """
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        file = read_cells(path)
        layers = {f"{a}/{b}": region for (a, b), region in sorted(unfolded(file, path.name).items())}
        return LayoutFile(path.name, file.tops[0] if file.tops else path.stem, layers)
    if suffix in PLATE_SUFFIXES:
        found = plates_of(path, unit)
        named = found if PLATE_SUFFIXES[suffix] == "dxf" else {"gerber": joined(found.values())}
        return LayoutFile(path.name, path.stem, named)
    allowed = "a name that ends in " + ", ".join([*SUFFIXES, *PLATE_SUFFIXES])
    raise BadInput(Problem("not known as a layout", path.name, path.suffix or "no ending", allowed))
