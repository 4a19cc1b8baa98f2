"""Servers on one store that say the same: compiled code, the protocol or the application answers their lookups."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of
from fulgurite.model.task import RunOptions
from fulgurite.service.bodies import LARGE_BYTES
from fulgurite.service.submit import submit
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import builders
from tests.api.running import Running, running

SMALL, LARGE = b"MZ small", b"MZ large"
UNKNOWN = "f" * 64
CHANGING = re.compile(rb"(?m)^(date|x-response-time|x-ratelimit-(?:used|remaining|reset-in)): .*\r\n")


class Twins:
    """Servers on one store: `hot` answers lookups by compiled code where it was built, `plain` by the application."""

    def __init__(self, hot: Running, interpreted: Running, plain: Running) -> None:
        self.hot = hot
        self.plain = plain
        self.all = (hot, interpreted, plain)
        self.bodies: dict[bytes, bytes] = {}

    def said_to(self, *pieces: bytes) -> bytes:
        """What all say to these bytes, the same but for what changes with time."""
        return self.same(lambda server: server.said_to(*pieces))

    def same(self, say: Callable[[Running], bytes]) -> bytes:
        """What `say` gets out of each, the same but for what changes with time."""
        told = [CHANGING.sub(b"", say(server)) for server in self.all]
        assert told[1:] == told[:1] * 2
        return told[0]

    def are_well(self) -> bool:
        """Whether all still run and answer."""
        return all(server.is_well() for server in self.all)

    def lookup(self, text: str, *more: bytes, key: str | None = "", method: str = "GET") -> bytes:
        """The bytes of a lookup on a connection that stays open."""
        lines = [f"{method} /v4/hash/{text}/sandbox HTTP/1.1".encode(), b"Host: x"]
        if key is not None:
            lines.append(b"ApiKey: " + (self.hot.key if key == "" else key).encode())
        return b"\r\n".join([*lines, *more, b"", b""])

    @property
    def last(self) -> bytes:
        """A request that closes its connection."""
        return self.hot.head()


def analysed(store: Store, sample: bytes, events: int) -> bytes:
    """Puts an analysis there; its body."""
    submit(store, sample, options=RunOptions(), file_name=None, key_id=None, now=datetime.now(UTC))
    task = store.claim(datetime.now(UTC), Limits())
    assert task is not None
    report = builders.report(
        *(builders.file_write(f"C:\\{number}") for number in range(events)),
        sample=builders.sample(sample),
        sandbox_id=task.sandbox_id,
        data_id=task.data_id,
        requested_at=task.requested_at,
    )
    body = v4.body(report)
    assert store.add_run(report, original=b"log", body=body, format_="runlog", now=datetime.now(UTC))
    return body


SMALL_MD5, SMALL_SHA1, SMALL_SHA256 = (getattr(digests_of(SMALL), kind) for kind in ("md5", "sha1", "sha256"))
LARGE_MD5 = digests_of(LARGE).md5


@contextmanager
def twins_on(data: Path) -> Iterator[Twins]:
    """Servers on the data in `data`, with a small and a large analysis."""
    with (
        running(data, bad_keys=100_000) as hot,
        running(data, bad_keys=100_000, compiled=False) as interpreted,
        running(data, bad_keys=100_000, hot_path=False) as plain,
    ):
        twins = Twins(hot, interpreted, plain)
        for sample, events in ((SMALL, 1), (LARGE, LARGE_BYTES // 9)):
            twins.bodies[sample] = analysed(hot.store, sample, events)
        assert len(twins.bodies[LARGE]) > 8 * LARGE_BYTES
        yield twins
