"""Chromium, and what no page of ours may make it do."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

PATIENCE_MS = 60_000
"""How long a browser may take for one step before a test gives up; nothing is asserted of shorter times."""
LOUD = {"error", "warning"}
"""Kinds of console messages that a page of ours has no reason for."""


def program() -> str | None:
    """The path of Debian's Chromium; None where it is not installed."""
    return shutil.which("chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, without a window. It goes with the block."""
    with sync_playwright() as playwright:
        yield launched(playwright)


def launched(playwright: Playwright, *more: str) -> Browser:
    """Chromium, started with `more` arguments."""
    path = program()
    assert path is not None
    # Tests run as root in containers, where Chromium has no sandbox of its own; what it opens is ours.
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", *more])


class Watch:
    """Writes down what a page does that it must not do."""

    def __init__(self, context: BrowserContext, *origins: str) -> None:
        """Watches every page of `context`; `origins` are those that it may ask."""
        self.faults: list[str] = []
        self.requests: list[str] = []
        """Every address that was asked for."""
        self._origins = origins
        self._forgiven: list[str] = []
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", self._opened)
        context.on("request", self._asked)

    def forgive(self, part: str) -> None:
        """Lets pass what has `part` in it, such as the browser's word that a page was answered with 404."""
        self._forgiven.append(part)

    def _opened(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._fault(f"script: {error}"))
        page.on("dialog", self._asked_back)
        page.on("crash", lambda _: self._fault("crash"))

    def _asked_back(self, dialog: Dialog) -> None:
        self._fault(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _said(self, message: ConsoleMessage) -> None:
        # A breach of the content security policy is told there, too, as an error.
        if message.type in LOUD:
            self._fault(f"console: {message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        is_own = f"{parts.scheme}://{parts.netloc}" in self._origins or request.url in self._origins
        # What a page makes itself and opens, such as a file to be saved, leaves the machine for nowhere.
        if not is_own and parts.scheme != "blob":
            self._fault(f"request: {request.url}")

    def _fault(self, what: str) -> None:
        if not any(part in what for part in self._forgiven):
            self.faults.append(what)


@contextmanager
def opened(
    browser: Browser,
    origin: str,
    *,
    key: str | None = None,
    theme: str = "light",
    width: int = 1280,
    script: bool = True,
) -> Iterator[tuple[Page, Watch]]:
    """A page of a browser profile of its own, logged in with `key`. Fails after the block when it did what it must not.

    `theme`: `light` or `dark`, as the reader's system has it; `width` in CSS pixels; `script`: whether scripts run.
    """
    context = browser.new_context(
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": 900},
        java_script_enabled=script,
        accept_downloads=True,
    )
    watch = Watch(context, origin)
    if key is not None:
        context.add_cookies(
            [{"name": "fulgurite_key", "value": key, "url": origin, "httpOnly": True, "sameSite": "Strict"}]
        )
    try:
        yield context.new_page(), watch
    finally:
        context.close()
    assert watch.faults == [], "\n".join(watch.faults)
