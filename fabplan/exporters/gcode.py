"""Programs of the printed steps, in the dialect of the plan.

A program lifts the nozzle, closes all outputs, waits for the operator, sets the pressure once, and
then prints filament after filament: over at the safe height, down, valve open, wait, print at an
explicit feed, valve closed, wait, up. It ends with all outputs closed and a move to the park place.
"""

from __future__ import annotations

import dataclasses
from io import BytesIO

from fabplan.catalog.types import Dialect, Machine
from fabplan.errors import BadInput, Problem
from fabplan.exporters._dialect_check import check_dialect, missing_words
from fabplan.exporters._names import program_path
from fabplan.exporters._program_body import filaments
from fabplan.exporters._program_header import header
from fabplan.exporters._program_text import comment_lines
from fabplan.exporters._program_words import closing, opening, told, words
from fabplan.layout.moves import moves
from fabplan.layout.toolpaths import steps_of
from fabplan.layout.types import Toolpath
from fabplan.planner.plan import Plan

DESCRIPTION = "programs of the printed steps (toolpaths/*)"
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
    out = {}
    for step in steps:
        path = paths[step.toolpath]
        head = header(step, path, plan, plan.dialect)
        out[str(program_path(step, plan.dialect))] = program(path, plan.dialect, head, (), step.material, plan.machine)
    return out


def program(
    path: Toolpath,
    dialect: Dialect,
    head: tuple[str, ...],
    machine_valves: tuple[str, ...] = (),
    ink: str = "",
    machine: Machine | None = None,
    wet: bool = True,
) -> bytes:
    """Text of one program.

    Parameters
    ----------
    path : what to print
    dialect : how it is written
    head : sentences of the header; line 1 says how long the path is
    machine_valves : outputs of the valves by head, empty for those of the dialect
    ink : what the operator loads
    machine : gives drive, outputs and probing; None for valves without anything else
    wet : whether it prints; the header of a dry run claims no path

    Raises
    ------
    BadInput : the dialect lacks words, or a head has no output
    """
    problems = missing_words(dialect, path, machine is not None and machine.drive == "piston", probing(machine))
    if problems:
        raise BadInput(problems)
    found = words(path, dialect, machine, machine_valves)
    named = " and ".join(str(found.heads[place].tool) for place in found.carried)
    how = "pressed by the piston" if found.piston else "printed with the valve"
    first = f"path {path.printed_length * 1e3:.3f} mm, {how} of head {named}{'' if found.piston else ' open'}"
    sentences = (first, *told(found), *head) if wet else head
    comments = [line for text in sentences for line in comment_lines(dialect, text)]
    x, y, _ = steps_of(moves(path, 0, 1).points[0], dialect.decimals).tolist()
    text = BytesIO()  # grows in place: the pages are never in memory a second time
    text.write(_text(comments) + _text(opening(found, ink)))
    for page in filaments(found, LINES_AT_ONCE):
        text.write(page)
    text.write(_text(closing(found, (x, y))))
    return text.getvalue()


def silent(dialect: Dialect) -> Dialect:
    """The dialect without the words that open an output or set a pressure: for programs that only move."""
    return dataclasses.replace(
        dialect, valve_on=(), valve_off=(), pressure=(), print_move=dialect.dry_move or dialect.print_move
    )


def probing(machine: Machine | None) -> bool:
    """Whether programs for the machine find the substrate themselves."""
    return machine is not None and machine.probes


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("ascii")
