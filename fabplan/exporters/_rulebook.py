"""What every rule checks, what mends its finding and where its limit comes from: the templates' ``rules.toml``."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType

from fabplan.resources import templates_folder

FILE = "rules.toml"
_SOURCES = "sources"  # the table that says where the limits of an area or of one rule come from


@dataclass(frozen=True)
class Rule:
    """One rule.

    Parameters
    ----------
    about : the area it belongs to
    checks, change : what it looks at, and what usually mends its finding
    source : where its limit comes from
    """

    about: str
    checks: str
    change: str
    source: str


@functools.cache
def rules() -> Mapping[str, Rule]:
    """All rules by name, ``*`` for an open part of it."""
    # fabplan's own file: the guards for what users write would take ten times as long
    areas = tomllib.loads((templates_folder() / FILE).read_text(encoding="utf-8"))
    sources = areas.pop(_SOURCES)
    return MappingProxyType({
        name: Rule(area, checks, change, sources.get(name) or sources[area])
        for area, entries in areas.items()
        for name, (checks, change) in entries.items()
    })  # fmt: skip


def rule_of(name: str, every: Mapping[str, Rule]) -> str | None:
    """The entry that a rule's name belongs to; None for rules that others bring."""
    return next((key for key in (name, *every) if key in every and fnmatchcase(name, key)), None)
