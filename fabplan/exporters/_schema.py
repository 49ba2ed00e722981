"""JSON schemas of the spec and of the catalog's records, made from their types, so that editors complete them.

Draft 7, in the part of it that editors of TOML understand. A schema accepts at least what fabplan accepts in form;
units, ranges and names of the catalog are checked when the file is read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from fabplan import plugins, records
from fabplan.catalog.loader import RECORDS, Catalog
from fabplan.exporters._starter import meanings
from fabplan.layout.wafer import SECONDARY
from fabplan.planner import spec
from fabplan.planner.given import PLATE_KEYS

DRAFT = "http://json-schema.org/draft-07/schema#"
SINGULAR = {
    "material": "materials", "recipe": "recipes", "machine": "machines", "facility": "facilities",
    "dialect": "dialects", "device": "devices", "ink": "inks", "profile": "profiles",
}  # fmt: skip
KINDS = ("spec", *SINGULAR)
Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
_VALUE: Schema = {"type": ["string", "number"]}
_AMOUNTS = {"target": ("capacity", "energy", "run_time"), "cell": ("height_max",)}


def schema(kind: str, catalog: Catalog) -> Schema:
    """Schema of the TOML files of one of `KINDS`; names of the catalog are offered, others are not refused."""
    body = _spec(catalog) if kind == "spec" else _record(RECORDS[SINGULAR[kind]])
    return {"$schema": DRAFT, "title": f"fabplan {kind}", **body, "definitions": {"quantity": _quantity()}}


def _quantity() -> Schema:
    table = {
        "value": {**_VALUE, "description": 'number with unit, "3.6 g/cm3", or "unknown"'},
        "source": {**TEXT, "description": "who says so"},
        "confidence": {"type": "string", "enum": list(records.CONFIDENCES)},
        "note": TEXT,
        "range": {"type": "array", "items": _VALUE, "minItems": 2, "maxItems": 2},
    }
    return {"anyOf": [_VALUE, {"type": "object", "properties": table, "additionalProperties": False}]}


def _record(cls: type) -> Schema:
    """A record; one that extends another may leave out everything."""
    body = _table(cls)
    required = body.pop("required", [])
    body["properties"]["extends"] = {**TEXT, "description": "id of the record that this one changes"}
    return {**body, "anyOf": [{"required": required}, {"required": ["extends"]}]}


def _table(cls: type) -> Schema:
    fields = [f for f in dataclasses.fields(cls) if f.metadata.get("kind")]
    properties = {f.name: _field(f.metadata) for f in fields}
    properties.setdefault("source", {**TEXT, "description": "who says so, for values without their own source"})
    properties["confidence"] = {"type": "string", "enum": list(records.CONFIDENCES)}
    bare = (dataclasses.MISSING, dataclasses.MISSING)
    required = [f.name for f in fields if (f.default, f.default_factory) == bare]
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": required}


def _field(meta: Mapping[str, Any]) -> Schema:
    described = {"description": _description(meta)}
    choices = {"enum": list(meta["choices"])} if meta.get("choices") else {}
    kind = meta["kind"]
    if kind == "quantity":
        return {"$ref": "#/definitions/quantity", **described}
    if kind in ("table", "tables"):
        table = _table(meta["cls"])
        return {**described, **(table if kind == "table" else {"type": "array", "items": table})}
    if kind == "whole":
        return {"type": "integer", "minimum": meta["low"], "maximum": meta["high"], **described}
    if kind == "mapping":
        return {"type": "object", **described, **({} if meta["of"] == "raw" else {"additionalProperties": TEXT})}
    if kind == "texts":
        return {"type": "array", "items": {**TEXT, **choices}, **described}
    return {"type": "boolean" if kind == "flag" else "string", **choices, **described}


def _description(meta: Mapping[str, Any]) -> str:
    dimension = f" [{meta['dimension'].replace('_', ' ')}]" if meta.get("dimension") else ""
    return f"{meta.get('meaning', '')}{dimension}"


def _spec(catalog: Catalog) -> Schema:
    tables = {name: _section(name, keys, catalog) for name, keys in spec.KEYS.items()}
    plain = {name: TEXT for name in spec.PLAIN} | {
        "compare": {"type": "array", "items": _offered(catalog.devices)},
        "starting_point": {"type": "boolean"},
    }
    return {"type": "object", "properties": {**plain, **tables}, "additionalProperties": False}


def _section(name: str, keys: tuple[str, ...] | None, catalog: Catalog) -> Schema:
    if keys is None:
        return {"type": "object", "additionalProperties": _VALUE if name == "parameters" else TEXT}
    said = meanings().get(name, {})
    properties = {
        key: {**({"description": said[key][0]} if key in said else {}), **_key(name, key, catalog)} for key in keys
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _key(table: str, key: str, catalog: Catalog) -> Schema:
    if key in _AMOUNTS.get(table, ()):
        return {**TEXT, "description": "number with unit"}
    special: dict[tuple[str, str], Schema] = {
        ("target", "rate"): {**_VALUE, "description": 'C-rate, "1C" or "C/5"'},
        ("target", "margin"): _VALUE,
        ("target", "n_p_ratio"): _VALUE,
        ("target", "load"): _load(catalog),
        ("target", "objective"): {"type": "string", "enum": list(spec.OBJECTIVES)},
        ("footprint", "size"): {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}]},
        ("footprint", "terminals"): {},
        ("footprint", "layer"): {},
        ("footprint", "keep_outs"): {},
        ("cell", "architecture"): _offered(plugins.names("architectures")),
        ("machine", "name"): _offered(catalog.machines),
        ("machine", "dialect"): _offered(catalog.dialects),
        ("facility", "name"): _offered(catalog.facilities),
        ("flow", "time"): _VALUE,
        ("flow", "money"): _VALUE,
        ("flow", "risk"): _VALUE,
        ("flow", "reflow"): {"type": "boolean"},
        ("flow", "allow_uncalibrated"): {"type": "boolean"},
        ("masks", "profile"): _offered(catalog.profiles),
        ("masks", "tests"): {"type": "boolean"},
        ("masks", "flat"): {"type": "boolean"},
        ("given", "masks"): _given(),
        ("wafer", "silicon"): {"type": "string", "enum": ["", *SECONDARY]},
        ("wafer", "test_dies"): {"type": "integer", "minimum": 0},
        ("wafer", "half_cells"): {"type": "integer", "minimum": 0},
        ("wafer", "coupons"): {"type": "integer", "minimum": 0},
    }
    if (table, key) in special:
        return special[table, key]
    return _offered(catalog.materials) if table == "cell" and key not in spec.VARIANTS else TEXT


def _given() -> Schema:
    """Plates that exist."""
    texts: Schema = {"type": "array", "items": TEXT}
    table = {key: TEXT for key in ("file", "label", "line")} | {"plate": _VALUE, "layers": texts, "move": texts}
    keys = {key: table[key] for key in PLATE_KEYS}
    entry = {"type": "object", "properties": keys, "additionalProperties": False, "required": ["plate"]}
    return {"type": "array", "items": entry}


def _load(catalog: Catalog) -> Schema:
    """A load of the catalog, a file, or the load itself."""
    carried = [name for name, load in catalog.loads.items() if load.sleep or load.pulses]
    return {"anyOf": [*_offered(carried)["anyOf"], _table(RECORDS["loads"])]}


def _offered(names: Iterable[str]) -> Schema:
    """These names for completion, and any other one: aliases and the user's own records."""
    return {"anyOf": [{"type": "string", "enum": sorted(names)}, TEXT]}
