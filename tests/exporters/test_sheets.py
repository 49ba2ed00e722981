"""Recipe sheets: complete, honest about what nobody knows, safe against names, pleasant to read."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.exporters import _csv, _names, sheets
from fabplan.methods.base import SetPoint, Use
from fabplan.planner.plan import Plan, Step
from fabplan.resources import templates_folder
from tests.exporters.sample_plan import infected, sample_plan

PLAN = sample_plan()
FILES = sheets.export(PLAN)


def text_of(step_id: str, plan: Plan = PLAN) -> str:
    step = next(s for s in plan.steps if s.id == step_id)
    return FILES[_names.sheet_path(step)].decode()


def test_every_step_has_a_sheet_and_a_table() -> None:
    names = {_names.step_stem(step) for step in PLAN.steps}
    assert set(FILES) == {f"recipes/{name}.{end}" for name in names for end in ("md", "csv")}


@pytest.mark.parametrize("step", PLAN.steps, ids=lambda s: s.id)
def test_fields_of_a_sheet(step: Step) -> None:
    text = text_of(step.id)
    for heading in ("Safety first", "Set points", "Do", "Accept or stop", "Clock and signature"):
        assert f"## {heading}" in text
    words = ("Lot / chip IDs", "revision", "Initials", "Waste", "Wear", "Expected time", "Out of the window")
    for word in (*words, "Deviations"):
        assert word in text, word
    assert all(hazard in text.replace("\\", "") for hazard in step.hazards)
    assert all(point.shown in text or point.value is None for point in step.set_points)
    assert "☐" in text and "None" not in re.sub(r"None on record|none: scrap", "", text)


def test_what_nobody_knows_is_marked() -> None:
    text = text_of("print-anode")
    assert re.search(r"\| pressure \| \*\*CALIBRATE\*\* ________ \| ____ \| ________ \| unknown \|", text)
    assert "## CALIBRATE before the real part" in text and "raise until the line is 60 um wide" in text
    assert "nobody knows yet" in text_of("fill-electrolyte")
    assert "CALIBRATE" not in text_of("cast-frame")


def test_low_confidence_keeps_its_value_and_is_marked() -> None:
    assert "| 15 nm/min **CALIBRATE** |" in text_of("sputter-collector")


def test_computed_values_are_not_put_on_the_list_to_calibrate() -> None:
    computed = SetPoint("flow", 1e-15, "m3/s", "1 pL/s", "computed: section times speed", "low")
    step = dataclasses.replace(PLAN.steps[4], set_points=(*PLAN.steps[4].set_points, computed))
    text = sheets.sheet(dataclasses.replace(PLAN, steps=(step,)), step, "0")
    assert "1 pL/s **CALIBRATE**" in text and "**flow**" not in text


def test_a_window_around_a_target_names_the_target() -> None:
    assert "| thickness | ±5 % of target, target 300 nm (confidence low" in text_of("sputter-collector")


@pytest.mark.parametrize(
    ("name", "note", "expected"),
    [
        ("thickness", "", "±5 % of target"), ("Thickness", "range 1 nm to 2 nm", "±5 % of target"),
        ("power", "range 1 W to 2 W", "1 W to 2 W (range on record)"), ("power", "", ""),
        ("power", "N2, 20 sccm; range 1 W to 2 W; see there", "1 W to 2 W (range on record)"),
    ],
)  # fmt: skip
def test_a_tolerance_is_the_window_or_the_range(name: str, note: str, expected: str) -> None:
    step = next(s for s in PLAN.steps if s.id == "sputter-collector")
    assert sheets.tolerance(step, SetPoint(name, 1.0, "W", "1 W", "a test", "high", note)) == expected


def test_ald_has_its_cycle_in_order() -> None:
    rows = re.findall(r"^\| (\d) \| ([^|]+) \| ([^|]+) \|", text_of("coat-electrodes"), re.M)
    assert [row[1] for row in rows] == ["pulse TMA", "purge after TMA", "pulse water", "purge after water", "go to 1"]
    assert rows[-1][2] == "18 cycles in all"


def test_the_printing_sheet_names_program_and_toolpath() -> None:
    text = text_of("print-anode")
    assert "`toolpaths/05-print-anode.gcode`" in text and "14.32 mm" in text
    assert "17, the first is the prime line" in text


def test_litho_names_the_plate() -> None:
    assert "no. 1, collectors (photomask); opening in the metal" in text_of("pattern-resist")


def test_golden(golden: Callable[[str, bytes], None]) -> None:
    # The revision is a digest over plan.json, which names the versions of the libraries.
    sheets_of = {"sheet-ald.md": "recipes/08-coat-electrodes.md", "sheet-print.md": "recipes/05-print-anode.md"}
    for name, sheet in sheets_of.items():
        golden(name, re.sub(rb"revision [0-9a-f]{12}", b"revision (digest)", FILES[sheet]))


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode())))


def test_csv_holds_every_set_point_in_si() -> None:
    rows = rows_of(FILES["recipes/07-sinter-electrodes.csv"])
    assert rows[0] == list(sheets.COLUMNS)
    assert rows[1][:4] == ["temperature", "873.15", "K", "600 degC"]
    assert rows[4][:4] == ["ramp down", "", "K/s", "unknown"]
    assert {len(row) for row in rows} == {8}


@pytest.mark.parametrize("bad", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r\n=1", '= HYPERLINK("x")'])
def test_formulas_become_text(bad: str) -> None:
    cell = rows_of(_csv.table(("a",), [(bad,)]))[1][0]
    assert cell.startswith("'") and "\n" not in cell


@given(st.lists(st.tuples(st.text(), st.none() | st.floats(allow_nan=False)), max_size=5))
def test_tables_stay_rectangular(rows: list[tuple[str, float | None]]) -> None:
    data = _csv.table(("name", "value"), rows)
    assert data.count(b"\n") == len(rows) + 1 - data.count(b"\r")
    assert {len(row) for row in rows_of(data)} == {2}


def test_numbers_stay_numbers() -> None:
    assert rows_of(_csv.table(("a", "b", "c"), [(-1.5, "-2.5", None)]))[1] == ["-1.5", "-2.5", ""]
    with pytest.raises(ValueError, match="1 cells under 2"):
        _csv.table(("a", "b"), [("x",)])


PAYLOADS = (
    "<script>alert(1)</script>",
    "| a | b |\n| - | - |",
    "\n# Heading\n\n- [ ] item",
    "`code` **bold** [link](javascript:alert(1)) ![x](y)",
    "{{ 7*7 }}{% if 1 %}",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_cannot_change_a_sheet(payload: str) -> None:
    bad = infected(PLAN, payload)
    assert isinstance(bad, Plan)
    found = sheets.export(bad)
    for name, data in found.items():
        assert re.fullmatch(r"recipes/[a-z0-9._-]{1,64}\.(md|csv)", name)
        if name.endswith(".csv"):
            assert {len(row) for row in rows_of(data)} == {8}
            continue
        text = data.decode()
        twin = next(FILES[n].decode() for n in FILES if n.startswith(name[:11]) and n.endswith(".md"))
        assert text.count("\n") == twin.count("\n"), name
        assert re.findall(r"^#+ ", text, re.M) == re.findall(r"^#+ ", twin, re.M)
        assert columns(text) == columns(twin)
        bare = re.sub(r"revision [0-9a-f]{12}", "", text)  # a digest may hold any digits
        plain = re.sub(r"revision [0-9a-f]{12}", "", twin)
        assert "<script" not in text.replace("\\<", "") and bare.count("49") == plain.count("49")
        pictures = r"!\[The part after step \d\d\]\(sections/[a-z0-9._-]+\.svg\)"
        assert not re.search(r"(?<!\\)\]\(", re.sub(pictures, "", text))


def columns(text: str) -> list[int]:
    """Number of cells of every table row; escaped bars do not count."""
    return [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("|")]


@pytest.mark.parametrize("name", [p.stem for p in sorted((templates_folder() / "sheets").glob("*.md"))])
@pytest.mark.parametrize("bare", [False, True])
def test_every_template_renders_for_a_full_and_for_a_bare_step(
    name: str, bare: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "template", lambda step: name)
    step = PLAN.steps[4] if not bare else dataclasses.replace(PLAN.steps[0], set_points=(), hazards=(), duration=None)
    nothing = dataclasses.replace(PLAN, machine=None, dialect=None, masks=(), toolpaths=(), steps=(step,))
    plan = nothing if bare else PLAN
    text = sheets.sheet(plan, step, "0123")
    assert text.startswith("# Step 0") and "## Accept or stop" in text


def test_templates_are_chosen_by_method_and_family() -> None:
    chosen = {step.id: sheets.template(step) for step in PLAN.steps}
    assert chosen["coat-electrodes"] == "ald" and chosen["sputter-collector"] == "sputter"
    assert chosen["sinter-electrodes"] == "thermal" and chosen["pattern-resist"] == "lithography"
    assert chosen["print-anode"] == "printing" and chosen["clean-substrate"] == "base"
    there = {p.stem for p in (templates_folder() / "sheets").glob("*.md")}
    assert {*sheets.SPECIAL.values(), *sheets.FAMILIES, "base"} == there


def test_amounts() -> None:
    assert sheets.amount(Use("ink", 1.2e-11, "m3")) == "12 nL"
    assert sheets.amount(Use("ink", None, "m3")) == "unknown"
    assert sheets.amount(Use("blade", 2.0, "pieces")) == "2 pieces"


@pytest.mark.parametrize("text", ["", "..", "CON", "com1", "a/b\\c", "ÄÖ", ".hidden", "x" * 300, "Aux.md", "a..b"])
def test_file_names_are_safe(text: str) -> None:
    name = _names.file_name(text)
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name) and ".." not in name
    assert name.split(".")[0] not in {"con", "com1", "aux"}
