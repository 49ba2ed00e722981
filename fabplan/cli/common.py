"""What all commands share: the global options, which may stand before or after the command's name."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fabplan import plugins

if TYPE_CHECKING:
    from fabplan.catalog.loader import Catalog

CATALOG_VARIABLE = "FABPLAN_CATALOG"
Function = Callable[..., Any]


@dataclass(frozen=True)
class Common:
    """The global options of one call.

    Parameters
    ----------
    as_json : print one JSON document
    catalogs : folders of the user, the first wins
    """

    as_json: bool
    catalogs: tuple[Path, ...]

    def catalog(self) -> Catalog:
        """The catalog with the user's folders laid over it."""
        # Reading the catalog needs the record types: not before a command asks for it.
        from fabplan.catalog.loader import load

        return load(self.catalogs)


def global_options(function: Function) -> Function:
    """Options that the group and every command take."""
    options = [
        click.option("--catalog", "catalogs", multiple=True, metavar="DIR", help="Your records over the shipped ones."),
        click.option("--no-plugins", is_flag=True, help="Use nothing that other packages bring."),
        click.option("--debug", is_flag=True, help="Show the traceback of an error."),
    ]
    return functools.reduce(lambda found, option: option(found), reversed(options), function)


def common_options(function: Function) -> Function:
    """``--json`` and the global options; the command gets them as one ``common`` argument."""

    @global_options
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
    @click.pass_context
    @functools.wraps(function)
    def wrapped(
        ctx: click.Context, /, as_json: bool, catalogs: tuple[str, ...], no_plugins: bool, debug: bool, **rest: Any
    ) -> Any:
        above = ctx.obj or {}
        if no_plugins or above.get("no_plugins"):
            # The environment reaches every look-up and every child process without a global in fabplan.
            os.environ[plugins.SWITCH] = "1"
        folders = [*catalogs, *above.get("catalogs", ()), *os.environ.get(CATALOG_VARIABLE, "").split(os.pathsep)]
        return function(common=Common(as_json, tuple(Path(folder) for folder in folders if folder)), **rest)

    return wrapped
