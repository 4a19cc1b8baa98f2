"""Pictures of every page for docs/web.md: `make screenshots` writes them into docs/screenshots."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.chromium import chromium, opened, program
from tests.browser.site import Site, site
from tests.e2e.running import ROOT

FOLDER = ROOT / "docs/screenshots"
PAGES = {
    "home": "/",
    "submit": "/submit",
    "report": "/sandbox/{loader}",
    "events": "/sandbox/{loader}/activity?event=5",
    "compare": "/sandbox/{loader}/compare/{elsewhere}",
    "hashes": "/hashes?q=" + "%20".join(("0" * 64, "1" * 64)),
    "admin": "/admin",
    "keys": "/admin/keys",
    "engines": "/admin/engines",
    "storage": "/admin/storage",
    "login": "/login",
}
"""By the name of the picture."""
LOOKS = (("light", 1280), ("dark", 390))
"""Every page is taken like this; those of BOTH in every theme and width."""
BOTH = frozenset({"home", "report", "events"})
HEIGHT = 1_000
"""Pixels of a picture: what is seen without scrolling, and a little more."""


def _looks(name: str) -> tuple[tuple[str, int], ...]:
    return (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)) if name in BOTH else LOOKS


def _taken(page: Page, running: Site, name: str, file: Path) -> None:
    page.goto(running.url(PAGES[name]))
    page.wait_for_timeout(400)
    page.set_viewport_size({"width": (page.viewport_size or {"width": 1280})["width"], "height": HEIGHT})
    page.screenshot(path=file, animations="disabled", scale="css")


def _main() -> None:
    if program() is None:
        sys.exit("screenshots: no chromium on the PATH: apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as running, chromium() as browser:
        for name in PAGES:
            for theme, width in _looks(name):
                key = None if name == "login" else running.key
                with opened(browser, running.origin, key=key, theme=theme, width=width) as (page, _):
                    _taken(page, running, name, FOLDER / f"{name}-{theme}-{width}.png")


if __name__ == "__main__":
    _main()
