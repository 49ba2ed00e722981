"""Is the catalog sound? Names that must exist, numbers that must fit each other.

Reading a record has already checked keys, units and ranges of its own; here records meet.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from fabplan.catalog.check_numbers import error, of_device, of_material, of_quantities, of_recipe, of_table
from fabplan.catalog.check_tools import of_facility
from fabplan.catalog.loader import RECORDS, Catalog
from fabplan.catalog.types import Recipe
from fabplan.errors import listed, nearest
from fabplan.findings import Finding, ordered


def check(
    catalog: Catalog, methods: Collection[str] | None = None, faulty: Mapping[tuple[str, str], Any] | None = None
) -> tuple[Finding, ...]:
    """Everything that is wrong between the records of a whole catalog.

    Parameters
    ----------
    catalog : with all kinds loaded
    methods : ids of the processes that fabplan knows; None leaves them unchecked
    faulty : (kind, id) of records with faults → what could be read of them: their names count as known, and the
        names, circles and ranges in them are looked at too
    """
    whole = with_faulty(catalog, faulty or {})
    found = [
        *_sources(catalog),
        *_names(whole, methods),
        *_circles(whole.recipes),
        *(f for kind in RECORDS for record in whole.records(kind).values() for f in of_quantities(kind, record)),
        *(f for material in catalog.materials.values() for f in of_material(material, catalog.ocp)),
        *(f for table in catalog.ocp.values() for f in of_table(table)),
        *(f for recipe in catalog.recipes.values() for f in of_recipe(recipe)),
        *(f for facility in catalog.facilities.values() for f in of_facility(facility)),
        *(f for device in catalog.devices.values() for f in of_device(device)),
    ]
    return ordered(found)


def with_faulty(catalog: Catalog, faulty: Mapping[tuple[str, str], Any]) -> Catalog:
    """The catalog with what could be read of faulty records in it: for messages, never to plan with."""
    added: dict[str, dict[str, Any]] = {}
    for (kind, name), record in faulty.items():
        added.setdefault(kind, dict(catalog.records(kind)))[name] = record
    changed: dict[str, Any] = {kind: MappingProxyType(records) for kind, records in added.items()}
    return dataclasses.replace(catalog, **changed)


def _sources(catalog: Catalog) -> Iterator[Finding]:
    """No record without source."""
    for kind in RECORDS:
        for record in catalog.records(kind).values():
            if not record.source.strip():
                place, change = f"{kind}/{record.id}", 'Add source = "...".'
                yield error("record-without-source", place, "The record names no source.", change)


def _names(catalog: Catalog, methods: Collection[str] | None) -> Iterator[Finding]:
    """Every id that a record names exists."""
    valid: dict[str, Collection[str]] = {kind: catalog.records(kind) for kind in (*RECORDS, "ocp")}
    if methods is not None:
        valid["methods"] = methods
    for where, kind, name in _references(catalog):
        if name and kind in valid and name not in valid[kind]:
            near = nearest(name, valid[kind])
            change = f"Did you mean {near!r}?" if near else f"Known: {listed(valid[kind])}."
            yield error("unknown-name", where, f"{name!r} is not among the {kind}.", change)


def _references(catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Where a name stands, of which kind it must be, the name."""
    for material in catalog.materials.values():
        place = f"materials/{material.id}"
        if material.electrode:
            yield f"{place}: electrode.ocp", "ocp", material.electrode.ocp
        for limit in material.temperature_limits:
            yield f"{place}: temperature_limits.touching", "materials", limit.touching
        for contact in material.contacts:
            yield f"{place}: contacts.material", "materials", contact.material
    for recipe in catalog.recipes.values():
        place = f"recipes/{recipe.id}"
        yield f"{place}: method", "methods", recipe.method
        for key, kind in (("materials", "materials"), ("before", "recipes"), ("after", "recipes")):
            for name in getattr(recipe, key):
                yield f"{place}: {key}", kind, name
    for machine in catalog.machines.values():
        yield f"machines/{machine.id}: dialect", "dialects", machine.dialect
        for name in machine.methods:
            yield f"machines/{machine.id}: methods", "methods", name
    for ink in catalog.inks.values():
        yield f"inks/{ink.id}: material", "materials", ink.material
        for name in ink.methods:
            yield f"inks/{ink.id}: methods", "methods", name
    for facility in catalog.facilities.values():
        for key in ("methods", "machines"):
            for name in getattr(facility, key):
                yield f"facilities/{facility.id}: {key}", key, name
        for number, tool in enumerate(facility.tools):
            for key in ("methods", "recipes"):
                for name in getattr(tool, key):
                    yield f"facilities/{facility.id}: tools[{number}].{key}", key, name
    for device in catalog.devices.values():
        for key in ("anode", "cathode", "electrolyte"):
            yield f"devices/{device.id}: {key}", "materials", getattr(device, key)


def _circles(recipes: Mapping[str, Recipe]) -> Iterator[Finding]:
    """A recipe that needs itself, by way of others."""
    for recipe in recipes.values():
        for key in ("before", "after"):
            seen: set[str] = set()
            waiting = list(getattr(recipe, key))
            while waiting:
                name = waiting.pop()
                if name not in seen and name in recipes:
                    seen.add(name)
                    waiting.extend(getattr(recipes[name], key))
            if recipe.id in seen:
                message = "The recipe needs itself, by way of others."
                yield error("recipe-circle", f"recipes/{recipe.id}: {key}", message)
