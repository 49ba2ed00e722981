"""The page of ``fabplan estimate --vary -o NAME.html``: the best designs, and what each size can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fabplan import __version__, rendering
from fabplan.exporters._page import PAGE_SCRIPTS, page_scripts
from fabplan.exporters._page_origins import of_designs
from fabplan.exporters._plots import Curve, Plot, plot

_MICRO = 1e6


@dataclass(frozen=True)
class Envelope:
    """One size: its values, and the most energy of all designs that have it [both SI].

    Parameters
    ----------
    key : of the cells file, e.g. ``"gap_m"``
    values, best : of equal length; values that no design has are left out
    """

    key: str
    values: Sequence[float]
    best: Sequence[float]


@dataclass(frozen=True)
class Designs:
    """What is shown of a grid.

    Parameters
    ----------
    name : of the cell that varies
    count, flagged : designs, and discharges that the closed form may miss
    rate : C-rate that ranks them
    per : what capacity and energy are counted per, ``"m"`` or ``"m2"``
    axes : key -> lowest and highest value and how many
    best : sizes in the order of the axes, charge [Ah per m or m2], mean voltage [V]; the best first
    envelopes : one an axis
    """

    name: str
    count: int
    flagged: int
    rate: float
    per: str
    axes: Mapping[str, tuple[float, float, int]]
    best: Sequence[tuple[Sequence[float], float, float]]
    envelopes: Sequence[Envelope]


def page(found: Designs) -> bytes:
    """One self-contained page."""
    plots = [(label(e.key), made) for e in found.envelopes if (made := _envelope(e, found.per)) is not None]
    charge, energy = units_of(found.per)
    rows = [
        ([_size(key, value) for key, value in zip(found.axes, sizes, strict=True)], _charge(found.per, capacity),
         f"{volts:.4g}", _charge(found.per, capacity * volts))
        for sizes, capacity, volts in found.best
    ]  # fmt: skip
    return rendering.render(
        "compare/designs.html",
        found=found,
        rate=f"{found.rate:g}C",
        heads=[label(key) for key in found.axes],
        spans=[(label(key), _size(key, low), _size(key, high), n) for key, (low, high, n) in found.axes.items()],
        rows=rows,
        plots=plots,
        charge=charge,
        energy=energy,
        chart_data={title: made.data for title, made in plots},
        origins=of_designs(found.name, found.flagged),
        version=__version__,
        masks=None,  # the style of the report asks for them
        **page_scripts(PAGE_SCRIPTS),
    ).encode()


def units_of(per: str) -> tuple[str, str]:
    """Units in which charge and energy are shown."""
    return ("µAh/mm", "µWh/mm") if per == "m" else ("µAh/cm²", "µWh/cm²")


def _charge(per: str, value: float) -> str:
    """Ah or Wh per m or m² in the units of `units_of`."""
    return f"{value * (1e3 if per == 'm' else 100.0):.4g}"


def label(key: str) -> str:
    """``"gap_m"`` as ``"gap / µm"``."""
    return f"{key.removesuffix('_m').replace('_', ' ')} / µm" if key.endswith("_m") else key


def _size(key: str, value: float) -> str:
    return f"{value * _MICRO if key.endswith('_m') else value:.4g}"


def _envelope(entry: Envelope, per: str) -> Plot | None:
    scale = _MICRO if entry.key.endswith("_m") else 1.0
    up = 1e3 if per == "m" else 100.0
    curve = Curve("best design", [v * scale for v in entry.values], [e * up for e in entry.best], marks=False)
    return plot([curve], label(entry.key), f"energy / {units_of(per)[1]}", zero=False)
