"""Gerber X2 of the plates: as gerbonara reads it, polygon by polygon."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import Counter

import pytest

from fabplan.exporters import gerber
from fabplan.geometry.region import Lattice, Part, Region, polygons, rectangle
from tests.exporters.mask_plan import Oracle, mask_plan


def rings(points: list[tuple[float, float]]) -> frozenset[tuple[int, int]]:
    return frozenset((round(x * 1e6), round(y * 1e6)) for x, y in points)


def read(oracle: Oracle, data: bytes) -> Counter[frozenset[tuple[int, int]]]:
    file = oracle("gerbonara").rs274x.GerberFile.from_string(data.decode())
    return Counter(rings(entry.outline) for entry in file.objects)


def test_every_plate_holds_its_polygons(oracle: Oracle) -> None:
    plan = mask_plan()
    files = gerber.export(plan)
    assert len(files) == len(plan.masks) and all(path.endswith(".gbr") for path in files)
    for mask, (path, data) in zip(plan.masks, files.items(), strict=True):
        assert f"-{mask.number:02d}-" in path
        expected = Counter(frozenset(ring) for ring in polygons(mask.region))
        assert read(oracle, data) == expected, mask.name


@pytest.mark.parametrize("steps", [(5_001, 7_000), (-5_001, 7_000), (5_001, -7_000), (-5_001, -7_000)])
def test_huge_lattices_in_every_direction(steps: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    wedge = Region((Part(((0, 0), (2_000, 0), (2_000, 1_777)), Lattice(7, 3, *steps)),))
    monkeypatch.setattr(gerber, "MOST_FLAT", 5)
    mask = dataclasses.replace(mask_plan().masks[0], region=wedge)
    data = next(iter(gerber.export(dataclasses.replace(mask_plan(), masks=(mask,))).values()))
    assert repeated(data.decode()) == Counter(frozenset(ring) for ring in polygons(wedge))


def repeated(text: str) -> Counter[frozenset[tuple[int, int]]]:
    """Regions with their step-and-repeat blocks, by the words of the specification (4.11)."""
    blocks = re.findall(r"%SRX(\d+)Y(\d+)I([\d.]+)J([\d.]+)\*%\n(.*?)%SR\*%", text, re.S)
    found: Counter[frozenset[tuple[int, int]]] = Counter()
    for columns, rows, step_x, step_y, inside in blocks:
        ring = [(int(x), int(y)) for x, y in re.findall(r"X(-?\d+)Y(-?\d+)D0[12]", inside)]
        for i, j in itertools.product(range(int(columns)), range(int(rows))):
            dx, dy = i * round(float(step_x) * 1e6), j * round(float(step_y) * 1e6)
            found[frozenset((x + dx, y + dy) for x, y in ring)] += 1
    return found


def test_words_of_the_plan_cannot_end_a_command() -> None:
    mask = dataclasses.replace(mask_plan().masks[0], name="a*%M02*%", tone="dark*%\nM02*", region=rectangle(0, 0, 9, 9))
    text = next(iter(gerber.export(dataclasses.replace(mask_plan(), masks=(mask,))).values())).decode()
    assert text.count("M02*") == 1 and text.endswith("M02*\n")
    assert all(line.count("*") == 1 for line in text.splitlines())
