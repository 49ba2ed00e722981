"""The page of ``fabplan estimate -o FOLDER`` in a real browser: every section, every curve long enough to be seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabplan.cli import main
from tests.browser.chromium import Browser
from tests.browser.test_designs import UNSAID
from tests.estimate import examples

RATES = [0.1, 1.0, 120.0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estimate")
    document = examples.document("porous-stack", c_rates=RATES)
    document["cells"][0]["uncertain"] = {"pos.eps_am": [0.5, 0.6], "contact_ohm_m2": "low"}
    (folder / "cells.json").write_text(json.dumps(document))
    options = ["--draws", "300", "--tier", "fast", "-o", str(folder / "made")]
    assert main.run(["estimate", str(folder / "cells.json"), *options]) == 0
    return folder / "made" / "estimate.html"


@pytest.fixture
def opened(chromium: Browser, made: Path) -> Browser:
    chromium.size(1200, 900)
    chromium.problems.clear()
    chromium.open(made)
    return chromium


def test_every_section_is_there_and_nothing_is_loaded(opened: Browser) -> None:
    titles = opened.run("[...document.querySelectorAll('h2')].map((e) => e.firstChild.data)")
    wanted = ["Discharge", "Capacity over rate", "How sure", "Pulses", "Charging"]
    assert [title for title in titles if title in wanted] == wanted
    assert titles[-3:] == ["Resistance at full charge", "Every discharge", "Where the numbers are from"]
    assert opened.run(UNSAID) == []
    assert opened.run("document.querySelectorAll('script').length") == 4 + 1  # scripts and the data of the plots
    assert opened.run("document.querySelectorAll('script[src], link, img, iframe').length") == 0
    assert "default-src 'none'" in opened.run("document.querySelector('meta[http-equiv]').content")
    assert opened.problems == []


def test_every_curve_can_be_seen(opened: Browser) -> None:
    """A short discharge would be a stroke on the axis: it has a picture of its own."""
    widths = opened.run(
        "[...document.querySelectorAll('svg.plot')].slice(0, 2).map((s) => [...s.querySelectorAll('path.curve')]"
        ".slice(0, 3).map((p) => p.getBBox().width))"
    )
    assert min(widths[0]) < 25.0 < 200.0 < min(widths[1])
    assert "120C" in opened.run("document.querySelectorAll('svg.plot')[1].textContent")


def test_curves_show_values_and_tables_sort(opened: Browser) -> None:
    opened.run("document.querySelector('figure[data-name] svg').focus()")
    opened.key("ArrowRight")
    assert " V" in opened.run("document.querySelector('.hover text').textContent")
    opened.press("[aria-label='Every discharge'] thead th:nth-child(2) button")
    rows = "[...document.querySelectorAll(\"[aria-label='Every discharge'] tbody tr\")]"
    rates = opened.run(f"{rows}.map((r) => r.cells[1].innerText)")
    assert [float(rate) for rate in rates] == sorted(RATES)
    assert opened.problems == []


def test_pulses_charging_and_the_tornado_are_read(opened: Browser) -> None:
    heads = opened.run(
        "[...document.querySelectorAll('[aria-label^=\"Pulses of\"] thead th')].map((e) => e.textContent)"
    )
    heads = [head.replace("\u202f", " ") for head in heads]
    assert heads[2:7] == ["1 ms", "10 ms", "100 ms", "1 s", "10 s"]
    charged = opened.run("[...document.querySelectorAll('[aria-label=Charging] tbody td')].map((e) => e.textContent)")
    assert "min" in charged[2] and "min" in charged[3]
    bars = opened.run("[...document.querySelectorAll('.tornado i')].map((e) => e.getBoundingClientRect().width)")
    assert len(bars) >= 4 and max(bars) > 50.0
    assert opened.run("document.documentElement.scrollWidth <= window.innerWidth")
