"""The hot way, without a server around it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.access import Keyring
from fulgurite.api.guessing import Brake
from fulgurite.api.headers import headers_in, lines
from fulgurite.api.lookups import Lookups, taken
from fulgurite.errors import FulguriteError, StoreError, StoreFull
from fulgurite.model.key import Key, Role
from fulgurite.model.usage import Quotas
from fulgurite.model.viewer import Viewer
from fulgurite.service.bodies import PLAIN, Takes
from fulgurite.service.lookup import Answer
from fulgurite.service.quota import Accounts
from fulgurite.store import Store
from tests.builders import QUOTAS
from tests.fakes import FakeClock

KEY = b"0123456789abcdef0123456789abcdef"
ETAG = b'"abc"'


class Service:
    """A lookup that says what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Takes]] = []
        self.status = 200
        self.error: FulguriteError | None = None

    def check(self, raw: str) -> Key | None:
        key = Key(id=1, name="k", role=Role.READ, prefix="0", created_at=datetime.now(UTC))
        return key if raw.encode() == KEY else None

    def by_hash(self, text: str, takes: Takes, _viewer: Viewer) -> Answer:
        self.asked.append(("hash", text, takes))
        if self.error is not None:
            raise self.error
        return Answer(self.status, b"content-length: 2\r\nvary: accept-encoding\r\netag: %b\r\n" % ETAG, b"{}")

    def by_sandbox_id(self, text: str, takes: Takes, _viewer: Viewer) -> Answer:
        self.asked.append(("id", text, takes))
        return Answer(self.status, b"", b"{}")


def headers_of(answer: Answer) -> dict[bytes, bytes]:
    """The headers of an answer, each of which is there once."""
    headers = headers_in(answer.head)
    assert answer.head == lines(headers)
    assert len(dict(headers)) == len(headers)
    return dict(headers)


Asked = Callable[..., Answer]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        yield opened


def lookups_of(service: Service, store: Store, *, quotas: Quotas = QUOTAS, keyless_poll: bool = False) -> Lookups:
    accounts = Accounts(store, quotas, now=FakeClock())
    keyring = Keyring(service.check, accounts, Brake(100, 60.0))
    return Lookups(service.by_hash, service.by_sandbox_id, keyring, accounts, keyless_poll=keyless_poll)


@pytest.fixture
def asked(store: Store) -> Asked:
    """What is answered to a GET of a path."""

    def answer(
        path: str, *headers: tuple[bytes, bytes], service: Service | None = None, keyless_poll: bool = False
    ) -> Answer:
        own = Service() if service is None else service
        return lookups_of(own, store, keyless_poll=keyless_poll).answer_at(path, headers, None)

    return answer


@pytest.mark.parametrize(
    ("method", "path", "is_taken"),
    [
        ("GET", "/v4/hash/abc/sandbox", True),
        ("HEAD", "/v4/hash/abc/sandbox", True),
        ("POST", "/v4/hash/abc/sandbox", False),
        ("GET", "/v4/hash//sandbox", True),
        ("GET", "/v4/hash/sandbox", False),
        ("GET", "/v4/hash/abc/sandbox/", False),
        ("GET", "/v4//hash/abc/sandbox", False),
        ("GET", "/v4/hash/a/b/sandbox", False),
        ("GET", "/v4/sandbox/abc", True),
        ("GET", "/v4/sandbox/abc/", False),
        ("GET", "/v4/sandbox/abc/scan", False),
        ("GET", "/v4/sandbox", False),
        ("GET", "/v4/status", False),
    ],
)
def test_what_is_a_lookup(method: str, path: str, is_taken: bool) -> None:
    assert Lookups.takes({"path": path, "method": method}) is is_taken


@pytest.mark.parametrize(
    ("path", "question"),
    [("/v4/hash/abc/sandbox", ("hash", "abc")), ("/v4/sandbox/abc", ("id", "abc"))],
)
@pytest.mark.parametrize(("encodings", "takes"), [(b"gzip, br", Takes(gzip=True)), (b"br", PLAIN)])
def test_a_lookup_is_asked_and_answered(
    asked: Asked, path: str, question: tuple[str, str], encodings: bytes, takes: Takes
) -> None:
    service = Service()
    answer = asked(path, (b"apikey", KEY), (b"accept-encoding", encodings), service=service)
    headers = headers_of(answer)
    assert service.asked == [(*question, takes)]
    assert (answer.status, answer.body) == (200, b"{}")
    assert headers[b"x-authenticated"] == b"by apikey"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"x-response-time" in headers
    used = {name: value for name, value in headers.items() if name.startswith(b"x-ratelimit")}
    assert used == {
        b"x-ratelimit-for": b"reputation_api",
        b"x-ratelimit-limit": b"1000",
        b"x-ratelimit-used": b"1" if question[0] == "hash" else b"0",
        b"x-ratelimit-remaining": b"999" if question[0] == "hash" else b"1000",
        b"x-ratelimit-reset-in": b"86400s",
        b"x-ratelimit-interval": b"86400",
    }


@pytest.mark.parametrize("headers", [[], [(b"apikey", b"wrong")], [(b"apikey", b"wrong"), (b"apikey", KEY)]])
@pytest.mark.parametrize("path", ["/v4/hash/no hash/sandbox", "/v4/sandbox/abc"])
def test_the_key_is_checked_before_all_else(asked: Asked, path: str, headers: list[tuple[bytes, bytes]]) -> None:
    service = Service()
    answer = asked(path, *headers, service=service)
    assert (answer.status, json.loads(answer.content)["error"]["code"]) == (401, 401006)
    assert headers_of(answer)[b"content-length"] == b"%d" % len(answer.content)
    assert service.asked == []


def test_a_poll_without_key_where_that_is_allowed(asked: Asked) -> None:
    answer = asked("/v4/sandbox/abc", keyless_poll=True)
    assert answer.status == 200
    assert b"x-authenticated" not in headers_of(answer)
    assert asked("/v4/sandbox/abc", (b"apikey", b"wrong"), keyless_poll=True).status == 401
    assert asked("/v4/hash/abc/sandbox", keyless_poll=True).status == 401


@pytest.mark.parametrize(("error", "code"), [(StoreError("x"), 500001), (StoreFull("x"), 503000)])
def test_a_failure_is_answered(asked: Asked, error: FulguriteError, code: int) -> None:
    service = Service()
    service.error = error
    answer = asked("/v4/hash/abc/sandbox", (b"apikey", KEY), service=service)
    assert (answer.status, json.loads(answer.content)["error"]["code"]) == (code // 1000, code)
    assert b"x-ratelimit-used" in headers_of(answer)


@pytest.mark.parametrize("unless", [ETAG, b"W/" + ETAG, b'"x", ' + ETAG, b"*"])
def test_what_the_client_has_is_not_sent_again(asked: Asked, unless: bytes) -> None:
    answer = asked("/v4/hash/abc/sandbox", (b"apikey", KEY), (b"if-none-match", unless))
    assert (answer.status, answer.body) == (304, b"")
    assert headers_of(answer)[b"etag"] == ETAG
    assert b"content-length" not in headers_of(answer)


def test_what_the_client_has_not_is_sent(asked: Asked) -> None:
    key, any_etag = (b"apikey", KEY), (b"if-none-match", b"*")
    assert asked("/v4/hash/abc/sandbox", key, (b"if-none-match", b'"old"')).status == 200
    assert asked("/v4/sandbox/abc", key, any_etag).status == 200
    service = Service()
    service.status = 404
    assert asked("/v4/hash/abc/sandbox", key, any_etag, service=service).status == 404


@pytest.mark.parametrize(
    ("encodings", "takes"),
    [
        (b"", ""),
        (b"gzip", "gzip"),
        (b"GZip", "gzip"),
        (b"gzip, deflate", "gzip"),
        (b"gzip, deflate, br, zstd", "gzip zstd"),
        (b"zstd;q=0.5, gzip", "gzip"),
        (b"zstd", "zstd"),
        (b"zstd;q=0", ""),
        (b"deflate, gzip;q=1.0, *;q=0.5", "gzip"),
        (b"gzip;q=0", ""),
        (b"gzip; q=0.000", ""),
        (b"gzip;q=0.001", "gzip"),
        (b"gzip;q=0.5, identity", ""),
        (b"gzip, identity;q=0.5", "gzip"),
        (b"gzip;q=x", "gzip"),
        (b"gzip;q=nan", "gzip"),
        (b"*", "gzip zstd"),
        (b"*;q=0", ""),
        (b"*, gzip;q=0", "zstd"),
        (b"x-gzip", "gzip"),
        (b"identity", ""),
        (b"br", ""),
    ],
)
def test_what_is_taken(encodings: bytes, takes: str) -> None:
    assert taken(encodings) == Takes(gzip="gzip" in takes, zstd="zstd" in takes)


@given(st.binary(max_size=100) | st.text("gzipstd*;q=01.,nanif ", max_size=40).map(str.encode))
def test_any_value_is_understood(encodings: bytes) -> None:
    assert {type(one) for one in taken(encodings)} == {bool}


def test_only_so_many_values_are_remembered(store: Store) -> None:
    lookups = lookups_of(Service(), store)
    for number in range(1000):
        assert lookups._learned(b"gzip;q=0.%d" % (number + 1)).gzip
    assert len(lookups._takes) <= 257


def test_a_used_up_quota_stops_lookups_by_hash(store: Store) -> None:
    service = Service()
    lookups = lookups_of(service, store, quotas=msgspec.structs.replace(QUOTAS, reputation_api=2))
    told = [lookups.answer_at("/v4/hash/abc/sandbox", [(b"apikey", KEY)], None) for _ in range(3)]
    assert [answer.status for answer in told] == [200, 200, 429]
    assert len(service.asked) == 2
    headers = headers_of(told[2])
    assert headers[b"retry-after"] == b"86400"
    assert headers[b"x-ratelimit-remaining"] == b"0"
    assert json.loads(told[2].content)["error"]["code"] == 429000
    assert lookups.answer_at("/v4/sandbox/abc", [(b"apikey", KEY)], None).status == 200
