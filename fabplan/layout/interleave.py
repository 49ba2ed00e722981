"""Both inks in one program, layer by layer, so that no nozzle has to pass a standing wall."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fabplan.catalog.types import Machine
from fabplan.errors import BadInput, Problem
from fabplan.layout.motion import ramped_duration
from fabplan.layout.moves import heads_of, totals
from fabplan.layout.styles import head_offset
from fabplan.layout.types import Toolpath


def interleaved(
    paths: Sequence[Toolpath], machine: Machine, name: str, inks: Sequence[str] = ()
) -> Toolpath:
    """One program of several heads from programs of one head each.

    First all prime lines; then layer by layer, the heads in turn. Each layer begins with the head that
    ended the last one, which halves the changes of head. A wall of the other ink is never more than one
    layer higher than the nozzle is.

    Parameters
    ----------
    paths : of different heads; drawn without each other as obstacles
    machine : gives the offsets of the heads
    name : of the program
    inks : what the operator loads in each head

    Raises
    ------
    BadInput : fewer than two programs, a head twice, or a program with several heads
    """
    problems = _problems(paths, name)
    if problems:
        raise BadInput(problems)
    labels = [*inks, *("" for _ in paths)]
    heads = tuple(
        dataclasses.replace(heads_of(path)[0][0], offset=head_offset(machine, path.tool), ink=label)
        for path, label in zip(paths, labels, strict=False)
    )
    filaments = _order([path.layer_of for path in paths])
    starts, points = _gathered(paths, filaments)
    row = np.cumsum([0, *(len(path.kinds) for path in paths)])[filaments[:, 0]] + filaments[:, 1]
    every = [kind for path in paths for kind in path.kinds]
    joint = dataclasses.replace(
        paths[0],
        name=name,
        points=points,
        starts=starts,
        kinds=tuple(map(every.__getitem__, row.tolist())),
        layer_of=np.concatenate([path.layer_of for path in paths])[row],
        travel_speed=min(path.travel_speed for path in paths),
        safe_height=max(path.safe_height for path in paths),
        heads=heads,
        head_of=filaments[:, 0].copy(),
        lamp_time=max(path.lamp_time for path in paths),
    )
    return summed(joint)


def parted(path: Toolpath) -> tuple[Toolpath, ...]:
    """What each head of a program prints, as one path a head; the path itself where there is one head.

    For pictures: times and ways between the filaments are those of the path as a whole.
    """
    if not path.heads or path.head_of is None:
        return (path,)
    found = []
    for place, head in enumerate(path.heads):
        rows = np.flatnonzero(path.head_of == place)
        count = np.diff(path.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        points = path.points[np.repeat(path.starts[rows] - starts[:-1], count) + np.arange(starts[-1])]
        found.append(
            dataclasses.replace(
                path, name=f"{path.name}, {head.ink or f'head {head.tool}'}", tool=head.tool, nozzle=head.nozzle,
                points=points, starts=starts, kinds=tuple(path.kinds[k] for k in rows.tolist()),
                layer_of=path.layer_of[rows], speed=head.speed, ink_volume=head.ink_volume, heads=(), head_of=None,
                printed_length=head.ink_volume / head.section if head.section else 0.0, style=head.style,
                start_delay=head.start_delay, stop_delay=head.stop_delay, pressure=head.pressure,
            )
        )  # fmt: skip
    return tuple(found)


def summed(path: Toolpath) -> Toolpath:
    """The toolpath with lengths, time and ink that follow from its moves."""
    heads, _ = heads_of(path)
    sums = totals(path)
    wet = [head.section * float(length) for head, length in zip(heads, sums.wet, strict=True)]
    filled = tuple(dataclasses.replace(h, ink_volume=v) for h, v in zip(heads, wet, strict=True))
    return dataclasses.replace(
        path,
        printed_length=sums.printed,
        travel_length=sums.travelled,
        duration=sums.duration,
        ramped=None if path.acceleration is None else ramped_duration(path, path.acceleration, path.corner_deviation),
        ink_volume=float(sum(wet)),
        heads=filled if path.heads else (),
    )


def _problems(paths: Sequence[Toolpath], name: str) -> list[Problem]:
    if len(paths) < 2:
        return [Problem("not enough toolpaths to interleave", name, str(len(paths)), "two or more")]
    tools = [path.tool for path in paths]
    problems = [Problem("a head prints two inks", name, str(tools))] if len(set(tools)) < len(tools) else []
    return problems + [Problem("has several heads already", f"{name}: {p.name}") for p in paths if p.heads]


def _order(layers: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Head and filament in the order of printing, shape (F, 2)."""
    head = np.repeat(np.arange(len(layers)), [len(of) for of in layers])
    filament = np.concatenate([np.arange(len(of)) for of in layers])
    layer = np.concatenate(layers)
    turn = np.where(layer % 2 == 0, head, len(layers) - 1 - head)
    order = np.lexsort((filament, turn, layer))
    return np.stack([head[order], filament[order]], axis=1)


def _gathered(
    paths: Sequence[Toolpath], filaments: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Starts and points of filaments taken from several paths."""
    base = np.cumsum([0, *(len(path.points) for path in paths)])
    first = np.cumsum([0, *(len(path.kinds) for path in paths)])
    row = first[filaments[:, 0]] + filaments[:, 1]
    begin = np.concatenate([path.starts[:-1] + base[h] for h, path in enumerate(paths)])[row]
    count = np.concatenate([np.diff(path.starts) for path in paths])[row]
    starts = np.concatenate([[0], np.cumsum(count)])
    rows = np.repeat(begin - starts[:-1], count) + np.arange(starts[-1])
    return starts, np.concatenate([path.points for path in paths])[rows]
