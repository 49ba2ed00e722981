"""The one writer: a folder whole or not at all.

It fills a hidden folder beside the target, makes it durable, and renames it in one step. An
existing folder is only ever replaced when all of it was written by an earlier run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from fabplan.errors import CannotWrite, FabplanError
from fabplan.files.earlier import discard, make_temporary, refuse_foreign, repair, sweep
from fabplan.files.rename import exchange, rename_new
from fabplan.files.value import MANIFEST, Files, check, folders_above

Step = Callable[[str], None]

LARGEST_OUTPUT = 2_000_000_000
_HELP = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EACCES: "choose a folder that you may write to",
    errno.EPERM: "choose a folder that you may write to",
    errno.EROFS: "choose a folder that you may write to",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOTDIR: "a file stands where a folder is needed",
}


def write(folder: str | os.PathLike[str], files: Files, *, force: bool = False, step: Step = lambda name: None) -> None:
    """Write a folder whole or not at all.

    Parameters
    ----------
    folder : the output folder itself; folders above it are made
    files : relative POSIX path to content, ``manifest.json`` among them
    force : replace an existing folder if all in it was written by fabplan and left as it was
    step : called with a name before each system call; tests inject faults there

    Raises
    ------
    CannotWrite : the reason and the path; nothing was changed
    """
    check(files)
    if MANIFEST not in files:
        raise FabplanError(f"files without {MANIFEST}")
    try:
        target = _absolute(folder)
        _write(target, files, force, step)
    except (OSError, ValueError) as fault:
        raise CannotWrite(f"{folder}: {_reason(fault)}; nothing was written") from fault


def write_file(path: str | os.PathLike[str], data: bytes | Iterable[bytes], *, replace: bool = False) -> None:
    """Write one file whole or not at all.

    Parameters
    ----------
    path : the file; its folder must be there
    data : its content; parts one after the other, where it is too large to be held at once
    replace : replace an existing file

    Raises
    ------
    CannotWrite : the reason and the path; nothing was changed
    """
    try:
        target = _absolute(path)
        if target.is_dir():
            raise CannotWrite(f"{path}: is a folder; name a file")
        sweep(target.parent)
        temporary = make_temporary(target.parent)
        try:
            part = temporary / "part"
            with open(part, "xb") as file:
                for piece in (data,) if isinstance(data, bytes) else data:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                os.replace(part, target)
            else:
                rename_new(part, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except FileExistsError:
        raise CannotWrite(f"{path}: exists; choose another name, or --force to replace it") from None
    except (OSError, ValueError) as fault:
        raise CannotWrite(f"{path}: {_reason(fault)}; nothing was written") from fault


def _write(target: Path, files: Files, force: bool, step: Step) -> None:
    made: list[Path] = []
    temporary: Path | None = None
    try:
        repair(target)
        check_target(target, force)
        step("make folders above")
        _make_parents(target.parent, made)
        sweep(target.parent)
        _check_space(target.parent, files)
        step("make temporary folder")
        temporary = make_temporary(target.parent)
        _fill(temporary, files, step)
        step("rename")
        replaced = _put_in_place(temporary, target, force)
    except BaseException:
        if temporary is not None:
            discard(temporary)
        for parent in reversed(made):
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise
    # From here on the new folder stands. What still fails leaves a hidden folder for the next run's sweep.
    with contextlib.suppress(OSError):
        step("sync the folder above")
        _sync(target.parent)
        if replaced:
            step("remove the old folder")
            shutil.rmtree(temporary)


def _absolute(path: str | os.PathLike[str]) -> Path:
    if "\0" in os.fspath(path):
        raise ValueError("a NUL character in the name")  # the system's rename would stop reading there
    return Path(os.path.abspath(path))


def _fill(temporary: Path, files: Files, step: Step) -> None:
    names = [name for name in files if name != MANIFEST]
    for name in [*sorted(names), MANIFEST]:
        path = temporary / name
        step(f"open {name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "xb") as file:
            step(f"write {name}")
            file.write(files[name])
            step(f"sync {name}")
            file.flush()
            os.fsync(file.fileno())
    for folder in sorted({parent for name in names for parent in folders_above(name)}):
        step(f"sync {folder}")
        _sync(temporary / folder)
    step("sync temporary folder")
    _sync(temporary)


def _put_in_place(temporary: Path, target: Path, force: bool) -> bool:
    """Rename to the target; True when the old folder now has the temporary name."""
    if not os.path.lexists(target):
        try:
            rename_new(temporary, target)
        except FileExistsError:
            raise CannotWrite(f"{target}: another run finished first; nothing was written") from None
        return False
    check_target(target, force)
    exchange(temporary, target)
    try:
        # Something may have been put there since the first look: it is not ours to delete.
        refuse_foreign(temporary, target)
    except BaseException:
        exchange(temporary, target)
        raise
    return True


def check_target(folder: str | os.PathLike[str], force: bool) -> None:
    """Refuse an output folder that `write` would refuse as it stands now.

    Raises
    ------
    CannotWrite : it exists and may not be replaced
    """
    target = Path(folder)
    if target.is_symlink():
        raise CannotWrite(f"{target}: is a link; name the folder that is meant")
    if not target.exists():
        return
    if not target.is_dir():
        raise CannotWrite(f"{target}: is a file; name a folder")
    if not force:
        raise CannotWrite(f"{target}: exists; choose another folder, or --force to replace what fabplan wrote there")
    refuse_foreign(target, target)


def _make_parents(folder: Path, made: list[Path]) -> None:
    missing = []
    while not os.path.lexists(folder):
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            made.append(path)


def _check_space(parent: Path, files: Files) -> None:
    size = sum(len(data) for data in files.values())
    if size > LARGEST_OUTPUT:
        raise CannotWrite(f"{parent}: the output has {size} bytes, more than the limit of {LARGEST_OUTPUT}")
    free = shutil.disk_usage(parent).free
    if free < 2 * size:
        raise CannotWrite(f"{parent}: {2 * size} bytes of free space are needed, {free} are there")


def _sync(folder: Path) -> None:
    if os.name == "nt":
        return  # folders cannot be opened there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reason(fault: Exception) -> str:
    text = getattr(fault, "strerror", None) or str(fault)
    help_text = _HELP.get(getattr(fault, "errno", None) or 0)
    return f"{text} ({help_text})" if help_text else text
