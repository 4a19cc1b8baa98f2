"""A file comes in."""

import threading
from datetime import timedelta

import pytest

from fulgurite.model.hashes import digests_of
from fulgurite.model.task import RunOptions, Submission, TaskState
from fulgurite.model.viewer import PUBLIC
from fulgurite.service.submit import Submitted, submit
from fulgurite.store import Store, histories
from fulgurite.store.reports import Subject
from fulgurite.store.tasks import Limits
from tests.fakes import FakeClock

DATA = b"MZ one"
OPTIONS = RunOptions(system="windows7", timeout="long", file_name="a.exe")


def test_a_submission_has_its_sample_and_its_task(store: Store, clock: FakeClock) -> None:
    limits = Limits(pending=timedelta(hours=2))
    done = submit(store, DATA, options=OPTIONS, file_name="a.exe", key_id=7, now=clock(), limits=limits)
    assert (done.digests, done.size_bytes, done.file_type) == (digests_of(DATA), len(DATA), "dos exe")
    assert done.sandbox_id is not None
    assert store.sample_bytes(done.digests.sha256) == DATA
    assert store.submission(done.data_id) == Submission(
        data_id=done.data_id, sha256=done.digests.sha256, requested_at=clock(), key_id=7, file_name="a.exe"
    )
    task = store.task(done.sandbox_id)
    assert task is not None
    assert (task.state, task.progress, task.options) == (TaskState.PENDING, 1, OPTIONS)
    assert task.deadline_at == clock() + timedelta(hours=2)


def test_an_upload_without_analysis_has_no_task(store: Store, clock: FakeClock) -> None:
    done = submit(store, DATA, options=None, file_name=None, key_id=None, now=clock())
    assert done.sandbox_id is None
    assert store.tasks_of(done.data_id) == ()
    assert store.claim(clock(), Limits()) is None


def test_the_same_bytes_at_once_are_two_submissions_of_one_sample(store: Store, clock: FakeClock) -> None:
    done: list[Submitted] = []

    def run() -> None:
        done.append(submit(store, DATA, options=OPTIONS, file_name="a.exe", key_id=None, now=clock()))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.data_id for one in done}) == len({one.sandbox_id for one in done}) == 4
    assert len(list((store.data_dir / "blobs").rglob("*.cart"))) == 1
    assert histories.count(store.database, Subject(done[0].digests.sha256), PUBLIC) == 4


@pytest.mark.parametrize("name", ["..\\..\\a.exe", "a\0b", "x" * 5000, "\u202egpj.exe", "a\udc80b", ""])
def test_hostile_names_are_kept_as_text(store: Store, clock: FakeClock, name: str) -> None:
    options = RunOptions(file_name=name)
    done = submit(store, DATA, options=options, file_name=name, key_id=None, now=clock())
    submission = store.submission(done.data_id)
    task = store.task(done.sandbox_id or "")
    assert submission is not None
    assert task is not None
    assert submission.file_name == task.options.file_name == name.replace("\udc80", "?")


def test_an_empty_file_is_a_file(store: Store, clock: FakeClock) -> None:
    done = submit(store, b"", options=None, file_name=None, key_id=None, now=clock())
    assert store.sample_bytes(done.digests.sha256) == b""
