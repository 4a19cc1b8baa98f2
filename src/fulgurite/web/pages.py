"""What each page is told: one class a template, complete, so that a template never asks for what nobody gave."""

from typing import ClassVar

from fulgurite.model.base import Model
from fulgurite.model.listing import AnalysisEntry
from fulgurite.model.verdict import Verdict, verdict


class Page(Model, frozen=True, kw_only=True):
    """What every page knows."""

    template: ClassVar[str]
    section: ClassVar[str] = ""
    """The entry of the navigation that it belongs to: `home`, `submit`, `admin`."""
    title: str
    theme: str | None = None
    """`light` or `dark`; None: as the system has it."""
    is_logged_in: bool = False
    may_read: bool = True
    """Whether the reader has a key, or the pages are open to this machine."""
    role: str = ""
    """What the reader's key may: `read`, `submit` or `admin`; "" for nobody."""
    account: str = ""
    """What the reader's key is called."""
    address: str = "/"
    """Where this page is, for coming back to it after a login."""
    query: str = ""
    """What stands in the search field."""

    @property
    def may_submit(self) -> bool:
        return self.role in {"submit", "admin"}

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"


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
    is_login_offered: bool = False
    """Whether another key would help."""


class Offers(Model, frozen=True, kw_only=True):
    """What a submission may ask this server for, as the interface says it."""

    systems: tuple[str, ...]
    timeouts: tuple[str, ...]
    browsers: tuple[str, ...]
    shellcode: tuple[str, ...]
    rules: tuple[str, ...]
    is_private_processing_on: bool
    is_fetching_on: bool
    are_callbacks_on: bool
    max_upload_bytes: int


class Sent(Model, frozen=True, kw_only=True, omit_defaults=False):
    """What became of one file, URL or report that was sent in."""

    name: str
    """Hostile text."""
    sandbox_id: str | None = None
    """Its analysis; None: there is none."""
    sha256: str | None = None
    said: str
    """What became of it, or why not."""
    is_refused: bool = False

    @property
    def href(self) -> str | None:
        """Where to look at it."""
        if self.sandbox_id is not None:
            return f"/sandbox/{self.sandbox_id}"
        return None if self.sha256 is None else f"/hash/{self.sha256}"


class SubmitPage(Page, frozen=True, kw_only=True):
    """Files, a URL, or reports of other sandboxes are sent in here."""

    template: ClassVar[str] = "submit.html"
    section: ClassVar[str] = "submit"
    offers: Offers
    url: str = ""
    """What stands in the field for a URL."""
    fault: str | None = None
    """Why what was sent is not taken."""


class SentPage(Page, frozen=True, kw_only=True):
    """What became of several files or reports that were sent in together."""

    template: ClassVar[str] = "sent.html"
    section: ClassVar[str] = "submit"
    sent: tuple[Sent, ...]


class KnownHash(Model, frozen=True, kw_only=True):
    """What is known of one hash of several."""

    hash: str
    status: str
    """`found`, `in_progress`, `unknown` or `invalid`."""
    sandbox_id: str | None = None
    infection_score: int | None = None
    request_time: str | None = None

    @property
    def verdict(self) -> Verdict:
        return verdict(self.infection_score)


class HashesPage(Page, frozen=True, kw_only=True):
    """What is known of several hashes."""

    template: ClassVar[str] = "hashes.html"
    hashes: tuple[KnownHash, ...]
    left_out: int = 0
    """How many more were asked for than are shown."""

    @property
    def found(self) -> int:
        return sum(one.status == "found" for one in self.hashes)


class HashPage(Page, frozen=True, kw_only=True):
    """A file without an analysis that could be shown."""

    template: ClassVar[str] = "hash.html"
    hash: str
    data_id: str | None
    """Of the last submission of the file; None: the server has not met it."""
    offers: Offers | None
    """None: the reader may not submit."""


class Seen(Model, frozen=True, kw_only=True):
    """An analysis that saw an address, a domain or a URL."""

    sandbox_id: str
    sha256: str = ""
    assessment: str = "unknown"
    detect_time: str = ""


class KnownPage(Page, frozen=True, kw_only=True):
    """What our own analyses say of an address, a domain or a URL."""

    template: ClassVar[str] = "known.html"
    kind: str
    """`ip`, `domain` or `url`."""
    value: str
    """Hostile text."""
    detected_by: int
    analyses: dict[str, int]
    """How many saw it, by their verdicts."""
    seen: tuple[Seen, ...]
    is_fetching_on: bool = False
    """Whether a URL can be submitted."""

    @property
    def total(self) -> int:
        return sum(self.analyses.values())


class HomePage(Page, frozen=True, kw_only=True):
    """The search field, and the analyses that came last."""

    template: ClassVar[str] = "home.html"
    section: ClassVar[str] = "home"
    analyses: tuple[AnalysisEntry, ...]
    next_query: str | None = None
    """The query string of the next page of the list; None: this is the last."""
    is_cut: bool = False
    """Whether there may be more that fits, which was not yet looked for."""
    is_first: bool = True
    """Whether this is the beginning of the list."""
    offers: Offers | None = None
    """None: the reader may not submit."""
    state: str = ""
    verdict: str = ""
    system: str = ""
    source: str = ""
    text: str = ""
    since: str = ""
    until: str = ""
    """The filters as they stand in the address; a day or a time, in UTC, for the last two."""

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter holds of those that are not always shown."""
        return any((self.system, self.source, self.since, self.until))

    @property
    def is_filtered(self) -> bool:
        return self.is_narrowed or any((self.state, self.verdict, self.text))
