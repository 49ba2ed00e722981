"""What stands around a comb: rim, seal, necks and pads. Lengths in whole nanometres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabplan.architectures._comb import Comb, outline
from fabplan.architectures._space import over, whole
from fabplan.architectures.base import Footprint
from fabplan.geometry.region import Box, Region, joined, rectangle

# architectures.md 13.7: 100 um for a probe, 300 um for a bonded wire; section 1 rule e5: water diffuses
# slowly enough through 200 um of seal; section 2: electrolyte stays 200 um away from the pads
PAD_SIZE = 300e-6
SEAL_WIDTH = 200e-6
FRAME_WIDTH = 1e-3  # of adhesive between two foils: as of a glass lid's rim (recipe lid-glass-epoxy, general practice)
DAM_CLEARANCE = 200e-6


@dataclass(frozen=True)
class Package:
    """Widths around a comb, in nm.

    Parameters
    ----------
    rim : from the comb to the seal
    seal : width of the seal
    pad_clearance : from the seal to the pads
    pad : side of the square pads: anode's below, cathode's above, in the middle
    """

    rim: Any
    seal: Any
    pad_clearance: Any
    pad: Any

    @property
    def side(self) -> Any:
        """From the comb to the outer edge of the seal."""
        return self.rim + self.seal

    @property
    def end(self) -> Any:
        """From the comb to the outer edge of the pads."""
        return self.side + self.pad_clearance + self.pad


def package_of(params: Any) -> Package:
    """Package of a design by its parameters, which have the usual names [nm]."""
    seal = whole(params.seal_width)
    return Package(
        rim=whole(params.electrolyte_rim),
        seal=seal,
        pad_clearance=whole(params.dam_clearance) - seal,
        pad=whole(params.pad_size),
    )


def room(footprint: Footprint, package: Package) -> tuple[Any, Any]:
    """Width and length that the footprint leaves to the comb; all of it when the terminals stand outside."""
    width, length = whole(footprint.width), whole(footprint.length)
    if footprint.terminals == "outside":
        return width, length
    return width - 2 * package.side, length - 2 * package.end


def neck_width(comb: Comb, package: Package) -> Any:
    """Width of the conductor from bus to pad: the pad's, at most half the bus."""
    return np.minimum(package.pad, np.floor(comb.width / 2))


def fits(footprint: Footprint, package: Package, comb: Comb) -> NDArray[np.bool_]:
    """Whether comb, seal and pads stand in the footprint."""
    width, length = room(footprint, package)
    good = (comb.width <= width) & (comb.length <= length) & (neck_width(comb, package) >= 1)
    for given in (package.rim, package.seal, package.pad_clearance, package.pad):
        good = good & (np.asarray(given) >= 0)
    if footprint.terminals == "inside":
        good = good & (package.pad <= whole(footprint.width))
    return np.asarray(good, dtype=np.bool_)


def corner(footprint: Footprint, comb: Comb) -> tuple[int, int]:
    """Lower left corner of a comb that stands in the middle of the footprint."""
    width, length = round(float(whole(footprint.width))), round(float(whole(footprint.length)))
    return (width - round(float(comb.width))) // 2, (length - round(float(comb.length))) // 2


def grown(box: Box, by: int) -> Box:
    """Box with every side moved outwards."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def terminals(comb: Comb, package: Package, x: int, y: int, recess: int = 0) -> tuple[Region, Region]:
    """Neck and pad of the anode and of the cathode of a comb at (x, y).

    Parameters
    ----------
    recess : how far the collector's bus lies inside the comb's outline; the neck starts there
    """
    x0, y0, x1, y1 = outline(comb, x, y)
    reach = round(float(package.side + package.pad_clearance))
    pad, neck = round(float(package.pad)), round(float(neck_width(comb, package)))
    middle = (x0 + x1) // 2
    left, pad_left = middle - neck // 2, middle - pad // 2
    anode = [
        rectangle(left, y0 - reach, left + neck, y0 + recess),
        rectangle(pad_left, y0 - reach - pad, pad_left + pad, y0 - reach),
    ]
    cathode = [
        rectangle(left, y1 - recess, left + neck, y1 + reach),
        rectangle(pad_left, y1 + reach, pad_left + pad, y1 + reach + pad),
    ]
    return joined(anode), joined(cathode)


def neck_squares(comb: Comb, package: Package, recess: Any = 0) -> Any:
    """Length over width of one neck."""
    return over(recess + package.side + package.pad_clearance, neck_width(comb, package))


def around(outer: Box, inner: Box) -> Region:
    """Outer box without the inner one, as four bars."""
    x0, y0, x1, y1 = inner
    return joined(
        [
            rectangle(outer[0], outer[1], outer[2], y0),
            rectangle(outer[0], y0, x0, y1),
            rectangle(x1, y0, outer[2], y1),
            rectangle(outer[0], y1, outer[2], outer[3]),
        ]
    )


def ring(inner: Box, width: int, opening: int) -> Region:
    """Frame around a box with one opening of that height in the middle of its left and of its right side."""
    x0, y0, x1, y1 = inner
    outer = grown(inner, width)
    low = (y0 + y1 - opening) // 2
    high = low + opening
    sides = [(outer[0], x0), (x1, outer[2])]
    uprights = [rectangle(a, b, c, d) for a, c in sides for b, d in ((y0, low), (high, y1))]
    return joined([rectangle(outer[0], outer[1], outer[2], y0), *uprights, rectangle(outer[0], y1, outer[2], outer[3])])


def openings(inner: Box, width: int, opening: int) -> Region:
    """What `ring` leaves open."""
    x0, y0, x1, y1 = inner
    low = (y0 + y1 - opening) // 2
    return joined([rectangle(a, low, a + width, low + opening) for a in (x0 - width, x1)])
