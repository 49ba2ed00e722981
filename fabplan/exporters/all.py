"""Every exporter over one plan: fabplan's own and those of other packages, checked, with the manifest last."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from fabplan import files, plugins
from fabplan.errors import FabplanError
from fabplan.findings import Finding
from fabplan.planner.plan import Plan


@dataclass(frozen=True)
class Exported:
    """What the exporters made.

    Parameters
    ----------
    files : relative POSIX path to content, ``manifest.json`` last
    findings : a warning for every exporter of another package that could not be used
    """

    files: dict[str, bytes]
    findings: tuple[Finding, ...]


def export(plan: Plan) -> dict[str, bytes]:
    """Files of a plan, name to bytes."""
    return collect(plan).files


def collect(plan: Plan, tell: Callable[[str], None] = lambda title: None) -> Exported:
    """Files of a plan, and what went wrong with exporters of other packages.

    Parameters
    ----------
    tell : called with what is written before each exporter

    Raises
    ------
    FabplanError : an exporter of fabplan itself gives unsafe or colliding names
    """
    found: dict[str, bytes] = {}
    findings: list[Finding] = []
    # fabplan's own come first in the listing: another package's exporter can neither take their names
    # nor change the plan before they have read it.
    every = plugins.found("exporters")
    for place, plugin in enumerate(every, 1):
        tell(f"files {place} of {len(every)}: {plugin.name}")
        module = plugins.loaded(plugin)
        if plugin.origin == plugins.CORE:
            assert isinstance(module, ModuleType)
            _add(found, module.export(plan), plugin.name)
            continue
        try:
            if isinstance(module, plugins.Broken):
                raise FabplanError(module.reason)
            _add(found, _called(module, plan), plugin.name)
        except (Exception, SystemExit) as fault:
            findings.append(_broken(plugin, fault))
    found[files.MANIFEST] = files.manifest(found, plan.fabplan_version)
    return Exported(found, tuple(findings))


def _called(module: ModuleType, plan: Plan) -> Any:
    with contextlib.redirect_stdout(sys.stderr):
        return module.export(plan)


def _add(found: dict[str, bytes], new: Mapping[str, bytes], exporter: str) -> None:
    """Add an exporter's files, all or none of them."""
    if not isinstance(new, Mapping):
        raise FabplanError(f"exporter {exporter!r} gives {type(new).__name__}, not names and bytes")
    taken = sorted(name for name in new if name in found or name == files.MANIFEST)
    if taken:
        raise FabplanError(f"exporter {exporter!r} gives {taken[0]!r}, which exists already")
    files.check({**found, **new})
    found.update(new)


def _broken(plugin: plugins.Plugin, fault: BaseException) -> Finding:
    reason = str(fault) if isinstance(fault, FabplanError) else f"{type(fault).__name__}: {fault}"
    message = f"exporter {plugin.name!r} of {plugin.origin} was left out: {reason}"
    return Finding("plug-in", "warning", f"exporters: {plugin.name}", message)
