"""The page of ``fabplan estimate -o FOLDER``: discharge curves, capacity over rate, Ragone points, every number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fabplan import __version__, rendering
from fabplan.estimate.curves import Curve as Discharge
from fabplan.exporters import _estimate_answers as answers
from fabplan.exporters._page import PAGE_SCRIPTS, page_scripts
from fabplan.exporters._page_origins import of_estimate
from fabplan.exporters._plots import Curve, Plot, plot

_MOST_CURVES, _MOST_ROWS = 8, 400
_SHORT = 0.2  # of the longest curve: a shorter one is drawn by itself, too
_BY_ITSELF = "Voltage over the share of the capacity that each rate delivers: short discharges are seen as well."
_AREA, _LENGTH = ("µAh/cm²", 100.0), ("µAh/mm", 1e3)  # of Ah/m2 and Ah/m


@dataclass(frozen=True)
class _Plotted:
    """A plot with its words."""

    title: str
    description: str
    plot: Plot


def page(title: str, document: Mapping[str, Any], curves: Sequence[Discharge]) -> bytes:
    """The page of a ``fabplan/estimates/1`` document.

    Parameters
    ----------
    curves : discharges to draw; the first eight are
    """
    results, questions = document["results"], document.get("questions", ())
    drawn = document.get("intervals")
    rows = [_row(result, drawn[place] if drawn else None) for place, result in enumerate(results[:_MOST_ROWS])]
    plots = _plots(results, curves, questions, drawn)
    return rendering.render(
        "estimate/page.html",
        title=title,
        cells=list(dict.fromkeys(result["id"] for result in results)),
        rows=rows,
        intervals=bool(drawn),
        more=max(0, len(results) - _MOST_ROWS),
        plots=plots,
        chart_data={plotted.title: plotted.plot.data for plotted in plots},
        pulses=answers.pulses(questions),
        charges=answers.charges(questions),
        others=answers.others(questions),
        resistances=answers.resistances(document.get("resistances", ())),
        sure=answers.sure(document.get("uncertainty", ())),
        refused=document.get("refused", ()),
        origins=of_estimate(document),
        version=__version__,
        masks=None,  # the style of the report asks for them
        **page_scripts(PAGE_SCRIPTS),
    ).encode()


def _unit(result: Mapping[str, Any]) -> tuple[str, float, str]:
    """Unit of a capacity, its factor, its key."""
    if "capacity_Ah_m2" in result:
        return (*_AREA, "capacity_Ah_m2")
    return (*_LENGTH, "capacity_Ah_m")


def _row(result: Mapping[str, Any], drawn: Mapping[str, Any] | None) -> dict[str, Any]:
    unit, factor, key = _unit(result)
    return {
        "id": result["id"],
        "rate": f"{result['c_rate']:g}",
        "capacity": f"{result[key] * factor:.4g} {unit}",
        "ends": _interval(drawn, factor) if drawn else ("", ""),
        "voltage": f"{result['mean_voltage_V']:.3f} V" if result[key] > 0.0 else "delivers nothing",
        "depletion": f"{result['salt_depletion']:.2g}",
        "tier": result["tier"],
        "doubt": result["doubt"],
    }


def _interval(drawn: Mapping[str, Any], factor: float) -> tuple[str, str]:
    """5 and 95 % points; an interval of no width says that no draw moved it."""
    low, high = (next((value for key, value in drawn.items() if f"_{end}_" in key), None) for end in ("low", "high"))
    if low is None or high is None:
        return "not drawn", ""
    if high - low <= answers.NARROW * abs(high):
        return "not moved", "by any draw"
    return f"{low * factor:.4g}", f"{high * factor:.4g}"


def _plots(
    results: Sequence[Mapping[str, Any]],
    curves: Sequence[Discharge],
    questions: Sequence[Mapping[str, Any]],
    intervals: Sequence[Mapping[str, Any]] | None,
) -> list[_Plotted]:
    unit, factor, key = _unit(results[0])
    same = [result for result in results if key in result]
    names = {result["id"] for result in same}
    alone = len(names) == 1
    drawn = [curve for curve in curves if curve.id in names][:_MOST_CURVES]
    lines = [
        Curve(
            f"{c.c_rate:.3g}C" if alone else f"{c.id} {c.c_rate:.3g}C",
            (c.capacity * factor).tolist(),
            c.voltage.tolist(),
        )
        for c in drawn
    ]
    over_rate = []
    for name in sorted(names)[:_MOST_CURVES]:
        mine = sorted((r["c_rate"], r[key] * factor) for r in same if r["id"] == name)
        over_rate.append(Curve(name, [rate for rate, _ in mine], [value for _, value in mine], marks=True))
    if alone and intervals:
        over_rate += _ends(intervals, key, factor)
    ragone = [
        Curve(
            found["id"],
            [point["power_W"] for point in found["ragone"] if point["energy_Wh"] > 0.0],
            [point["energy_Wh"] for point in found["ragone"] if point["energy_Wh"] > 0.0],
            marks=True,
        )
        for found in list(questions)[:_MOST_CURVES]
        if found.get("ragone")
    ]
    per = "m²" if key.endswith("m2") else "m"
    wanted = [
        ("Discharge", "Voltage over delivered capacity.", plot(lines, f"capacity / {unit}", "voltage / V")),
        ("Discharge, each rate by itself", _BY_ITSELF, plot(_shares(lines), "share / %", "voltage / V")),
        ("Capacity over rate", "Capacity that each rate delivers.", _by_rate(over_rate, unit)),
        (
            "Ragone",
            "Energy over power at constant power.",
            plot(ragone, f"power / W/{per}", f"energy / Wh/{per}", log=True),
        ),
    ]
    return [_Plotted(title, words, made) for title, words, made in wanted if made is not None]


def _shares(lines: Sequence[Curve]) -> list[Curve]:
    """The curves over the share of their own capacity, where one would be too short to be seen beside the others."""
    ends = [max(line.x, default=0.0) for line in lines]
    if not ends or not min(ends) < _SHORT * max(ends):
        return []
    return [
        replace(line, x=[100.0 * x / end for x in line.x]) for line, end in zip(lines, ends, strict=True) if end > 0.0
    ]


def _ends(intervals: Sequence[Mapping[str, Any]], key: str, factor: float) -> list[Curve]:
    """5 and 95 % points of the capacity over the rate."""
    found = []
    for end, name in (("low", "5 %"), ("high", "95 %")):
        own = key.replace("capacity_", f"capacity_{end}_")
        points = sorted((one["c_rate"], one[own] * factor) for one in intervals if own in one)
        found.append(Curve(name, [rate for rate, _ in points], [value for _, value in points]))
    return found


def _by_rate(curves: Sequence[Curve], unit: str) -> Plot | None:
    """Only where there is more than one rate; logarithmic where all can be shown so."""
    shown = [curve for curve in curves if len(curve.x) > 1]
    log = all(value > 0.0 for curve in shown[:1] for value in (*curve.x, *curve.y))
    return plot(shown, "C-rate / 1/h", f"capacity / {unit}", log=log) if shown else None
