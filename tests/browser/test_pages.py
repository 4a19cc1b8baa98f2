"""Every page in real Chromium: for all readers, in both themes, by keyboard, without scripts, on paper."""

from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import violations
from tests.browser.chromium import opened
from tests.browser.site import Site

PAGES = (
    "/",
    "/?verdict=malicious&text=loader",
    "/?text=nothing-fits-this",
    "/submit",
    "/sandbox/{run}",
    "/sandbox/{loader}",
    "/sandbox/{long}",
    "/sandbox/{loader}/activity",
    "/sandbox/{long}/activity?q=needle&event=2993",
    "/sandbox/{loader}/compare",
    "/sandbox/{loader}/compare/{elsewhere}",
    "/hashes?q=" + "%20".join(("0" * 32, "1" * 40, "2" * 64)),
    "/known?kind=domain&value=gate.example",
    "/admin",
    "/admin/keys",
    "/admin/engines",
    "/admin/storage",
)
"""One of every kind, and the states that look different."""
MISSING = ("/nowhere", "/sandbox/" + "0" * 24, "/hash/" + "0" * 64)
"""Pages that answer with 404, which the browser tells on its console."""


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_axe_finds_nothing(site: Site, browser: Browser, theme: str) -> None:
    found = {}
    with opened(browser, site.origin, key=site.key, theme=theme) as (page, watch):
        watch.forgive("404 (Not Found)")
        page.goto(site.url("/admin/keys"))
        revoking = page.locator("a[href$='/revoke']").first.get_attribute("href") or ""
        for path in (*PAGES, *MISSING, revoking):
            page.goto(site.url(path))
            page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            found[path] = violations(page)
    with opened(browser, site.origin, theme=theme) as (page, _):
        page.goto(site.url("/login"))
        found["/login"] = violations(page)
    assert {path: told for path, told in found.items() if told} == {}


def test_no_page_is_wider_than_a_narrow_screen(site: Site, browser: Browser) -> None:
    found = {}
    with opened(browser, site.origin, key=site.key, width=390) as (page, _):
        for path in PAGES:
            page.goto(site.url(path))
            found[path] = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert {path: wider for path, wider in found.items() if wider > 0} == {}


def test_every_link_answers(site: Site, browser: Browser) -> None:
    """Links of all pages: those to pages and files of ours answer, those to places on a page have their place."""
    links: dict[str, str] = {}
    dead: list[str] = []
    with opened(browser, site.origin, key=site.key, script=False) as (page, _):
        for path in PAGES:
            page.goto(site.url(path))
            for href in _links(page):
                links.setdefault(href, path)
            dead += [f"{path}: #{place}" for place in _places_without_target(page)]
        asked = {urldefrag(link).url for link in links}
        asked -= {site.url(path) for path in PAGES}
        for link in sorted(asked):
            assert link.startswith(site.origin + "/"), link
            answer = page.request.get(link)
            # Of a file that nobody analysed there is a page, too: it says so, and takes the file.
            is_unknown_file = answer.status == 404 and "/hash/" in link and "No analysis" in answer.text()
            if answer.status != 200 and not is_unknown_file:
                dead.append(f"{links.get(link)}: {link} {answer.status}")
    assert dead == []


def _links(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('a[href]')].map((one) => one.href).filter((one) => !one.includes('#'))"
    )
    return sorted(set(found))


def _places_without_target(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('a[href^="#"]')].map((one) => one.getAttribute("href").slice(1))
        .filter((id) => !document.getElementById(decodeURIComponent(id)))"""
    )
    return found


@pytest.mark.parametrize("path", ["/", "/submit", "/sandbox/{loader}", "/sandbox/{loader}/activity", "/admin/keys"])
def test_the_keyboard_reaches_everything(site: Site, browser: Browser, path: str) -> None:
    """Tab goes through the page in some order, shows where it is, and is never caught."""
    with opened(browser, site.origin, key=site.key) as (page, _):
        page.goto(site.url(path))
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("() => document.activeElement.id") == "main"
        seen = list(_walk(page, 25))
        assert len(set(seen)) > 1
        assert [where for where, is_shown in seen if not is_shown] == []


def _walk(page: Page, steps: int) -> Iterator[tuple[str, bool]]:
    """Where the focus is after each Tab, and whether it can be seen there."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        where, is_shown = page.evaluate(
            """() => {
                const one = document.activeElement;
                const box = one.getBoundingClientRect();
                const style = getComputedStyle(one);
                const isMarked = style.outlineStyle !== "none" || style.boxShadow !== "none";
                return [one.outerHTML.slice(0, 120), one === document.body || (isMarked && box.width > 0)];
            }"""
        )
        if where.startswith("<body"):
            return
        yield where, is_shown


def test_pages_say_everything_without_scripts(site: Site, browser: Browser) -> None:
    with opened(browser, site.origin, key=site.key, script=False) as (page, _):
        page.goto(site.url("/"))
        page.locator(f"main a[href='{site.url('/sandbox/{loader}').removeprefix(site.origin)}']").first.click()
        assert "Injects into another process" in (page.locator("main").text_content() or "")
        page.goto(site.url("/sandbox/{long}/activity?q=needle"))
        text = page.locator("main").text_content() or ""
        assert "HKCU\\Software\\needle" in text
        assert "C:\\data\\00001.txt" not in text
        page.goto(site.url("/sandbox/{long}/activity"))
        first = page.locator("main").text_content() or ""
        page.get_by_role("link", name="After").click()
        assert "C:\\data\\00000.txt" in first
        assert "C:\\data\\00000.txt" not in (page.locator("main").text_content() or "")


@pytest.mark.parametrize("path", ["/", "/sandbox/{loader}", "/sandbox/{loader}/compare/{elsewhere}"])
def test_pages_can_be_printed(site: Site, browser: Browser, path: str) -> None:
    with opened(browser, site.origin, key=site.key, theme="dark") as (page, _):
        page.goto(site.url(path))
        page.emulate_media(media="print")
        ground, ink = page.evaluate(
            "() => { const of = getComputedStyle(document.body); return [of.backgroundColor, of.color]; }"
        )
        assert ground == "rgb(255, 255, 255)"
        assert max(int(part) for part in ink[4:-1].split(",")) < 100
        assert page.locator(".top").is_hidden()
        paper = page.pdf(format="A4")
        assert paper.startswith(b"%PDF-")
        assert paper.count(b"/Type /Page") > 1


def test_a_print_of_the_events_says_that_it_is_not_all(site: Site, browser: Browser) -> None:
    with opened(browser, site.origin, key=site.key) as (page, _):
        page.goto(site.url("/sandbox/{long}/activity"))
        note = page.get_by_text("On paper are only the events")
        assert note.is_hidden()
        page.emulate_media(media="print")
        assert note.is_visible()


def test_the_focus_goes_to_the_process_that_the_address_names(site: Site, browser: Browser) -> None:
    with opened(browser, site.origin, key=site.key) as (page, _):
        page.goto(site.url("/sandbox/{loader}#process-3"))
        page.wait_for_function("() => document.activeElement.parentElement?.id === 'process-3'", timeout=5000)


def test_nobody_reads_without_a_key(site: Site, browser: Browser) -> None:
    with opened(browser, site.origin) as (page, _):
        for path in PAGES:
            page.goto(site.url(path))
            assert urlsplit(page.url).path == "/login", path
