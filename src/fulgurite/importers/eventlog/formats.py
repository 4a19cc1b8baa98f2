"""Event logs, by the fields that every event has, in whichever shape the collector wrote them."""

from fulgurite.errors import MalformedReport
from fulgurite.importers import jsonlines
from fulgurite.importers.eventlog import reader, records
from fulgurite.importers.gathering import Gathered
from fulgurite.model.report import Report

_MARKS = (b'"EventID"', b'"event_id"')


class EventLog:
    """JSON lines, a list, or documents one behind the other."""

    name = "eventlog"

    def sniff(self, data: bytes) -> bool:
        start = data[:65_536]
        return any(mark in start for mark in _MARKS) and records.record(jsonlines.first(data)) is not None

    def parse(self, data: bytes) -> Report:
        out = Gathered(self.name)
        log = reader.Log(out)
        for document in jsonlines.documents(data, self.name, out.count):
            found = records.record(document)
            if found is None:
                out.count.unreadable("events")
            else:
                log.take(found)
        if log.events == 0:
            raise MalformedReport("there is no event in it that can be read", where=self.name)
        return log.report()
