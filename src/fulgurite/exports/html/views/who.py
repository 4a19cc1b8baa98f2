"""Processes as other parts name them."""

from collections.abc import Iterable

from fulgurite.model.base import Model
from fulgurite.model.process import Process, program_name
from fulgurite.model.report import Report


class Who(Model, frozen=True, kw_only=True):
    """A process, named."""

    procid: int
    name: str
    """Hostile text."""
    pid: int | None = None
    is_shown: bool = True
    """Whether the page has its node, `#process-<procid>`."""


class Cast:
    """All processes of a report by procid."""

    def __init__(self, report: Report, shown: Iterable[int]) -> None:
        """`shown`: procids with a node on the page."""
        self._os = report.os
        self._processes = {process.procid: process for process in report.processes}
        self._by_pid = {process.pid: process for process in report.processes if process.pid is not None}
        self._shown = frozenset(shown)

    def who(self, procid: int | None, pid: int | None = None) -> Who | None:
        """The process of this number in the report, else of this number in the guest; None where neither is known."""
        process = self._process(procid, pid)
        if process is None:
            return None if procid is None else Who(procid=procid, name=f"process {procid}", pid=pid, is_shown=False)
        is_shown = process.procid in self._shown
        return Who(procid=process.procid, name=name_of(process, self._os), pid=process.pid, is_shown=is_shown)

    def _process(self, procid: int | None, pid: int | None) -> Process | None:
        if procid is not None:
            return self._processes.get(procid)
        return None if pid is None else self._by_pid.get(pid)

    def all_of(self, procids: Iterable[int]) -> tuple[Who, ...]:
        """Those of them that are told."""
        return tuple(who for who in map(self.who, procids) if who is not None)


def name_of(process: Process, os: str) -> str:
    """The program's base name, else the first word of the command, else its number."""
    if process.image:
        return program_name(process.image, os) or process.image
    if process.cmd:
        return process.cmd[0] if isinstance(process.cmd, tuple) else process.cmd.split(" ", 1)[0]
    return f"process {process.procid}"
