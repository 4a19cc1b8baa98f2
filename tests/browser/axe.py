"""axe-core in a page: what keeps people out of it."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_SOURCE = Path(__file__).parent / "vendor/axe.min.js"


@cache
def _source() -> str:
    return _SOURCE.read_text("utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core finds, with its default rules, each as one line: rule, where, what to do."""
    # Evaluated by the debugger's protocol, which the content security policy does not bind.
    page.evaluate(_source())
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}".replace("\n", " ")
        for one in found
        for node in one["nodes"]
    ]
