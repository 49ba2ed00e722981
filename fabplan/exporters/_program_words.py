"""The lines of a program that stand alone: opening, closing, valves, pistons, changes of head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabplan.catalog.types import Dialect, Machine
from fabplan.errors import BadInput, Problem, listed
from fabplan.exporters._dialect_check import check_outputs, output_of
from fabplan.exporters._program_text import comment_lines, filled, fixed_point, message_lines, written
from fabplan.layout.moves import heads_of
from fabplan.layout.toolpaths import whole_steps
from fabplan.layout.types import Head, Toolpath

PSI = 6894.757293168361  # [Pa]
LOWEST_PROBE = -2e-3  # [m] below which no substrate is expected


@dataclass(frozen=True)
class Words:
    """All that the lines of one program need.

    Parameters
    ----------
    path, dialect : see there
    machine : None for a bare dialect
    heads : of the program
    valves, vacuums, lamps : output of each head, in the order of ``heads``; ``""`` where there is none
    all_valves : every output that closes with the program
    safe : travel height [steps of the last decimal]
    amounts : units of the piston per metre of each head, empty for valves
    """

    path: Toolpath
    dialect: Dialect
    machine: Machine | None
    heads: tuple[Head, ...]
    valves: tuple[str, ...]
    vacuums: tuple[str, ...]
    lamps: tuple[str, ...]
    all_valves: tuple[str, ...]
    safe: int
    amounts: tuple[float, ...]

    @property
    def piston(self) -> bool:
        """Whether a piston presses the ink."""
        return bool(self.amounts)

    @property
    def carried(self) -> tuple[int, ...]:
        """Places of the heads that the machine carries; further ones of a tool are sets of values for it."""
        tools = [head.tool for head in self.heads]
        return tuple(place for place, tool in enumerate(tools) if tool not in tools[:place])


def words(path: Toolpath, dialect: Dialect, machine: Machine | None, machine_valves: Sequence[str]) -> Words:
    """Everything looked up once.

    Raises
    ------
    BadInput : a head has no output, or shares one that opens its valve
    """
    heads, _ = heads_of(path)
    given = tuple(machine.valves if machine and machine.valves else machine_valves)
    valves = tuple(output_of(dialect, given, head.tool) for head in heads)
    piston = machine is not None and machine.drive == "piston"
    vacuums, lamps = (machine.vacuums, machine.lamps) if machine else ((), ())
    sucking = tuple(_output(vacuums, h.tool, bool(h.style.suckback) and not piston) for h in heads)
    shining = tuple(_output(lamps, h.tool, bool(path.lamp_time)) for h in heads)
    all_valves = tuple(dict.fromkeys([*(given or dialect.valves), *valves]))
    shared = [output for output in (*sucking, *shining) if output and output in all_valves]
    if shared:
        what = f"output {shared[0]} is a valve and a vacuum or lamp at once"
        raise BadInput(Problem(what, "machine: valves, vacuums, lamps", listed(all_valves), "an output of its own"))
    return Words(
        path, dialect, machine, heads, valves, sucking, shining, all_valves,
        int(whole_steps(np.array([path.safe_height]), dialect.decimals)[0]),
        tuple(_per_metre(machine, head) for head in heads) if piston else (),
    )  # fmt: skip


def _output(outputs: Sequence[str], tool: int, needed: bool) -> str:
    if not needed:
        return ""
    if tool >= len(outputs):
        what = f"the machine names no vacuum or lamp output for head {tool}"
        raise BadInput(Problem(what, "machine: vacuums, lamps", None, f"{tool + 1} outputs"))
    problems = check_outputs(outputs, "machine: vacuums, lamps")
    if problems:
        raise BadInput(problems)
    return outputs[tool]


def _per_metre(machine: Machine | None, head: Head) -> float:
    """Piston travel [mm], or volume [mm³] where the piston's diameter is not known, per metre of bead."""
    diameter = machine.piston_diameter.value if machine and machine.piston_diameter else None
    return head.section * 1e9 if not diameter else head.section / (np.pi * diameter**2 / 4) * 1e3


def opening(w: Words, ink: str) -> list[str]:
    """Units, outputs off, heat, up, probe, pause, pressure, heads."""
    d, path = w.dialect, w.path
    lines = [line.format(tool=w.heads[0].tool, valve=w.valves[0]) for line in d.prologue]
    lines += d.piston_setup if w.piston else ()
    lines += all_off(w)
    if path.bed_temperature is not None:
        lines += [line.format(celsius=f"{path.bed_temperature - 273.15:.1f}") for line in d.heat]
    lines.append(one(d.travel_z, w, {"z": w.safe}, path.travel_speed))
    if len(w.carried) > 1:
        for place in w.carried:
            lines += [line.format(**_offsets(w, w.heads[place])) for line in d.tool_setup]
        lines += [line.format(**_offsets(w, w.heads[0])) for line in d.tool if "{now_" not in line]
    if w.machine is not None and w.machine.probes:
        low = int(whole_steps(np.array([LOWEST_PROBE]), d.decimals)[0])
        lines += [one(line, w, {"z": low}, path.travel_speed / 10) for line in d.probe]
        lines.append(one(d.travel_z, w, {"z": w.safe}, path.travel_speed))
    for head in (w.heads[place] for place in w.carried):
        lines += message_lines(d, _make_ready(path, head, ink))
        lines += _asked(w, head)
    if w.piston:
        lines += [line for h in w.carried for line in piston_step(w, h, -1)]
    return lines


def _asked(w: Words, head: Head) -> list[str]:
    """What the operator sets before a head prints, and the pressure where the program can set it."""
    if head.pressure is not None and not w.piston and w.dialect.pressure:
        return [line.format(**_pressure(head)) for line in w.dialect.pressure]
    return message_lines(w.dialect, head.ask) if head.ask else []


def _make_ready(path: Toolpath, head: Head, ink: str) -> str:
    """What the operator does before a head may work."""
    if path.process == "laser":
        return f"head {head.tool}: focus on film {ink}, kerf {head.nozzle * 1e3:.4f} mm"
    if path.process == "jet":
        return f"head {head.tool}: fill jet of {ink}, trigger 1 drop every {head.nozzle * 1e3:.6f} mm of way"
    if path.process == "spray":
        return f"head {head.tool}: fill spray of {ink}, pass {head.nozzle * 1e3:.3f} mm wide"
    return f"head {head.tool}: load ink {head.ink or ink}, fit nozzle {head.nozzle * 1e3:.3f} mm"


def _pressure(head: Head) -> dict[str, str]:
    pressure = head.pressure or 0.0
    return {"tool": str(head.tool), "pressure_kPa": f"{pressure / 1e3:.3f}", "pressure_psi": f"{pressure / PSI:.3f}"}


def closing(w: Words, first: tuple[int, int]) -> list[str]:
    """Outputs off, back to the start of the first filament at the safe height [steps]."""
    d, speed = w.dialect, w.path.travel_speed
    return [
        *all_off(w),
        *(d.heat_off if w.path.bed_temperature is not None else ()),
        one(d.travel_z, w, {"z": w.safe}, speed),
        one(d.travel, w, {"x": first[0], "y": first[1], "z": w.safe}, speed),
        *(line.format(tool=w.heads[0].tool) for line in (d.tool_end if len(w.carried) > 1 else ())),
        *(line.format(tool=w.heads[0].tool, valve=w.valves[0]) for line in d.epilogue),
    ]


def all_off(w: Words) -> list[str]:
    """Every output closed that a program could open."""
    lines: list[str] = []
    for line in w.dialect.valves_off:
        if "{valve}" in line:
            lines += [line.format(valve=v) for v in w.all_valves]
        else:
            tools = [w.heads[place].tool for place in w.carried] if "{tool}" in line else [0]
            lines += [line.format(tool=tool) for tool in tools]
    others = [o for o in (*w.vacuums, *w.lamps) if o]
    return lines + [line.format(output=o) for o in dict.fromkeys(others) for line in w.dialect.output_off]


def on(w: Words, head: int) -> list[str]:
    """Opens the valve, or gives back what the piston drew back, and waits for the flow."""
    templates = w.dialect.piston_on if w.piston else w.dialect.valve_on
    pushed = piston_step(w, head, +1) if w.piston else []
    return [line.format(valve=w.valves[head]) for line in templates] + pushed + dwell(w, w.heads[head].start_delay)


def off(w: Words, head: int) -> list[str]:
    """Closes the valve, sucks back, and waits."""
    templates = w.dialect.piston_off if w.piston else w.dialect.valve_off
    lines = [line.format(valve=w.valves[head]) for line in templates]
    style = w.heads[head].style
    if w.piston:
        lines += piston_step(w, head, -1)
    elif style.suckback:
        lines += switched(w, w.vacuums[head], style.suckback)
    return lines + dwell(w, w.heads[head].stop_delay)


def switched(w: Words, output: str, seconds: float) -> list[str]:
    """An output on for a time."""
    return [
        *(line.format(output=output) for line in w.dialect.output_on),
        *dwell(w, seconds),
        *(line.format(output=output) for line in w.dialect.output_off),
    ]


def piston_step(w: Words, head: int, sign: int) -> list[str]:
    """The piston alone, by what flows during the suck-back; nothing where the ink needs none."""
    d, h = w.dialect, w.heads[head]
    steps = round(w.amounts[head] * h.speed * h.style.suckback * 10**d.piston_decimals)
    if not steps or any("{e_total}" in line for line in d.piston_only):
        return []
    speed = max(w.amounts[head] * h.speed * 2e-3, 1e-9)  # back and forth take the time of the suck-back together
    amount = number(sign * steps, d.piston_decimals)
    return [line.format(e=amount, feed=feed(d, speed), axis=axis(w, head)) for line in d.piston_only]


def axis(w: Words, head: int) -> str:
    """Letter of a head's piston."""
    axes = w.dialect.piston_axes or ("E",)
    return axes[min(w.heads[head].tool, len(axes) - 1)]


def head_change(w: Words, before: Head, after: Head, place: tuple[int, int]) -> list[str]:
    """Go on with another head; ``place`` [steps] is where the nozzle of the head ``before`` stands.

    Another set of values for the same head changes its pressure only: its speed stands in its moves.
    """
    if before.tool == after.tool:
        return _asked(w, after) if (before.pressure, before.ask) != (after.pressure, after.ask) else []
    moved = whole_steps(np.array(after.offset) - np.array(before.offset), w.dialect.decimals).tolist()
    now = [place[0] + moved[0], place[1] + moved[1], w.safe + moved[2]]
    here = {f"now_{name}": number(value, w.dialect.decimals) for name, value in zip("xyz", now, strict=True)}
    lines = [line.format(**_offsets(w, after), **here) for line in w.dialect.tool]
    return [*lines, one(w.dialect.travel_z, w, {"z": w.safe}, w.path.travel_speed)]


def _offsets(w: Words, head: Head) -> dict[str, str]:
    steps = whole_steps(np.array(head.offset), w.dialect.decimals).tolist()
    found = {"tool": str(head.tool)}
    for name, value in zip("xyz", steps, strict=True):
        found[f"offset_{name}"] = number(value, w.dialect.decimals)
        found[f"back_{name}"] = number(-value, w.dialect.decimals)
    return found


def layer_mark(w: Words, layer: int, height: int) -> list[str]:
    """Where a layer begins: a place to resume at."""
    return comment_lines(w.dialect, f"LAYER {layer} Z {number(height, w.dialect.decimals)}")


def cured(w: Words) -> list[str]:
    """The lamp and the pause after a layer."""
    lamp = switched(w, w.lamps[0], w.path.lamp_time) if w.path.lamp_time else []
    return lamp + dwell(w, w.path.layer_pause)


def feed(dialect: Dialect, speed: float) -> str:
    """Feed of a speed [m/s] in the dialect's unit."""
    return f"{speed * 1e3:.6f}" if dialect.feed_time == "second" else f"{speed * 60_000:.3f}"


def dwell(w: Words, seconds: float) -> list[str]:
    """Wait in the unit of the dialect, to the millisecond; nothing for no time."""
    milliseconds = round(seconds * 1e3)
    if not milliseconds:
        return []
    return [w.dialect.dwell.format(seconds=f"{milliseconds / 1e3:.3f}", milliseconds=milliseconds)]


def one(template: str, w: Words, steps: Mapping[str, int], speed: float) -> str:
    """One line of a move."""
    columns = {name: fixed_point(np.array([value]), w.dialect.decimals) for name, value in steps.items()}
    return written(filled(template, {**columns, "feed": feed(w.dialect, speed)}, 1)).decode("ascii").rstrip("\n")


def number(steps: int, decimals: int) -> str:
    """One number of whole steps of the last decimal."""
    return written(fixed_point(np.array([steps]), decimals)).decode("ascii")


def told(w: Words) -> list[str]:
    """Sentences of the header about heads and pistons, which a check can hold the program to."""
    lines = []
    for place in range(len(w.heads)) if len(w.carried) < len(w.heads) else ():
        lines += set_told(w, place)
    for place, h in enumerate(w.heads):
        if place not in w.carried:
            continue
        x, y, z = (f"{value * 1e3:.4f}" for value in h.offset)
        style = h.style
        lines.append(
            f"head {h.tool}: output {w.valves[place]}, vacuum {w.vacuums[place] or 'none'}, "
            f"nozzle {h.nozzle * 1e3:.6f} mm, speed {h.speed * 1e3:.6f} mm/s, start delay {h.start_delay:.3f} s, "
            f"stop delay {h.stop_delay:.3f} s, suck-back {style.suckback:.3f} s, "
            f"offset {x} {y} {z} mm, bead {h.section * 1e12:.6f} um2, "
            f"ink {h.ink_volume * 1e9:.6f} uL{f' of {h.ink}' if h.ink else ''}"
        )
        ways = {
            "lead-in": style.lead_in, "shut-off": style.shutoff_distance, "wipe": style.wipe,
            "backtrack": style.backtrack_length, "backtrack gap": style.backtrack_gap, "retract": style.retract_height,
        }  # fmt: skip
        if any(ways.values()):
            parts = ", ".join(f"{name} {value * 1e3:.4f} mm" for name, value in ways.items() if value)
            lines.append(f"style of head {h.tool}: {parts}")
        if w.piston:
            unit = "mm" if w.machine and w.machine.piston_diameter else "mm3"
            mine = [k for k, head in enumerate(w.heads) if head.tool == h.tool and head.section]
            total = sum(w.amounts[k] * w.heads[k].ink_volume / w.heads[k].section for k in mine)
            lines.append(f"piston of head {h.tool}: {total:.{w.dialect.piston_decimals}f} {unit} pressed while moving")
    lamps = [lamp for lamp in dict.fromkeys(w.lamps) if lamp]
    if lamps:
        lines.append(f"lamp: output {lamps[0]} for {w.path.lamp_time:.3f} s after each layer")
    return lines


def set_told(w: Words, place: int) -> list[str]:
    """Which filaments are printed with a set of values of a head, and the values."""
    h = w.heads[place]
    rows = np.flatnonzero(heads_of(w.path)[1] == place)
    if not len(rows):
        return []
    pressure = "as the operator sets it" if h.pressure is None or w.piston else f"{h.pressure / 1e3:.3f} kPa"
    return [
        f"set {place} of head {h.tool}: lines {rows[0] + 1} to {rows[-1] + 1}, speed {h.speed * 1e3:.6f} mm/s, "
        f"start delay {h.start_delay:.3f} s, stop delay {h.stop_delay:.3f} s, bead {h.section * 1e12:.6f} um2, "
        f"ink {h.ink_volume * 1e9:.6f} uL, pressure {pressure}"
    ]
