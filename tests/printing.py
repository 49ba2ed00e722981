"""Combs, machines and plans for the tests of toolpaths and programs."""

from __future__ import annotations

import dataclasses
import tomllib
from typing import Any

from fabplan.architectures.base import Footprint
from fabplan.catalog.types import Dialect, Machine, MachineHead
from fabplan.errors import Problem
from fabplan.geometry.body import Body
from fabplan.geometry.region import Lattice, Part, Region, joined, rectangle
from fabplan.layout.interleave import interleaved
from fabplan.layout.toolpaths import PrintSettings, toolpath
from fabplan.layout.types import LineStyle, Toolpath
from fabplan.planner.plan import Plan
from fabplan.records import Quantity, read
from tests.exporters.sample_plan import sample_plan
from tests.shared import ROOT

UM = 1000  # nanometres
DIALECTS = (
    "marlin", "linuxcnc", "reprapfirmware", "grbl", "klipper", "aerotech-a3200", "automation1", "hyrel",
)  # fmt: skip


def record(cls: type, kind: str, name: str) -> Any:
    """A shipped record, read without the catalog."""
    problems: list[Problem] = []
    table = tomllib.loads((ROOT / "process_recipes" / kind / f"{name}.toml").read_text(encoding="utf-8"))
    found = read(cls, table, f"{name}.toml", problems, extra={"id": name})
    assert found is not None, problems
    return found


def dialect(name: str) -> Dialect:
    """A shipped dialect."""
    return record(Dialect, "dialects", name)


def gantry() -> Machine:
    """The shipped gantry."""
    return record(Machine, "machines", "diw-gantry")


def comb(
    count: int, width: int, pitch: int, length: int, bus: int, x0: int = 0, y0: int = 0, down: bool = False
) -> Region:
    """Bus along x with ``count`` fingers up (or down) from it [nm]."""
    across = rectangle(x0, y0, x0 + (count - 1) * pitch + width, y0 + bus)
    low, high = (y0 - length, y0) if down else (y0 + bus, y0 + bus + length)
    return joined([across, rectangle(x0, low, x0 + width, high, Lattice(count, 1, pitch, 0))])


def turned(region: Region) -> Region:
    """The region with x and y exchanged."""
    return Region(
        tuple(
            Part(
                tuple((y, x) for x, y in reversed(part.polygon)),
                Lattice(part.lattice.rows, part.lattice.columns, part.lattice.step_y, part.lattice.step_x),
            )
            for part in region.parts
        )
    )


def walls(name: str, region: Region, net: Any, height: float = 200e-6) -> Body:
    """A printed electrode on a thin collector."""
    return Body(f"{name}-walls", name, "lto" if net == "anode" else "lfp", net, region, 300e-9, height, "bead", name)


def pair(
    count: int = 4, width: int = 60 * UM, gap: int = 50 * UM, length: int = 700 * UM, bus: int = 60 * UM
) -> tuple[Body, Body]:
    """Two interdigitated combs, the anode's bus at y = 0."""
    pitch = 2 * (width + gap)
    top = bus + gap + length
    anode = comb(count, width, pitch, length, bus)
    cathode = comb(count, width, pitch, length, bus, width + gap, top, down=True)
    return walls("anode", anode, "anode"), walls("cathode", cathode, "cathode")


SETTINGS = PrintSettings(
    layers=3, layer_pitch=24e-6, beads_per_width=2, nozzle=30e-6, speed=250e-6, first_height=30e-6, pressure=4.137e6
)


def printed(settings: PrintSettings = SETTINGS, **shape: int) -> tuple[Plan, tuple[Toolpath, ...]]:
    """A plan with two printed steps, and their toolpaths."""
    machine = gantry()
    anode, cathode = pair(**shape)
    box = (0, 0, max(x for p in cathode.region.parts for x, _ in p.polygon) + 10_000 * UM, 2_000 * UM)
    paths = (
        toolpath(anode, settings, machine, 0, "print-anode", box),
        toolpath(cathode, settings, machine, 1, "print-cathode", box, (anode,)),
    )
    plan = dataclasses.replace(
        sample_plan(), machine=machine, toolpaths=paths, bodies=(anode, cathode),
        footprint=Footprint(box[2] * 1e-9, box[3] * 1e-9),
    )
    return plan, paths


STYLE = LineStyle(
    lead_in=20e-6, shutoff_distance=30e-6, suckback=0.02, wipe=15e-6, backtrack_gap=10e-6, backtrack_length=100e-6,
    backtrack_speed=1e-3, retract_height=50e-6, retract_speed=2e-3, down_speed=3e-3,
)  # fmt: skip


def length(value: float) -> Quantity:
    """A length of these tests."""
    return Quantity(value, "length", "test", "high")


def bench(dialect_name: str, drive: str = "pressure", **fields: Any) -> Machine:
    """A gantry with two heads, vacuum and lamps, in the words of a dialect."""
    outputs = {
        "marlin": ("6", "11", "12"), "automation1": ("Z", "U", "V"), "aerotech-a3200": ("2.0", "2.1", "2.2"),
        "grbl": ("spindle", "spindle", "spindle"),
    }  # fmt: skip
    names = outputs.get(dialect_name, ("2", "3", "4"))
    second = MachineHead(offset_x=length(25.123e-3), offset_y=length(-41e-6), offset_z=length(12e-6))
    given = {"heads": (MachineHead(), second), "vacuums": names[:2], "lamps": names[2:] * 2, "drive": drive}
    return dataclasses.replace(gantry(), **{**given, **fields})


def together(
    machine: Machine, settings: PrintSettings = SETTINGS, **shape: int
) -> tuple[Plan, Toolpath]:
    """A plan whose one printed step lays both inks layer by layer."""
    plan, _ = printed(settings, **shape)
    box = (0, 0, round(plan.footprint.width * 1e9), round(plan.footprint.length * 1e9))
    paths = [
        toolpath(body, settings, machine, tool, f"p{tool}", box, [b for b in plan.bodies if b is not body])
        for tool, body in enumerate(plan.bodies)
    ]
    joint = interleaved(paths, machine, "print-anode", ("lto", "lfp"))
    steps = tuple(step for step in plan.steps if step.toolpath != "print-cathode")
    return dataclasses.replace(plan, machine=machine, toolpaths=(joint,), steps=steps), joint
