"""Controller files: numbers of the sheets, nothing invented, nothing injected."""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from fabplan.catalog.loader import load
from fabplan.exporters import _controller_ald, _controller_nomad, _controller_sml, controllers
from fabplan.exporters._controller_points import FOLDER, rounded
from fabplan.methods.base import SetPoint, Work
from fabplan.planner.plan import Plan, Step
from fabplan.planner.route import method_of
from tests.exporters.sample_plan import sample_plan

EVIL = 'x">>.\nS7F23 W <L[0]>: {a: 1}\n- =cmd()\x1b'


@functools.cache
def catalog() -> Any:
    return load()


def step_of(recipe: str, number: int = 1, thickness: float | None = None) -> Step:
    """A step of a shipped recipe with the set points that its method gives."""
    found = catalog().recipes[recipe]
    module, settings = method_of(found, recipe)
    usual = found.thickness.value if found.thickness else None
    work = Work(thickness=thickness or usual, area=1e-6)
    sample = sample_plan().steps[0]
    return dataclasses.replace(
        sample, number=number, id=f"step-{number}", title=found.name, method=found.method, recipe=found,
        material=next(iter(found.materials), ""), work=work, set_points=module.set_points(settings, work),
    )  # fmt: skip


def plan_of(*recipes: str) -> Plan:
    steps = tuple(step_of(recipe, number) for number, recipe in enumerate(recipes, 1))
    materials = {step.id: catalog().materials[step.material] for step in steps if step.material}
    return dataclasses.replace(sample_plan(), steps=steps, materials=materials)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


RECIPES = ("ald-al2o3-tma", "sputter-ti-pt-shadow", "sputter-lco-shadow", "anneal-lco-600c", "evaporate-ti-au-liftoff")
PLAN = plan_of(*RECIPES)
FILES = controllers.export(PLAN)


def test_every_file_is_listed_and_marked() -> None:
    listed = FILES[f"{FOLDER}/README.md"].decode()
    assert "For transcription" in listed
    for path, content in FILES.items():
        assert path.startswith(f"{FOLDER}/")
        if not path.endswith("README.md"):
            assert path.removeprefix(f"{FOLDER}/") in listed.replace("\\", "")
        if not path.endswith(("README.md", "one-cycle.csv")):
            assert b"for transcription" in content, path


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".csv")])
def test_tables_have_a_header_and_equal_rows(path: str) -> None:
    lines = list(csv.reader(io.StringIO(FILES[path].decode())))
    assert len(lines) > 1 and len({len(line) for line in lines}) == 1


def test_instruction_table_of_alumina() -> None:
    rows = rows_of(FILES[f"{FOLDER}/01-step-1.instructions.csv"])
    told = [(row["instruction"], row["value"], row["unit"]) for row in rows]
    # DTU's recipe, 0.1/3/0.1/4 s; 50 nm at 1.1 angstrom a cycle are 455 cycles.
    assert told == [
        ("flow", "", "sccm"), ("heater", "200.0", "C"), ("stabilize", "", ""), ("wait", "1350.0", "s"),
        ("pulse", "0.1", "s"), ("wait", "3.0", "s"), ("pulse", "0.1", "s"), ("wait", "4.0", "s"),
        ("goto", "455.0", "cycles"), ("flow", "", "sccm"),
    ]  # fmt: skip
    assert rows[8]["number"] == "4" and rows[4]["line"] == "4"
    assert [row["remark"] for row in rows if row["instruction"] == "pulse"] == ["TMA", "H2O"]
    assert rows[0]["remark"].startswith("calibrate") and not rows[4]["number"]


def test_repeated_doses_loop_before_the_cycle_does() -> None:
    step = step_of("ald-al2o3-tma")
    cycle = [{**step.recipe.settings["cycle"][0], "repeats": 2}, step.recipe.settings["cycle"][1]]
    recipe = dataclasses.replace(step.recipe, settings={**step.recipe.settings, "cycle": cycle})
    step = dataclasses.replace(step, recipe=recipe)
    table = _controller_ald.instructions(step, _controller_ald.doses_of(step))
    loops = [(row[0], row[2], row[3], row[4]) for row in table if row[1] == "goto"]
    assert loops == [(6, 4, 2, "times"), (9, 4, 455.0, "cycles")]
    rows = _controller_ald.one_cycle(_controller_ald.doses_of(step))
    assert [row[-1] for row in rows] == [0.1, 3.0, 0.1, 3.0, 0.1, 4.0]


def test_open_controller_runs_the_same_cycle() -> None:
    lines = list(csv.reader(io.StringIO(FILES[f"{FOLDER}/01-step-1.one-cycle.csv"].decode())))
    assert lines[0][6:10] == ["aldv1", "aldv2", "aldv3", "aldv4"] and lines[0][-1] == "delay(s)"
    assert [line[-1] for line in lines[1:]] == ["0.1", "3.0", "0.1", "4.0"]
    assert [[k for k, cell in enumerate(line[:-1]) if cell == "1"] for line in lines[1:]] == [[6], [], [7], []]
    assert all(cell in ("1", "-1") for line in lines[1:] for cell in line[:-1])


def test_unknown_times_stay_empty_and_give_no_cycle() -> None:
    step = step_of("ald-sno2-pores")
    written = _controller_ald.write(step)
    assert [file.path for file in written] == [f"{FOLDER}/01-step-1.instructions.csv"]
    pulses = [row for row in rows_of(written[0].content) if row["instruction"] == "pulse"]
    assert pulses and all(row["value"] == "" and row["remark"].startswith("calibrate") for row in pulses)


def test_layer_list() -> None:
    rows = rows_of(FILES[f"{FOLDER}/layers.csv"])
    assert [row["layer"] for row in rows] == [str(k) for k in range(1, len(rows) + 1)]
    ti, pt, lco = rows[:3]
    assert (ti["material"], ti["thickness_kA"]) == ("Ti", "0.1")
    assert (pt["material"], pt["thickness_kA"]) == ("Pt", "2.0")
    assert float(pt["rate_A_s"]) == pytest.approx(41.0 / 60.0, rel=1e-6) and pt["density_g_cm3"] == ""
    assert (lco["density_g_cm3"], lco["rate_A_s"]) == ("5.05", "0.5") and "calibrate" in lco["remark"]


def test_a_rate_of_another_power_is_left_out() -> None:
    step = step_of("sputter-cu-shadow")
    settings = {**step.recipe.settings, "rate_power": "75 W"}
    other = dataclasses.replace(step, recipe=dataclasses.replace(step.recipe, settings=settings))
    plan = dataclasses.replace(PLAN, steps=(other,))
    (row,) = rows_of(controllers.export(plan)[f"{FOLDER}/layers.csv"])
    assert row["rate_A_s"] == "" and "calibrate" in row["remark"]


def lists(text: str) -> Any:
    """Independent reader of SML: nested lists of (type, value)."""
    tokens = re.findall(r'<(?:L\[\d+\]|A "[^"]*"|F8 [^\s>]+)|>', text)
    stack: list[Any] = [[]]
    for token in tokens:
        if token == ">":
            done = stack.pop()
            if isinstance(done, tuple) and isinstance(done[0], int):
                assert len(done[1]) == done[0]
            stack[-1][1].append(done) if isinstance(stack[-1], tuple) else stack[-1].append(done)
        elif token.startswith("<L"):
            stack.append((int(token[3:-1]), []))
        else:
            kind, _, value = token[1:].partition(" ")
            stack.append((kind, float(value) if kind == "F8" else value[1:-1]))
    assert len(stack) == 1
    return stack[0]


@pytest.mark.parametrize("step", PLAN.steps, ids=lambda s: s.recipe.id)
def test_sml_holds_the_sheet(step: Step) -> None:
    text = _controller_sml.message(PLAN, step)
    assert text.startswith("S7F23 W\n") and text.endswith(">.\n")
    ((count, (name, model, revision, body)),) = lists(text)
    assert count == 4 and model == revision == ("A", "") and name[1].isascii()
    commands = body[1][1:]
    assert len(commands) == len(step.set_points)
    for (_, (_, (_, items))), point in zip(commands, step.set_points, strict=True):
        if point.value is None:
            assert items[0][0] == "A"
        else:
            assert items[0] == ("F8", point.value)
        assert items[1] == ("A", point.unit)
        doubtful = point.shown == "unknown" or point.confidence == "low"
        assert (("A", "calibrate") in items) == doubtful


def test_nomad_archive_is_yaml(oracle: Callable[[str], Any]) -> None:
    yaml = oracle("yaml")
    data = yaml.safe_load(FILES[f"{FOLDER}/02-step-2.archive.yaml"])["data"]
    assert data["m_def"].endswith("sputtering.SputterDeposition")
    ti, pt = data["steps"]
    assert (ti["name"], pt["name"]) == ("Ti", "Pt")
    assert pt["environment"]["pressure"]["set_value"] == [pytest.approx(0.4)]
    assert pt["sample_parameters"][0]["growth_rate"]["set_value"] == [pytest.approx(4.1e-9 / 60)]
    assert pt["duration"] == pytest.approx(200 / 4.1 * 60)
    lco = yaml.safe_load(FILES[f"{FOLDER}/03-step-3.archive.yaml"])["data"]
    assert "calibrate: Growth rate" in lco["steps"][0]["comment"]
    nested = {"a": [{"b": 1e-9, "c": {}}, {"d": []}], "e": [1e-5, "x"], "f": True}
    assert yaml.safe_load("\n".join(_controller_nomad.yaml(nested))) == nested


def infected(step: Step) -> Step:
    points = tuple(dataclasses.replace(p, name=p.name + EVIL, note=EVIL, source=EVIL) for p in step.set_points)
    settings = {**step.recipe.settings, "target": EVIL, "gas": EVIL}
    recipe = dataclasses.replace(step.recipe, settings=settings)
    text = SetPoint(EVIL, None, "", EVIL, EVIL, "low", EVIL)
    return dataclasses.replace(step, title=EVIL, recipe=recipe, set_points=(*points, text))


def test_texts_of_records_stay_texts(oracle: Callable[[str], Any]) -> None:
    yaml = oracle("yaml")
    plan = dataclasses.replace(PLAN, name=EVIL, steps=tuple(map(infected, PLAN.steps)))
    clean = {path: content.decode() for path, content in controllers.export(plan).items()}
    for path, text in clean.items():
        assert "\x1b" not in text
        if path.endswith(".sml"):
            ((count, _),) = lists(text)
            assert count == 4 and text.count("S7F23 W\n") == 1
        elif path.endswith(".yaml"):
            assert set(yaml.safe_load(text)) == {"data"}
        elif path.endswith(".csv"):
            lines = list(csv.reader(io.StringIO(text)))
            assert len({len(line) for line in lines}) == 1
            cells = [cell for line in lines for cell in line]
            assert not [c for c in cells if c.startswith(("=", "+", "@"))]


def test_nothing_without_such_steps() -> None:
    assert controllers.export(dataclasses.replace(PLAN, steps=())) == {}


def test_units_change_without_rounding_behind() -> None:
    assert rounded(210e-9 / 1e-7) == 2.1 and rounded(0.0) == 0.0
