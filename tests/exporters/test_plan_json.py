"""``plan.json``: contract keys, one way to print numbers, same bytes whatever the hash seed."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.exporters import plan_json
from fabplan.exporters._json import dump, ordered, plain
from tests.exporters.sample_plan import sample_plan
from tests.shared import ROOT, SHARED

PLAN = sample_plan()
DOCUMENT = json.loads(plan_json.export(PLAN)["plan.json"])


def contract() -> object:
    """The acceptance script as a module, for its lists of keys."""
    path = SHARED / "acceptance" / "check_out.py"
    if not path.is_file():
        pytest.skip("the acceptance script is not here (set FABPLAN_SHARED)")
    spec = importlib.util.spec_from_file_location("check_out", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_contract_keys_are_there() -> None:
    keys = contract()
    assert set(keys.TOP) <= set(DOCUMENT)  # type: ignore[attr-defined]
    assert set(keys.GEOMETRY) <= set(DOCUMENT["geometry"])  # type: ignore[attr-defined]
    assert set(keys.ESTIMATE) <= set(DOCUMENT["estimate"])  # type: ignore[attr-defined]
    assert all(set(keys.STEP) <= set(step) for step in DOCUMENT["steps"])  # type: ignore[attr-defined]


def test_layers_steps_findings_have_the_keys_of_the_schema() -> None:
    layer = {"name", "layer", "datatype", "role", "net", "material", "step", "bottom_m", "thickness_m"}
    assert all(layer <= set(entry) for entry in DOCUMENT["layers"])
    finding = {"rule", "severity", "where", "measured", "allowed", "unit", "message"}
    assert all(finding <= set(entry) for entry in DOCUMENT["findings"])
    assert DOCUMENT["parameters"]["gap"]["value"] == 50e-6 and DOCUMENT["parameters"]["gap"]["unit"] == "m"


def test_sheets_and_programs_are_named_by_number() -> None:
    steps = {step["id"]: step for step in DOCUMENT["steps"]}
    assert steps["print-anode"]["sheet"] == "recipes/05-print-anode.md"
    assert steps["print-anode"]["program"] == "toolpaths/05-print-anode.gcode"
    assert steps["sinter-electrodes"]["program"] is None
    assert steps["fill-electrolyte"]["duration_s"] is None


def test_values_survive() -> None:
    assert DOCUMENT["cell"] == json.loads(json.dumps(PLAN.cell))
    assert DOCUMENT["estimate"]["capacity_Ah"] == 2.9e-6
    assert DOCUMENT["inputs"][2] == {
        "what": "ramp down", "value": None, "unit": "K/s", "source": PLAN.inputs[2].quantity.source,
        "confidence": "low", "note": "", "low": None, "high": None,
    }  # fmt: skip


def test_no_nan_and_no_negative_zero() -> None:
    text = dump({"a": math.nan, "b": -0.0, "c": math.inf, "d": np.float64(0.1), "e": np.arange(2)}).decode()
    assert json.loads(text) == {"a": None, "b": 0.0, "c": None, "d": 0.1, "e": [0, 1]}
    assert "-0" not in text and "NaN" not in text and "Infinity" not in text


def test_unknown_types_are_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        plain({"a": {1, 2}})


NUMBERS = st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text()
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(TREES)
def test_the_printer_says_what_the_library_says(tree: object) -> None:
    assert json.loads(dump(tree)) == json.loads(json.dumps(tree))


@given(st.dictionaries(st.text(), st.integers()))
def test_free_mappings_are_printed_in_one_order(table: dict[str, int]) -> None:
    turned = dict(reversed(list(table.items())))
    assert dump(ordered(table)) == dump(ordered(turned))


def test_the_revision_names_the_plan() -> None:
    assert plan_json.revision(PLAN) == plan_json.revision(sample_plan())
    assert plan_json.revision(PLAN) != plan_json.revision(dataclasses.replace(PLAN, name="other"))


SCRIPT = """
import hashlib
from fabplan.exporters import bpx, bring_up, mesh, plan_json, report, sheets, traveler
from tests.exporters.sample_plan import sample_plan
total = hashlib.sha256()
for module in (plan_json, sheets, traveler, bring_up, report, mesh, bpx):
    for path, data in module.export(sample_plan()).items():
        total.update(path.encode() + data)
print(total.hexdigest())
"""


def test_same_bytes_for_two_hash_seeds() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": "", "LANG": locale, "TZ": zone},
        ).stdout
        for seed, locale, zone in (("0", "C", "UTC"), ("1", "de_DE.UTF-8", "Asia/Tokyo"))
    }  # fmt: skip
    assert len(digests) == 1
