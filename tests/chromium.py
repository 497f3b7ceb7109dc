"""A headless Chromium that tests drive by its DevTools protocol over a pipe: no package, no open port."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = (
    "No Chromium is on the PATH, in which the page would be opened. Install one: `make system-packages` as "
    "root on Debian, `snap install chromium` on Ubuntu, `brew install --cask chromium` on macOS."
)
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--disable-sync",
    "--remote-debugging-pipe", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-US",
)  # fmt: skip
PATIENCE = 600.0  # seconds for one answer: the machine may be busy


def path() -> str:
    """Return where Chromium is; skip the test where there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    pytest.skip(INSTALL)


class Page:
    """One tab; commands and events are those of the DevTools protocol."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing, self._last, self._rest = reading, writing, 0, b""
        self.events: list[dict[str, Any]] = []
        self._session = ""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the answer to one command; events that come before it are kept."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive(time.monotonic() + PATIENCE, method)
            if answer.get("id") == self._last:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _receive(self, until: float, waited_for: str) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._reading], [], [], max(0.0, until - time.monotonic()))
            assert ready, f"Chromium has not answered to {waited_for} for {PATIENCE:g} seconds."
            part = os.read(self._reading, 1 << 20)
            assert part, f"Chromium has ended before {waited_for}."
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        received: dict[str, Any] = json.loads(message)
        return received

    def open(self, file: Path) -> None:
        """Open a file and wait until it is loaded and its scripts have run."""
        self.load(file)
        self.settle()

    def load(self, file: Path) -> None:
        """Open a file and wait until it is loaded."""
        self.events.clear()
        self.send("Page.navigate", url=file.resolve().as_uri())
        until = time.monotonic() + PATIENCE
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive(until, "Page.loadEventFired"))

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression; a promise is awaited."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def settle(self) -> None:
        """Wait until timers of the page and two frames have passed."""
        self.run(
            "new Promise(done => setTimeout(() => requestAnimationFrame(() => "
            "requestAnimationFrame(() => done(true))), 200))"
        )

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press a key as a hand does: down and up, to whatever has the focus."""
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        down = {"text": text} if text else {}
        self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **common, **down)
        self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self.send("Input.insertText", text=text)
        self.settle()

    def resize(self, width: int, height: int = 900) -> None:
        """Give the window another size."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.settle()

    def prefer(self, scheme: str) -> None:
        """Let the system wish for ``light`` or ``dark``."""
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.settle()

    def shoot(self, file: Path) -> None:
        """Save what the window shows as PNG."""
        file.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    def pdf(self) -> bytes:
        """Return the page as it is printed on A4."""
        answer = self.send("Page.printToPDF", printBackground=False, paperWidth=8.27, paperHeight=11.69)
        return base64.b64decode(answer["data"])

    def faults(self) -> list[str]:
        """Return errors and warnings of the console and exceptions since the page was opened."""
        return [str(event["params"]) for event in self.events if _is_fault(event)]

    def requests(self) -> list[str]:
        """Return the addresses that the page has asked for since it was opened."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event.get("method") == "Network.requestWillBeSent"
        ]


def _is_fault(event: dict[str, Any]) -> bool:
    kinds: dict[str, Callable[[Any], bool]] = {
        "Runtime.exceptionThrown": lambda params: True,
        "Runtime.consoleAPICalled": lambda params: params["type"] in ("error", "warning", "assert"),
        "Log.entryAdded": lambda params: params["entry"]["level"] in ("error", "warning"),
    }
    kind = kinds.get(event.get("method", ""))
    return kind is not None and bool(kind(event["params"]))


@contextmanager
def browser() -> Iterator[Page]:
    """Start Chromium with a profile of its own; end it, and what it started, afterwards."""
    program = path()
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        to_browser, commands = map(_high, os.pipe())
        answers, from_browser = map(_high, os.pipe())
        actions = [
            (os.POSIX_SPAWN_DUP2, to_browser, 3),
            (os.POSIX_SPAWN_DUP2, from_browser, 4),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        arguments = [program, *OPTIONS, f"--user-data-dir={profile}"]
        process = os.posix_spawn(program, arguments, os.environ, file_actions=actions, setpgroup=0)
        os.close(to_browser)
        os.close(from_browser)
        try:
            yield Page(answers, commands)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
            os.close(commands)
            os.close(answers)


def _high(end: int) -> int:
    """Return the end of a pipe under a number that is not 3 or 4, which the browser takes for its own."""
    copy = fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(end)
    return copy
