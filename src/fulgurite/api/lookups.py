"""The hot lookups, `GET /v4/hash/:hash/sandbox` and `GET /v4/sandbox/:id`, as plain function calls.

A framework's routing costs more than everything that happens here, so nothing of it is on this way: the application
asks `Lookups.takes` before its router sees a request.
"""

from collections.abc import Callable, Sequence
from time import perf_counter

from starlette.types import Scope

from fulgurite.api.access import Keyring
from fulgurite.model.key import Role
from fulgurite.service.lookup import Answer

Header = tuple[bytes, bytes]

JSON: Header = (b"content-type", b"application/json; charset=utf-8")
NO_SNIFF: Header = (b"x-content-type-options", b"nosniff")
AUTHENTICATED: list[Header] = [(b"x-authenticated", b"by apikey"), (b"x-account-type", b"other")]
_OPEN: list[Header] = [NO_SNIFF]
_KNOWN: list[Header] = [*AUTHENTICATED, NO_SNIFF]

_HASH = "/v4/hash/"
_SANDBOX = "/sandbox"
_ID = "/v4/sandbox/"
_METHODS = frozenset({"GET", "HEAD"})
_MAX_ENCODINGS = 256
_TIMES: list[Header] = [(b"x-response-time", b"%dms" % ms) for ms in range(1000)]


def response_time(began: float) -> Header:
    """The header that says how long a request begun at `began` (perf_counter) took, in whole milliseconds."""
    ms = int((perf_counter() - began) * 1000)
    return _TIMES[ms] if ms < len(_TIMES) else (b"x-response-time", b"%dms" % ms)


class Lookups:
    """Answers both lookups. Knows them by their path in its plain spelling."""

    def __init__(
        self,
        by_hash: Callable[[str, bool], Answer],
        by_sandbox_id: Callable[[str, bool], Answer],
        keyring: Keyring,
        *,
        keyless_poll: bool,
    ) -> None:
        """With `keyless_poll` an analysis may be read by its id without a key (old clients poll so)."""
        self._by_hash = by_hash
        self._by_sandbox_id = by_sandbox_id
        self._keyring = keyring
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

    def answer(self, path: str, headers: Sequence[Header]) -> Answer:
        """The whole answer to a lookup by `path`, in its plain spelling. Raises Problem when the key is not good."""
        began = perf_counter()
        raw_key, encodings, unless = _asked(headers)
        is_by_hash = path.startswith(_HASH)
        if raw_key is None and self._keyless_poll and not is_by_hash:
            fixed = _OPEN
        else:
            self._keyring.permitted(raw_key, Role.READ)
            fixed = _KNOWN
        takes_gzip = self._takes_gzip.get(encodings)
        if takes_gzip is None:
            takes_gzip = self._learned(encodings or b"")
        if is_by_hash:
            status, found, body = self._by_hash(path[len(_HASH) : -len(_SANDBOX)], takes_gzip)
        else:
            status, found, body = self._by_sandbox_id(path[len(_ID) :], takes_gzip)
        if unless is not None and status == 200 and _is_same(unless, found):  # noqa: PLR2004
            status, found, body = 304, [header for header in found if header[0] in _KEPT_BY_304], b""
        found += fixed
        found.append(response_time(began))
        return Answer(status, found, body)

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


_KEPT_BY_304 = frozenset({b"etag", b"vary", b"cache-control"})


def _is_same(unless: bytes, headers: list[Header]) -> bool:
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
