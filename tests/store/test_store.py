"""The store as a whole: what is acknowledged survives kill -9, what is visible is whole, full disks leave no halves."""

import gzip
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fulgurite.errors import Damaged, StoreError
from fulgurite.exports import v4
from fulgurite.model import report as native
from fulgurite.model.hashes import sha256_of
from fulgurite.model.task import TaskState
from fulgurite.model.viewer import PUBLIC
from fulgurite.store import Store, checking, compacting, histories
from fulgurite.store.reports import Subject, row_of
from tests import builders
from tests.store.processes import environment, started
from tests.store.values import LIMITS, NOW, found, original, reported, sandbox_id, submitted

DATA = b"MZ one"
ROUNDS = int(os.environ.get("FULGURITE_KILLS", "20"))
"""How often a writer is killed; `make nightly` asks for more."""

_BUSY = """
import sys
from pathlib import Path
from fulgurite.store import Store
from tests import builders
from tests.store import values
from tests.store.test_store import sample_bytes

store = Store.open(Path(sys.argv[1]))
number = int(sys.argv[2])
print("open", number, flush=True)
while True:
    number += 1
    values.submitted(store, number, sample_bytes(number))
    print("submitted", number, flush=True)
    values.imported(store, number + 500, builders.sample(sample_bytes(number + 500)))
    print("reported", number + 500, flush=True)
    if number % 2 == 0:
        print("reported", int(values.ran(store), 16), flush=True)
"""


def sample_bytes(number: int) -> bytes:
    """The sample of submission `number`; some are larger than a block of the disk."""
    return b"MZ %d " % number + random.Random(number).randbytes((number % 5) * 3000)  # noqa: S311 - made up


@pytest.mark.timeout(15 * ROUNDS)
def test_what_was_acknowledged_survives_kill_9_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(os.urandom(8))  # noqa: S311 - no secret
    acknowledged: list[tuple[str, int]] = []
    number = 0
    for _ in range(ROUNDS):
        process = started(_BUSY, tmp_path, number)
        assert process.stdout is not None
        assert process.stdout.readline() == b"open %d\n" % number
        told = b"".join(process.stdout.readline() for _ in range(chance.randrange(1, 8)))
        try:
            process.wait(chance.uniform(0, 0.02))
        except subprocess.TimeoutExpired:
            process.kill()
        # A line may be cut off where the process died: it was not acknowledged then.
        lines = (told + process.communicate()[0]).decode().split("\n")[:-1]
        acknowledged += [(word, int(text)) for word, text in (line.split() for line in lines)]
        number += 1000
    assert len(acknowledged) > 0
    with Store.open(tmp_path) as store:
        for word, acked in acknowledged:
            _assert_submitted(store, acked) if word == "submitted" else _assert_reported(store, acked)
        compacting.compact(store, now=time.time() + 7200)
        _assert_nothing_is_half(store)
        assert [path.name for path in (tmp_path / "tmp").iterdir() if path.is_dir()] == [store.scratch.owner]


def _assert_submitted(store: Store, number: int) -> None:
    task = store.task(sandbox_id(number))
    assert task is not None
    assert store.sample_bytes(task.sha256) == sample_bytes(number)
    assert len(found(store, sample_bytes(number))) == 3


def _assert_reported(store: Store, number: int) -> None:
    row = store.report(sandbox_id(number))
    assert row is not None
    assert store.original(row) == original(number)
    report = native.decode(store.native(row))
    assert gzip.decompress(store.body(row).gzipped) == v4.body(report)
    body = store.body(row).gzipped
    assert [gzipped for gzipped, _ in found(store, sample_bytes(number))] == [body] * 3
    entry = store.finder.body(bytes.fromhex(row.sandbox_id))
    assert entry is not None
    assert entry.gzipped == body


def _assert_nothing_is_half(store: Store) -> None:
    """Every row has its bytes, every task and report agree, the index lacks nothing."""
    for row in store.database.rows("SELECT sha256 FROM samples"):
        assert sha256_of(store.sample_bytes(row["sha256"])) == row["sha256"]
    for report in map(row_of, store.database.rows("SELECT * FROM reports")):
        store.original(report)
        store.native(report)
        store.body(report)
    reported_tasks = store.database.rows("SELECT sandbox_id FROM tasks WHERE state = 'reported' ORDER BY sandbox_id")
    reports = store.database.rows("SELECT sandbox_id FROM reports WHERE is_imported = 0 ORDER BY sandbox_id")
    assert [row[0] for row in reported_tasks] == [row[0] for row in reports]
    assert [finding for finding in checking.check(store) if finding.kind != "orphan"] == []
    assert store.database.rows("SELECT * FROM unindexed") == []


def test_the_same_bytes_at_once_are_one_sample_and_two_submissions(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from fulgurite.store import Store\n"
        "from tests.store.values import submitted\n"
        "with Store.open(Path(sys.argv[1])) as store:\n"
        "    sys.stdin.readline()\n"
        "    submitted(store, int(sys.argv[2]), bytes(200_000))\n"
    )
    processes = [started(script, tmp_path, number) for number in (1, 2)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    with Store.open(tmp_path) as store:
        assert histories.count(store.database, Subject(sha256_of(bytes(200_000))), PUBLIC) == 2
        assert store.task_counts()[TaskState.PENDING] == 2
        assert store.sample_bytes(sha256_of(bytes(200_000))) == bytes(200_000)
        assert len(list((tmp_path / "blobs").rglob("*.*"))) == 1


def test_a_failed_task_keeps_its_log(store: Store) -> None:
    submitted(store, 1, DATA)
    store.claim(NOW, LIMITS)
    assert store.fail(sandbox_id(1), "it broke", log=b"what it said")
    assert store.task_log(sandbox_id(1)) == b"what it said"
    assert store.task_log(sandbox_id(2)) is None


def test_a_report_without_ids_is_refused(store: Store) -> None:
    report = builders.report(sandbox_id=None)
    with pytest.raises(StoreError, match="needs its ids"):
        store.add_run(report, original=b"", body=b"{}", format_="x", now=NOW)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="while making the data folder"):
        Store.open(tmp_path / "file" / "data")


def test_a_store_that_cannot_be_opened_leaves_nothing_open(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    (tmp_path / "index.lmdb" / "data.mdb").write_bytes(b"no index" * 4096)
    with pytest.raises(Damaged, match=r"the index is damaged .* check --repair"):
        Store.open(tmp_path)
    shutil.rmtree(tmp_path / "index.lmdb")
    Store.open(tmp_path).close()


def test_the_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    with Store.open(tmp_path / "data") as store:
        reported(store, 1, DATA)
        for path in (tmp_path / "data", *(tmp_path / "data").glob("*/")):
            assert path.stat().st_mode & 0o077 == 0, path


_FULL = """
import resource, signal, sys
from pathlib import Path
from fulgurite.errors import StoreFull
from fulgurite.store import Store
from tests.store import values

data = Path(sys.argv[1])
store = Store.open(data)
values.submitted(store, 1, b"MZ one")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    values.submitted(store, 2, sys.stdin.buffer.read())
except StoreFull as error:
    print(error)
"""


def test_a_file_that_finds_no_room_leaves_no_half(tmp_path: Path) -> None:
    """No room is played by a limit on the size of files: it fails in the middle of the sample."""
    big = os.urandom(1_000_000)
    told = started(_FULL, tmp_path).communicate(big)[0]
    assert told == b"no room left on the disk of the data folder while writing a file to the store\n"
    with Store.open(tmp_path) as store:
        assert store.task(sandbox_id(2)) is None
        assert store.sample(sha256_of(big)) is None
        assert store.finder.found(bytes.fromhex(sha256_of(big))) is None
        assert not store.blobs.has(sha256_of(big))
        assert store.task(sandbox_id(1)) is not None
        _assert_nothing_is_half(store)


_SMALL_DISK = """
import os, sys
from pathlib import Path
from fulgurite.errors import StoreFull
from fulgurite.store import Store
from tests.store import values
from tests.store.test_store import _assert_nothing_is_half

data = Path(sys.argv[1])
with Store.open(data) as store:
    (data / "ballast").write_bytes(bytes(2 << 20))
    acknowledged = []
    try:
        for number in range(1, 1000):
            values.submitted(store, number, b"MZ %d" % number + os.urandom(30_000))
            acknowledged.append(number)
    except StoreFull as error:
        print(error)
    assert all(store.task(values.sandbox_id(number)) is not None for number in acknowledged)
    try:
        for number in range(1, 1000):
            values.ran(store)
    except StoreFull as error:
        print(error)
    (data / "ballast").unlink()
    values.submitted(store, 2000, b"MZ again")
    values.ran(store)
    store.reconcile()
    _assert_nothing_is_half(store)
with Store.open(data) as store:
    assert all(store.task(values.sandbox_id(number)) is not None for number in [*acknowledged, 2000])
    _assert_nothing_is_half(store)
print("fine")
"""


def test_a_full_disk_stops_the_store_until_there_is_room(tmp_path: Path) -> None:
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=8m none {tmp_path}"
    if subprocess.run([*command, mount], capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk cannot be mounted here: user namespaces are not allowed")
    python = f'{mount} && exec {sys.executable} -c "$0" {tmp_path}'
    done = subprocess.run([*command, python, _SMALL_DISK], capture_output=True, check=False, env=environment())
    lines = done.stdout.decode().splitlines()
    assert lines[-1:] == ["fine"], done.stderr.decode()
    assert lines[0].startswith("no room left on the disk of the data folder while ")
