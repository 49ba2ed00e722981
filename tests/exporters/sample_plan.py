"""A small but complete plan for the exporters' tests: three printed finger pairs on one plate.

The numbers are plausible but made up for tests; no physics is checked with them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from fabplan.architectures.base import Footprint
from fabplan.catalog.types import (
    Device,
    Dialect,
    Electrode,
    Electrolyte,
    Facility,
    Machine,
    Material,
    Published,
    Recipe,
)
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import Lattice, Region, area, joined, rectangle, translated
from fabplan.layout.types import Layer, Mask, Toolpath
from fabplan.methods.base import Acceptance, SetPoint, Use, Work
from fabplan.planner.plan import Alternative, Comparison, Input, ParameterValue, Plan, Step
from fabplan.records import Quantity

UM = 1000  # nanometres
SOURCE = "doi:10.1002/adma.201301036"


def comb(anode: bool) -> Region:
    """Bus at one side and its fingers, 60 µm wide at 220 µm pitch [nm]; gaps are 50 µm."""
    bus = rectangle(0, 0, 80 * UM, 800 * UM) if anode else rectangle(920 * UM, 0, 1000 * UM, 800 * UM)
    x0, x1 = (80 * UM, 870 * UM) if anode else (130 * UM, 920 * UM)
    y0 = (95 if anode else 205) * UM
    fingers = rectangle(x0, y0, x1, y0 + 60 * UM, Lattice(1, 3, 0, 220 * UM))
    return joined([bus, fingers])


def sample_bodies() -> tuple[Body, ...]:
    """Substrate, collectors, electrodes, coat, electrolyte, frame and lid, bottom-up."""
    plate = rectangle(-300 * UM, -300 * UM, 1300 * UM, 1100 * UM)
    inner = rectangle(-50 * UM, -50 * UM, 1050 * UM, 850 * UM)
    frame = joined(
        [
            rectangle(-200 * UM, -200 * UM, 1200 * UM, -50 * UM),
            rectangle(-200 * UM, 850 * UM, 1200 * UM, 1000 * UM),
            rectangle(-200 * UM, -50 * UM, -50 * UM, 850 * UM),
            rectangle(1050 * UM, -50 * UM, 1200 * UM, 850 * UM),
        ]
    )
    lid = rectangle(-200 * UM, -200 * UM, 1200 * UM, 1000 * UM)
    wall = 100e-6
    return (
        Body("substrate", "substrate", "glass", None, plate, -500e-6, 500e-6, "blanket", "substrate"),
        Body("anode-collector", "anode_collector", "au", "anode", comb(True), 0.0, 300e-9, "mask", "collector"),
        Body("cathode-collector", "cathode_collector", "au", "cathode", comb(False), 0.0, 300e-9, "mask", "collector"),
        Body("anode-walls", "anode", "lto", "anode", comb(True), 300e-9, wall, "bead", "anode"),
        Body("cathode-walls", "cathode", "lfp", "cathode", comb(False), 300e-9, wall, "bead", "cathode"),
        Body("coat", "insulator", "al2o3-coat", None, inner, None, 2e-9, "conformal", "coat"),
        Body("frame", "encapsulation", "pdms", None, frame, 0.0, 150e-6, "blanket", "seal"),
        Body("electrolyte", "electrolyte", "liclo4-ec-dmc", None, inner, 0.0, 150e-6, "blanket", "electrolyte"),
        Body("lid", "encapsulation", "glass-lid-epoxy", None, lid, 150e-6, 150e-6, "blanket", "lid"),
    )


def _layers(bodies: tuple[Body, ...]) -> tuple[Layer, ...]:
    places = [(60, 0), (1, 0), (1, 1), (2, 0), (3, 1), (4, 2), (5, 2), (6, 2), (7, 2)]
    made_in = [0, 3, 3, 5, 6, 8, 9, 10, 11]
    rows = [
        Layer(b.name, n, d, b.role, b.net, b.material, s, b.bottom, b.thickness, b.region)
        for b, (n, d), s in zip(bodies, places, made_in, strict=True)
    ]
    cross = joined([rectangle(-20 * UM, -2 * UM, 20 * UM, 2 * UM), rectangle(-2 * UM, 2 * UM, 2 * UM, 20 * UM)])
    mark = translated(cross, -250 * UM, -250 * UM)
    rows.append(Layer("align-collectors", 1, 20, "mark", None, "au", 3, 0.0, 300e-9, mark))
    rows.append(Layer("chip-outline", 1, 30, "outline", None, "", 0, None, 0.0, bodies[0].region))
    return tuple(rows)


def _toolpath(name: str, tool: int, anode: bool) -> Toolpath:
    lines = [[(-0.25e-3, -0.2e-3, 15e-6), (1.25e-3, -0.2e-3, 15e-6)]]
    kinds, layer_of = ["prime"], [0]
    x0, x1 = (0.04e-3, 0.84e-3) if anode else (0.96e-3, 0.16e-3)
    for layer in range(1, 5):
        z = layer * 25e-6
        lines.append([(x0, 0.0, z), (x0, 0.8e-3, z)])
        lines += [[(x0, y, z), (x1, y, z)] for y in ((125e-6, 345e-6, 565e-6) if anode else (235e-6, 455e-6, 675e-6))]
        kinds += ["bus", "wall", "wall", "wall"]
        layer_of += [layer] * 4
    points = np.array([p for line in lines for p in line])
    starts = np.arange(0, len(points) + 1, 2, dtype=np.int64)
    return Toolpath(
        name,
        tool,
        30e-6,
        points,
        starts,
        tuple(kinds),
        np.array(layer_of, dtype=np.int64),
        250e-6,
        5e-3,
        1e-3,
        4.1e6,
        0.05,
        0.02,
        0.01432,
        0.031,
        68.4,
        1.2e-11,
    )


def _q(value: float | None, dimension: str, confidence: Any = "medium", note: str = "") -> Quantity:
    return Quantity(value, dimension, SOURCE, confidence, note)


def _recipe(recipe: str, method: str, name: str, confidence: str = "medium", **more: Any) -> Recipe:
    return Recipe(id=recipe, name=name, method=method, source=SOURCE, confidence=confidence, **more)


def _point(
    name: str, value: float | None, unit: str, shown: str, confidence: Any = "medium", note: str = ""
) -> SetPoint:
    return SetPoint(name, value, unit, shown, SOURCE, confidence, note)


def _step(number: int, step: str, title: str, method: str, material: str = "", **more: Any) -> Step:
    recipe = more.pop("recipe", None) or _recipe(f"{step}-standard", method, f"{title}, standard")
    values: dict[str, Any] = dict(
        role="",
        bodies=(),
        work=Work(),
        temperature_max=None,
        vacuum=False,
        atmosphere="air",
        duration=1800.0,
        set_points=(),
        uses=(),
        acceptance=(),
        hazards=(),
        rework="",
        notes="",
        confidence="medium",
    )
    return Step(number=number, id=step, title=title, method=method, recipe=recipe, material=material, **(values | more))


def sample_steps() -> tuple[Step, ...]:
    """Eleven steps of all families of sheets."""
    thick = Acceptance("thickness", "±5 % of target", "stylus profilometer, 5 points", "process notes", "low")
    printed = dict(
        duration=68.4,
        temperature_max=298.15,
        confidence="low",
        set_points=(
            _point("pressure", None, "Pa", "unknown", "low", "raise until the line is 60 um wide"),
            _point("speed", 250e-6, "m/s", "250 um/s"),
            _point("nozzle", 30e-6, "m", "30 um", "high"),
            _point("layers", 4.0, "", "4", "high"),
            _point("layer height", 25e-6, "m", "25 um"),
        ),
        acceptance=(Acceptance("wall width", "60 um ± 6 um", "microscope", "process notes", "low"),),
        hazards=("glycol vapour: local exhaust",),
        rework="wipe off wet ink with ethanol; print again, at most once",
    )
    return (
        _step(
            1,
            "clean-substrate",
            "Clean the substrate",
            "cleaning",
            hazards=("acetone, isopropanol: flammable",),
            set_points=(_point("ultrasonic bath", 300.0, "s", "5 min"),),
        ),
        _step(
            2,
            "pattern-resist",
            "Expose and develop the resist",
            "photolithography",
            "resist-ar",
            mask="collectors",
            temperature_max=388.15,
            set_points=(
                _point("exposure dose", 1500.0, "J/m2", "150 mJ/cm2"),
                _point("bake temperature", 388.15, "K", "115 degC"),
            ),
            acceptance=(Acceptance("line width", "60 um ± 1 um", "microscope", "process notes", "medium"),),
            hazards=("developer: TMAH, toxic",),
            uses=(Use("resist", 3e-6, "m3"),),
            rework="strip in acetone and repeat, at most twice",
        ),
        _step(
            3,
            "sputter-collector",
            "Sputter gold over the resist",
            "sputter",
            "au",
            role="collector",
            vacuum=True,
            atmosphere="vacuum",
            bodies=("anode-collector", "cathode-collector"),
            work=Work(thickness=300e-9, area=2.24e-6),
            temperature_max=333.15,
            duration=4500.0,
            set_points=(
                _point("power", 100.0, "W", "100 W"),
                _point("pressure", 0.5, "Pa", "500 mPa"),
                _point("argon flow", 1.49e-5, "mol/s", "20 sccm"),
                _point("rate", 2.5e-10, "m/s", "15 nm/min", "low"),
                _point("time", 1200.0, "s", "20 min", "low", "from the rate"),
            ),
            acceptance=(thick,),
            hazards=("high voltage",),
            uses=(Use("gold", 1.5e-6, "kg", "sputtered, most lands on the shield"),),
        ),
        _step(4, "lift-off", "Lift off", "lift-off", "", duration=3600.0, hazards=("acetone: flammable",)),
        _step(
            5,
            "print-anode",
            "Print the LTO walls",
            "direct-ink-writing",
            "lto",
            role="anode",
            bodies=("anode-walls",),
            toolpath="print-anode",
            work=Work(100e-6, 1e-7, 1e-11, 4, 0.01432, 17),
            uses=(Use("LTO ink", 1.2e-11, "m3"),),
            **printed,
        ),
        _step(
            6,
            "print-cathode",
            "Print the LFP walls",
            "direct-ink-writing",
            "lfp",
            role="cathode",
            bodies=("cathode-walls",),
            toolpath="print-cathode",
            work=Work(100e-6, 1e-7, 1e-11, 4, 0.01432, 17),
            uses=(Use("LFP ink", 1.2e-11, "m3"),),
            **printed,
        ),
        _step(
            7,
            "sinter-electrodes",
            "Sinter in argon",
            "sintering",
            "",
            atmosphere="inert",
            temperature_max=873.15,
            duration=25200.0,
            confidence="high",
            set_points=(
                _point("temperature", 873.15, "K", "600 degC", "high"),
                _point("dwell", 7200.0, "s", "2 h", "high"),
                _point("ramp up", 5 / 60, "K/s", "5 K/min"),
                _point("ramp down", None, "K/s", "unknown", "low"),
            ),
            acceptance=(Acceptance("collector sheet resistance", "≤ 0.2 ohm", "four-point probe", SOURCE, "low"),),
            hazards=("hot furnace", "argon: asphyxiation"),
            rework="none: scrap when cracked",
            notes="No air: carbon in the ink burns off.",
        ),
        _step(
            8,
            "coat-electrodes",
            "Coat with alumina",
            "atomic-layer-deposition",
            "al2o3-coat",
            role="coat",
            bodies=("coat",),
            vacuum=True,
            atmosphere="vacuum",
            work=Work(2e-9, 8.8e-7, None, 18, enhancement=3.2),
            temperature_max=393.15,
            duration=2600.0,
            set_points=(
                _point("temperature", 393.15, "K", "120 degC"),
                _point("cycles", 18.0, "", "18"),
                _point("pulse TMA", 0.1, "s", "100 ms"),
                _point("purge after TMA", 20.0, "s", "20 s", "low"),
                _point("pulse water", 0.1, "s", "100 ms"),
                _point("purge after water", 20.0, "s", "20 s", "low"),
                _point("growth per cycle", 1.1e-10, "m", "0.11 nm"),
            ),
            acceptance=(Acceptance("thickness on witness", "2.0 nm ± 0.2 nm", "ellipsometer", SOURCE, "medium"),),
            hazards=("TMA: pyrophoric",),
            uses=(Use("TMA", 7.6e-9, "kg"),),
        ),
        _step(
            9,
            "cast-frame",
            "Cast and cure the frame",
            "encapsulation-cure",
            "pdms",
            role="seal",
            bodies=("frame",),
            temperature_max=338.15,
            duration=57600.0,
            set_points=(
                _point("temperature", 338.15, "K", "65 degC", "high"),
                _point("time", 57600.0, "s", "16 h", "high"),
            ),
        ),
        _step(
            10,
            "fill-electrolyte",
            "Fill the electrolyte",
            "electrolyte-filling",
            "liclo4-ec-dmc",
            role="electrolyte",
            bodies=("electrolyte",),
            atmosphere="inert",
            duration=None,
            set_points=(
                _point("fill volume", 1.1e-10, "m3", "0.11 uL"),
                _point("wetting time", None, "s", "unknown", "low"),
            ),
            hazards=("LiClO4: oxidiser; keep away from fuel", "carbonates: flammable"),
            uses=(Use("electrolyte", 1.1e-10, "m3"),),
        ),
        _step(
            11,
            "close-lid",
            "Place the lid and seal",
            "encapsulation-cure",
            "glass-lid-epoxy",
            role="lid",
            bodies=("lid",),
            atmosphere="inert",
            duration=172800.0,
        ),
    )


OCP = {
    "LFP": {"x": [0.0, 0.02, 0.1, 0.5, 0.9, 0.98, 1.0], "V": [3.95, 3.5, 3.43, 3.425, 3.42, 3.3, 2.6]},
    "LTO": {"x": [0.0, 0.02, 0.1, 0.5, 0.9, 0.98, 1.0], "V": [2.3, 1.7, 1.56, 1.55, 1.545, 1.4, 1.0]},
}


def sample_cell() -> dict[str, Any]:
    """A `fabplan/cells/1` document of kind interdigital."""
    solid = {"eps": 0.4, "brug": 1.5, "eps_am": 0.4, "R_m": 2e-7, "sigma": 5.0, "i0_ref": 1.0}
    design = {
        "electrolyte": "liclo4-ec-dmc",
        "V_cut": 1.0,
        "T_K": 298.15,
        "w1_m": 60e-6,
        "w2_m": 60e-6,
        "gap_m": 50e-6,
        "h_m": 100e-6,
        "H_m": 149.7e-6,
        "anode": {**solid, "material": "LTO", "c_max": 22730.0, "D_s": 1e-14, "sto100": 0.9, "sto0": 0.05},
        "cathode": {**solid, "material": "LFP", "c_max": 22806.0, "D_s": 1e-15, "sto100": 0.05, "sto0": 0.9},
        "sep": {"eps": 1.0, "brug": 1.5},
        "Q_1C_Ah_m": 6.2e-4,
    }
    electrolyte = {
        "c_mol_m3": [100.0, 1000.0, 2000.0],
        "kappa_S_m": [0.3, 0.9, 0.7],
        "D_e_m2_s": [3e-10, 3e-10, 3e-10],
        "t_plus": 0.38,
        "thermodynamic_factor": 1.0,
        "c0_mol_m3": 1000,
    }
    return {
        "schema": "fabplan/cells/1",
        "ocp": OCP,
        "electrolytes": {"liclo4-ec-dmc": electrolyte},
        "cells": [{"id": "sample", "kind": "interdigital", "design": design, "c_rates": [0.2, 1.0, 5.0]}],
    }


RATES = [(0.2, 2.9e-6, 1.85), (1.0, 2.8e-6, 1.83), (5.0, 2.3e-6, 1.74)]


def sample_estimate() -> dict[str, Any]:
    """The ``estimate`` object, contract keys and more."""
    rates = [
        {
            "c_rate": c,
            "current_A": 3e-6 * c,
            "capacity_Ah": q,
            "mean_voltage_V": v,
            "energy_Wh": q * v,
            "mean_power_W": 3e-6 * c * v,
            "salt_depletion": 0.02 * c,
            "tier": "fast",
        }
        for c, q, v in RATES
    ]
    return {
        "capacity_Ah": 2.9e-6,
        "energy_Wh": 5.365e-6,
        "mean_voltage_V": 1.85,
        "areal_capacity_Ah_m2": 3.625,
        "n_p_ratio": 1.1,
        "dc_resistance_ohm": 812.0,
        "rates": rates,
        "confidence": "low",
        "equilibrium_capacity_Ah": 3.05e-6,
        "one_c_current_A": 3.0e-6,
        "anode_capacity_Ah": 3.4e-6,
        "cathode_capacity_Ah": 3.05e-6,
        "areal_capacity_active_Ah_m2": 4.1,
        "open_circuit_window_V": [1.6, 2.0],
        "cutoff_V": 1.0,
        "target": {"capacity_Ah": 2.5e-6, "c_rate": 0.2, "margin": 0.05},
        "resistance_parts_ohm": {
            "electrolyte": 420.0,
            "anode": 130.0,
            "cathode": 155.0,
            "kinetics": 85.0,
            "collectors": 14.0,
            "bus": 8.0,
        },
    }


def _curves() -> tuple[dict[str, Any], ...]:
    fractions = np.linspace(0.0, 1.0, 41)
    shape = 0.06 * np.exp(-fractions / 0.02) - 0.85 * np.exp((fractions - 1.0) / 0.03)
    return tuple(
        {
            "c_rate": c,
            "capacity_Ah": [float(f * q) for f in fractions],
            "voltage_V": [float(s + v + 0.02) for s in shape],
        }
        for c, q, v in RATES
    )


def _materials() -> dict[str, Material]:
    lto = Material(
        id="lto",
        name="Li4Ti5O12",
        kinds=("anode",),
        density=_q(3430.0, "density", "high"),
        source=SOURCE,
        confidence="medium",
        electrode=Electrode(ocp="LTO", diffusivity=_q(1e-14, "diffusivity", "low")),
    )
    lfp = Material(
        id="lfp",
        name="LiFePO4",
        kinds=("cathode",),
        density=_q(3600.0, "density", "high"),
        source=SOURCE,
        confidence="medium",
    )
    liquid = Material(
        id="liclo4-ec-dmc",
        name="1 M LiClO4 in EC/DMC",
        kinds=("electrolyte",),
        source=SOURCE,
        confidence="medium",
        electrolyte=Electrolyte(state="liquid", volatile=True, conductivity=_q(0.9, "conductivity")),
    )
    plain = {
        role: Material(id=i, name=n, source=SOURCE, confidence="medium")
        for role, i, n in (
            ("collector", "au", "Gold"),
            ("substrate", "glass", "Alumino-borosilicate glass"),
            ("coat", "al2o3-coat", "Alumina"),
            ("seal", "pdms", "PDMS"),
            ("lid", "glass-lid-epoxy", "Glass lid with epoxy"),
        )
    }
    return {"anode": lto, "cathode": lfp, "electrolyte": liquid, **plain}


def sample_bring_up() -> dict[str, Any]:
    """The facts of the bring-up sheet."""
    formation = (
        {
            "step": 1,
            "mode": "rest",
            "current_A": None,
            "voltage_V": None,
            "until": "6 h wetting",
            "duration_s": 21600.0,
        },
        {"step": 2, "mode": "charge CC", "current_A": 3e-7, "voltage_V": 2.2, "until": "2.2 V", "duration_s": 36000.0},
        {
            "step": 3,
            "mode": "discharge CC",
            "current_A": -3e-7,
            "voltage_V": 1.0,
            "until": "1.0 V",
            "duration_s": 36000.0,
        },
    )
    return {
        "open_circuit_voltage_charged_V": 2.0,
        "open_circuit_voltage_discharged_V": 1.6,
        "open_circuit_voltage_as_assembled_V": None,
        "cutoff_low_V": 1.0,
        "cutoff_high_V": 2.2,
        "fill_volume_m3": 1.1e-10,
        "expected_dc_resistance_ohm": 812.0,
        "impedance_window_ohm": (406.0, 1624.0),
        "isolation_resistance_low_ohm": 1e7,
        "isolation_voltage_V": 5.0,
        "formation": formation,
        "stop_criteria": ("open-circuit voltage below 0.5 V after wetting", "leakage above 3 nA at 1.8 V"),
        "notes": ("measure the witness half cells first",),
    }


def sample_plan() -> Plan:
    """The whole plan."""
    bodies, layers = sample_bodies(), _layers(sample_bodies())
    masks = (
        Mask(
            "collectors",
            1,
            "photomask",
            ("anode-collector", "cathode-collector"),
            "opening in the metal",
            0.0,
            joined([comb(True), comb(False)]),
            (2, 3),
        ),
    )
    geometry: dict[str, float | None] = {
        "footprint_area_m2": 8e-7,
        "height_m": 300e-6,
        "minimum_width_m": 60e-6,
        "minimum_gap_m": 50e-6,
        "facing_length_m": 0.0044,
        "anode_area_m2": area(comb(True)),
        "cathode_area_m2": area(comb(False)),
        "anode_volume_m3": area(comb(True)) * 100e-6,
        "cathode_volume_m3": area(comb(False)) * 100e-6,
        "anode_interface_area_m2": 1.1e-6,
        "cathode_interface_area_m2": 1.1e-6,
    }
    device = Device(
        id="sun-2013",
        name="Sun 2013",
        architecture="interdigital-3d-filament",
        anode="lto",
        cathode="lfp",
        source=SOURCE,
        confidence="medium",
        figures=(Published(what="areal_capacity", value="1.5 mAh/cm2", at="below 5C", source=SOURCE),),
    )
    return Plan(
        name="sample",
        fabplan_version="0.1.0",
        spec={
            "name": "sample",
            "target": {"capacity": "2.5 uAh", "rate": "C/5"},
            "footprint": {"size": ["1 mm", "0.8 mm"]},
        },
        architecture="interdigital-3d-filament",
        architecture_title="Printed interdigital walls",
        reason=(
            "Printed walls reach 2.5 uAh on 0.8 mm2; thin films do not.",
            "LTO and LFP are the only inks with a sinter recipe.",
        ),
        parameters={
            "finger_width_anode": ParameterValue(60e-6, "m", "length", "width of an anode finger", "search"),
            "finger_count": ParameterValue(3.0, "", "number", "fingers of each net", "search"),
            "gap": ParameterValue(50e-6, "m", "length", "space between the nets", "user"),
        },
        footprint=Footprint(1e-3, 0.8e-3),
        materials=_materials(),
        bodies=bodies,
        layers=layers,
        masks=masks,
        toolpaths=(_toolpath("print-anode", 0, True), _toolpath("print-cathode", 1, False)),
        geometry=geometry,
        estimate=sample_estimate(),
        cell=sample_cell(),
        curves=_curves(),
        sensitivity=(
            {
                "input": "cathode porosity",
                "low": 0.3,
                "high": 0.5,
                "capacity_low_Ah": 2.6e-6,
                "capacity_high_Ah": 3.2e-6,
            },
            {
                "input": "sintered wall height",
                "low": 90e-6,
                "high": 110e-6,
                "capacity_low_Ah": 2.7e-6,
                "capacity_high_Ah": 3.1e-6,
            },
        ),
        bring_up=sample_bring_up(),
        steps=sample_steps(),
        findings=(
            Finding(
                "low-confidence",
                "warning",
                "cathode",
                "The estimate rests on 2 inputs of low confidence.",
                None,
                None,
                "",
                "measure the witness print",
            ),
            Finding("overlay", "info", "print-anode", "Printed on 60 um digits.", 5e-6, 5e-6, "m"),
        ),
        alternatives=(
            Alternative(
                "16 layers",
                "interdigital-3d-filament",
                True,
                "takes longer to print",
                {"gap": 50e-6},
                0.0209,
                0.0386,
                700e-6,
                136.0,
            ),
            Alternative("planar comb", "planar-interdigital", False, "reaches 0.6 uAh only", {}, 0.00216),
        ),
        inputs=(
            Input("LTO density", _q(3430.0, "density", "high")),
            Input("LFP diffusivity", _q(1e-15, "diffusivity", "low", "from a powder")),
            Input("ramp down", _q(None, "heating_rate", "low")),
        ),
        comparisons=(
            Comparison(
                device,
                "areal_capacity",
                "below 5C",
                54000.0,
                13050.0,
                "C/m2",
                0.35,
                False,
                "4 layers instead of 8 and a thicker seal",
            ),
            Comparison(device, "voltage", "plateau", 1.8, 1.85, "V", 0.1, True, ""),
        ),
        machine=Machine(id="gantry", name="Gantry printer", dialect="marlin", source=SOURCE),
        dialect=Dialect(
            id="marlin",
            name="Marlin",
            extension="gcode",
            comment="; {text}",
            travel="G0 X{x} Y{y} Z{z} F{feed}",
            travel_z="G0 Z{z} F{feed}",
            print_move="G1 X{x} Y{y} Z{z} F{feed}",
            dwell="G4 P{milliseconds}",
        ),
        facility=Facility(id="any", name="Any lab"),
        catalog_digest="c0ffee" + "0" * 58,
    )


_CLOSED = {
    "confidence",
    "severity",
    "net",
    "pattern",
    "kind",
    "role",
    "dimension",
    "unit",
    "architecture",
    "method",
    "ocp",
    "extension",
    "kinds",
    "state",
    "comment",
    "travel",
    "travel_z",
    "print_move",
    "dwell",
    "terminals",
    "catalog_digest",
    "mask",
    "process",
    "fabplan_version",
    "chosen_by",
    "tier",
    "made_by",
}


def infected(value: Any, payload: str, key: str = "") -> Any:
    """A copy of a plan with ``payload`` behind every free text in it (names, notes, sources, ...)."""
    if key in _CLOSED or key in ("cell", "layers", "masks"):
        return value
    if isinstance(value, str):
        return value + payload if value else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(
            value,
            **{f.name: infected(getattr(value, f.name), payload, f.name) for f in dataclasses.fields(value) if f.init},
        )
    if isinstance(value, Mapping):
        return {k: infected(v, payload, k if isinstance(k, str) else "") for k, v in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(infected(v, payload) for v in value)
    return value
