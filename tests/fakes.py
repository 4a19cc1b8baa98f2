"""Stand-ins for what a test cannot have or must control: an engine, a clock. The store is always the real one."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fulgurite.engines.base import RunOutput
from fulgurite.errors import EngineError
from fulgurite.model import hashes
from fulgurite.model.runlog import End, ProcessRecord
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions
from tests.builders import log_header, process, run_log


class FakeClock:
    """A clock that stands still until it is moved. Call it for the time."""

    def __init__(self, at: datetime = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **duration: float) -> None:
        """Moves the clock; `duration` as for timedelta."""
        self.at += timedelta(**duration)


class FakeEngine:
    """Plays a given run log in place of running anything; or refuses, fails, dawdles, dies, as told."""

    name = "fake"
    version = "1"

    def __init__(
        self,
        log: bytes | None = None,
        *,
        artifacts: Mapping[str, bytes] | None = None,
        refusal: str | None = None,
        error: BaseException | None = None,
        end_reason: str | None = None,
        seconds: float = 0,
        percents: tuple[int, ...] = (10, 50, 99),
        during: Callable[[Path], None] = lambda _: None,
    ) -> None:
        """`artifacts`: name of the file beside the log -> its bytes (see `beside`).

        `error` is raised in place of a result; `seconds` is how long the run takes; `during` is called with the run's
        folder once the log is written.
        """
        self.log = log if log is not None else finished_log()
        self.artifacts = dict(artifacts or {})
        self.refused = refusal
        self.error = error
        self.end_reason = end_reason
        self.seconds = seconds
        self.percents = percents
        self.during = during
        self.runs: list[tuple[bytes, Sample, RunOptions]] = []
        """What it was asked to run."""

    def refusal(self, data: bytes, options: RunOptions) -> str | None:  # noqa: ARG002 - as the protocol says
        return self.refused

    def run(
        self, data: bytes, sample: Sample, options: RunOptions, folder: Path, progress: Callable[[int], None]
    ) -> RunOutput:
        self.runs.append((data, sample, options))
        (folder / "artifacts").mkdir()
        for name, content in self.artifacts.items():
            (folder / "artifacts" / name).write_bytes(content)
        (folder / "run.jsonl").write_bytes(self.log)
        self.during(folder)
        for percent in self.percents:
            progress(percent)
            time.sleep(self.seconds / max(1, len(self.percents)))
        if self.error is not None:
            raise self.error
        return RunOutput(log=folder / "run.jsonl", artifacts=folder / "artifacts", end_reason=self.end_reason)


def finished_log(*records: object) -> bytes:
    """The log of a run that came to its end; with a process, and what a program does at least."""
    return run_log(ProcessRecord(process=process()), *records, header=log_header(), end=End(outcome="completed"))  # type: ignore[arg-type]


def beside(*contents: bytes) -> dict[str, bytes]:
    """Artifacts as files named by their SHA-256."""
    return {hashes.sha256_of(content): content for content in contents}


def could_not_start() -> FakeEngine:
    """An engine whose runs do not even start."""
    return FakeEngine(error=EngineError("the engine could not be started: no such program"))
