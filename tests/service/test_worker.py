"""The worker: every task comes to its end, whatever its engine does."""

import json
import logging
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fulgurite import rules
from fulgurite.errors import EngineError, StoreError
from fulgurite.model.hashes import sha256_of
from fulgurite.model.task import RunOptions, TaskRow, TaskState
from fulgurite.service import evidence, worker
from fulgurite.service.lookup import Lookup
from fulgurite.service.steps import STEPS
from fulgurite.service.submit import submit
from fulgurite.service.worker import Worker
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import builders
from tests.fakes import FakeClock, FakeEngine, could_not_start, finished_log
from tests.store.processes import started

DATA = b"MZ one"


@pytest.fixture
def quiet() -> Iterator[None]:
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def _worker(store: Store, clock: FakeClock, engine: FakeEngine) -> Worker:
    return Worker(store, (engine,), rules.load_builtin, now=clock, poll_s=0.001)


def _submitted(store: Store, clock: FakeClock, data: bytes = DATA) -> str:
    done = submit(store, data, options=RunOptions(), file_name="a.exe", key_id=None, now=clock())
    assert done.sandbox_id is not None
    return done.sandbox_id


def _task(store: Store, sandbox_id: str) -> TaskRow:
    task = store.task(sandbox_id)
    assert task is not None
    return task


def test_from_submission_to_lookup(store: Store, clock: FakeClock) -> None:
    engine = FakeEngine()
    one = _worker(store, clock, engine)
    assert not one.run_once()
    sandbox_id = _submitted(store, clock)
    assert one.run_once()
    assert not one.run_once()
    assert (_task(store, sandbox_id).state, _task(store, sandbox_id).progress) == (TaskState.REPORTED, 100)
    shown = json.loads(Lookup(store, now=clock).by_hash(sha256_of(DATA).upper()).content)
    assert shown["sandbox_id"] == sandbox_id
    assert shown["sha256"] == sha256_of(DATA).upper()
    assert shown["scan_results"]["progress_percentage"] == 100
    assert "scan_in_progress" not in shown
    assert evidence.original(store, sandbox_id) == engine.log
    assert list(store.scratch.folder.iterdir()) == [store.scratch.folder / "lock"]


@pytest.mark.parametrize(
    ("engine", "reason"),
    [
        (FakeEngine(refusal="a .NET program"), "no engine for this type: a .NET program"),
        (could_not_start(), "the engine could not be started: no such program"),
        (
            FakeEngine(error=ZeroDivisionError("division by zero")),
            "internal error: ZeroDivisionError: division by zero",
        ),
        (FakeEngine(error=MemoryError()), "internal error: MemoryError"),
        (FakeEngine(b"\xff\x00 no log at all"), "runlog: the first line is not the header of a run log"),
        (FakeEngine(b""), "runlog: the first line is not the header of a run log"),
        (
            FakeEngine(builders.run_log(), end_reason="it was killed by signal 9"),
            "it was killed by signal 9",
        ),
    ],
)
@pytest.mark.usefixtures("quiet")
def test_whatever_an_engine_does_the_task_fails_with_its_reason_and_the_next_one_runs(
    store: Store, clock: FakeClock, engine: FakeEngine, reason: str
) -> None:
    failed = _submitted(store, clock)
    assert _worker(store, clock, engine).run_once()
    assert (_task(store, failed).state, _task(store, failed).reason) == (TaskState.FAILED, reason)
    sandbox_id = _submitted(store, clock, b"MZ other")
    assert _worker(store, clock, FakeEngine()).run_once()
    assert _task(store, sandbox_id).state is TaskState.REPORTED
    assert list(store.scratch.folder.iterdir()) == [store.scratch.folder / "lock"]


def test_a_failure_is_logged_whole(store: Store, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    sandbox_id = _submitted(store, clock)
    _worker(store, clock, FakeEngine(error=KeyError("deep inside"))).run_once()
    [record] = caplog.records
    assert sandbox_id in record.getMessage()
    assert record.exc_info is not None
    assert "deep inside" in caplog.text


@pytest.mark.usefixtures("quiet")
def test_the_log_of_a_failed_run_is_kept(store: Store, clock: FakeClock) -> None:
    log = builders.run_log()
    sandbox_id = _submitted(store, clock)
    _worker(store, clock, FakeEngine(log, end_reason="it was killed")).run_once()
    assert evidence.original(store, sandbox_id) == log


def test_progress_is_seen_while_it_runs(store: Store, clock: FakeClock) -> None:
    sandbox_id = _submitted(store, clock)
    seen: list[int] = []

    def look(_: Path) -> None:
        shown = json.loads(Lookup(store, now=clock).by_sandbox_id(sandbox_id).content)
        seen.append(shown["scan_results"]["progress_percentage"])

    _worker(store, clock, FakeEngine(during=look)).run_once()
    assert seen == [STEPS[0].percent]


def test_a_task_that_is_interrupted_is_pending_again(store: Store, clock: FakeClock) -> None:
    sandbox_id = _submitted(store, clock)
    with pytest.raises(SystemExit):
        _worker(store, clock, FakeEngine(error=SystemExit(0))).run_once()
    task = _task(store, sandbox_id)
    assert (task.state, task.attempts) == (TaskState.PENDING, 0)
    assert list(store.scratch.folder.iterdir()) == [store.scratch.folder / "lock"]
    assert _worker(store, clock, FakeEngine()).run_once()
    assert _task(store, sandbox_id).state is TaskState.REPORTED


def test_it_runs_until_it_is_stopped(store: Store, clock: FakeClock) -> None:
    stop = threading.Event()
    ids = [_submitted(store, clock, b"MZ %d" % number) for number in range(3)]
    engine = FakeEngine()
    thread = threading.Thread(target=_worker(store, clock, engine).run_forever, args=(stop,))
    thread.start()
    while _task(store, ids[-1]).state is not TaskState.REPORTED:
        stop.wait(0.01)
    late = _submitted(store, clock, b"MZ late")
    while _task(store, late).state is not TaskState.REPORTED:
        stop.wait(0.01)
    stop.set()
    thread.join()
    assert len(engine.runs) == 4


def test_two_workers_share_the_work(tmp_path: Path, clock: FakeClock) -> None:
    with Store.open(tmp_path) as one, Store.open(tmp_path) as other:
        for number in range(10):
            _submitted(one, clock, b"MZ %d" % number)
        engines = (FakeEngine(), FakeEngine())
        workers = [_worker(store, clock, engine) for store, engine in zip((one, other), engines, strict=True)]

        def work(worker: Worker) -> None:
            while worker.run_once():
                pass

        threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert one.task_counts()[TaskState.REPORTED] == 10
        ran = [sha256_of(data) for engine in engines for data, _, _ in engine.runs]
        assert len(ran) == len(set(ran)) == 10


def test_upkeep_ends_what_is_overdue_now_and_then(store: Store, clock: FakeClock) -> None:
    limits = Limits(pending=timedelta(minutes=30))
    done = submit(store, DATA, options=RunOptions(), file_name=None, key_id=None, now=clock(), limits=limits)
    one = _worker(store, clock, FakeEngine())
    one.upkeep()
    clock.advance(minutes=30)
    one.upkeep()
    assert _task(store, done.sandbox_id or "").state is TaskState.FAILED
    leftover = store.data_dir / "tmp" / "0123456789abcdef"
    leftover.mkdir()
    one.upkeep()
    assert leftover.exists()
    clock.at += worker.UPKEEP_EVERY
    one.upkeep()
    assert not leftover.exists()
    # A clock that is set back does not stop it.
    leftover.mkdir()
    clock.advance(days=-1)
    one.upkeep()
    assert not leftover.exists()


def test_a_clock_that_is_set_back_holds_no_analysis_up(store: Store, clock: FakeClock) -> None:
    one = _worker(store, clock, FakeEngine())
    first = _submitted(store, clock, b"MZ before")
    clock.advance(days=-400)
    second = _submitted(store, clock, b"MZ after")
    for sandbox_id in (first, second):
        assert one.run_once()
        assert _task(store, sandbox_id).state is TaskState.REPORTED
    for sandbox_id, data in ((first, b"MZ before"), (second, b"MZ after")):
        lookup = Lookup(store, now=clock)
        assert lookup.by_hash(sha256_of(data)) == lookup.by_sandbox_id(sandbox_id)
    third = _submitted(store, clock, b"MZ back")
    clock.advance(days=400)
    one.upkeep()
    # What waited no longer than it may, by the clock, has failed; that is told, and nothing is left in between.
    assert _task(store, third).state is TaskState.FAILED
    assert not one.run_once()


_WORK = """
import signal, sys
from pathlib import Path
from fulgurite import rules
from fulgurite.service.worker import Worker
from fulgurite.store import Store
from tests.fakes import FakeClock, FakeEngine

def leave(number, frame):
    raise SystemExit(0)

signal.signal(signal.SIGTERM, leave)
engine = FakeEngine(seconds=60, during=lambda folder: print(folder, flush=True))
with Store.open(Path(sys.argv[1])) as store:
    Worker(store, (engine,), rules.load_builtin, now=FakeClock()).run_forever()
"""


@pytest.mark.parametrize(("number", "attempts"), [(signal.SIGTERM, 0), (signal.SIGKILL, 1)])
def test_a_worker_that_is_ended_loses_no_task(
    store: Store, clock: FakeClock, number: signal.Signals, attempts: int
) -> None:
    sandbox_id = _submitted(store, clock)
    process = started(_WORK, store.data_dir)
    assert process.stdout is not None
    folder = Path(process.stdout.readline().decode().strip())
    assert folder.is_dir()
    assert _task(store, sandbox_id).state is TaskState.RUNNING
    process.send_signal(number)
    process.communicate()
    one = _worker(store, clock, FakeEngine())
    one.upkeep()
    assert (_task(store, sandbox_id).state, _task(store, sandbox_id).attempts) == (TaskState.PENDING, attempts)
    assert not folder.exists()
    assert one.run_once()
    assert _task(store, sandbox_id).state is TaskState.REPORTED


def test_a_store_in_trouble_does_not_end_the_worker(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Trouble is played by a table that is away for a while."""
    monkeypatch.setattr(worker, "TROUBLE_PAUSE_S", 0.001)
    sandbox_id = _submitted(store, clock)
    with store.database.write("testing") as connection:
        connection.execute("ALTER TABLE tasks RENAME TO away")
    stop = threading.Event()
    thread = threading.Thread(target=_worker(store, clock, FakeEngine()).run_forever, args=(stop,))
    thread.start()
    while "the store is in trouble" not in caplog.text:
        stop.wait(0.01)
    with store.database.write("testing") as connection:
        connection.execute("ALTER TABLE away RENAME TO tasks")
    while _task(store, sandbox_id).state is not TaskState.REPORTED:
        stop.wait(0.01)
    stop.set()
    thread.join()


@pytest.mark.usefixtures("quiet")
def test_a_task_that_could_not_even_be_given_back_is_run_once_the_store_is_well(store: Store, clock: FakeClock) -> None:
    """Trouble is played by a table that is away, from the middle of a run on."""

    def trouble(_: Path) -> None:
        with store.database.write("testing") as connection:
            connection.execute("ALTER TABLE tasks RENAME TO away")

    engine = FakeEngine(during=trouble)
    one = _worker(store, clock, engine)
    sandbox_id = _submitted(store, clock)
    for _ in range(2):
        with pytest.raises(StoreError):
            one.run_once()
    assert list(store.scratch.folder.iterdir()) == [store.scratch.folder / "lock"]
    with store.database.write("testing") as connection:
        connection.execute("ALTER TABLE away RENAME TO tasks")
    engine.during = lambda _: None
    assert one.run_once()
    assert _task(store, sandbox_id).state is TaskState.REPORTED


def test_the_fakes_are_as_told(tmp_path: Path) -> None:
    engine = FakeEngine(finished_log(), error=EngineError("x"))
    with pytest.raises(EngineError):
        engine.run(DATA, builders.sample(), RunOptions(), tmp_path, lambda _: None)
