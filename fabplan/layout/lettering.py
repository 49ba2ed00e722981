"""Text as polygons: a mask shop does not read text elements.

Letters are five squares high and made of squares that share edges, never only corners, so that every line of a letter
and every gap in it is one square wide: a letter obeys the rules of its plate when the square does.
"""

from __future__ import annotations

from collections.abc import Mapping

from fabplan.geometry.region import Region, joined, rectangle, translated

HEIGHT = 5  # squares
SPACING = 1  # between letters, squares

#: rows from the top, split by "/"
_ROWS = {
    "A": "#####/#...#/#####/#...#/#...#", "B": "####./#..#./#####/#...#/#####", "C": "#####/#..../#..../#..../#####",
    "D": "####./#..##/#...#/#..##/####.", "E": "#####/#..../###../#..../#####", "F": "#####/#..../###../#..../#....",
    "G": "#####/#..../#.###/#...#/#####", "H": "#...#/#...#/#####/#...#/#...#", "I": "###/.#./.#./.#./###",
    "J": "....#/....#/....#/#...#/#####", "K": "#..##/#.##./###../#.##./#..##", "L": "#..../#..../#..../#..../#####",
    "M": "#####/#.#.#/#.#.#/#...#/#...#", "N": "##..#/###.#/#.#.#/#.###/#..##", "O": "#####/#...#/#...#/#...#/#####",
    "P": "#####/#...#/#####/#..../#....", "Q": "#####/#...#/#...#/#..##/#####", "R": "#####/#...#/#####/#.##./#..##",
    "S": "#####/#..../#####/....#/#####", "T": "#####/..#../..#../..#../..#..", "U": "#...#/#...#/#...#/#...#/#####",
    "V": "#...#/#...#/##.##/.#.#./.###.", "W": "#...#/#...#/#.#.#/#.#.#/#####", "X": "##.##/.###./..#../.###./##.##",
    "Y": "#...#/#...#/#####/..#../..#..", "Z": "#####/...##/.###./##.../#####", "0": "#####/#...#/#.#.#/#...#/#####",
    "1": ".#./##./.#./.#./###", "2": "#####/....#/#####/#..../#####", "3": "#####/....#/.####/....#/#####",
    "4": "#...#/#...#/#####/....#/....#", "5": "#####/#..../####./...#./####.", "6": "#..../#..../#####/#...#/#####",
    "7": "#####/....#/...##/...#./...#.", "8": "#####/#...#/#####/#...#/#####", "9": "#####/#...#/#####/....#/....#",
    "-": ".../.../###/.../...", ".": "./././././#", " ": "../../../../..",
}  # fmt: skip
GLYPHS: Mapping[str, tuple[str, ...]] = {
    letter: tuple(rows.split("/"))[-HEIGHT:] for letter, rows in _ROWS.items()
}

#: letters of which nothing falls out when they are openings of a foil: what would be surrounded hangs on a bridge
_BRIDGED = {
    "A": "##.##/#...#/#####/#...#/#...#", "B": "##.#./#..#./#####/#...#/##.##", "D": "##.#./#..##/#...#/#..##/####.",
    "O": "##.##/#...#/#...#/#...#/#####", "P": "##.##/#...#/#####/#..../#....", "Q": "##.##/#...#/#...#/#..##/#####",
    "R": "##.##/#...#/#####/#.##./#..##", "0": "##.##/#...#/#.#.#/#...#/#####", "6": "#..../#..../#####/#...#/##.##",
    "8": "##.##/#...#/#####/#...#/##.##", "9": "##.##/#...#/#####/....#/#####",
}  # fmt: skip
BRIDGED: Mapping[str, tuple[str, ...]] = {
    **GLYPHS, **{letter: tuple(rows.split("/")) for letter, rows in _BRIDGED.items()},
}  # fmt: skip


def printable(text: str) -> str:
    """Text with the letters that there are: capitals, figures, point, dash; all else becomes a dash."""
    return "".join(letter if letter in GLYPHS else "-" for letter in text.upper())


def width(text: str, square: int) -> int:
    """How long a text is [nm]."""
    shown = printable(text)
    return square * (sum(len(GLYPHS[letter][0]) + SPACING for letter in shown) - SPACING) if shown else 0


def lettering(text: str, square: int, foil: bool = False) -> Region:
    """Text from the origin to the right and up.

    Parameters
    ----------
    square : side of a letter's square [nm]; a letter is five of them high
    foil : letters are openings, of which nothing may fall out
    """
    found, at = [], 0
    for letter in printable(text):
        found.append(translated(_letter((BRIDGED if foil else GLYPHS)[letter], square), at, 0))
        at += square * (len(GLYPHS[letter][0]) + SPACING)
    return joined(found)


def _letter(rows: tuple[str, ...], square: int) -> Region:
    """Boxes that touch: the runs of a row, as long as the rows above have the same one."""
    boxes: list[Region] = []
    open_runs: dict[tuple[int, int], int] = {}
    for row, line in enumerate([*reversed(rows), ""]):
        runs = _runs(line)
        for run in [run for run in open_runs if run not in runs]:
            boxes.append(rectangle(run[0] * square, open_runs.pop(run) * square, run[1] * square, row * square))
        for run in runs:
            open_runs.setdefault(run, row)
    return joined(boxes)


def _runs(line: str) -> list[tuple[int, int]]:
    """Beginnings and ends of the filled stretches of a row."""
    edges = [place for place in range(len(line) + 1) if _filled(line, place) != _filled(line, place - 1)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _filled(line: str, place: int) -> bool:
    return 0 <= place < len(line) and line[place] == "#"
