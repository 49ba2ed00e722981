"""Pictures as PDF and PNG: the browser that is installed anyway turns SVG into both, with its fonts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from fabplan.errors import BadInput, Problem

#: looked for in this order, after the program that the environment variable names
PROGRAMS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
VARIABLE = "FABPLAN_BROWSER"
SECONDS = 60.0
_FLAGS = ("--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--disable-dev-shm-usage")
_PIXELS = 2  # of a PNG for one unit of the drawing
_BEGINS = {".pdf": b"%PDF-", ".png": b"\x89PNG"}
_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")


def printed(picture: str, kind: str) -> bytes:
    """A drawing as PDF (vectors, one page of its size) or PNG.

    Parameters
    ----------
    picture : SVG whose ``width`` and ``height`` are numbers
    kind : ``".pdf"`` or ``".png"``

    Raises
    ------
    BadInput : no browser of the Chromium family is there, or it does not answer
    """
    program = _program()
    width, height = (int(float(value)) for value in re.findall(r'\b(?:width|height)="([\d.]+)"', picture)[:2])
    page = (
        f'<!DOCTYPE html><meta charset="utf-8"><style>@page {{ size: {width}px {height}px; margin: 0 }} '
        f"body {{ margin: 0 }} svg {{ display: block }}</style>{picture}"
    )
    with tempfile.TemporaryDirectory(prefix="fabplan-") as folder:
        source, target = Path(folder) / "picture.html", Path(folder) / f"picture{kind}"
        source.write_text(page, encoding="utf-8")
        asked = (
            [f"--print-to-pdf={target}", "--no-pdf-header-footer"]
            if kind == ".pdf"
            else [f"--screenshot={target}", f"--window-size={width},{height}", f"--force-device-scale-factor={_PIXELS}"]
        )
        # root has no sandbox in Chromium; the page is our own and runs no script
        flags = [*_FLAGS, *(["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else [])]
        command = [program, *flags, f"--user-data-dir={folder}/profile", *asked, source.as_uri()]
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=SECONDS)
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise _silent(program, type(fault).__name__) from None
        found = target.read_bytes() if target.is_file() else b""
    if not found.startswith(_BEGINS[kind]):
        raise _silent(program, "no picture")
    return _DATE.sub(rb"/\1 (D:20000101000000", found)  # the same drawing is the same file


def _program() -> str:
    named = os.environ.get(VARIABLE)
    for name in (named,) if named else PROGRAMS:
        if path := shutil.which(name):
            return path
    raise BadInput(
        Problem(
            "no browser was found that turns the drawing into PDF or PNG",
            VARIABLE if named else "--output",
            named,
            f"Chromium, Chrome or Edge on the path or named in {VARIABLE}; or .svg, which Inkscape and browsers open",
        )
    )


def _silent(program: str, what: str) -> BadInput:
    return BadInput(
        Problem("the browser made no picture", "--output", f"{Path(program).name}: {what}", "another browser, or .svg")
    )
