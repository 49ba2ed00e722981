"""A simulation as rows of text for people: what the command prints and the page shows."""

from __future__ import annotations

from collections.abc import Iterator

from fabplan import units
from fabplan.verify.simulate import Simulation


def rows(found: Simulation) -> list[tuple[str, str]]:
    """Facts and their values, in the order in which an operator asks for them."""
    return [*_program(found), *_times(found), *_ways(found), *_heads(found), *_rest(found)]


def _program(found: Simulation) -> Iterator[tuple[str, str]]:
    program = found.program
    yield "program", f"{program.where}, {program.lines} lines, {'' if program.claims else 'not '}written by fabplan"
    yield "dialect", f"{program.dialect}: {program.because}"


def _times(found: Simulation) -> Iterator[tuple[str, str]]:
    constant = units.show(found.time, "time", 4)
    yield "time", f"{constant} ({found.time:.1f} s) at constant feeds, {units.show(found.waits, 'time')} of it waiting"
    if found.ramped is None:
        yield "with ramps", found.why_ramped
    else:
        yield "with ramps", f"{units.show(found.ramped, 'time', 4)} ({found.ramped:.1f} s): {found.why_ramped}"


def _ways(found: Simulation) -> Iterator[tuple[str, str]]:
    yield "printed", f"{found.printed * 1e3:.3f} mm in {len(found.groups)} filaments"
    yield "travel", f"{found.travelled * 1e3:.3f} mm in {sum(not m.printing for m in found.track.moves)} moves"
    for name, box in (("printed box", found.printed_box), ("box", found.box)):
        if box is not None:
            low, high = box
            sides = [f"{a}{p * 1e3:.4g}..{q * 1e3:.4g}" for a, p, q in zip("XYZ", low, high, strict=True)]
            yield name, f"{' '.join(sides)} mm"
    heights = [layer.height for layer in found.layers]
    if heights:
        yield "layers", f"{len(heights)}, from {min(heights) * 1e3:.4f} to {max(heights) * 1e3:.4f} mm"


def _heads(found: Simulation) -> Iterator[tuple[str, str]]:
    for head in found.heads:
        ink = "ink " + ("" if head.ink is None else f"{head.ink * 1e9:.6g} uL: ") + head.because
        pressed = "" if head.pressed is None else f", {head.pressed:.6f} pressed"
        yield head.name, f"{head.printed * 1e3:.3f} mm in {head.filaments} filaments{pressed}, {ink}"


def _rest(found: Simulation) -> Iterator[tuple[str, str]]:
    speeds = found.track.speed[found.track.wet & (found.track.length > 0)]
    speeds = speeds[speeds == speeds]  # without those that nobody knows
    if len(speeds):
        yield "prints at", f"{speeds.min():.6g} to {speeds.max():.6g} mm/s"
    asked: dict[str, list[float]] = {}
    for setting in found.program.run.settings:
        asked.setdefault(setting.what, []).append(setting.value)
    for what, values in asked.items():
        unit = "as the dialect counts it" if what == "pressure" else "degC"
        yield what, f"{', '.join(f'{value:g}' for value in dict.fromkeys(values))} {unit}"
