"""What stands in the open sets: built-in modules by listing their folder, others by entry point.

Nothing is imported to list names, and nothing that fails to load stops anyone else.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from fabplan.errors import BadInput, Problem, listed, nearest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Kind = Literal["architectures", "methods", "exporters"]
KINDS: tuple[Kind, ...] = ("architectures", "methods", "exporters")
API = 1
SWITCH = "FABPLAN_NO_PLUGINS"
CORE = "fabplan"
_NOT_PLUGINS = ("base", "all")


@dataclass(frozen=True)
class Plugin:
    """A member of an open set, not yet imported.

    Parameters
    ----------
    kind, name : of the set and of the member, e.g. ``"methods"``, ``"screen-printing"``
    module : dotted name of its module
    origin : ``"fabplan"``, or name and version of the distribution that brings it
    fault : why it cannot be used, ``""`` when nothing is known against it
    """

    kind: Kind
    name: str
    module: str
    origin: str
    fault: str = ""


@dataclass(frozen=True)
class Broken:
    """A member that cannot be used, and why."""

    kind: Kind
    name: str
    origin: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} from {self.origin} cannot be used: {self.reason}"


def found(kind: Kind) -> tuple[Plugin, ...]:
    """All members of a set, built-in ones first, each group by name; imports none of them.

    With the environment variable ``FABPLAN_NO_PLUGINS`` set, the built-in ones only.
    """
    folder = Path(__file__).resolve().parent / kind
    own = [
        Plugin(kind, module.name.replace("_", "-"), f"fabplan.{kind}.{module.name}", CORE)
        for module in pkgutil.iter_modules([str(folder)])
        if module.name not in _NOT_PLUGINS and not module.name.startswith("_")
    ]
    foreign = [] if os.environ.get(SWITCH) else _foreign(kind, {plugin.name for plugin in own})
    return (*sorted(own, key=lambda p: p.name), *sorted(foreign, key=lambda p: (p.name, p.origin)))


def _foreign(kind: Kind, taken: set[str]) -> list[Plugin]:
    points = _entry_points(f"fabplan.{kind}", _places())
    names = [point.name for point in points]
    plugins = []
    for point in points:
        fault = ""
        if point.name in taken:
            fault = "the name belongs to fabplan itself"
        elif names.count(point.name) > 1:
            fault = "several distributions bring this name"
        origin = f"{point.dist.name} {point.dist.version}" if point.dist else "an unnamed distribution"
        plugins.append(Plugin(kind, point.name, point.value, origin, fault))
    return plugins


def _places() -> tuple[tuple[str, int], ...]:
    """Where distributions lie, with the time of the last change, so that a new one is seen."""
    found = []
    for place in sys.path:
        with contextlib.suppress(OSError):
            found.append((place, os.stat(place or ".").st_mtime_ns))
    return tuple(found)


@lru_cache(maxsize=len(KINDS))
def _entry_points(group: str, places: tuple[tuple[str, int], ...]) -> tuple[EntryPoint, ...]:
    """Entry points of a group; a plan asks some sixty times, and each time all distributions would be read."""
    # A third of what `fabplan --help` may take, and not needed there.
    from importlib import metadata

    return tuple(metadata.entry_points(group=group))


def names(kind: Kind) -> tuple[str, ...]:
    """Names of the members that nothing is known against, sorted."""
    return tuple(sorted(plugin.name for plugin in found(kind) if not plugin.fault))


def load(kind: Kind, name: str) -> ModuleType:
    """Module of one member.

    Raises
    ------
    BadInput : no such name, or a third party's module that cannot be loaded
    """
    for plugin in found(kind):
        if plugin.name == name and not plugin.fault:
            module = loaded(plugin)
            if isinstance(module, Broken):
                raise BadInput(Problem("a plug-in cannot be loaded", f"{kind}: {name}", str(module)))
            return module
    valid = names(kind)
    raise BadInput(Problem("unknown name", kind, repr(name)[:60], listed(valid), nearest(name, valid)))


def loaded(plugin: Plugin) -> ModuleType | Broken:
    """Module of a member, or what is wrong with it; a fault in fabplan's own modules is raised."""
    if plugin.fault:
        return Broken(plugin.kind, plugin.name, plugin.origin, plugin.fault)
    if plugin.origin == CORE:
        return importlib.import_module(plugin.module)
    try:
        # Whatever a plug-in prints must not end up in a --json document.
        with contextlib.redirect_stdout(sys.stderr):
            module = importlib.import_module(plugin.module.partition(":")[0])
            version = getattr(module, "FABPLAN_API", API)
    except (Exception, SystemExit) as fault:
        return Broken(plugin.kind, plugin.name, plugin.origin, f"{type(fault).__name__}: {fault}")
    if version != API:
        return Broken(plugin.kind, plugin.name, plugin.origin, f"made for API {version!r}, this fabplan has API {API}")
    return module


def broken(kind: Kind) -> tuple[Broken, ...]:
    """The members of a set that cannot be used; loads the third parties' ones."""
    states = (loaded(plugin) for plugin in found(kind) if plugin.origin != CORE)
    return tuple(state for state in states if isinstance(state, Broken))
