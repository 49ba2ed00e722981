"""A panel of cells: as many as fit, every format draws the same, marks around all of them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.errors import Problem
from fabplan.exporters import gerber, lid, panel
from fabplan.geometry.region import bounds, joined
from fabplan.layout import panel as layout
from fabplan.layout.marks import Plate
from fabplan.layout.monitors import PlateFacts, monitors
from fabplan.layout.panel import Panel, written_out
from fabplan.planner.panels import PanelWishes, panel_findings, panel_of, panel_wishes
from fabplan.planner.plan import Plan
from fabplan.readers.plate_gerber import read_plate_gerber
from fabplan.verify._unfold import unfolded
from tests.exporters.mask_plan import Oracle, as_klayout, drawn, loaded, mask_plan

PLATES = [Plate(number, 30_000, True) for number in (1, 2, 3)]
WISH = PanelWishes(30e-3, 20e-3, 3e-3, 0.5e-3)


def with_panel(wish: PanelWishes = WISH) -> Plan:
    plan = mask_plan()
    return dataclasses.replace(plan, panel=panel_of(plan.layers, plan.masks, PLATES, wish))


PLAN = with_panel()


@given(
    st.integers(1, 10_000), st.integers(1, 10_000), st.integers(0, 3000), st.integers(0, 500), st.integers(1, 3000),
    st.integers(1, 3000),
)  # fmt: skip
def test_as_many_whole_cells_as_fit(wide: int, high: int, border: int, street: int, own: int, tall: int) -> None:
    found = layout.panel((wide, high), border, street, (5, -7, own + 5, tall - 7))
    for side, cell, number in ((wide, own, found.cells.columns), (high, tall, found.cells.rows)):
        most = 0
        while 2 * border + (most + 1) * cell + most * street <= side:
            most += 1
        assert number == most or (found.cells.count == 0 and number == 0)
    if found.cells.count:
        far = found.x + (found.cells.columns - 1) * found.cells.step_x + own
        assert found.x >= border and far <= wide - border and abs((wide - far) - found.x) <= 1


def test_every_format_draws_the_same_panel(oracle: Oracle, tmp_path: Path) -> None:
    one, files = PLAN.panel, panel.export(PLAN)
    assert one is not None and one.cells.count > 20 and one.marks
    gds = loaded(oracle, files["masks/panel/plan-1_panel.gds"], tmp_path / "p.gds")
    oas = loaded(oracle, files["masks/panel/plan-1_panel.oas"], tmp_path / "p.oas")
    dxf = loaded(oracle, files["masks/panel/plan-1_panel_um.dxf"], tmp_path / "p.dxf")
    db = oracle("klayout.db")
    for mask in PLAN.masks:
        wanted = as_klayout(oracle, written_out(one, mask.number)).merged()
        assert wanted.count() > one.cells.count
        assert (drawn(oracle, gds, mask.number, 0) ^ wanted).is_empty()
        assert (drawn(oracle, oas, mask.number, 0) ^ wanted).is_empty()
        (index,) = (i for i in dxf.layer_indexes() if dxf.get_info(i).name.startswith(f"P{mask.number}_"))
        assert (db.Region(dxf.top_cell().begin_shapes_rec(index)) ^ wanted).is_empty()
        path = tmp_path / "p.gbr"
        path.write_bytes(files[f"masks/panel/plan-1_panel-{mask.number:02d}-{mask.name}.gbr"])
        ((_, region),) = unfolded(read_plate_gerber(path), "p.gbr").items()
        assert (as_klayout(oracle, region) ^ wanted).is_empty()


def test_marks_stand_around_all_cells() -> None:
    one = PLAN.panel
    assert one is not None and [number for number, _ in one.marks] == [1, 2, 3]
    cells = [bounds(written_out(dataclasses.replace(one, marks=()), mask.number)) for mask in PLAN.masks]
    left, right = min(box[0] for box in cells), max(box[2] for box in cells)
    for _, region in one.marks:
        for part in region.parts:
            xs = [x for x, _ in part.polygon]
            assert max(xs) < left or min(xs) > right


def test_monitors_stand_once_below_the_cells(oracle: Oracle, tmp_path: Path) -> None:
    plan = mask_plan()
    ends = [layer.region for layer in plan.layers if layer.region]
    around = bounds(joined(ends))
    facts = [PlateFacts(mask.number, mask.name, 30_000, 30_000) for mask in plan.masks]
    more, _ = monitors(around, facts, "a", "B")
    layers = (*plan.layers, *more)
    masks = tuple(
        dataclasses.replace(mask, layers=(*mask.layers, *(m.name for m in more if m.layer == mask.number)))
        for mask in plan.masks
    )
    one = panel_of(layers, masks, PLATES, PanelWishes(60e-3, 60e-3, 3e-3, 0.5e-3))
    assert one is not None and one.tests and one.cells.count > 20 and one.marks
    lowest = one.y
    for number, region in one.tests:
        box = bounds(region)
        assert box[1] >= 3_000_000 and box[3] < lowest and box[0] >= 3_000_000 and box[2] <= 57_000_000
        marks = as_klayout(oracle, next(own for plate, own in one.marks if plate == number))
        assert (as_klayout(oracle, region) & marks).is_empty()
    made = as_klayout(oracle, written_out(one, 1)).merged()
    bare = as_klayout(oracle, written_out(dataclasses.replace(one, tests=()), 1)).merged()
    own = sum(m.region.parts != () for m in more if m.layer == 1)
    assert own == 2 and (made - bare).area() == as_klayout(oracle, dict(one.tests)[1]).merged().area() > 0
    narrow = PanelWishes(8e-3, 60e-3, 2.5e-3, 0.5e-3)
    small = panel_of(layers, masks, PLATES, narrow)
    assert small is not None and not small.tests
    assert "panel-tests" in {finding.rule for finding in panel_findings(small, narrow, True)}


def test_films_are_of_what_is_exposed_and_the_edge_is_drawn(oracle: Oracle, tmp_path: Path) -> None:
    files = panel.export(PLAN)
    films = [name for name in files if name.endswith(".pdf")]
    assert len(films) == sum(mask.kind in ("photomask", "screen") for mask in PLAN.masks)
    layout_ = loaded(oracle, files["masks/panel/plan-1_panel.gds"], tmp_path / "p.gds")
    box = drawn(oracle, layout_, 0, 30).bbox()
    assert (box.width(), box.height()) == (30_000_000, 20_000_000)


def test_a_panel_of_very_many_parts_is_written_with_hierarchy_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "MOST_PARTS", 10)
    assert sorted(Path(name).suffix for name in panel.export(PLAN)) == [".gds", ".oas"]


def test_nothing_without_a_panel_and_findings_where_it_cannot_be() -> None:
    assert panel.export(mask_plan()) == {} and panel_of(PLAN.layers, (), PLATES, WISH) is None
    assert not list(panel_findings(PLAN.panel, WISH)) and not list(panel_findings(None, PanelWishes()))
    tiny = dataclasses.replace(WISH, width=1e-3)
    (found,) = panel_findings(with_panel(tiny).panel, tiny)
    assert (found.rule, found.severity) == ("panel-empty", "error")
    bare = dataclasses.replace(WISH, border=0.0, width=30.1e-3)
    one: Panel | None = with_panel(bare).panel
    assert one is not None
    (found,) = panel_findings(dataclasses.replace(one, marks=()), bare)
    assert (found.rule, found.severity) == ("panel-marks", "warning")
    (found,) = panel_findings(None, WISH)
    assert found.severity == "warning"


@pytest.mark.parametrize("size", ["150 mm x 100 mm", ["150 mm", "100 mm"], "15cm x 0.1m"])
def test_a_size_as_people_write_it(size: Any) -> None:
    problems: list[Problem] = []
    found = panel_wishes({"size": size, "street": "2 mm"}, "s: panel", problems)
    assert not problems and (found.width, found.height, found.border, found.street) == pytest.approx(
        (0.15, 0.1, 10e-3, 2e-3)
    )


@pytest.mark.parametrize("size", ["150 mm", None, 3, "3 m x 1 m", "1 kg x 1 mm", "0 mm x 1 mm x 2 mm"])
def test_no_such_size(size: Any) -> None:
    problems: list[Problem] = []
    assert panel_wishes({"size": size}, "s: panel", problems).width == 0.0
    assert len(problems) == 1 and "s: panel.size" in str(problems[0])


def test_gerber_of_one_plate_is_that_of_all() -> None:
    assert list(gerber.export(PLAN).values()) == [gerber.text(PLAN, mask) for mask in PLAN.masks]


def test_a_lid_is_drawn_for_the_cutter(oracle: Oracle, tmp_path: Path) -> None:
    lids = [body for body in PLAN.bodies if body.name == "lid"]
    assert bool(lids) == bool(lid.export(PLAN))
    body = dataclasses.replace(PLAN.bodies[0], name="lid", role="encapsulation", net=None)
    ((name, data),) = lid.export(dataclasses.replace(PLAN, bodies=(body,))).items()
    assert name == "cut/plan-1_lid_um.dxf"
    layout_ = loaded(oracle, data, tmp_path / "l.dxf")
    (index,) = (i for i in layout_.layer_indexes() if layout_.get_info(i).name == "LID")
    db = oracle("klayout.db")
    found = db.Region(layout_.top_cell().begin_shapes_rec(index))
    assert (found ^ as_klayout(oracle, body.region)).is_empty()
