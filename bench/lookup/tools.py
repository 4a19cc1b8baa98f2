"""What measures: servers on a core of their own, the load tool, stores to look things up in."""

import gzip
import hashlib
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.lookup.serving import CORE
from fulgurite.store import Store
from fulgurite.store.entries import Entry
from fulgurite.store.records import Codec, Kind, Record

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BODIES = 64
"""Different bodies; each analysis has a copy of one of them in a place of its own."""
CONNECTIONS = 32
_ON_CORE = ("taskset", "-c", str(CORE))
_AWAY = ("taskset", "-c", ",".join(map(str, os.sched_getaffinity(0) - {CORE} or {CORE})))
_BATCH = 500
_NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen 127.0.0.1:{port}; root {folder};
    location / {{ add_header Content-Encoding gzip; try_files /body =404; }}
  }}
}}
"""


class Kept(NamedTuple):
    """One answer of the product."""

    status: int
    head: bytes
    body: bytes


class Cost(NamedTuple):
    """What one round showed."""

    rps: float
    cpu_us: float
    """Of the server, for one request."""
    p99_us: float


class Running(NamedTuple):
    """A server under measurement."""

    process: subprocess.Popen[str]
    host: str
    port: int

    def cpu_ns(self) -> int:
        """The CPU time of its process so far."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)

    def anonymous_bytes(self) -> int:
        """The memory that it shares with nobody, mapped files apart."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024


class Load(NamedTuple):
    """What is asked for."""

    paths: Path
    """A file with one path a line, of which each request takes one at random."""
    tail: Path
    """A file with the rest of a request."""
    status: int = HTTPStatus.OK
    """What is answered to all of it."""


def fill(store: Store, analyses: int, body_bytes: int = 30_000) -> list[str]:
    """Puts `analyses` ready-to-send bodies into the index; returns the hashes to ask for, three of each."""
    bodies = [_body(number, body_bytes) for number in range(BODIES)]
    digests = [hashlib.sha256(body).digest() for body in bodies]
    hashes: list[str] = []
    for first in range(0, analyses, _BATCH):
        numbers = range(first, min(first + _BATCH, analyses))
        places = store.packs.append(
            [
                Record(Kind.BODY, Codec.GZIP, 0, digests[n % BODIES], bodies[n % BODIES], sandbox_id=_id(n))
                for n in numbers
            ]
        )
        with store.index.write() as changes:
            for number, place in zip(numbers, places, strict=True):
                for kind in ("md5", "sha1", "sha256"):
                    digest = hashlib.new(kind, number.to_bytes(8, "big"), usedforsecurity=False)
                    changes.set_hash(digest.digest(), Entry(place, last=_id(number)))
                    hashes.append(digest.hexdigest())
    return hashes


def _id(number: int) -> bytes:
    return b"\0\0\0\1" + number.to_bytes(8, "big")


@cache
def _body(number: int, body_bytes: int) -> bytes:
    """About `body_bytes` of gzip, of JSON that packs about as well as a report does."""
    rng = random.Random(number)  # noqa: S311 - sample data
    events: list[dict[str, object]] = []
    packed = b""
    while len(packed) < body_bytes:
        events += [
            {"n": "windows.file.read", "d": {"path": f"C:\\Windows\\{rng.randbytes(7).hex()}.dll"}} for _ in range(50)
        ]
        packed = gzip.compress(json.dumps({"details": {"data": {"files": events}}}).encode(), 6, mtime=0)
    return packed


def compiled(name: str, folder: Path) -> Path:
    """The program `name`.c of this folder. Ends the measurement where there is no compiler."""
    if shutil.which("gcc") is None:
        raise SystemExit("the load tool is written in C: install gcc")
    program = folder / name
    command = ["gcc", "-O2", "-o", str(program), str(HERE / f"{name}.c")]
    subprocess.run(command, check=True)
    return program


@contextmanager
def serving(kind: str, data: Path, argument: str) -> Iterator[Running]:
    """One of our servers (see serving.py), while the block lasts."""
    with _started([sys.executable, "-m", "bench.lookup.serving", kind, str(data), argument]) as running:
        yield running


@contextmanager
def null_server(folder: Path, kept: Kept) -> Iterator[Running]:
    """The least of servers, with the answer `kept`, while the block lasts."""
    answer = folder / "null-answer"
    answer.write_bytes(b"HTTP/1.1 %d OK\r\n%b\r\n%b" % (kept.status, kept.head, kept.body))
    with _started([str(compiled("null", folder)), str(answer)]) as running:
        yield running


@contextmanager
def nginx_server(folder: Path, kept: Kept) -> Iterator[Running]:
    """Nginx with the body of `kept` as a file, while the block lasts."""
    port = 20_000 + os.getpid() % 10_000
    folder.mkdir(exist_ok=True)
    (folder / "body").write_bytes(kept.body)
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
    command = [*_ON_CORE, "nginx", "-e", str(folder / "nginx.log"), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, cwd=ROOT, text=True) as process:
        try:
            time.sleep(0.5)
            yield Running(process, "127.0.0.1", port)
        finally:
            process.terminate()


@contextmanager
def _started(command: Sequence[str]) -> Iterator[Running]:
    with subprocess.Popen([*_ON_CORE, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = urlsplit("" if process.stdout is None else process.stdout.readline().strip())
            yield Running(process, str(url.hostname), int(url.port or 0))
        finally:
            process.terminate()


def kept_answer(running: Running, text: str, key: str, status: int = HTTPStatus.OK) -> Kept:
    """What the product answers to a lookup of `text`, to be known by heart."""
    connection = http.client.HTTPConnection(running.host, running.port)
    connection.request("GET", f"/v4/hash/{text}/sandbox", headers={"apikey": key, "accept-encoding": "gzip"})
    reply = connection.getresponse()
    body = reply.read()
    if reply.status != status:
        raise SystemExit(f"the lookup answers {reply.status}: {body[:200]!r}")
    head = "".join(f"{name}: {value}\r\n" for name, value in reply.getheaders() if name != "date")
    connection.close()
    return Kept(reply.status, head.encode(), body)


def load_of(
    folder: Path, hashes: Sequence[str], key: str, *, status: int = HTTPStatus.OK, accept: str = "gzip"
) -> Load:
    """Lookups of `hashes`, half of them by MD5, a quarter by SHA-1, a quarter by SHA-256."""
    folder.mkdir(exist_ok=True)
    paths, tail = folder / "paths", folder / "tail"
    by_digits = {32: 2}
    with paths.open("w") as file:
        for text in hashes:
            file.write(f"/v4/hash/{text}/sandbox\n" * by_digits.get(len(text), 1))
    headers = f"host: 127.0.0.1\r\napikey: {key}\r\naccept-encoding: {accept}\r\naccept: */*\r\nuser-agent: bench\r\n"
    tail.write_text(f" HTTP/1.1\r\n{headers}\r\n", newline="")
    return Load(paths, tail, status)


def round_of(
    tool: Path, running: Running, load: Load, seconds: float, *, rate: float = 0, connections: int = CONNECTIONS
) -> Cost:
    """Loads `running` for `seconds`, with `rate` requests a second or (0) as fast as it answers, and says the cost."""
    before = running.cpu_ns()
    numbers = [running.port, connections, seconds, rate, int(load.status)]
    command = [*_AWAY, str(tool), running.host, *map(str, numbers), str(load.paths), str(load.tail)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = running.cpu_ns() - before
    told = json.loads(output)
    if told["failures"] > 0 or told["requests"] == 0:
        raise SystemExit(f"the load went wrong: {output}")
    return Cost(told["requests"] / told["seconds"], used / 1000 / told["requests"], told["p99_us"])
