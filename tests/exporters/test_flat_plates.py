"""Plates without hierarchy: the same geometry in one cell, written in blocks that need little memory."""

from __future__ import annotations

import dataclasses
import tracemalloc
from pathlib import Path

import pytest

from fabplan.errors import BadInput
from fabplan.exporters import _flat_gds, flat_plates
from fabplan.exporters._flat_gds import flat_gds, real8
from fabplan.exporters._gdstk import Sheet, written
from fabplan.geometry.region import Lattice, Part, Region, joined, rectangle
from fabplan.layout.flat import MOST_DXF, flat_findings
from tests.exporters.mask_plan import Oracle, as_klayout, drawn, loaded, mask_plan

PLAN = dataclasses.replace(mask_plan(), flat=True)
ROUND = Region((Part(((0, 0), (900, -70), (1300, 800), (400, 500)), Lattice(7, 3, 3000, -2500)),))


def test_only_when_asked_for() -> None:
    assert flat_plates.export(mask_plan()) == {}
    assert flat_plates.export(dataclasses.replace(PLAN, masks=())) == {}


def test_every_format_draws_the_plates_in_one_cell(oracle: Oracle, tmp_path: Path) -> None:
    files = flat_plates.export(PLAN)
    assert [Path(name).suffix for name in files] == [".gds", ".oas", ".dxf"]
    for name, data in files.items():
        layout = loaded(oracle, data, tmp_path / Path(name).name)
        assert layout.cells() == 1, name
        for place, mask in enumerate(PLAN.masks):
            pair = (mask.number, 0) if not name.endswith(".dxf") else None
            made = drawn(oracle, layout, *pair) if pair else _by_name(oracle, layout, f"P{mask.number}_")
            assert (made.merged() ^ as_klayout(oracle, mask.region)).is_empty(), (name, place)


def _by_name(oracle: Oracle, layout: object, start: str) -> object:
    db = oracle("klayout.db")
    (index,) = (i for i in layout.layer_indexes() if layout.get_info(i).name.startswith(start))  # type: ignore[attr-defined]
    return db.Region(layout.top_cell().begin_shapes_rec(index))  # type: ignore[attr-defined]


def test_the_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch, oracle: Oracle, tmp_path: Path) -> None:
    sheets = [Sheet(3, 4, joined([ROUND, rectangle(-90_000, 0, -80_000, 10)]))]
    whole = b"".join(flat_gds("x", sheets))
    monkeypatch.setattr(_flat_gds, "BLOCK", 200)
    assert b"".join(flat_gds("x", sheets)) == whole
    layout = loaded(oracle, whole, tmp_path / "x.gds")
    made = drawn(oracle, layout, 3, 4)
    assert made.count() == 22 and (made ^ as_klayout(oracle, sheets[0].region)).is_empty()


def test_units_and_frame_are_those_that_gdstk_writes() -> None:
    sheets = [Sheet(1, 0, rectangle(0, 0, 5, 9))]
    ours = b"".join(flat_gds("x", sheets))
    assert ours == written("x", sheets, "gds")
    assert real8(1e-3).hex() == "3e4189374bc6a7f0" and real8(1e-9).hex() == "3944b82fa09b5a54"


def test_a_million_polygons_need_a_few_megabytes() -> None:
    region = rectangle(0, 0, 490, 950_000, Lattice(10_000, 100, 980, 1_000_000))
    tracemalloc.start()
    size = sum(len(piece) for piece in flat_gds("m", [Sheet(1, 0, region)]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 64_000_102 and peak < 20e6


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(BadInput):
        list(flat_gds("x", [Sheet(1, 0, rectangle(0, 0, 2**31, 5))]))
    large = dataclasses.replace(PLAN.masks[0], region=rectangle(0, 0, 5, 5, Lattice(MOST_DXF, 1, 10, 0)))
    assert [f.rule for f in flat_findings([large], True)] == ["mask-flat"]
    assert not list(flat_findings([large], False)) and not list(flat_findings(PLAN.masks, True))
    assert not any(name.endswith(".dxf") for name in flat_plates.export(dataclasses.replace(PLAN, masks=(large,))))
