"""``fabplan schema``: every shipped file fits, files that are wrong in form do not."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from fabplan.catalog.loader import load
from fabplan.cli.main import run
from fabplan.exporters._schema import KINDS, SINGULAR, schema
from fabplan.resources import recipes_folder

FOLDER = {"spec": "specs", **SINGULAR}
FILES = [(kind, path) for kind in KINDS for path in sorted((recipes_folder() / FOLDER[kind]).glob("*.toml"))]


@cache
def of(kind: str) -> dict[str, Any]:
    return schema(kind, load(()))


@pytest.fixture(scope="module")
def validator(oracle: Callable[[str], Any]) -> Callable[[str], Any]:
    jsonschema = oracle("jsonschema")
    return lambda kind: jsonschema.Draft7Validator(of(kind))


def test_there_are_files_of_the_main_kinds() -> None:
    assert {"spec", "material", "recipe", "machine", "facility", "dialect", "device"} <= {kind for kind, _ in FILES}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema(kind: str, validator: Callable[[str], Any]) -> None:
    validator(kind).check_schema(of(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_file_fits(kind: str, validator: Callable[[str], Any]) -> None:
    check = validator(kind)
    wrong = {
        path.name: [f"{'/'.join(map(str, e.path))}: {e.message[:120]}" for e in errors]
        for k, path in FILES
        if k == kind and (errors := list(check.iter_errors(tomllib.loads(path.read_text(encoding="utf-8")))))
    }
    assert not wrong


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("spec", 'capacity = "20 uAh"'), ("spec", "[target]\ncapacity = 20"), ("spec", '[cell]\nanod = "lto"'),
        ("spec", '[target]\nobjective = "beauty"'), ("spec", '[footprint]\nsize = ["1 mm"]'), ("spec", "name = 3"),
        ("material", 'kinds = ["anode"]'), ("material", 'name = "x"\nkinds = ["anodes"]'),
        ("material", 'name = "x"\ndensity = true'), ("material", 'name = "x"\nconfidence = "sure"'),
        ("material", 'name = "x"\n[electrode]\ndiffusivity = {value = "1 m2/s", origin = "x"}'),
        ("recipe", 'name = "x"\nmethod = ["sputter"]'), ("machine", 'name = "x"\nfiducials = "yes"'),
        ("dialect", 'name = "x"\ndecimals = 12'), ("facility", 'name = "x"\nmethods = "all"'),
    ],
)  # fmt: skip
def test_wrong_files_do_not_fit(kind: str, text: str, validator: Callable[[str], Any]) -> None:
    assert list(validator(kind).iter_errors(tomllib.loads(text)))


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "material"]) == 0
    assert json.loads(capsys.readouterr().out) == of("material")
    assert run(["schema", "materal"]) == 2
    assert "material" in capsys.readouterr().err


def test_names_of_the_catalog_are_offered() -> None:
    offered = of("spec")["properties"]["cell"]["properties"]["anode"]["anyOf"][0]["enum"]
    assert "lto" in offered
    assert "laminated-thin-film" in of("spec")["properties"]["cell"]["properties"]["architecture"]["anyOf"][0]["enum"]
