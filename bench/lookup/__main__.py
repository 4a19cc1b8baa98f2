"""What a full lookup costs, as ratios in one run: `python -m bench.lookup`. See bench/README.md.

A full lookup is `GET /v4/hash/:hash/sandbox` with a key: key check, quota, hash, store, a body as it is kept, for
random hashes of all three kinds among many analyses. All servers are measured in turns, each on one and the same core,
with the load tool on another; costs are CPU time as the scheduler counts it. The last line of output is one JSON
object.
"""

import argparse
import contextlib
import json
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from bench.lookup.tools import (
    Cost,
    Load,
    Running,
    compiled,
    fill,
    kept_answer,
    load_of,
    nginx_server,
    null_server,
    round_of,
    serving,
)
from fulgurite.model.key import Role
from fulgurite.service import keys
from fulgurite.store import Store

LARGE, SMALL = 25_000, 5_000
"""Bytes of a body as it is kept."""
_TIMES_ASKED = 3
"""So often each analysis is looked up, on the average, before anything is measured: 95 % of them at least once."""


class Filled(NamedTuple):
    """A store with what to ask it for."""

    data: Path
    key: str
    hits: Load
    first: str


class Plan(NamedTuple):
    """How much is measured."""

    tool: Path
    rounds: int
    seconds: float

    def warmed(self, running: Running, load: Load, analyses: int) -> float:
        """Lets `running` look each of its analyses up, a few times over; what a lookup cost at first, in us of CPU."""
        first = round_of(self.tool, running, load, self.seconds)
        asked = first.rps * self.seconds
        while asked < _TIMES_ASKED * analyses:
            asked += self.seconds * round_of(self.tool, running, load, self.seconds).rps
        return first.cpu_us


def filled(folder: Path, analyses: int, body_bytes: int) -> Filled:
    """A store of so many analyses with bodies of about this size."""
    data = folder / f"{analyses}-{body_bytes}"
    with Store.open(data) as store:
        key = keys.create(store, "bench", Role.READ, datetime.now(UTC))
        hashes = fill(store, analyses, body_bytes)
    return Filled(data, key, load_of(folder / f"load-{analyses}-{body_bytes}", hashes, key), hashes[0])


def in_turns(plan: Plan, servers: dict[str, tuple[Running, Load]]) -> dict[str, list[Cost]]:
    """What each of `servers` costs, measured in turns."""
    for running, load in servers.values():
        round_of(plan.tool, running, load, plan.seconds / 2)
    costs: dict[str, list[Cost]] = {name: [] for name in servers}
    for number in range(plan.rounds):
        for name in sorted(servers, reverse=number % 2 == 1):
            costs[name].append(round_of(plan.tool, *servers[name], plan.seconds))
    for name, told in costs.items():
        rps, cpu_us, _ = (statistics.median(values) for values in zip(*told, strict=True))
        least = min(cost.cpu_us for cost in told)
        sys.stdout.write(f"{name:14} {rps:8.0f}/s {cpu_us:7.2f} us, least {least:.2f} us\n")
    sys.stdout.flush()
    return costs


def waits(plan: Plan, servers: dict[str, tuple[Running, Load]], rate: float) -> dict[str, float]:
    """p99 of each of `servers` at `rate` requests a second, in us: of rounds in turns the median.

    Other work on the machine makes single rounds ten times as slow.
    """
    told: dict[str, list[float]] = {name: [] for name in servers}
    for number in range(plan.rounds):
        for name in sorted(servers, reverse=number % 2 == 1):
            cost = round_of(plan.tool, *servers[name], plan.seconds, rate=rate, connections=64)
            told[name].append(cost.p99_us)
    for name, p99 in told.items():
        sys.stdout.write(f"p99 at {rate:.0f}/s: {name:8} {statistics.median(p99):8.0f} us, least {min(p99):.0f} us\n")
    sys.stdout.flush()
    return {name: statistics.median(p99) for name, p99 in told.items()}


def ratio(costs: dict[str, list[Cost]], base: str, own: str = "full") -> float:
    """CPU of `base` for a request / CPU of `own`: the median of the rounds."""
    pairs = zip(costs[base], costs[own], strict=True)
    return round(statistics.median(one.cpu_us / other.cpu_us for one, other in pairs), 3)


def compared(plan: Plan, folder: Path, store: Filled) -> dict[str, Any]:
    """Hits and misses in `store` against the same bytes from memory, nginx and the null server."""
    size = store.data.name.rpartition("-")[2]
    missing = [sha256(b"missing %d" % number).hexdigest() for number in range(10_000)]
    misses = load_of(folder / "misses", missing, store.key, status=HTTPStatus.NOT_FOUND)
    began = time.perf_counter()
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(serving("full", store.data, ""))
        start_s = time.perf_counter() - began
        kept = kept_answer(full, store.first, store.key)
        memory = stack.enter_context(serving("memory", store.data, store.first))
        one = load_of(folder / "one", [store.first], store.key)
        null = stack.enter_context(null_server(folder, kept))
        servers = {"full": (full, store.hits), "memory": (memory, one), "null": (null, store.hits)}
        for kind in ("interpreted", "application"):
            servers[kind] = (stack.enter_context(serving(kind, store.data, "")), store.hits)
        if shutil.which("nginx") is None:
            sys.stdout.write("nginx is not installed: not compared\n")
        else:
            servers["nginx"] = (stack.enter_context(nginx_server(folder / "nginx", kept)), store.hits)
        analyses = int(store.data.name.partition("-")[0])
        first_us = plan.warmed(full, store.hits, analyses)
        for kind in ("interpreted", "application"):
            plan.warmed(servers[kind][0], store.hits, analyses)
        sys.stdout.write(f"hits, bodies of {size} bytes, {analyses} analyses; at first {first_us:.2f} us\n")
        hits = in_turns(plan, servers)
        half = statistics.median(cost.rps for cost in hits["full"]) / 2
        p99 = waits(plan, {name: servers[name] for name in ("full", "memory", "null")}, half)
        anonymous = full.anonymous_bytes()
        missed_by = stack.enter_context(serving("memory", store.data, missing[0]))
        sys.stdout.write("misses\n")
        missed_costs = in_turns(plan, {"full": (full, misses), "memory": (missed_by, misses)})
    return {
        **{f"ratio_{name}": ratio(hits, name) for name in servers if name != "full"},
        "ratio_miss_memory": ratio(missed_costs, "memory"),
        "ratio_p99_null": round(p99["full"] / p99["null"], 2),
        "rps": round(statistics.median(cost.rps for cost in hits["full"])),
        "first_cpu_us": round(first_us, 2),
        "analyses": analyses,
        "cpu_us": round(statistics.median(cost.cpu_us for cost in hits["full"]), 2),
        "start_s": round(start_s, 2),
        "memory_mb": round(anonymous / (1 << 20), 1),
        "body_bytes": len(kept.body),
    }


def grown(plan: Plan, folder: Path, large: Filled, analyses: int) -> float:
    """CPU for a hit among `analyses` / CPU for one in the store `large`."""
    small = filled(folder, analyses, SMALL)
    with serving("full", small.data, "") as few, serving("full", large.data, "") as many:
        plan.warmed(few, small.hits, analyses)
        plan.warmed(many, large.hits, int(large.data.name.partition("-")[0]))
        sys.stdout.write("growth\n")
        return ratio(in_turns(plan, {"few": (few, small.hits), "full": (many, large.hits)}), "few")


def measured(folder: Path, analyses: int, large_analyses: int, rounds: int, seconds: float) -> dict[str, Any]:
    """The result, as it is printed."""
    plan = Plan(compiled("load", folder), rounds, seconds)
    small_bodies = filled(folder, analyses, SMALL)
    small = compared(plan, folder, small_bodies)
    growth = grown(plan, folder, small_bodies, max(1, analyses // 10))
    shutil.rmtree(small_bodies.data)
    large = compared(plan, folder, filled(folder, large_analyses, LARGE))
    return {
        "bench": "lookup",
        **large,
        "ratio_growth": growth,
        **{f"small_{name}": value for name, value in small.items()},
        "rounds": rounds,
    }


def _main() -> None:
    if find_spec("fulgurite.native.fastpath") is None:
        raise SystemExit("lookups are not compiled here; install gcc and Python's headers, then `make clean run`")
    parser = argparse.ArgumentParser(prog="python -m bench.lookup", description=__doc__)
    parser.add_argument("--analyses", type=int, default=50_000)
    parser.add_argument("--large-analyses", type=int, help="of bodies of 25 KB, where they would not fit into memory")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of one round")
    parser.add_argument("--folder", type=Path, help="where the stores are made and removed again; default: /tmp")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fulgurite-bench-", dir=given.folder) as folder:
        large = given.analyses if given.large_analyses is None else given.large_analyses
        result = measured(Path(folder), given.analyses, large, given.rounds, given.seconds)
    sys.stdout.write(f"{time.monotonic() - began:.0f} s in all\n{json.dumps(result)}\n")


if __name__ == "__main__":
    _main()
