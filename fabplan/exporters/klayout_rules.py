"""The rules of the masks as a deck for KLayout's DRC engine, and as data for ``fabplan verify``.

Run it as a program of its own: ``klayout -b -r NAME.drc -rd input=NAME.gds -rd report=NAME.lyrdb``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from fabplan.exporters._names import file_name
from fabplan.layout.drc import Rule, RuleSet
from fabplan.planner.plan import Plan

DESCRIPTION = "rules of the masks: deck for KLayout (masks/*.drc) and data (masks/rules.json)"
SCHEMA = "fabplan/mask-rules/1"
MICRON = 1e6


def export(plan: Plan) -> dict[str, bytes]:
    """``masks/<name>.drc`` and ``masks/rules.json``; nothing when no step needs a mask."""
    if not plan.masks or not plan.rules.rules:
        return {}
    name = file_name(plan.name)
    document = {"schema": SCHEMA, "file": f"{name}.gds", **as_data(plan.rules)}
    text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    return {f"masks/{name}.drc": deck(plan.rules, name).encode("ascii"), "masks/rules.json": text.encode()}


def as_data(rules: RuleSet) -> dict[str, object]:
    """Layers by name and rules as plain data, SI."""
    return {
        "layers": {name: [list(pair) for pair in pairs] for name, pairs in rules.layers.items()},
        "rules": [{key: value for key, value in vars(rule).items()} for rule in rules.rules],
    }


def deck(rules: RuleSet, name: str) -> str:
    """A deck for KLayout's DRC engine (DRC Reference of KLayout 0.28 and later)."""
    return "\n".join([*_head(name), *_layers(rules), *(line for rule in rules.rules for line in _rule(rule)), ""])


def _head(name: str) -> Iterator[str]:
    yield f"# Design rules of {name}, written by fabplan."
    yield f"# klayout -b -r {name}.drc -rd input={name}.gds -rd report={name}.lyrdb"
    yield f'source($input || "{name}.gds")'
    yield f'report("{name}", $report || "{name}.lyrdb")'
    yield "flat"


def _layers(rules: RuleSet) -> Iterator[str]:
    named = {name for rule in rules.rules for name in (rule.layer, rule.other) if name}
    for name, pairs in rules.layers.items():
        if name in named:
            yield f"{variable(name)} = " + " + ".join(f"input({layer}, {datatype})" for layer, datatype in pairs)


def variable(name: str) -> str:
    """A local variable of Ruby for a layer's name."""
    return "l_" + re.sub(r"[^a-z0-9]+", "_", name.lower())


def plain(text: str) -> str:
    """Text that cannot leave a Ruby string: no quotes, no ``#{}``, no backslash, ASCII."""
    return re.sub(r"[^A-Za-z0-9 ._,:()+-]", "_", text)


def _rule(rule: Rule) -> Iterator[str]:
    one, other, size = variable(rule.layer), variable(rule.other), f"{rule.value * MICRON:.3f}.um"
    square = f"{rule.value * MICRON**2:.6f}.um2"
    check = {
        "width": f"{one}.width({size})",
        "space": f"{one}.space({size})",
        "notch": f"{one}.notch({size})",
        "separation": f"{one}.separation({other}, {size})",
        "enclosure": f"{one}.enclosing({other}, {size})",
        "overlap": f"{one}.overlap({other}, {size})",
        "opening": f"({one}.enclosing({other}.holes, {size}).polygons + ({other}.holes - {one}))",
        "apart": f"({one} & {other})",
        "inside": f"({one} - {other})",
        "area": f"{one}.with_area(0, {square})",
        "hole-area": f"{one}.holes.with_area(0, {square})",
        "grid": f"{one}.ongrid({size})",
        # KLayout's polygons run clockwise: a corner turns to the right by 180 degrees less its inside angle
        "angle": f"{one}.merged.corners(-180.0 .. {rule.value - 180.0:g})",
        "density": f"{one}.without_density({rule.value:g} .. {rule.most:g}, tile_size({rule.window * MICRON:.3f}.um))",
    }[rule.kind]
    limit = f", at least {size.removesuffix('.um')} um" if rule.value and rule.kind not in ("angle", "density") else ""
    said = plain(rule.name)
    told = " (warning)" if rule.severity == "warning" else ""
    yield f'{check}.output("{said}", "{said}{limit}{told}")'
