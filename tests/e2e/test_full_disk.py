"""A server whose disk runs full: what is there is served, what comes is refused, and all works once there is room."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fulgurite.exports import v4
from fulgurite.store import Store
from tests import builders
from tests.api.twins import SMALL, SMALL_MD5, UNKNOWN, analysed
from tests.e2e.running import HELLO, Running, call, finished, key_of, members, until

pytestmark = pytest.mark.e2e
IN_A_SMALL_ROOM = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
SCRIPT = 'mount -t tmpfs -o size=32m tmpfs "$0" && cp -a "$1"/. "$0" && shift && exec "$@"'
FULL = (503, {"error": {"code": 503000, "messages": ["Service is not available", "no room left on the disk"]}})


def _report(number: int) -> bytes:
    return v4.body(builders.report(sample=builders.sample(b"MZ %d" % number), sandbox_id=None, data_id=None))


@contextmanager
def _full(folder: Path) -> Iterator[None]:
    """Leaves no byte in the file system of `folder`, while the block lasts."""
    filler = folder / "filler"
    try:
        with pytest.raises(OSError, match="No space left"):
            _fill(filler)
        yield
    finally:
        filler.unlink()


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def _lookups(url: str, key: str) -> set[tuple[int, int]]:
    """What a known and an unknown hash get, asked for often enough that every process answers."""
    asked = [[call(url, f"/hash/{text}/sandbox", key)[0] for text in (SMALL_MD5, UNKNOWN)] for _ in range(8)]
    return {(known, unknown) for known, unknown in asked}


def test_lookups_go_on_while_the_disk_is_full_and_all_else_after_it(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or subprocess.run([*IN_A_SMALL_ROOM, "true"], check=False).returncode != 0:
        pytest.skip("no file system of its own can be made here: unshare is missing or not allowed")
    start, small = tmp_path / "start", tmp_path / "small"
    small.mkdir()
    key = key_of(start, "admin")
    with Store.open(start) as store:
        analysed(store, SMALL, 100)
    before = (*IN_A_SMALL_ROOM, SCRIPT, str(small), str(start))
    with Running("serve", "--data", small, "--port", 0, "--workers", 2, before=before) as running:

        def submitted(data: bytes) -> tuple[int, Any]:
            return call(running.url, "/file", key, method="POST", data=data, headers={"sandbox": "windows10"})

        def imported(number: int) -> tuple[int, Any]:
            return call(running.url, "/import", key, method="POST", data=_report(number))

        assert _lookups(running.url, key) == {(200, 404)}
        assert imported(1)[0] == 200
        with _full(Path(f"/proc/{running.pid}/root{small}")):
            assert _lookups(running.url, key) == {(200, 404)}
            assert imported(2) == FULL
            assert submitted(HELLO.read_bytes()) == FULL
            killed = members(running).pop()
            os.kill(killed, signal.SIGKILL)
            until(lambda: len(members(running) - {killed}) == 2, "another process")
            assert _lookups(running.url, key) == {(200, 404)}
        assert imported(2)[1]["imported"] == 1
        status, told = submitted(HELLO.read_bytes())
        assert status == 200
        assert "sandbox_error" not in finished(running.url, key, told["sandbox_id"])
        os.kill(running.pid, signal.SIGTERM)
        assert running.ended() == 0
        assert "".join(running.err).count("lookups could not be written down") <= 3
