"""Which lookups compiled code answers, and which it leaves alone; that answers are the same is told by tests/api."""

import asyncio
import gzip
import os
import shutil
import sysconfig
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import lmdb
import pytest
import uvicorn
from backports import zstd
from uvicorn.server import ServerState

from fulgurite.api.access import Keyring
from fulgurite.api.guessing import Brake
from fulgurite.api.hot import Fast, HotProtocol, protocol_of
from fulgurite.api.lookups import Lookups
from fulgurite.api.protocol import Bounds
from fulgurite.model.key import Role
from fulgurite.model.task import RunOptions
from fulgurite.model.usage import Allowance, Quotas
from fulgurite.service import keys
from fulgurite.service.bodies import LARGE_BYTES
from fulgurite.service.lookup import Lookup
from fulgurite.service.quota import Accounts
from fulgurite.service.submit import submit
from fulgurite.service.tally import Tally
from fulgurite.store import Store
from fulgurite.store.counters import Counters
from tests.api.running import Reply, replies_in
from tests.api.twins import LARGE, LARGE_MD5, SMALL, SMALL_MD5, SMALL_SHA1, SMALL_SHA256, UNKNOWN, analysed
from tests.store.values import damage

_GZIP = "accept-encoding: gzip"
_LIMIT = 5_000
"""Lookups of the key of these tests: more than `CAREFUL`, so that some are counted without a lock."""


def test_it_was_built_where_there_is_a_compiler() -> None:
    """Everything else here would be skipped otherwise, and nobody would see that lookups are slow."""
    if shutil.which("gcc") is None or not Path(sysconfig.get_path("include"), "Python.h").exists():
        pytest.skip("there is no compiler, or no header of Python, so nothing was compiled")
    import fulgurite.native.fastpath  # noqa: F401, PLC0415 - not there everywhere


class Served:
    """A server in this process, on which one connection asks; entered to run it."""

    def __init__(self, store: Store, folder: Path) -> None:
        fastpath = pytest.importorskip("fulgurite.native.fastpath", reason="nothing was compiled here")
        now = partial(datetime.now, UTC)
        self.store = store
        self.key = keys.create(store, "reads", Role.READ, now(), allowance=Allowance(reputation_api=_LIMIT))
        self.noted: list[tuple[Any, ...]] = []
        self.tally = Tally(Counters(folder / "metrics"))
        quotas = Quotas(sandbox_api=1, prevention_api=1, reputation_api=1, per_minute=1)
        self.accounts = Accounts(store, quotas, now=now)
        lookup = Lookup(store, now=now)
        keyring = Keyring(lambda raw: keys.check(store, raw, now()), self.accounts, Brake(10, 1.0))
        lookups = Lookups(
            lookup.by_hash, lookup.by_sandbox_id, keyring, self.accounts, keyless_poll=False, seen=self.tally.seen
        )
        path = fastpath.FastPath(store.index, store.packs, self.tally, lambda *told: self.noted.append(told))
        self.made: list[Fast] = []

        def faster(protocol: HotProtocol) -> Fast:
            self.made.append(path.connection(protocol))
            return self.made[-1]

        self.bounds = Bounds()
        self._config = uvicorn.Config(_refuse, http=protocol_of(lookups, self.bounds, None, faster), lifespan="off")
        self._config.load()
        self._state = ServerState()
        self._state.default_headers = [(b"date", b"today")]
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        def made() -> asyncio.Protocol:
            protocol: asyncio.Protocol = self._config.http_protocol_class(  # type: ignore[call-arg]
                config=self._config, server_state=self._state, app_state={}
            )
            return protocol

        self._server = self._loop.run_until_complete(self._loop.create_server(made, "127.0.0.1", 0))
        port = self._server.sockets[0].getsockname()[1]
        self._reader, self._writer = self._loop.run_until_complete(asyncio.open_connection("127.0.0.1", port))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async def end() -> None:
            self._writer.close()
            await self._writer.wait_closed()
            self._server.close()
            await asyncio.sleep(0.01)

        self._loop.run_until_complete(end())
        self._loop.close()
        self.tally.close()

    def ask(self, path: str, *lines: str, key: str | None = None, method: str = "GET") -> Reply:
        """The answer to one request on the connection."""
        head = [f"{method} {path} HTTP/1.1", "host: x", f"apikey: {self.key if key is None else key}", *lines]
        return self.said("\r\n".join([*head, "", ""]).encode())

    def said(self, *pieces: bytes) -> Reply:
        """The answer to a request that comes in pieces."""

        async def answer() -> bytes:
            for piece in pieces:
                self._writer.write(piece)
                await asyncio.sleep(0.01 if len(pieces) > 1 else 0)
            told = await self._reader.readuntil(b"\r\n\r\n")
            length = replies_in(told)[0].headers.get("content-length", "0")
            return told + (b"" if pieces[0].startswith(b"HEAD") else await self._reader.readexactly(int(length)))

        (reply,) = replies_in(self._loop.run_until_complete(asyncio.wait_for(answer(), 30)))
        return reply

    def is_compiled(self, path: str, *lines: str) -> bool:
        """Whether a request is answered by compiled code, once its header lines are known."""
        self.ask(f"/v4/hash/{SMALL_MD5}/sandbox", *lines)
        self.ask(f"/v4/hash/{SMALL_MD5}/sandbox", *lines)
        before = self.made[-1].answered_at
        self.ask(path, *lines)
        return self.made[-1].answered_at > before


async def _refuse(_scope: Any, _receive: Any, _send: Any) -> None:
    raise NotImplementedError


def _by(text: str) -> str:
    return f"/v4/hash/{text}/sandbox"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Store.open(tmp_path / "data") as store:
        analysed(store, SMALL, 1)
        with Served(store, tmp_path) as server:
            yield server


@pytest.mark.parametrize("text", [SMALL_MD5, SMALL_SHA1.upper(), SMALL_SHA256, UNKNOWN])
@pytest.mark.parametrize("encodings", [_GZIP, "accept-encoding: gzip, deflate, br, zstd"])
def test_plain_lookups_are_compiled(served: Served, text: str, encodings: str) -> None:
    assert served.is_compiled(_by(text), encodings)
    reply = served.ask(_by(text), encodings)
    assert reply.status == (404 if text == UNKNOWN else 200)


@pytest.mark.parametrize(("encodings", "unpacked"), [("gzip", gzip.decompress), ("gzip, zstd", zstd.decompress)])
def test_a_large_body_is_compiled(served: Served, encodings: str, unpacked: Callable[[bytes], bytes]) -> None:
    """It is sent by the kernel, and what the socket does not take by the transport."""
    body = analysed(served.store, LARGE, LARGE_BYTES // 9)
    lines = f"accept-encoding: {encodings}"
    served.ask(_by(LARGE_MD5), lines)
    assert served.is_compiled(_by(LARGE_MD5), lines)
    for _ in range(20):
        assert unpacked(served.ask(_by(LARGE_MD5), lines).body) == body


def test_an_analysis_by_its_id_is_compiled_and_not_counted(served: Served) -> None:
    reply = served.ask(_by(SMALL_MD5))
    path = f"/v4/sandbox/{reply.json['sandbox_id']}"
    assert served.is_compiled(path, _GZIP)
    again = served.ask(path, _GZIP)
    assert gzip.decompress(again.body) == reply.body
    assert again.headers["x-ratelimit-used"] == "3"
    assert not served.is_compiled(path.upper().replace("/V4/SANDBOX", "/v4/sandbox"), _GZIP)


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        (_by(SMALL_MD5), []),
        (_by(SMALL_MD5), ["accept-encoding: br"]),
        (_by(SMALL_MD5), [_GZIP, "if-none-match: x"]),
        (_by("g" * 32), [_GZIP]),
        (_by(SMALL_MD5[:-1]), [_GZIP]),
        (_by(SMALL_MD5 + "00"), [_GZIP]),
        ("/v4/sandbox/" + "0" * 24, [_GZIP]),
        ("/v4/sandbox/" + SMALL_MD5, [_GZIP]),
    ],
)
def test_what_is_not_plain_is_left_alone(served: Served, path: str, lines: list[str]) -> None:
    assert not served.is_compiled(path, *lines)


def test_the_first_requests_are_left_alone(served: Served) -> None:
    """Their header lines are not known yet."""
    for _ in range(2):
        served.ask(_by(SMALL_MD5), _GZIP)
        assert served.made[-1].answered_at == 0
    served.ask(_by(SMALL_MD5), _GZIP)
    assert served.made[-1].answered_at > 0


def test_a_request_in_pieces_or_with_more_behind_it_is_left_alone(served: Served) -> None:
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)
    before = served.made[-1].answered_at
    request = f"GET {_by(SMALL_MD5)} HTTP/1.1\r\nhost: x\r\napikey: {served.key}\r\n{_GZIP}\r\n\r\n".encode()
    assert served.said(request[:60], request[60:]).status == 200
    assert served.said(request + b"\r\n").status == 200
    assert served.ask(_by(SMALL_MD5), _GZIP, method="HEAD").status == 200
    assert served.made[-1].answered_at == before
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)


def _running(store: Store) -> None:
    submit(store, SMALL, options=RunOptions(), file_name=None, key_id=None, now=datetime.now(UTC))


def _private(store: Store) -> None:
    owner = keys.create(store, "owner", Role.SUBMIT, datetime.now(UTC))
    key = keys.check(store, owner, datetime.now(UTC))
    assert key is not None
    now = datetime.now(UTC)
    submit(store, SMALL, options=RunOptions(), file_name=None, key_id=key.id, now=now, private_to=key.id)


def _damaged(store: Store) -> None:
    digest = bytes.fromhex(SMALL_MD5)
    with store.index.environment.begin(write=True) as transaction:
        entry = transaction.get(digest, db=store.index.hashes[16])
        assert entry is not None
        transaction.put(digest, entry[:5] + bytes([entry[5] ^ 1]) + entry[6:], db=store.index.hashes[16])


def _unfinished(store: Store) -> None:
    with store.index.environment.begin(write=True) as transaction:
        transaction.delete(b"store", db=store.index.meta)
        transaction.delete(bytes.fromhex(SMALL_MD5), db=store.index.hashes[16])


def _elsewhere(store: Store) -> None:
    """Its pack is none that is known."""
    store.packs.open.clear()


def _forgotten(store: Store) -> None:
    """It is not known to be whole."""
    for pack in store.packs.open.values():
        pack.forget()


def _broken(store: Store) -> None:
    """Its bytes have changed, and it is to be checked."""
    report = store.last_report(SMALL_SHA256)
    assert report is not None
    damage(store, report.body_at)
    _forgotten(store)


def _closed(store: Store) -> None:
    store.index.environment.close()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (_running, 200),
        (_private, 200),
        (_damaged, 500),
        (_unfinished, 500),
        (_elsewhere, 200),
        (_broken, 500),
        (_closed, 500),
    ],
)
def test_what_changed_in_the_store_is_left_alone(served: Served, change: Callable[[Store], None], status: int) -> None:
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)
    before = served.made[-1].answered_at
    change(served.store)
    assert served.ask(_by(SMALL_MD5), _GZIP).status == status
    assert served.made[-1].answered_at == before


def test_a_small_body_is_checked_in_compiled_code_and_a_large_one_is_left_alone(served: Served) -> None:
    analysed(served.store, LARGE, LARGE_BYTES // 9)
    for text, is_left in ((SMALL_MD5, False), (LARGE_MD5, True)):
        served.ask(_by(text), _GZIP)
        assert served.is_compiled(_by(text), _GZIP)
        _forgotten(served.store)
        before = served.made[-1].answered_at
        assert served.ask(_by(text), _GZIP).status == 200
        assert (served.made[-1].answered_at == before) is is_left
        assert served.is_compiled(_by(text), _GZIP)


def test_a_body_that_was_checked_again_is_compiled_again(served: Served) -> None:
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)
    served.store.packs.forget_at = 0.0
    before = served.made[-1].answered_at
    served.ask(_by(SMALL_MD5), _GZIP)
    assert served.made[-1].answered_at == before
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)


def test_nothing_is_sent_before_what_the_socket_did_not_take(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of Python's that the transport still has a part of, on a connection that was answered here before."""
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)
    whole = served.ask(_by(SMALL_MD5), _GZIP)
    time.sleep(1.1)  # its key has to be looked up again
    monkeypatch.setattr("fulgurite.api.hot.os.writev", lambda to, parts: os.write(to, parts[0][:10]))
    assert served.ask(_by(SMALL_MD5), _GZIP).body == whole.body
    assert not served.made[-1].is_ready
    monkeypatch.undo()
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)


def test_a_crowded_server_looks_at_each_request(served: Served) -> None:
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)
    before = served.made[-1].answered_at
    served.bounds.held_bytes = served.bounds.unsent_bytes + 1
    assert served.ask(_by(SMALL_MD5), _GZIP).status == 503
    assert served.made[-1].answered_at == before


def test_lookups_are_counted_to_the_last_one(served: Served) -> None:
    used = [served.ask(_by(SMALL_MD5), _GZIP).headers["x-ratelimit-used"] for _ in range(20)]
    assert used == [str(number + 1) for number in range(20)]
    key = keys.check(served.store, served.key, datetime.now(UTC))
    assert key is not None
    meter = served.accounts.meter(key)
    assert meter.used == 20
    meter.count(_LIMIT - 25)
    replies = [served.ask(_by(SMALL_MD5), _GZIP) for _ in range(8)]
    assert [reply.status for reply in replies] == [200] * 5 + [429] * 3
    assert replies[4].headers["x-ratelimit-remaining"] == "0"


def test_answers_are_tallied_and_noted(served: Served) -> None:
    for text in (SMALL_MD5, SMALL_MD5, SMALL_MD5, UNKNOWN):
        served.ask(_by(text), _GZIP)
    (by_hash,) = (told for told in served.tally.told() if told.kind == "hash_lookup")
    assert (by_hash.by_status[200], by_hash.by_status[404], sum(by_hash.buckets)) == (3, 1, 4)
    noted = [(method, path, status) for _, method, path, status, _ in served.noted]
    assert noted == [("GET", _by(SMALL_MD5), 200), ("GET", _by(UNKNOWN), 404)]


def test_a_key_that_is_revoked_is_refused_once_it_is_looked_up_again(served: Served) -> None:
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)
    keys.revoke(served.store, "reads", datetime.now(UTC))
    deadline = time.monotonic() + 30
    while (status := served.ask(_by(SMALL_MD5), _GZIP).status) == 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert status == 401
    assert served.ask(_by(SMALL_MD5), _GZIP).status == 401


def test_the_environment_is_found_again_when_the_store_opened_it_anew(served: Served) -> None:
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)
    before = served.store.index.environment
    served.store.index._revive(before)
    assert served.store.index.environment is not before
    with pytest.raises(lmdb.Error):
        before.begin()
    assert served.is_compiled(_by(SMALL_MD5), _GZIP)
