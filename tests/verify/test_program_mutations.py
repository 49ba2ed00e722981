"""Every fault that an edit, a dialect or a lost line can bring, in every dialect that can express it.

Each must be found twice: by `fabplan verify FOLDER`, and by `fabplan verify PROGRAM`, which knows no plan.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fabplan.exporters import gcode, plan_json
from fabplan.findings import errors
from fabplan.verify._program_file import read_program
from fabplan.verify.programs import verify_programs
from tests.printing import DIALECTS, SETTINGS, bench, dialect, printed, together

PISTONS = ("marlin", "reprapfirmware", "klipper", "linuxcnc", "aerotech-a3200", "hyrel")
STEPS = ("marlin", "reprapfirmware", "klipper", "hyrel")  # relative E
TWO = tuple(name for name in DIALECTS if name != "grbl")
SECONDS = ("linuxcnc", "grbl", "aerotech-a3200")
MILLISECONDS = ("marlin", "reprapfirmware", "klipper", "hyrel")
Case = tuple[str, str, bool]  # dialect, drive, two heads


@cache
def made(name: str, drive: str, two: bool) -> tuple[str, bytes, bytes]:
    """Path and text of a program, and its plan.json."""
    machine = bench(name, drive, vacuums=(), lamps=())
    plan = together(machine, SETTINGS)[0] if two else dataclasses.replace(printed(SETTINGS)[0], machine=machine)
    plan = dataclasses.replace(plan, dialect=dialect(name))
    path, text = next(iter(gcode.export(plan).items()))
    return path, text, plan_json.export(plan)["plan.json"]


def templates(lines: tuple[str, ...], last: int = 1) -> str:
    """Pattern of the lines that switch, placeholders open."""
    return re.escape(lines[-last]).replace(r"\{valve\}", r"[\w.]+")


def body(text: str) -> int:
    """Where the first layer begins: after header, opening and prime line."""
    return text.index("LAYER 1")


def nth(pattern: str, replacement: str, text: str, n: int = 1) -> str:
    """The n-th match in the body replaced."""
    start = body(text)
    matches = list(re.finditer(pattern, text[start:], re.MULTILINE))
    match = matches[min(n, len(matches) - 1)]
    return text[: start + match.start()] + match.expand(replacement) + text[start + match.end() :]


def off_dropped(name: str, text: str) -> str:
    return nth(rf"^{templates(dialect(name).valve_off)}\n", "", text)


def on_dropped(name: str, text: str) -> str:
    return nth(rf"^{templates(dialect(name).valve_on)}\n", "", text)


def unit_of_dwell(name: str, text: str) -> str:
    if name in MILLISECONDS:
        return re.sub(r"^G4 P(\d+)$", lambda m: f"G4 P{int(m[1]) / 1000:.3f}", text, flags=re.MULTILINE)
    found = re.sub(r"^(G4 P|Dwell\()0\.(\d{3})", r"\1\2", text, flags=re.MULTILINE)
    return found.replace("P100", "P100.0").replace("(100", "(100.0")


def feed_leaked(name: str, text: str) -> str:
    """Every printing feed dropped: the one of the way down stays."""
    speed = "F0.250000" if name in ("aerotech-a3200", "automation1") else "F15.000"
    return text.replace(f" {speed}\n", "\n")


def relative_dropped(name: str, text: str) -> str:
    return re.sub(r"^M83\n", "", text, flags=re.MULTILINE)


def absolute_instead(name: str, text: str) -> str:
    return re.sub(r"^M83$", "M82", text, flags=re.MULTILINE)


def valve_after_the_end(name: str, text: str) -> str:
    """The last change of the valve without a move that carries it; in other dialects an output that stays open."""
    if name == "linuxcnc":
        return text.replace("\nM2\n", "\nM63 P0\nM2\n")
    opening = templates(dialect(name).valve_on)
    found = re.findall(rf"^{opening}$", text, re.MULTILINE)[0]
    end = dialect(name).epilogue[-1]
    return re.sub(rf"\n{re.escape(end)}\n$", f"\n{found}\n{end}\n", text)


def heads_swapped(name: str, text: str) -> str:
    """The other head prints what one should: outputs exchanged, or the words that choose a head."""
    if name == "hyrel":
        return re.sub(r"^T([01])$", lambda m: f"T{1 - int(m[1])}", text, flags=re.MULTILINE)
    valves = bench(name).valves or dialect(name).valves
    words = [line.format(valve=v) for v in valves[:2] for line in (*dialect(name).valve_on, *dialect(name).valve_off)]
    lines = []
    for line in text[body(text) :].splitlines():
        if line in words:
            one, other = (f"{{{v}}}" for v in ("a", "b"))
            marked = re.sub(rf"\b{re.escape(valves[0])}\b(?!=\d)|(?<=DO){re.escape(valves[0])}", one, line, count=1)
            if marked == line:
                marked = line.replace(valves[1], other, 1)
            line = marked.format(a=valves[1], b=valves[0])
        lines.append(line)
    return text[: body(text)] + "\n".join(lines) + "\n"


def layer_shifted(name: str, text: str) -> str:
    """Everything of the second layer 10 um to the right."""
    start, end = text.index("LAYER 2"), text.index("LAYER 3")

    def moved(match: re.Match[str]) -> str:
        decimals = len(match[1].partition(".")[2])
        return f"X{float(match[1]) + 0.01:.{decimals}f}"

    return text[:start] + re.sub(r"\bX(-?\d+\.\d+)", moved, text[start:end]) + text[end:]


def layer_sunk(name: str, text: str) -> str:
    """The third layer printed at the height of the first: through what stands."""
    low, high = (re.search(rf"LAYER {k} Z ([\d.]+)", text)[1] for k in (1, 3))
    start = text.index("LAYER 3")
    return text[:start] + text[start:].replace(f"G1 Z{high}", f"G1 Z{low}")


VALVES: list[Case] = [(name, "pressure", False) for name in DIALECTS if name != "hyrel"]
TITLES: list[tuple[str, Callable[[str, str], str], list[Case], set[str]]] = [
    ("a valve's off dropped", off_dropped, VALVES, {"program-valve"}),
    ("a valve's on dropped", on_dropped, VALVES, {"program-length"}),
    ("a dwell in the other unit", unit_of_dwell, [(n, "pressure", False) for n in DIALECTS], {"program-dwell"}),
    ("the feed of travel while printing", feed_leaked, [(n, "pressure", False) for n in DIALECTS], {"program-feed"}),
    ("relative E dropped", relative_dropped, [(n, "piston", False) for n in STEPS], {"program-piston"}),
    ("absolute E instead", absolute_instead, [(n, "piston", False) for n in STEPS], {"program-piston"}),
    ("a valve code after the last move", valve_after_the_end, VALVES, {"program-valve", "program-word"}),
    ("the heads swapped", heads_swapped, [(n, "pressure", True) for n in TWO], {"program-head", "program-points"}),
    ("a layer shifted", layer_shifted, [(n, "pressure", False) for n in DIALECTS], {"program-points"}),
    ("a layer too low", layer_sunk, [(n, "pressure", False) for n in DIALECTS], {"program-points"}),
]  # fmt: skip
CASES = [(title, edit, case, rules) for title, edit, cases, rules in TITLES for case in cases]


@pytest.mark.parametrize(
    ("edit", "case", "rules"), [c[1:] for c in CASES], ids=[f"{case[0]}: {title}" for title, _, case, _ in CASES]
)
def test_every_mutation_is_found_in_every_dialect(
    tmp_path: Path, edit: Callable[[str, str], str], case: Case, rules: set[str]
) -> None:
    path, text, plan = made(*case)
    broken = edit(case[0], text.decode()).encode()
    assert broken != text, "the mutation changed nothing"
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_bytes(broken)
    told: dict[str, Any] = json.loads(plan)
    told["steps"] = [step for step in told["steps"] if step.get("program") == path]
    in_folder = {f.rule for f in errors(verify_programs(tmp_path, told))}
    alone = {f.rule for f in errors(read_program(broken, "p", case[0]).findings)}
    assert rules & in_folder, in_folder
    assert rules & alone, alone


@pytest.mark.parametrize("case", sorted({c for _, _, c, _ in CASES}), ids=lambda c: f"{c[0]} {c[1]} {c[2]}")
def test_good_programs_hold_in_both(case: Case) -> None:
    text = made(*case)[1]
    found = read_program(text, "p")
    assert found.dialect == case[0] and not found.findings, found.findings
    assert not errors(read_program(bare(text), "p", case[0]).findings)


def bare(text: bytes) -> bytes:
    """A program without the header that fabplan writes: what somebody else could have written."""
    lines = text.decode().splitlines(keepends=True)
    first = next(k for k, line in enumerate(lines) if line[0] not in ";(/")
    return "".join(lines[first:]).encode()


SEEN = {
    "a valve's off dropped": VALVES,
    "a dwell in the other unit": [c for c in VALVES],
    "relative E dropped": [(n, "piston", False) for n in STEPS],
    "absolute E instead": [(n, "piston", False) for n in STEPS],
    "a valve code after the last move": [c for c in VALVES if c[0] != "automation1"],
    "a layer too low": [(n, "pressure", False) for n in DIALECTS],
    "the feed of travel while printing": [],
}


@pytest.mark.parametrize(
    ("edit", "case"),
    [(edit, case) for title, edit, cases, _ in TITLES for case in cases if case in SEEN.get(title, ())],
    ids=[f"{case[0]}: {title}" for title, _, cases, _ in TITLES for case in cases if case in SEEN.get(title, ())],
)
def test_what_needs_no_header_is_found_without_one(edit: Callable[[str, str], str], case: Case) -> None:
    text = made(*case)[1]
    assert errors(read_program(bare(edit(case[0], text.decode()).encode()), "p", case[0]).findings)


def test_one_leaked_feed_is_found_without_a_header() -> None:
    """Where other lines still say what printing should be."""
    for name in ("marlin", "linuxcnc", "klipper"):
        text = nth(r" F15\.000$", "", made(name, "pressure", False)[1].decode())
        found = errors(read_program(bare(text.encode()), "p", name).findings)
        assert {f.rule for f in found} == {"program-feed"}
