"""Programs of the printed steps, in the dialect of the plan.

A program lifts the nozzle, closes all outputs, waits for the operator, sets the pressure once, and
then prints filament after filament: over at the safe height, down, valve open, wait, print at an
explicit feed, valve closed, wait, up. It ends with all outputs closed and a move to the park place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from fabplan.catalog.types import Dialect
from fabplan.errors import BadInput, Problem
from fabplan.exporters._names import program_path
from fabplan.exporters._program_header import PSI, header
from fabplan.exporters._program_text import (
    Bytes,
    Integers,
    Piece,
    block,
    check_dialect,
    chunks,
    comment_lines,
    filled,
    fixed_point,
    message_lines,
    output_of,
    page,
    written,
)
from fabplan.layout.toolpaths import whole_steps
from fabplan.layout.types import Toolpath
from fabplan.planner.plan import Plan

DESCRIPTION = "programs of the printed steps (toolpaths/*)"
Flags = NDArray[np.bool_]
LINES_AT_ONCE = 30_000


def export(plan: Plan) -> dict[str, bytes]:
    """One program a printed step.

    Raises
    ------
    BadInput : no dialect, a faulty one, or a step names a toolpath that does not exist
    """
    steps = [step for step in plan.steps if step.toolpath]
    if not steps:
        return {}
    if plan.dialect is None:
        allowed = "a name of `fabplan list dialects`"
        raise BadInput(Problem("no dialect for the programs", "spec: machine.dialect", None, allowed))
    problems = check_dialect(plan.dialect)
    paths = {path.name: path for path in plan.toolpaths}
    problems += [Problem("unknown toolpath", f"step {s.id}", s.toolpath) for s in steps if s.toolpath not in paths]
    if problems:
        raise BadInput(problems)
    valves = plan.machine.valves if plan.machine else ()
    out = {}
    for step in steps:
        path = paths[step.toolpath]
        head = header(step, path, plan, plan.dialect)
        out[str(program_path(step, plan.dialect))] = program(path, plan.dialect, head, valves, step.material)
    return out


def program(
    path: Toolpath, dialect: Dialect, head: tuple[str, ...], machine_valves: tuple[str, ...] = (), ink: str = ""
) -> bytes:
    """Text of one program.

    Parameters
    ----------
    path : what to print
    dialect : how it is written
    head : sentences of the header; line 1 says how long the path is
    machine_valves : outputs of the valves by head, empty for those of the dialect
    ink : what the operator loads
    """
    valve = output_of(dialect, machine_valves, path.tool)
    first = f"path {path.printed_length * 1e3:.3f} mm, printed with the valve of head {path.tool} open"
    comments = [line for text in (first, *head) for line in comment_lines(dialect, text)]
    safe = int(whole_steps(np.array([path.safe_height]), dialect.decimals)[0])
    begin = _opening(path, dialect, valve, machine_valves, safe, ink)
    end = _closing(path, dialect, valve, machine_valves, safe)
    body = b"".join(_filaments(path, dialect, valve, safe))
    return b"".join((_text(comments), _text(begin), body, _text(end)))


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _opening(
    path: Toolpath, dialect: Dialect, valve: str, machine_valves: tuple[str, ...], safe: int, ink: str
) -> list[str]:
    """Units, outputs off, up, pause, pressure."""
    message = f"head {path.tool}: load ink {ink}, fit nozzle {path.nozzle * 1e3:.3f} mm"
    lines = [line.format(tool=path.tool, valve=valve) for line in dialect.prologue]
    lines += _all_off(dialect, machine_valves, valve)
    lines.append(_one(dialect.travel_z, dialect, {"z": safe}, path.travel_speed))
    lines += message_lines(dialect, message)
    if path.pressure is not None:
        lines += [
            line.format(pressure_kPa=f"{path.pressure / 1e3:.3f}", pressure_psi=f"{path.pressure / PSI:.3f}")
            for line in dialect.pressure
        ]
    return lines


def _closing(path: Toolpath, dialect: Dialect, valve: str, machine_valves: tuple[str, ...], safe: int) -> list[str]:
    """Outputs off, back to the start of the prime line at the safe height."""
    x, y, _ = whole_steps(path.points[:1], dialect.decimals)[0].tolist()
    return [
        *_all_off(dialect, machine_valves, valve),
        _one(dialect.travel_z, dialect, {"z": safe}, path.travel_speed),
        _one(dialect.travel, dialect, {"x": x, "y": y, "z": safe}, path.travel_speed),
        *(line.format(tool=path.tool, valve=valve) for line in dialect.epilogue),
    ]


def _all_off(dialect: Dialect, machine_valves: tuple[str, ...], valve: str) -> list[str]:
    outputs = list(dict.fromkeys([*(machine_valves or dialect.valves), valve]))
    lines: list[str] = []
    for line in dialect.valves_off:
        lines += [line.format(valve=v) for v in outputs] if "{valve}" in line else [line]
    return lines


def _feed(speed: float) -> str:
    """Feed [mm/min] of a speed [m/s]."""
    return f"{speed * 60_000:.3f}"


def _one(template: str, dialect: Dialect, steps: Mapping[str, int], speed: float) -> str:
    columns = {name: fixed_point(np.array([value]), dialect.decimals) for name, value in steps.items()}
    return written(filled(template, {**columns, "feed": _feed(speed)}, 1)).decode("ascii").rstrip("\n")


def _filaments(path: Toolpath, dialect: Dialect, valve: str, safe: int) -> Iterator[bytes]:
    """Text of all filaments, in pages that stay small."""
    points = whole_steps(path.points, dialect.decimals)
    writer = _Writer(path, dialect, valve, safe)
    for a, b in chunks(np.diff(path.starts), LINES_AT_ONCE):
        starts = path.starts[a : b + 1]
        yield writer.page(points[starts[0] : starts[-1]], starts - starts[0], path.layer_of[a:b], a)


class _Writer:
    """Constant text of a program, made once, and the pages of its filaments."""

    def __init__(self, path: Toolpath, dialect: Dialect, valve: str, safe: int):
        self.path, self.dialect, self.safe = path, dialect, safe
        self.safe_text = _number(safe, dialect.decimals)
        self.up = block([_one(dialect.travel_z, dialect, {"z": safe}, path.travel_speed)])
        self.on = block([line.format(valve=valve) for line in dialect.valve_on] + _dwell(dialect, path.start_delay))
        self.off = block([line.format(valve=valve) for line in dialect.valve_off] + _dwell(dialect, path.stop_delay))

    def page(self, points: Integers, starts: Integers, layer_of: Integers, first_filament: int) -> bytes:
        """Filaments with their points [steps]; ``starts`` counts from the first point of the page."""
        count = np.diff(starts)
        before = self.path.layer_of[first_filament - 1] if first_filament else 0
        new_layer = np.diff(layer_of, prepend=before) != 0
        # rows of a filament: layer mark, over, down, open, moves, close, up
        rows = new_layer + 3 + (count - 1) + 2
        over = np.cumsum(rows) - rows + new_layer
        first = points[starts[:-1]]
        later = np.ones(len(points), np.bool_)
        later[starts[:-1]] = False
        filament = np.repeat(np.arange(len(count)), count)
        move = (over[filament] + 2 + np.arange(len(points)) - starts[:-1][filament])[later]
        end = over + 2 + count
        pieces = [
            Piece(over, self.move(self.dialect.travel, first, self.path.travel_speed, self.safe_text)),
            Piece(over + 1, self.move(self.dialect.travel_z, first, self.path.travel_speed, None)),
            Piece(over + 2, self.on),
            Piece(move, self.move(self.dialect.print_move, points[later], self.path.speed, None)),
            Piece(end, self.off),
            Piece(end + 1, self.up),
            *self.layer_marks(over, layer_of, first, new_layer),
        ]
        return page(pieces, int(rows.sum()))

    def move(self, template: str, points: Integers, speed: float, height: str | None) -> Bytes:
        """Lines of a move to each of the points; at ``height`` when it is given."""
        columns: dict[str, Bytes | str] = {"feed": _feed(speed)}
        for axis, name in enumerate("xyz"):
            if f"{{{name}}}" in template:
                fixed = name == "z" and height is not None
                columns[name] = str(height) if fixed else fixed_point(points[:, axis], self.dialect.decimals)
        return filled(template, columns, len(points))

    def layer_marks(self, over: Integers, layer_of: Integers, first: Integers, new: Flags) -> Iterator[Piece]:
        """A comment where a layer begins: places to resume at."""
        for k in np.flatnonzero(new):
            height = _number(int(first[k, 2]), self.dialect.decimals)
            yield Piece(over[k : k + 1] - 1, block(comment_lines(self.dialect, f"LAYER {layer_of[k]} Z {height}")))


def _number(steps: int, decimals: int) -> str:
    return written(fixed_point(np.array([steps]), decimals)).decode("ascii")


def _dwell(dialect: Dialect, seconds: float) -> list[str]:
    """Wait in the unit of the dialect, to the millisecond; nothing for no time."""
    milliseconds = round(seconds * 1e3)
    if not milliseconds:
        return []
    return [dialect.dwell.format(seconds=f"{milliseconds / 1e3:.3f}", milliseconds=milliseconds)]
