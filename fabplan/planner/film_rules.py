"""Process rules about films that are too thin or too thick: gold that dewets, coats that cost resistance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fabplan import units
from fabplan.catalog.types import Material
from fabplan.findings import Finding
from fabplan.methods.base import value
from fabplan.planner.plan import Step
from fabplan.planner.route import Route

GOLD = "au"
THIN_GOLD = 200e-9  # m; thinner gold dewets near 600 degC (bench practice, trap 6)
DEWETS = 773.15  # K; from 500 degC on thin gold is watched (judgement)
COAT = "protection"
THICK_COAT = 2e-9  # m; coats of unknown conductivity: 1 to 2 nm (trap 8)
COAT_RESISTANCE = 1e-3  # ohm m²; 10 ohm cm²: as much as a whole thin-film cell has (judgement)


def check(route: Route, steps: Sequence[Step], materials: Mapping[str, Material]) -> tuple[Finding, ...]:
    """All findings of these rules."""
    return (*gold(route, steps), *coats(route, steps, materials))


def gold(route: Route, steps: Sequence[Step]) -> tuple[Finding, ...]:
    """Thin gold in a hot furnace draws back into islands; whatever survives is measured afterwards."""
    found: list[Finding] = []
    standing: list[Step] = []
    for step in steps:
        if step.temperature_max is not None and step.temperature_max >= DEWETS - 1e-6:
            found += [_dewets(step, film, _gold_alone(route, film)) for film in standing if _thin(route, film)]
        if step.material == GOLD:
            standing.append(step)
    return tuple(found)


def _thin(route: Route, film: Step) -> bool:
    alone = _gold_alone(route, film)
    return alone is None or alone < THIN_GOLD * (1 - 1e-9)


def _gold_alone(route: Route, film: Step) -> float | None:
    """Thickness of the gold without its adhesion layer [m]."""
    whole = value(film.recipe.thickness) if film.work.thickness is None else film.work.thickness
    choice = route.choices.get(film.role)
    adhesion = getattr(choice.settings, "adhesion", None) if choice else None
    return None if whole is None else whole - (value(getattr(adhesion, "thickness", None)) or 0.0)


def _dewets(step: Step, film: Step, thick: float | None) -> Finding:
    shown = "of unknown thickness" if thick is None else f"of {units.show(thick, 'length')}"
    hot = units.show(step.temperature_max, "temperature")
    text = (
        f"step {step.number} ({step.title}) heats gold {shown} (step {film.number}) to {hot}: "
        "below 200 nm it draws back into islands"
    )
    change = "at least 200 nm of gold and its sheet resistance measured afterwards, or Pt/Ti"
    return Finding("gold-thin", "warning", step.id, text, thick, THIN_GOLD, "m", change)


def coats(route: Route, steps: Sequence[Step], materials: Mapping[str, Material]) -> tuple[Finding, ...]:
    """Coats that a recipe lays on its electrode: thickness over conductivity, per area of the true interface."""
    found: list[Finding] = []
    made: set[str] = set()
    for step in steps:
        if step.material:
            made.add(step.role)
        kinds = (materials[m] for m in step.recipe.materials if m in materials)
        coat = next((m for m in kinds if COAT in m.kinds), None)
        if coat is not None and not step.material and step.role in made & {"anode", "cathode"}:
            found += _coat(step, coat)
    return tuple(found)


def _coat(step: Step, coat: Material) -> Iterator[Finding]:
    thick = step.work.thickness
    conducts = value(coat.electrolyte.conductivity) if coat.electrolyte else None
    if thick is None:
        return
    name = f"{coat.name} of {units.show(thick, 'length')} (step {step.number}) on the {step.role}"
    cost = thick / conducts if conducts else None
    if cost is not None and cost > COAT_RESISTANCE:
        text = f"{name} costs {cost * 1e4:.3g} ohm cm2 of the true interface (low confidence)"
        change = "a coat of 1 to 2 nm, or none"
        yield Finding("coat-resistance", "warning", step.id, text, cost, COAT_RESISTANCE, "ohm*m2", change)
    elif cost is None and thick > THICK_COAT * (1 + 1e-9):
        text = f"{name}: nobody knows how it conducts lithium; coats are 1 to 2 nm thick"
        change = "a coat of 1 to 2 nm, or its measured conductivity in a catalog overlay"
        yield Finding("coat-resistance", "warning", step.id, text, thick, THICK_COAT, "m", change)
