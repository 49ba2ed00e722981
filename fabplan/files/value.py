"""Files as a value: name to bytes, with names that are safe everywhere and a list of digests."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping

from fabplan.errors import FabplanError

Files = Mapping[str, bytes]

SCHEMA = "fabplan/manifest/1"
MANIFEST = "manifest.json"

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def fault_of_name(name: object) -> str | None:
    """What is wrong with a file's name, None if nothing is.

    A name is a relative POSIX path of letters, digits, ``.``, ``_`` and ``-``; it means the same
    on every file system.
    """
    if not isinstance(name, str):
        return "not text"
    for part in name.split("/"):
        if not _PART.fullmatch(part) or part.endswith("."):
            return f"{part!r} is not a name of letters, digits, '.', '_' and '-'"
        if _RESERVED.fullmatch(part):
            return f"{part!r} is reserved on some systems"
    return None if len(name) <= 200 else "longer than 200 characters"


def check(files: Files) -> None:
    """Refuse unsafe names, names that collide (also when case does not count), and what is not bytes.

    Raises
    ------
    FabplanError : an exporter has a bug
    """
    seen: dict[str, str] = {}
    for name, data in files.items():
        fault = fault_of_name(name)
        if fault is None and not isinstance(data, bytes):
            fault = "its content is not bytes"
        if fault is None and name.casefold() in seen:
            fault = f"collides with {seen[name.casefold()]!r}"
        if fault is not None:
            raise FabplanError(f"unsafe file {name!r}: {fault}")
        seen[name.casefold()] = name
    for name in seen:
        for folder in folders_above(name):
            if folder in seen:
                raise FabplanError(f"unsafe file {seen[name]!r}: {seen[folder]!r} is a file and a folder")


def manifest(files: Files, version: str) -> bytes:
    """Content of ``manifest.json`` for the other files: size and sha256 of each."""
    listed = {
        name: {"size": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        for name in sorted(files)
        if name != MANIFEST
    }
    document = {"schema": SCHEMA, "fabplan_version": version, "files": listed}
    return (json.dumps(document, indent=1, ensure_ascii=True) + "\n").encode()


def folders_above(name: str) -> Iterable[str]:
    """Folders that a name lies in, outermost first."""
    parts = name.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))
