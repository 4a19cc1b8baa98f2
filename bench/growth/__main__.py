"""Whether a lookup costs the same at any size of the store: `python -m bench.growth`. See bench/README.md."""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.growth.filling import digest, fill
from bench.growth.loading import ROOT, Cost, Load, Server, serving
from fulgurite.model.key import Role
from fulgurite.service import keys
from fulgurite.store import Store

ASKED = 30_000
"""Different hashes that are asked for at each size, spread over all."""
KINDS = ("md5", "md5", "sha1", "sha256")
"""Half of the lookups are by MD5, a quarter by SHA-1, a quarter by SHA-256."""
_WARM = 3
"""How often each is asked for, on average, before the measurement."""
_PIECE_BYTES = 1 << 24
_OPEN = (
    "import sys, time; from pathlib import Path; from fulgurite.store import Store; began = time.perf_counter();"
    "store = Store.open(Path(sys.argv[1])); print(time.perf_counter() - began); store.close()"
)


def _start_ms(data: Path) -> float:
    """How long a store takes to open in a new process."""
    done = subprocess.run([sys.executable, "-c", _OPEN, str(data)], cwd=ROOT, capture_output=True, check=True)
    return float(done.stdout) * 1000


def _paths(analyses: int) -> list[str]:
    chance = random.Random(analyses)  # noqa: S311 - sample data
    return [
        f"/v4/hash/{digest(chance.choice(KINDS), chance.randrange(analyses))}/sandbox"
        for _ in range(min(ASKED, 4 * analyses))
    ]


class Size:
    """One store of the comparison."""

    def __init__(self, folder: Path, analyses: int, opened: ExitStack) -> None:
        self.analyses = analyses
        self.data = folder / f"{analyses}"
        fill(self.data, analyses)
        self.start_ms = [_start_ms(self.data) for _ in range(3)]
        with Store.open(self.data) as store:
            key = keys.create(store, f"bench {random.random()}", Role.READ, datetime.now(UTC))  # noqa: S311 - a name
        paths = _paths(analyses)
        self.server: Server = opened.enter_context(serving(self.data))
        self.server.answers(paths[0], key)
        self._load = Load(Path(opened.enter_context(tempfile.TemporaryDirectory())), paths, key)
        self._different = len(paths)
        self.costs: list[Cost] = []

    def warm(self) -> None:
        """Brings index and bodies into memory, and lets the server touch what is asked for."""
        for path in ((self.data / "index.lmdb" / "data.mdb"), *(self.data / "packs").iterdir()):
            with path.open("rb") as file:
                while file.read(_PIECE_BYTES):
                    pass
        asked = 0.0
        while asked < _WARM * self._different:
            asked += self._load.on(self.server, 1).rps

    def round(self, seconds: float) -> None:
        """Measures once."""
        self.costs.append(self._load.on(self.server, seconds))
        sys.stdout.write(f"{self.analyses:>10} {self.costs[-1].rps:8.0f}/s {self.costs[-1].cpu_us:7.1f} us\n")
        sys.stdout.flush()

    def told(self) -> dict[str, float]:
        """The results of this size."""
        sizes = {name: (self.data / name).stat().st_size for name in ("fulgurite.db", "index.lmdb/data.mdb")}
        return {
            "analyses": self.analyses,
            "cpu_us": round(statistics.median(cost.cpu_us for cost in self.costs), 2),
            "rps": round(statistics.median(cost.rps for cost in self.costs)),
            "start_ms": round(statistics.median(self.start_ms), 1),
            "index_bytes_per_analysis": round(sizes["index.lmdb/data.mdb"] / self.analyses),
            "database_bytes_per_analysis": round(sizes["fulgurite.db"] / self.analyses),
            "server_mb": round(self.server.memory_bytes() / 1e6, 1),
        }


def _measured(folder: Path, sizes: list[int], rounds: int, seconds: float) -> dict[str, object]:
    with ExitStack() as opened:
        stores = [Size(folder, analyses, opened) for analyses in sorted(sizes)]
        for store in stores:
            store.warm()
        for number in range(rounds):
            for store in stores[:: -1 if number % 2 else 1]:
                store.round(seconds)
        pairs = zip(stores[0].costs, stores[-1].costs, strict=True)
        ratio = statistics.median(small.cpu_us / large.cpu_us for small, large in pairs)
        return {"bench": "growth", "ratio_growth": round(ratio, 3), "sizes": [store.told() for store in stores]}


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--analyses", type=int, nargs="+", default=[10_000, 300_000], help="sizes of the stores")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2, help="of one round")
    parser.add_argument("--folder", type=Path, help="where the stores are made, and stay, for the next time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fulgurite-bench-") as temporary:
        folder = Path(temporary) if given.folder is None else given.folder
        folder.mkdir(parents=True, exist_ok=True)
        result = _measured(folder, given.analyses, given.rounds, given.seconds)
    sys.stdout.write(f"{json.dumps(result)}\n")


if __name__ == "__main__":
    _main()
