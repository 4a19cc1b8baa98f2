"""The calls, free of any I/O: generators that ask for requests, pauses and events and are told what came of them.

So the blocking and the asyncio client share every line of it; each only carries out what a flow asks for.
"""

import random
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from fulgurite.client.errors import AnswerError, ServerUnreachable, StillRunning, answer_error
from fulgurite.client.results import Analysis, Imported, Looked, Run, State, Submitted, analysis

BULK = 1_000
"""Hashes of one bulk lookup: a bound on what one answer has to hold; the server takes 10,000."""
PAGE = 100
"""Entries of one page of a history."""
_TOO_MANY, _UNAVAILABLE = 429, 503
_OK = range(200, 300)
_ALL_REFUSED = 400022
"""The code of an import of which nothing was taken."""


class Policy(NamedTuple):
    """How patient the client is."""

    tries: int = 4
    """How often a call is made at the most."""
    backoff_s: float = 0.5
    """Pause before the second try; doubled for each further one, with a random part."""
    longest_pause_s: float = 60.0
    """A server that asks for a longer pause (Retry-After) is not waited for: the error is raised at once."""
    timeout_s: float = 60.0
    """Silence after which a connection counts as broken."""
    poll_s: float = 1.0
    """Pause between two looks at an analysis, where no event stream is to be had."""


class Request(NamedTuple):
    """Something to send."""

    method: str
    path: str
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    content: Any = None
    """Bytes, or a path to a file that is streamed."""
    timeout_s: float | None = None
    """Silence after which the connection counts as broken, where that differs from the policy's."""
    is_repeatable: bool = True
    """Whether sending it twice does no more than once."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Broken(NamedTuple):
    """That no whole reply came."""

    reason: str
    was_sent: bool
    """Whether the server may have got the request."""


class Pause(NamedTuple):
    """Time to let pass."""

    seconds: float


class Listen(NamedTuple):
    """An event stream to follow until it ends, at most `seconds`; each event goes to `on_event` as it comes."""

    path: str
    seconds: float
    on_event: Callable[[dict[str, Any]], None]


Step = Request | Pause | Listen
Outcome = Reply | Broken | None
Flow = Generator[Step, Outcome, Any]


def _asked(request: Request, policy: Policy) -> Generator[Step, Outcome, Reply]:
    """The good reply to `request`, tried again where that helps. Raises AnswerError, ServerUnreachable."""
    for attempt in range(1, policy.tries + 1):
        outcome = yield request
        if isinstance(outcome, Reply) and outcome.status in _OK:
            return outcome
        pause = _pause_s(outcome, request, attempt, policy)
        if pause is None or attempt == policy.tries:
            raise _error(outcome)
        yield Pause(pause)
    raise ServerUnreachable("the policy allows no try")


def _pause_s(outcome: Outcome, request: Request, attempt: int, policy: Policy) -> float | None:
    """Seconds until the next try; None when another try is of no use."""
    backoff: float = policy.backoff_s * 2 ** (attempt - 1) * (1 + random.random())  # noqa: S311 - spreads load, no secret
    if isinstance(outcome, Reply):
        if outcome.status not in (_TOO_MANY, _UNAVAILABLE):
            return None
        asked = _retry_after_s(outcome)
        pause: float = backoff if asked is None else asked
        return pause if pause <= policy.longest_pause_s else None
    if isinstance(outcome, Broken) and (request.is_repeatable or not outcome.was_sent):
        return backoff
    return None


def _error(outcome: Outcome) -> Exception:
    if not isinstance(outcome, Reply):
        return ServerUnreachable(outcome.reason if isinstance(outcome, Broken) else "no answer came")
    code, messages = _envelope(outcome.body)
    return answer_error(outcome.status, code, messages, _retry_after_s(outcome))


def _envelope(body: bytes) -> tuple[int | None, tuple[str, ...]]:
    try:
        error = msgspec.json.decode(body, type=dict[str, Any])["error"]
        messages = error["messages"]
        return int(error["code"]), tuple(map(str, [messages] if isinstance(messages, str) else messages))
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError):
        return None, ()


def _retry_after_s(reply: Reply) -> float | None:
    text: str = reply.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() else None


def _object(reply: Reply) -> dict[str, Any]:
    try:
        return msgspec.json.decode(reply.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ServerUnreachable(f"the answer is no JSON object: {error}") from error


def _converted(tree: object, kind: Any) -> Any:
    try:
        return msgspec.convert(tree, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ServerUnreachable(f"the answer is not of the expected shape: {error}") from error


class Options(NamedTuple):
    """What shall be done with a file; None leaves it to the server."""

    system: str | None = "windows10"
    """`windows7`, `windows10`; None: no analysis."""
    timeout: str | None = None
    """The time profile: `short`, `medium`, `long`."""
    browser: str | None = None
    shellcode: str | None = None
    """`x86` or `amd64`: the bytes are raw code of that architecture."""
    name: str | None = None
    """The name it is shown under and gets in the guest; None: that of the path."""
    archive_password: str | None = None
    is_private: bool = False
    """Whether only this key may see it."""

    def headers(self, content: bytes | Path) -> dict[str, str]:
        """As the v4 interface takes them."""
        name = content.name if self.name is None and isinstance(content, Path) else self.name
        asked = {
            "sandbox": self.system,
            "sandbox-timeout": self.timeout,
            "sandbox-browser": self.browser,
            "sandbox-shellcode": self.shellcode,
            "filename": name,
            "archivepwd": self.archive_password,
            "privateprocessing": "1" if self.is_private else None,
        }
        return {header: quote(value, safe=" ") for header, value in asked.items() if value is not None}


class Brought(NamedTuple):
    """What is told with a report."""

    name: str | None = None
    """What its file is called, where the sample's SHA-256 may stand in it; None: the name of the path."""
    sha256: str | None = None
    """Of the sample, for reports that do not name it."""
    password: str | None = None
    """Of an archive."""
    timeout_s: float = 3600.0
    """How long the server may take to read it."""

    def headers(self, content: object) -> dict[str, str]:
        """As the interface takes them."""
        name = content.name if self.name is None and isinstance(content, Path) else self.name
        told = {"filename": name, "sha256": self.sha256, "archivepwd": self.password}
        return {header: quote(value, safe=" /") for header, value in told.items() if value is not None}


def submit(content: bytes | Path, options: Options, policy: Policy) -> Flow:
    """POST /v4/file."""
    headers = {"content-type": "application/octet-stream", **options.headers(content)}
    request = Request("POST", "/v4/file", headers=headers, content=content, is_repeatable=False)
    reply = yield from _asked(request, policy)
    return _converted(_object(reply), Submitted)


def import_report(content: bytes | Path, brought: Brought, policy: Policy) -> Flow:
    """POST /v4/import. Sent again where it may have arrived: a report comes in once, however often it is sent."""
    headers = {"content-type": "application/octet-stream", **brought.headers(content)}
    request = Request("POST", "/v4/import", headers=headers, content=content, timeout_s=brought.timeout_s)
    try:
        reply = yield from _asked(request, policy)
    except AnswerError as error:
        if error.code != _ALL_REFUSED:
            raise
        reasons = error.messages[1:] or error.messages
        return [Imported(outcome="refused", reason=reason) for reason in reasons]
    return _converted(_object(reply).get("data", []), list[Imported])


def last_analysis(digest: str, policy: Policy) -> Flow:
    """GET /v4/hash/:hash/sandbox."""
    reply = yield from _asked(Request("GET", f"/v4/hash/{quote(digest, safe='')}/sandbox"), policy)
    return analysis(_object(reply))


def one_analysis(sandbox_id: str, policy: Policy) -> Flow:
    """GET /v4/sandbox/:sandbox_id."""
    reply = yield from _asked(Request("GET", f"/v4/sandbox/{quote(sandbox_id, safe='')}"), policy)
    return analysis(_object(reply))


class Watch:
    """What is told while an analysis is waited for: progress that never falls, and how much time is left."""

    def __init__(self, timeout_s: float, on_progress: Callable[[int], None] | None) -> None:
        self._ends_at = time.monotonic() + timeout_s
        self._on_progress = on_progress
        self._seen = 0

    @property
    def left_s(self) -> float:
        """Seconds left, 0 when they are used up."""
        return max(self._ends_at - time.monotonic(), 0)

    def tell(self, percent: int) -> None:
        """Tells of progress, when it has grown."""
        if percent > self._seen:
            self._seen = percent
            if self._on_progress is not None:
                self._on_progress(percent)

    def on_event(self, event: dict[str, Any]) -> None:
        """Takes an event of the stream."""
        self.tell(int(event.get("progress_percentage", 0)))


def wait(sandbox_id: str, watch: Watch, policy: Policy) -> Flow:
    """The analysis once it has ended: by its event stream, else by looking again and again. Raises StillRunning."""
    path = f"/v4/sandbox/{quote(sandbox_id, safe='')}/events"
    while True:
        found: Analysis = yield from one_analysis(sandbox_id, policy)
        watch.tell(found.progress)
        if found.state is not State.RUNNING:
            return found
        before_s = watch.left_s
        if before_s == 0:
            raise StillRunning(sandbox_id, found.progress)
        yield Listen(path, before_s, watch.on_event)
        # A stream that is refused or breaks ends at once: then the pause between two looks is ours to make.
        if before_s - watch.left_s < policy.poll_s:
            yield Pause(min(policy.poll_s, watch.left_s))


def bulk(digests: Sequence[str], policy: Policy) -> Flow:
    """POST /v4/hash/sandbox: what is known of up to 10,000 hashes."""
    request = Request(
        "POST",
        "/v4/hash/sandbox",
        headers={"content-type": "application/json", "accept": "application/x-ndjson"},
        content=msgspec.json.encode({"hash": list(digests)}),
    )
    reply = yield from _asked(request, policy)
    try:
        return [msgspec.json.decode(line, type=Looked) for line in reply.body.splitlines() if line]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ServerUnreachable(f"the answer is not of the expected shape: {error}") from error


def history(digest: str, offset: int, policy: Policy) -> Flow:
    """GET /v4/hash/:hash/scanhistory: one page of it."""
    request = Request(
        "GET",
        f"/v4/hash/{quote(digest, safe='')}/scanhistory",
        query={"limit": str(PAGE), "offset": str(offset)},
    )
    reply = yield from _asked(request, policy)
    return _converted(_object(reply).get("scan_result_history", []), list[Run])


def batches(digests: Iterable[str]) -> Generator[list[str], None, None]:
    """`digests` in lists of BULK."""
    batch: list[str] = []
    for digest in digests:
        batch.append(digest)
        if len(batch) == BULK:
            yield batch
            batch = []
    if batch:
        yield batch
