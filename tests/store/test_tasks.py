"""The state machine of tasks: who may take what, what follows what, what happens to the dead and the late."""

import itertools
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from fulgurite.exports import v4
from fulgurite.model.task import FOLLOWS, TaskState
from fulgurite.store import Store, tasks
from fulgurite.store.tasks import Limits
from tests.store.processes import started
from tests.store.values import LIMITS, NOW, run_report, sandbox_id, submitted

DATA = b"MZ one"


def _state(store: Store, number: int) -> TaskState:
    task = store.task(sandbox_id(number))
    assert task is not None
    return task.state


def test_the_oldest_is_taken_first(store: Store) -> None:
    submitted(store, 1, DATA, at=NOW + timedelta(seconds=2))
    submitted(store, 2, DATA, at=NOW)
    submitted(store, 3, DATA, at=NOW)
    later = NOW + timedelta(seconds=2)
    taken = [store.claim(later, LIMITS) for _ in range(4)]
    assert [task.sandbox_id if task is not None else None for task in taken] == [
        sandbox_id(2),
        sandbox_id(3),
        sandbox_id(1),
        None,
    ]
    first = taken[0]
    assert first is not None
    assert (first.state, first.attempts, first.deadline_at) == (TaskState.RUNNING, 1, later + LIMITS.running)


def test_what_was_asked_for_before_the_clock_was_set_back_waits_for_nobody(store: Store) -> None:
    for number, hours in ((1, 400), (2, 401), (3, 1), (4, 2)):
        submitted(store, number, DATA, at=NOW + timedelta(hours=hours))
    taken = [store.claim(NOW + timedelta(hours=3), LIMITS) for _ in range(4)]
    assert [task.sandbox_id if task is not None else None for task in taken] == [
        sandbox_id(number) for number in (1, 2, 3, 4)
    ]


def test_no_two_get_the_same(tmp_path: Path) -> None:
    with Store.open(tmp_path) as one, Store.open(tmp_path) as other:
        for number in range(30):
            submitted(one, number, DATA)
        taken: list[str] = []

        def take(store: Store) -> None:
            while (task := store.claim(NOW, LIMITS)) is not None:
                taken.append(task.sandbox_id)

        threads = [threading.Thread(target=take, args=(store,)) for store in (one, one, other, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == [sandbox_id(number) for number in range(30)]


@pytest.mark.parametrize(("before", "to"), list(itertools.product(TaskState, TaskState)))
def test_only_what_may_follow_follows(store: Store, before: TaskState, to: TaskState) -> None:
    submitted(store, 1, DATA)
    with store.database.write("testing") as connection:
        connection.execute("UPDATE tasks SET state = ?", (before.value,))
        moved = tasks._move(connection, sandbox_id(1), to)
    assert moved == (to in FOLLOWS[before])
    assert _state(store, 1) == (to if moved else before)


def test_progress_never_falls_and_is_the_owners(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store, Store.open(tmp_path) as stranger:
        submitted(store, 1, DATA)
        told = []
        store.claim(NOW, LIMITS)
        for percent in (5, 40, 20, 0, -3, 60, 300):
            store.set_progress(sandbox_id(1), percent)
            task = store.task(sandbox_id(1))
            assert task is not None
            told.append(task.progress)
        stranger.set_progress(sandbox_id(1), 98)
        assert told == [5, 40, 40, 40, 40, 60, 99]
        assert store.fail(sandbox_id(1), "it broke")
        task = store.task(sandbox_id(1))
        assert task is not None
        assert (task.progress, task.reason, task.deadline_at) == (100, "it broke", None)


def test_a_task_that_is_given_back_keeps_its_attempts(store: Store) -> None:
    submitted(store, 1, DATA)
    for _ in range(5):
        assert store.claim(NOW, LIMITS) is not None
        assert store.give_back(sandbox_id(1), NOW + timedelta(days=3), LIMITS)
    task = store.task(sandbox_id(1))
    assert task is not None
    assert (task.state, task.attempts, task.deadline_at) == (TaskState.PENDING, 0, NOW + timedelta(days=4))
    assert not store.give_back(sandbox_id(1), NOW, LIMITS)


def test_only_the_owner_ends_a_task(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store, Store.open(tmp_path) as stranger:
        submitted(store, 1, DATA)
        task = store.claim(NOW, LIMITS)
        assert task is not None
        report = run_report(task, DATA)
        assert not stranger.fail(sandbox_id(1), "mine!")
        assert not stranger.give_back(sandbox_id(1), NOW, LIMITS)
        assert not stranger.add_run(report, original=b"", body=v4.body(report), format_="runlog", now=NOW)
        assert stranger.report(sandbox_id(1)) is None
        assert store.add_run(report, original=b"", body=v4.body(report), format_="runlog", now=NOW)
        assert not store.fail(sandbox_id(1), "too late")
        assert _state(store, 1) is TaskState.REPORTED


def test_a_task_of_a_dead_worker_is_taken_up_again_then_fails(store: Store) -> None:
    submitted(store, 1, DATA)
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from fulgurite.store import Store\n"
        "from tests.store.values import LIMITS, NOW\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        "print(store.claim(NOW, LIMITS).attempts, flush=True)\n"
        "sys.stdin.readline()\n"
    )
    for attempt in range(1, LIMITS.attempts + 1):
        process = started(script, store.data_dir)
        assert process.stdout is not None
        assert process.stdout.readline() == b"%d\n" % attempt
        assert store.recover(NOW, LIMITS) == 0
        assert _state(store, 1) is TaskState.RUNNING
        process.kill()
        process.communicate()
        ended = store.recover(NOW, LIMITS)
        assert ended == (1 if attempt == LIMITS.attempts else 0)
    task = store.task(sandbox_id(1))
    assert task is not None
    assert (task.state, task.reason) == (TaskState.FAILED, "the worker died while it ran this, 3 times")


def test_a_task_that_nobody_takes_up_fails_in_the_end(store: Store) -> None:
    submitted(store, 1, DATA)
    assert store.recover(NOW + timedelta(hours=23), LIMITS) == 0
    assert store.recover(NOW + timedelta(hours=24), LIMITS) == 1
    task = store.task(sandbox_id(1))
    assert task is not None
    assert (task.state, task.reason) == (TaskState.FAILED, "no worker took it up within 24 hours")
    assert store.claim(NOW, LIMITS) is None


def test_a_run_that_does_not_end_fails_in_the_end(store: Store) -> None:
    submitted(store, 1, DATA)
    store.claim(NOW, LIMITS)
    assert store.recover(NOW + timedelta(minutes=10), LIMITS) == 1
    task = store.task(sandbox_id(1))
    assert task is not None
    assert task.reason == "the run did not end within 10 minutes"
    assert not store.fail(sandbox_id(1), "what the worker says then does not count")


def test_tasks_are_counted_by_state(store: Store) -> None:
    for number in range(3):
        submitted(store, number, DATA)
    store.claim(NOW, LIMITS)
    assert store.task_counts() == {
        TaskState.PENDING: 2,
        TaskState.RUNNING: 1,
        TaskState.REPORTED: 0,
        TaskState.FAILED: 0,
    }


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(seconds=1), "1 seconds"),
        (timedelta(seconds=90), "90 seconds"),
        (timedelta(minutes=2), "2 minutes"),
        (timedelta(hours=1), "60 minutes"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_durations_are_told_in_words(duration: timedelta, words: str) -> None:
    assert tasks._words(duration) == words


def test_limits_have_generous_defaults() -> None:
    assert Limits() == Limits(pending=timedelta(days=7), running=timedelta(hours=1), attempts=3)


def test_taking_a_task_up_reads_one_row_however_many_wait(store: Store) -> None:
    plan = [row["detail"] for row in store.database.rows(f"EXPLAIN QUERY PLAN {tasks._NEXT}", (1, 1))]
    assert [line for line in plan if "INDEX" in line] == [
        f"SEARCH tasks USING INDEX tasks_open (state=? AND requested_at{sign}?)" for sign in "><"
    ]
    assert not any("TEMP B-TREE" in line for line in plan)
