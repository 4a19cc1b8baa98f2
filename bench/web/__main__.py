"""The report page in Chromium, of a large report and of a small one: `python -m bench.web [--rounds N]`."""

import argparse
import gzip
import http.client
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Page

from fulgurite import importers
from fulgurite.errors import InputError
from tests.browser.chromium import chromium, program
from tests.browser.site import Site, taken_in

CORPORA = Path(__file__).resolve().parents[2].parent / "shared/corpora"
SMALL_BYTES = 50_000
"""The small report is that of the corpora whose file is nearest to this."""
GOALS = {"ratio_first_byte": 3.0, "ratio_interactive": 3.0, "transferred_bytes": 300_000, "heap_bytes": 100_000_000}
"""What the large report's page is to stay below."""
_INTERACTIVE = """() => new Promise((tell) => {
  const idle = () => requestIdleCallback(() => tell(performance.now()));
  document.readyState === "complete" ? idle() : addEventListener("load", idle);
})"""
"""When scripts have run, files are there, and the browser has nothing to do: in milliseconds since it asked."""


class Visit(NamedTuple):
    """One look at a page by a browser that has nothing of it."""

    interactive_ms: float
    transferred_bytes: int
    heap_bytes: int
    nodes: int


def _reports() -> dict[str, bytes]:
    large = [gzip.decompress(path.read_bytes()) for path in (CORPORA / "cape_capa_testfiles").glob("*.gz")]
    near = sorted(CORPORA.glob("*/*.json"), key=lambda path: abs(path.stat().st_size - SMALL_BYTES))
    small = next(data for data in (path.read_bytes() for path in near) if _names_its_sample(data))
    return {"small": small, "large": max(large, key=len)}


def _names_its_sample(data: bytes) -> bool:
    """Whether `data` is a report that can be taken in as it is."""
    try:
        return importers.read(data).sample.sha256 is not None
    except InputError:
        return False


def _first_byte_ms(site: Site, path: str) -> float:
    """From the request to the first byte of the answer."""
    parts = urlsplit(site.origin)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.connect()
    began = time.perf_counter()
    connection.request("GET", path, headers={"cookie": f"fulgurite_key={site.key}", "accept-encoding": "gzip"})
    answer = connection.getresponse()
    taken = (time.perf_counter() - began) * 1000
    answer.read()
    connection.close()
    if answer.status != http.client.OK:
        raise SystemExit(f"{path} was answered with {answer.status}")
    return taken


def _visit(browser: Browser, site: Site, path: str) -> Visit:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "fulgurite_key", "value": site.key, "url": site.origin}])
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Performance.enable")
    arrived: list[int] = []
    session.on("Network.loadingFinished", lambda event: arrived.append(int(event["encodedDataLength"])))
    page.goto(site.origin + path, wait_until="commit")
    interactive = float(page.evaluate(_INTERACTIVE))
    transferred = sum(arrived)
    heap, nodes = _memory(page, session)
    context.close()
    return Visit(interactive, transferred, heap, nodes)


def _memory(page: Page, session: CDPSession) -> tuple[int, int]:
    """What the page holds once it has come to rest."""
    page.wait_for_timeout(500)
    session.send("HeapProfiler.collectGarbage")
    told: dict[str, Any] = session.send("Performance.getMetrics")
    values = {one["name"]: one["value"] for one in told["metrics"]}
    return int(values["JSHeapUsedSize"]), int(values["Nodes"])


def _measured(site: Site, browser: Browser, rounds: int) -> dict[str, object]:
    paths = {size: f"/sandbox/{sandbox_id}" for size, sandbox_id in site.ids.items()}
    first: dict[str, list[float]] = {size: [] for size in paths}
    visits: dict[str, list[Visit]] = {size: [] for size in paths}
    for _ in range(rounds):
        # In turns, so that what else the machine does falls on both alike.
        for size, path in paths.items():
            first[size] += [_first_byte_ms(site, path) for _ in range(3)]
            visits[size].append(_visit(browser, site, path))
    figures: dict[str, object] = {}
    for size in paths:
        figures[size] = {
            "first_byte_ms": round(statistics.median(first[size]), 2),
            "interactive_ms": round(statistics.median(one.interactive_ms for one in visits[size]), 1),
            "transferred_bytes": max(one.transferred_bytes for one in visits[size]),
            "heap_bytes": max(one.heap_bytes for one in visits[size]),
            "nodes": visits[size][-1].nodes,
        }
    return figures | _ratios(first, visits)


def _ratios(first: dict[str, list[float]], visits: dict[str, list[Visit]]) -> dict[str, object]:
    interactive = {size: statistics.median(one.interactive_ms for one in of) for size, of in visits.items()}
    return {
        "ratio_first_byte": round(statistics.median(first["large"]) / statistics.median(first["small"]), 2),
        "ratio_interactive": round(interactive["large"] / interactive["small"], 2),
    }


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    if not CORPORA.is_dir() or program() is None:
        print(json.dumps({"bench": "web", "skipped": f"needs chromium and {CORPORA}"}))
        return
    reports = _reports()
    with tempfile.TemporaryDirectory() as folder, taken_in(Path(folder), reports) as site, chromium() as browser:
        for size in site.ids:
            _visit(browser, site, f"/sandbox/{site.ids[size]}")
        sizes = {f"{size}_report_bytes": len(data) for size, data in reports.items()}
        print(json.dumps({"bench": "web", **sizes, **_measured(site, browser, arguments.rounds), "goals": GOALS}))


if __name__ == "__main__":
    _main()
