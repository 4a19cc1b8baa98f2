"""What pages are told: what follows from it, and that every page of the table has a template that is there."""

from datetime import UTC, datetime
from importlib.resources import files

import pytest

from fulgurite.web import activity, admin, compare, pages, report
from fulgurite.web.pages import HomePage, Page, Sent

AT = datetime(2026, 1, 2, tzinfo=UTC)


def _all(kind: type[Page]) -> list[type[Page]]:
    return [kind, *(below for one in kind.__subclasses__() for below in _all(one))]


def test_every_page_has_its_template() -> None:
    assert {pages, admin, report, activity, compare}
    folder = files("fulgurite.web") / "templates"
    named = {kind: kind.template for kind in _all(Page) if hasattr(kind, "template")}
    assert len(named) >= 10
    assert [kind for kind, template in named.items() if not (folder / template).is_file()] == []


@pytest.mark.parametrize(
    ("role", "may_submit", "is_admin"),
    [("", False, False), ("read", False, False), ("submit", True, False), ("admin", True, True)],
)
def test_what_a_role_is_good_for(role: str, may_submit: bool, is_admin: bool) -> None:
    page = Page(title="x", role=role)
    assert (page.may_submit, page.is_admin) == (may_submit, is_admin)


def test_what_was_sent_in_is_found_by_its_analysis_or_its_hash() -> None:
    assert Sent(name="a", said="", sandbox_id="1", sha256="2").href == "/sandbox/1"
    assert Sent(name="a", said="", sha256="2").href == "/hash/2"
    assert Sent(name="a", said="").href is None


def test_filters_that_are_not_always_shown_are_open_when_they_hold() -> None:
    assert not HomePage(title="", analyses=(), text="x").is_narrowed
    assert HomePage(title="", analyses=(), text="x").is_filtered
    assert HomePage(title="", analyses=(), since="2026").is_narrowed
    assert not HomePage(title="", analyses=()).is_filtered
