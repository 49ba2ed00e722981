"""Plates that exist: used where they hold what the plan draws, refused with the place where they do not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gdstk
import pytest

from fabplan.errors import BadInput
from fabplan.geometry.region import Region, rectangle
from fabplan.layout.existing import differences, drawn
from fabplan.layout.types import Mask
from fabplan.planner.given import Given, given, rooted
from fabplan.planner.given_plates import given_findings, with_existing
from fabplan.planner.spec import parse

SQUARE = rectangle(0, 0, 100_000, 50_000)
COMB = Region((*SQUARE.parts, *rectangle(0, 60_000, 100_000, 70_000).parts))


def plate(region: Region = COMB, line: float = 10e-6) -> Mask:
    return Mask("anode", 2, "photomask", (), "", 0.0, region, (1,), smallest_dimension=line)


def file(folder: Path, *boxes: tuple[float, float, float, float], name: str = "old.gds") -> str:
    """Boxes [um] on layer 7/3 of a file, one on 8/0 beside them."""
    library = gdstk.Library()
    cell = library.new_cell("OLD")
    cell.add(*(gdstk.rectangle(box[:2], box[2:], 7, 3) for box in boxes), gdstk.rectangle((500, 0), (600, 1), 8, 0))
    path = folder / name
    library.write_gds(path) if name.endswith("gds") else library.write_oas(path)
    return str(path)


def read(entry: Mapping[str, Any], tolerance: str = "1 nm") -> Given:
    problems: list[Any] = []
    found = given({"masks": [{"plate": "anode", "layers": ["7/3"], **entry}], "tolerance": tolerance}, "x", problems)
    assert not problems, problems
    return found


def said(entry: Mapping[str, Any], mask: Mask | None = None, tolerance: str = "1 nm") -> list[tuple[str, str]]:
    found = given_findings([mask or plate()], read(entry, tolerance))
    return [(f.rule, f"{f.message}; {f.change}") for f in found]


SAME = ((0, 0, 60, 50), (40, 0, 100, 50), (0, 60, 100, 70))  # cut and overlapping in another way


@pytest.mark.parametrize("name", ["old.gds", "old.oas"])
def test_a_plate_that_holds_the_same_is_used(tmp_path: Path, name: str) -> None:
    entry = {"file": file(tmp_path, *SAME, name=name), "label": "PL-113"}
    assert said(entry) == []
    (marked,) = with_existing([plate()], read(entry))
    assert marked.existing is not None and (marked.existing.label, marked.existing.file) == ("PL-113", name)
    assert len(marked.existing.digest) == 64
    assert with_existing([dataclasses.replace(plate(), number=3, name="lid")], read(entry))[0].existing is None


def test_a_difference_is_told_with_its_place(tmp_path: Path) -> None:
    lacking = file(tmp_path, *SAME[:2])
    ((rule, text),) = said({"file": lacking})
    assert rule == "given-plate-differs" and "at x 0.05 mm, y 0.065 mm" in text and "the plate lacks" in text
    more = file(tmp_path, *SAME, (200, 0, 210, 10))
    ((_, text),) = said({"file": more})
    assert "at x 0.205 mm, y 0.005 mm" in text and "the plan lacks" in text


@pytest.mark.parametrize(("tolerance", "count"), [("10 nm", 1), ("20 nm", 0)])
def test_edges_may_differ_by_the_tolerance(tmp_path: Path, tolerance: str, count: int) -> None:
    narrower = file(tmp_path, *SAME[:2], (0, 60.02, 100, 70))
    assert len(said({"file": narrower}, tolerance=tolerance)) == count


def test_a_moved_plate_is_refused_with_the_move_that_mends_it(tmp_path: Path) -> None:
    path = file(tmp_path, *((x0 + 30, y0 - 5, x1 + 30, y1 - 5) for x0, y0, x1, y1 in SAME))
    ((_, text),) = said({"file": path})
    assert 'move = ["-30 um", "5 um"]' in text
    assert said({"file": path, "move": ["-30 um", "5 um"]}) == []


def test_a_plate_without_a_file_is_held_by_its_line() -> None:
    assert [rule for rule, _ in said({"line": "10 um"})] == ["given-plate-not-compared"]
    assert [rule for rule, _ in said({"line": "8 um"})] == ["given-plate-differs", "given-plate-not-compared"]


def test_a_plate_of_no_name_in_the_plan_is_told(tmp_path: Path) -> None:
    ((rule, text),) = said({"plate": "anod", "file": file(tmp_path, *SAME)})
    assert rule == "given-plate-unused" and "plate = 'anode'" in text
    assert said({"plate": 2, "file": file(tmp_path, *SAME)}) == []


def test_a_layer_that_the_file_lacks_is_told_with_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"9; allowed: 7/3, 8/0"):
        said({"file": file(tmp_path, *SAME), "layers": ["9"]})


def test_all_faults_of_the_table_come_at_once(tmp_path: Path) -> None:
    wrong = {"masks": [{"plate": "a", "file": "no.gds", "move": [1], "layers": ["x"]}, {"lin": 1}, {"plate": "a",
             "line": "1 um"}], "tolerance": "-1 nm"}  # fmt: skip
    data = {"target": {"capacity": "1 uAh"}, "footprint": {"size": "1 mm x 1 mm"}, "given": wrong}
    with pytest.raises(BadInput) as caught:
        parse(data, "x")
    whats = sorted(problem.what for problem in caught.value.problems)
    assert whats == [
        "a key is missing", "a plate given twice", "no such file", "not a layer", "not a way in x and y",
        "nothing to hold a plate against", "out of range", "unknown key",
    ]  # fmt: skip


def test_files_are_looked_for_beside_the_spec() -> None:
    found = rooted({"given": {"masks": [{"plate": "a", "file": "b.gds"}, {"plate": "c"}]}}, Path("there"))
    assert found["given"]["masks"] == [{"plate": "a", "file": str(Path("there") / "b.gds")}, {"plate": "c"}]


def test_keyholes_and_overlaps_are_what_they_cover() -> None:
    import numpy as np

    ring = [(0, 0), (90, 0), (90, 90), (0, 90), (0, 30), (30, 30), (30, 60), (60, 60), (60, 30), (0, 30)]
    frame = drawn([np.array(ring, np.int64)])
    around = Region((*rectangle(0, 0, 90, 30).parts, *rectangle(0, 30, 30, 90).parts, *rectangle(30, 60, 90, 90).parts,
                     *rectangle(60, 30, 90, 60).parts))  # fmt: skip
    assert differences(around, frame, 1) == ()
    assert differences(rectangle(0, 0, 90, 90), frame, 1)[0].lacks == "plate"
