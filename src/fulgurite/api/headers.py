"""Response headers that all answers share: type, time, who asked, and how much of a quota is used."""

from collections.abc import Iterable
from time import perf_counter
from typing import Final

from fulgurite.model.usage import DAY, Kind, Standing

Header = tuple[bytes, bytes]

JSON: Final[Header] = (b"content-type", b"application/json; charset=utf-8")
NO_SNIFF: Final[Header] = (b"x-content-type-options", b"nosniff")
AUTHENTICATED: Final[list[Header]] = [(b"x-authenticated", b"by apikey"), (b"x-account-type", b"other")]
USED: Final = b"x-ratelimit-used"
REMAINING: Final = b"x-ratelimit-remaining"

_INTERVAL = (b"x-ratelimit-interval", b"%d" % DAY.total_seconds())
_TIMES: list[Header] = [(b"x-response-time", b"%dms" % ms) for ms in range(1000)]


def response_time(began: float) -> Header:
    """The header that says how long a request begun at `began` (perf_counter) took, in whole milliseconds."""
    ms = int((perf_counter() - began) * 1000)
    return _TIMES[ms] if ms < len(_TIMES) else (b"x-response-time", b"%dms" % ms)


def lines(headers: Iterable[Header]) -> bytes:
    """`headers` as they go over the wire, each with its line break."""
    return b"".join(b"%b: %b\r\n" % header for header in headers)


def headers_in(head: bytes) -> list[Header]:
    """The headers in the lines of a head that we made ourselves."""
    return [(name, value) for name, _, value in (line.partition(b": ") for line in head.split(b"\r\n")) if name]


def of_account(kind: Kind, standing: Standing) -> list[Header]:
    """All that is said of the account behind a key, but for `USED` and `REMAINING`."""
    return [
        *AUTHENTICATED,
        (b"x-ratelimit-for", kind.encode()),
        (b"x-ratelimit-limit", b"%d" % standing.limit),
        (b"x-ratelimit-reset-in", b"%ds" % standing.reset_in_s),
        _INTERVAL,
    ]


def of_usage(used: int, limit: int) -> tuple[Header, Header]:
    """What is used of a quota, and what is left."""
    return (USED, b"%d" % used), (REMAINING, b"%d" % max(0, limit - used))


def retry_after(seconds: int) -> Header:
    """When to ask again."""
    return (b"retry-after", b"%d" % seconds)
