"""Is a folder whole: every flipped bit, cut, missing, extra or linked file is found."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabplan import files
from fabplan.errors import BadInput
from fabplan.exporters import plan_json
from fabplan.verify.folder import KEYS, verify_folder
from tests.exporters.sample_plan import sample_plan

CONTENT = {**plan_json.export(sample_plan()), "masks/x.gds": bytes(range(256)) * 8, "recipes/01-a.md": b"# one\n" * 40}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files.write(tmp_path / "out", {**CONTENT, files.MANIFEST: files.manifest(CONTENT, "1")})
    return tmp_path / "out"


def rules(folder: Path) -> set[str]:
    return {finding.rule for finding in verify_folder(folder)[0] if finding.severity == "error"}


def test_a_whole_folder_has_no_findings(folder: Path) -> None:
    findings, plan = verify_folder(folder)
    assert findings == ()
    assert plan is not None and plan["schema"] == "fabplan/plan/1"


def test_every_flipped_bit_is_found(folder: Path) -> None:
    """1 000 of 1 000, in any file, the manifest too."""
    rnd, found = random.Random(3), 0
    names = sorted([*CONTENT, files.MANIFEST])
    good = {name: (folder / name).read_bytes() for name in names}
    for number in range(1000):
        name = names[number % len(names)]
        data = bytearray(good[name])
        data[rnd.randrange(len(data))] ^= 1 << rnd.randrange(8)
        (folder / name).write_bytes(bytes(data))
        # A manifest whose white space or version text changed still lists the same files.
        found += bool(rules(folder)) or (name == files.MANIFEST and same_list(bytes(data), good[name]))
        (folder / name).write_bytes(good[name])
    assert found == 1000


def same_list(one: bytes, other: bytes) -> bool:
    return bool(json.loads(one)["files"] == json.loads(other)["files"])


def test_every_cut_is_found(folder: Path) -> None:
    for name in CONTENT:
        data = (folder / name).read_bytes()
        for length in range(0, len(data), max(1, len(data) // 60)):
            (folder / name).write_bytes(data[:length])
            assert "size" in rules(folder)
        (folder / name).write_bytes(data)


def missing(folder: Path) -> None:
    (folder / "masks/x.gds").unlink()


def extra(folder: Path) -> None:
    (folder / "recipes/notes.txt").write_text("mine")


def renamed(folder: Path) -> None:
    (folder / "masks/x.gds").rename(folder / "masks/y.gds")


def linked(folder: Path) -> None:
    (folder / "masks/x.gds").rename(folder.parent / "x.gds")
    (folder / "masks/x.gds").symlink_to(folder.parent / "x.gds")


def linked_folder(folder: Path) -> None:
    shutil.move(folder / "masks", folder.parent / "elsewhere")
    (folder / "masks").symlink_to(folder.parent / "elsewhere")


def listed(name: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        document = json.loads((folder / files.MANIFEST).read_text())
        document["files"][name] = {"size": 1, "sha256": "0"}
        (folder / files.MANIFEST).write_text(json.dumps(document))

    return spoil


def written(text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / files.MANIFEST).write_text(text) and None


SPOILED = [
    (missing, "missing-file"), (extra, "extra-file"), (renamed, "missing-file"), (linked, "link"),
    (linked_folder, "extra-file"), (listed("../../etc/passwd"), "manifest"), (listed("/etc/passwd"), "manifest"),
    (listed(""), "manifest"), (written("{}"), "manifest"), (written("[]"), "manifest"), (written("x"), "manifest"),
    (written("[" * 1000), "manifest"),
    (written('{"schema": "fabplan/manifest/1", "files": ["plan.json"]}'), "manifest"),
    (written('{"schema": "fabplan/manifest/1", "files": {"plan.json": "x"}}'), "manifest"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "rule"), SPOILED)
def test_what_is_not_as_the_manifest_says(spoil: Callable[[Path], None], rule: str, folder: Path) -> None:
    spoil(folder)
    assert rule in rules(folder)


def rewritten(folder: Path, change: Callable[[dict[str, Any]], object]) -> set[str]:
    """Rules that fire when plan.json is changed and the manifest made to agree."""
    document = json.loads(CONTENT["plan.json"])
    change(document)
    content = {**CONTENT, "plan.json": json.dumps(document).encode()}
    shutil.rmtree(folder)
    files.write(folder, {**content, files.MANIFEST: files.manifest(content, "1")})
    return rules(folder)


@pytest.mark.parametrize("key", KEYS)
def test_a_plan_without_a_key_of_the_contract(key: str, folder: Path) -> None:
    assert "plan" in rewritten(folder, lambda document: document.pop(key))


@pytest.mark.parametrize("key", ["geometry", "estimate", "layers", "steps"])
def test_a_plan_without_an_inner_key(key: str, folder: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        entry = document[key][0] if isinstance(document[key], list) else document[key]
        entry.pop(KEYS[key][-1])

    assert "plan" in rewritten(folder, change)
    assert "plan" in rewritten(folder, lambda document: document.update({key: "text"}))


def test_no_folder_and_no_output(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(BadInput):
            verify_folder(path)
