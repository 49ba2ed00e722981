"""Dose and purge of a step over relief: the exact solver on the sheet, at both ends of sticking, on the true area."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from fabplan.cli import main
from fabplan.methods import _ballistic as ballistic
from fabplan.methods import _relief_dose as relief
from fabplan.methods import atomic_layer_deposition as ald
from fabplan.methods.base import Work
from tests.methods.shipped import recipe, settings

MADE = recipe("ald-al2o3-tma").settings
DEEP = Work(thickness=20e-9, area=1e-6, enhancement=30.0, aspect_ratio=20.0, opening=1e-6)


@pytest.mark.parametrize("trench", [False, True])
def test_the_sheet_carries_the_exact_dose(trench: bool) -> None:
    work = Work(thickness=20e-9, aspect_ratio=20.0, opening=1e-6, trench=trench)
    kind = "trench" if trench else "via"
    found = {p.name: p for p in ald.set_points(MADE, work)}
    for sticking in (1e-4, 1e-1):
        point = found[f"Exposure for a {kind} of aspect ratio 20 if sticking is {sticking:g}"]
        dose = ballistic.saturation(kind, 20.0, sticking, 0.95).time  # type: ignore[arg-type]
        mass = 0.07209 / 6.02214076e23
        unit = math.sqrt(2 * math.pi * mass * 1.380649e-23 * 473.15) / 2.822e-19
        assert point.value == pytest.approx(dose * unit, rel=5e-6)
        assert point.confidence == "medium" and "ballistic" in point.source and "closed form" in point.note


def test_a_known_pressure_makes_it_a_time() -> None:
    cycle = [{"precursor": "TMA", "pulse": "0.1 s", "molar_mass": "72.09 g/mol", "partial_pressure": "10 Pa"}]
    made = settings(
        "atomic-layer-deposition",
        substrate_temperature="200 degC",
        site_area="2.822e-19 m2",
        sticking=0.01,
        cycle=cycle,
    )
    points = {p.name: p.value for p in ald.set_points(made, DEEP)}
    exposure = points["Exposure for a via of aspect ratio 20 if sticking is 0.01"]
    assert points["Time for that exposure, if sticking is 0.01"] == pytest.approx(exposure / 10.0)


def test_flat_ground_needs_no_lines() -> None:
    assert not [p for p in ald.set_points(MADE, Work(thickness=20e-9)) if "aspect ratio" in p.name]


def test_purge_is_diffusion_out_of_the_relief() -> None:
    """``5 L²/D`` with the mean free flight d v/3, written out a second time; slits are twice as wide as they look."""
    speed = math.sqrt(8 * 8.31446261815324 * 473.15 / (math.pi * 0.07209))
    assert relief.purge(MADE, DEEP) == pytest.approx(5 * (20e-6) ** 2 / (1e-6 * speed / 3), rel=1e-12)
    slit = Work(aspect_ratio=20.0, opening=1e-6, trench=True)
    assert relief.purge(MADE, slit) == pytest.approx(0.5 * 5 * (20e-6) ** 2 / (1e-6 * speed / 3), rel=1e-12)
    assert relief.purge(MADE, Work(aspect_ratio=20.0)) is None


def test_precursor_counts_on_the_true_area() -> None:
    chamber = MADE.chamber_area.value
    flat = ald.uses(MADE, Work(thickness=20e-9, area=1e-3))[0].amount
    deep = ald.uses(MADE, Work(thickness=20e-9, area=1e-3, enhancement=100.0))[0].amount
    assert flat is not None and deep is not None
    assert deep / flat == pytest.approx((chamber + 0.1) / (chamber + 1e-3))


def test_supercycle_and_nucleation_delay() -> None:
    """A ternary cycle: doses repeat inside it, the delay comes on top once."""
    cycle = [
        {"precursor": "A", "pulse": "1 s", "purge": "2 s", "repeats": 3},
        {"precursor": "H2O", "pulse": "1 s", "purge": "4 s", "repeats": 3},
        {"precursor": "B", "pulse": "2 s", "purge": "6 s"},
        {"precursor": "H2O", "pulse": "1 s", "purge": "4 s"},
    ]
    made = settings("atomic-layer-deposition", growth_per_cycle="2 angstrom/cycle", nucleation_cycles=12, cycle=cycle)
    assert ald.cycle_time(made) == pytest.approx(3 * 3 + 3 * 5 + 8 + 5)
    assert ald.cycles(made, Work(thickness=10e-9)) == 12 + 50


def test_reference_cases_by_the_command(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The contract: cases in, ``t_norm`` out, within 2 %; all 56 go through the solver in `test_ballistic`."""
    cases = json.loads((shared / "reference" / "ald_dose.json").read_text())["cases"][::5]
    asked = [{k: c[k] for k in ("geometry", "AR", "beta0", "end_coverage_min")} for c in cases]
    (tmp_path / "cases.json").write_text(json.dumps(asked))
    assert main.run(["dose", str(tmp_path / "cases.json"), "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    assert len(answers) == len(cases) == 12
    for case, answer in zip(cases, answers, strict=True):
        assert {k: answer[k] for k in asked[0]} == {k: case[k] for k in asked[0]}
        assert answer["t_norm"] == pytest.approx(case["t_norm_converged"], rel=0.02), case
