"""Very many designs at eight rates in blocks: time, memory, progress; printed with ``-s``.

2 10^4 designs by default; 10^6 with ``FABPLAN_FULL_SCALE=1`` in the environment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GIGABYTE = 1e9
PROGRAM = """
import json, re, sys, time
from pathlib import Path
import numpy as np
from fabplan.estimate import scan
from fabplan.estimate.search import InterdigitalGeometry
from tests.estimate.examples import cells
count = int(sys.argv[1])
widths = np.linspace(10e-6, 120e-6, count)
told = []
begin = time.perf_counter()
made = scan.scan(
    cells("interdigital"), InterdigitalGeometry(widths, widths[::-1].copy(), 20e-6, 50e-6, 60e-6),
    (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0), lambda done, whole: told.append((done, whole)),
)
seconds = time.perf_counter() - begin
print(json.dumps({
    "seconds": seconds, "points": made.capacity.size, "good": bool(np.all(made.capacity > 0.0)), "told": len(told),
    "last": told[-1], "rising": told == sorted(told),
    # of this program alone: what getrusage says begins with the peak of the process that started it
    "peak": int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024,
}))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read where Linux keeps it")
def test_very_many_designs_in_bounded_memory() -> None:
    """In a process of its own, so that the peak of its memory is that of the scan."""
    count = 1_000_000 if os.environ.get("FABPLAN_FULL_SCALE") else 20_000
    command = [sys.executable, "-c", PROGRAM, str(count)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout)
    rate = found["points"] / found["seconds"]
    peak = found["peak"] / 1e6
    print(f"\n{count} designs x 8 rates: {found['seconds']:.1f} s, {rate:.3g} points/s, peak {peak:.0f} MB")
    assert found["points"] == 8 * count and found["good"] and found["peak"] < GIGABYTE
    assert found["last"] == [count, count] and found["rising"] and found["told"] >= count // 8192
