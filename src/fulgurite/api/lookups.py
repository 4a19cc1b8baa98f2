"""The hot lookups, `GET /v4/hash/:hash/sandbox` and `GET /v4/sandbox/:id`, as plain function calls.

A framework's routing costs more than everything that happens here, so nothing of it is on this way. Two ask here: the
server's protocol as soon as a head is in (`fulgurite.api.hot`), and the application for everything that the protocol
leaves to it. The answer is the same, whoever asks.
"""

from asyncio import Lock
from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import Final, NamedTuple

from starlette.types import Scope

from fulgurite.api.access import Caller, Client, Keyring
from fulgurite.api.headers import JSON, NO_SNIFF, Header, lines, of_usage
from fulgurite.api.limits import limited, problem_of
from fulgurite.api.problems import Problem
from fulgurite.errors import FulguriteError, OverLimit
from fulgurite.model.usage import Kind
from fulgurite.model.viewer import PUBLIC, Viewer
from fulgurite.service.bodies import PLAIN, Takes
from fulgurite.service.lookup import Answer
from fulgurite.service.quota import Accounts, Meter
from fulgurite.service.tally import HASH_LOOKUP, SANDBOX_LOOKUP

HASH: Final = "/v4/hash/"
SANDBOX: Final = "/sandbox"
ID: Final = "/v4/sandbox/"
_METHODS = frozenset({"GET", "HEAD"})
_MAX_ENCODINGS = 256
COUNTS = b"%b%bx-ratelimit-used: %d\r\nx-ratelimit-remaining: %d\r\nx-response-time: %dms\r\n"
_KEYLESS = b"%b%bx-response-time: %dms\r\n"
_NO_SNIFF = lines([NO_SNIFF])
ASKED: Final = frozenset({b"apikey", b"accept-encoding", b"if-none-match"})
"""The request's headers that matter to a lookup. Of one given twice, the first counts."""
Asked = Mapping[bytes, bytes]


class Terms(NamedTuple):
    """What holds for a while for all requests that ask for the same: see `fulgurite.native`."""

    until: float
    """When the key has to be looked up again, in seconds of the monotonic clock."""
    meter: Meter
    about: bytes
    """What each answer says of the account, but for the counts, as it goes over the wire."""
    takes: Takes


class Lookups:
    """Answers both lookups. Knows them by their path in its plain spelling."""

    def __init__(
        self,
        by_hash: Callable[[str, Takes, Viewer], Answer],
        by_sandbox_id: Callable[[str, Takes, Viewer], Answer],
        keyring: Keyring,
        accounts: Accounts,
        *,
        keyless_poll: bool,
        seen: Callable[[int, int, int], None] = lambda _kind, _status, _took_us: None,
    ) -> None:
        """With `keyless_poll` an analysis may be read by its id without a key (old clients poll so).

        `seen` is told of each answer: kind (see `fulgurite.service.tally`), status, microseconds.
        """
        self._by_hash = by_hash
        self._by_sandbox_id = by_sandbox_id
        self._keyring = keyring
        self._accounts = accounts
        self._keyless_poll = keyless_poll
        self._seen = seen
        self._takes: dict[bytes | None, Takes] = {None: PLAIN}
        self.turn = Lock()
        """Held by whoever makes the next piece of a body: see `fulgurite.api.hot.send_answer`."""

    @staticmethod
    def takes(scope: Scope) -> bool:
        """Whether `scope` is a lookup in its plain spelling."""
        path: str = scope["path"]
        return (
            (path.startswith(HASH) and path.endswith(SANDBOX) and path.count("/") == 4)  # noqa: PLR2004
            or (path.startswith(ID) and path != ID and path.count("/") == 3)  # noqa: PLR2004
        ) and scope["method"] in _METHODS

    def answer_at(self, path: str, headers: Iterable[Header], client: Client) -> Answer:
        """The whole answer to a lookup by `path`, in its plain spelling."""
        asked: dict[bytes, bytes] = {}
        for name, value in headers:
            if name in ASKED:
                asked.setdefault(name, value)
        is_by_hash = path.startswith(HASH)
        text = path[len(HASH) : -len(SANDBOX)] if is_by_hash else path[len(ID) :]
        return self.answer(text, asked, client, is_by_hash=is_by_hash)

    def answer(self, text: str, asked: Asked, client: Client, *, is_by_hash: bool) -> Answer:
        """The whole answer to a lookup by a hash, or by the id of an analysis; of a failure, too.

        A lookup by hash is counted; to ask for an analysis by its id, as pollers do again and again, is not.
        """
        began = perf_counter()
        raw_key = asked.get(b"apikey")
        if raw_key is None and self._keyless_poll and not is_by_hash:
            answer = self._found(text, asked, PUBLIC, is_by_hash=is_by_hash)
            return self._dressed(answer, _NO_SNIFF, began, is_by_hash=is_by_hash)
        try:
            caller = self._keyring.caller(raw_key, client)
        except FulguriteError as error:
            return self._dressed(_told(problem_of(error)), _NO_SNIFF, began, is_by_hash=is_by_hash)
        meter = caller.meter
        try:
            used = meter.count() if is_by_hash else meter.used
        except OverLimit:
            return self._over(caller, began)
        status, head, body, pack, start = self._found(text, asked, caller.viewer, is_by_hash=is_by_hash)
        left = meter.limit - used
        left = left if left > 0 else 0  # noqa: FURB136 - max() takes three times as long
        took_us = int((perf_counter() - began) * 1_000_000)
        self._seen(HASH_LOOKUP if is_by_hash else SANDBOX_LOOKUP, status, took_us)
        # The constructor of a NamedTuple takes twice as long.
        head = COUNTS % (head, caller.lines, used, left, took_us // 1000)
        return tuple.__new__(Answer, (status, head, body, pack, start))

    def terms(self, asked: Asked) -> Terms | None:
        """On what terms requests that ask so are answered, where they want no more than what lies ready."""
        takes = self._takes.get(asked.get(b"accept-encoding"), PLAIN)
        remembered = self._keyring.remembered(asked.get(b"apikey"))
        if remembered is None or b"if-none-match" in asked or not (takes.gzip or takes.zstd):
            return None
        until, caller = remembered
        return Terms(until, caller.meter, caller.lines, takes)

    def _dressed(self, answer: Answer, about: bytes, began: float, *, is_by_hash: bool) -> Answer:
        took_us = int((perf_counter() - began) * 1_000_000)
        self._seen(HASH_LOOKUP if is_by_hash else SANDBOX_LOOKUP, answer.status, took_us)
        return answer._replace(head=_KEYLESS % (answer.head, about, took_us // 1000))

    def _found(self, text: str, asked: Asked, viewer: Viewer, *, is_by_hash: bool) -> Answer:
        encodings = asked.get(b"accept-encoding")
        takes = self._takes.get(encodings)
        if takes is None:
            takes = self._learned(encodings or b"")
        try:
            answer = (self._by_hash if is_by_hash else self._by_sandbox_id)(text, takes, viewer)
        except FulguriteError as error:
            return _told(problem_of(error))
        unless = asked.get(b"if-none-match")
        if unless is not None and answer.status == 200 and is_same(unless, etag_in(answer.head)):  # noqa: PLR2004
            return Answer(304, b"".join(_kept_by_304(answer.head)), b"")
        return answer

    def _over(self, caller: Caller, began: float) -> Answer:
        standing = self._accounts.standing(caller.key, Kind.REPUTATION)
        problem = limited(OverLimit(Kind.REPUTATION, standing.limit, standing.reset_in_s))
        about = caller.lines + lines(of_usage(standing.used, standing.limit))
        return self._dressed(_told(problem), about, began, is_by_hash=True)

    def _learned(self, encodings: bytes) -> Takes:
        if len(self._takes) >= _MAX_ENCODINGS:
            self._takes = {None: PLAIN}
        takes = self._takes[encodings] = taken(encodings)
        return takes


def _told(problem: Problem) -> Answer:
    body = problem.body
    return Answer(problem.status, lines([JSON, (b"content-length", b"%d" % len(body)), *problem.headers]), body)


KEPT_BY_304 = frozenset({b"etag", b"vary", b"cache-control"})


def _kept_by_304(head: bytes) -> list[bytes]:
    return [line for line in head.splitlines(keepends=True) if line.partition(b":")[0] in KEPT_BY_304]


def etag_in(head: bytes) -> bytes | None:
    """The entity tag that the lines of a head name."""
    start = head.find(b"etag: ")
    return None if start < 0 else head[start + 6 : head.index(b"\r\n", start)]


def is_same(unless: bytes, etag: bytes | None) -> bool:
    """Whether the answer with this entity tag is one that the client has, by its `If-None-Match`."""
    if etag is None:
        return False
    given = {tag.strip().removeprefix(b"W/") for tag in unless.split(b",")}
    return etag.removeprefix(b"W/") in given or b"*" in given


def taken(encodings: bytes) -> Takes:
    """What an `Accept-Encoding` of this value takes; only what it likes at least as well as no encoding at all.

    An encoding is named, or covered by `*`, with a weight between 0 (not taken) and 1 (without any, or one that is no
    number). zstd is taken where gzip is not liked better.
    """
    weights: dict[bytes, float] = {}
    for item in encodings.lower().split(b","):
        name, _, parameter = item.partition(b";")
        weights[name.strip()] = _weight(parameter.strip().removeprefix(b"q=").strip())
    others = weights.get(b"*", 0.0)
    gzip = weights.get(b"gzip", weights.get(b"x-gzip", others))
    zstd = weights.get(b"zstd", others)
    plain = weights.get(b"identity", 0.0)
    return Takes(gzip=gzip > 0 and gzip >= plain, zstd=zstd > 0 and zstd >= plain and zstd >= gzip)


def _weight(text: bytes) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 1.0
    return weight if 0 <= weight <= 1 else 1.0
