"""The order of the plates: what a mask shop asks for, plate by plate, for people and for programs.

Facts that a shop needs and a layout file does not hold: which layers make the plate and for which operation, what a
drawn shape means, the side from which the data are seen, the critical dimension and where to measure it, the
revision and the digests of the files that belong to it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from fabplan import rendering
from fabplan.exporters import _show, dxf, flat_plates, gerber, panel, plates, plot, wafer
from fabplan.exporters._csv import table
from fabplan.exporters._names import file_name
from fabplan.exporters.plan_json import revision
from fabplan.geometry.region import NANOMETRE, bounds, corners, count
from fabplan.layout.masks import FILMS, film_is_dark
from fabplan.layout.types import Mask
from fabplan.planner.plan import Plan

DESCRIPTION = "order form of the plates and places to measure (masks/order.md, order.json, measure.csv)"
HEADER = ("plate", "name", "site", "width_m", "x_m", "y_m", "measured_along", "measured_m")
#: set points of screens and stencils that their maker must know
MADE_OF = (
    "Pitch of the mesh", "Diameter of the thread", "Thickness of the mesh", "Thickness of the emulsion",
    "Thickness of the foil",
)  # fmt: skip
READING = {
    "photomask": "right reading, chrome down (wrong reading, chrome up): seen through the glass onto the substrate",
    "shadow-mask": "as seen from the side that faces away from the substrate",
    "screen": "as seen from the squeegee side",
    "stencil": "as seen from the squeegee side",
}


def export(plan: Plan) -> dict[str, bytes]:
    """Order form, the same as JSON, and the list of places to measure; nothing when no step needs a mask."""
    if not plan.masks:
        return {}
    orders = [_order(plan, mask) for mask in plan.masks]
    digests = _digests(plan)
    document = {
        "schema": "fabplan/mask-order/1",
        "name": plan.name,
        "revision": revision(plan),
        "revision_on_plates": _letter(plan),
        "panel": _panel(plan),
        "unit": "1 nm grid, coordinates as in the GDSII file",
        "plates": orders,
        "files": digests,
    }
    page = rendering.render(
        "masks/order.md", name=file_name(plan.name), revision=revision(plan), plates=orders, files=digests,
        version=plan.fabplan_version, show=_show, letter=_letter(plan), panel=_panel(plan), wafer=plan.wafer,
    )  # fmt: skip
    return {
        "masks/order.md": page.encode(),
        "masks/order.json": (json.dumps(document, indent=1, allow_nan=False) + "\n").encode(),
        "masks/measure.csv": table(HEADER, _sites(plan)),
    }


def _letter(plan: Plan) -> str | None:
    """Revision that is drawn on the plates; None where no labels are drawn."""
    labelled = any(monitor.kind == "label" for monitor in plan.monitors)
    return str(plan.spec.get("masks", {}).get("revision", "A")) if labelled else None


def _panel(plan: Plan) -> dict[str, Any] | None:
    """Sheet, border, cells and street of the panel [m]."""
    one = plan.panel
    if one is None:
        return None
    return {
        "size_m": [one.width * NANOMETRE, one.height * NANOMETRE],
        "border_m": one.border * NANOMETRE,
        "street_m": one.street * NANOMETRE,
        "columns": one.cells.columns,
        "rows": one.cells.rows,
        "first_cell_m": [one.x * NANOMETRE, one.y * NANOMETRE],
        "monitors_shifted_by_m": [v * NANOMETRE for v in one.tests_shift] if one.tests else None,
        "step_m": [one.cells.step_x * NANOMETRE, one.cells.step_y * NANOMETRE],
    }


def _order(plan: Plan, mask: Mask) -> dict[str, Any]:
    x0, y0, x1, y1 = bounds(mask.region)
    number = {layer.name: f"{layer.layer}/{layer.datatype}" for layer in plan.layers}
    steps = {step.number: step.title for step in plan.steps}
    return {
        "number": mask.number,
        "name": mask.name,
        "kind": mask.kind,
        "layers": [{"name": name, "pair": number[name]} for name in mask.layers],
        "operation": " OR ".join(number[name] for name in mask.layers),
        "bias_m": mask.bias,
        "bias_source": mask.bias_source,
        "bias_confidence": mask.bias_confidence or None,
        "designed_dimension_m": mask.designed_dimension,
        "made_of": _made_of(plan, mask),
        "tone": mask.tone,
        "reading": READING[mask.kind],
        "film": _film(mask),
        "critical_dimension_m": mask.critical_dimension,
        "smallest_dimension_m": mask.smallest_dimension,
        "measure_at_m": [[site.x, site.y] for site in mask.sites],
        "shapes": count(mask.region),
        "box_m": [v * NANOMETRE for v in (x0, y0, x1, y1)],
        "steps": [{"number": n, "title": steps.get(n, "")} for n in mask.steps],
        "plate_size": None,
        "plate_material": None,
        "existing": None if mask.existing is None else dataclasses.asdict(mask.existing),
    }


def _made_of(plan: Plan, mask: Mask) -> list[dict[str, Any]]:
    """Mesh, thread, emulsion or foil that the process rests on; empty for what has none of them."""
    points = [point for step in plan.steps if step.number in mask.steps for point in step.set_points]
    return [
        {"name": point.name, "value_m": point.value, "shown": point.shown, "source": point.source}
        for point in points
        if point.unit == "m" and point.name.startswith(MADE_OF)
    ]


def _film(mask: Mask) -> str | None:
    """What is black on the film of a plate or screen; None for foils, which are cut."""
    if mask.kind not in FILMS:
        return None
    what = "black, the drawn shapes clear" if film_is_dark(mask) else "drawn shapes black, all else clear"
    where = "in film/, 1:1" if corners(mask.region) <= plot.MOST_CORNERS else "too many shapes for PDF: plot the Gerber"
    return f"{what}; right reading seen from above; {where}"


def _digests(plan: Plan) -> dict[str, str]:
    """SHA-256 of every file that carries the plates."""
    whole = {path: data for path, data in wafer.export(plan).items() if path.endswith((".gds", ".oas"))}
    made = [exporter.export(plan) for exporter in (plates, dxf, gerber, plot, flat_plates, panel)]
    files = {path: data for found in (*made, whole) for path, data in found.items()}
    return {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())}


def _sites(plan: Plan) -> list[tuple[str | float | int | None, ...]]:
    return [
        (mask.number, mask.name, place, site.width, site.x, site.y, site.across, None)
        for mask in plan.masks
        for place, site in enumerate(mask.sites, 1)
    ]
