"""Scripts show hostile text and events word for word as the server's pages do."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from fulgurite.exports.html.filters import defanged, visible
from fulgurite.model.events import Event, ForeignEvent
from fulgurite.web.acts import ACTS, fields, line
from fulgurite.web.assets import assets
from tests.browser.chromium import opened
from tests.browser.site import Site
from tests.strategies import NUMBERS, TYPED_EVENTS, built

CASES = json.loads((Path(__file__).parents[1] / "data/web/text.json").read_text())
NAMES = {"1": "loader.exe", "2": "<b>\u202e.exe"}
WORDS = {"acts": msgspec.to_builtins(ACTS), "names": NAMES}

# Characters that Python knows: Chromium may know more. Keys that are no numbers, which scripts put first.
KNOWN = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=40)
VALUES = st.none() | st.booleans() | NUMBERS | KNOWN
OWN = st.dictionaries(
    st.text("abcxyz_", min_size=1, max_size=8),
    VALUES | st.lists(VALUES, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), VALUES, max_size=2),
    max_size=4,
)
ANY_EVENT: st.SearchStrategy[Event] = TYPED_EVENTS | built(ForeignEvent, d=OWN)

SHOW = """async ([url, name, cases]) => {
  const text = await import(url);
  return cases.map(({text: said, limit}) => {
    const place = document.createElement("p");
    place.append(text[name](said, limit ?? undefined));
    return [place.textContent, place.querySelectorAll("*").length];
  });
}"""
TELL = """async ([source, acts, body, words]) => {
  const {line, fields} = await import(acts);
  const {read} = await import(source);
  return read(body).map((event) => [line(event, words), fields(event, words)]);
}"""


@pytest.fixture(scope="module")
def page(site: Site, browser: Browser) -> Any:
    with opened(browser, site.origin) as (opened_page, _):
        opened_page.goto(site.url("/login"))
        yield opened_page


def _shown(page: Page, name: str, cases: list[dict[str, Any]]) -> list[list[Any]]:
    told: list[list[Any]] = page.evaluate(SHOW, [assets()["text.js"].url, name, cases])
    return told


@pytest.mark.parametrize("name", ["visible", "defanged"])
def test_the_filters_cases(page: Page, name: str) -> None:
    assert [text for text, _ in _shown(page, name, CASES)] == [case[name] for case in CASES]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(KNOWN, min_size=1, max_size=20), limit=st.none() | st.integers(0, 50))
def test_any_text(page: Page, texts: list[str], limit: int | None) -> None:
    cases = [{"text": text, "limit": limit} for text in texts]
    for name, twin in (("visible", visible), ("defanged", defanged)):
        marks = [str(twin(text, limit)).count("<span") for text in texts]
        shown = _shown(page, name, cases)
        assert [count for _, count in shown] == marks
        assert [text for text, _ in shown] == page.evaluate(
            "parts => parts.map(p => new DOMParser().parseFromString('<pre>\\n' + p, 'text/html').body.textContent)",
            [str(twin(text, limit)) for text in texts],
        )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(ANY_EVENT, min_size=1, max_size=20))
def test_any_event(page: Page, events: list[Event]) -> None:
    body = msgspec.json.encode(events)
    paths = [assets()[f"explorer/{name}.js"].url for name in ("source", "acts")]
    told = page.evaluate(TELL, [*paths, body.decode(), WORDS])
    for event, (shown, said) in zip(msgspec.json.decode(body), told, strict=True):
        expected = line(0, event, NAMES)
        of_server = [getattr(expected, name) for name in ("process", "label", "group", "action", "object", "result")]
        assert [shown[name] for name in ("process", "label", "group", "action", "object", "result")] == of_server
        assert [tuple(pair) for pair in said] == list(fields(event, NAMES))
