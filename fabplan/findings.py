"""Findings: what a rule has to say about a plan. Data, collected, never raised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]
ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Finding:
    """What one rule says.

    Parameters
    ----------
    rule : id of the rule, kebab-case, e.g. ``"minimum-gap"``
    severity : an error means that nothing is exported
    where : body, step, layer or key that is meant
    message : one sentence for a person, with numbers and units
    measured, allowed : in SI unit ``unit``; None where the rule has no number
    unit : SI unit of both, ``""`` for pure numbers
    change : what would mend it, one sentence, ``""`` if nothing would
    """

    rule: str
    severity: Severity
    where: str
    message: str
    measured: float | None = None
    allowed: float | None = None
    unit: str = ""
    change: str = ""


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that forbid an export."""
    return tuple(f for f in findings if f.severity == "error")


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then infos; ties by rule, place and text; each once."""
    return tuple(
        sorted(dict.fromkeys(findings), key=lambda f: (ORDER[f.severity], f.rule, f.where, f.message))
    )
