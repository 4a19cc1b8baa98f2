"""From a page's context to HTML: autoescape always, and a name that a template does not have is an error."""

from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from fulgurite.exports.html.filters import FILTERS
from fulgurite.web.assets import assets
from fulgurite.web.pages import Page


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
