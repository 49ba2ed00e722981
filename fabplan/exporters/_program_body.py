"""The filaments of a program as text, page by page."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fabplan.exporters._program_text import Bytes, Integers, Piece, block, chunks, filled, fixed_point, page
from fabplan.exporters._program_words import (
    Words,
    axis,
    cured,
    feed,
    head_change,
    layer_mark,
    number,
    off,
    on,
)
from fabplan.layout.moves import COAST, DOWN, OVER, PRINT, RETRACT, RISE, UP, Moves, heads_of, moves, speeds
from fabplan.layout.toolpaths import steps_of

_VERTICAL = (DOWN, RISE, RETRACT, UP)


def filaments(w: Words, lines_at_once: int) -> Iterator[bytes]:
    """Text of all filaments, in pages that stay small."""
    writer = _Writer(w)
    for a, b in chunks(np.diff(w.path.starts), lines_at_once):
        yield writer.page(a, b)
    last = block(cured(w))
    if last.size:
        yield last.tobytes()


class _Writer:
    """Constant text of a program, made once, and the pages of its filaments.

    What was written is kept between pages: the amount pressed by each piston, and the place of the nozzle.
    """

    def __init__(self, w: Words):
        self.w = w
        self.on = [block(on(w, head)) for head in range(len(w.heads))]
        self.off = [block(off(w, head)) for head in range(len(w.heads))]
        self.safe_text = number(w.safe, w.dialect.decimals)
        self.pressed = [0.0] * len(w.heads)
        self.before: dict[int, int] = {}  # place of a head -> what sets of its tool before it have pressed
        self.total: dict[int, int] = {}  # tool -> what it has pressed so far, both in steps of the last decimal
        self.place = (0, 0)
        self.head_of = heads_of(w.path)[1]

    def page(self, a: int, b: int) -> bytes:
        """Filaments from ``a`` to before ``b``."""
        table = moves(self.w.path, a, b)
        steps = steps_of(table.points, self.w.dialect.decimals)
        marks = self.marks(a, b, table, steps)
        marked = np.zeros(b - a, np.int64)
        marked[[k for k, _ in marks]] = 1
        before = np.cumsum(marked)
        kinds, filament = table.kinds, table.filament
        rows = np.arange(len(kinds)) + 2 * filament + before[filament] + (kinds > DOWN) + (kinds > PRINT)
        head = self.head_of[a:b]
        pieces = [Piece(rows[table.first[k] : table.first[k] + 1] - 1, text) for k, text in marks]
        opens = rows[table.first + 1] + 1
        closes = rows[np.append(table.first[1:], len(kinds)) - 1] - _after(table)
        for h in range(len(self.w.heads)):
            pieces.append(Piece(opens[head == h], self.on[h]))
            pieces.append(Piece(closes[head == h], self.off[h]))
            pieces += self.moves(table, steps, rows, head[filament] == h, h, a)
        self.place = (int(steps[-1, 0]), int(steps[-1, 1]))
        return page(pieces, int(rows[-1]) + 1)

    def moves(
        self, table: Moves, steps: Integers, rows: Integers, mine: NDArray[np.bool_], head: int, begin: int
    ) -> Iterator[Piece]:
        """Lines of the moves of one head, kind by kind."""
        d = self.w.dialect
        speed = speeds(self.w.path, table, begin)
        for kind in range(UP + 1):
            chosen = np.flatnonzero((table.kinds == kind) & mine)
            if not len(chosen):
                continue
            columns: dict[str, Bytes | str] = {"feed": feed(d, float(speed[chosen[0]]))}
            template = d.travel if kind == OVER else d.travel_z if kind in _VERTICAL else d.dry_move or d.print_move
            if kind == PRINT:
                template = d.piston_move if self.w.piston else d.print_move
            if kind == PRINT and self.w.piston:
                columns |= self.amounts(table, chosen, head)
            for place, name in enumerate("xyz"):
                if f"{{{name}}}" in template:
                    column = fixed_point(steps[chosen, place], d.decimals)
                    columns[name] = self.safe_text if kind == OVER and name == "z" else column
            yield Piece(rows[chosen], filled(template, columns, len(chosen)))

    def amounts(self, table: Moves, chosen: Integers, head: int) -> dict[str, Bytes | str]:
        """What the piston presses on each move: steps between rounded sums, so that nothing is lost."""
        decimals = self.w.dialect.piston_decimals
        way = (table.points[chosen] - table.points[chosen - 1]) * 1e-9
        sums = self.pressed[head] + np.cumsum(np.sqrt((way**2).sum(axis=1)))
        total = np.rint(np.append(self.pressed[head], sums) * (self.w.amounts[head] * 10.0**decimals)).astype(np.int64)
        self.pressed[head] = float(sums[-1])
        total += self.before.setdefault(head, self.total.get(self.w.heads[head].tool, 0))
        self.total[self.w.heads[head].tool] = int(total[-1])
        text = {"e": fixed_point(np.diff(total), decimals), "e_total": fixed_point(total[1:], decimals)}
        return {**text, "axis": axis(self.w, head)}

    def marks(self, a: int, b: int, table: Moves, steps: Integers) -> list[tuple[int, Bytes]]:
        """Lines before some filaments: marks of layers, the lamp after a layer, changes of head."""
        layer, head = self.w.path.layer_of, self.head_of
        found = []
        for k in range(a, b):
            lines: list[str] = []
            new_layer = layer[k] != (layer[k - 1] if k else 0)
            if new_layer:
                lines += cured(self.w) if k and layer[k - 1] else []
                lines += layer_mark(self.w, int(layer[k]), int(steps[table.first[k - a] + 1, 2]))
            if k and head[k] != head[k - 1]:
                heads = self.w.heads
                last = steps[table.first[k - a] - 1, :2].tolist() if k > a else self.place
                lines += head_change(self.w, heads[head[k - 1]], heads[head[k]], (int(last[0]), int(last[1])))
            if lines:
                found.append((k - a, block(lines)))
        return found


def _after(table: Moves) -> Integers:
    """Moves of each filament behind the closing of its valve, shape (F,)."""
    found: Integers = np.bincount(table.filament[table.kinds >= COAST], minlength=len(table.first))
    return found
