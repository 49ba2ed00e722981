"""Plans of shipped specs, made once a session."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from fabplan.catalog.loader import Catalog, load
from fabplan.planner import run
from fabplan.planner.plan import Plan

#: cells of the review whose material nobody has stated a potential of: refused, with that reason
WITHOUT_POTENTIAL = ("reported-82-ni-phosphide", "reported-86-sn-si")


@cache
def catalog() -> Catalog:
    return load()


@cache
def shipped_plan(name: str) -> Plan:
    return run.plan(name, {}, (), catalog())


def planned(spec: str | None = None, *sets: str, **options: Any) -> Plan:
    return run.plan(spec, options, sets, catalog())


def values(plan: Plan) -> Mapping[str, float]:
    return {name: parameter.value for name, parameter in plan.parameters.items()}
