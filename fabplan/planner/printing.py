"""Programs of the printed steps: which set points of recipe, ink and machine go into which toolpath.

Both inks go into two programs, one after the other, or into one, layer by layer: as the spec says, else layer by
layer where the nozzle would hit the walls that the first program leaves standing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.catalog.loader import Catalog, fold
from fabplan.catalog.types import Dialect, Ink, Machine
from fabplan.findings import Finding
from fabplan.geometry.body import Body
from fabplan.geometry.region import Box, area
from fabplan.layout.collision import collision_findings
from fabplan.layout.drops import DropPattern
from fabplan.layout.ink_rules import Paste, flow_pressure, ink_findings, inside_of
from fabplan.layout.interleave import interleaved
from fabplan.layout.styles import chosen, delays, line_style
from fabplan.layout.toolpaths import PrintSettings, clearance, nozzle_of, print_findings, toolpath
from fabplan.layout.types import FILLS, Supply, Toolpath
from fabplan.methods.base import Work, value
from fabplan.planner.route import Choice, Route
from fabplan.records import Quantity

#: keys that recipe and ink both may give: the recipe's counts first
_SHARED = ("consistency", "flow_index", "yield_stress", "pot_life", "dead_volume", "prime_volume")
TURN = 0.985  # cosine of 10 degrees, from which a way turns
ROUNDED = 0.1  # nozzle diameters by which a corner may be cut (general practice)
_OF_INK = ("storage_modulus", "die_swell", "drying_time", "syringe")


@dataclass(frozen=True)
class Part:
    """One ink of a program: the body that it prints, its own toolpath, and what is known of it."""

    role: str
    body: Body
    path: Toolpath
    paste: Paste
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Program:
    """One program: of one ink, or of several layer by layer."""

    path: Toolpath
    parts: tuple[Part, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """What it prints."""
        return tuple(part.role for part in self.parts)


@dataclass(frozen=True)
class Printed:
    """All that is printed, sprayed, jetted or scribed, and the work of the steps that do it."""

    programs: tuple[Program, ...] = ()
    sweeps: Mapping[tuple[str, str], Toolpath] = dataclasses.field(default_factory=dict)
    patterns: Mapping[str, DropPattern] = dataclasses.field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def toolpaths(self) -> tuple[Toolpath, ...]:
        """All toolpaths in order of use."""
        return (*(p.path for p in self.programs), *self.sweeps.values())


def programs(
    route: Route, catalog: Catalog, layers: int, widths: Mapping[str, float | None], bodies: Sequence[Body], box: Box
) -> tuple[Program, ...]:
    """Programs of all bodies that are printed with beads.

    Parameters
    ----------
    layers : printed layers of the design
    widths : role -> width that one bead adds to the drawn wall [m]
    bodies : of the cell; what is printed earlier stands in the way of what is printed later
    box : of the footprint [nm]
    """
    parts: list[Part] = []
    for operation in route.operations:
        choice = route.choices.get(operation.role)
        if choice is None or choice.recipe.patterned_by != "bead" or route.machine is None:
            continue
        for body in (b for b in bodies if b.made_by == operation.role and b.pattern == "bead"):
            standing = [b for b in bodies if b.made_by == "collector" or any(b is p.body for p in parts)]
            ink = ink_of(catalog, choice)
            settings, notes = _settings(choice, ink, route, layers, widths.get(operation.role))
            if settings is None:
                continue  # the verdict refuses a step without its program
            name = f"{choice.recipe.method}-{operation.role.replace('_', '-')}"
            notes = tuple(dataclasses.replace(note, where=name) for note in notes)
            path = toolpath(body, settings, route.machine, len(parts), name, box, standing)
            paste = _paste(choice.settings, ink, route.machine, path)
            path = dataclasses.replace(path, supply=_supply(path, paste, ink))
            parts.append(Part(operation.role, body, path, paste, notes))
    alone = tuple(Program(part.path, (part,)) for part in parts)
    if len(parts) < 2 or route.machine is None or not _together(route, alone):
        return alone
    names = [route.choices[part.role].material.id for part in parts]
    joint = interleaved([part.path for part in parts], route.machine, parts[0].path.name, names)
    return (Program(joint, tuple(parts)),)


def _together(route: Route, alone: Sequence[Program]) -> bool:
    """Whether all inks go into one program."""
    if route.order:
        return route.order == "by-layer"
    found = standing_findings(alone, route.machine)
    return any(f.rule == "nozzle-clearance" and f.measured is not None for f in found)


def ink_of(catalog: Catalog, choice: Choice) -> Ink | None:
    """Record of the ink that a recipe names by id, alias or name; None when it names none of the catalog."""
    wanted = fold(getattr(choice.settings, "ink", "") or "")
    for ink in catalog.inks.values():
        if wanted and wanted in map(fold, (ink.id, ink.name, *ink.aliases)):
            return ink
    return None


def _first(*given: Quantity | None) -> float | None:
    """The first value that is known."""
    return next((v for v in map(value, given) if v is not None), None)


def _both(settings: Any, ink: Ink | None, key: str) -> float | None:
    return _first(getattr(settings, key, None), getattr(ink, key, None))


def _settings(
    choice: Choice, ink: Ink | None, route: Route, layers: int, bead_width: float | None
) -> tuple[PrintSettings | None, tuple[Finding, ...]]:
    """Set points of one printed body, and what of its ink the machine cannot do; None where nobody knows them."""
    settings, machine = choice.settings, route.machine
    assert machine is not None
    nozzle, pitch = _both(settings, ink, "nozzle"), value(settings.layer_pitch)
    speed = _first(settings.speed, ink.speed if ink else None, machine.print_speed)
    if not (nozzle and pitch and speed):
        return None, ()
    start, stop = delays(machine, ink)
    style, lamp = line_style(machine, ink), value(ink.uv_time) if ink else None
    notes = []
    if style.suckback and not machine.vacuums and machine.drive == "pressure":
        text = f"the ink wants {style.suckback:.3g} s of suck-back, {machine.id} names no vacuum output: left out"
        notes.append(Finding("line-style", "warning", "", text, change='vacuums = ["..."] in the machine\'s record'))
        style = dataclasses.replace(style, suckback=0.0)
    if lamp and not machine.lamps:
        text = f"the ink is cured by {lamp:.3g} s of light a layer, {machine.id} names no lamp output: left out"
        notes.append(Finding("line-style", "warning", "", text, change='lamps = ["..."] in the machine\'s record'))
        lamp = None
    multiplier = (value(settings.extrusion_multiplier) or 1.0) * (chosen("extrusion_multiplier", machine, ink) or 1.0)
    return PrintSettings(
        layers=layers,
        layer_pitch=pitch,
        beads_per_width=None,  # walls are drawn in whole beads: the count follows from the bead's section
        bead_width=bead_width,
        nozzle=nozzle,
        speed=speed,
        first_height=chosen("standoff", machine, ink) or nozzle,
        pressure=_both(settings, ink, "pressure"),
        extrusion_multiplier=multiplier,
        start_delay=start,
        stop_delay=stop,
        style=style,
        lamp_time=lamp or 0.0,
        bed_temperature=_first(ink.bed_temperature if ink else None, machine.bed_temperature),
        fill=next((f for f in FILLS if f == (route.fill or getattr(settings, "fill", ""))), "lines"),
    ), tuple(notes)


def _paste(settings: Any, ink: Ink | None, machine: Machine, path: Toolpath) -> Paste:
    """What is known of the ink in the nozzle."""
    known = {key: _both(settings, ink, key) for key in _SHARED}
    known |= {key: value(getattr(ink, key)) if ink else None for key in _OF_INK}
    inside = inside_of(nozzle_of(machine, path.nozzle))
    bore = value(getattr(settings, "bore_length", None))
    if bore is not None:
        inside["bore_length"] = bore
    return Paste(
        **known, **inside, density=density(ink) if ink else None,
        aspect_ratio=value(getattr(settings, "aspect_ratio", None)),
    )  # fmt: skip


def _supply(path: Toolpath, paste: Paste, ink: Ink | None) -> Supply:
    """What the syringe holds beside the ink on the path, and where its pressure begins."""
    law = flow_pressure(path, paste)
    return Supply(paste.dead_volume, paste.prime_volume, paste.syringe, law, ink.id if ink else "")


def density(ink: Ink) -> float | None:
    """Of the ink [kg/m³]: as given, else ``1/(w/ρs + (1 − w)/ρl)`` from the mass share w of its solids."""
    given, share = value(ink.density), value(ink.solids_mass)
    solid, liquid = value(ink.solid_density), value(ink.liquid_density)
    if given is not None or share is None or not solid or not liquid:
        return given
    return 1.0 / (share / solid + (1.0 - share) / liquid)


def _longest(path: Toolpath) -> float:
    """Longest straight piece of a printed layer [m]: one wall, however many beads and turns its filament has."""
    way = np.diff(path.points, axis=0)
    way[path.starts[1:-1] - 1] = 0.0  # from filament to filament
    printed = np.repeat(path.layer_of > 0, np.diff(path.starts))[1:]
    return float(np.sqrt((way[printed] ** 2).sum(axis=1)).max(initial=0.0))


def print_work(part: Part) -> Work:
    """Work of the step that prints one ink."""
    return Work(
        thickness=part.body.thickness,
        area=area(part.body.region),
        volume=area(part.body.region) * part.body.thickness,
        layers=int(part.path.layer_of.max()),
        path_length=part.path.printed_length,
        filaments=len(part.path.starts) - 1,
        longest=_longest(part.path),
    )


def standing_findings(made: Iterable[Program], machine: Machine | None) -> list[Finding]:
    """Nozzles against walls that stand: those of earlier programs, and of other heads in the same one."""
    found: list[Finding] = []
    standing: list[Body] = []
    for program in made if machine is not None else ():
        assert machine is not None
        for part in program.parts:
            if standing:
                found += clearance(part.path, part.body, standing, nozzle_of(machine, part.path.nozzle))
        if len(program.parts) > 1:
            flat = [dataclasses.replace(part.body, bottom=0.0, thickness=0.0) for part in program.parts]
            for part in program.parts:
                found += clearance(part.path, part.body, flat, None)
            heads = [nozzle_of(machine, part.path.nozzle) for part in program.parts]
            found += collision_findings(program.path, heads)
        standing += [part.body for part in program.parts]
    return found


def _offsets(program: Program, machine: Machine) -> list[Finding]:
    """Heads of one program whose place in the machine nobody knows."""
    tools = [head.tool for head in program.path.heads]
    blind = [tool for tool in tools[1:] if tool >= len(machine.heads) or not machine.heads[tool].offset_x]
    if not blind:
        return []
    text = f"where head {blind[0]} is, seen from head 0, is not known and written as 0"
    change = "print the vernier with both heads and enter the offset under heads in the machine's record"
    return [Finding("head-offset", "warning", program.path.name, text, change=change)]


def printing_findings(
    made: Sequence[Program], machine: Machine | None, gap: float | None, overhang: float | None
) -> list[Finding]:
    """What machine, clock, nozzle and ink have to say about every program.

    Parameters
    ----------
    gap : between the walls of both nets as drawn [m]
    overhang : of the collector's finger beyond the wall, on each side [m]
    """
    if machine is None:
        return []
    found = standing_findings(made, machine)
    for program in made:
        found += _offsets(program, machine)
        for part in program.parts:
            whole = program.path if len(program.parts) > 1 else None
            needed = flow_pressure(part.path, part.paste)
            found += print_findings(
                part.path, machine, gap=gap, overhang=overhang, pot_life=part.paste.pot_life, needed=needed, whole=whole
            )
            found += [*ink_findings(part.path, part.body, part.paste), *part.notes]
    return found


def corners_in(path: Toolpath) -> int:
    """Corners inside the filaments of a path, where the nozzle turns with its valve open."""
    way = np.diff(path.points[:, :2], axis=0)
    size = np.sqrt((way**2).sum(axis=1))
    unit = way / np.maximum(size, 1e-15)[:, None]
    turns = (unit[1:] * unit[:-1]).sum(axis=1) < TURN
    turns &= (size[1:] > 0) & (size[:-1] > 0)
    between = path.starts[1:-1]  # ways from filament to filament end and begin at these rows
    turns[between - 1] = False
    turns[between - 2] = False
    return int(np.count_nonzero(turns))


def _corners(dialect: Dialect, toolpaths: Sequence[Toolpath]) -> Iterator[Finding]:
    """Corners that a controller rounds, where its dialect has no word for stopping in them."""
    for path in toolpaths:
        found = 0 if dialect.exact_stop or path.process == "spray" else corners_in(path)
        if not found:
            continue
        most = path.nozzle * ROUNDED
        text = f"{dialect.name} has no word for stopping in corners: the controller rounds {found} of them as it is set"
        change = (
            f"set its junction deviation or jerk so that it cuts at most {most * 1e6:.3g} um, take a fill of straight "
            "lines, or a dialect that stops exactly (linuxcnc)"
        )
        yield Finding("corner-rounding", "warning", path.name, text, None, most, "m", change)


def dialect_findings(dialect: Dialect | None, toolpaths: Sequence[Toolpath]) -> Iterator[Finding]:
    """A dialect whose programs no free interpreter reads is named, not only in the programs themselves."""
    if dialect is None or not toolpaths:
        return
    yield from _corners(dialect, toolpaths)
    if dialect.verified_by:
        return
    text = f"programs in the dialect {dialect.name} are not machine-verified: no free interpreter of it has read ours"
    change = "run the dry runs in jobs/ first" + ("" if dialect.confidence != "low" else "; its words are unconfirmed")
    yield Finding("program-dialect", "warning", f"dialects/{dialect.id}.toml", text, change=change)
