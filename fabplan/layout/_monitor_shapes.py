"""Shapes of process monitors, each in its own coordinates [nm]; drawn shapes are what stands on the finished part."""

from __future__ import annotations

from collections.abc import Sequence

from fabplan.geometry.region import Lattice, Region, joined, rectangle, translated

VERNIER_BARS = 10  # on each side of the middle
CROSS_ARM = 3  # length of an arm over its width, and more than the width keeps the pads out of the measurement


def square(side: int) -> Region:
    """Filled square from the origin."""
    return rectangle(0, 0, side, side)


def line_group(line: int, length: int, count: int = 5) -> Region:
    """Upright lines as wide as the spaces between them."""
    return rectangle(0, 0, line, length, Lattice(count, 1, 2 * line, 0))


def line_widths(line: int, length: int) -> Region:
    """A line that stands alone, three close together, and a space in a block: all of one width.

    The three meet different amounts of light, etchant or plating current, and may come out differently.
    """
    dense, block = 10 * line, 20 * line
    return joined(
        [
            rectangle(0, 0, line, length),
            rectangle(dense, 0, dense + line, length, Lattice(3, 1, 2 * line, 0)),
            rectangle(block, 0, block + 4 * line, length, Lattice(2, 1, 5 * line, 0)),
        ]
    )


def greek_cross(arm: int, pad: int) -> Region:
    """Cross with a pad at the end of each arm: one piece."""
    half = arm // 2
    reach = max(half + CROSS_ARM * arm, pad // 2 + arm)  # pads of neighbouring arms stay an arm's width apart
    middle = reach + pad
    shape = joined(
        [
            rectangle(-reach, -half, reach, half),
            rectangle(-half, half, half, reach),
            rectangle(-half, -reach, half, -half),
            *(
                rectangle(x - pad // 2, y - pad // 2, x + pad // 2, y + pad // 2)
                for x, y in (
                    (-reach - pad // 2, 0), (reach + pad // 2, 0), (0, -reach - pad // 2), (0, reach + pad // 2),
                )
            ),
        ]
    )  # fmt: skip
    return translated(shape, middle, middle)


def van_der_pauw(side: int, contact: int, pad: int) -> Region:
    """Square with a contact at each corner, as wide as ``contact``, that leads sideways to a pad: one piece."""
    lead = max(2 * contact, pad // 2)
    left, right = -lead - pad, side + lead
    return joined(
        [
            rectangle(0, 0, side, side),
            *(
                shape
                for y in (0, side - contact)
                for shape in (rectangle(-lead, y, 0, y + contact), rectangle(side, y, right, y + contact))
            ),
            *(rectangle(x, y, x + pad, y + pad) for x in (left, right) for y in (contact - pad, side - contact)),
        ]
    )


def field(count: int, side: int, room: int) -> Region:
    """Squares in as many rows as columns, ``room`` apart."""
    return rectangle(0, 0, side, side, Lattice(count, count, side + room, side + room))


def chain(side: int, gap: int, links: int, pad: int) -> tuple[Region, Region]:
    """Pieces of the lower layer with a pad at both ends, and bridges of the upper one, ``links`` of them.

    A piece and a bridge overlap over a square of ``side``; pieces of one layer stand ``gap`` apart.
    """
    long, pitch = 2 * side + gap, 2 * (side + gap)
    last = links * pitch
    lower = joined(
        [
            rectangle(0, 0, long, side, Lattice(links + 1, 1, pitch, 0)),
            rectangle(-pad, 0, 0, pad),
            rectangle(last + long, 0, last + long + pad, pad),
        ]
    )
    start = side + gap
    return lower, rectangle(start, 0, start + long, side, Lattice(links, 1, pitch, 0))


def capacitor(side: int, room: int, pad: int) -> tuple[Region, Region, Region]:
    """Lower plate, insulator, upper plate: the insulator covers the lower plate, which alone leads out to the left.

    The upper plate lies inside of the lower one, so that its own size is that of the capacitor, but for the lead that
    crosses the lower plate's rim to the right, on the insulator.
    """
    lower = joined([rectangle(-room, -room, side + room, side + room), rectangle(-3 * room - pad, 0, -room, pad)])
    cover = rectangle(-2 * room, -2 * room, side + 2 * room, side + 2 * room)
    upper = joined(
        [
            rectangle(0, 0, side, side),
            rectangle(side, 0, side + 3 * room, room),
            rectangle(side + 3 * room, 0, side + 3 * room + pad, pad),
        ]
    )
    return lower, cover, upper


def leakage_comb(line: int, gap: int, fingers: int, length: int, pad: int) -> Region:
    """Two interleaved combs, each with a pad: two pieces that face each other over ``facing`` of the table.

    ``fingers`` of each comb; a finger overlaps both of its neighbours over ``length``.
    """
    pitch, high = 2 * (line + gap), length + 2 * gap
    wide = (fingers - 1) * pitch + 2 * line + gap
    return joined(
        [
            rectangle(-pad, -pad, 0, 0),
            rectangle(0, -line, wide, 0),
            rectangle(0, 0, line, length + gap, Lattice(fingers, 1, pitch, 0)),
            rectangle(wide, high, wide + pad, high + pad),
            rectangle(0, high, wide, high + line),
            rectangle(line + gap, gap, 2 * line + gap, high, Lattice(fingers, 1, pitch, 0)),
        ]
    )


def leakage_facing(fingers: int, length: int) -> int:
    """Length over which the two combs face each other side by side [nm]: all neighbours but the two ends."""
    return (2 * fingers - 1) * length


def vernier(width: int, pitch: int, length: int, upwards: bool) -> Region:
    """One scale of a vernier, its middle bar at x = 0 twice as long."""
    side = rectangle(-width // 2, 0, width - width // 2, length, Lattice(VERNIER_BARS, 1, pitch, 0))
    middle = rectangle(-width // 2, 0, width - width // 2, 2 * length)
    both = joined([translated(side, pitch, 0), translated(side, -VERNIER_BARS * pitch, 0), middle])
    return both if upwards else upside_down(both)


def upside_down(region: Region) -> Region:
    """Mirrored at the x axis; only for boxes on lattices along x."""
    found = []
    for part in region.parts:
        (x0, y0), (x1, y1) = _box(part.polygon)
        found.append(rectangle(x0, -y1, x1, -y0, part.lattice))
    return joined(found)


def turned(region: Region) -> Region:
    """Turned by a quarter to the left; only for boxes on lattices along x."""
    found = []
    for part in region.parts:
        (x0, y0), (x1, y1) = _box(part.polygon)
        lattice = Lattice(1, part.lattice.columns, 0, part.lattice.step_x)
        found.append(rectangle(-y1, x0, -y0, x1, lattice))
    return joined(found)


def ring(inner: int, line: int) -> Region:
    """Square frame around the origin: ``inner`` wide inside, ``line`` wide all around."""
    low, high = -(inner // 2), inner - inner // 2
    return joined(
        [
            rectangle(low - line, low - line, high + line, low),
            rectangle(low - line, high, high + line, high + line),
            rectangle(low - line, low, low, high),
            rectangle(high, low, high + line, high),
        ]
    )


def box(side: int) -> Region:
    """Filled square around the origin."""
    return rectangle(-(side // 2), -(side // 2), side - side // 2, side - side // 2)


def _box(polygon: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], tuple[int, int]]:
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    return (min(xs), min(ys)), (max(xs), max(ys))
