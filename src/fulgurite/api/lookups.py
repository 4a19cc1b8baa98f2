"""The hot lookups, `GET /v4/hash/:hash/sandbox` and `GET /v4/sandbox/:id`, as plain function calls.

A framework's routing costs more than everything that happens here, so nothing of it is on this way: the application
asks `Lookups.takes` before its router sees a request.
"""

from collections.abc import Callable, Sequence
from time import perf_counter

from starlette.types import Scope

from fulgurite.api.access import Caller, Client, Keyring
from fulgurite.api.headers import JSON, NO_SNIFF, REMAINING, USED, Header, of_usage, response_time
from fulgurite.api.limits import limited
from fulgurite.errors import OverLimit
from fulgurite.model.usage import Kind
from fulgurite.model.viewer import PUBLIC, Viewer
from fulgurite.service.lookup import Answer
from fulgurite.service.quota import Accounts

_HASH = "/v4/hash/"
_SANDBOX = "/sandbox"
_ID = "/v4/sandbox/"
_METHODS = frozenset({"GET", "HEAD"})
_MAX_ENCODINGS = 256


class Lookups:
    """Answers both lookups. Knows them by their path in its plain spelling."""

    def __init__(
        self,
        by_hash: Callable[[str, bool, Viewer], Answer],
        by_sandbox_id: Callable[[str, bool, Viewer], Answer],
        keyring: Keyring,
        accounts: Accounts,
        *,
        keyless_poll: bool,
    ) -> None:
        """With `keyless_poll` an analysis may be read by its id without a key (old clients poll so)."""
        self._by_hash = by_hash
        self._by_sandbox_id = by_sandbox_id
        self._keyring = keyring
        self._accounts = accounts
        self._keyless_poll = keyless_poll
        self._takes_gzip: dict[bytes | None, bool] = {None: False}

    @staticmethod
    def takes(scope: Scope) -> bool:
        """Whether `scope` is a lookup in its plain spelling."""
        path: str = scope["path"]
        return (
            (path.startswith(_HASH) and path.endswith(_SANDBOX) and path.count("/") == 4)  # noqa: PLR2004
            or (path.startswith(_ID) and path.count("/") == 3)  # noqa: PLR2004
        ) and scope["method"] in _METHODS

    def answer(self, path: str, headers: Sequence[Header], client: Client) -> Answer:
        """The whole answer to a lookup by `path`, in its plain spelling. Raises Problem when the key is not good.

        A lookup by hash is counted; to ask for an analysis by its id, as pollers do again and again, is not.
        """
        began = perf_counter()
        raw_key, encodings, unless = _asked(headers)
        is_by_hash = path.startswith(_HASH)
        if raw_key is None and self._keyless_poll and not is_by_hash:
            viewer = PUBLIC
            about: list[Header] = [NO_SNIFF]
        else:
            caller = self._keyring.caller(raw_key, client)
            viewer = caller.viewer
            meter = caller.meter
            try:
                used = meter.count() if is_by_hash else meter.used
            except OverLimit:
                return self._over(caller, began)
            left = meter.limit - used
            left = left if left > 0 else 0  # noqa: FURB136 - max() takes three times as long
            about = [*caller.headers, (USED, b"%d" % used), (REMAINING, b"%d" % left)]
        takes_gzip = self._takes_gzip.get(encodings)
        if takes_gzip is None:
            takes_gzip = self._learned(encodings or b"")
        if is_by_hash:
            status, found, body = self._by_hash(path[len(_HASH) : -len(_SANDBOX)], takes_gzip, viewer)
        else:
            status, found, body = self._by_sandbox_id(path[len(_ID) :], takes_gzip, viewer)
        if unless is not None and status == 200 and is_same(unless, found):  # noqa: PLR2004
            status, found, body = 304, [header for header in found if header[0] in KEPT_BY_304], b""
        found += about
        found.append(response_time(began))
        return Answer(status, found, body)

    def _over(self, caller: Caller, began: float) -> Answer:
        standing = self._accounts.standing(caller.key, Kind.REPUTATION)
        problem = limited(OverLimit(Kind.REPUTATION, standing.limit, standing.reset_in_s))
        length = (b"content-length", b"%d" % len(problem.body))
        about = [*caller.headers, *of_usage(standing.used, standing.limit), *problem.headers]
        return Answer(problem.status, [JSON, length, *about, response_time(began)], problem.body)

    def _learned(self, encodings: bytes) -> bool:
        if len(self._takes_gzip) >= _MAX_ENCODINGS:
            self._takes_gzip = {None: False}
        takes_gzip = self._takes_gzip[encodings] = accepts_gzip(encodings)
        return takes_gzip


def _asked(headers: Sequence[Header]) -> tuple[bytes | None, bytes | None, bytes | None]:
    """The values of `apikey`, `accept-encoding` and `if-none-match`; of a header given twice, the first."""
    raw_key = encodings = unless = None
    for name, value in headers:
        if name == b"apikey" and raw_key is None:
            raw_key = value
        elif name == b"accept-encoding" and encodings is None:
            encodings = value
        elif name == b"if-none-match" and unless is None:
            unless = value
    return raw_key, encodings, unless


KEPT_BY_304 = frozenset({b"etag", b"vary", b"cache-control"})


def is_same(unless: bytes, headers: Sequence[Header]) -> bool:
    """Whether the answer with these `headers` is one that the client has, by its `If-None-Match`."""
    etag = next((value for name, value in headers if name == b"etag"), None)
    if etag is None:
        return False
    given = {tag.strip().removeprefix(b"W/") for tag in unless.split(b",")}
    return etag.removeprefix(b"W/") in given or b"*" in given


def accepts_gzip(encodings: bytes) -> bool:
    """Whether an `Accept-Encoding` of this value takes gzip: named, or covered by `*`, and not of weight 0."""
    weights: dict[bytes, bool] = {}
    for item in encodings.lower().split(b","):
        name, _, parameter = item.partition(b";")
        weight = parameter.strip().removeprefix(b"q=").strip()
        weights[name.strip()] = weight == b"" or weight.strip(b"0.") != b""
    return weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", False)))
