"""The run log as written by the child."""

from pathlib import Path

import msgspec

from fulgurite.engines.emulator import log as log_module
from fulgurite.engines.emulator.log import RunLog
from fulgurite.model.artifact import Artifact
from fulgurite.model.events import FileAccess
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.runlog import (
    ArtifactRecord,
    End,
    EventRecord,
    FlowRecord,
    Note,
    ProcessRecord,
    Progress,
    Record,
)

EVENT = FileAccess(verb="read", path="C:\\a", op="OpenRead")


def opened(folder: Path, max_bytes: int = 10_000) -> RunLog:
    (folder / "artifacts").mkdir()
    return RunLog(folder / "run.jsonl", folder / "artifacts", max_bytes=max_bytes)


def records(folder: Path) -> list[Record]:
    return [msgspec.json.decode(line, type=Record) for line in (folder / "run.jsonl").read_bytes().splitlines()]


def test_records_are_there_at_once(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.process(Process(procid=1))
    log.event(EVENT)
    log.flow(Flow(flow=1, proto="tcp", src="10.0.0.1:1", dst="10.0.0.2:2"))
    assert [type(r) for r in records(tmp_path)] == [ProcessRecord, EventRecord, FlowRecord]
    assert log.events == 1
    log.end(End(outcome="completed"))
    assert records(tmp_path)[-1] == End(outcome="completed")


def test_a_note_stands_once(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.note("no COM")
    log.note("no COM")
    assert records(tmp_path) == [Note(text="no COM")]


def test_progress_never_falls(tmp_path: Path) -> None:
    log = opened(tmp_path)
    for percent in (5, 3, 50, 400):
        log.progress(percent)
    assert records(tmp_path) == [Progress(percent=5), Progress(percent=50), Progress(percent=99)]


def test_a_full_log_takes_only_its_end(tmp_path: Path) -> None:
    log = opened(tmp_path, max_bytes=200)
    for number in range(100):
        log.event(msgspec.structs.replace(EVENT, path=f"C:\\{number}"))
    assert log.is_full
    size = (tmp_path / "run.jsonl").stat().st_size
    assert size < 400
    log.event(EVENT)
    assert (tmp_path / "run.jsonl").stat().st_size == size
    log.end(End(outcome="partial", reason="full"))
    assert records(tmp_path)[-1] == End(outcome="partial", reason="full")


def test_artifacts_lie_beside_by_digest(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.artifact(Artifact(name="files/1.dat", kind="martian"), b"abc")
    log.artifact(Artifact(name="files/1.dat", kind="martian"), b"other bytes under a name that is taken")
    log.artifact(Artifact(name="files/2.dat", kind="martian"), b"abc")
    first, second = (r.artifact for r in records(tmp_path) if isinstance(r, ArtifactRecord))
    assert (first.name, second.name) == ("files/1.dat", "files/2.dat")
    assert first.sha256 == second.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (first.md5, first.size_bytes, first.is_kept) == ("900150983cd24fb0d6963f7d28e17f72", 3, True)
    assert [p.read_bytes() for p in (tmp_path / "artifacts").iterdir()] == [b"abc"]


def test_too_many_artifacts_are_listed_and_noted(tmp_path: Path) -> None:
    log = opened(tmp_path, max_bytes=10_000_000)
    for number in range(log_module.MAX_ARTIFACTS + 1):
        log.artifact(Artifact(name=f"files/{number}.dat", kind="martian"), number.to_bytes(4, "big"))
    artifacts = [r.artifact for r in records(tmp_path) if isinstance(r, ArtifactRecord)]
    assert len(artifacts) == log_module.MAX_ARTIFACTS + 1
    assert [a.is_kept for a in artifacts[-2:]] == [True, False]
    assert any(isinstance(r, Note) and "without bytes" in r.text for r in records(tmp_path))


def test_the_same_in_a_row_is_counted(tmp_path: Path) -> None:
    log = opened(tmp_path)
    for at_ms in range(4):
        log.event(msgspec.structs.replace(EVENT, at_ms=at_ms))
    log.event(msgspec.structs.replace(EVENT, path="C:\\b"))
    log.event(EVENT)
    log.event(EVENT)
    log.end(End(outcome="completed"))
    events = [r.event for r in records(tmp_path) if isinstance(r, EventRecord)]
    assert [(e.at_ms, e.count) for e in events] == [(0, 1), (1, 3), (None, 1), (None, 1), (None, 1)]
