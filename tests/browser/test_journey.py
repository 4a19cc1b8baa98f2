"""What people do, in real Chromium: send a file in, wait, read its report, filter, compare, take it along."""

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fulgurite.importers import read
from tests.browser.chromium import PATIENCE_MS, opened
from tests.browser.site import Site
from tests.e2e.running import HELLO

REPORT = re.compile(r".*/sandbox/[0-9a-f]{24}$")
EVENTS = re.compile(r"^[0-9,]+ of [0-9,]+ events$")


def _login(page: Page, site: Site) -> None:
    page.goto(site.url("/"))
    page.get_by_label("API key").fill(site.key)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Analyses", exact=True)).to_be_visible()


def test_from_a_file_to_what_is_taken_along(site: Site, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, site.origin) as (page, _):
        _login(page, site)
        _submitted(page, tmp_path)
        _read_there(page)
        _filtered(page)
        _compared(page, site)
        _taken_along(page, tmp_path)
        page.get_by_role("button", name="Log out").click()
        page.goto(site.url("/"))
        expect(page.get_by_label("API key")).to_be_visible()


def test_a_session_that_ended_is_told_where_files_are_sent(site: Site, browser: Browser) -> None:
    with opened(browser, site.origin, key=site.key) as (page, _):
        page.goto(site.url("/submit"))
        page.get_by_label("Files to analyse").set_input_files(HELLO)
        page.context.clear_cookies()
        page.get_by_role("button", name="Analyse", exact=True).click()
        expect(page.locator("[data-sending]").first).to_contain_text("the session has ended; log in again")


def _submitted(page: Page, tmp_path: Path) -> None:
    """A file is sent in; its progress becomes its report, in place."""
    sample = tmp_path / "journey.exe"
    # A file of its own: bytes behind the last section change its hashes only.
    sample.write_bytes(HELLO.read_bytes() + b"journey")
    page.get_by_role("link", name="Submit", exact=True).click()
    page.get_by_label("Files to analyse").set_input_files(sample)
    page.get_by_role("button", name="Analyse", exact=True).click()
    page.wait_for_url(REPORT)
    page.evaluate("() => { globalThis.isSamePage = document.querySelector('[data-live]') !== null; }")
    expect(page.locator("#verdict")).to_be_visible(timeout=PATIENCE_MS)
    # Where the run was over before the page came, there was nothing to hand over.
    assert page.evaluate("() => globalThis.isSamePage") in (True, False)


def _read_there(page: Page) -> None:
    expect(page.get_by_role("heading", name="journey.exe")).to_be_visible()
    process = page.locator("#processes details").first
    process.locator("summary").click()
    expect(process.get_by_text("Image", exact=True)).to_be_visible()
    assert page.locator("#verdict").get_by_role("button", name="Copy").count() >= 3


def _filtered(page: Page) -> None:
    """The explorer's page: the words that are typed leave fewer events, and stand in the address."""
    page.get_by_role("link", name="by themselves").click()
    page.wait_for_url(re.compile(r".*/activity"))
    told = page.locator("[data-status]")
    whole = told.text_content()
    page.get_by_label("Text").fill("hello")
    page.get_by_label("Text").press("Enter")
    expect(told).not_to_have_text(whole or "")
    assert "q=hello" in page.url
    with page.expect_download() as kept:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.reader(kept.value.path().read_text("utf-8-sig").splitlines()))
    matching = re.match("[0-9,]+", told.text_content() or "")
    assert matching is not None
    assert len(rows) == int(matching[0].replace(",", "")) + 1


def _compared(page: Page, site: Site) -> None:
    sandbox_id = re.findall("[0-9a-f]{24}", page.url)[0]
    page.goto(site.url(f"/sandbox/{sandbox_id}/compare"))
    page.get_by_label("with the analysis of this id").fill(site.ids["loader"])
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile(rf".*/compare/{site.ids['loader']}$"))
    expect(page.get_by_role("region", name="Signatures")).to_contain_text("Injects into another process")
    page.get_by_role("link", name="Swap sides").click()
    page.wait_for_url(re.compile(rf".*/compare/{sandbox_id}$"))
    page.get_by_role("link", name="journey.exe").click()
    page.wait_for_url(REPORT)


def _taken_along(page: Page, tmp_path: Path) -> None:
    """The offline report is kept, opened from the disk, searched, and gives the whole report back."""
    with page.expect_download() as kept:
        page.get_by_role("link", name="Offline report").click()
    file = tmp_path / "kept.html"
    kept.value.save_as(file)
    assert kept.value.suggested_filename.endswith(".html")
    browser = page.context.browser
    assert browser is not None
    with opened(browser, file.as_uri()) as (alone, watch):
        alone.goto(file.as_uri())
        expect(alone.get_by_role("heading", name="journey.exe")).to_be_visible()
        expect(alone.locator("#matching")).to_have_text(EVENTS)
        with alone.expect_download() as saved:
            alone.get_by_role("button", name="Save as JSON").click()
        whole = tmp_path / "whole.json"
        saved.value.save_as(whole)
        assert [url for url in watch.requests if not url.startswith("blob:")] == [file.as_uri()]
    assert read(whole.read_bytes()).sample.name == "journey.exe"
    assert len(json.loads(whole.read_bytes())["events"]) > 10


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_report_is_searched_offline(site: Site, browser: Browser, tmp_path: Path, width: int) -> None:
    file = tmp_path / "long.html"
    with opened(browser, site.origin, key=site.key) as (page, _):
        file.write_bytes(page.request.get(site.url("/v4/sandbox/{long}/export"), headers={"apikey": site.key}).body())
    with opened(browser, file.as_uri(), width=width) as (page, watch):
        page.goto(file.as_uri())
        told = page.locator("#matching")
        expect(told).to_have_text("3,000 of 3,000 events")
        assert page.locator("#rows [role=row]").count() < 100
        page.get_by_label("Text").fill("NEEDLE")
        expect(told).to_have_text("1 of 3,000 events")
        page.locator("#grid").focus()
        page.keyboard.press("Home")
        expect(page.locator("#chosen")).to_contain_text("HKCU\\Software\\needle")
        page.get_by_label("Text").fill("")
        page.locator("#grid").focus()
        page.keyboard.press("End")
        expect(page.locator("#chosen")).to_contain_text("C:\\data\\02999.txt")
        page.get_by_label("Kind").select_option("registry")
        expect(told).to_have_text("1 of 3,000 events")
        assert watch.requests == [file.as_uri()]
