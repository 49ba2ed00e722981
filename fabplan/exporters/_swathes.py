"""What a head of several nozzles is given: a picture a swathe, the table of their places, the moves of the axes.

No dialect has a documented word for several nozzles at once, so that pictures and table are for transcription; the
program holds the words of the axes only.
"""

from __future__ import annotations

import dataclasses

from fabplan.catalog.types import Dialect
from fabplan.exporters._bitmap import bmp
from fabplan.exporters._names import file_name
from fabplan.exporters.gcode import program, silent
from fabplan.layout.drops import DropPattern
from fabplan.layout.swathes import MOST_SWATHES, Swathe, drop_ends, swathe_table

COLUMNS = "swathe,pass,picture,nozzle_0_y_mm,first_drop_x_mm,last_drop_x_mm,start_x_mm,end_x_mm,speed_mm_s,drops"


def swathes(pattern: DropPattern, dialect: Dialect | None, ink: str) -> dict[str, bytes]:
    """Files of a pattern that several nozzles print; pictures as long as there are at most ``MOST_SWATHES``."""
    stem, found = f"jobs/{file_name(pattern.name)}", {}
    rows = swathe_table(pattern)
    if len(rows) <= MOST_SWATHES:
        apart = pattern.spacing[0], pattern.spacing[1] * pattern.nozzle_pitch
        for one in rows:
            drawn = dataclasses.replace(pattern, pixels=one.pixels, spacing=apart, swathes=None)
            found[_picture(stem, one)] = bmp(drawn)
    found[f"{stem}.swathes.csv"] = _table(pattern, rows, stem)
    if pattern.swathes is not None and dialect is not None:
        found[f"{stem}.swathes.{dialect.extension}"] = _moves(pattern, len(rows), dialect, ink)
    return found


def _picture(stem: str, one: Swathe) -> str:
    return f"{stem}.swathe-{one.number + 1:03d}-{one.turn + 1}.bmp"


def _table(pattern: DropPattern, rows: tuple[Swathe, ...], stem: str) -> bytes:
    """A row a swathe; start, end and speed are empty where the moves are not known."""
    low, high = (f"{x * 1e-6:.6f}" for x in drop_ends(pattern))
    path, moves = pattern.swathes, ",,"
    if path is not None:
        moves = f"{path.points[0, 0] * 1e3:.6f},{path.points[1, 0] * 1e3:.6f},{path.speed * 1e3:.6f}"
    drawn = len(rows) <= MOST_SWATHES
    lines = [
        f"{one.number + 1},{one.turn + 1},{_picture(stem, one) if drawn else ''},{one.level * 1e-6:.6f},{low},{high},"
        f"{moves},{int(one.pixels.sum())}"
        for one in rows
    ]
    return "\n".join([COLUMNS, *lines, ""]).encode("ascii")


def _moves(pattern: DropPattern, count: int, dialect: Dialect, ink: str) -> bytes:
    """The axes under the head: every swathe from left to right, layer after layer."""
    path = pattern.swathes
    assert path is not None
    low, high = (f"{x * 1e-6:.6f}" for x in drop_ends(pattern))
    told = (
        f"moves of {count} swathes in each of {pattern.layers} layers for {pattern.name}, dialect={dialect.id}",
        "no output is switched: the printhead fires by itself from the encoders of the axes",
        f"head of {pattern.nozzles} nozzles, {pattern.nozzle_pitch} lines apart; X and Y are those of nozzle 0",
        f"drops of a swathe fall from X{low} to X{high}, a column every {pattern.spacing[0] * 1e-6:.6f} mm",
        "pictures and places are in the table of swathes",
    )
    return program(path, silent(dialect), told, (), ink, wet=False)
