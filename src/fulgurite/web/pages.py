"""What each page is told: one class a template, complete, so that a template never asks for what nobody gave."""

from typing import ClassVar

from fulgurite.model.base import Model
from fulgurite.model.listing import AnalysisEntry


class Page(Model, frozen=True, kw_only=True):
    """What every page knows."""

    template: ClassVar[str]
    title: str
    theme: str | None = None
    """`light` or `dark`; None: as the system has it."""
    is_logged_in: bool = False
    may_read: bool = True
    """Whether the reader has a key, or the pages are open to this machine."""
    query: str = ""
    """What stands in the search field."""


class LoginPage(Page, frozen=True, kw_only=True):
    """Asks for an API key."""

    template: ClassVar[str] = "login.html"
    target: str = "/"
    """Where it goes on, a path of ours."""
    fault: str | None = None
    """Why the key that was given is not taken."""


class ErrorPage(Page, frozen=True, kw_only=True):
    """Says what went wrong and what to do."""

    template: ClassVar[str] = "error.html"
    status: int
    code: int = 0
    """The interface's own number; 0 for none."""
    what: str
    hint: str | None = None


class HomePage(Page, frozen=True, kw_only=True):
    """The search field, and the analyses that came last."""

    template: ClassVar[str] = "home.html"
    analyses: tuple[AnalysisEntry, ...]
    next_query: str | None = None
    """The query string of the next page of the list; None: this is the last."""
    state: str = ""
    verdict: str = ""
    system: str = ""
    source: str = ""
    text: str = ""
    """The filters as they stand in the address."""

    @property
    def is_filtered(self) -> bool:
        return any((self.state, self.verdict, self.system, self.source, self.text))
