"""At least 300 payloads in every field that takes text, on every page and in the offline file, in real Chromium.

No dialog, no breach of the content security policy, no request to another origin; and nothing lost.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from fulgurite.exports.html.offline import offline
from fulgurite.model.listing import MAX_CHARACTERS
from fulgurite.model.report import Report
from tests.browser import hostile, shown
from tests.browser import site as sites
from tests.browser.chromium import Watch, opened
from tests.browser.payloads import PAYLOADS
from tests.browser.site import Site

TOGETHER = 84
"""Payloads of one report that has many: no list of a page is longer than it shows."""
MERGED: dict[str, Report] = {
    f"merged{start // TOGETHER}": hostile.merged(PAYLOADS[start : start + TOGETHER], 0x9000 + start)
    for start in range(0, len(PAYLOADS), TOGETHER)
}
SINGLE: dict[str, Report] = {f"single{number}": report for number, report in enumerate(hostile.ALL)}
EACH_SHOWN = 48
"""Of so many reports of a single payload one is opened as a page; all of them are read by the browser's parser."""

IN_THE_JSON_ONLY = {
    "source.backend", "source.sample", "sandbox_version",
    "machine.resource", "machine.browser",
    "events.FileAccess.op", "events.RegistryAccess.op", "events.Search.op", "events.FlowStart.local_addr",
    "events.HttpRequest.headers", "events.HttpResponse.headers",
    "artifacts.md5", "artifacts.sha1",
    "signatures.indicators.resource", "configs.resource",
}  # fmt: skip
"""Places that the report page leaves to the JSON, and to the explorer where they are of events."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Site]:  # noqa: ARG001 - skips first
    """A server whose whole store is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    with sites.site(folder, {**SINGLE, **MERGED}, with_run=False) as running:
        yield running


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) >= 300
    assert len(hostile.NUMBERS) >= 100


def _unfolded(page: Page) -> None:
    """Everything that is folded away is shown, so that it is drawn."""
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def _faults(page: Page, within: str = "html") -> list[str]:
    found: list[str] = page.evaluate(f"() => ({shown.finder()})(document.querySelector('{within}'))")
    # Our scripts place rows by styles. A style of the markup is against the policy, so the browser tells of it.
    return [fault for fault in found if re.match("[a-z]+ style=", fault) is None]


@pytest.mark.parametrize("name", MERGED)
def test_no_page_obeys_them(site: Site, browser: Browser, name: str) -> None:
    other = next(iter(MERGED.keys() - {name}))
    paths = ("/sandbox/{0}", "/sandbox/{0}/activity", "/sandbox/{0}/compare/{1}", "/sandbox/{0}/compare")
    with opened(browser, site.origin, key=site.key) as (page, _):
        for path in paths:
            page.goto(site.origin + path.format(site.ids[name], site.ids[other]), wait_until="load")
            _unfolded(page)
            assert _faults(page) == [], path


def test_no_report_page_obeys_one_alone(site: Site, browser: Browser) -> None:
    with opened(browser, site.origin, key=site.key) as (page, _):
        for name in list(SINGLE)[::EACH_SHOWN]:
            page.goto(site.url(f"/sandbox/{{{name}}}"), wait_until="load")
            _unfolded(page)
            assert _faults(page) == [], name


def test_no_list_obeys_them(site: Site, browser: Browser) -> None:
    seen = ""
    with opened(browser, site.origin, key=site.key) as (page, _):
        page.goto(site.url("/"))
        while True:
            assert _faults(page) == []
            seen += page.locator("main").text_content() or ""
            following = page.locator("a[rel=next]")
            if following.count() == 0:
                break
            following.click()
            page.wait_for_load_state()
    listed = shown.Read(seen)
    short = [payload for payload in PAYLOADS if len(payload) < MAX_CHARACTERS - 10]
    assert [payload for payload in short if not listed.has(payload + hostile.mark("sample.name"))] == []


_READ = """
async (id) => {
  const answer = await fetch(`/sandbox/${id}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [answer.status, (FINDER)(page), page.body.textContent];
}
"""


def test_the_report_page_loses_nothing(site: Site, browser: Browser) -> None:
    """Every payload at every place: the browser's own parser finds it as text, and nothing that it made of it."""
    read = _READ.replace("FINDER", shown.finder())
    lost: dict[str, list[str]] = {}
    with opened(browser, site.origin, key=site.key) as (page, _):
        page.goto(site.url("/login"))
        for name, payload in zip(SINGLE, PAYLOADS, strict=True):
            status, faults, text = page.evaluate(read, site.ids[name])
            assert (status, faults) == (200, []), payload
            read_there = shown.Read(text)
            for place in hostile.NUMBERS:
                if not read_there.has(payload + hostile.mark(place)):
                    lost.setdefault(place, []).append(payload)
    assert lost.keys() == IN_THE_JSON_ONLY, {place: payloads[:3] for place, payloads in lost.items()}


def test_the_interface_has_all_of_it(site: Site, browser: Browser) -> None:
    with opened(browser, site.origin, key=site.key) as (page, _):
        page.goto(site.url("/login"))
        for name, payload in list(zip(SINGLE, PAYLOADS, strict=True))[::29]:
            told = page.evaluate(
                "async (id) => (await fetch(`/session/v4/sandbox/${id}/export?format=native`)).text()", site.ids[name]
            )
            assert all(hostile.mark(place) in told for place in hostile.NUMBERS), payload


@pytest.mark.parametrize("name", MERGED)
def test_no_offline_file_obeys_them(browser: Browser, tmp_path: Path, name: str) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(offline(MERGED[name]))
    context = browser.new_context()
    watch = Watch(context, file.as_uri())
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("() => /^[0-9,]+ of [0-9,]+ events$/.test(document.querySelector('#matching').textContent)")
    _unfolded(page)
    # Every event is looked at once, whole.
    page.locator("#grid").focus()
    for _ in range(30):
        page.keyboard.press("PageDown")
    assert page.locator("#chosen dl").count() == 1
    faults = _faults(page, "main")
    context.close()
    assert faults + watch.faults == []
    assert watch.requests == [file.as_uri()]
