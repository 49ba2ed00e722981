"""The layer map of a foreign layout: which layer is what, and the rules to check; a TOML file.

::

    [layers.anode]
    layer = "1/0"            # or several; a DXF layer's name; "gerber"
    net = "anode"
    material = "lto"
    recipe = "ink-lto-printed"   # optional: how it was made
    bottom = "0 um"
    thickness = "10 um"

    [[rules]]
    kind = "separation"
    layer = "anode"
    other = "cathode"
    value = "5 um"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from fabplan import units
from fabplan.errors import BadInput, Problem, listed, nearest
from fabplan.geometry.body import ROLES
from fabplan.layout.drc import Kind, Rule
from fabplan.readers.toml import read_toml

LAYER_KEYS = ("layer", "net", "role", "material", "recipe", "bottom", "thickness")
RULE_KEYS = ("kind", "layer", "other", "value", "most", "window")
CELL_KEYS = ("electrolyte", "cut_off", "rates", "lid_height")
TABLES = ("layers", "rules", "unit", "cell")
KINDS = get_args(Kind)
#: kinds of rules that compare two layers
TWO = ("separation", "enclosure", "overlap", "opening", "apart", "inside")
NO_VALUE = ("apart", "inside")
DIMENSION = {"area": "area", "hole-area": "area", "angle": "number", "density": "number"}
MOST_LAYERS = 256


@dataclass(frozen=True)
class MappedLayer:
    """One layer of the map; lengths [m], None where not given."""

    name: str
    sources: tuple[str, ...]
    net: str | None
    role: str
    material: str
    recipe: str
    bottom: float
    thickness: float | None


@dataclass(frozen=True)
class LayerMap:
    """All of the map.

    Parameters
    ----------
    unit : of a DXF file that does not say its own, None when not given
    cell : electrolyte and the like, for the estimate; as given
    """

    layers: tuple[MappedLayer, ...]
    rules: tuple[Rule, ...]
    unit: str | None
    cell: Mapping[str, Any]


def read_layer_map(path: Path) -> LayerMap:
    """The map, with all its faults at once.

    Raises
    ------
    BadInput : it cannot be read, unknown keys, wrong dimensions, rules about layers that it does not name
    """
    where, problems = path.name, list[Problem]()
    given = read_toml(path, where)
    _known(given, TABLES, where, problems)
    tables = _tables(given, where, problems)
    layers = tuple(_layer(name, table, f"{where}: layers.{name}", problems) for name, table in tables.items())
    rules = _rules(given.get("rules", []), {layer.name for layer in layers}, where, problems)
    unit, cell = given.get("unit"), given.get("cell", {})
    if unit is not None and not isinstance(unit, str):
        problems.append(Problem("not a unit", f"{where}: unit", repr(unit)[:40], '"um"'))
    if not isinstance(cell, dict):
        problems.append(Problem("not a table", f"{where}: cell", repr(cell)[:40]))
    else:
        _known(cell, CELL_KEYS, f"{where}: cell", problems)
    if problems:
        raise BadInput(problems)
    return LayerMap(layers, rules, unit, cell)


def _tables(given: Mapping[str, Any], where: str, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    layers = given.get("layers")
    if not isinstance(layers, dict) or not layers or len(layers) > MOST_LAYERS:
        problems.append(Problem("no layers", f"{where}: layers", None, '[layers.anode] with layer = "1/0"'))
        return {}
    return {name: table if isinstance(table, dict) else {"layer": table} for name, table in layers.items()}


def _layer(name: str, table: Mapping[str, Any], where: str, problems: list[Problem]) -> MappedLayer:
    _known(table, LAYER_KEYS, where, problems)
    sources = table.get("layer", [])
    sources = [sources] if isinstance(sources, str) else sources
    if not isinstance(sources, list) or not sources or not all(isinstance(entry, str) for entry in sources):
        problems.append(Problem("no layer of the file", f"{where}.layer", repr(sources)[:40], '"1/0", or a list'))
        sources = []
    net = _word(table, "net", ("anode", "cathode"), where, problems)
    role = _word(table, "role", ROLES, where, problems) or net or "insulator"
    texts = {key: table.get(key, "") for key in ("material", "recipe")}
    for key, text in texts.items():
        if not isinstance(text, str):
            problems.append(Problem("not a name", f"{where}.{key}", repr(text)[:40]))
    bottom = _length(table.get("bottom", "0 um"), f"{where}.bottom", problems)
    thickness = _length(table["thickness"], f"{where}.thickness", problems) if "thickness" in table else None
    material, recipe = str(texts["material"]), str(texts["recipe"])
    return MappedLayer(name, tuple(sources), net, role, material, recipe, bottom or 0.0, thickness)


def _word(
    table: Mapping[str, Any], key: str, choices: tuple[str, ...], where: str, problems: list[Problem]
) -> str | None:
    given = table.get(key)
    if given is None or given in choices:
        return given
    near = nearest(given, choices) if isinstance(given, str) else None
    problems.append(Problem(f"unknown {key}", f"{where}.{key}", repr(given)[:40], listed(choices), near))
    return None


def _rules(given: Any, names: set[str], where: str, problems: list[Problem]) -> tuple[Rule, ...]:
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        problems.append(Problem("not a list of tables", f"{where}: rules", repr(given)[:40], "[[rules]]"))
        return ()
    found = [_rule(entry, names, f"{where}: rules[{number}]", problems) for number, entry in enumerate(given)]
    return tuple(rule for rule in found if rule is not None)


def _rule(entry: Mapping[str, Any], names: set[str], where: str, problems: list[Problem]) -> Rule | None:
    before = len(problems)
    _known(entry, RULE_KEYS, where, problems)
    kind = _word(entry, "kind", KINDS, where, problems)
    if kind is None:
        if "kind" not in entry:
            problems.append(Problem("a key is missing", f"{where}.kind", None, listed(KINDS, 20)))
        return None
    for key in ("layer", "other") if kind in TWO else ("layer",):
        name = entry.get(key)
        if name not in names:
            near = nearest(name, names) if isinstance(name, str) else None
            problems.append(Problem("no such layer", f"{where}.{key}", repr(name)[:40], listed(names), near))
    dimension = DIMENSION.get(kind, "length")
    value = 0.0 if kind in NO_VALUE else _positive(entry.get("value"), dimension, f"{where}.value", problems)
    window = _positive(entry.get("window"), "length", f"{where}.window", problems) if kind == "density" else 0.0
    most = _positive(entry.get("most", "1"), "number", f"{where}.most", problems)
    if len(problems) > before:
        return None
    other = str(entry["other"]) if kind in TWO else ""
    return Rule(kind, str(entry["layer"]), value, other, most, window)  # type: ignore[arg-type]


def _positive(given: Any, dimension: str, where: str, problems: list[Problem]) -> float:
    if given is None:
        problems.append(Problem("a key is missing", where, None, f"a {dimension}"))
        return 0.0
    try:
        value = units.parse(given, dimension, where)
    except BadInput as fault:
        problems.extend(fault.problems)
        return 0.0
    if value <= 0:
        problems.append(Problem("not positive", where, repr(given)[:40]))
    return value


def _length(given: Any, where: str, problems: list[Problem]) -> float | None:
    try:
        return units.parse(given, "length", where)
    except BadInput as fault:
        problems.extend(fault.problems)
        return None


def _known(given: Mapping[str, Any], keys: tuple[str, ...], where: str, problems: list[Problem]) -> None:
    for key in given:
        if key not in keys:
            shown = f"{where}{'.' if ': ' in where else ': '}{key}"
            problems.append(Problem("unknown key", shown, None, listed(keys), nearest(str(key), keys)))
