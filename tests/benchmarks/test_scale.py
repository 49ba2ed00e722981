"""A die of 10^6 fingers: drawn, measured, checked and written with its lattices whole; printed with ``-s``."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from fabplan.architectures import _comb
from fabplan.architectures._comb import Comb
from fabplan.exporters import gds, oasis
from fabplan.geometry import periodic
from fabplan.geometry.body import Body
from fabplan.layout import measure, rules
from tests.exporters.mask_plan import mask_plan


def die(fingers: int) -> list[Body]:
    comb = Comb(100, 100, 100, 50_000, fingers // 2, fingers // 2, 20_000, 20_000)
    return [
        Body(f"{net}-comb", net, material, net, region, 0.0, 1e-6, "mask", "collector")
        for net, material, region in zip(_comb.NETS, ("lto", "lfp"), _comb.draw(comb, 0, 0), strict=True)
    ]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor time, which other work on the machine does not stretch, and the result."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


@pytest.mark.slow
def test_a_million_fingers_beside_ten_thousand_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    gds.export(mask_plan(die(10)))  # imports are not counted
    drawing, bodies = timed(lambda: die(1_000_000))
    measuring, values = timed(lambda: measure.measured(bodies))
    checking, found = timed(lambda: list(rules._of_shapes(measure.shortened(bodies, stretches(bodies)), {})))
    planning, plan = timed(lambda: mask_plan(bodies))
    peak = peak_of(lambda: mask_plan(die(1_000_002)))  # apart from the times, which tracing stretches
    writing, files = timed(lambda: {**gds.export(plan), **oasis.export(plan)})
    few = die(10_000)
    monkeypatch.setattr(periodic, "FEW", 10**9)
    flat, whole = timed(lambda: measure.measured(few))
    steps = {"drawn": drawing, "measured": measuring, "checked": checking, "plates": planning, "GDS, OASIS": writing}
    said = ", ".join(f"{name} {seconds * 1e3:.1f} ms" for name, seconds in steps.items())
    times = flat / 1e4 / (measuring / 1e6)
    print(f"\n10^6 fingers: {said}, peak {peak / 1e6:.1f} MB; one by one a finger takes {times:.0f} times as long")
    assert not found and peak < 50e6
    assert drawing + measuring + checking + planning < 0.1, said
    design = next(data for path, data in files.items() if path.endswith(".gds") and "plates" not in path)
    assert len(design) < 15_000
    monkeypatch.undo()
    assert measure.measured(few) == {key: pytest.approx(value, rel=1e-12, abs=0.0) for key, value in whole.items()}
    assert values["minimum_gap_m"] == whole["minimum_gap_m"]


def peak_of(work: Callable[[], Any]) -> int:
    """Most memory that is held at once [bytes]."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def stretches(bodies: list[Body]) -> periodic.Stretches:
    return periodic.stretches([body.region for body in bodies])
