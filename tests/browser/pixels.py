"""What is on a canvas."""

from __future__ import annotations

from tests.browser.chromium import Browser


def painted(opened: Browser, selector: str) -> float:
    """Mean opacity of a canvas, 0 to 1."""
    return float(
        opened.run(
            f"(() => {{ const c = document.querySelector('{selector}'); const copy = document.createElement('canvas');"
            " [copy.width, copy.height] = [c.width, c.height];"
            " const p = copy.getContext('2d', {willReadFrequently: true});"
            " p.drawImage(c, 0, 0); const d = p.getImageData(0, 0, c.width, c.height).data; let sum = 0;"
            " for (let k = 3; k < d.length; k += 4) sum += d[k]; return sum / 255 / (d.length / 4); })()"
        )
    )
