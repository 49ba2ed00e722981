"""Toolpaths with all their checks, fills and drop patterns in the time of a blink; beside mecode and FullControl."""

from __future__ import annotations

import dataclasses
import io
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from fabplan.exporters.gcode import program
from fabplan.layout.collision import collision_findings
from fabplan.layout.drops import drop_pattern
from fabplan.layout.fills import contours
from fabplan.layout.ink_rules import Paste, ink_findings
from fabplan.layout.interleave import interleaved
from fabplan.layout.toolpaths import clearance, nozzle_of, print_findings, toolpath
from fabplan.layout.types import Toolpath
from tests.printing import SETTINGS, UM, comb, dialect, gantry, pair

MACHINE = gantry()
BOX = (0, 0, 10_000 * UM, 10_000 * UM)
INK = Paste(3e3, 0.25, 500.0, 1e6, 1700.0, dead_volume=60e-9, aspect_ratio=11.0, inlet=6e-4, taper_length=1e-2)


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """Shortest of several times of this process [s]; other processes do not count."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def comb_of_both_inks() -> Toolpath:
    """10 x 10 mm, 16 layers, both inks: toolpaths, one program layer by layer, and every check of both."""
    settings, bodies = dataclasses.replace(SETTINGS, layers=16), pair(45, length=9_780 * UM)
    paths = [toolpath(body, settings, MACHINE, tool, f"p{tool}", BOX) for tool, body in enumerate(bodies)]
    joint = interleaved(paths, MACHINE, "p", ("lto", "lfp"))
    nozzle = nozzle_of(MACHINE, 30e-6)
    found = [*collision_findings(joint, (nozzle, nozzle)), *clearance(paths[1], bodies[1], bodies[:1], nozzle)]
    for path, body in zip(paths, bodies, strict=True):
        found += [*print_findings(path, MACHINE, whole=joint), *ink_findings(path, body, INK)]
    assert {f.rule for f in found} == {"long-print", "ink-dead-volume"}
    return joint


def test_the_comb_of_both_inks_with_all_checks() -> None:
    joint = comb_of_both_inks()
    assert joint.printed_length > 27 and joint.time > 30 * 3600
    assert best(comb_of_both_inks) < 0.15


def test_contours_of_a_thousand_fingers() -> None:
    region = comb(1000, 300 * UM, 400 * UM, 10_000 * UM, 300 * UM)
    assert len(contours(region, 30 * UM).kinds) == 5
    assert best(lambda: contours(region, 30 * UM)) < 0.02


def test_a_square_centimetre_in_drops_of_a_micrometre() -> None:
    region = comb(91, 55 * UM, 110 * UM, 9_900 * UM, 100 * UM)
    pattern = drop_pattern(region, (UM, UM), "p", BOX)
    assert pattern.pixels.shape == (10_000, 10_000) and pattern.area == pattern.body_area
    assert best(lambda: drop_pattern(region, (UM, UM), "p", BOX), 3) < 0.3


def test_faster_than_mecode_and_fullcontrol() -> None:
    """The same filaments as text, all three in this process; the others do not check anything."""
    mecode = pytest.importorskip("mecode", reason="mecode is not installed")
    fullcontrol = pytest.importorskip("fullcontrol", reason="FullControl is not installed")
    joint = comb_of_both_inks()
    filaments = [joint.points[a:b] * 1e3 for a, b in pairwise(joint.starts.tolist())]
    ours = best(lambda: program(joint, dialect("marlin"), ("h",), machine=MACHINE), 3)
    assert best(lambda: by_mecode(mecode, filaments), 1) > 2 * ours
    assert best(lambda: by_fullcontrol(fullcontrol, filaments), 1) > 4 * ours


def by_mecode(mecode, filaments: list[np.ndarray]) -> str:
    out = io.StringIO()
    g = mecode.G(outfile=out, print_lines=False, aerotech_include=False)
    for points in filaments:
        g.feed(300)
        g.abs_move(z=5)
        g.abs_move(*points[0, :2])
        g.abs_move(z=points[0, 2])
        g.toggle_pressure(5)
        g.feed(15)
        for x, y, _ in points[1:]:
            g.abs_move(x, y)
        g.toggle_pressure(5)
    return out.getvalue()


def by_fullcontrol(fc, filaments: list[np.ndarray]) -> str:
    steps = []
    for points in filaments:
        x, y, z = points[0]
        steps += [fc.Extruder(on=False), fc.Point(x=x, y=y, z=5), fc.Point(z=z), fc.Extruder(on=True)]
        steps += [fc.Point(x=x, y=y, z=z) for x, y, z in points[1:]]
    data = {"print_speed": 15, "travel_speed": 300, "extrusion_width": 0.03, "extrusion_height": 0.024}
    return fc.transform(steps, "gcode", fc.GcodeControls(printer_name="generic", initialization_data=data))
