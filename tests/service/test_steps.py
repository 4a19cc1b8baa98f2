"""The steps of a task, each by itself where it decides something."""

from pathlib import Path
from typing import Any

import pytest

from fulgurite import rules
from fulgurite.engines.base import RunOutput
from fulgurite.errors import EngineError, StoreError
from fulgurite.model.artifact import Artifact
from fulgurite.model.hashes import sha256_of
from fulgurite.model.runlog import ArtifactRecord, EventRecord, Note
from fulgurite.model.task import RunOptions, TaskRow
from fulgurite.service import steps
from fulgurite.service.steps import Tools, Work
from fulgurite.service.submit import submit
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import builders
from tests.fakes import FakeClock, FakeEngine, beside, finished_log

DATA = b"MZ one"


def _task(store: Store, clock: FakeClock, **options: Any) -> TaskRow:
    submit(store, DATA, options=RunOptions(**options), file_name="a.exe", key_id=None, now=clock())
    task = store.claim(clock(), Limits())
    assert task is not None
    return task


def _tools(store: Store, clock: FakeClock, *engines: FakeEngine) -> Tools:
    return Tools(store, engines, rules.load_builtin, clock)


def _loaded(store: Store, clock: FakeClock, folder: Path) -> Work:
    return steps.load(_tools(store, clock), Work(task=_task(store, clock, file_name="guest.exe"), folder=folder))


def test_the_sample_comes_from_the_store(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    work = _loaded(store, clock, tmp_path)
    assert work.data == DATA
    assert (work.sample.sha256, work.sample.name, work.sample.file_type) == (sha256_of(DATA), "guest.exe", "dos exe")


def test_the_first_engine_that_takes_it_runs_it(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    engines = (FakeEngine(refusal="no engine for this type: it is blue"), FakeEngine(), FakeEngine())
    work = steps.run(_tools(store, clock, *engines), _loaded(store, clock, tmp_path))
    assert [len(engine.runs) for engine in engines] == [0, 1, 0]
    assert engines[1].runs[0] == (DATA, work.sample, work.task.options)
    assert work.log == engines[1].log
    task = store.task(work.task.sandbox_id)
    assert task is not None
    assert task.progress == 89


@pytest.mark.parametrize(
    ("refusals", "reason"),
    [
        ((), "no engine for this type: there is no engine on this machine"),
        (("no engine for this type: a .NET program",), "no engine for this type: a .NET program"),
        (("it is over 3 MiB", "it is blue", "it is blue"), "no engine for this type: it is over 3 MiB; it is blue"),
    ],
)
def test_a_sample_that_no_engine_takes_fails_with_all_reasons(
    store: Store, clock: FakeClock, tmp_path: Path, refusals: tuple[str, ...], reason: str
) -> None:
    tools = _tools(store, clock, *(FakeEngine(refusal=refusal) for refusal in refusals))
    with pytest.raises(EngineError) as error:
        steps.run(tools, _loaded(store, clock, tmp_path))
    assert str(error.value) == reason


def _read(store: Store, clock: FakeClock, folder: Path, engine: FakeEngine) -> Work:
    tools = _tools(store, clock, engine)
    return steps.read(tools, steps.run(tools, _loaded(store, clock, folder)))


def test_a_report_is_about_what_was_submitted_whatever_its_log_says(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    other = builders.log_header(sample=builders.sample(b"somebody else's file"))
    log = builders.run_log(EventRecord(event=builders.file_write()), header=other)
    work = _read(store, clock, tmp_path, FakeEngine(log))
    assert work.report is not None
    assert work.report.sample == work.sample
    assert work.report.sandbox_id == work.task.sandbox_id
    assert work.report.data_id == work.task.data_id
    assert work.report.requested_at == clock()
    assert work.report.rescan_available is True


def test_why_the_run_ended_is_kept(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    log = finished_log(EventRecord(event=builders.file_write()), Note(text="An API is unknown."))
    work = _read(store, clock, tmp_path, FakeEngine(log, end_reason="it was killed: out of memory"))
    assert work.report is not None
    assert work.report.outcome == "partial"
    assert work.report.reasons == ("it was killed: out of memory", "An API is unknown.")


def test_a_log_over_the_limit_is_read_as_one_cut_off(
    store: Store, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = finished_log(*[EventRecord(event=builders.file_write(f"C:\\{n}")) for n in range(100)])
    monkeypatch.setattr(steps, "MAX_LOG_BYTES", len(log) // 2)
    work = _read(store, clock, tmp_path, FakeEngine(log))
    assert work.report is not None
    assert work.report.outcome == "partial"
    assert work.report.reasons[0] == "the log is over 0 MiB and was cut off there"
    assert 20 < len(work.report.events) < 80


def test_a_failed_run_gives_no_report(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    engine = FakeEngine(builders.run_log(Note(text="The loader gave up.")), end_reason="it was killed by signal 11")
    with pytest.raises(EngineError, match=r"it was killed by signal 11; The loader gave up\."):
        _read(store, clock, tmp_path, engine)


def test_a_run_that_ends_before_its_log_begins_fails_with_its_reason(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match=r"^the engine could not load$"):
        _read(store, clock, tmp_path, FakeEngine(b"", end_reason="the engine could not load"))


def test_artifacts_are_kept_with_the_report(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    dropped, lost = b"MZ dropped", b"never written"
    records = [
        ArtifactRecord(artifact=Artifact(name=name, kind="martian", sha256=sha256_of(content), is_kept=True))
        for name, content in (("files/1.dat", dropped), ("files/2.dat", lost))
    ]
    log = finished_log(*records, EventRecord(event=builders.file_write()))
    work = _read(store, clock, tmp_path, FakeEngine(log, artifacts=beside(dropped)))
    assert work.report is not None
    assert [(one.name, one.is_kept) for one in work.report.artifacts] == [("files/1.dat", True), ("files/2.dat", False)]
    assert "The bytes of 1 artifact(s) were not kept" in work.report.reasons[-1]


def test_an_engine_that_leaves_a_link_for_a_log_is_not_followed(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(finished_log())
    folder = tmp_path / "run"
    folder.mkdir()

    def swap(run: Path) -> None:
        (run / "run.jsonl").unlink()
        (run / "run.jsonl").symlink_to(tmp_path / "secret")

    with pytest.raises(EngineError, match="it is a link"):
        _read(store, clock, folder, FakeEngine(during=swap))


def test_a_result_of_a_task_that_was_taken_away_is_dropped(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    tools = _tools(store, clock, FakeEngine())
    work = steps.match(tools, _read(store, clock, tmp_path, FakeEngine()))
    clock.advance(hours=2)
    assert store.recover(clock(), Limits()) == 1
    with pytest.raises(StoreError, match="taken away"):
        steps.store(tools, work)
    assert store.report(work.task.sandbox_id) is None


def test_steps_come_in_their_order(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    percents = [step.percent for step in steps.STEPS]
    assert percents == sorted(percents)
    assert [step.name for step in steps.STEPS] == ["load", "run", "read", "extract", "match", "store"]
    work = Work(task=_task(store, clock), folder=tmp_path)
    for step in (steps.read, steps.match, steps.store):
        with pytest.raises(EngineError):
            step(_tools(store, clock), work)


def test_a_log_file_is_what_the_engine_says(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    work = _loaded(store, clock, tmp_path)._replace(output=RunOutput(log=tmp_path / "x", artifacts=tmp_path))
    with pytest.raises(EngineError, match="left no log"):
        steps.read(_tools(store, clock), work)
