"""The hot way, without a server around it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.access import Keyring
from fulgurite.api.guessing import Brake
from fulgurite.api.lookups import Lookups, accepts_gzip
from fulgurite.api.problems import Problem
from fulgurite.model.key import Key, Role
from fulgurite.model.usage import Quotas
from fulgurite.model.viewer import Viewer
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
        self.asked: list[tuple[str, str, bool]] = []
        self.status = 200

    def check(self, raw: str) -> Key | None:
        key = Key(id=1, name="k", role=Role.READ, prefix="0", created_at=datetime.now(UTC))
        return key if raw.encode() == KEY else None

    def by_hash(self, text: str, takes_gzip: bool, _viewer: Viewer) -> Answer:
        self.asked.append(("hash", text, takes_gzip))
        return Answer(self.status, [(b"content-length", b"2"), (b"etag", ETAG), (b"vary", b"accept-encoding")], b"{}")

    def by_sandbox_id(self, text: str, takes_gzip: bool, _viewer: Viewer) -> Answer:
        self.asked.append(("id", text, takes_gzip))
        return Answer(self.status, [], b"{}")


Asked = Callable[..., Answer]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("data")) as opened:
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
        return lookups_of(own, store, keyless_poll=keyless_poll).answer(path, headers, None)

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
@pytest.mark.parametrize(("encodings", "takes_gzip"), [(b"gzip, br", True), (b"br", False)])
def test_a_lookup_is_asked_and_answered(
    asked: Asked, path: str, question: tuple[str, str], encodings: bytes, takes_gzip: bool
) -> None:
    service = Service()
    status, headers, body = asked(path, (b"apikey", KEY), (b"accept-encoding", encodings), service=service)
    assert service.asked == [(*question, takes_gzip)]
    assert (status, body) == (200, b"{}")
    assert (b"x-authenticated", b"by apikey") in headers
    assert (b"x-content-type-options", b"nosniff") in headers
    assert headers[-1][0] == b"x-response-time"
    used = {name: value for name, value in headers if name.startswith(b"x-ratelimit")}
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
    with pytest.raises(Problem, match="401006"):
        asked(path, *headers, service=service)
    assert service.asked == []


def test_a_poll_without_key_where_that_is_allowed(asked: Asked) -> None:
    status, headers, _ = asked("/v4/sandbox/abc", keyless_poll=True)
    assert status == 200
    assert b"x-authenticated" not in dict(headers)
    with pytest.raises(Problem, match="401006"):
        asked("/v4/sandbox/abc", (b"apikey", b"wrong"), keyless_poll=True)
    with pytest.raises(Problem, match="401006"):
        asked("/v4/hash/abc/sandbox", keyless_poll=True)


@pytest.mark.parametrize("unless", [ETAG, b"W/" + ETAG, b'"x", ' + ETAG, b"*"])
def test_what_the_client_has_is_not_sent_again(asked: Asked, unless: bytes) -> None:
    status, headers, body = asked("/v4/hash/abc/sandbox", (b"apikey", KEY), (b"if-none-match", unless))
    assert (status, body) == (304, b"")
    assert dict(headers)[b"etag"] == ETAG
    assert b"content-length" not in dict(headers)


def test_what_the_client_has_not_is_sent(asked: Asked) -> None:
    key, any_etag = (b"apikey", KEY), (b"if-none-match", b"*")
    assert asked("/v4/hash/abc/sandbox", key, (b"if-none-match", b'"old"')).status == 200
    assert asked("/v4/sandbox/abc", key, any_etag).status == 200
    service = Service()
    service.status = 404
    assert asked("/v4/hash/abc/sandbox", key, any_etag, service=service).status == 404


@pytest.mark.parametrize(
    ("encodings", "takes_gzip"),
    [
        (b"", False),
        (b"gzip", True),
        (b"GZip", True),
        (b"gzip, deflate", True),
        (b"deflate, gzip;q=1.0, *;q=0.5", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000", False),
        (b"gzip;q=0.001", True),
        (b"*", True),
        (b"*;q=0", False),
        (b"*, gzip;q=0", False),
        (b"x-gzip", True),
        (b"identity", False),
        (b"br", False),
    ],
)
def test_accepts_gzip(encodings: bytes, takes_gzip: bool) -> None:
    assert accepts_gzip(encodings) is takes_gzip


@given(st.binary(max_size=100))
def test_any_value_is_understood(encodings: bytes) -> None:
    assert accepts_gzip(encodings) in {True, False}


def test_only_so_many_values_are_remembered(store: Store) -> None:
    lookups = lookups_of(Service(), store)
    for number in range(1000):
        assert lookups._learned(b"gzip;q=0.%d" % (number + 1)) is True
    assert len(lookups._takes_gzip) <= 257


def test_a_used_up_quota_stops_lookups_by_hash(store: Store) -> None:
    service = Service()
    lookups = lookups_of(service, store, quotas=msgspec.structs.replace(QUOTAS, reputation_api=2))
    told = [lookups.answer("/v4/hash/abc/sandbox", [(b"apikey", KEY)], None) for _ in range(3)]
    assert [answer.status for answer in told] == [200, 200, 429]
    assert len(service.asked) == 2
    headers = dict(told[2].headers)
    assert len(headers) == len(told[2].headers)
    assert headers[b"retry-after"] == b"86400"
    assert headers[b"x-ratelimit-remaining"] == b"0"
    assert json.loads(told[2].body)["error"]["code"] == 429000
    assert lookups.answer("/v4/sandbox/abc", [(b"apikey", KEY)], None).status == 200
