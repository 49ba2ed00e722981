"""A headless Chromium driven through the DevTools protocol over a pair of pipes; needs nothing but the browser."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = 30.0  # for one answer
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--no-first-run", "--hide-scrollbars", "--mute-audio", "--disable-dev-shm-usage", "--enable-unsafe-swiftshader",
    "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """One page; ``problems`` collects console errors, exceptions, dialogs and requests that leave the machine."""

    def __init__(self, program: str, profile: str, width: int, height: int):
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        # The protocol wants descriptors 3 and 4; the shell puts them there.
        shell = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        command = [
            "bash",
            "-c",
            shell,
            "chromium",
            program,
            *FLAGS,
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
        ]
        self.process = subprocess.Popen(command, pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.input, self.output, self.rest, self.number = ours_in, ours_out, b"", 0
        self.problems: list[str] = []
        self.seconds = 0.0
        self.events: list[dict[str, Any]] = []
        self.session = ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.size(width, height)

    def call(self, method: str, **parameters: Any) -> Any:
        """Answer to one command; events that come before are kept."""
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + SECONDS
        while True:
            answer = self._next(until)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self.rest:
            if not select.select([self.input], [], [], max(until - time.monotonic(), 0))[0]:
                raise AssertionError("the browser does not answer")
            piece = os.read(self.input, 1 << 20)
            if not piece:
                raise AssertionError("the browser ended")
            self.rest += piece
        line, self.rest = self.rest.split(b"\0", 1)
        message: dict[str, Any] = json.loads(line)
        self._note(message)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        method, values = message.get("method", ""), message.get("params", {})
        self.events.append(message)
        if method == "Runtime.exceptionThrown":
            details = values["exceptionDetails"]
            self.problems.append(f"{details['text']} {details.get('exception', {}).get('description', '')}")
        if method == "Runtime.consoleAPICalled" and values["type"] in ("error", "warning", "assert"):
            self.problems.append(f"console: {[a.get('value') for a in values['args']]}")
        if method == "Log.entryAdded" and values["entry"]["level"] in ("error", "warning"):
            self.problems.append(f"log: {values['entry']['text']}")
        if method == "Page.javascriptDialogOpening":
            self.problems.append(f"dialog: {values['message']}")
        url = values.get("request", {}).get("url", "")
        if method == "Network.requestWillBeSent" and not url.startswith(("file:", "data:", "blob:", "about:")):
            self.problems.append(f"request: {url}")

    def wait_for(self, method: str) -> dict[str, Any]:
        """The next event of a kind, one of the past ones included, which is then used up."""
        until = time.monotonic() + SECONDS
        while True:
            for event in self.events:
                if event.get("method") == method:
                    self.events.remove(event)
                    return dict(event["params"])
            self._next(until)

    def open(self, path: Path, fragment: str = "", script: bool = True) -> float:
        """Load a page and draw it; seconds until everything was drawn twice."""
        self.events.clear()
        start = time.monotonic()
        self.call("Page.navigate", url=path.resolve().as_uri() + fragment)
        self.wait_for("Page.loadEventFired")
        if script:
            self.frames(2)
        return time.monotonic() - start

    def size(self, width: int, height: int, scheme: str = "light", phone: bool = False) -> None:
        """Size of the window, colour scheme, touch screen."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.media(scheme)

    def media(self, scheme: str = "light", medium: str = "") -> None:
        """Dark or light, screen or print; nothing glides, so that places stay where they were measured."""
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        self.call("Emulation.setEmulatedMedia", media=medium, features=features)

    def run(self, expression: str) -> Any:
        """Value of a JavaScript expression; promises are awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"].get("exception", {}).get("description", answer))
        return answer["result"].get("value")

    def frames(self, count: int = 2) -> None:
        """Wait for some drawn frames."""
        self.run(f"(async () => {{ for (let k = 0; k < {count}; k++) await new Promise(requestAnimationFrame); }})()")

    def settle(self, seconds: float = 0.25) -> None:
        """Wait until views at rest have drawn everything."""
        self.run(f"new Promise((done) => setTimeout(done, {seconds * 1e3}))")
        self.frames(2)

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """One mouse event at a place of the window; kind is Pressed, Released, Moved or Wheel."""
        held = {"buttons": 1, "button": "left", "clickCount": 1} if kind in ("Pressed", "Released") else {}
        self.call("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, **{**held, **more})

    def click(self, x: float, y: float) -> None:
        """Press and release."""
        self.mouse("Moved", x, y)
        self.mouse("Pressed", x, y)
        self.mouse("Released", x, y)

    def drag(self, x0: float, y0: float, x1: float, y1: float, steps: int = 5) -> None:
        """Press, move in steps, release."""
        self.mouse("Pressed", x0, y0)
        for k in range(1, steps + 1):
            self.mouse("Moved", x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps, buttons=1, button="left")
        self.mouse("Released", x1, y1)

    def key(self, key: str) -> None:
        """Press a key."""
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def middle(self, selector: str) -> tuple[float, float]:
        """Scroll an element into view; its middle in the window."""
        found = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center', behavior: 'instant'});"
            " const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        return float(found[0]), float(found[1])

    def choose(self, selector: str, value: object, event: str = "change") -> None:
        """Give a slider, a list or a check box a value, and tell the page."""
        key = "checked" if isinstance(value, bool) else "value"
        self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            f" e.{key} = {json.dumps(value)}; e.dispatchEvent(new Event({json.dumps(event)})); }})()"
        )

    def press(self, selector: str) -> None:
        """Click into the middle of an element."""
        self.click(*self.middle(selector))

    def screenshot(self, path: Path, selector: str = "", whole: bool = False) -> bytes:
        """Picture of the window, of an element, or of the whole page."""
        more: dict[str, Any] = {}
        if selector:
            self.middle(selector)
            box = self.run(
                f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
                " return {x: b.x + scrollX, y: b.y + scrollY, width: b.width, height: b.height, scale: 1}; })()"
            )
            more = {"clip": box, "captureBeyondViewport": True}
        if whole:
            more = {"captureBeyondViewport": True}
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            more["clip"] = {**size, "scale": 1}
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png", **more)["data"])
        path.write_bytes(data)
        return data

    def close(self) -> None:
        """End the browser."""
        try:
            self.session = ""
            self.call("Browser.close")
        except (AssertionError, OSError):
            self.process.kill()
        self.process.wait(10)
        os.close(self.input)
        os.close(self.output)


@contextmanager
def browser(program: str, width: int = 1200, height: int = 900) -> Iterator[Browser]:
    """A browser with a fresh profile, ended afterwards."""
    profile = tempfile.mkdtemp(prefix="fabplan-browser-")
    opened = Browser(program, profile, width, height)
    try:
        yield opened
    finally:
        opened.close()
        shutil.rmtree(profile, ignore_errors=True)
