"""One browser for all tests of this folder, and pages written once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fabplan.exporters import report
from fabplan.planner.plan import Plan
from tests.browser.chromium import Browser, browser

Opener = Callable[..., Browser]


@pytest.fixture(scope="session")
def chromium(oracle: Callable[[str], Any]) -> Iterator[Browser]:
    """The browser."""
    with browser(oracle("chromium")) as opened:
        yield opened


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Iterator[Opener]:
    """``page(plan)`` opens the report of a plan; at the end nothing may have gone wrong on it."""

    def opened(plan: Plan, fragment: str = "", script: bool = True, **size: Any) -> Browser:
        path = tmp_path / "report.html"
        path.write_bytes(report.export(plan)["report.html"])
        chromium.size(**{"width": 1200, "height": 900, **size})
        chromium.problems.clear()
        chromium.call("Emulation.setScriptExecutionDisabled", value=not script)
        chromium.seconds = chromium.open(path, fragment, script)
        if script:
            chromium.settle()
        return chromium

    yield opened
    chromium.call("Emulation.setScriptExecutionDisabled", value=False)
    assert chromium.problems == []
