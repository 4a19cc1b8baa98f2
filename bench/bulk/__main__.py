"""Measures the lookup of many hashes against as many single ones: `python -m bench.bulk`. See bench/README.md."""

import argparse
import http.client
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from bench.lookup.tools import Running, fill, serving
from fulgurite.model.key import Role
from fulgurite.service import keys
from fulgurite.store import Store

BULK = 1_000
MOST = 10_000
NDJSON = "application/x-ndjson"


class Client:
    """One connection that is kept open."""

    def __init__(self, running: Running, key: str) -> None:
        self._connection = http.client.HTTPConnection(running.host, running.port)
        self._headers = {"apikey": key, "accept-encoding": "gzip"}

    def singles(self, texts: list[str]) -> None:
        """As many lookups, one after the other; each body is read."""
        for text in texts:
            self._connection.request("GET", f"/v4/hash/{text}/sandbox", headers=self._headers)
            self._read()

    def bulk(self, texts: list[str], accept: str = "*/*") -> bytes:
        """One lookup of many."""
        headers = {**self._headers, "content-type": "application/json", "accept": accept}
        self._connection.request("POST", "/v4/hash/sandbox", json.dumps({"hash": texts}), headers)
        return self._read()

    def _read(self) -> bytes:
        reply = self._connection.getresponse()
        body = reply.read()
        if reply.status != HTTPStatus.OK:
            raise SystemExit(f"the lookup answers {reply.status}: {body[:200]!r}")
        return body


def _ms(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def _median(rounds: int, do: Callable[[], object]) -> float:
    return statistics.median(_ms(do) for _ in range(rounds))


def measured(folder: Path, analyses: int, rounds: int) -> dict[str, Any]:
    """The result, as it is printed."""
    data = folder / "data"
    with Store.open(data) as store:
        key = keys.create(store, "bench", Role.READ, datetime.now(UTC))
        hashes = fill(store, analyses)
    picked = random.Random(1).choices(hashes, k=MOST)  # noqa: S311 - an order, no secret
    few, bad = picked[:BULK], [picked[0], *(f"no hash {number}" for number in range(MOST - 1))]
    with serving("full", data, "") as running:
        client = Client(running, key)
        found = json.loads(client.bulk(few))["data"]
        if {item["status"] for item in found} != {"found"}:
            raise SystemExit(f"the bulk lookup does not find what is there: {found[:2]}")
        pairs = []
        for _ in range(rounds):
            bulk_ms = _ms(lambda: client.bulk(few))
            single_ms = _ms(lambda: client.singles(few))
            pairs.append((bulk_ms, single_ms))
            sys.stdout.write(f"{BULK} hashes: bulk {bulk_ms:7.1f} ms, single {single_ms:7.1f} ms\n")
            sys.stdout.flush()
        most_ms = _median(rounds, lambda: client.bulk(picked))
        lines_ms = _median(rounds, lambda: client.bulk(picked, NDJSON))
        bad_ms = _median(rounds, lambda: client.bulk(bad))
    return {
        "bench": "bulk",
        "bulk_1000_ms": round(statistics.median(bulk for bulk, _ in pairs), 2),
        "single_1000_ms": round(statistics.median(single for _, single in pairs), 1),
        "ratio_single": round(statistics.median(single / bulk for bulk, single in pairs), 1),
        "bulk_10000_ms": round(most_ms, 1),
        "bulk_10000_hashes_per_s": round(MOST / most_ms * 1000),
        "ndjson_10000_hashes_per_s": round(MOST / lines_ms * 1000),
        "bad_9999_ms": round(bad_ms, 1),
        "analyses": analyses,
        "rounds": rounds,
    }


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bulk", description=__doc__)
    parser.add_argument("--analyses", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fulgurite-bench-") as folder:
        result = measured(Path(folder), given.analyses, given.rounds)
    sys.stdout.write(f"{json.dumps(result)}\n")


if __name__ == "__main__":
    _main()
