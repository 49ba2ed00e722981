"""The rules of a delivery, ``masks/rules.json``, checked on what its design file draws."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding
from fabplan.geometry.region import Region, joined
from fabplan.layout import drc
from fabplan.layout.drc import Checked, Kind, Rule, RuleSet
from fabplan.readers.json_file import read_json

NAME = "rules.json"
SCHEMA = "fabplan/mask-rules/1"
MOST_RULES = 10_000
Drawn = Mapping[tuple[int, int], Region]


def verify_rules(masks: Path, drawn: Drawn) -> tuple[Finding, ...]:
    """What the rules of a delivery find on its design; nothing where it has none."""
    try:
        return drc.findings(checked(masks, drawn))
    except BadInput as fault:
        found = (Finding("masks-unreadable", "error", f"masks/{p.where}", str(p)) for p in fault.problems)
        return tuple(found)


def checked(masks: Path, drawn: Drawn) -> tuple[Checked, ...]:
    """Every rule with its violations; none where the delivery has no rules.

    Raises
    ------
    BadInput : the rules cannot be read
    """
    if not (masks / NAME).is_file():
        return ()
    rules = read_rules(masks / NAME)
    regions = {
        name: joined(drawn[pair] for pair in pairs if pair in drawn) for name, pairs in rules.layers.items()
    }  # fmt: skip
    return drc.check(rules.rules, regions)


def read_rules(path: Path) -> RuleSet:
    """Rules as the exporter writes them.

    Raises
    ------
    BadInput : not readable, not of our schema
    """
    document = read_json(path, where=path.name)
    try:
        if document["schema"] != SCHEMA or len(document["rules"]) > MOST_RULES:
            raise ValueError(f"not {SCHEMA}")
        layers = {str(name): tuple((int(a), int(b)) for a, b in pairs) for name, pairs in document["layers"].items()}
        return RuleSet(layers, tuple(_rule(entry, layers) for entry in document["rules"]))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadInput(Problem("the rules make no sense", path.name, str(fault)[:80])) from fault


def _rule(entry: Mapping[str, Any], layers: Mapping[str, Any]) -> Rule:
    """One rule.

    Raises
    ------
    ValueError, KeyError, TypeError : it makes no sense
    """
    rule = Rule(
        entry["kind"], str(entry["layer"]), float(entry["value"]), str(entry["other"]), float(entry["most"]),
        float(entry["window"]), entry.get("severity", "error"),
    )  # fmt: skip
    named = [name for name in (rule.layer, rule.other) if name]
    known = rule.kind in get_args(Kind) and rule.severity in ("error", "warning")
    if not known or not set(named) <= layers.keys() or not 0 <= rule.value < 10:
        raise ValueError(rule.name)
    return rule
