"""The queue and its workers, over a real store."""

import os
from datetime import timedelta
from pathlib import Path

from fulgurite.model.task import TaskState
from fulgurite.service.queue import NO_WORKER, announce, queue
from fulgurite.store import Store
from tests.fakes import FakeClock, FakeEngine
from tests.store import values


def test_nothing_to_do(store: Store) -> None:
    told = queue(store, 10)
    assert (told.pending, told.running, told.fetching, told.reason, told.tasks, told.workers) == (0, 0, 0, None, (), ())


def test_without_a_worker_all_wait_for_one(store: Store) -> None:
    for number in (1, 2, 3):
        values.submitted(store, number, b"%d" % number)
    told = queue(store, 2)
    assert (told.pending, told.reason, told.is_cut) == (3, NO_WORKER, True)
    assert [(one.sandbox_id, one.reason) for one in told.tasks] == [
        (values.sandbox_id(1), NO_WORKER),
        (values.sandbox_id(2), NO_WORKER),
    ]


def test_a_worker_and_what_waits_for_it(store: Store, clock: FakeClock) -> None:
    announce(store, os.getpid(), [FakeEngine()], clock())
    (idle,) = queue(store, 9).workers
    assert (idle.name, idle.pid, idle.started_at, idle.engines) == (
        store.scratch.owner,
        os.getpid(),
        clock(),
        ("fake 1",),
    )
    assert idle.sandbox_id is None
    values.submitted(store, 1, b"1")
    assert queue(store, 9).tasks[0].reason == "a worker takes it up now"
    store.claim(values.NOW, values.LIMITS)
    store.set_progress(values.sandbox_id(1), 40)
    for number in (2, 3, 4):
        values.submitted(store, number, b"%d" % number)
    told = queue(store, 9)
    assert (told.pending, told.running, told.reason) == (3, 1, None)
    assert (told.tasks[0].state, told.tasks[0].worker) == (TaskState.RUNNING, store.scratch.owner)
    assert [one.reason for one in told.tasks] == [
        None,
        "the only worker is busy, it is the next",
        "the only worker is busy, and 1 waits before it",
        "the only worker is busy, and 2 wait before it",
    ]
    (busy,) = told.workers
    assert (busy.sandbox_id, busy.file_name, busy.progress) == (values.sandbox_id(1), "1.exe", 40)


def test_what_a_dead_worker_left_says_so(store: Store, tmp_path: Path, clock: FakeClock) -> None:
    values.submitted(store, 1, b"1")
    with Store.open(tmp_path / "data") as other:
        announce(other, 1, [], clock())
        other.claim(values.NOW, values.LIMITS)
        assert [worker.sandbox_id for worker in queue(store, 9).workers] == [values.sandbox_id(1)]
    store.recover(values.NOW + timedelta(seconds=1), values.LIMITS)
    told = queue(store, 9)
    assert told.workers == ()
    assert told.tasks[0].reason == f"{NO_WORKER}; it was taken up once before, and the worker died"


def test_what_a_worker_says_of_itself_may_be_anything(store: Store, clock: FakeClock) -> None:
    announce(store, 5, [], clock())
    (store.scratch.folder / "worker.json").write_bytes(b'{"pid":"x"\xff')
    (worker,) = queue(store, 9).workers
    assert (worker.name, worker.pid) == (store.scratch.owner, None)
