"""The writer of the run log, inside the child process."""

import hashlib
import os
from pathlib import Path

import msgspec

from fulgurite.model.artifact import Artifact
from fulgurite.model.events import Event
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.runlog import (
    ArtifactRecord,
    End,
    EventRecord,
    FlowRecord,
    Header,
    Note,
    ProcessRecord,
    Progress,
    Record,
)

MAX_ARTIFACT_BYTES = 64 << 20
MAX_ARTIFACTS = 2_000


class RunLog:
    """Writes records as they happen, each with one system call, so that a killed run leaves all it saw."""

    def __init__(self, path: Path, artifacts: Path, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._artifacts = artifacts
        self._encoder = msgspec.json.Encoder()
        self._written = 0
        self._kept: set[str] = set()
        self._names: set[str] = set()
        self._notes: set[str] = set()
        self._progress = 0
        self._last: Event | None = None
        """The last event, without its time and count."""
        self._repeated: Event | None = None
        """The first of those like it that followed, with the count of all."""
        self._repeats = 0
        self.events = 0
        """How many events were written."""

    def _write(self, record: Record) -> None:
        if self.is_full:
            return
        self._written += os.write(self._fd, self._encoder.encode(record) + b"\n")

    @property
    def is_full(self) -> bool:
        """Whether the size limit is reached: what comes after is not written, and the run must end as partial."""
        return self._written > self._max_bytes

    def header(self, header: Header) -> None:
        """Writes the first line."""
        self._write(header)

    def process(self, process: Process) -> None:
        """Writes what is known of `process` now."""
        self._write(ProcessRecord(process=process))

    def event(self, event: Event) -> None:
        """Writes one event; the same again, in a row, is counted and written once when another one comes."""
        self.events += 1
        same = msgspec.structs.replace(event, at_ms=None, count=1)
        if same == self._last:
            self._repeated = msgspec.structs.replace(self._repeated or event, count=self._repeats + event.count)
            self._repeats += event.count
            return
        self._write_repeated()
        self._last = same
        self._write(EventRecord(event=event))

    def _write_repeated(self) -> None:
        if self._repeated is not None:
            self._write(EventRecord(event=self._repeated))
        self._repeated, self._repeats, self._last = None, 0, None

    def flow(self, flow: Flow) -> None:
        """Writes what is known of `flow` now."""
        self._write(FlowRecord(flow=flow))

    def note(self, text: str) -> None:
        """Writes a limit of this run, once."""
        if text not in self._notes:
            self._notes.add(text)
            self._write(Note(text=text))

    def progress(self, percent: int) -> None:
        """Writes how far the run is, when that has grown."""
        if percent > self._progress:
            self._progress = percent
            self._write(Progress(percent=min(percent, 99)))

    def artifact(self, artifact: Artifact, data: bytes) -> None:
        """Keeps `data` beside the log and writes `artifact` with its digests; too many or too large are noted."""
        sha256 = hashlib.sha256(data).hexdigest()
        if artifact.name in self._names:
            return
        self._names.add(artifact.name)
        keep = len(data) <= MAX_ARTIFACT_BYTES and len(self._kept) < MAX_ARTIFACTS
        if keep and sha256 not in self._kept:
            self._kept.add(sha256)
            (self._artifacts / sha256).write_bytes(data)
        if not keep:
            limits = f"over {MAX_ARTIFACT_BYTES >> 20} MiB or past number {MAX_ARTIFACTS}"
            self.note(f"artifacts {limits} are listed without bytes")
        self._write(
            ArtifactRecord(
                artifact=msgspec.structs.replace(
                    artifact,
                    size_bytes=len(data),
                    sha256=sha256,
                    sha1=hashlib.sha1(data, usedforsecurity=False).hexdigest(),
                    md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
                    is_kept=keep,
                )
            )
        )

    def end(self, end: End) -> None:
        """Writes the last line; it is written even when the log is full."""
        self._write_repeated()
        os.write(self._fd, self._encoder.encode(end) + b"\n")
        os.close(self._fd)
