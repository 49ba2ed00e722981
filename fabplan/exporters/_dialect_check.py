"""Is a dialect sound, and has it the words that a program needs?"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence

from fabplan.catalog.types import Dialect
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.layout.types import Toolpath

_HEAD = ("tool", "offset_x", "offset_y", "offset_z", "back_x", "back_y", "back_z")
#: template of a dialect -> placeholders that it may hold, placeholders that it must hold
PLACEHOLDERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "comment": (("text",), ("text",)),
    "prologue": (("tool", "valve"), ()),
    "epilogue": (("tool", "valve"), ()),
    "travel": (("x", "y", "z", "feed"), ("x", "y")),
    "travel_z": (("z", "feed"), ("z",)),
    "print_move": (("x", "y", "z", "feed"), ("x", "y", "feed")),
    "dry_move": (("x", "y", "z", "feed"), ("x", "y", "feed")),
    "valve_on": (("valve",), ()),
    "valve_off": (("valve",), ()),
    "valves_off": (("valve", "tool"), ()),
    "dwell": (("seconds", "milliseconds"), ()),
    "pressure": (("pressure_kPa", "pressure_psi", "tool"), ()),
    "pause": (("text",), ()),
    "probe": (("z", "feed"), ()),
    "heat": (("celsius",), ("celsius",)),
    "heat_off": ((), ()),
    "output_on": (("output",), ()),
    "output_off": (("output",), ()),
    "tool_setup": (_HEAD, ()),
    "tool": ((*_HEAD, "now_x", "now_y", "now_z"), ()),
    "tool_end": (("tool",), ()),
    "piston_setup": ((), ()),
    "piston_move": (("x", "y", "z", "feed", "e", "e_total", "axis"), ("x", "y", "feed")),
    "piston_only": (("e", "e_total", "axis", "feed"), ()),
    "piston_on": (("valve",), ()),
    "piston_off": (("valve",), ()),
}
OPTIONAL = ("dry_move", "piston_move")
REQUIRED = ("valve_on", "valve_off", "valves_off", "pause")


def check_dialect(dialect: Dialect) -> list[Problem]:
    """All faults of a dialect's templates; empty when programs can be written with it."""
    where = f"dialects/{dialect.id}.toml"
    problems = []
    for key in PLACEHOLDERS:
        for text in _templates(dialect, key):
            problems += _check_template(text, key, f"{where}: {key}", dialect.line_length)
    problems += [Problem("nothing to write", f"{where}: {key}") for key in REQUIRED if not getattr(dialect, key)]
    if not dialect.extension.isalnum() or not dialect.extension.isascii():
        given = repr(dialect.extension)
        problems.append(Problem("not an extension", f"{where}: extension", given, "letters and digits"))
    closing = dialect.comment.partition("{text}")[2].strip()
    if any(c not in dialect.comment_drops for c in closing):
        allowed = f"{closing!r} among them, or a comment could end early"
        given = repr(dialect.comment_drops)
        problems.append(Problem("a character is missing", f"{where}: comment_drops", given, allowed))
    if ("{seconds}" in dialect.dwell) == ("{milliseconds}" in dialect.dwell):
        allowed = "{seconds} or {milliseconds}"
        problems.append(Problem("one unit of time is needed", f"{where}: dwell", dialect.dwell, allowed))
    return problems + _check_piston(dialect, where) + check_outputs(dialect.valves, f"{where}: valves")


def _check_piston(dialect: Dialect, where: str) -> list[Problem]:
    """Amounts of a piston are either steps or totals, the same in all lines."""
    lines = [dialect.piston_move, *dialect.piston_only] if dialect.piston_move else []
    kinds = [("{e}" in line, "{e_total}" in line) for line in lines]
    problems = [
        Problem("one amount is needed", f"{where}: piston_move, piston_only", repr(line)[:60], "{e} or {e_total}")
        for line, kind in zip(lines, kinds, strict=True)
        if sum(kind) != 1
    ]
    if len(set(kinds)) > 1 and not problems:
        problems.append(Problem("steps and totals are mixed", f"{where}: piston_only"))
    if dialect.piston_move and not dialect.piston_only:
        problems.append(Problem("nothing to write", f"{where}: piston_only"))
    if any("{axis}" in line for line in lines) and not dialect.piston_axes:
        problems.append(Problem("nothing to write", f"{where}: piston_axes"))
    return problems


def check_outputs(valves: Sequence[str], where: str) -> list[Problem]:
    """Names of outputs become part of a program line: one short word each."""
    return [
        Problem("not an output", where, repr(valve)[:60], "letters, digits, point, underscore")
        for valve in valves
        if not re.fullmatch(r"[A-Za-z0-9._]{1,32}", valve)
    ]


def _templates(dialect: Dialect, key: str) -> tuple[str, ...]:
    given = getattr(dialect, key)
    if isinstance(given, str):
        return (given,) if given or key not in OPTIONAL else ()
    return tuple(given)


def _check_template(text: str, key: str, where: str, line_length: int) -> list[Problem]:
    allowed, needed = PLACEHOLDERS[key]
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError as fault:
        return [Problem(f"braces do not match ({fault})", where, repr(text)[:60])]
    names = [name for _, name, _, _ in pieces if name is not None]
    problems = [
        Problem("unknown placeholder", where, name, listed(allowed) or "none", nearest(name, allowed))
        for name in names
        if name not in allowed
    ]
    if any(spec or conversion for _, _, spec, conversion in pieces):
        problems.append(Problem("a placeholder with a format", where, repr(text)[:60], "a bare name in braces"))
    missing = [name for name in needed if name not in names]
    problems += [Problem("a placeholder is missing", where, repr(text)[:60], f"{{{name}}}") for name in missing]
    if not text.isascii() or not text.isprintable():
        problems.append(Problem("not plain ASCII on one line", where, repr(text)[:60]))
    if line_length and len(text) > line_length:
        problems.append(Problem("a line is too long", where, str(len(text)), f"at most {line_length}"))
    return problems


def missing_words(dialect: Dialect, path: Toolpath, piston: bool, probes: bool) -> list[Problem]:
    """What a program needs and the dialect does not have."""
    where = f"dialects/{dialect.id}.toml"
    styles = [head.style for head in path.heads] or [path.style]
    sucks = any(style.suckback for style in styles) and not piston
    needed = {
        "tool": (len({head.tool for head in path.heads}) > 1, "several heads in one program"),
        "piston_move": (piston, "a piston that presses the ink"),
        "output_on": (bool(path.lamp_time) or sucks, "a curing lamp or the vacuum of suck-back"),
        "heat": (path.bed_temperature is not None, "a heated plate"),
        "probe": (probes, "probing the substrate"),
    }
    problems = []
    if piston and any(style.suckback for style in styles) and "{e_total}" in dialect.piston_move:
        what = "a piston on an axis of its own cannot draw back between filaments"
        problems.append(Problem(what, f"{where}: piston_only", None, "no suck-back, or a dialect with E steps"))
    return problems + [
        Problem(f"the dialect has no words for {what}", f"{where}: {key}", None, "another dialect, or these words")
        for key, (wanted, what) in needed.items()
        if wanted and not getattr(dialect, key)
    ]


def output_of(dialect: Dialect, machine_valves: Sequence[str], tool: int) -> str:
    """Output of the valve of a head: the machine's, else the dialect's, else the number of the head.

    Raises
    ------
    BadInput : the head is beyond the outputs that are named, or an output is no plain word
    """
    valves = tuple(machine_valves) or dialect.valves
    if not valves:
        return str(tool)
    if tool >= len(valves):
        where = f"dialects/{dialect.id}.toml: valves"
        raise BadInput(Problem(f"no valve output for head {tool}", where, listed(valves), f"{tool + 1} outputs"))
    problems = check_outputs(valves, "valves of the machine")
    if problems:
        raise BadInput(problems)
    return valves[tool]
