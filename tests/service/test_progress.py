"""How far analyses are: from the table of tasks while they go on, else as a poll would tell."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of
from fulgurite.model.task import RunOptions
from fulgurite.model.viewer import EVERYTHING, PUBLIC
from fulgurite.service.lookup import Lookup
from fulgurite.service.progress import Progress, State, Watched, read
from fulgurite.service.submit import Submitted, submit
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import builders
from tests.fakes import FakeClock

DATA = b"MZ watched"
DIGESTS = digests_of(DATA)


@pytest.fixture
def watched(store: Store, clock: FakeClock) -> Watched:
    return Watched(store, Lookup(store, now=clock), now=clock)


def submitted(store: Store, clock: FakeClock, data: bytes = DATA) -> Submitted:
    return submit(store, data, options=RunOptions(), file_name=None, key_id=None, now=clock())


def reported(store: Store, clock: FakeClock, score: int) -> str:
    submitted(store, clock)
    task = store.claim(clock(), Limits())
    assert task is not None
    report = builders.report(
        sample=builders.sample(DATA), sandbox_id=task.sandbox_id, data_id=task.data_id, score=score
    )
    assert store.add_run(report, original=b"log", body=v4.body(report), format_="runlog", now=clock())
    return task.sandbox_id


def test_an_analysis_from_its_start_to_its_end(store: Store, clock: FakeClock, watched: Watched) -> None:
    sandbox_id = submitted(store, clock).sandbox_id or ""
    assert watched.one(sandbox_id, PUBLIC) == Progress(sandbox_id, State.PENDING, 1)
    store.claim(clock(), Limits())
    store.set_progress(sandbox_id, 40)
    assert watched.one(sandbox_id, PUBLIC) == Progress(sandbox_id, State.RUNNING, 40)
    assert watched.all([sandbox_id]) == [Progress(sandbox_id, State.RUNNING, 40)]
    store.fail(sandbox_id, "broken")
    reasons = ("Scan request has failed permanently", "broken")
    failed = Progress(sandbox_id, State.FAILED, 100, reasons=reasons)
    assert watched.one(sandbox_id, PUBLIC) == failed
    assert watched.all([sandbox_id]) == [failed]


def test_a_report_says_its_verdict(store: Store, clock: FakeClock, watched: Watched) -> None:
    sandbox_id = reported(store, clock, score=10)
    finished = Progress(sandbox_id, State.FINISHED, 100, "MALICIOUS", 10)
    assert watched.one(sandbox_id, PUBLIC) == finished
    assert watched.all([sandbox_id, "0" * 24]) == [finished]


def test_what_nobody_takes_up_fails_when_its_time_is_over(store: Store, clock: FakeClock, watched: Watched) -> None:
    sandbox_id = submitted(store, clock).sandbox_id or ""
    clock.advance(days=8)
    (late,) = watched.all([sandbox_id])
    assert late.state is State.FAILED
    assert late.reasons[-1] == "no worker took it up within 7 days"


def test_many_at_once(store: Store, clock: FakeClock, watched: Watched) -> None:
    ids = [submitted(store, clock, b"MZ %d" % number).sandbox_id or "" for number in range(12)]
    unknown = [f"{number:024x}" for number in range(1000)]
    assert [one.sandbox_id for one in watched.all([*unknown[:600], *ids, *unknown[600:]])] == ids


def test_the_analyses_of_a_submission(store: Store, clock: FakeClock, watched: Watched) -> None:
    done = submitted(store, clock)
    assert [one.sandbox_id for one in watched.of_submission(done.data_id, PUBLIC) or ()] == [done.sandbox_id]
    assert watched.of_submission("bzAAAA", EVERYTHING) is None
    assert watched.of_submission("../x", EVERYTHING) is None
    kept = submit(store, b"kept", options=None, file_name=None, key_id=None, now=clock())
    assert watched.of_submission(kept.data_id, PUBLIC) == []


@given(score=st.one_of(st.none(), st.integers(1, 10)), progress=st.integers(-10, 1000))
def test_every_body_of_ours_is_read(score: int | None, progress: int) -> None:
    ids: dict[str, Any] = {"data_id": "bz", "sandbox_id": "0" * 24}
    report = builders.report(sample=builders.sample(DATA), score=score, **ids)
    done = read("0" * 24, v4.body(report))
    assert (done.state, done.percent, done.score) == (State.FINISHED, 100, score)
    going = read("0" * 24, v4.in_progress(DIGESTS, progress=progress, **ids))
    assert (going.state, going.percent) == (State.RUNNING, max(1, min(99, progress)))
    failed = read("0" * 24, v4.failed(DIGESTS, reasons=["x"], **ids))
    assert (failed.state, failed.is_over, failed.reasons[-1]) == (State.FAILED, True, "x")


@pytest.mark.parametrize(
    ("body", "state"),
    [(b'{"sandbox_id":"x"}', State.RUNNING), (b'{"final_verdict":{"verdict":"UNKNOWN"}}', State.FINISHED)],
)
def test_the_analysis_of_a_url_has_a_body_of_its_own(body: bytes, state: State) -> None:
    assert read("x", body).state is state
