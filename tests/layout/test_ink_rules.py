"""Ink rules: pressures of the notes and by integration, limits by hand, each rule fires and only then."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest

from fabplan.layout.ink_rules import Paste, flow_pressure, ink_findings, inside_of, longest_span
from fabplan.layout.toolpaths import nozzle_of, print_findings
from fabplan.records import Quantity
from tests.printing import SETTINGS, gantry, printed

PATH = printed()[1][0]
BODY = printed()[0].bodies[0]
SUN = Paste(consistency=3e3, flow_index=0.25, yield_stress=500.0)
PSI = 6894.757


def rules(**fields):
    path, body = fields.pop("path", PATH), fields.pop("body", BODY)
    return {(f.rule, f.severity) for f in ink_findings(path, body, Paste(**fields))}


def test_pressures_of_the_notes():
    """K 3e3, n 0.25, yield 500 Pa, 30 um, 250 um/s: 101 and 606 psi for 0.5 and 3 mm of bore, 137 psi for the cone."""
    for bore, psi in ((0.5e-3, 101), (3e-3, 606)):
        assert flow_pressure(PATH, dataclasses.replace(SUN, bore_length=bore)) / PSI == pytest.approx(psi, rel=0.005)
    cone = dataclasses.replace(SUN, inlet=600e-6, taper_length=10e-3)
    # by integration of cylinders, each as long as a slice of the cone
    radii = np.geomspace(300e-6, 15e-6, 400)
    slope = (300e-6 - 15e-6) / 10e-3
    total = 0.0
    for a, b in pairwise(radii.tolist()):
        slice_path = dataclasses.replace(PATH, nozzle=a + b, speed=PATH.speed * (30e-6 / (a + b)) ** 2)
        total += flow_pressure(slice_path, dataclasses.replace(SUN, bore_length=(a - b) / slope))
    assert total / PSI == pytest.approx(137, rel=0.005)
    assert flow_pressure(PATH, cone) == pytest.approx(total, rel=0.02)  # the closed form is 1.7 % low
    both = dataclasses.replace(cone, bore_length=0.5e-3)
    assert flow_pressure(PATH, both) / PSI == pytest.approx(137 + 101, rel=0.02)


def test_pressure_is_unknown_without_shape_or_flow_law():
    assert flow_pressure(PATH, SUN) is None
    assert flow_pressure(PATH, dataclasses.replace(SUN, consistency=None, bore_length=1e-3)) is None
    inside = inside_of(nozzle_of(gantry(), 30e-6))
    assert inside == {"inlet": pytest.approx(600e-6), "taper_length": pytest.approx(10e-3)}
    assert inside_of(None) == {}


def test_pressures_become_findings():
    machine = gantry()
    limited = dataclasses.replace(machine, pressure_high=Quantity(100 * PSI, "pressure", "t", "high"))
    assert print_findings(PATH, machine, needed=PATH.pressure) == ()
    (off,) = print_findings(PATH, machine, needed=137 * PSI)
    assert off.rule == "pressure-law" and off.allowed == pytest.approx(137 * PSI)
    (over,) = print_findings(dataclasses.replace(PATH, pressure=None), limited, needed=606 * PSI)
    assert (over.rule, over.severity) == ("dispenser-pressure", "error") and "17% as long" in over.change
    (start,) = print_findings(dataclasses.replace(PATH, pressure=None), machine, needed=137 * PSI)
    assert start.severity == "warning" and "137 psi" in start.message


def test_amounts():
    assert rules(dead_volume=60e-9) == {("ink-dead-volume", "warning")}
    assert rules(dead_volume=PATH.ink_volume * 0.99) == set()
    assert rules(syringe=PATH.ink_volume * 0.9) == {("ink-syringe", "warning")}
    (found,) = ink_findings(PATH, BODY, Paste(dead_volume=60e-9, prime_volume=1e-9))
    assert f"at least {(PATH.ink_volume + 61e-9) * 1e9:.4g} uL" in found.change


def test_slender_walls_name_the_width_and_the_layers_that_hold():
    tall = dataclasses.replace(BODY, thickness=661e-6)  # 60 um walls: 11.02
    (found,) = ink_findings(PATH, tall, Paste(aspect_ratio=11.0))
    assert (found.rule, found.severity) == ("wall-slender", "error")
    assert found.measured == pytest.approx(661 / 60) and "60.09 um" in found.change and "2 layers" in found.change
    assert rules(body=dataclasses.replace(BODY, thickness=660e-6), aspect_ratio=11.0) == set()


def test_wet_walls_stand_or_fall():
    """78 um of wet wall: slump at 1500*9.81*78e-6/sqrt(3) Pa; a column of 60 um by its cube root."""
    height = float(PATH.points[:, 2].max()) - BODY.bottom
    limit = 1500 * 9.81 * height / math.sqrt(3)
    assert rules(density=1500.0, yield_stress=limit * 1.01) == set()
    assert rules(density=1500.0, yield_stress=limit * 0.99) == {("wall-slump", "error")}
    stiff = 1500 * 9.81 * 12 * height**3 / (7.8373 * 3 * 60e-6**2)
    assert rules(density=1500.0, storage_modulus=stiff * 1.01) == set()
    assert rules(density=1500.0, storage_modulus=stiff * 0.99) == {("wall-buckling", "error")}
    assert rules(yield_stress=1e-9, storage_modulus=1e-9) == set()  # density unknown


def bridge(gap: float):
    """Two pillars and a filament over both."""
    points = np.array([
        [-5e-3, -1e-3, 3e-5], [-4e-3, -1e-3, 3e-5],
        [0, 0, 3e-5], [2e-4, 0, 3e-5], [2e-4 + gap, 0, 3e-5], [4e-4 + gap, 0, 3e-5],
        [0, 0, 5.4e-5], [4e-4 + gap, 0, 5.4e-5],
    ])  # fmt: skip
    return dataclasses.replace(
        PATH, points=points, starts=np.array([0, 2, 4, 6, 8]), kinds=("prime", "wall", "wall", "wall"),
        layer_of=np.array([0, 1, 1, 2]),
    )  # fmt: skip


def test_spans():
    """D = 30 um, G' 0.13 kPa bears 110 um, 57 kPa 500 um (the notes, density 2500)."""
    assert longest_span(PATH) == 0.0
    assert longest_span(bridge(500e-6)) == pytest.approx(500e-6)
    assert rules(path=bridge(505e-6)) == {("filament-span", "warning")}
    for gap, modulus in ((110e-6, 186.0), (500e-6, 79.5e3)):
        needed = 1.4 * 2500 * 9.81 * (gap / 30e-6) ** 4 * 30e-6
        assert needed == pytest.approx(modulus, rel=0.05)
        stiff = {"density": 2500.0, "storage_modulus": needed * 1.01}
        assert "filament-span" not in {r for r, _ in rules(path=bridge(gap), **stiff)}
        soft = {"density": 2500.0, "storage_modulus": needed * 0.99}
        assert ("filament-span", "error") in rules(path=bridge(gap), **soft)


def test_swell_and_drying():
    assert rules(die_swell=1.05) == set()
    assert rules(die_swell=1.2) == {("die-swell", "warning")}
    assert rules(die_swell=1.2, path=dataclasses.replace(PATH, extrusion_multiplier=1.44)) == set()
    layer = PATH.time / SETTINGS.layers
    assert rules(drying_time=layer * 1.01) == set()
    assert rules(drying_time=layer * 0.99) == {("wet-time", "warning")}
