"""The door for JSON."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.readers.json_file import parse_json, read_json

HOSTILE = {
    "deep": b"[" * 100_000,
    "65 levels": b"[" * 65 + b"]" * 65,
    "deep objects": b'{"a":' * 100_000,
    "NaN": b"[NaN]",
    "infinity": b"[-Infinity]",
    "overflow": b"[1e999]",
    "long integer": b"[" + b"1" * 100_000 + b"]",
    "key twice": b'{"a": 1, "b": {"c": 1, "c": 2}}',
    "not UTF-8": b'["\xff"]',
    "empty": b"",
    "cut": b'{"a": [1, 2',
    "two documents": b"{} {}",
    "NUL": b'{"a": 1}\0',
    "comment": b"// x\n{}",
    "unclosed string": b'"' + b'\\"' * 400_000,
    "many strings": b'"\\"' * 300_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_at_once(name: str) -> None:
    begin = time.process_time()
    with pytest.raises(BadInput) as caught:
        parse_json(HOSTILE[name], "x.json")
    assert time.process_time() - begin < 1.0
    assert caught.value.problems[0].where.startswith("x.json")
    assert len(str(caught.value)) < 300


def test_faults_name_their_line() -> None:
    with pytest.raises(BadInput, match=r"x:3: not JSON"):
        parse_json(b'{\n"a": 1,\n}', "x")
    with pytest.raises(BadInput, match=r"x:2: nested too deep"):
        parse_json(b"[\n" + b"[" * 80, "x")


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20))
@settings(max_examples=200, deadline=None)
def test_reads_what_json_writes(value: object) -> None:
    data = json.dumps(value).encode()
    if "\\u0000" not in data.decode():
        assert parse_json(data, "x") == value


def test_size(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[1, 2]")
    assert read_json(tmp_path / "x.json") == [1, 2]
    with pytest.raises(BadInput, match="too large"):
        read_json(tmp_path / "x.json", 5)
