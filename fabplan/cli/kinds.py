"""What can be listed and shown: members of the open sets, records of the catalog, shipped specs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from fabplan import plugins
from fabplan.cli.common import Common
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.geometry.patterns import base as patterns
from fabplan.plugins import Broken
from fabplan.readers.toml import read_toml
from fabplan.records import Quantity
from fabplan.resources import recipes_folder

RECORDS = ("materials", "recipes", "machines", "facilities", "dialects", "devices", "inks", "loads", "profiles")
KINDS = (*plugins.KINDS, *RECORDS, "specs", "patterns")
Entry = dict[str, Any]


def entries(kind: str, common: Common) -> list[Entry]:
    """All of one kind: id and title, more where it helps to choose.

    Raises
    ------
    BadInput : no such kind
    """
    _check_kind(kind)
    if kind in plugins.KINDS:
        return [_plugin_entry(plugin) for plugin in plugins.found(kind)]
    if kind == "patterns":
        return [{"id": name, "title": _title(patterns.load(name))} for name in patterns.names()]
    if kind == "specs":
        return [{"id": name, "title": str(spec.get("description", ""))} for name, spec in _specs().items()]
    return [_record_entry(record) for record in common.catalog().records(kind).values()]


def entry(kind: str, name: str, common: Common) -> Entry:
    """One of a kind with all that is known of it.

    Raises
    ------
    BadInput : no such kind or name
    """
    _check_kind(kind)
    if kind in plugins.KINDS:
        module = plugins.load(kind, name)
        return {"id": name, **_described(module)}
    if kind == "patterns":
        return {"id": name, **_described(patterns.load(name))}
    records: Mapping[str, Any] = _specs() if kind == "specs" else common.catalog().records(kind)
    if kind != "specs":
        # Other names of the same thing are looked up by the catalog's own rule.
        from fabplan.catalog.loader import find

        found = find(records, name, kind)
        return {**plain(found), **_in_words(kind, found)}
    if name not in records:
        raise BadInput(Problem("unknown name", kind, repr(name)[:60], listed(records), nearest(name, records)))
    return {"id": name, **records[name]}


def _in_words(kind: str, record: Any) -> Entry:
    """What a record says only as a whole."""
    # The catalog needs numpy: loaded when a record is shown.
    from fabplan.catalog.tried import tried

    return {"valid_range": tried(record)} if kind == "recipes" else {}


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise BadInput(Problem("unknown kind", "KIND", repr(kind)[:60], listed(KINDS), nearest(kind, KINDS)))


def _specs() -> dict[str, dict[str, Any]]:
    folder = recipes_folder() / "specs"
    return {path.stem: read_toml(path, path.name) for path in sorted(folder.glob("*.toml"))}


def _plugin_entry(plugin: plugins.Plugin) -> Entry:
    module = plugins.loaded(plugin)
    found: Entry = {"id": plugin.name, "origin": plugin.origin}
    if isinstance(module, Broken):
        return {**found, "title": f"cannot be used: {module.reason}", "broken": module.reason}
    return {**found, "title": _title(module)}


def _title(module: ModuleType) -> str:
    text = getattr(module, "TITLE", None) or getattr(module, "DESCRIPTION", None) or module.__doc__ or ""
    return str(text).strip().splitlines()[0] if str(text).strip() else ""


def _record_entry(record: Any) -> Entry:
    found: Entry = {"id": record.id, "title": record.name}
    for key in ("kinds", "method", "materials", "architecture"):
        if getattr(record, key, None):
            found[key] = plain(getattr(record, key))
    return found


def _described(module: ModuleType) -> Entry:
    """Constants of a member that are plain data, and the fields of its parameters or settings."""
    found: Entry = {"title": _title(module), "about": (module.__doc__ or "").strip()}
    for key in ("SUMMARY", "FAMILY", "PATTERN", "VACUUM", "HAZARDS", "REWORK", "ESTIMATOR"):
        if hasattr(module, key):
            found[key.lower()] = plain(getattr(module, key))
    for key in ("Params", "Settings"):
        cls = getattr(module, key, None)
        if cls is not None and dataclasses.is_dataclass(cls):
            found[key.lower()] = {f.name: _field(f.metadata) for f in dataclasses.fields(cls)}
    return found


def _field(metadata: Mapping[str, Any]) -> Entry:
    keys = ("dimension", "meaning", "low", "high", "choices")
    return {key: plain(metadata[key]) for key in keys if metadata.get(key) not in (None, ())}


def plain(value: Any) -> Any:
    """A record as JSON knows it; a quantity with value, unit, source and confidence; what is absent left out."""
    if isinstance(value, Quantity):
        found = {"value": value.value, "unit": value.unit, "shown": str(value), "source": value.source}
        rest = {"confidence": value.confidence, "note": value.note, "low": value.low, "high": value.high}
        return {**found, **{key: entry for key, entry in rest.items() if entry not in (None, "")}}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, plain(getattr(value, f.name))) for f in dataclasses.fields(value))
        return {key: entry for key, entry in pairs if entry not in (None, "", [], {})}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    return value
