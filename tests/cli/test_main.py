"""The command line: exit codes, one message, one JSON document, nothing that moves a cursor."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fabplan import __version__, plugins
from fabplan.catalog.loader import load
from fabplan.cli import main
from fabplan.errors import BadInput, CannotWrite, Infeasible, Problem
from fabplan.exporters import all as exporters
from fabplan.findings import Finding
from fabplan.planner import run as planner
from tests.exporters.sample_plan import sample_plan
from tests.shared import ROOT

PLAN = dataclasses.replace(sample_plan(), dialect=load(kinds=("dialects",)).dialects["marlin"])


def call(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fabplan", *arguments]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=variables, timeout=120)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``--no-plugins`` leaves in the environment of this process ends with the test."""
    monkeypatch.setenv(plugins.SWITCH, "")


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """A planner that answers with a made-up plan, and remembers what it was asked."""
    seen = SimpleNamespace(plan=PLAN, fault=None, asked=None)

    def plan(
        spec: str | None, options: Mapping[str, Any], sets: Sequence[str], catalog: object, tell: object
    ) -> object:
        seen.asked = (spec, dict(options), tuple(sets))
        if seen.fault is not None:
            raise seen.fault
        return seen.plan

    monkeypatch.setattr(planner, "plan", plan)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(plugins.SWITCH, "1")
    return seen


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- plan -----------------------------------------------------------------------------------------------


def test_plan_writes_what_the_exporters_give(
    planned: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["plan", "x", "-o", "here"]) == 0
    assert tree(tmp_path / "here") == exporters.export(PLAN)
    shown = capsys.readouterr()
    assert "here/report.html" in shown.out
    assert "capacity" in shown.out and "N/P" in shown.out


def test_plan_writes_to_out_and_its_name(planned: SimpleNamespace, tmp_path: Path) -> None:
    assert main.run(["plan"]) == 0
    assert (tmp_path / "out" / PLAN.name / "plan.json").is_file()


def test_plan_hands_all_options_on(planned: SimpleNamespace) -> None:
    options = {
        "capacity": "20 uAh", "footprint": "3 mm x 3 mm", "architecture": "a", "anode": "b", "cathode": "c",
        "electrolyte": "d", "height_max": "1 mm", "facility": "e", "machine": "f",
        "load": "g", "wafer": "4 inch",
    }  # fmt: skip
    given = [part for name, text in options.items() for part in (f"--{name.replace('_', '-')}", text)]
    more = ["--route", "anode=x", "--route", "cathode=y", "--set", "a.b=1", "--set", "c=2"]
    assert main.run(["plan", "spec", *given, *more, "--dry-run"]) == 0
    left = {"allow_uncalibrated": False}
    assert planned.asked == ("spec", {**options, **left, "route": ("anode=x", "cathode=y")}, ("a.b=1", "c=2"))


def test_dry_run_writes_nothing(planned: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["plan", "--dry-run", "-o", "here"]) == 0
    assert list(tmp_path.iterdir()) == []
    assert "nothing was written" in capsys.readouterr().out


@pytest.mark.parametrize("dry", [False, True])
def test_plan_as_json_is_plan_json_and_where_it_went(
    dry: bool, planned: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["plan", "-o", "here", "--json", *(["--dry-run"] if dry else [])]) == 0
    document = json.loads(capsys.readouterr().out)
    output = document.pop("output")
    assert document == json.loads(exporters.export(PLAN)["plan.json"])
    assert output["folder"] == (None if dry else "here")
    assert output["files"] == ([] if dry else sorted(tree(tmp_path / "here")))


def test_existing_folder_is_refused_before_anything_is_computed(planned: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    for extra in ([], ["--force"]):
        assert main.run(["plan", "-o", "mine", *extra]) == 2
    assert planned.asked is None
    assert tree(tmp_path / "mine") == {"thesis.txt": b"mine"}


def test_force_replaces_an_earlier_run(planned: SimpleNamespace, tmp_path: Path) -> None:
    assert [main.run(["plan", "-o", "x"]), main.run(["plan", "-o", "x"]), main.run(["plan", "-o", "x", "--force"])] == [
        0, 2, 0,
    ]  # fmt: skip


@pytest.mark.parametrize("as_json", [False, True])
def test_a_finding_of_severity_error_exports_nothing(
    as_json: bool, planned: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = Finding("short", "error", "masks", "anode and cathode touch", change="gap 50 um")
    planned.plan = dataclasses.replace(PLAN, findings=(short, Finding("long-job", "warning", "print", "31 h")))
    assert main.run(["plan", "-o", "here", *(["--json"] if as_json else [])]) == 1
    assert list(tmp_path.iterdir()) == []
    shown = capsys.readouterr()
    assert "anode and cathode touch (gap 50 um)" in shown.err
    if as_json:
        assert [f["rule"] for f in json.loads(shown.out)["error"]["findings"]] == ["short", "long-job"]


# --- errors ---------------------------------------------------------------------------------------------

FAULTS = [
    (BadInput([Problem("unknown key", "x.toml: a.b", "b", "c", "c"), Problem("other", "y")]), 2, "bad-input"),
    (Infeasible(["too small"], ["height 1 mm"], {"capacity_Ah": 1.4e-5}), 1, "infeasible"),
    (CannotWrite("disk full"), 2, "cannot-write"),
    (ValueError("surprise"), 70, "bug"),
    (RecursionError("deep"), 70, "bug"),
    (MemoryError(), 70, "bug"),
    (PermissionError(13, "Permission denied", "x"), 2, "cannot-read-or-write"),
]


@pytest.mark.parametrize(("fault", "code", "kind"), FAULTS)
def test_every_error_has_its_code_and_message(
    fault: Exception, code: int, kind: str, planned: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    planned.fault = fault
    assert main.run(["plan"]) == code
    plain = capsys.readouterr()
    assert plain.out == "" and plain.err.startswith("error: ") and "Traceback" not in plain.err
    assert main.run(["plan", "--json"]) == code
    document = json.loads(capsys.readouterr().out)["error"]
    assert document["kind"] == kind and document["exit_code"] == code and document["message"]
    assert main.run(["plan", "--debug"]) == code
    assert "Traceback" in capsys.readouterr().err


def test_all_problems_and_all_changes_are_shown(planned: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    planned.fault = FAULTS[0][0]
    main.run(["plan"])
    assert capsys.readouterr().err.splitlines() == [
        "error: x.toml: a.b: unknown key; given b; allowed: c; did you mean 'c'?", "error: y: other",
    ]  # fmt: skip
    planned.fault = FAULTS[1][0]
    main.run(["plan"])
    assert capsys.readouterr().err.splitlines() == [
        "error: too small", "help: height 1 mm", "reachable here: capacity 14 uAh",
    ]  # fmt: skip


def test_lines_are_named_where_a_spec_file_is(planned: SimpleNamespace, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.toml").write_text('name = "x"\n\n[target]\ncapcity = "20 uAh"\n')
    planned.fault = BadInput(Problem("unknown key", "c.toml: target.capcity"))
    main.run(["plan", "sub/c.toml"])
    assert capsys.readouterr().err.startswith("error: c.toml:4: target.capcity: unknown key")


USAGE = [
    (["plan", "--capcity", "1"], "--capacity"), (["plna"], "'plan'"), (["plan", "a", "b"], "unexpected extra argument"),
    (["plan", "--capacity"], "requires an argument"), (["--catalgo", "x", "list", "specs"], "--catalog"),
    (["list"], "KIND"), (["list", "materialz"], "'materials'"), (["show", "materials"], "NAME"),
    (["show", "materials", "unobtainium"], "unknown name"), (["show", "methods", "sputer"], "'sputter'"),
    (["list", "materials", "x"], "extra argument"), (["estimate"], "SOURCE"), (["verify"], "FOLDER"),
    (["verify", "no-such-folder"], "no such folder"), (["estimate", "no-such.json"], "no such file"),
    (["check", "no-such-folder"], "no such folder"), (["plan", "--dry-run=1"], "--dry-run"),
    (["--", "--plan"], "--plan"), (["\x1b[31mplan"], "unknown command"), ([""], "unknown command"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "hint"), USAGE)
def test_wrong_usage_is_exit_2_with_a_hint(arguments: list[str], hint: str, capsys: Any) -> None:
    assert main.run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith("error: ") and hint in shown.err
    assert "\x1b" not in shown.err
    assert main.run(["--no-plugins", *arguments, "--json"] if arguments[0] != "--" else arguments) == 2


def test_nothing_asked_shows_the_help_and_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([]) == 2
    assert "Usage" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["plan"], ["estimate"], ["verify"], ["list"], ["show"], ["check"]])
def test_every_command_has_help_with_an_example(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([*command, "--help"]) == 0
    assert "fabplan " + " ".join(command) in capsys.readouterr().out.split("Example")[1]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


# --- the terminal -----------------------------------------------------------------------------------------


def test_values_cannot_command_the_terminal(planned: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    planned.fault = BadInput(Problem("bad\x1b]0;owned\x07", "x\r\x9b2J", "\x1b[2J\u202e", "a\x08b"))
    main.run(["plan"])
    assert not {"\x1b", "\x07", "\r", "\x9b", "\x08", "\u202e"} & set(capsys.readouterr().err)


def test_no_colour_without_a_terminal() -> None:
    assert "\x1b" not in call("list", "materialz", FORCE_COLOR="1").stderr


def test_colour_on_a_terminal_unless_it_is_unwanted(monkeypatch: pytest.MonkeyPatch) -> None:
    from fabplan.cli import output

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(output.sys, "stderr", SimpleNamespace(isatty=lambda: True))
    assert "\x1b[" in output.painted("error", "error")
    monkeypatch.setenv("NO_COLOR", "1")
    assert output.painted("error", "error") == "error"


def test_a_closed_pipe_is_silent() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "fabplan", "list", "materials"]
    found = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    os.close(writing)
    assert (found.returncode, found.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_under_standard_output_is_no_success() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "fabplan", "list", "methods"]
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert found.returncode == 2
    assert os.strerror(errno.ENOSPC) in found.stderr and "Traceback" not in found.stderr


def test_text_that_the_terminal_cannot_show_is_no_bug() -> None:
    found = call("show", "materials", "lto", PYTHONIOENCODING="ascii")
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_cleanly(number: signal.Signals, code: int, tmp_path: Path) -> None:
    script = (
        # A job that runs in the background of a shell inherits an ignored interrupt.
        "import signal, sys, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from fabplan.cli import main\nfrom fabplan import files\nfrom fabplan.files import writer\n"
        "from fabplan.cli import group\n"
        "class Slow:\n"
        "    def main(self, **_):\n"
        "        def step(name):\n"
        "            if name.startswith('write'):\n"
        "                print('ready', flush=True); time.sleep(30)\n"
        "        content = {'a': b'1'}\n"
        "        files.write('out', {**content, files.MANIFEST: files.manifest(content, '1')}, step=step)\n"
        "main.group = Slow()\n"
        "sys.exit(main.run([]))\n"
    )
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables
    )
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(0.05)
    child.send_signal(number)
    _, err = child.communicate(timeout=20)
    assert (child.returncode, err) == (code, b"")
    assert list(tmp_path.iterdir()) == []


# --- list, show, check ------------------------------------------------------------------------------------

RECORDS = ["materials", "recipes", "machines", "facilities", "dialects", "devices", "inks"]
KINDS = ["architectures", "methods", "exporters", *RECORDS, "specs"]


@pytest.mark.parametrize("kind", KINDS)
def test_everything_listed_can_be_shown(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["list", kind, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)[kind]
    assert found and all(entry["title"] and "name" not in entry for entry in found)
    for entry in found[:3]:
        assert main.run(["show", kind, entry["id"], "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["id"] == entry["id"]
        assert main.run(["show", kind, entry["id"]]) == 0
        assert entry["id"] in capsys.readouterr().out
    assert main.run(["list", kind]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith(found[0]["id"])


def test_shown_quantities_have_unit_source_and_confidence(capsys: pytest.CaptureFixture[str]) -> None:
    main.run(["show", "materials", "lto", "--json"])
    density = json.loads(capsys.readouterr().out)["density"]
    assert density["unit"] == "kg/m3" and density["source"] and density["confidence"] in ("high", "medium", "low")


def test_check_takes_the_users_folder_and_names_file_and_line(tmp_path: Path, capsys: Any) -> None:
    assert main.run(["check"]) == 0
    assert "sound" in capsys.readouterr().out
    (tmp_path / "materials").mkdir()
    (tmp_path / "materials" / "mine.toml").write_text('name = "Mine"\nsource = "me"\n\ndensitty = "1 g/cm3"\n')
    (tmp_path / "materials" / "other.toml").write_text("x = \n")
    for arguments in (["check", str(tmp_path)], ["--catalog", str(tmp_path), "list", "materials"]):
        assert main.run(arguments) == 2
        shown = capsys.readouterr().err
        assert "materials/mine.toml:4: densitty: unknown key" in shown and "did you mean 'density'" in shown
        assert "materials/other.toml:1" in shown


RECIPE = """name = "Mine"
method = "sputter"
materials = ["lcoo"]
source = "me"
confidence = "high"
[settings]
powr = "100 W"
"""
OWN_SPEC = """name = "x"
[target]
capacity = "1 uAh"
[footprint]
size = ["3 mm", "3 mm"]
[cell]
anode = "ltoo"
"""


def test_check_sees_what_records_say_of_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A material that does not exist, a set point that the process does not have, a spec of the user's."""
    for folder, text in (("recipes", RECIPE), ("specs", OWN_SPEC)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.toml").write_text(text)
    assert main.run(["check", str(tmp_path)]) == 2
    shown = capsys.readouterr().err
    assert "'lcoo' is not among the materials" in shown and "Did you mean 'lco'?" in shown
    assert "settings.powr: unknown key" in shown
    assert "specs/mine.toml:7: cell.anode" in shown and "did you mean 'lto'" in shown


@pytest.mark.parametrize("place", ["before", "after", "environment"])
def test_the_users_records_win(place: str, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    (tmp_path / "materials").mkdir()
    (tmp_path / "materials" / "lto.toml").write_text('extends = "lto"\nname = "My own LTO"\n')
    arguments = ["list", "materials"]
    if place == "environment":
        monkeypatch.setenv("FABPLAN_CATALOG", str(tmp_path))
    else:
        option = ["--catalog", str(tmp_path)]
        arguments = [*option, *arguments] if place == "before" else [*arguments, *option]
    assert main.run(arguments) == 0
    assert "My own LTO" in capsys.readouterr().out
