"""Files of ``fabplan compare -o FOLDER``: the data, one table, and a page in the manner of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import __version__, rendering
from fabplan.exporters import _csv, _show
from fabplan.exporters._page import PAGE_SCRIPTS, page_scripts
from fabplan.exporters._page_origins import of_comparison
from fabplan.exporters._plots import Curve, Plot, plot
from fabplan.planner.structures import Comparison, Contender

_MICRO = 1e6
FIGURES = (
    "capacity_Ah",
    "energy_Wh",
    "kept_at_rate",
    "power_W",
    "power_c_rate",
    "footprint_use",
    "height_m",
    "dc_resistance_ohm",
    "masks",
    "programs",
    "steps",
    "time_s",
    "steps_of_unknown_time",
    "confidence",
)


@dataclass(frozen=True)
class Axis:
    """A figure as an axis: its factor from SI, and what stands beside it."""

    figure: str
    label: str
    scale: float = 1.0


HEIGHT = Axis("height_m", "height / µm", _MICRO)
TIME = Axis("time_s", "time / h", 1.0 / _show.AMP_HOUR)
USE = Axis("footprint_use", "used share of the footprint / %", 100.0)
RESISTANCE = Axis("dc_resistance_ohm", "resistance / Ω")
STEPS, MASKS = Axis("steps", "steps"), Axis("masks", "plates")


def document(found: Comparison) -> dict[str, Any]:
    """The comparison as data, schema ``fabplan/comparison/1``."""
    return {
        "schema": "fabplan/comparison/1",
        "fabplan_version": __version__,
        "spec": dict(found.spec.raw),
        "set_aside": list(found.set_aside),
        "structures": [
            {
                "start": c.start,
                "architecture": c.architecture,
                "title": c.title,
                "meets_target": c.plan is not None,
                "most_capacity_Ah": None if c.most is None else c.most.capacity / _show.AMP_HOUR,
                "figures": {key: c.figures[key] for key in FIGURES} if c.figures else None,
                "rates": [] if c.plan is None else [dict(entry) for entry in c.plan.estimate["rates"]],
                "reasons": list(c.reasons),
                "remarks": list(c.remarks),
            }
            for c in found.contenders
        ],
    }


def csv(found: Comparison) -> bytes:
    """One line a structure."""
    head = ("start", "architecture", "meets_target", "most_capacity_Ah", *FIGURES, "reasons", "remarks")
    rows = [
        (
            c.start,
            c.architecture,
            "yes" if c.plan is not None else "no",
            None if c.most is None else c.most.capacity / _show.AMP_HOUR,
            *(c.figures.get(key) for key in FIGURES),
            "; ".join(c.reasons),
            "; ".join(c.remarks),
        )
        for c in found.contenders
    ]
    return _csv.table(head, rows)


def page(found: Comparison) -> bytes:
    """One self-contained page: what was asked, the table, plots, and why the others cannot."""
    good = [c for c in found.contenders if c.plan is not None]
    plots = [
        ("Capacity over rate", "Charge that each rate delivers.", _over_rate(good), "estimate"),
        ("Ragone", "Energy over mean power of a whole discharge.", _ragone(good), "estimate"),
        ("Time over height", "What the making takes and how high the cell stands.", _marks(good, HEIGHT, TIME),
         "times"),
        ("Resistance over footprint use", "DC resistance, and the share of the footprint that works.",
         _marks(good, USE, RESISTANCE), "estimate"),
        ("Plates over steps", "Masks and screens, and all steps of the flow.", _marks(good, STEPS, MASKS), "steps"),
    ]  # fmt: skip
    shown = [entry for entry in plots if entry[2] is not None]
    return rendering.render(
        "compare/page.html",
        name=found.spec.name,
        asked=_asked(found),
        rows=[_row(c) for c in good],
        others=[
            (c.start, c.title, [_show.prose(r) for r in (*c.reasons, *c.remarks)], _charge(c))
            for c in found.contenders
            if not c.plan
        ],
        plots=shown,
        chart_data={title: made.data for title, _, made, _ in shown if made is not None},
        set_aside=found.set_aside,
        origins=of_comparison(found),
        version=__version__,
        masks=None,  # the style of the report asks for them
        **page_scripts(PAGE_SCRIPTS),
    ).encode()


def _asked(found: Comparison) -> str:
    target, foot = found.spec.target, found.spec.footprint
    wanted = [_show.text(target.capacity, "charge")] if target.capacity is not None else []
    wanted += [_show.text(target.energy, "energy")] if target.energy is not None else []
    size = f"{_show.text(foot.width, 'length')} × {_show.text(foot.length, 'length')}"
    return f"{' and '.join(wanted)} at {target.c_rate:.3g}C with {_show.percent(target.margin)} margin on {size}"


def _charge(contender: Contender) -> str:
    return "nothing fits" if contender.most is None else _show.text(contender.most.capacity, "charge")


def _row(contender: Contender) -> dict[str, Any]:
    f: dict[str, Any] = dict(contender.figures)
    return {
        "start": contender.start,
        "title": contender.title,
        "capacity": _show.charge(f["capacity_Ah"]),
        "most": _charge(contender),
        "energy": _show.energy(f["energy_Wh"]),
        "kept": _show.percent(f["kept_at_rate"]),
        "power": _show.text(f["power_W"], "power"),
        "use": _show.percent(f["footprint_use"]),
        "height": _show.text(f["height_m"], "length"),
        "resistance": _show.text(f["dc_resistance_ohm"], "resistance"),
        "masks": f["masks"],
        "programs": f["programs"],
        "steps": f["steps"],
        "time": _show.text(f["time_s"], "time"),
        "confidence": f["confidence"],
        "remarks": [_show.prose(r) for r in contender.remarks],
    }


def _over_rate(good: Sequence[Contender]) -> Plot | None:
    curves = []
    for c in good:
        entries = sorted(c.plan.estimate["rates"], key=lambda e: float(e["c_rate"])) if c.plan else []
        curves.append(
            Curve(c.start, [e["c_rate"] for e in entries], [e["capacity_Ah"] * _MICRO for e in entries], marks=True)
        )
    return plot(curves, "C-rate / 1/h", "capacity / µAh", log=True)


def _ragone(good: Sequence[Contender]) -> Plot | None:
    curves = []
    for c in good:
        entries = sorted(c.plan.estimate["rates"], key=lambda e: float(e["c_rate"])) if c.plan else []
        power, energy = ([e[key] * _MICRO for e in entries] for key in ("mean_power_W", "energy_Wh"))
        curves.append(Curve(c.start, power, energy, marks=True))
    return plot(curves, "power / µW", "energy / µWh", log=True)


def _marks(good: Sequence[Contender], across: Axis, up: Axis) -> Plot | None:
    """One mark a structure over two of its figures; None where fewer than two have both: a mark alone says nothing."""
    curves = []
    for c in good:
        x, y = (c.figures[axis.figure] for axis in (across, up))
        if isinstance(x, float | int) and isinstance(y, float | int):
            curves.append(Curve(c.start, [x * across.scale], [y * up.scale], True, False))
    return plot(curves, across.label, up.label, zero=False) if len(curves) > 1 else None
