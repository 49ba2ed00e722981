"""The comparison of structures: the same figures as a plan of each, and a reason for everyone left out."""

from __future__ import annotations

import pytest

from fabplan import plugins
from fabplan.catalog.loader import load
from fabplan.errors import BadInput
from fabplan.planner import run, structures
from fabplan.planner.spec import Spec
from fabplan.planner.structures import Comparison, _judged, compare, kept_at_rate

WISH = {"capacity": "4 uAh", "footprint": "3 mm x 3 mm"}


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare(None, WISH, (), load())


def test_every_structure_is_there_once_or_with_several_chemistries(found: Comparison) -> None:
    assert {c.architecture for c in found.contenders} == set(plugins.names("architectures"))
    assert len({c.start for c in found.contenders}) == len(found.contenders)


def test_those_that_can_come_first_and_the_others_say_why(found: Comparison) -> None:
    can = [c.plan is not None for c in found.contenders]
    assert any(can) and not all(can) and can == sorted(can, reverse=True)
    for c in found.contenders:
        assert bool(c.reasons) != (c.plan is not None), c.start
        assert bool(c.figures) == (c.plan is not None)
        if c.most is not None and c.plan is not None:
            assert c.most.capacity >= 0.98 * c.plan.estimate["capacity_Ah"] * 3600.0, c.start


def test_the_best_is_what_plan_would_take(found: Comparison) -> None:
    best = found.contenders[0]
    alone = run.plan(None, {**WISH, "architecture": best.architecture}, (), load())
    assert best.figures["capacity_Ah"] == alone.estimate["capacity_Ah"]
    assert best.figures["dc_resistance_ohm"] == alone.estimate["dc_resistance_ohm"]
    assert best.figures["steps"] == len(alone.steps) and best.figures["masks"] == len(alone.masks)


def test_a_spec_of_one_structure_gives_target_and_footprint_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Spec] = []
    monkeypatch.setattr(structures, "outcomes", lambda spec, *_, **__: asked.append(spec) or ())
    found = compare("laminated-thin-film", {}, ("target.capacity=2 uAh",), load())
    assert {"cell.architecture", "cell.anode", "route"} <= set(found.set_aside)
    assert asked == [found.spec] and found.contenders == ()
    assert found.spec.architecture is None and found.spec.target.capacity == pytest.approx(2e-6 * 3600)


def test_height_that_brings_nothing_is_said(found: Comparison) -> None:
    tall = next(c for c in found.contenders if c.architecture == "interdigital-3d-filament")
    flat = next(c for c in found.contenders if c.architecture == "laminated-thin-film")
    assert tall.most is not None and flat.most is not None
    for contender, best_flat, said in ((tall, 2.0, True), (tall, 0.5, False), (flat, 2.0, False)):
        assert contender.most is not None
        remarks = _judged(contender, best_flat * contender.most.capacity, found.spec).remarks
        assert any("brings nothing" in remark for remark in remarks) == said


def test_bad_requests() -> None:
    with pytest.raises(BadInput, match="target is missing"):
        compare(None, {"footprint": "3 mm x 3 mm"}, (), load())


def test_no_more_is_kept_at_a_rate_than_the_cell_delivers_when_slow(found: Comparison) -> None:
    kept = [c.figures["kept_at_rate"] for c in found.contenders if c.plan is not None]
    assert kept and all(isinstance(share, float) and 0.0 < share <= 1.0 for share in kept)
    # beyond its working window a slow discharge finds more charge until the cut-off
    tail = {"equilibrium_capacity_Ah": 1.00, "capacity_Ah": 1.03}
    slow, fast = {"c_rate": 0.1, "capacity_Ah": 1.04}, {"c_rate": 5.0, "capacity_Ah": 0.40}
    assert kept_at_rate({**tail, "rates": [fast, slow]}) == pytest.approx(1.03 / 1.04)
    assert kept_at_rate({"equilibrium_capacity_Ah": 2.0, "capacity_Ah": 1.0, "rates": [slow]}) == 0.5
    assert kept_at_rate({"equilibrium_capacity_Ah": None, "capacity_Ah": 0.0, "rates": []}) is None
