"""The door for TOML: hostile text ends in one clear `BadInput`, at once."""

from __future__ import annotations

import time
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabplan.errors import BadInput, Problem
from fabplan.readers.toml import parse_toml, read_toml
from fabplan.readers.toml_lines import key_lines, line_of, with_lines
from fabplan.resources import recipes_folder

GOOD = b'name = "x"\n[target]\ncapacity = "20 uAh"\n'

HOSTILE = {
    "dotted key of 30 000 parts": b"a" + b".a" * 30_000 + b" = 1",
    "quoted dotted key": b'"a"' + b'."a"' * 30_000 + b" = 1",
    "dotted header": b"[a" + b".a" * 30_000 + b"]",
    "nested arrays": b"a = " + b"[" * 100_000,
    "closed nested arrays": b"a = " + b"[" * 100_000 + b"]" * 100_000,
    "nested tables": b"a = " + b"{a = " * 100_000,
    "65 levels": b"a = " + b"[" * 65 + b"]" * 65,
    "100 000 digits": b"a = " + b"1" * 100_000,
    "800 000 hexadecimal digits": b"a = 0x" + b"f" * 800_000,
    "70 bit": b"a = 0x3fffffffffffffffff",
    "negative 65 bit in an array of tables": b"[[a]]\nb = [{c = -18446744073709551617}]",
    "unclosed strings": b'"""' + b'\\"""' * 200_000,
    "unclosed literal": b"a = '''" + b"x" * 900_000,
    "only quotes": b'"' * 900_000,
    "not UTF-8": b'a = "\xe9"',
    "NUL": b"a = 1\x00",
    "NUL in a string": b'a = "\x00"',
    "control character": b'a = "\x1b"',
    "key twice": b"a = 1\na = 2",
    "not TOML": b"\n\nhello there",
    "no date": b"a = 2020-99-99",
    "two megabytes": b"#" * 2_000_000,
    "surrogate": b'a = "\\ud800"',
    "binary": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_in_under_a_second(name: str) -> None:
    begin = time.process_time()
    with pytest.raises(BadInput) as caught:
        parse_toml(HOSTILE[name], "x.toml")
    assert time.process_time() - begin < 1.0
    assert caught.value.problems[0].where.startswith("x.toml")
    assert len(str(caught.value)) < 400


LARGE = {
    "arrays of tables": b"[[a]]\n" * 100_000,
    "tables": b"".join(b"[a%d]\n" % n for n in range(60_000)),
    "keys of 16 parts": b"".join(b"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p%d = 1\n" % n for n in range(20_000)),
    "numbers": b"a = [" + b"1," * 300_000 + b"]",
    "new lines": b"\n" * 900_000,
    "64 levels": b"a = " + b"[" * 64 + b"]" * 64,
    "long string": b'a = """' + b'"" ' * 250_000 + b'"""',
}


@pytest.mark.parametrize("name", LARGE)
def test_large_text_within_the_caps_is_read_in_seconds(name: str) -> None:
    begin = time.process_time()
    assert parse_toml(LARGE[name], "x.toml") == tomllib.loads(LARGE[name].decode())
    assert time.process_time() - begin < 6.0


@pytest.mark.parametrize(
    ("text", "line"),
    [(b"a = 1\nb", 2), (b"a = 1\n\nb = [1,\n2\n", 4), (b"a = 1\na = 2\n", 2), (b'\n\n"""x', 3), (b"a = 1\n\xff", 2),
     (b"\n\n\nb = " + b"[" * 70, 4), (b"\nx = 1\x00", 2), (b"a = 1\n\n" + b"a" + b".b" * 20 + b" = 1", 3)],
)  # fmt: skip
def test_faults_name_their_line(text: bytes, line: int) -> None:
    with pytest.raises(BadInput) as caught:
        parse_toml(text, "x.toml")
    assert caught.value.problems[0].where == f"x.toml:{line}"


def test_a_key_may_have_16_parts() -> None:
    assert parse_toml(b"a" + b".b" * 15 + b" = 1", "x")
    with pytest.raises(BadInput, match="too many parts"):
        parse_toml(b"a" + b".b" * 16 + b" = 1", "x")


def test_windows_text_is_read() -> None:
    assert parse_toml(b"\xef\xbb\xbfa = 1\r\nb = \"x\"\r\n", "x") == {"a": 1, "b": "x"}


TEXT = st.text(st.sampled_from('ab."\'[]{}=,#\n\\ 1-_\t'), max_size=60)


@given(TEXT)
@settings(max_examples=600, deadline=None)
def test_agrees_with_the_parser_within_the_caps(text: str) -> None:
    """The scan in front must never refuse what the parser takes, nor let anything else out."""
    try:
        expected = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        with pytest.raises(BadInput):
            parse_toml(text.encode(), "x")
    else:
        assert parse_toml(text.encode(), "x") == expected


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_tables_or_bad_input(data: bytes) -> None:
    try:
        parse_toml(data, "x")
    except BadInput:
        return


SPEC = """\
name = "x"
[target]
capacity = "20 uAh"   # wanted
"odd.key" = [1,
  2]
[[layers]]
name = "a"
thickness = { value = "1 um", source = "s" }
[[layers]]
name = "b"
[layers.inner]
x = 1
[[layers.deep]]
y = 2
[[layers.deep]]
y = 3
[z]
list = [ { a = 1 },
         { a = 2, b = { c = 3 } } ]
end.dotted = '''
x = 5'''
after = 1
"""


def paths(value: object, above: str = "") -> list[str]:
    found = []
    if isinstance(value, dict):
        for key, entry in value.items():
            path = f"{above}.{key}" if above else key
            found += [path, *paths(entry, path)]
    if isinstance(value, list):
        found += [path for number, entry in enumerate(value) for path in paths(entry, f"{above}[{number}]")]
    return found


def test_every_key_has_its_line() -> None:
    lines = key_lines(SPEC)
    expected = {
        "name": 1, "target": 2, "target.capacity": 3, "layers": 6, "layers[0]": 6, "layers[0].name": 7,
        "layers[1]": 9,
        "layers[0].thickness": 8,
        "layers[0].thickness.source": 8, "layers[1].name": 10, "layers[1].inner.x": 12, "layers[1].deep[0].y": 14,
        "layers[1].deep[1].y": 16, "z.list": 18, "z.list[0].a": 18, "z.list[1].a": 19, "z.list[1].b.c": 19,
        "z.end.dotted": 20, "z.after": 22,
    }  # fmt: skip
    assert {key: lines.get(key) for key in expected} == expected


def test_every_key_of_the_shipped_data_has_a_line_that_holds_it() -> None:
    checked = 0
    for path in sorted(recipes_folder().rglob("*.toml")):
        text = path.read_text(encoding="utf-8")
        lines, rows = key_lines(text), text.splitlines()
        for key in paths(parse_toml(text.encode(), path.name)):
            if key in lines:
                assert key.rpartition(".")[2].partition("[")[0].strip('"') in rows[lines[key] - 1], (path.name, key)
                checked += 1
            else:
                assert line_of(text, key), (path.name, key)
    assert checked or not list(recipes_folder().rglob("*.toml"))


def test_line_of_falls_back_to_the_table_around() -> None:
    assert line_of(SPEC, "target.missing") == 2
    assert line_of(SPEC, "layers[1].missing.deeper") == 9
    assert line_of(SPEC, "nowhere") is None


def test_with_lines_leaves_other_places_alone() -> None:
    problems = [Problem("x", "a.toml: target.capacity"), Problem("x", "a.toml: nowhere"), Problem("x", "--set")]
    found = [p.where for p in with_lines(problems, "a.toml", SPEC)]
    assert found == ["a.toml:3: target.capacity", "a.toml: nowhere", "--set"]


def test_read_toml(tmp_path) -> None:
    (tmp_path / "x.toml").write_bytes(GOOD)
    assert read_toml(tmp_path / "x.toml") == {"name": "x", "target": {"capacity": "20 uAh"}}
    with pytest.raises(BadInput, match=r"^shown\.toml: no such file"):
        read_toml(tmp_path / "y.toml", "shown.toml")
