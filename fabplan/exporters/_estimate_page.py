"""The page of ``fabplan estimate -o FOLDER``: discharge curves, capacity over rate, Ragone points, every number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabplan import __version__, rendering
from fabplan.estimate.curves import Curve as Discharge
from fabplan.exporters._plots import Curve, Plot, plot

_MOST_CURVES, _MOST_ROWS = 8, 400
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
    results = document["results"]
    rows = [_row(result) for result in results[:_MOST_ROWS]]
    return rendering.render(
        "estimate/page.html",
        title=title,
        cells=list(dict.fromkeys(result["id"] for result in results)),
        rows=rows,
        more=max(0, len(results) - _MOST_ROWS),
        plots=_plots(results, curves, document.get("questions", ())),
        refused=document.get("refused", ()),
        version=__version__,
        masks=None,  # the style of the report asks for them
    ).encode()


def _unit(result: Mapping[str, Any]) -> tuple[str, float, str]:
    """Unit of a capacity, its factor, its key."""
    if "capacity_Ah_m2" in result:
        return (*_AREA, "capacity_Ah_m2")
    return (*_LENGTH, "capacity_Ah_m")


def _row(result: Mapping[str, Any]) -> dict[str, Any]:
    unit, factor, key = _unit(result)
    return {
        "id": result["id"],
        "rate": f"{result['c_rate']:g}",
        "capacity": f"{result[key] * factor:.4g} {unit}",
        "voltage": f"{result['mean_voltage_V']:.3f} V",
        "depletion": f"{result['salt_depletion']:.2g}",
        "tier": result["tier"],
        "doubt": result["doubt"],
    }


def _plots(
    results: Sequence[Mapping[str, Any]], curves: Sequence[Discharge], questions: Sequence[Mapping[str, Any]]
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
        ("Capacity over rate", "Capacity that each rate delivers.", _by_rate(over_rate, unit)),
        (
            "Ragone",
            "Energy over power at constant power.",
            plot(ragone, f"power / W/{per}", f"energy / Wh/{per}", log=True),
        ),
    ]
    return [_Plotted(title, words, made) for title, words, made in wanted if made is not None]


def _by_rate(curves: Sequence[Curve], unit: str) -> Plot | None:
    """Only where there is more than one rate; logarithmic where all can be shown so."""
    shown = [curve for curve in curves if len(curve.x) > 1]
    log = all(value > 0.0 for curve in shown for value in (*curve.x, *curve.y))
    return plot(shown, "C-rate / 1/h", f"capacity / {unit}", log=log) if shown else None
