"""Names for the shell: what stands in the folders of records, without reading one of them (a tab must take no time)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from fabplan.resources import recipes_folder

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
_OVERLAYS = "FABPLAN_CATALOG"
_MODULES = ("architectures", "methods")


def names(kind: str, files: bool = False) -> Completer:
    """Completes ids of one kind of record, structure or process.

    Parameters
    ----------
    files : whether a path may stand there too
    """

    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        found = [CompletionItem(name) for name in ids(kind) if name.startswith(begun)]
        return [*found, CompletionItem(begun, type="file")] if files else found

    return complete


def of_kind(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Completes ids of the kind that stands before, as in ``fabplan show materials l``."""
    return [CompletionItem(name) for name in ids(str(context.params.get("kind", ""))) if name.startswith(begun)]


def chosen(*values: str) -> Completer:
    """Completes one of a few words."""

    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        return [CompletionItem(value) for value in values if value.startswith(begun)]

    return complete


def ids(kind: str) -> list[str]:
    """Ids of a kind, sorted; of shipped records and of the overlays named in the environment."""
    if kind in _MODULES:
        folder = Path(__file__).resolve().parents[1] / kind
        found = {p.stem for p in folder.glob("[a-z]*.py")} - {"base"}
        return sorted(name.replace("_", "-") for name in found)
    roots = [recipes_folder(), *(Path(p) for p in os.environ.get(_OVERLAYS, "").split(os.pathsep) if p)]
    return sorted({path.stem for root in roots for path in (root / kind).glob("*.toml")}) if kind.isalpha() else []
