"""Renaming in one step: without replacing, or exchanging two folders."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

ASIDE = ".fabplan-aside-"
_NO_REPLACE, _EXCHANGE = 1, 2  # of renameat2(2)


def rename_new(old: Path, new: Path) -> None:
    """Rename; FileExistsError when the new name is taken, even by an empty folder."""
    _rename(old, new, _NO_REPLACE)


def exchange(one: Path, other: Path) -> None:
    """Exchange the names of two folders, in one step where the system offers it."""
    _rename(one, other, _EXCHANGE)


def _rename(old: Path, new: Path, flag: int) -> None:
    code = _system_rename(os.fsencode(old), os.fsencode(new), flag)
    if code is None or code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        _plain_rename(old, new, flag)
    elif code:
        raise OSError(code, os.strerror(code), str(new))


def _system_rename(old: bytes, new: bytes, flag: int) -> int | None:
    """Error number of the system's own call, 0 when done, None when it has none."""
    library = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        failed = library.renameat2(-100, old, -100, new, flag)  # type: ignore[union-attr]
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(old, new, {_NO_REPLACE: 4, _EXCHANGE: 2}[flag])  # type: ignore[union-attr]
    else:
        return None
    return ctypes.get_errno() if failed else 0


def _plain_rename(old: Path, new: Path, flag: int) -> None:
    """For systems without the two flags. A plain rename never replaces a folder that holds something."""
    if flag == _NO_REPLACE:
        if os.path.lexists(new):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new))
        os.rename(old, new)
        return
    aside = new.with_name(ASIDE + new.name)
    os.rename(new, aside)
    try:
        os.rename(old, new)
    except BaseException:
        os.rename(aside, new)
        raise
    os.rename(aside, old)
