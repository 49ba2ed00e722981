"""Layer list for thickness controllers (quartz crystal): what to deposit, how thick, how fast."""

from __future__ import annotations

from fabplan.exporters import _csv
from fabplan.exporters._controller_points import (
    CALIBRATE,
    FOLDER,
    USE,
    Written,
    point,
    rate_to_set,
    remark,
    rounded,
    scaled,
    table,
)
from fabplan.methods.base import SetPoint
from fabplan.planner.plan import Plan, Step

METHODS = ("sputter", "co-sputter", "evaporation")
COLUMNS = (
    "layer", "step", "material", "thickness_kA", "rate_A_s", "density_g_cm3", "z_ratio", "tooling_percent", "source",
    "confidence", "remark", "use",
)  # fmt: skip
KILOANGSTROM, ANGSTROM = 1e-7, 1e-10  # [m]

Row = tuple[_csv.Cell, ...]


def write(plan: Plan) -> list[Written]:
    """The one list of all layers in the order of the flow; none without such a step."""
    rows: list[Row] = []
    for step in plan.steps:
        if step.method in METHODS:
            for row in layers(plan, step):
                rows.append((len(rows) + 1, *row, USE))
    if not rows:
        return []
    left = sum(CALIBRATE in str(row[10]) for row in rows)
    told = "thickness 1 kA = 100 nm, rate in angstrom/s; acoustic ratio and tooling factor belong to your tool"
    content = table(COLUMNS, rows)
    return [Written(f"{FOLDER}/layers.csv", content, "layer list of a thickness controller", told, left)]


def layers(plan: Plan, step: Step) -> list[Row]:
    """Adhesion metal and layer of one step."""
    below, rows = point(step, "adhesion.thickness"), []
    if below is not None:
        metal = step.recipe.settings.get("adhesion", {}).get("material", "")
        rows.append(_row(step, str(metal), below.value, point(step, "adhesion.rate"), None))
    settings = step.recipe.settings
    name = str(settings.get("target") or settings.get("source_material") or step.material)
    material = next((m for m in plan.materials.values() if m.id == step.material), None)
    # The record of a stack (Pt on Ti) has no density that a crystal could use.
    density = material.density.value if material and material.density and below is None else None
    rows.append(_row(step, name, _main(step, below), rate_to_set(step), density))
    return rows


def _main(step: Step, below: SetPoint | None) -> float | None:
    """Thickness of the layer alone [m]; that of the step holds the adhesion metal as well."""
    if step.work.thickness is None or (below is not None and below.value is None):
        return None
    return step.work.thickness - ((below.value or 0.0) if below else 0.0)


def _row(step: Step, material: str, thickness: float | None, rate: SetPoint | None, density: float | None) -> Row:
    thick = None if thickness is None else rounded(thickness / KILOANGSTROM)
    grams = None if density is None else rounded(density / 1e3)
    said = remark(rate)
    if CALIBRATE not in said and (thick is None or grams is None):
        said = "; ".join(part for part in (f"{CALIBRATE} thickness and density left empty", said) if part)
    origin = (rate.source, rate.confidence) if rate else ("", "")
    return (step.id, material, thick, scaled(rate, 1.0 / ANGSTROM), grams, None, None, *origin, said)
