"""How fast fabplan starts. Figures are the best of several runs: a busy machine only makes them longer."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.shared import ROOT

#: seconds; two idle cores need about half of it. A slow or busy machine may raise it by this factor.
SLACK = float(os.environ.get("FABPLAN_BENCHMARK_SLACK", "2"))


def best(*arguments: str, runs: int = 7) -> float:
    """Shortest wall time of a command [s]."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=variables, cwd=ROOT)
        times.append(time.perf_counter() - begin)
    return min(times)


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "--help"], ["--version"]])
def test_help_is_there_at_once(arguments: list[str]) -> None:
    took = best("-m", "fabplan", *arguments)
    assert took <= 0.15 * SLACK, f"{took:.3f} s"


def test_help_costs_little_beyond_the_interpreter_and_click() -> None:
    """Independent of the machine: against an empty program that imports click."""
    own, bare = best("-m", "fabplan", "--help"), best("-c", "import click; click.version_option")
    assert own <= 2.5 * bare, f"{own:.3f} s against {bare:.3f} s"
