"""What can go wrong, as data: every error says what, where, what was given and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Problem:
    """One fault in what the user gave.

    Parameters
    ----------
    what : the fault in a few words, e.g. ``"unknown key"``
    where : file and key, e.g. ``"cell.toml: target.capcity"``
    given : what stands there, None where nothing does
    allowed : what may stand there
    nearest : the nearest valid name
    """

    what: str
    where: str
    given: str | None = None
    allowed: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}"]
        if self.given is not None:
            parts.append(f"given {self.given}")
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.nearest:
            parts.append(f"did you mean {self.nearest!r}?")
        return "; ".join(parts)


class FabplanError(Exception):
    """Base of all errors that fabplan raises on purpose."""

    exit_code = 70


class BadInput(FabplanError):
    """The request cannot be understood; holds all its problems at once."""

    exit_code = 2

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("\n".join(str(p) for p in self.problems))


class Infeasible(FabplanError):
    """The request is understood but cannot be met.

    Parameters
    ----------
    reasons : what binds, one sentence each
    changes : changes that would meet the target, one sentence each
    reachable : best values that were reached, e.g. ``{"capacity_Ah": 1.4e-5}``
    """

    exit_code = 1

    def __init__(
        self,
        reasons: Sequence[str],
        changes: Sequence[str] = (),
        reachable: dict[str, float] | None = None,
    ):
        self.reasons = tuple(reasons)
        self.changes = tuple(changes)
        self.reachable = dict(reachable or {})
        super().__init__("\n".join([*self.reasons, *self.changes]))


class CannotWrite(FabplanError):
    """The output folder cannot be written; nothing was changed."""

    exit_code = 2


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Nearest valid name to a mistyped one, None if nothing is near."""
    names = list(valid)
    by_folded = {n.casefold(): n for n in reversed(names)}
    found = get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def listed(valid: Iterable[str], most: int = 12) -> str:
    """Valid names as a short sentence part."""
    names = sorted(valid)
    rest = f", … ({len(names)} in all)" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
