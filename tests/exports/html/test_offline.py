"""A report as one file: nothing but itself, and all of itself."""

import gzip
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser

import msgspec
from hypothesis import given, settings

from fulgurite.exports.html.offline import PIECE, offline, policy
from fulgurite.model import report as native
from fulgurite.model.report import Report
from tests import builders
from tests.strategies import reports

EVENTS = tuple(builders.file_write(f"C:\\{number}") for number in range(2 * PIECE + 5))


class _Read(HTMLParser):
    """What stands in a page: its elements with their attributes, and what is in those that hold no markup."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[dict[str, str | None], str]] = []
        self._inside: tuple[str, dict[str, str | None]] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = (tag, dict(attrs)) if tag in ("script", "style") else None

    def handle_data(self, data: str) -> None:
        if self._inside is not None:
            self.raw.append(({"": self._inside[0], **self._inside[1]}, data))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        self._inside = None


def _whole(page: _Read) -> Report:
    """The report in a page, put together as the page's own script does it."""
    packed = [text for attributes, text in page.raw if attributes.get("type") == "text/plain"]
    head, *pieces = (msgspec.json.decode(gzip.decompress(b64decode(text))) for text in packed)
    assert "events" not in head
    assert all(len(piece) <= PIECE for piece in pieces)
    return native.decode(msgspec.json.encode({**head, "events": [event for piece in pieces for event in piece]}))


def test_nothing_is_left_out() -> None:
    report = builders.report(*EVENTS, builders.registry_read("</script><script>alert(1)</script>"))
    assert _whole(_Read(offline(report).decode())) == report


def test_it_asks_nobody_for_anything() -> None:
    page = _Read(offline(builders.report(*EVENTS)).decode())
    addresses = [value for _, its in page.elements for name, value in its.items() if name in ("src", "href", "action")]
    assert addresses != []
    assert all(value is not None and value.startswith("#") for value in addresses)
    assert not any(name.startswith("on") or name == "style" for _, its in page.elements for name in its)
    style = "".join(text for attributes, text in page.raw if attributes[""] == "style")
    assert "url(" not in style
    assert "@import" not in style


def test_only_its_own_style_and_script_may_act() -> None:
    page = _Read(offline(builders.report()).decode())
    own = [text for attributes, text in page.raw if attributes.get("type") in (None, "module")]
    assert len(own) == 2
    stated = next(its["content"] for _, its in page.elements if its.get("http-equiv") == "Content-Security-Policy")
    assert stated == policy(*own)
    assert stated is not None
    for text in own:
        assert b64encode(sha256(text.encode()).digest()).decode() in stated
    assert re.findall(r"'[^']*'|[a-z]+-src", stated)[:2] == ["default-src", "'none'"]
    assert "unsafe" not in stated


def test_its_script_is_of_one_piece() -> None:
    page = _Read(offline(builders.report()).decode())
    script = next(text for attributes, text in page.raw if attributes.get("type") == "module")
    assert re.search(r"^\s*(?:import|export)\b", script, re.MULTILINE) is None


@settings(max_examples=60)
@given(reports())
def test_every_report_makes_a_page_with_the_same_skeleton(report: Report) -> None:
    page = _Read(offline(report).decode())
    assert [text for attributes, text in page.raw if attributes.get("type") == "module"] != []
    assert {tag for tag, _ in page.elements} <= _TAGS
    assert _whole(page) == native.decode(native.encode(report))


_TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "footer", "script",
    "h1", "h2", "h3", "p", "dl", "dt", "dd", "ol", "ul", "li", "div", "span", "a", "b", "bdi", "code", "pre", "time",
    "meter", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "button", "label", "input", "select",
    "option", "noscript",
}  # fmt: skip
"""Elements that the parts are made of."""
