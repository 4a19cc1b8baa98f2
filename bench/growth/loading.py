"""A server on one core, a load on the others: what a lookup costs the server."""

import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = 32
_SERVE = (
    "import sys; from pathlib import Path; from fulgurite import server; from fulgurite.config import Settings;"
    "server.serve(Path(sys.argv[1]), Settings(port=0), with_workers=False, on_ready=lambda url: print(url, flush=True))"
)


class Cost(NamedTuple):
    """What a round of lookups showed."""

    rps: float
    cpu_us: float
    """CPU time of the server for one request, as the scheduler counts it."""


class Server:
    """`fulgurite serve` on one data folder, without workers, on core 0."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        parts = urlsplit(url)
        self.process = process
        self.host, self.port = str(parts.hostname), int(parts.port or 0)

    def cpu_ns(self) -> int:
        """The CPU time of its process so far."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)

    def memory_bytes(self) -> int:
        """What it has for itself, without what it shares with the page cache."""
        told = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()
        return 1024 * sum(int(line.split()[1]) for line in told if line.startswith("Private_Dirty:"))

    def answers(self, path: str, key: str) -> None:
        """Ends the measurement unless it answers a lookup with a body."""
        connection = http.client.HTTPConnection(self.host, self.port)
        connection.request("GET", path, headers={"apikey": key, "accept-encoding": "gzip"})
        reply = connection.getresponse()
        body = reply.read()
        if reply.status != HTTPStatus.OK or reply.getheader("content-encoding") != "gzip":
            raise SystemExit(f"the lookup answers {reply.status}: {body[:200]!r}")
        connection.close()


@contextmanager
def serving(data: Path) -> Iterator[Server]:
    """A server, while the block lasts."""
    command = [sys.executable, "-c", _SERVE, str(data)]
    # There are no threads here.
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=_on_first)  # noqa: PLW1509
    with started as process:
        try:
            yield Server(process, "" if process.stdout is None else process.stdout.readline().strip())
        finally:
            process.terminate()


class Load:
    """A tool that asks for random lines of `paths` as fast as answers come."""

    def __init__(self, folder: Path, paths: Sequence[str], key: str) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise SystemExit("a C compiler is needed for the load tool")
        self._tool = folder / "load"
        if not self._tool.exists():
            subprocess.run([compiler, "-O2", "-o", self._tool, ROOT / "bench/lookup/load.c"], check=True)
        self._paths = folder / f"paths-{len(paths)}-{id(self)}"
        self._paths.write_text("".join(f"{path}\n" for path in paths))
        self._tail = folder / f"tail-{id(self)}"
        self._tail.write_bytes(
            b" HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip, deflate\r\nuser-agent: bench\r\napikey: %b\r\n\r\n"
            % key.encode("ascii")
        )

    def on(self, server: Server, seconds: float) -> Cost:
        """Loads `server` and says what a request cost."""
        before = server.cpu_ns()
        command = [str(self._tool), server.host, str(server.port), str(CONNECTIONS), str(seconds), "0", "200"]
        done = subprocess.run(
            [*command, str(self._paths), str(self._tail)], capture_output=True, check=True, preexec_fn=_away
        )
        used = server.cpu_ns() - before
        told = json.loads(done.stdout)
        if told["failures"] > 0:
            raise SystemExit(f"the load went wrong: {told}")
        return Cost(told["requests"] / told["seconds"], used / 1000 / told["requests"])


def _on_first() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _away() -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores - {min(cores)} or cores)
