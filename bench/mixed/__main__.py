"""Lookups while reports are imported as fast as that goes, and each alone: `python -m bench.mixed`."""

import argparse
import hashlib
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.growth.filling import digest, fill
from bench.growth.loading import ROOT, Load, serving
from bench.importers import made
from fulgurite.model.key import Role
from fulgurite.service import keys
from fulgurite.store import Store

CALLS, REPORT_BYTES = 60, 60_000


class Speed(NamedTuple):
    """What one side did in a round."""

    per_s: float
    cpu_us: float
    """CPU time for one: a lookup, an imported report."""


def _reports(folder: Path, first: int, count: int) -> Path:
    """A folder of `count` reports of CAPE, of different files."""
    made_at = folder / f"reports-{first}"
    made_at.mkdir()
    report = made.cape(CALLS, 2, REPORT_BYTES)
    for number in range(first, first + count):
        sha256 = hashlib.sha256(b"mixed %d" % number).hexdigest().encode("ascii")
        (made_at / f"{number}.json").write_bytes(report.replace(made.SHA256, sha256))
    return made_at


class Writer:
    """`fulgurite import` of one folder, with one reading process."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.count = 0
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for _ in self._process.stdout or ():
            self.count += 1

    def cpu_ns(self) -> int:
        """The CPU time so far of the process and of those that read for it."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        paths = [path for pid in (str(self._process.pid), *children) for path in Path(f"/proc/{pid}/task").iterdir()]
        return sum(int((path / "schedstat").read_text().split()[0]) for path in paths)

    def first(self) -> None:
        """Waits until reports come in."""
        while self.count == 0:
            time.sleep(0.01)

    def speed(self, seconds: float) -> Speed:
        """How fast it is during the next `seconds`."""
        count, cpu, began = self.count, self.cpu_ns(), time.monotonic()
        time.sleep(seconds)
        done = self.count - count
        if done == 0 or self._process.poll() is not None:
            raise SystemExit("the import ended too early, or did nothing; ask for shorter rounds")
        return Speed(done / (time.monotonic() - began), (self.cpu_ns() - cpu) / 1000 / done)


@contextmanager
def _importing(data: Path, folder: Path) -> Iterator[Writer]:
    command = [sys.executable, "-m", "fulgurite", "import", "--json", "--jobs", "1", "--data", str(data), str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            writer = Writer(process)
            writer.first()
            yield writer
        finally:
            process.terminate()


def _measured(folder: Path, analyses: int, rounds: int, seconds: float, reports: int) -> dict[str, object]:
    data = folder / "data"
    fill(data, analyses)
    with Store.open(data) as store:
        key = keys.create(store, "bench", Role.READ, datetime.now(UTC))
    chance = random.Random(1)  # noqa: S311 - sample data
    paths = [f"/v4/hash/{digest('sha256', chance.randrange(analyses))}/sandbox" for _ in range(analyses)]
    load = Load(folder, paths, key)
    told: dict[str, list[Speed]] = {"reads": [], "reads beside": [], "writes": [], "writes beside": []}
    with serving(data) as server:
        server.answers(paths[0], key)
        load.on(server, seconds)
        for number in range(rounds):
            told["reads"].append(Speed(*load.on(server, seconds)))
            with _importing(data, _reports(folder, number * reports, reports)) as writer:
                told["writes"].append(writer.speed(seconds))
                beside: list[Speed] = []
                thread = threading.Thread(target=lambda into=beside: into.append(writer.speed(seconds)))
                thread.start()
                told["reads beside"].append(Speed(*load.on(server, seconds)))
                thread.join()
                told["writes beside"] += beside
            for name, speeds in told.items():
                sys.stdout.write(f"{name:14} {speeds[-1].per_s:9.1f}/s {speeds[-1].cpu_us:10.1f} us\n")
                sys.stdout.flush()
    return {
        "bench": "mixed",
        "ratio_reads": _ratio(told["reads"], told["reads beside"]),
        "ratio_writes": _ratio(told["writes"], told["writes beside"]),
        **{
            name.replace(" ", "_"): {
                "per_s": round(statistics.median(speed.per_s for speed in speeds), 1),
                "cpu_us": round(statistics.median(speed.cpu_us for speed in speeds), 1),
            }
            for name, speeds in told.items()
        },
        "analyses": analyses,
    }


def _ratio(alone: list[Speed], beside: list[Speed]) -> float:
    """CPU time of one alone / beside the other; the median of pairs."""
    return round(statistics.median(one.cpu_us / other.cpu_us for one, other in zip(alone, beside, strict=True)), 3)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.mixed", description=__doc__)
    parser.add_argument("--analyses", type=int, default=100_000, help="in the store at the beginning")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of one measurement")
    parser.add_argument("--reports", type=int, default=1_500, help="to be imported in one round, at most")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fulgurite-bench-") as folder:
        result = _measured(Path(folder), given.analyses, given.rounds, given.seconds, given.reports)
    sys.stdout.write(f"{json.dumps(result)}\n")


if __name__ == "__main__":
    _main()
