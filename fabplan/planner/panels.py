"""The table ``[panel]`` of a spec and the panel of a plan: cells side by side on a foil, sheet or screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fabplan import units
from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding
from fabplan.geometry.region import NANOMETRE, Region, bounds, nanometres
from fabplan.layout.marks import Plate, around
from fabplan.layout.masks import on_plate
from fabplan.layout.monitors import LABELS, TESTS
from fabplan.layout.panel import Drawn, Panel, panel, with_marks, with_tests
from fabplan.layout.types import Layer, Mask

KEYS = ("size", "border", "street")
BORDER, STREET = 10e-3, 1e-3  # general practice of screen and stencil printers: room for clamps, and for a knife
LARGEST = 2.0  # metre: GDSII holds 2.147


@dataclass(frozen=True)
class PanelWishes:
    """What the spec asks of a panel; lengths in metres, width 0 for none."""

    width: float = 0.0
    height: float = 0.0
    border: float = BORDER
    street: float = STREET


def panel_wishes(given: Mapping[str, Any], where: str, problems: list[Problem]) -> PanelWishes:
    """The table read; faults are appended."""
    if not given:
        return PanelWishes()
    sides = _sides(given.get("size"), f"{where}.size", problems)
    border, street = (
        _length(given[key], f"{where}.{key}", problems) if key in given else usual
        for key, usual in (("border", BORDER), ("street", STREET))
    )
    return PanelWishes(*sides, border, street) if sides else PanelWishes()


def _sides(given: Any, where: str, problems: list[Problem]) -> tuple[float, float] | None:
    words = given.split("x") if isinstance(given, str) else given if isinstance(given, list) else []
    if len(words) != 2:
        shown = None if given is None else repr(given)[:60]
        problems.append(Problem("not a size", where, shown, 'width x height, e.g. "300 mm x 200 mm"'))
        return None
    before = len(problems)
    wide, high = (_length(word, where, problems) for word in words)
    return (wide, high) if len(problems) == before and wide > 0 and high > 0 else None


def _length(given: Any, where: str, problems: list[Problem]) -> float:
    try:
        value = units.parse(given.strip() if isinstance(given, str) else given, "length", where)
    except BadInput as fault:
        problems.extend(fault.problems)
        return 0.0
    if not 0.0 <= value <= LARGEST:
        problems.append(Problem("out of range", where, repr(given)[:60], "0 to 2 m"))
        return 0.0
    return value


def panel_of(
    layers: Sequence[Layer], masks: Sequence[Mask], plates: Sequence[Plate], wanted: PanelWishes
) -> Panel | None:
    """The panel that the request asks for; None where it asks for none or there are no plates."""
    if not wanted.width or not masks:
        return None
    ends = [layer.region for layer in layers if layer.role == "outline" and layer.region]
    dies = _drawn(layers, masks, once=False)
    box = around(bounds(region) for region in (*(region for _, region in dies), *ends))
    tests = tuple((number, _under(region, box[1])) for number, region in _drawn(layers, masks, once=True))
    size = nanometres(wanted.width), nanometres(wanted.height)
    edge, apart = nanometres(wanted.border), nanometres(wanted.street)
    beside = around(bounds(region) for _, region in tests) if tests else (0, 0, 0, 0)
    fits = beside[2] - beside[0] <= size[0] - 2 * edge
    # half a border more: room for the panel's marks
    below = beside[3] - beside[1] + apart + edge // 2 if tests and fits else 0
    found = replace(panel(size, edge, apart, box, below), dies=dies)
    if not found.cells.count:
        return found
    marked = with_marks(found, plates, masks)
    return with_tests(marked, tests, beside) if tests and fits else marked


def _under(region: Region, y: int) -> Region:
    """Parts below a line: the monitors without the squares at the upper corners of the cell."""
    return Region(tuple(part for part in region.parts if max(corner[1] for corner in part.polygon) <= y))


def _drawn(layers: Sequence[Layer], masks: Sequence[Mask], once: bool) -> Drawn:
    """What every cell of a panel draws, or the monitors and labels that it draws once."""
    named = {layer.name: layer for layer in layers}
    found = []
    for mask in masks:
        own = [named[name].region for name in mask.layers if (named[name].datatype in (TESTS, LABELS)) == once]
        if any(own):
            found.append((mask.number, on_plate(own, mask.bias)))
    return tuple(found)


def panel_findings(found: Panel | None, wanted: PanelWishes, tested: bool = False) -> Iterator[Finding]:
    """``panel-empty``, ``panel-marks``, ``panel-tests``: what finds no place on the panel.

    Parameters
    ----------
    tested : process monitors are drawn
    """
    if found is None:
        if wanted.width:
            yield Finding("panel-empty", "warning", "panel.size", "no step needs a plate: no panel is drawn")
        return
    wide, high = ((found.box[k + 2] - found.box[k]) * NANOMETRE for k in (0, 1))
    if not found.cells.count:
        shown = f"{units.show(wide, 'length')} x {units.show(high, 'length')}"
        text = f"a cell of {shown} with its marks does not fit inside of the panel's border"
        yield Finding("panel-empty", "error", "panel.size", text, 0.0, 1.0, "1", "a larger panel, or a narrower border")
        return
    if not found.marks:
        text = "the border is too narrow for alignment marks of the panel: those of the cells are left"
        yield Finding("panel-marks", "warning", "panel.border", text, change="a wider border")
    if tested and not found.tests:
        text = "process monitors and labels are wider than the panel inside of its border: it has none"
        yield Finding("panel-tests", "warning", "panel.size", text, change="a wider panel")
