"""The explorer in a browser: every event can be reached, filtered, opened and kept, by mouse and by keyboard."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import opened
from tests.browser.contents import LONG
from tests.browser.site import Site

MAX_LINES = 80
"""Lines that are there at a time, of however many."""


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    with opened(browser, site.origin, key=site.key) as (opened_page, _):
        yield opened_page


def _go(page: Page, site: Site, path: str, count: str) -> None:
    page.goto(site.url(path))
    _told(page, count)


def _told(page: Page, count: str) -> None:
    """Waits until the explorer says how many events match."""
    expect(page.locator("[data-explorer]")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("[data-status] strong")).to_have_text(count)


def _asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_all_lines_can_be_scrolled_to_and_few_are_there(site: Site, page: Page) -> None:
    _go(page, site, "/sandbox/{long}/activity", f"{LONG:,}")
    table = page.get_by_role("grid")
    expect(table).to_have_attribute("aria-rowcount", str(LONG + 1))
    for part in (0.25, 0.5, 0.75, 1):
        page.evaluate(
            "part => { const v = document.querySelector('[data-view]'); v.scrollTop = v.scrollHeight * part }", part
        )
        expect(page.locator(".waiting:not([hidden])")).to_have_count(0)
        assert page.locator("[data-body] tr").count() < MAX_LINES
    expect(page.locator(f'[aria-rowindex="{LONG + 1}"]')).to_contain_text(f"{LONG - 1:05}.txt")
    for line in page.locator("[data-body] tr:not([hidden])").all():
        number = int(line.get_attribute("aria-rowindex") or 0) - 2
        expected = "needle" if number == LONG - 7 else f"{number:05}.txt"
        expect(line).to_contain_text(expected)


def test_a_million_lines_can_be_scrolled_to(site: Site, page: Page) -> None:
    """More than browsers can draw in one box: by the scroll bar and by the keyboard every line is reached."""
    _go(page, site, "/sandbox/{long}/activity", f"{LONG:,}")
    page.evaluate(
        """async (source) => {
          const {Table} = await import(source);
          const old = document.querySelector("[data-explorer]");
          const root = old.cloneNode(true);
          old.replaceWith(root);
          root.querySelector("[data-body]").replaceChildren();
          const at = (place) => ({index: place, event: {event: "module", path: `line ${place}`}});
          const act = {label: "library", group: "code", action: [["load", ""]], object: [["", "path"]], result: []};
          const about = {id: "x", names: {}, acts: {module: act}};
          const none = () => {};
          new Table(root, {matching: 1_000_000, at, want: none}, about, {opened: none, moved: none}).begin();
        }""",
        _script(page, "table"),
    )  # fmt: skip
    box = "document.querySelector('[data-view]')"
    for part, place in ((0.5, 500_000), (1, 999_999)):
        page.evaluate(f"part => {{ {box}.scrollTop = ({box}.scrollHeight - {box}.clientHeight) * part }}", part)
        expect(page.locator(f'[aria-rowindex="{place + 2}"]')).to_contain_text(f"line {place}")
    page.get_by_role("grid").focus()
    for key, told in (("Home", "line 0"), ("PageDown", "line "), ("End", "line 999999"), ("ArrowUp", "line 999998")):
        page.keyboard.press(key)
        chosen = page.locator('[aria-selected="true"]:not([hidden])')
        expect(chosen).to_be_in_viewport()
        expect(chosen).to_contain_text(told)
    assert page.locator("[data-body] tr").count() < MAX_LINES


def _script(page: Page, name: str) -> str:
    """The address of a script of the explorer."""
    main = str(page.locator("script[src*='explorer/main']").get_attribute("src"))
    return main.replace("main.js", f"{name}.js")


def test_far_pages_are_dropped(site: Site, page: Page) -> None:
    """What is kept does not grow with the report: the script's own bound is far below LONG."""
    _go(page, site, "/sandbox/{long}/activity", f"{LONG:,}")
    kept = page.evaluate(
        """async ([source, address]) => {
          const {Source, PAGE} = await import(source);
          let next;
          const arrived = () => next();
          const made = new Source(address, {arrived, failed: (why) => { throw new Error(why) }});
          const wait = (deed) => new Promise((resolve) => { next = resolve; deed() });
          await wait(() => made.begin(new URLSearchParams("limit=1"), null));
          made.matching = 100 * PAGE;
          for (let page = 1; page < 100; page += 1) {
            made.pages.set(page, []);
          }
          made.pages.delete(99);
          await wait(() => made.want(99 * PAGE, 99 * PAGE));
          return made.pages.size;
        }""",
        [_script(page, "source"), f"/session/v4/sandbox/{site.ids['long']}/activity"],
    )  # fmt: skip
    assert kept <= 41


def test_text_kind_and_process_filter(site: Site, page: Page) -> None:
    _go(page, site, "/sandbox/{long}/activity", f"{LONG:,}")
    page.keyboard.press("/")
    page.keyboard.type("needle")
    _told(page, "1")
    expect(page.locator("[data-body] tr:not([hidden])")).to_contain_text(["needle"])
    assert _asked(page) == {"q": ["needle"]}
    page.keyboard.press("Escape")
    _told(page, f"{LONG:,}")
    page.get_by_role("checkbox", name=re.compile("^registry")).check()
    _told(page, "1")
    assert _asked(page) == {"kind": ["registry"]}
    page.get_by_text("Clear filters").click()
    _told(page, f"{LONG:,}")
    assert _asked(page) == {}
    page.get_by_label("Process").select_option("2")
    _told(page, f"{LONG // 2 - 1:,}")
    page.reload()
    _told(page, f"{LONG // 2 - 1:,}")
    expect(page.get_by_label("Process")).to_have_value("2")


def test_the_keyboard_reaches_every_line_and_opens_it(site: Site, page: Page) -> None:
    _go(page, site, "/sandbox/{long}/activity", f"{LONG:,}")
    table = page.get_by_role("grid")
    table.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator('[aria-selected="true"]')).to_have_attribute("aria-rowindex", "3")
    page.keyboard.press("PageDown")
    below = int(page.locator('[aria-selected="true"]').get_attribute("aria-rowindex") or 0)
    assert below > 5
    page.keyboard.press("End")
    expect(page.locator('[aria-selected="true"]')).to_contain_text(f"{LONG - 1:05}.txt")
    named = table.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{named}")).to_have_attribute("aria-rowindex", str(LONG + 1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="The event in full")).to_contain_text(f"Event {LONG - 1}")
    assert _asked(page) == {"event": [str(LONG - 1)]}
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("region", name="The event in full")).to_contain_text(f"Event {LONG - 2}")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="The event in full")).to_be_hidden()
    expect(table).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator('[aria-selected="true"]')).to_contain_text("00000.txt")


def test_a_link_to_an_event_shows_it_in_its_place(site: Site, page: Page) -> None:
    _go(page, site, f"/sandbox/{{long}}/activity?event={LONG - 7}", f"{LONG:,}")
    expect(page.locator('[aria-selected="true"]')).to_contain_text("needle")
    expect(page.get_by_role("region", name="The event in full")).to_contain_text("SetValueKey")


def test_links_of_the_report_filter_in_place(site: Site, page: Page) -> None:
    _go(page, site, "/sandbox/{loader}", "17")
    for name, count in (("signature=test_injects", "1"), ("event=8", "17")):
        page.evaluate(
            """([name, id]) => {
              const link = document.createElement("a");
              Object.assign(link, {href: `/sandbox/${id}/activity?${name}`, textContent: name});
              link.dataset.filter = "";
              document.querySelector("main").append(link);
            }""",
            [name, site.ids["loader"]],
        )
        page.get_by_role("link", name=name).click()
        _told(page, count)
        assert urlsplit(page.url).path == f"/sandbox/{site.ids['loader']}"
    expect(page.get_by_role("region", name="The event in full")).to_contain_text("CreateRemoteThread")
    page.get_by_role("checkbox", name=re.compile("^registry")).check()
    _told(page, "1")
    expect(page.get_by_role("region", name="The event in full")).to_contain_text("CreateRemoteThread")


def test_the_heads_sort(site: Site, page: Page) -> None:
    _go(page, site, "/sandbox/{long}/activity", f"{LONG:,}")
    first = page.locator('[aria-rowindex="2"]')
    for sort, told in (("time", "00000.txt"), ("-time", f"{LONG - 1:05}.txt"), ("", "00000.txt")):
        page.get_by_role("columnheader", name="Time").get_by_role("link").click()
        expect(first).to_contain_text(told)
        assert _asked(page).get("sort", [""]) == [sort]


def test_back_and_forward_go_through_the_filters(site: Site, page: Page) -> None:
    page.goto(site.url("/"))
    _go(page, site, "/sandbox/{long}/activity", f"{LONG:,}")
    registry = page.get_by_role("checkbox", name=re.compile("^registry"))
    registry.check()
    _told(page, "1")
    page.get_by_text("Clear filters").click()
    _told(page, f"{LONG:,}")
    page.get_by_role("columnheader", name="Time").get_by_role("link").click()
    page.get_by_role("searchbox", name="Text").press_sequentially("needle", delay=60)
    _told(page, "1")
    time = page.get_by_role("columnheader", name="Time")
    # A word is one step, however slowly it was typed.
    page.go_back()
    _told(page, f"{LONG:,}")
    expect(page.get_by_role("searchbox", name="Text")).to_have_value("")
    expect(time).to_have_attribute("aria-sort", "ascending")
    page.go_back()
    expect(time).not_to_have_attribute("aria-sort", "ascending")
    page.go_back()
    _told(page, "1")
    expect(registry).to_be_checked()
    page.go_forward()
    _told(page, f"{LONG:,}")
    expect(registry).not_to_be_checked()
    page.go_back()
    page.go_back()
    page.go_back()
    expect(page).to_have_url(site.url("/"))


def test_an_event_that_is_none_is_told(site: Site, page: Page) -> None:
    _go(page, site, "/sandbox/{long}/activity?event=99999999", f"{LONG:,}")
    expect(page.locator("[data-fault]")).to_contain_text("There is no event 99999999 here")


def test_brushing_the_timeline_filters_everything(site: Site, page: Page) -> None:
    _go(page, site, "/sandbox/{loader}", "17")
    plot = page.locator(".u-over")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(page.locator("[data-status] strong")).not_to_have_text("17")
    asked = _asked(page)
    assert 0 <= int(asked["from_ms"][0]) < int(asked["to_ms"][0]) < 300
    # Process 1 began then; 3 and the signatures that come later have nothing to tell of it.
    expect(page.locator('[data-procid="3"]').first).to_have_class(re.compile(r"\bdim\b"))
    expect(page.locator('[data-procid="1"]').first).not_to_have_class(re.compile(r"\bdim\b"))
    expect(page.locator('[data-signature="test_injects"]').first).to_have_class(re.compile(r"\bdim\b"))
    page.get_by_text("Clear filters").click()
    _told(page, "17")
    expect(page.locator(".dim")).to_have_count(0)


def test_a_span_can_be_typed(site: Site, page: Page) -> None:
    _go(page, site, "/sandbox/{long}/activity", f"{LONG:,}")
    page.get_by_label("From (ms)").fill("10")
    page.get_by_label("To (ms)").fill("19")
    _told(page, "10")


@pytest.mark.parametrize(("label", "form"), [("CSV", "csv"), ("NDJSON", "ndjson")])
def test_what_is_filtered_can_be_kept(site: Site, page: Page, tmp_path: Path, label: str, form: str) -> None:
    _go(page, site, "/sandbox/{long}/activity?kind=registry", "1")
    with page.expect_download() as kept:
        page.get_by_role("link", name=label, exact=True).click()
    path = tmp_path / form
    kept.value.save_as(path)
    assert "needle" in path.read_text()
    if form == "ndjson":
        assert [json.loads(line)["index"] for line in path.read_text().splitlines()] == [LONG - 7]


def test_what_the_interface_refuses_is_told(site: Site, browser: Browser) -> None:
    with opened(browser, site.origin, key=site.key) as (page, watch):
        watch.forgive("status of 400")
        _go(page, site, "/sandbox/{long}/activity", f"{LONG:,}")
        page.evaluate(
            "() => { history.replaceState(null, '', '?kind=teleport'); dispatchEvent(new PopStateEvent('popstate')) }"
        )
        expect(page.get_by_role("alert")).to_contain_text("kind")


def test_without_a_script_links_and_the_form_do(site: Site, browser: Browser) -> None:
    with opened(browser, site.origin, key=site.key, script=False) as (page, _):
        page.goto(site.url("/sandbox/{long}/activity"))
        expect(page.get_by_role("row")).to_have_count(101)
        page.get_by_role("link", name="After").click()
        expect(page.get_by_role("row").nth(1)).to_contain_text("00100.txt")
        page.get_by_label("Text").fill("needle")
        page.get_by_role("button", name="Filter").click()
        expect(page.get_by_role("row")).to_have_count(2)
        page.get_by_role("row").nth(1).get_by_role("link").first.click()
        expect(page.get_by_role("region", name="The event in full")).to_contain_text("SetValueKey")
        page.get_by_role("link", name="Close").click()
        expect(page.get_by_role("region", name="The event in full")).to_have_count(0)
        assert _asked(page) == {"q": ["needle"]}
