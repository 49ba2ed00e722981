"""Templates: they compile, are strict, let nothing through unescaped, and load nothing."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
import pytest

from fabplan import rendering
from fabplan.resources import templates_folder

FOLDER = templates_folder()
FILES = sorted(p for p in FOLDER.rglob("*") if p.is_file())
NAMES = [p.relative_to(FOLDER).as_posix() for p in FILES]
BANNED = re.compile(
    r"""\|\s*safe\b|Markup\(|xmlattr|autoescape|(?i:<script|</script|\ssrc=|@import|url\(\s*["']?(https?:)?//|javascript:)"""
)
# The two ways in which a page may hold a script: data as JSON, and a file of this folder whose digest the policy names.
ALLOWED = re.compile(
    r'<script type="application/json" id="[a-z-]+">\{\{ [a-z_]+\|tojson \}\}</script>'
    r"|<script>\{% include path %\}</script>"
)
SCRIPTS = [p for p in FILES if p.suffix == ".js"]
# What could load something, run text as code, or make markup out of text.
UNSAFE = re.compile(
    r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|\bfetch\("
    r"|XMLHttpRequest|WebSocket"
    r"|\bimport\b|importScripts|localStorage|https?://(?!www\.w3\.org/)|set(Timeout|Interval)\([\"'`]"
)


def test_there_are_templates() -> None:
    assert len(NAMES) >= 15


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_it_compiles(path: Path) -> None:
    jinja2.Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_nothing_slips_through(path: Path) -> None:
    assert not BANNED.search(ALLOWED.sub("", path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_scripts_load_nothing_and_run_no_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not UNSAFE.search(text) and text.startswith('"use strict";\n')
    assert rendering.render(path.relative_to(FOLDER).as_posix()) == text  # no template syntax: the digest holds


@pytest.mark.parametrize("bad", ["eval(x)", "a.innerHTML = b", "fetch(x)", "setTimeout('x')", "'https://x'"])
def test_an_unsafe_script_is_noticed(bad: str) -> None:
    assert UNSAFE.search(bad)


@pytest.mark.parametrize(
    "bad",
    [
        "{{ x | safe }}",
        "<script>",
        "<script>{{ x }}</script>",
        '<img src="x">',
        "@import 'x'",
        "url(//x)",
        "{{ Markup(x) }}",
    ],
)
def test_what_would_slip_through_is_noticed(bad: str) -> None:
    assert BANNED.search(ALLOWED.sub("", bad))


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".md"], ids=lambda p: p.stem)
def test_every_value_in_markdown_is_escaped_or_a_number(path: Path) -> None:
    """Free text (names, notes, sources, titles) passes through the markdown filter."""
    text = path.read_text(encoding="utf-8")
    free = (
        r"\b(name|title|what|note|notes|source|shown|hazard|window|instrument|rework|message|change|material|method)\b"
    )
    for expression in re.findall(r"\{\{(.*?)\}\}", text, re.S):
        bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", expression)
        if re.search(r"\." + free + r"\s*($|\}|\||~| )", bare.strip()) and "show(" not in expression:
            assert "markdown" in expression, expression


def test_a_missing_value_is_a_fault_and_not_a_blank() -> None:
    with pytest.raises(rendering.TemplateFault, match=r"traveler\.md"):
        rendering.render("traveler.md")
