"""The real command as a process of its own."""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
HELLO = ROOT / "demo/hello.exe"
PATIENCE_S = 120
"""How long something may take before the test gives up; nothing is asserted of shorter times."""


def until(claim: Callable[[], Any], what: str = "something") -> Any:
    """The first true value of `claim`. Fails when there is none in time."""
    end = time.monotonic() + PATIENCE_S
    while True:
        value = claim()
        if value:
            return value
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def descendants(pid: int) -> set[int]:
    """All processes below `pid`."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found - {pid}


class Running:
    """A `fulgurite` process."""

    def __init__(self, *arguments: object, before: Sequence[str] = (), **environment: str) -> None:
        """`before`: a command that runs the command that follows it in its own place."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FULGURITE_")}
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "fulgurite", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=clean | environment,
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=into.extend, args=[stream], daemon=True)
            for into, stream in ((self.out, self.process.stdout), (self.err, self.process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.ended()

    @property
    def pid(self) -> int:
        """The process."""
        return self.process.pid

    def said(self, pattern: str) -> re.Match[str]:
        """The first match in what it wrote, waited for."""

        def match() -> re.Match[str] | None:
            is_over = self.process.poll() is not None and not any(reader.is_alive() for reader in self._readers)
            told = re.search(pattern, "".join(self.out) + "".join(self.err))
            assert told is not None or not is_over, "".join(self.err)
            return told

        found: re.Match[str] = until(match, pattern)
        return found

    @property
    def url(self) -> str:
        """The base URL of a server, once it is ready."""
        return self.said(r"http://\S+/v4")[0]

    def ended(self) -> int:
        """The exit status, waited for."""
        status = self.process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return status


def key_of(data: Path, role: str = "read", *more: object) -> str:
    """A new key for the data in `data`, which is made where there is none."""
    with Running("key", "create", "--role", role, "x", "--data", data, *more) as made:
        assert made.ended() == 0, made.err
        return made.out[-1].strip()


def members(running: Running) -> set[int]:
    """The server processes below the first one; the readers of imports are below them."""
    return {pid for pid in descendants(running.pid) if b"--socket" in _command_of(pid)}


def _command_of(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        # It ended meanwhile.
        return []


def call(
    url: str,
    path: str,
    key: str,
    *,
    method: str = "GET",
    data: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """Status and JSON of an answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    try:
        connection.request(method, parts.path + path, data, {"apikey": key, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def finished(url: str, key: str, sandbox_id: str) -> dict[str, Any]:
    """The body of an analysis, once it is over."""

    def body() -> dict[str, Any] | None:
        status, told = call(url, f"/sandbox/{sandbox_id}", key)
        assert status == 200, told
        return told if told["scan_results"]["progress_percentage"] == 100 else None

    found: dict[str, Any] = until(body, "the report")
    return found
