"""The writer: whole or not at all, whatever happens at whichever system call."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan import files
from fabplan.errors import CannotWrite, FabplanError
from fabplan.files import earlier, rename, writer

ROOT = Path(__file__).resolve().parents[1]
CONTENT = {f"{folder}{number}.txt": bytes([number]) * 3000 for number in range(4) for folder in ("", "masks/", "a/b/")}


def whole(content: dict[str, bytes]) -> dict[str, bytes]:
    return {**content, files.MANIFEST: files.manifest(content, "1")}


NEW = whole(CONTENT)
OLD = whole({"old.txt": b"old", "masks/old.gds": b"old too"})


def on_disk(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def steps_of(tmp_path: Path, force: bool) -> list[str]:
    names: list[str] = []
    if force:
        files.write(tmp_path / "count", OLD)
    files.write(tmp_path / "count", NEW, force=force, step=names.append)
    return names


def hidden(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if entry.name.startswith(".fabplan")]


class AtStep:
    """A step hook that calls ``fault`` at the step of that number."""

    def __init__(self, number: int, fault: Callable[[], None]):
        self.number, self.fault, self.count = number, fault, -1

    def __call__(self, name: str) -> None:
        self.count += 1
        if self.count == self.number:
            self.fault()


def raising(code: int) -> Callable[[], None]:
    def fault() -> None:
        raise OSError(code, os.strerror(code))

    return fault


# --- the value ------------------------------------------------------------------------------------


def test_manifest_has_size_and_digest_of_every_other_file() -> None:
    document = json.loads(NEW[files.MANIFEST])
    assert document["schema"] == "fabplan/manifest/1"
    assert set(document["files"]) == set(CONTENT)
    for name, entry in document["files"].items():
        assert entry == {"size": len(CONTENT[name]), "sha256": hashlib.sha256(CONTENT[name]).hexdigest()}


def test_manifest_does_not_depend_on_the_order_of_the_files() -> None:
    assert files.manifest(dict(reversed(CONTENT.items())), "1") == files.manifest(CONTENT, "1")


UNSAFE = ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".hidden", "a b", "a\nb", "ä.txt", "C:x", "a\\b"]
RESERVED = ["nul", "CON.txt", "com1", "end.", "x" * 101, "a/" * 60 + "b" * 90, 5]


@pytest.mark.parametrize("name", [*UNSAFE, *RESERVED])
def test_unsafe_names_are_refused(name: str, tmp_path: Path) -> None:
    assert files.fault_of_name(name)
    with pytest.raises(FabplanError, match="unsafe"):
        files.write(tmp_path / "out", whole({"ok": b""}) | {name: b""})
    assert not (tmp_path / "out").exists()


COLLIDING = [{"a": b"", "A": b""}, {"a": b"", "a/b": b""}, {"Masks/x": b"", "masks": b""}]


@pytest.mark.parametrize("content", [*COLLIDING, {"a": "text"}, {"a": bytearray()}])
def test_colliding_names_and_other_types_are_refused(content: dict[str, bytes]) -> None:
    with pytest.raises(FabplanError):
        files.check(content)


NAMES = st.from_regex(r"[a-z]{1,4}(/[a-z]{1,4}){0,2}", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=50), max_size=6))
@settings(max_examples=60, deadline=None)
def test_what_is_written_reads_back(content: dict[str, bytes]) -> None:
    try:
        files.check(content)
    except FabplanError:
        return
    with tempfile.TemporaryDirectory() as folder:
        files.write(Path(folder) / "out", whole(content))
        assert on_disk(Path(folder) / "out") == whole(content)


# --- the plain cases ------------------------------------------------------------------------------


def test_makes_the_folders_above_and_leaves_nothing_else(tmp_path: Path) -> None:
    files.write(tmp_path / "x" / "y" / "out", NEW)
    assert on_disk(tmp_path / "x" / "y" / "out") == NEW
    assert not hidden(tmp_path / "x" / "y")


def test_folder_is_as_readable_as_any_other(tmp_path: Path) -> None:
    files.write(tmp_path / "out", NEW)
    (tmp_path / "plain").mkdir()
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_existing_folder_is_refused_without_force_even_when_empty(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(CannotWrite, match="exists"):
        files.write(tmp_path / "out", NEW)
    assert on_disk(tmp_path / "out") == {}


def test_force_replaces_what_an_earlier_run_wrote(tmp_path: Path) -> None:
    files.write(tmp_path / "out", OLD)
    files.write(tmp_path / "out", NEW, force=True)
    assert on_disk(tmp_path / "out") == NEW
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def foreign(folder: Path) -> None:
    (folder / "masks" / "thesis.txt").write_text("mine")


def foreign_folder(folder: Path) -> None:
    (folder / "photos").mkdir()


def changed(folder: Path) -> None:
    (folder / "old.txt").write_text("edited by hand")


def linked(folder: Path) -> None:
    (folder / "copy").symlink_to("old.txt")


def replaced_by_link(folder: Path) -> None:
    (folder / "same.txt").write_bytes((folder / "old.txt").read_bytes())
    (folder / "old.txt").unlink()
    (folder / "old.txt").symlink_to(folder.parent / "elsewhere")
    (folder / "same.txt").rename(folder.parent / "elsewhere")


def without_manifest(folder: Path) -> None:
    (folder / files.MANIFEST).unlink()


def other_manifest(folder: Path) -> None:
    (folder / files.MANIFEST).write_text('{"name": "web app"}')


@pytest.mark.parametrize(
    "spoil", [foreign, foreign_folder, changed, linked, replaced_by_link, without_manifest, other_manifest]
)
def test_force_touches_nothing_that_is_not_fabplans(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    files.write(tmp_path / "out", OLD)
    spoil(tmp_path / "out")
    before = on_disk(tmp_path / "out")
    with pytest.raises(CannotWrite, match="nothing was touched"):
        files.write(tmp_path / "out", NEW, force=True)
    assert on_disk(tmp_path / "out") == before
    assert not hidden(tmp_path)


def test_what_is_put_there_at_the_last_moment_survives(tmp_path: Path) -> None:
    """The second look, after the exchange, swaps back."""
    files.write(tmp_path / "out", OLD)

    def step(name: str) -> None:
        if name == "rename":
            (tmp_path / "out" / "late.txt").write_text("mine")

    with pytest.raises(CannotWrite, match=r"late\.txt"):
        files.write(tmp_path / "out", NEW, force=True, step=step)
    assert on_disk(tmp_path / "out") == {**OLD, "late.txt": b"mine"}
    assert not hidden(tmp_path)


def test_what_comes_between_look_and_exchange_is_swapped_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.write(tmp_path / "out", OLD)

    def late(one: Path, other: Path) -> None:
        (tmp_path / "out" / "late.txt").write_text("mine")
        monkeypatch.setattr(writer, "exchange", rename.exchange)
        rename.exchange(one, other)

    monkeypatch.setattr(writer, "exchange", late)
    with pytest.raises(CannotWrite, match=r"late\.txt"):
        files.write(tmp_path / "out", NEW, force=True)
    assert on_disk(tmp_path / "out") == {**OLD, "late.txt": b"mine"}
    assert not hidden(tmp_path)


def test_a_folder_that_appears_meanwhile_wins(tmp_path: Path) -> None:
    def step(name: str) -> None:
        if name == "rename":
            files.write(tmp_path / "out", OLD)

    with pytest.raises(CannotWrite):
        files.write(tmp_path / "out", NEW, step=step)
    assert on_disk(tmp_path / "out") == OLD


def test_an_empty_folder_that_appears_between_look_and_rename_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain rename would replace it without a word."""

    def step(name: str) -> None:
        if name == "rename":
            (tmp_path / "out").mkdir()
            monkeypatch.setattr(writer.os.path, "lexists", lambda path: False)

    with pytest.raises(CannotWrite, match="another run finished first"):
        files.write(tmp_path / "out", NEW, step=step)
    assert on_disk(tmp_path / "out") == {}


def test_even_an_empty_folder_that_appears_is_not_replaced(tmp_path: Path) -> None:
    """A plain rename would succeed onto it."""
    (tmp_path / "new").mkdir()
    (tmp_path / "out").mkdir()
    with pytest.raises(FileExistsError):
        rename.rename_new(tmp_path / "new", tmp_path / "out")


@pytest.mark.parametrize("place", ["file", "file/below", "link", "dangling"])
def test_targets_that_are_no_folder(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("nowhere")
    for force in (False, True):
        with pytest.raises(CannotWrite, match=place.split("/")[0]):
            files.write(tmp_path / place, NEW, force=force)
    assert (tmp_path / "file").read_text() == "mine"
    assert not hidden(tmp_path)


def test_names_that_are_too_long_or_no_names(tmp_path: Path) -> None:
    for name in ("x" * 300, "x\0y"):
        with pytest.raises(CannotWrite):
            files.write(tmp_path / name, NEW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(CannotWrite, match="may write to"):
            files.write(tmp_path / "out", NEW)
    finally:
        tmp_path.chmod(0o700)


def test_too_little_space_is_seen_before_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer.shutil, "disk_usage", lambda path: SimpleNamespace(free=5))
    with pytest.raises(CannotWrite, match="free space"):
        files.write(tmp_path / "a" / "out", NEW)
    assert list(tmp_path.iterdir()) == []


def test_real_disk_limit(tmp_path: Path) -> None:
    """The system refuses the bytes: RLIMIT_FSIZE in a child process."""
    pid = os.fork()
    if pid == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        try:
            files.write(tmp_path / "out", NEW)
        except CannotWrite:
            os._exit(2)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 2
    assert list(tmp_path.iterdir()) == []


# --- faults at every step -------------------------------------------------------------------------

COMMITTED = ("sync the folder above", "remove the old folder")


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EDQUOT, errno.EMFILE])
def test_an_error_at_any_step_leaves_all_or_nothing(code: int, force: bool, tmp_path: Path) -> None:
    names = steps_of(tmp_path, force)
    assert len(names) > 40
    for number, name in enumerate(names):
        folder = tmp_path / str(number)
        folder.mkdir()
        if force:
            files.write(folder / "out", OLD)
        step = AtStep(number, raising(code))
        if name in COMMITTED:
            files.write(folder / "out", NEW, force=force, step=step)
            assert on_disk(folder / "out") == NEW
            continue
        with pytest.raises(CannotWrite, match="nothing was written"):
            files.write(folder / "out", NEW, force=force, step=step)
        assert (on_disk(folder / "out") == OLD) if force else not (folder / "out").exists()
        assert not hidden(folder), name


@pytest.mark.parametrize("force", [False, True])
def test_an_interrupt_at_any_step_leaves_all_or_nothing(force: bool, tmp_path: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    for number in range(len(steps_of(tmp_path, force))):
        folder = tmp_path / str(number)
        if force:
            files.write(folder / "out", OLD)
        with pytest.raises(KeyboardInterrupt):
            files.write(folder / "out", NEW, force=force, step=AtStep(number, interrupt))
        state = on_disk(folder / "out") if (folder / "out").exists() else None
        assert state in ((OLD, NEW) if force else (None, NEW))


@pytest.mark.parametrize("force", [False, True])
def test_kill_at_any_step_leaves_all_or_nothing_and_the_next_run_sweeps(force: bool, tmp_path: Path) -> None:
    for number in range(len(steps_of(tmp_path, force))):
        folder = tmp_path / str(number)
        folder.mkdir()
        if force:
            files.write(folder / "out", OLD)
        pid = os.fork()
        if pid == 0:
            kill = AtStep(number, lambda: os.kill(os.getpid(), signal.SIGKILL))
            files.write(folder / "out", NEW, force=force, step=kill)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
        state = on_disk(folder / "out") if (folder / "out").exists() else None
        assert state in ((OLD, NEW) if force else (None, NEW))
        files.write(folder / "next", NEW)
        assert not hidden(folder)


@pytest.mark.slow
def test_kills_at_random_moments(tmp_path: Path) -> None:
    """Fifty kills of a process that writes for ever; the moments come from the machine, not from a seed."""
    script = (
        "import sys, itertools; from fabplan import files\n"
        "content = {f'f{n}': bytes(2000) for n in range(40)}\n"
        "full = {**content, files.MANIFEST: files.manifest(content, '1')}\n"
        "print('ready', flush=True)\n"
        "for n in itertools.count(): files.write(sys.argv[1] + '/out', full, force=True)\n"
    )
    content = {f"f{n}": bytes(2000) for n in range(40)}
    folder = tmp_path / "w"
    folder.mkdir()
    for number in range(50):
        child = subprocess.Popen([sys.executable, "-c", script, folder], stdout=subprocess.PIPE, cwd=ROOT)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.001 + 0.0013 * number)
        child.kill()
        child.wait()
        child.stdout.close()
        if (folder / "out").exists():
            assert on_disk(folder / "out") == whole(content)
    files.write(folder / "next", NEW)
    assert not hidden(folder)


def test_eight_writers_one_wins(tmp_path: Path) -> None:
    children = []
    for number in range(8):
        pid = os.fork()
        if pid == 0:
            try:
                files.write(tmp_path / "out", whole({"who": bytes([number])}))
            except CannotWrite:
                os._exit(2)
            os._exit(0)
        children.append(pid)
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children)
    assert codes == [0] + [2] * 7
    assert not hidden(tmp_path)


# --- systems without the two renames ----------------------------------------------------------------


@pytest.fixture
def old_system(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(rename, "_system_rename", lambda old, new, flag: errno.EINVAL)
    yield


def test_plain_renames_do_the_same(old_system: None, tmp_path: Path) -> None:
    files.write(tmp_path / "out", OLD)
    with pytest.raises(CannotWrite):
        files.write(tmp_path / "out", NEW)
    files.write(tmp_path / "out", NEW, force=True)
    assert on_disk(tmp_path / "out") == NEW
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_folder_left_aside_is_put_back(old_system: None, tmp_path: Path) -> None:
    """A run was killed between moving the old folder aside and putting the new one in place."""
    files.write(tmp_path / "out", OLD)
    (tmp_path / "out").rename(tmp_path / (rename.ASIDE + "out"))
    with pytest.raises(CannotWrite, match="exists"):
        files.write(tmp_path / "out", NEW)
    assert on_disk(tmp_path / "out") == OLD


def test_an_aside_beside_a_finished_folder_goes(old_system: None, tmp_path: Path) -> None:
    files.write(tmp_path / "old", OLD)
    files.write(tmp_path / "out", OLD)
    (tmp_path / "old").rename(tmp_path / (rename.ASIDE + "out"))
    files.write(tmp_path / "out", NEW, force=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_failing_second_rename_puts_the_old_folder_back(
    old_system: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write(tmp_path / "out", OLD)
    real, calls = os.rename, []

    def failing(old: Path, new: Path) -> None:
        calls.append(old)
        if len(calls) == 2:
            raise OSError(errno.EIO, "disk trouble")
        real(old, new)

    monkeypatch.setattr(rename.os, "rename", failing)
    with pytest.raises(CannotWrite, match="disk trouble"):
        files.write(tmp_path / "out", NEW, force=True)
    assert on_disk(tmp_path / "out") == OLD
    assert not hidden(tmp_path)


def test_the_sweep_leaves_living_runs_and_other_machines_alone(tmp_path: Path) -> None:
    machine, boot = earlier._this_machine()
    alive = tmp_path / f".fabplan-{os.getpid()}-{machine}{boot}-7"
    elsewhere = tmp_path / f".fabplan-1-{'0' * 8}{boot}-0"
    dead = tmp_path / f".fabplan-999999999-{machine}{boot}-0"
    before_restart = tmp_path / f".fabplan-{os.getpid()}-{machine}{'0' * 8}-0"
    for folder in (alive, elsewhere, dead, before_restart):
        folder.mkdir()
        (folder / "part").write_text("x")
    files.write(tmp_path / "out", NEW)
    assert sorted(hidden(tmp_path)) == sorted([alive.name, elsewhere.name])


# --- single files -----------------------------------------------------------------------------------


def test_write_file(tmp_path: Path) -> None:
    files.write_file(tmp_path / "r.json", b"1")
    with pytest.raises(CannotWrite, match="exists"):
        files.write_file(tmp_path / "r.json", b"2")
    assert (tmp_path / "r.json").read_bytes() == b"1"
    files.write_file(tmp_path / "r.json", b"2", replace=True)
    assert (tmp_path / "r.json").read_bytes() == b"2"
    with pytest.raises(CannotWrite, match="folder"):
        files.write_file(tmp_path, b"", replace=True)
    with pytest.raises(CannotWrite):
        files.write_file(tmp_path / "no" / "r.json", b"")
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.json"]
