"""Reading bytes: only regular files of a known size, and never a wait."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fabplan.errors import BadInput
from fabplan.readers.guarded import decoded, read_bytes


def refused(path: object, limit: int = 100) -> str:
    with pytest.raises(BadInput) as caught:
        read_bytes(path, limit)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_file_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"y" * 100)
    assert read_bytes(tmp_path / "x", 100) == b"y" * 100
    assert "too large" in refused(tmp_path / "x", 99)


def test_what_is_no_file(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "nothing")
    assert "a folder" in refused(tmp_path)
    assert "no such file" in refused("")
    assert "cannot be opened" in refused("a\0b")
    assert "name too long" in refused("x" * 5000).lower()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device files here")
@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/tty"])
def test_devices(device: str) -> None:
    assert device in refused(device)


def test_a_pipe_that_nobody_writes_to_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "a pipe" in refused(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("y")
    (tmp_path / "x").chmod(0)
    assert "Permission denied" in refused(tmp_path / "x")


def test_text() -> None:
    assert decoded("\ufeffµm\n".encode(), "x") == "µm\n"
    for data, line in ((b"a\n\xff", 2), (b"\xed\xa0\x80", 1), (b"a\n\nb\0", 3)):
        with pytest.raises(BadInput, match=f"x:{line}"):
            decoded(data, "x")
