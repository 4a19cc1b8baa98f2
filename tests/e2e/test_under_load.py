"""Server processes that are killed, replaced and ended while they answer as fast as they can."""

import http.client
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fulgurite.store import Store
from tests.api.twins import SMALL, SMALL_MD5, UNKNOWN, analysed
from tests.e2e.loading import Load
from tests.e2e.running import Running, key_of, members, until

pytestmark = pytest.mark.e2e
CONNECTIONS = 32


def _more(load: Load) -> None:
    """Waits until it was answered once more, on each connection as a rule."""
    before = sum(load.statuses.values())
    until(lambda: sum(load.statuses.values()) > before + 10 * CONNECTIONS, "more answers")


@contextmanager
def _loaded(data: Path, processes: int) -> Iterator[tuple[Running, Load, str]]:
    """A server at full load, with the key that it is asked with."""
    key = key_of(data)
    with Store.open(data) as store:
        analysed(store, SMALL, 100)
    more = f" HTTP/1.1\r\nhost: x\r\napikey: {key}\r\naccept-encoding: gzip\r\n\r\n"
    requests = [f"GET /v4/hash/{text}/sandbox{more}".encode() for text in (SMALL_MD5, UNKNOWN)]
    several = () if processes == 1 else ("--workers", processes)
    with Running("serve", "--data", data, "--port", 0, "--no-worker", *several) as running:
        load = Load(running.url, requests, CONNECTIONS)
        load.start()
        try:
            _more(load)
            yield running, load, key
        finally:
            load.end()


def _used(url: str, key: str) -> int:
    """How many lookups were counted, this one included."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.request("GET", f"/v4/hash/{UNKNOWN}/sandbox", headers={"apikey": key})
    used = connection.getresponse().headers["x-ratelimit-used"]
    connection.close()
    return int(used)


def test_a_process_that_is_killed_takes_its_own_connections_with_it_and_no_count(tmp_path: Path) -> None:
    with _loaded(tmp_path, 2) as (running, load, key):
        killed = members(running).pop()
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(members(running) - {killed}) == 2, "another process")
        _more(load)
        load.end()
        answered = sum(load.statuses.values()) + 1
        assert answered <= _used(running.url, key) <= answered + len(load.cut)
    assert set(load.statuses) == {200, 404}
    assert load.refused == []
    assert len(load.cut) <= CONNECTIONS


@pytest.mark.parametrize("processes", [1, 2])
def test_a_reload_leaves_no_request_without_its_answer(tmp_path: Path, processes: int) -> None:
    with _loaded(tmp_path, processes) as (running, load, _):
        before = members(running)
        os.kill(running.pid, signal.SIGHUP)
        until(lambda: load.farewells >= CONNECTIONS, "the end of each connection")
        if processes > 1:
            until(lambda: len(members(running)) == processes and not members(running) & before, "other processes")
        _more(load)
    assert (load.cut, load.refused) == ([], [])
    assert set(load.statuses) == {200, 404}


def test_an_end_leaves_no_request_that_was_taken_without_its_answer(tmp_path: Path) -> None:
    with _loaded(tmp_path, 2) as (running, load, _):
        os.kill(running.pid, signal.SIGTERM)
        assert running.ended() == 0
    assert load.farewells >= CONNECTIONS
    # Who connected in the last moment was taken by the kernel, not by the server.
    assert [cut for cut in load.cut if cut.answered > 0 or cut.got != b""] == []
    assert set(load.statuses) == {200, 404}
    assert "Traceback" not in "".join(running.err)
