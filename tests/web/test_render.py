"""Templates: escaped always, complete or an error, the same settings for all."""

import re

import pytest
from jinja2 import StrictUndefined, UndefinedError

from fulgurite.web.pages import ErrorPage
from fulgurite.web.render import environment, html, pieces


def test_text_is_escaped() -> None:
    page = html(ErrorPage(title="<script>", status=400, what='<img src=x onerror="alert(1)">'))
    assert "<script>" not in page.replace('<script type="module"', "")
    assert "&lt;img src=x" in page


def test_a_name_that_nobody_gave_is_an_error() -> None:
    assert environment().undefined is StrictUndefined
    with pytest.raises(UndefinedError):
        environment().from_string("{{ page.nothing }}").render(page=ErrorPage(title="", status=1, what=""))


def test_no_template_marks_text_as_safe_or_has_anything_inline() -> None:
    loader = environment().loader
    assert loader is not None
    # The offline report is one file, its style and script in it, under a policy of its own.
    for name in set(loader.list_templates()) - {"offline.html"}:
        text = loader.get_source(environment(), name)[0]
        assert re.search(r"\|\s*safe\b|\bstyle=|\son[a-z]+=|javascript:|autoescape false", text) is None, name
        for script in re.findall(r"<script\b[^>]*>", text):
            assert "src=" in script or "application/json" in script, name


def test_the_theme_is_the_readers() -> None:
    page = ErrorPage(title="", status=404, what="")
    assert "data-theme" not in html(page).split(">", 3)[1]
    assert 'data-theme="dark"' in html(ErrorPage(title="", status=404, what="", theme="dark"))


def test_pieces_are_the_page() -> None:
    long = ErrorPage(title="", status=404, what="é" * 500, hint="x" * 5_000)
    assert b"".join(pieces(long)).decode() == html(long)
    assert len(list(pieces(long))) > 1


def test_a_page_that_fails_on_its_way_has_no_end() -> None:
    sent: list[bytes] = []
    with pytest.raises(TypeError):
        sent.extend(pieces(ErrorPage(title="", status=404, what=5)))  # type: ignore[arg-type]
    assert b"</html>" not in b"".join(sent)
