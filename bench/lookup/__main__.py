"""What a full lookup costs, as a ratio to the same server returning the same bytes from memory.

A full lookup is `GET /v4/hash/:hash/sandbox` with a key: key check, hash, store, a body of 30 KB as it is kept, for
random hashes of all three kinds among many analyses. Both servers are measured in turns in one run, each on a core of
its own beside the load tool; costs are CPU time as the scheduler counts it. The last line of output is one JSON object.
"""

import argparse
import gzip
import hashlib
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from bench.lookup.serving import CORE, Kept
from fulgurite.model.key import Role
from fulgurite.service import keys
from fulgurite.store import Store
from fulgurite.store.index import Entry
from fulgurite.store.records import Codec, Kind, Record

BODY_BYTES = 30_000
"""Of one compressed body."""
BODIES = 64
"""Different bodies; each analysis has a copy of one of them in a place of its own."""
BATCH = 500
CONNECTIONS = 32
ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
local lines = {}
for line in io.lines("%s") do lines[#lines + 1] = line end
math.randomseed(os.time())
request = function() return wrk.format("GET", lines[math.random(#lines)]) end
wrk.headers["apikey"] = "%s"
wrk.headers["accept-encoding"] = "gzip, deflate"
wrk.headers["user-agent"] = "bench"
"""


class Cost(NamedTuple):
    """What one round showed."""

    rps: float
    cpu_us: float
    """Of the server, for one request."""


class Running(NamedTuple):
    """A server under measurement."""

    process: subprocess.Popen[str]
    host: str
    port: int

    def cpu_ns(self) -> int:
        """The CPU time of its process so far."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def fill(store: Store, analyses: int) -> list[str]:
    """Puts `analyses` ready-to-send bodies into the index; returns the hashes to ask for, three of each."""
    bodies = [_body(number) for number in range(BODIES)]
    digests = [hashlib.sha256(body).digest() for body in bodies]
    hashes: list[str] = []
    for first in range(0, analyses, BATCH):
        numbers = range(first, min(first + BATCH, analyses))
        records = [
            Record(
                Kind.BODY,
                Codec.GZIP,
                0,
                digests[number % BODIES],
                bodies[number % BODIES],
                sandbox_id=b"\0\0\0\1" + number.to_bytes(8, "big"),
            )
            for number in numbers
        ]
        places = store.packs.append(records)
        with store.index.write() as changes:
            for number, place in zip(numbers, places, strict=True):
                for kind in ("md5", "sha1", "sha256"):
                    digest = hashlib.new(kind, number.to_bytes(8, "big"), usedforsecurity=False)
                    changes.set_hash(digest.digest(), Entry(place))
                    hashes.append(digest.hexdigest())
    return hashes


def _body(number: int) -> bytes:
    """About BODY_BYTES of gzip, of JSON that packs about as well as a report does."""
    rng = random.Random(number)  # noqa: S311 - sample data
    events: list[dict[str, object]] = []
    packed = b""
    while len(packed) < BODY_BYTES:
        events += [
            {
                "n": "windows.file.read",
                "d": {"path": f"C:\\Windows\\{rng.randbytes(7).hex()}.dll", "proc": rng.randrange(9)},
            }
            for _ in range(100)
        ]
        packed = gzip.compress(json.dumps({"details": {"data": {"files": events}}}).encode(), 6, mtime=0)
    return packed


@contextmanager
def serving(kind: str, data: Path, argument: str) -> Iterator[Running]:
    """One of the two servers, while the block lasts."""
    command = [sys.executable, "-m", "bench.lookup.serving", kind, str(data), argument]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = urlsplit("" if process.stdout is None else process.stdout.readline().strip())
            yield Running(process, str(url.hostname), int(url.port or 0))
        finally:
            process.terminate()


def kept_answer(running: Running, text: str, key: str) -> Kept:
    """What the product answers to a lookup of `text`, to be known by heart."""
    connection = http.client.HTTPConnection(running.host, running.port)
    connection.request("GET", f"/v4/hash/{text}/sandbox", headers={"apikey": key, "accept-encoding": "gzip"})
    reply = connection.getresponse()
    body = reply.read()
    if reply.status != HTTPStatus.OK or reply.getheader("content-encoding") != "gzip":
        raise SystemExit(f"the lookup answers {reply.status}: {body[:200]!r}")
    headers = [(name, value) for name, value in reply.getheaders() if name != "date"]
    connection.close()
    return Kept(headers, body)


def round_of(running: Running, load: list[str], seconds: int) -> Cost:
    """Loads `running` for `seconds` and says what a request cost."""
    before = running.cpu_ns()
    url = f"http://{running.host}:{running.port}"
    command = [part.format(host=running.host, port=running.port, seconds=seconds, url=url) for part in load]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, preexec_fn=_away).stdout
    used = running.cpu_ns() - before
    requests, took = _wrk_counts(output) if _is_wrk(load) else _own_counts(output)
    return Cost(requests / took, used / 1000 / requests)


def _is_wrk(load: list[str]) -> bool:
    return Path(load[0]).name == "wrk"


def _away() -> None:
    cores = os.sched_getaffinity(0) - {CORE}
    os.sched_setaffinity(0, cores or {CORE})


def _wrk_counts(output: str) -> tuple[int, float]:
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"the load went wrong:\n{output}")
    words = next(line for line in output.splitlines() if " requests in " in line).split()
    return int(words[0]), float(words[3].rstrip("s,"))


def _own_counts(output: str) -> tuple[int, float]:
    counts = json.loads(output)
    if counts["failures"] > 0:
        raise SystemExit(f"the load went wrong: {output}")
    return counts["requests"], counts["seconds"]


def load_command(folder: Path, hashes: list[str], key: str, tool: str) -> list[str]:
    """The load tool with its arguments: our own, or `wrk`."""
    paths = [f"/v4/hash/{text}/sandbox" for text in hashes]
    random.Random(1).shuffle(paths)  # noqa: S311 - an order, no secret
    if tool == "wrk":
        (folder / "paths").write_text("\n".join(paths))
        (folder / "load.lua").write_text(SCRIPT % (folder / "paths", key))
        return ["wrk", "-t1", f"-c{CONNECTIONS}", "-d{seconds}s", "-s", str(folder / "load.lua"), "{url}"]
    head = f"apikey: {key}\r\naccept-encoding: gzip, deflate\r\nuser-agent: bench\r\nhost: x\r\n\r\n"
    (folder / "requests").write_text("\n".join(json.dumps(f"GET {path} HTTP/1.1\r\n{head}") for path in paths))
    own = [sys.executable, "-m", "bench.lookup.load"]
    return [*own, "{host}", "{port}", str(CONNECTIONS), "{seconds}", str(folder / "requests")]


def measured(folder: Path, tool: str, analyses: int, rounds: int, seconds: int) -> dict[str, object]:
    """The result, as it is printed."""
    data = folder / "data"
    with Store.open(data) as store:
        key = keys.create(store, "bench", Role.READ, datetime.now(UTC))
        hashes = fill(store, analyses)
    load = load_command(folder, hashes, key, tool)
    with serving("full", data, "") as full:
        kept = kept_answer(full, hashes[0], key)
        (folder / "answer").write_bytes(msgspec.msgpack.encode(kept))
        with serving("memory", data, str(folder / "answer")) as memory:
            both = {"full": full, "memory": memory}
            for running in both.values():
                round_of(running, load, 1)
            costs: dict[str, list[Cost]] = {"full": [], "memory": []}
            for number in range(rounds):
                for kind in sorted(both, reverse=number % 2 == 1):
                    costs[kind].append(round_of(both[kind], load, seconds))
                    sys.stdout.write(f"{kind:7} {costs[kind][-1].rps:8.0f}/s {costs[kind][-1].cpu_us:7.1f} us\n")
                    sys.stdout.flush()
    pairs = list(zip(costs["full"], costs["memory"], strict=True))
    medians = {
        kind: {
            "rps": round(statistics.median(cost.rps for cost in costs[kind])),
            "cpu_us": round(statistics.median(cost.cpu_us for cost in costs[kind]), 1),
        }
        for kind in costs
    }
    return {
        "bench": "lookup",
        "ratio_memory": round(statistics.median(base.cpu_us / own.cpu_us for own, base in pairs), 3),
        "ratio_rps": round(statistics.median(own.rps / base.rps for own, base in pairs), 3),
        **medians,
        "analyses": analyses,
        "body_bytes": len(kept.body),
        "rounds": rounds,
        "tool": tool,
    }


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.lookup", description=__doc__)
    parser.add_argument("--analyses", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2, help="of one round")
    parser.add_argument("--tool", choices=["own", "wrk"], default="own", help="what makes the load; see README")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fulgurite-bench-") as folder:
        result = measured(Path(folder), given.tool, given.analyses, given.rounds, given.seconds)
    sys.stdout.write(f"{time.monotonic() - began:.0f} s in all\n{json.dumps(result)}\n")


if __name__ == "__main__":
    _main()
