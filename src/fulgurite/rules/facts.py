"""What conditions can ask about beside the event itself: its processes, and what was written before it.

Facts go along with the one pass over the events: `note` is told every event after it was matched.
"""

from fulgurite.model.events import Event, FileAccess
from fulgurite.model.process import Process, program_name
from fulgurite.model.report import Report

_FAILED = 0x80000000
"""The bit of an NTSTATUS that says failure."""


class Facts:
    """The facts of one report, as far as the pass has come."""

    def __init__(self, report: Report) -> None:
        self.os = report.os
        self.processes = {process.procid: process for process in report.processes}
        dropped = (one.path for one in report.artifacts if one.kind == "martian")
        self.written = {self.folded(path) for path in dropped if path is not None}
        """Paths that were written so far, and those of dropped files that the run left."""

    def note(self, event: Event) -> None:
        """Takes `event` into what was seen so far."""
        if type(event) is FileAccess and self.has_succeeded(event.status):
            if event.verb in {"write", "rename"}:
                self.written.add(self.folded(event.path if event.dst is None else event.dst))
            elif event.dst is not None:
                self.written.add(self.folded(event.dst))

    def process(self, procid: int | None) -> Process | None:
        return None if procid is None else self.processes.get(procid)

    def parent(self, procid: int | None) -> Process | None:
        process = self.process(procid)
        return None if process is None else self.process(process.procid_parent)

    def folded(self, path: str) -> str:
        """`path` as it compares: on Windows without case, with one kind of slash, without quotes and prefixes."""
        if self.os != "windows":
            return path
        folded = path.strip('"').replace("/", "\\").lower()
        return folded.removeprefix("\\??\\").removeprefix("\\\\?\\")

    def was_written(self, path: str | None) -> bool | None:
        """Whether the file at `path` was written before in this run; None for no path."""
        return None if path is None else self.folded(path) in self.written

    def is_own(self, path: str, procid: int | None) -> bool:
        """Whether `path` is the program of process `procid` or of one it comes from, guest programs left aside."""
        wanted, seen = self.folded(path), set[int]()
        process = self.process(procid)
        while process is not None and process.procid not in seen:
            is_guests = process.image is None or process.orig is True
            if not is_guests and self.folded(process.image or "") == wanted:
                return True
            seen.add(process.procid)
            process = self.process(process.procid_parent)
        return False

    def is_sample(self, process: Process | None) -> bool | None:
        """Whether `process` is one that was started for the sample: its parent was there before, or is not known."""
        if process is None:
            return None
        parent = self.process(process.procid_parent)
        return not process.existing and (parent is None or parent.existing)

    def name(self, image: str | None) -> str | None:
        """The base name of a path."""
        return None if image is None else program_name(image, self.os)

    def has_succeeded(self, status: int | None) -> bool:
        """Whether `status` is no failure: an NTSTATUS on Windows, an errno elsewhere. Unknown counts as success."""
        if status is None:
            return True
        return status & _FAILED == 0 if self.os == "windows" else status == 0
