"""The text of programs: a million moves in a quarter of a second and 150 MB, beside mecode and FullControl."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fabplan.exporters.gcode import program
from fabplan.layout.types import Toolpath
from tests.printing import dialect
from tests.shared import ROOT

PEAK = """
from fabplan.exporters.gcode import program
from tests.benchmarks.test_gcode_speed import filaments, most_memory
from tests.printing import dialect
path = filaments(1_000, 1_000)
before = most_memory()
text = program(path, dialect("marlin"), ("h",))
print(len(text), before, most_memory())
"""


def most_memory() -> float:
    """Largest memory that this process ever held [MB]; `getrusage` would count that of its parent too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


def filaments(count: int, points: int) -> Toolpath:
    """Filaments that go anywhere, one move after the other."""
    rows = np.random.default_rng(1).integers(0, 10_000_000, (count * points, 3), np.int32) * 1e-9
    return Toolpath(
        "p", 0, 30e-6, rows, np.arange(0, len(rows) + 1, points), ("wall",) * count, np.ones(count, np.int64),
        250e-6, 5e-3, 1e-3, None, 0.1, 0.05, 1.0, 1.0, 1.0, 1e-9,
    )  # fmt: skip


def spent(work: Callable[[], object], rounds: int = 1) -> float:
    """Shortest of several times of this process [s]; other processes do not count."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "points"), [(1_000, 1_000), (10, 100_000)])
def test_a_million_moves_beside_mecode_and_fullcontrol(count, points):
    """All three in this process; the others get fewer moves, since theirs cost so much more."""
    mecode = pytest.importorskip("mecode", reason="mecode is not installed")
    fullcontrol = pytest.importorskip("fullcontrol", reason="FullControl is not installed")
    path, spoken = filaments(count, points), dialect("marlin")
    assert program(path, spoken, ("h",)).count(b"\n") > 1e6
    ours = spent(lambda: program(path, spoken, ("h",)), 3)
    few = path.points[:10_000] * 1e3
    of_mecode = spent(lambda: by_mecode(mecode, few)) * len(path.points) / len(few)
    of_fullcontrol = spent(lambda: by_fullcontrol(fullcontrol, few[:2_000])) * len(path.points) / 2_000
    print(f"a million moves: {ours:.3f} s, mecode {of_mecode:.1f} s, FullControl {of_fullcontrol:.1f} s")
    assert ours < 0.25
    assert of_mecode > 8 * ours and of_fullcontrol > 20 * ours


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell the memory of a process")
def test_a_million_moves_in_150_megabytes():
    """The whole process, with Python, its libraries and the 24 MB of points."""
    run = subprocess.run([sys.executable, "-c", PEAK], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    size, before, peak = map(float, run.stdout.split())
    print(f"{before:.0f} MB before, {peak:.0f} MB at most for {size / 1e6:.0f} MB of text")
    assert size > 25e6 and before < peak < 150


def by_mecode(mecode, points: np.ndarray) -> str:
    """One filament, as mecode writes it."""
    out = io.StringIO()
    g = mecode.G(outfile=out, print_lines=False, aerotech_include=False)
    g.feed(15)
    g.toggle_pressure(5)
    for x, y, _ in points:
        g.abs_move(x, y)
    g.toggle_pressure(5)
    return out.getvalue()


def by_fullcontrol(fc, points: np.ndarray) -> str:
    """One filament, as FullControl writes it."""
    steps = [fc.Extruder(on=True), *(fc.Point(x=x, y=y, z=0.03) for x, y, _ in points)]
    data = {"print_speed": 15, "travel_speed": 300, "extrusion_width": 0.03, "extrusion_height": 0.024}
    return fc.transform(steps, "gcode", fc.GcodeControls(printer_name="generic", initialization_data=data))
