"""Bytes of a user's file, read so that no file can hang or flood fabplan."""

from __future__ import annotations

import os
import stat

from fabplan.errors import BadInput, Problem

MEGABYTE = 1_000_000


def read_bytes(path: str | os.PathLike[str], limit: int, where: str | None = None) -> bytes:
    """Content of a regular file of at most ``limit`` bytes.

    Parameters
    ----------
    path : the file
    limit : largest size [byte]
    where : name of the file in messages; the path as given when None

    Raises
    ------
    BadInput : missing, not a regular file, not readable, too large
    """
    where = os.fspath(path) if where is None else where
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise BadInput(Problem("no such file", where)) from None
    except (OSError, ValueError) as fault:
        raise BadInput(Problem("cannot be opened", where, _reason(fault), "a readable file")) from fault
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise BadInput(Problem("not a file", where, kind, "a regular file"))
    with os.fdopen(handle, "rb") as file:
        try:
            data = file.read(limit + 1)
        except OSError as fault:
            raise BadInput(Problem("cannot be read", where, _reason(fault))) from fault
    if len(data) > limit:
        raise BadInput(Problem("the file is too large", where, f"more than {limit} bytes", f"at most {limit} bytes"))
    return data


def decoded(data: bytes, where: str) -> str:
    """UTF-8 text without NUL; a byte order mark in front is dropped.

    Raises
    ------
    BadInput : not UTF-8, or with NUL characters; says the line
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        given = f"byte 0x{data[fault.start]:02x} at position {fault.start}"
        raise BadInput(Problem("not UTF-8 text", f"{where}:{line}", given, "UTF-8")) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadInput(Problem("a NUL character", f"{where}:{line}", None, "text without control characters"))
    return text.removeprefix("\ufeff")


def _reason(fault: Exception) -> str:
    return getattr(fault, "strerror", None) or str(fault)
