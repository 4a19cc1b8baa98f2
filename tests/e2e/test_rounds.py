"""The rounds over the index, with several server processes: one makes them, each tells what they found."""

import http.client
import os
import re
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fulgurite.model.hashes import digests_of
from fulgurite.store import Store
from fulgurite.store.scrubbing import PLACE
from tests import builders
from tests.e2e.running import Running, descendants, until
from tests.store.values import imported

pytestmark = pytest.mark.e2e


def _at_it(data: Path) -> int:
    """The process that goes through the index; 0 where there is none."""
    inode = (data / PLACE).stat().st_ino
    locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return next((int(lock[4]) for lock in locks if lock[1] == "FLOCK" and lock[5].endswith(f":{inode}")), 0)


def _mended(running: Running) -> str:
    connection = http.client.HTTPConnection(urlsplit(running.url).netloc)
    connection.request("GET", "/metrics")
    [number] = re.findall(r"(?m)^fulgurite_index_mended_total (\S+)", connection.getresponse().read().decode())
    connection.close()
    return str(number)


def test_one_process_goes_through_the_index_and_when_it_is_killed_another(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        imported(store, 1, builders.sample(b"MZ"))
        with store.index.write() as changes:
            changes.forget_hash(bytes.fromhex(digests_of(b"MZ").md5))
    with Running("serve", "--data", tmp_path, "--port", 0, "--no-worker", "--workers", 2) as running:
        # Whichever process is asked, it tells what any has found.
        until(lambda: [_mended(running) for _ in range(6)] == ["1.0"] * 6, "an entry's being made again")
        killed = _at_it(tmp_path)
        assert killed in descendants(running.pid)
        os.kill(killed, signal.SIGKILL)
        until(lambda: _at_it(tmp_path) in descendants(running.pid) - {killed}, "another's going on")
        assert _mended(running) == "1.0"
        os.kill(running.pid, signal.SIGTERM)
        assert running.ended() == 0
    assert "".join(running.err).count("the index was damaged, and is mended") == 1
