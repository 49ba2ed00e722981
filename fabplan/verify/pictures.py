"""Plates as pictures read back: every pixel is what the plate after bias draws at its middle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from fabplan.errors import BadInput
from fabplan.findings import Finding
from fabplan.geometry.region import Region
from fabplan.layout.bitmap import MOST_PIXELS, frame, pixels
from fabplan.layout.words import at
from fabplan.readers.bitmap import Bitmap, read_bitmap

NUMBER = re.compile(r".*-(\d{2,6})-[a-z0-9-]+")  # of a plate, in the name of its picture


def verify_pictures(masks: Path, expected: Mapping[int, Region]) -> Iterator[Finding]:
    """``bitmap-differs``: each PNG and BMP of a plate, pixel by pixel; one of each for every plate.

    Parameters
    ----------
    masks : folder of the mask files
    expected : number -> plate after bias
    """
    paths = sorted(p for p in (masks / "bitmap").glob("*") if p.suffix in (".png", ".bmp"))
    found: dict[str, set[int]] = {".png": set(), ".bmp": set()}
    for path in paths:
        match = NUMBER.fullmatch(path.stem)
        number = int(match[1]) if match else -1
        found[path.suffix].add(number)
        if number not in expected:
            yield _fault(path.name, f"{path.name} is a picture of no plate")
            continue
        try:
            yield from _compared(path.name, read_bitmap(path), expected[number])
        except BadInput as fault:
            yield from (Finding("masks-unreadable", "error", f"masks/bitmap/{p.where}", str(p)) for p in fault.problems)
    if paths and any(numbers != set(expected) for numbers in found.values()):
        yield _fault("masks/bitmap", "the pictures are not one PNG and one BMP for each plate")


def _compared(name: str, picture: Bitmap, plate: Region) -> Iterator[Finding]:
    side = round(1e9 / picture.per_metre)
    if not plate or side < 1:
        yield _fault(name, f"{name} shows a plate that draws nothing")
        return
    x0, y0, x1, y1 = frame(plate, side)
    size = ((y1 - y0) // side, (x1 - x0) // side)
    if picture.lit.shape != size or size[0] * size[1] > MOST_PIXELS:
        rows, columns = picture.lit.shape
        yield _fault(name, f"{name} has {columns} x {rows} pixels, the plate takes {size[1]} x {size[0]}")
        return
    top, number, first = 0, 0, None
    for lot in pixels(plate, side):
        wrong = np.argwhere(picture.lit[top : top + len(lot)] != lot)
        if len(wrong) and first is None:
            row, column = wrong[0].tolist()
            first = ((x0 + (column + 0.5) * side) / 1e9, (y1 - (top + row + 0.5) * side) / 1e9)
        number, top = number + len(wrong), top + len(lot)
    if first is not None:
        text = f"{number} pixels of {name} are not those of its plate after bias"
        yield Finding("bitmap-differs", "error", at(name, first), text, float(number), 0.0, "")


def _fault(where: str, text: str) -> Finding:
    return Finding("bitmap-differs", "error", where, text)
