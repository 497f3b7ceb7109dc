"""The system's Chromium, headless, as tests drive it through Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = (
    "No Chromium is on the PATH, in which the page would be opened. Install one: `make system-packages` as "
    "root on Debian, `snap install chromium` on Ubuntu, `brew install --cask chromium` on macOS."
)
PATIENCE = 600_000  # milliseconds for one answer: the machine may be busy
FAULTS = {"error", "warning", "assert"}
"""Kinds of messages on the console that no page may leave; breaches of its policy are errors there."""


def path() -> str:
    """Return where Chromium is; skip the test where there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    pytest.skip(INSTALL)


@contextmanager
def started() -> Iterator[Browser]:
    """Start Chromium with a profile of its own; end it, and what drives it, afterwards."""
    program = path()
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, timeout=PATIENCE) as browser,
    ):
        yield browser


@contextmanager
def opened(
    browser: Browser, width: int = 1280, *, mobile: bool = False, scripts: bool = True
) -> Iterator[Tab]:
    """Open a tab that shares nothing with others, in a window or, ``mobile``, on a screen of this width."""
    viewport: ViewportSize = {"width": width, "height": 900}
    with browser.new_context(
        viewport=viewport, is_mobile=mobile, java_script_enabled=scripts, locale="en-US"
    ) as context:
        context.set_default_timeout(PATIENCE)
        yield Tab(context.new_page())


class Tab:
    """One tab, and what its page has asked for and complained of since it was opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda told: self.faults.append(told.text) if told.type in FAULTS else None)
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, file: Path) -> None:
        """Open a file and wait until it is loaded and its scripts have run."""
        self.faults.clear()
        self.requests.clear()
        self.page.goto(file.resolve().as_uri())
        self.settle()

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression; a promise is awaited."""
        return self.page.evaluate(script)

    def settle(self) -> None:
        """Wait until timers of the page and two frames have passed."""
        self.run(
            "new Promise(done => setTimeout(() => requestAnimationFrame(() => "
            "requestAnimationFrame(() => done(true))), 200))"
        )

    def press(self, key: str) -> None:
        """Press a key as a hand does: down and up, to whatever has the focus."""
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self.page.keyboard.insert_text(text)
        self.settle()

    def prefer(self, scheme: Literal["light", "dark"]) -> None:
        """Let the system wish for ``light`` or ``dark``."""
        self.page.emulate_media(color_scheme=scheme)
        self.settle()
