"""Whether the time that a wrong key takes tells how much of it is right.

Wrong keys that share 0, 16 and 31 characters with a real key are checked in turns with as many that share them with one
that does not exist, through the whole of the check: the keyring, which remembers the real keys, and the store. Told are
the medians and, real against not, Welch's t of the logarithms: beyond 4.5 in one direction, run after run, times would
tell something. (Without the second kind the measure finds what is no leak: a text whose characters do not change from
guess to guess is read faster, whatever keys there are.) The last line of output is one JSON object.
"""

import argparse
import json
import math
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from fulgurite.api.access import Keyring
from fulgurite.api.guessing import Brake
from fulgurite.api.problems import Problem
from fulgurite.model.key import Role
from fulgurite.model.usage import Quotas
from fulgurite.service import keys
from fulgurite.service.quota import Accounts
from fulgurite.store import Store

SHARED = (0, 16, 31)
KINDS = ("real", "none")
MODELS = 256
"""Keys of each kind; many, since the letters of one key by themselves move times by nanoseconds."""
_ALPHABET = b"abcdefghijklmnopqrstuvwxyz0123456789"


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def took_ns(ring: Keyring, raw: bytes) -> int:
    """How long the check of a wrong key took."""
    began = time.perf_counter_ns()
    try:
        ring.caller(raw, None)
    except Problem:
        return time.perf_counter_ns() - began
    raise SystemExit("a wrong key was let in")


def wrong(right: bytes, shared: int, source: random.Random) -> bytearray:
    """A key that has the first `shared` characters of `right` and another one after them."""
    other = source.choice([character for character in _ALPHABET if character != right[shared]])
    rest = bytes(source.choices(_ALPHABET, k=len(right) - shared - 1))
    return bytearray(right[:shared] + bytes([other]) + rest)


def welch(one: list[float], other: list[float]) -> float:
    """Welch's t."""
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / math.sqrt(spread)


def measured(folder: Path, rounds: int) -> dict[str, object]:
    """The result, as it is printed."""
    source = random.Random(1)  # noqa: S311 - guesses, no secrets
    times: dict[tuple[str, int], list[int]] = {(kind, shared): [] for kind in KINDS for shared in SHARED}
    with Store.open(folder) as store:
        real = [keys.create(store, f"bench {n}", Role.READ, now()).encode() for n in range(MODELS)]
        models = {"real": real, "none": [bytes(source.choices(_ALPHABET, k=len(real[0]))) for _ in real]}
        quotas = Quotas(sandbox_api=1, prevention_api=1, reputation_api=1 << 40, per_minute=1)
        accounts = Accounts(store, quotas, now=now)
        ring = Keyring(lambda raw: keys.check(store, raw, now()), accounts, Brake(1 << 60, 1.0))
        # Made beforehand: what making them leaves in the processor's caches would be measured too.
        guesses = [
            (group, wrong(source.choice(models[group[0]]), group[1], source)) for group in times for _ in range(rounds)
        ]
        source.shuffle(guesses)
        for group, guess in guesses:
            ring.caller(source.choice(real), None)
            times[group].append(took_ns(ring, bytes(guess)))
    # The slowest twentieth is the machine's, not the check's.
    kept = {group: sorted(values)[: rounds * 19 // 20] for group, values in times.items()}
    logs = {group: [math.log(value) for value in values] for group, values in kept.items()}
    return {
        "bench": "keys",
        **{kind: {str(n): round(statistics.median(kept[kind, n]) / 1000, 2) for n in SHARED} for kind in KINDS},
        "welch_t": {str(shared): round(welch(logs["real", shared], logs["none", shared]), 2) for shared in SHARED},
        "rounds": rounds,
    }


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.keys", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fulgurite-bench-") as folder:
        result = measured(Path(folder), given.rounds)
    sys.stdout.write(f"{json.dumps(result)}\n")


if __name__ == "__main__":
    _main()
