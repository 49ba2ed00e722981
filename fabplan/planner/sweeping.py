"""Drop patterns of jetted layers, passes of sprayed ones, and lines of the laser: from recipe to toolpath."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fabplan.catalog.loader import Catalog
from fabplan.catalog.types import Machine
from fabplan.errors import BadInput
from fabplan.findings import Finding, Severity
from fabplan.geometry.body import Body
from fabplan.geometry.region import NANOMETRE, Box, area, joined, nanometres
from fabplan.layout.drops import DropPattern, drop_findings, drop_pattern
from fabplan.layout.jets import drop_path
from fabplan.layout.raster import jet_path, scribe_path, spray_path
from fabplan.layout.swathes import swathe_path
from fabplan.layout.types import Toolpath
from fabplan.methods.base import Sweep, Work, value
from fabplan.planner.printing import ink_of
from fabplan.planner.route import Choice, Route, method_of


def patterns(route: Route, catalog: Catalog, bodies: Sequence[Body]) -> tuple[dict[str, DropPattern], list[Finding]]:
    """One drop pattern for every jetted role, and what is to be said about it."""
    made: dict[str, DropPattern] = {}
    found: list[Finding] = []
    for role, choice, own in _made_by(route, bodies, "drops"):
        name, pitch = f"{choice.recipe.method}-{role.replace('_', '-')}", value(choice.settings.pitch)
        if not pitch:
            text = "the pitch of the drops is not known: no pattern is drawn"
            found.append(Finding("drop-spacing", "warning", name, text, change="print a ladder of spacings"))
            continue
        ink = ink_of(catalog, choice)
        drop, angle = (
            _known(value(getattr(choice.settings, key)), value(getattr(ink, key)) if ink else None)
            for key in ("drop", "contact_angle")
        )
        step = nanometres(pitch)
        pattern = drop_pattern(joined([body.region for body in own]), (step, step), name)
        made[role] = _on_head(pattern, choice, own)
        found += _off_lines(made[role], choice)
        if made[role].nozzles > 1:
            made[role], told = _with_swathes(made[role], choice, own, route.machine)
            found += told
        found += drop_findings(made[role], drop, angle)
    return made, found


def sweeps(
    route: Route, catalog: Catalog, bodies: Sequence[Body], box: Box,
    drops: Mapping[str, DropPattern] = MappingProxyType({}),
) -> tuple[dict[tuple[str, str], Toolpath], list[Finding]]:
    """Toolpaths of sprayed, of laser-scribed and of jetted roles: (role, method) -> path; ``drops`` by role."""
    made: dict[tuple[str, str], Toolpath] = {}
    found: list[Finding] = []
    for role, choice, own in (*_made_by(route, bodies, "raster"), *_made_by(route, bodies, "drops")):
        if choice.recipe.patterned_by == "drops" and role not in drops:
            continue  # without a pattern, which is said, there is no way of a nozzle
        recipes = [choice.recipe, *(catalog.recipes[i] for i in choice.recipe.after if i in catalog.recipes)]
        for recipe in recipes:
            module, settings = method_of(recipe, f"recipes/{recipe.id}.toml")
            if not hasattr(module, "sweep"):
                continue
            name = f"{recipe.method}-{role.replace('_', '-')}"
            sweep = module.sweep(settings, _work(own))
            if sweep is None or route.machine is None or recipe.method not in route.machine.methods:
                text = "set points are not known" if sweep is None else "no machine of the catalog runs it"
                change = "the pictures and the table of drops are for transcription" if sweep and role in drops else ""
                found.append(Finding("sweep-program", "warning", name, f"no program is written: {text}", change=change))
                continue
            try:
                made[(role, recipe.method)] = _swept(own, box, sweep, route.machine, name, drops.get(role))
            except BadInput as fault:
                told = [(p.what, p.allowed or "") for p in fault.problems]
                worst: Severity = "warning" if sweep.process == "jet" else "error"  # its pictures are there in any case
                found += [Finding("sweep-program", worst, name, what, change=change) for what, change in told]
    return made, found


def _on_head(pattern: DropPattern, choice: Choice, own: Sequence[Body]) -> DropPattern:
    """The pattern with how often, in how many passes and with how many nozzles it is printed."""
    settings = choice.settings
    apart, line = value(settings.nozzle_pitch), pattern.spacing[1] * NANOMETRE
    return dataclasses.replace(
        pattern,
        layers=choice.method.layers(settings, _work(own)) or 1,
        passes=round(value(settings.passes) or 1),
        nozzles=round(value(settings.nozzles) or 1) if apart else 1,
        nozzle_pitch=max(1, round(apart / line)) if apart else 1,
    )


def _off_lines(pattern: DropPattern, choice: Choice) -> list[Finding]:
    """Nozzles that stand between the lines of the pattern, or whose distance nobody knows."""
    given, apart = round(value(choice.settings.nozzles) or 1), value(choice.settings.nozzle_pitch)
    if given > 1 and not apart:
        text = f"the distance of the {given} nozzles is not known: the pattern is split for one"
        return [Finding("nozzle-pitch", "warning", pattern.name, text, change="nozzle_pitch in a recipe of your own")]
    line = pattern.spacing[1] * NANOMETRE
    off = abs((apart or 0.0) - pattern.nozzle_pitch * line) * (pattern.nozzles - 1)
    if pattern.nozzles == 1 or off <= NANOMETRE:
        return []
    text = (
        f"nozzles {(apart or 0.0) * 1e6:.6g} um apart do not stand on lines {line * 1e6:.6g} um apart: the last one "
        f"misses its line by {off * 1e6:.4g} um"
    )
    exact = (apart or 0.0) / pattern.nozzle_pitch
    change = f"a pitch of {exact * 1e6:.6g} um, or a head turned until its nozzles stand on the lines"
    return [Finding("nozzle-pitch", "warning", pattern.name, text, off, 0.0, "m", change)]


def _with_swathes(
    pattern: DropPattern, choice: Choice, own: Sequence[Body], machine: Machine | None
) -> tuple[DropPattern, list[Finding]]:
    """The pattern with the moves of the axes under its head, where machine and set points are known."""
    sweep = choice.method.sweep(choice.settings, _work(own)) if hasattr(choice.method, "sweep") else None
    if sweep is None or machine is None or choice.recipe.method not in machine.methods:
        return pattern, []
    try:
        path = swathe_path(pattern, sweep, machine, min(body.bottom or 0.0 for body in own))
    except BadInput as fault:
        return pattern, [
            Finding("sweep-program", "warning", pattern.name, f"no moves of swathes: {p.what}", change=p.allowed or "")
            for p in fault.problems
        ]
    return dataclasses.replace(pattern, swathes=path), []


def _swept(
    own: Sequence[Body], box: Box, sweep: Sweep, machine: Machine, name: str, drops: DropPattern | None
) -> Toolpath:
    region, foot = joined([body.region for body in own]), min(body.bottom or 0.0 for body in own)
    if sweep.process == "jet" and drops is not None:
        return drop_path(drops, sweep, machine, name, foot)
    if sweep.process == "spray":
        return (spray_path if sweep.masked else jet_path)(region, sweep, machine, name, foot)
    return scribe_path(region, box, sweep, machine, name, foot + max(body.thickness for body in own))


def _made_by(route: Route, bodies: Sequence[Body], patterned_by: str) -> list[tuple[str, Choice, list[Body]]]:
    """Roles that get their outline in that way, with their bodies."""
    found = []
    for operation in route.operations:
        choice = route.choices.get(operation.role)
        own = [b for b in bodies if b.made_by == operation.role and b.region]
        if choice is not None and choice.recipe.patterned_by == patterned_by and own:
            found.append((operation.role, choice, own))
    return found


def _work(own: Sequence[Body]) -> Work:
    return Work(thickness=max(b.thickness for b in own), area=sum(area(b.region) for b in own))


def _known(*values: float | None) -> float | None:
    return next((v for v in values if v is not None), None)

