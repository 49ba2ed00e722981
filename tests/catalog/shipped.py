"""The shipped catalog, read once for all tests (records are read-only)."""

from __future__ import annotations

from functools import cache

from fabplan.catalog.loader import Catalog, load


@cache
def shipped_catalog() -> Catalog:
    """Everything of ``process_recipes/``."""
    return load()


@cache
def shipped_materials() -> Catalog:
    """Only materials and potential tables, for tests that must not fail for faults elsewhere."""
    return load(kinds=("materials", "ocp"))
