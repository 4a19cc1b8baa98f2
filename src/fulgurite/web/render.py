"""From a page's context to HTML: autoescape always, and a name that a template does not have is an error."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from fulgurite.exports.html.filters import FILTERS
from fulgurite.web.assets import assets
from fulgurite.web.pages import Page

_FIRST_BYTES = 4_096
"""After these of a page the first piece is sent: its head and what stands at its top."""
_PIECE_BYTES = 65_536


@cache
def environment() -> Environment:
    """The templates, also those of a report's parts, with the filters and assets that they use."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("fulgurite.web"), PackageLoader("fulgurite.exports.html")]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    made.globals["asset"] = assets().__getitem__
    return made


def html(page: Page, **more: Any) -> str:
    """`page` as its template shows it; `more`: what only a variant of it needs."""
    return environment().get_template(page.template).render(page=page, **more)


def pieces(page: Page) -> Iterator[bytes]:
    """`page` as `html` makes it, in UTF-8, piece by piece while it is made."""
    held: list[str] = []
    length, enough = 0, _FIRST_BYTES
    for text in environment().get_template(page.template).generate(page=page):
        held.append(text)
        length += len(text)
        if length >= enough:
            yield "".join(held).encode()
            held.clear()
            length, enough = 0, _PIECE_BYTES
    yield "".join(held).encode()
