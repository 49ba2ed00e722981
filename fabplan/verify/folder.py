"""Is an output folder whole: every listed file there, unchanged, nothing else, and a plan.json of our schema?"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fabplan.errors import BadInput, Problem
from fabplan.files import MANIFEST, SCHEMA, fault_of_name
from fabplan.findings import Finding
from fabplan.readers.json_file import read_json

PLAN = "plan.json"
PLAN_SCHEMA = "fabplan/plan/1"
LARGEST = 256_000_000

#: key of plan.json -> keys that its object, or each of its entries, must have
KEYS: Mapping[str, tuple[str, ...]] = {
    "schema": (),
    "name": (),
    "fabplan_version": (),
    "spec": (),
    "architecture": (),
    "parameters": (),
    "geometry": (
        "footprint_area_m2", "height_m", "minimum_width_m", "minimum_gap_m", "facing_length_m", "anode_area_m2",
        "cathode_area_m2", "anode_volume_m3", "cathode_volume_m3",
    ),
    "estimate": (
        "capacity_Ah", "energy_Wh", "mean_voltage_V", "areal_capacity_Ah_m2", "n_p_ratio", "dc_resistance_ohm", "rates",
        "confidence",
    ),
    "layers": (
        "name", "layer", "datatype", "role", "net", "material", "step", "bottom_m", "thickness_m",
    ),
    "steps": (
        "number", "id", "method", "recipe", "material", "thickness_m", "temperature_max_K", "duration_s", "sheet",
        "program", "confidence",
    ),
    "findings": ("rule", "severity", "where", "measured", "allowed", "unit", "message"),
}


def verify_folder(folder: Path) -> tuple[tuple[Finding, ...], dict[str, Any] | None]:
    """Findings about the files of a folder, and its plan.json if there is a readable one.

    Raises
    ------
    BadInput : no such folder, or one without a manifest of fabplan
    """
    if not folder.is_dir():
        raise BadInput(Problem("no such folder", str(folder), None, "an output folder of fabplan plan"))
    if not os.path.lexists(folder / MANIFEST):
        raise BadInput(Problem(f"no {MANIFEST}", str(folder), None, "an output folder of fabplan plan"))
    findings = list(_digests(folder))
    plan = _plan(folder, findings)
    if plan is not None:
        findings.extend(_keys(plan))
    return tuple(findings), plan


def _fault(rule: str, where: str, message: str) -> Finding:
    return Finding(rule, "error", where, message)


def _digests(folder: Path) -> Iterator[Finding]:
    try:
        document = read_json(folder / MANIFEST, where=MANIFEST)
        listed = document["files"] if document["schema"] == SCHEMA else None
    except (BadInput, KeyError, TypeError) as fault:
        yield _fault("manifest", MANIFEST, f"{MANIFEST} cannot be read: {fault}")
        return
    if not isinstance(listed, dict) or not listed:
        yield _fault("manifest", MANIFEST, f"{MANIFEST} does not follow {SCHEMA}")
        return
    there = set(_files(folder))
    for name in sorted(there - {MANIFEST, *listed}):
        yield _fault("extra-file", name, f"{name} is not in the manifest")
    for name, entry in listed.items():
        yield from _digest(folder, name, entry, name in there)


def _digest(folder: Path, name: str, entry: object, is_there: bool) -> Iterator[Finding]:
    reason = fault_of_name(name)
    if reason is not None or name == MANIFEST or not isinstance(entry, dict):
        yield _fault("manifest", name[:100], f"the manifest lists {name[:100]!r}: {reason or 'not an entry'}")
    elif not is_there:
        yield _fault("missing-file", name, f"{name} is missing")
    elif not _is_regular(folder, name):
        yield _fault("link", name, f"{name} is a link or no file")
    elif (folder / name).stat().st_size != entry.get("size"):
        size = (folder / name).stat().st_size
        yield _fault("size", name, f"{name} has {size} bytes, the manifest says {entry.get('size')}")
    elif _sha256(folder / name) != entry.get("sha256"):
        yield _fault("digest", name, f"{name} was changed: its sha256 is not the one of the manifest")


def _is_regular(folder: Path, name: str) -> bool:
    """Whether neither the file nor a folder above it is a link."""
    parts = name.split("/")
    steps = [folder.joinpath(*parts[: count + 1]) for count in range(len(parts))]
    return not any(step.is_symlink() for step in steps) and steps[-1].is_file()


def _files(folder: Path, above: str = "") -> Iterator[str]:
    """Names of everything below a folder but the folders themselves; links are named, not followed."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), f"{above}{entry.name}/")
        else:
            yield above + entry.name


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plan(folder: Path, findings: list[Finding]) -> dict[str, Any] | None:
    try:
        document = read_json(folder / PLAN, LARGEST, where=PLAN)
    except BadInput as fault:
        findings.append(_fault("plan", PLAN, str(fault)))
        return None
    if not isinstance(document, dict) or document.get("schema") != PLAN_SCHEMA:
        findings.append(_fault("plan", PLAN, f"{PLAN} does not follow {PLAN_SCHEMA}"))
        return None
    return document


def _keys(plan: Mapping[str, Any]) -> Iterator[Finding]:
    for key, inner in KEYS.items():
        if key not in plan:
            yield _fault("plan", f"{PLAN}: {key}", f"{PLAN} lacks {key!r}")
            continue
        is_list = key in ("layers", "steps", "findings")
        entries = plan[key] if is_list else [plan[key]]
        if not isinstance(entries, list) or (inner and not all(isinstance(entry, dict) for entry in entries)):
            form = "a list of objects" if is_list else "an object"
            yield _fault("plan", f"{PLAN}: {key}", f"{key!r} of {PLAN} is not {form}")
            continue
        for number, entry in enumerate(entries):
            missing = [name for name in inner if name not in entry]
            if missing:
                where = f"{PLAN}: {key}[{number}]" if is_list else f"{PLAN}: {key}"
                yield _fault("plan", where, f"{where} lacks {', '.join(missing)}")
