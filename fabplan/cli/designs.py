"""``fabplan estimate --vary``: a grid of sizes over one cell, streamed to a table."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fabplan import files
from fabplan.cli import cells_source
from fabplan.cli.common import Common
from fabplan.cli.output import say, say_json, table, tell, tell_labelled
from fabplan.errors import BadInput, CannotWrite, Problem

if TYPE_CHECKING:
    from fabplan.estimate.constants import Array
    from fabplan.estimate.sweep import Axis, Block

PER_METRE = ("film-coaxial", "interdigital")  # kinds that answer per length of their fingers or rods
DEFAULT_RATES = (0.1, 1.0, 10.0)
BEST = 10
STEPS = 200  # of a size in a plot


class _Seen:
    """What is kept of the blocks that went by: how many, how many flagged, the best, the most of each size."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.designs = self.flagged = 0
        self.best: list[tuple[float, tuple[float, ...], float]] = []
        self.axes = axes
        self.most: list[dict[float, float]] = [{} for _ in axes]

    def add(self, block: Block, place: int) -> None:
        """Take a block; ``place`` is that of the rate that ranks."""
        self.designs += len(block.sizes)
        self.flagged += int((block.trusted == 0).sum())
        capacity, volts = block.capacity[:, place] / 3600.0, block.mean_voltage[:, place]
        order = (-capacity * volts).argsort(kind="stable")[:BEST].tolist()
        self.best += [
            (float(capacity[row]), tuple(block.sizes[row].tolist()), float(volts[row])) for row in order
        ]
        self.best = sorted(self.best, key=lambda entry: (-entry[0] * entry[2], entry[1]))[:BEST]
        self._reached(block.sizes, capacity * volts)

    def _reached(self, sizes: Array, energy: Array) -> None:
        """The most energy of each value of each size; long axes in some hundred steps."""
        import numpy as np  # loaded already

        for column, (axis, most) in enumerate(zip(self.axes, self.most, strict=True)):
            step = max((axis.high - axis.low) / min(max(axis.count - 1, 1), STEPS), 1e-30)
            places = np.rint((sizes[:, column] - axis.low) / step).astype(int)
            peak = np.full(int(places.max(initial=0)) + 1, -np.inf)
            np.maximum.at(peak, places, np.where(np.isfinite(energy), energy, -np.inf))
            for place in np.flatnonzero(np.isfinite(peak)).tolist():
                value = axis.low + place * step
                most[value] = max(most.get(value, -np.inf), float(peak[place]))


def refuse(others: Sequence[tuple[str, bool]]) -> None:
    """Options that a grid does not answer are refused, not dropped.

    Parameters
    ----------
    others : their names, and whether they were given
    """
    problems = [
        Problem("a grid of designs answers discharges by the closed form only", name, None, "left out with --vary")
        for name, given in others
        if given
    ]
    if problems:
        raise BadInput(problems)


def scan(
    common: Common, source: str, vary: Sequence[str], rates: Sequence[float] | None, output: str | None, force: bool
) -> int:
    """The command: every design of the grid to a .csv file, the best ones to the screen."""
    from fabplan.estimate import sweep  # numpy: loaded when it is asked for, not for --help
    from fabplan.estimate.cells import read_cells
    from fabplan.estimate.variants import Base

    _check(output, force)
    found = [sweep.typed(text) for text in vary]
    axes = [axis for axis in found if not isinstance(axis, Problem)]
    problems = [problem for problem in found if isinstance(problem, Problem)]
    if problems:
        raise BadInput(problems)
    document, _ = cells_source.cells_document(source, common)
    template = read_cells(document, Path(source).name)
    if len(template.ids) != 1:
        raise BadInput(Problem("--vary needs one cell", f"{Path(source).name}: cells", str(len(template.ids)), "1"))
    asked = tuple(rates) if rates is not None else (template.c_rates[0] or DEFAULT_RATES)
    sweep.checked(template, axes, asked)
    seen, begin, middle = _Seen(axes), time.perf_counter(), len(asked) // 2

    table_wanted = output is not None and output.endswith(".csv")

    def parts() -> Iterator[bytes]:
        yield sweep.header(template, axes, asked)
        for block in sweep.swept(template, Base.of(document), axes, asked, cells_source.bar("designs")):
            seen.add(block, middle)
            yield sweep.lines(block) if table_wanted else b""

    if table_wanted:
        files.write_file(str(output), parts(), replace=True)
    else:
        for _ in parts():
            pass
    if output is not None:
        if not table_wanted:
            files.write_file(output, _page(seen, template.ids[0], asked[middle], template.kinds[0]), replace=True)
        tell(f"written to {output}")
    seconds = time.perf_counter() - begin
    if common.as_json:
        say_json(_document(seen, axes, asked, middle, seconds))
    else:
        _show(seen, axes, asked, middle, seconds, template.kinds[0])
    return 0


def _check(output: str | None, force: bool) -> None:
    if output is None:
        return
    if not output.endswith((".csv", ".html")):
        allowed = "a name that ends in .csv (every design) or .html (a page of the best ones)"
        raise BadInput(Problem("designs are written as a table or a page", "-o", output[:60], allowed))
    if Path(output).exists() and not force:
        raise CannotWrite(f"{output}: exists; choose another name, or --force to replace it")


def _page(seen: _Seen, name: str, rate: float, kind: str) -> bytes:
    """The best designs and what each size can reach, as one page."""
    from fabplan.exporters._designs_page import Designs, Envelope, page  # jinja2: only when a page is written

    per = "m" if kind in PER_METRE else "m2"
    spans = {axis.key: (axis.low, axis.high, axis.count) for axis in seen.axes}
    best = [(sizes, capacity, volts) for capacity, sizes, volts in seen.best]
    reached = [
        Envelope(axis.key, sorted(most), [most[value] for value in sorted(most)])
        for axis, most in zip(seen.axes, seen.most, strict=True)
    ]
    return page(Designs(name, seen.designs, seen.flagged, rate, per, spans, best, reached))


def _document(
    seen: _Seen, axes: Sequence[Axis], rates: Sequence[float], middle: int, seconds: float
) -> dict[str, Any]:
    return {
        "schema": "fabplan/designs/1",
        "designs": seen.designs,
        "c_rates": list(rates),
        "evaluations_per_s": seen.designs * len(rates) / max(seconds, 1e-9),
        "flagged_discharges": seen.flagged,
        "best_by_energy": [
            {**{axis.key: size for axis, size in zip(axes, sizes, strict=True)}, "c_rate": rates[middle],
             "capacity_Ah": capacity, "mean_voltage_V": volts}
            for capacity, sizes, volts in seen.best
        ],
    }  # fmt: skip


def _show(
    seen: _Seen, axes: Sequence[Axis], rates: Sequence[float], middle: int, seconds: float, kind: str
) -> None:
    factor, unit = (1e3, "uAh/mm") if kind in PER_METRE else (100.0, "uAh/cm2")
    rows = [
        (*(f"{size:.4g}" for size in sizes), f"{capacity * factor:.4g} {unit}", f"{volts:.3f} V")
        for capacity, sizes, volts in seen.best
    ]
    say(f"{seen.designs} designs at {len(rates)} rates; the best by energy at {rates[middle]:g}C (fast tier):")
    table((*(axis.key for axis in axes), "capacity", "mean"), rows)
    tell(f"{seen.designs * len(rates) / max(seconds, 1e-9):.3g} evaluations a second, writing included")
    if seen.flagged:
        text = f"{seen.flagged} of {seen.designs * len(rates)} discharges are flagged: the closed form may be far off"
        tell_labelled("warning", text)
