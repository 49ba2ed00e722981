"""Plots of the plates: PDF that holds every nanometre, read back operator by operator, to the scale that it states."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from fabplan.exporters import _pdf, plot
from fabplan.geometry.region import Lattice, Part, Region, bounds, joined, rectangle
from tests.exporters.mask_plan import Oracle, as_klayout, mask_plan

PLAN = mask_plan()
SLANTED = Region((Part(((0, 0), (900, -70), (1300, 800), (400, 500)), Lattice(3, 2, 3000, -2500)),))


def objects(data: bytes) -> dict[int, bytes]:
    """Objects by the places that the cross-reference table gives: a wrong place is a wrong object."""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", data)[1])  # type: ignore[index]
    entries = re.findall(rb"(\d{10}) (\d{5}) ([fn]) \n", data[start:])
    assert entries[0] == (b"0000000000", b"65535", b"f")
    found = {}
    for number, (place, _, _) in enumerate(entries[1:], 1):
        head = f"{number} 0 obj\n".encode()
        assert data[int(place) :].startswith(head)
        found[number] = data[int(place) + len(head) : data.index(b"\nendobj", int(place))]
    return found


def pages(data: bytes) -> list[tuple[tuple[float, float], str]]:
    """Size [points] and operators of every page."""
    every, result = objects(data), []
    for body in every.values():
        if b"/Type /Page " not in body:
            continue
        size = re.search(rb"/MediaBox \[0 0 (\S+) (\S+)\]", body)
        stream = every[int(re.search(rb"/Contents (\d+) 0 R", body)[1])]  # type: ignore[index]
        length = int(re.search(rb"/Length (\d+)", stream)[1])  # type: ignore[index]
        content = stream.split(b"stream\n", 1)[1]
        assert content[length:] == b"\nendstream"
        result.append(((float(size[1]), float(size[2])), content[:length].decode("latin-1")))  # type: ignore[index]
    return result


def filled(oracle: Oracle, content: str) -> tuple[list[float], object]:
    """Matrix and filled area of the last drawing of a page, as KLayout's region [nm]."""
    db = oracle("klayout.db")
    block = content[content.rindex("q ") :]
    matrix = [float(word) for word in block.splitlines()[0].split()[1:7]]
    found, ring = db.Region(), []
    for line in block.splitlines()[1:]:
        words = line.split()
        if words[-1] == "re":
            x, y, wide, high = (round(float(word) * 1000) for word in words[:4])
            found.insert(db.Box(x, y, x + wide, y + high))
        elif words[-1] == "h":
            ring = [round(float(word) * 1000) for word in words if word not in ("m", "l", "h")]
            found.insert(db.Polygon([db.Point(*ring[k : k + 2]) for k in range(0, len(ring), 2)]))
    return matrix, found


def test_nothing_without_masks() -> None:
    assert plot.export(dataclasses.replace(PLAN, masks=())) == {}


def test_every_page_draws_its_plate_to_the_nanometre(oracle: Oracle) -> None:
    data = plot.export(PLAN)["masks/plan-1_plates.pdf"]
    assert len(pages(data)) == len(PLAN.masks)
    for mask, ((wide, high), content) in zip(PLAN.masks, pages(data), strict=True):
        matrix, found = filled(oracle, content)
        assert (found ^ as_klayout(oracle, mask.region)).is_empty()  # type: ignore[operator]
        stated = re.search(r"scale (\d+):1,", content)
        assert stated and matrix[0] == pytest.approx(float(stated[1]) * 72 / 25.4 / 1000, rel=1e-9)
        x0, y0, x1, y1 = (v / 1000 * matrix[0] for v in bounds(mask.region))
        assert x0 + matrix[4] > 0 and x1 + matrix[4] < wide and y0 + matrix[5] > 0 and y1 + matrix[5] < high


def test_films_are_1_to_1_and_dark_where_the_plate_is(oracle: Oracle) -> None:
    files = plot.export(PLAN)
    for mask in PLAN.masks:
        ((size, content),) = pages(files[f"masks/film/plan-1-{mask.number:02d}-{mask.name}.pdf"])
        matrix, found = filled(oracle, content)
        assert matrix[0] == pytest.approx(72 / 25.4 / 1000, rel=1e-9)
        assert (found ^ as_klayout(oracle, mask.region)).is_empty()  # type: ignore[operator]
        x0, _, x1, _ = bounds(mask.region)
        assert size[0] == pytest.approx(((x1 - x0) * 1e-6 + 20) * 72 / 25.4, abs=1e-3)
        assert ("1 g" in content.splitlines()) == (mask.kind == "photomask" and "dark field" in mask.tone)
    foil = dataclasses.replace(PLAN.masks[0], kind="shadow-mask")
    assert [Path(k).name for k in plot.export(dataclasses.replace(PLAN, masks=(foil,)))] == ["plan-1_plates.pdf"]


def test_slanted_arrays_and_coarse_plots(oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    mask = dataclasses.replace(PLAN.masks[0], region=joined([SLANTED, rectangle(-500, -9000, 7, -8000)]))
    plan = dataclasses.replace(PLAN, masks=(mask,))
    ((_, content),) = pages(plot.export(plan)["masks/plan-1_plates.pdf"])
    assert (filled(oracle, content)[1] ^ as_klayout(oracle, mask.region)).is_empty()  # type: ignore[operator]
    monkeypatch.setattr(plot, "MOST_CORNERS", 12)
    files = plot.export(plan)
    ((_, content),) = pages(files["masks/plan-1_plates.pdf"])
    assert "7 shapes: arrays are shown" in content and content.count(" re") == 2
    assert len(files) == 1  # a coarse film would be a wrong one


@pytest.mark.parametrize(("size", "scale"), [((9.0, 9.0), "20:1"), ((179.0, 10.0), "1:1"), ((900.0, 100.0), "1:5")])
def test_scales_are_round(size: tuple[float, float], scale: str) -> None:
    assert plot.ratio(plot.scale_of(*size)) == scale


def test_text_cannot_leave_its_parentheses() -> None:
    assert _pdf.string("a) Tj (\\ \n µ €") == "(a\\) Tj \\(\\\\  µ ?)"
    assert _pdf.micrometres(-1_005) == "-1.005" and _pdf.number(-0.00001) == "0"


def test_the_same_bytes_each_time() -> None:
    assert plot.export(PLAN) == plot.export(mask_plan())
