"""What is ours on disk: an earlier run's output, unfinished folders of runs that were killed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from fabplan.errors import CannotWrite
from fabplan.files.rename import ASIDE
from fabplan.files.value import MANIFEST, SCHEMA, folders_above

LARGEST_MANIFEST = 16_000_000
_TEMPORARY = re.compile(r"\.fabplan-(\d+)-([0-9a-f]{8})([0-9a-f]{8})-\d+")


def refuse_foreign(folder: Path, shown: Path) -> None:
    """Stop at anything that the folder's own manifest does not list as it is."""
    listed = _listed(folder)
    expected = {MANIFEST, *listed, *(parent for name in listed for parent in folders_above(name))}
    for name, path in _walk(folder):
        if name not in expected:
            raise CannotWrite(f"{shown}: {name!r} was not written by fabplan; nothing was touched, move it away first")
        is_file = path.is_file() and not path.is_symlink()
        if name in listed and not (is_file and hashlib.sha256(path.read_bytes()).hexdigest() == listed[name]):
            raise CannotWrite(f"{shown}: {name!r} was changed after fabplan wrote it; nothing was touched")


def _listed(folder: Path) -> dict[str, str]:
    """Name and digest of what an earlier run wrote; nothing when there is no manifest of ours."""
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        return {}
    try:
        document = json.loads(path.read_bytes()[:LARGEST_MANIFEST])
        if document["schema"] != SCHEMA:
            raise ValueError(document["schema"])
        return {str(name): str(entry["sha256"]) for name, entry in document["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotWrite(f"{folder}: its {MANIFEST} was not written by fabplan; nothing was touched") from None


def _walk(folder: Path, above: str = "") -> Iterator[tuple[str, Path]]:
    """Everything below a folder, links not followed, folders before what they hold."""
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        name = above + entry.name
        yield name, Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), name + "/")


def make_temporary(parent: Path) -> Path:
    """New hidden folder whose name tells the process and the machine it belongs to."""
    machine = "".join(_this_machine())
    for number in range(1000):
        path = parent / f".fabplan-{os.getpid()}-{machine}-{number}"
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            return path
    raise CannotWrite(f"{parent}: too many unfinished outputs in this folder")


def sweep(parent: Path) -> None:
    """Remove what killed runs of this machine left here."""
    machine, boot = _this_machine()
    for entry in list(os.scandir(parent)):
        match = _TEMPORARY.fullmatch(entry.name)
        if not match or match.group(2) != machine or not entry.is_dir(follow_symlinks=False):
            continue
        if match.group(3) != boot or not _alive(int(match.group(1))):
            discard(Path(entry.path))


def discard(folder: Path) -> None:
    """Remove a temporary folder, unless it is a replaced one that holds something of the user's.

    The manifest is written last, so an unfinished folder has none, or a torn one.
    """
    try:
        listed = _listed(folder)
    except (CannotWrite, OSError):
        listed = {}
    try:
        if listed:
            refuse_foreign(folder, folder)
    except (CannotWrite, OSError):
        return
    shutil.rmtree(folder, ignore_errors=True)


def repair(target: Path) -> None:
    """Put back a folder that a killed run had moved aside, on systems that cannot exchange folders."""
    aside = target.with_name(ASIDE + target.name)
    if aside.is_dir() and not os.path.lexists(target):
        os.rename(aside, target)
    elif aside.is_dir():
        discard(aside)


def _this_machine() -> tuple[str, str]:
    """Which machine this is and when it started, as far as it says so; tells own leftovers from others'."""
    boot = ""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    first, second = (hashlib.sha256(text.encode()).hexdigest()[:8] for text in (platform.node(), boot))
    return first, second


def _alive(process: int) -> bool:
    if os.name == "nt":
        return True  # there, signal 0 would end the process
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
