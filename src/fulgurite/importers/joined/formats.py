"""Containers of the parts of one analysis, as `fulgurite.importers.packed` makes them, read as one report."""

from collections.abc import Sequence

import msgspec

from fulgurite.errors import MalformedReport
from fulgurite.importers.base import Importer
from fulgurite.importers.content import Content
from fulgurite.importers.cuckoo3 import Cuckoo3
from fulgurite.importers.drakvuf import DrakvufLog, DrakvufReport
from fulgurite.importers.joined.merging import merged
from fulgurite.importers.kernel import KernelLog, Threemon
from fulgurite.importers.packed import container, layouts
from fulgurite.importers.triage import Triage
from fulgurite.importers.vmray import VmrayLog, VmraySummary
from fulgurite.model.report import Report, checked
from fulgurite.model.tally import Tally

_OF_ALL_TASKS = "overview.json"
"""Triage's report over all tasks of a sample: beside that of one task only what it says of the sample counts."""


class Joined:
    """The parts of one analysis of one sandbox."""

    def __init__(self, name: str, word: str, mains: Sequence[Importer], logs: Sequence[Importer]) -> None:
        self.name = name
        self._word = word
        """Of its layout."""
        self._mains = mains
        self._logs = logs

    def sniff(self, content: Content) -> bool:
        if not container.is_container(content.data):
            return False
        try:
            names = container.names(content.data)
        except MalformedReport:
            return False
        groups, left = layouts.grouped(names)
        return left == [] and [group.layout.word for group in groups] == [self._word]

    def parse(self, content: Content) -> Report:
        """The report of all parts. Raises MalformedReport where none of them can be read."""
        mains: list[Report] = []
        over: list[Report] = []
        logs: dict[str, list[bytes]] = {}
        for name, data in container.parts(content.data):
            part = Content(data)
            log = next((one for one in self._logs if one.sniff(part)), None)
            main = next((one for one in self._mains if one.sniff(part)), None)
            if log is not None:
                logs.setdefault(log.name, []).append(data)
            elif main is not None:
                (over if name.endswith(_OF_ALL_TASKS) else mains).append(main.parse(part))
        told = [
            one.parse(Content(part))
            for one in self._logs
            if one.name in logs
            # Lines of several logs make one log; a binary one stands for itself.
            for part in (logs[one.name] if one.name == "threemon" else [b"\n".join(logs[one.name])])
        ]
        found = [*mains, *told] or over
        if not found:
            raise MalformedReport("none of its parts can be read", where=self.name)
        report = found[0]
        for log_report in found[1:]:
            report = merged(report, log_report)
        for beside in over if report not in over else ():
            report = _of_sample(report, beside)
        return checked(report, where=self.name)


def _of_sample(report: Report, beside: Report) -> Report:
    """`report` with what `beside` says of the same sample; the rest of that stays in the original."""
    sample = msgspec.structs.replace(
        report.sample,
        **{
            field: getattr(beside.sample, field)
            for field in ("sha256", "sha1", "md5", "name", "size_bytes")
            if getattr(report.sample, field) is None
        },
    )
    tally, items = report.tally, 0 if beside.tally is None else beside.tally.items
    if tally is not None and items > 0:
        tally = Tally(items=tally.items + items, carried=tally.carried, left={**tally.left, _OF_ALL_TASKS: items})
    return msgspec.structs.replace(
        report,
        sample=sample,
        families=tuple(dict.fromkeys((*report.families, *beside.families))),
        tags=tuple(dict.fromkeys((*report.tags, *beside.tags))),
        tally=tally,
    )


JOINED: tuple[Joined, ...] = (
    Joined("vmray-joined", "vmray", (VmraySummary(),), (VmrayLog(),)),
    Joined("cuckoo3-joined", "cuckoo3", (Cuckoo3(),), (Threemon(),)),
    Joined("triage-joined", "triage", (Triage(),), (KernelLog(),)),
    Joined("drakvuf-joined", "drakvuf", (DrakvufReport(),), (DrakvufLog(),)),
)
