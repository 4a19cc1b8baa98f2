"""The page: the whole document in plain markup, nothing of it as markup of its own."""

from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.reference.document import document
from fulgurite.api.reference.page import page
from fulgurite.api.routes import rows

ALLOWED = {
    *("html", "head", "meta", "title", "link", "body", "nav", "article"),
    *("h1", "h2", "h3", "p", "a", "b", "ul", "li", "span", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"),
}


class Seen(HTMLParser):
    """What stands in a page."""

    def __init__(self, markup: bytes) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(markup.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not any(name.startswith("on") or name in {"style", "src"} for name in given)
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href" and value is not None]
        self.ids += [value for name, value in attrs if name == "id" and value is not None]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_operation_and_shape_is_shown() -> None:
    told = document(rows())
    seen = Seen(page(told))
    assert seen.tags <= ALLOWED
    assert {about["operationId"] for row in told["paths"].values() for about in row.values()} <= set(seen.ids)
    assert {f"shape-{name}" for name in told["components"]["schemas"]} <= set(seen.ids)
    assert len(seen.ids) == len(set(seen.ids))


def test_links_stay_on_this_server() -> None:
    seen = Seen(page(document(rows())))
    outside = {link for link in seen.links if not link.startswith("#")}
    assert outside == {"/v4/docs/style.css", "/v4/openapi.json"}
    assert {link[1:] for link in seen.links if link.startswith("#")} <= set(seen.ids)


@given(text=st.text(alphabet=st.characters(exclude_categories=["C", "Z"])))
def test_text_is_never_markup(text: str) -> None:
    hostile = f"<script>alert(1)</script>&amp;\"'{text}"
    told: dict[str, Any] = {
        "info": {"title": hostile, "version": "1", "description": hostile},
        "tags": [{"name": hostile, "description": hostile}],
        "paths": {
            hostile: {
                "get": {
                    "tags": [hostile],
                    "operationId": hostile,
                    "summary": hostile,
                    "description": hostile,
                    "parameters": [],
                    "responses": {},
                }
            }
        },
        "components": {"schemas": {}},
    }
    seen = Seen(page(told))
    assert "script" not in seen.tags
    assert seen.text.count(hostile) == 10
