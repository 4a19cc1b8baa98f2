"""Event logs, by the fields that every event has, in whichever shape the collector wrote them."""

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.eventlog import binary, reader, records
from fulgurite.importers.gathering import Gathered
from fulgurite.model.report import Report

_MARKS = frozenset({"EventID", "Event", "winlog"})


class EventLog:
    """EVTX, JSON lines, a list, or documents one behind the other."""

    name = "eventlog"

    def sniff(self, content: Content) -> bool:
        if content.data.startswith(binary.MARK):
            return True
        return bool(_MARKS & content.keys) and records.record(content.first) is not None

    def parse(self, content: Content) -> Report:
        out = Gathered(self.name)
        log = reader.Log(out)
        is_binary = content.data.startswith(binary.MARK)
        documents = binary.documents(content.data, out.count, self.name) if is_binary else content.documents(out.count)
        for document in documents:
            found = records.record(document)
            if found is None:
                out.count.unreadable("events")
            else:
                log.take(found)
        if log.events == 0:
            raise MalformedReport("there is no event in it that can be read", where=self.name)
        return log.report()
