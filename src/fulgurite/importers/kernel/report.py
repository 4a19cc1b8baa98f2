"""The report that a kernel log alone makes: no sample, no score, no signatures."""

from fulgurite.importers.draft import Draft
from fulgurite.importers.flows import Ends, Flows
from fulgurite.importers.machines import Os
from fulgurite.model.report import Machine, Report, Source, checked
from fulgurite.model.sample import Sample


class Log:
    """A log in the making."""

    def __init__(self, name: str, monitor: str, os: Os) -> None:
        self.name = name
        self.monitor = monitor
        self.os: Os = os
        self.draft = Draft()

    def report(self) -> Report:
        """The report of all messages read. Its times count from the monitor's own zero."""
        draft, flows = self.draft, Flows()
        draft.settle_clock(0)
        for contact, (host, port) in draft.local_ends.items():
            flows.add(contact.proto, Ends(host, port, contact.host, contact.port))
        flows.own(draft)
        flows.tell(draft)
        events, _ = draft.placed()
        faults = draft.count.faults()
        report = Report(
            source=Source(name=self.name, engine=self.monitor),
            sample=Sample(),
            os=self.os,
            machine=Machine(),
            outcome="partial" if faults else "completed",
            reasons=faults,
            processes=tuple(draft.processes),
            events=events,
            flows=tuple(flows.flows),
            tally=draft.count.tally(),
        )
        return checked(report, where=self.name)
