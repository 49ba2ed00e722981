"""The process film in a real browser: what the section shows after each step."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.chromium import Browser
from tests.exporters.sample_plan import sample_plan

Opener = Callable[..., Browser]
PLAN = sample_plan()
SHOWN = (
    "[...document.querySelectorAll('.film svg[aria-label*=enlarged] path[data-step]')]"
    ".filter((p) => p.style.display !== 'none')"
    ".map((p) => p.querySelector('title').textContent.split(':')[0])"
)
STATUS = "document.querySelector('.film .status').textContent"


def slide(opened: Browser, step: int) -> set[str]:
    opened.choose(".film [data-do=step]", step, "input")
    return set(opened.run(SHOWN))


def test_bodies_appear_with_their_step(page: Opener) -> None:
    opened = page(PLAN)
    made: set[str] = {"substrate"}
    assert slide(opened, 0) == made
    for step in PLAN.steps:
        made |= set(step.bodies)
        assert slide(opened, step.number) == made, step.number
        status = opened.run(STATUS)
        assert status.startswith(f"Step {step.number}: {step.title}.")
        assert ("time unknown" in status) == (step.duration is None)
        if step.temperature_max is not None:
            assert f"{step.temperature_max - 273.15:.0f}\u202f°C" in status


def test_time_adds_up(page: Opener) -> None:
    opened = page(PLAN)
    slide(opened, 5)
    assert f"So far {sum(s.duration or 0 for s in PLAN.steps[:5]) / 3600:.3g}\u202fh" in opened.run(STATUS)


def test_buttons_play_and_heights(page: Opener) -> None:
    opened = page(PLAN)
    opened.press(".film [data-do=before]")
    assert f"Step {len(PLAN.steps) - 1}:" in opened.run(STATUS)
    opened.press(".film [data-do=after]")
    opened.press(".film [data-do=play]")
    assert "bare substrate" in opened.run(STATUS)
    opened.settle(1.3)
    assert opened.run(STATUS).startswith("Step 1:")
    opened.press(".film [data-do=play]")
    shown = "[...document.querySelectorAll('.film .draw')].map((d) => d.checkVisibility())"
    assert opened.run(shown) == [True, False]
    opened.choose(".film [data-do=heights]", "1")
    assert opened.run(shown) == [False, True]
    box = "document.querySelectorAll('.film svg')[1].getBoundingClientRect()"
    wide, high = opened.run(f"[{box}.width, {box}.height]")
    view = opened.run("document.querySelectorAll('.film svg')[1].getAttribute('viewBox')").split()
    assert abs(high / wide - float(view[3]) / float(view[2])) < 2e-3  # equal scales


def test_on_paper_everything_is_there(page: Opener) -> None:
    opened = page(PLAN)
    slide(opened, 2)
    opened.run("window.dispatchEvent(new Event('beforeprint'))")
    assert len(opened.run(SHOWN)) == len({b.name for b in PLAN.bodies})
    opened.run("window.dispatchEvent(new Event('afterprint'))")
    assert len(opened.run(SHOWN)) == 1
