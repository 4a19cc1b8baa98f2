"""Liveness, readiness and metrics of a real server."""

import asyncio
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request

from fulgurite.api.health import Health, HealthUses
from fulgurite.api.problems import Problem
from fulgurite.service.health import Readiness
from fulgurite.service.tally import Upkeep
from tests.api.running import Running, replies_in, running

UNKNOWN = "f" * 64


def _metrics(api: Running) -> dict[tuple[str, ...], float]:
    reply = api.ask("GET", "/metrics", key=None)
    assert (reply.status, reply.headers["content-type"].split(";")[0]) == (200, "text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(reply.body.decode())
        for sample in family.samples
    }


def _uses(*, is_open: bool = False, needs_worker: bool = True, readiness: Readiness) -> HealthUses:
    return HealthUses(lambda: readiness, needs_worker, list, dict, lambda: 0, lambda: Upkeep(0, 0), is_open)


def _request(host: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [], "client": (host, 1)})


def test_it_lives(api: Running) -> None:
    assert api.ask("GET", "/health", key=None).json == {"status": "ok"}
    assert api.ask("GET", "/v4//../health", key=None).status == 404


def test_it_is_ready_without_a_worker_where_none_is_wanted(api: Running) -> None:
    assert api.ask("GET", "/ready", key=None).json == {"status": "ready", "store": True, "worker": False}


@pytest.mark.parametrize(
    ("readiness", "says"),
    [
        (Readiness(store=True, worker=False), "no worker runs"),
        (Readiness(store=False, worker=True), "the store cannot be read"),
    ],
)
def test_what_is_missing_is_told(readiness: Readiness, says: str) -> None:
    with pytest.raises(Problem, match=f"503000.*{says}"):
        asyncio.run(Health(_uses(readiness=readiness)).ready(_request("::1")))


def test_metrics_are_told_to_the_machine_itself_unless_opened() -> None:
    fine = Readiness(store=True, worker=True)
    for host in ("127.0.0.1", "::1"):
        assert asyncio.run(Health(_uses(readiness=fine)).metrics(_request(host))).status_code == 200
    with pytest.raises(Problem, match="403003"):
        asyncio.run(Health(_uses(readiness=fine)).metrics(_request("192.0.2.1")))
    assert asyncio.run(Health(_uses(readiness=fine, is_open=True)).metrics(_request("192.0.2.1"))).status_code == 200


def test_requests_are_counted_by_kind_and_status(api: Running) -> None:
    before = _metrics(api)
    lookup = f"GET /v4/hash/{UNKNOWN}/sandbox HTTP/1.1\r\nhost: x\r\napikey: {api.key}\r\n\r\n".encode()
    assert len(replies_in(api.said_to(lookup * 3 + api.head("GET", f"/v4//hash/{UNKNOWN}/sandbox")))) == 4
    api.ask("GET", f"/v4/hash/{UNKNOWN}/sandbox", key=None)
    api.ask("GET", "/v4/sandbox/x")
    api.ask("GET", "/v4/nothing")
    api.ask("GET", "/v4/status")
    after = _metrics(api)

    def more(*name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more("fulgurite_http_requests_total", "hash_lookup", "404") == 4
    assert more("fulgurite_http_requests_total", "hash_lookup", "401") == 1
    assert more("fulgurite_http_requests_total", "sandbox_lookup", "404") == 1
    assert more("fulgurite_http_requests_total", "other", "404") == 1
    assert more("fulgurite_http_requests_total", "other", "200") == 2
    assert more("fulgurite_http_request_seconds_count", "hash_lookup") == 5
    assert more("fulgurite_http_request_seconds_bucket", "hash_lookup", "+Inf") == 5
    assert after["fulgurite_store_readable",] == 1


def test_both_ways_of_answering_count_and_note_the_same(tmp_path: Path) -> None:
    told = []
    for hot_path in (True, False):
        log = tmp_path / f"{hot_path}.log"
        with running(tmp_path / f"{hot_path}", hot_path=hot_path, access_log=str(log)) as server:
            lookup = f"/v4/hash/{UNKNOWN}/sandbox"
            for path in (lookup, "/v4/sandbox/x", f"{lookup}?x=1", "/v4/status"):
                server.ask("GET", path)
            server.ask("HEAD", f"/v4/hash/{UNKNOWN}/sandbox", key="wrong")
            counted = {name: value for name, value in _metrics(server).items() if "seconds" not in name[0]}
            server.process.terminate()
            server.process.wait()
        lines = [re.sub(r'"us":\d+|"at":"[^"]*"', "", line) for line in log.read_text().splitlines()]
        told.append((counted, lines))
    assert told[0] == told[1]
    assert len(told[0][1]) == 6
    assert f'"method":"HEAD","path":"/v4/hash/{UNKNOWN}/sandbox","status":401' in told[0][1][4]
    assert '"client":"127.0.0.1"' in told[0][1][0]
