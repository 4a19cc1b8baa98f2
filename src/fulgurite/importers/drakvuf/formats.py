"""What DRAKVUF Sandbox leaves: drakmon.log or a log per plugin, and report.json."""

from fulgurite.errors import MalformedReport
from fulgurite.importers import jsonlines, lenient
from fulgurite.importers.drakvuf import log, summary
from fulgurite.model.report import Report

_LINE = frozenset({"TimeStamp", "PID", "Event", "Method", "RunningProcess", "ProcessName", "EventUID"})
_REPORT = frozenset({"dns_queries", "modified_files", "deleted_files", "http_requests", "startup", "connections"})


class DrakvufLog:
    """JSON lines, each of one plugin."""

    name = "drakvuf"

    def sniff(self, data: bytes) -> bool:
        start = data[:65_536]
        if b'"Plugin"' in start:
            found = jsonlines.first(data)
            return "Plugin" in found and bool(_LINE & found.keys())
        return b'"att&ck"' in start and "occurrences" in jsonlines.first(data)

    def parse(self, data: bytes) -> Report:
        return log.read(lenient.readable(data), self.name)


class DrakvufReport:
    """report.json, put together from the logs (drakrun 0.19 and later)."""

    name = "drakvuf-report"

    def sniff(self, data: bytes) -> bool:
        if b'"processes"' not in data or b'"startup"' not in data:
            return False
        try:
            sections = lenient.read_members(data, self.name)
        except MalformedReport:
            return False
        return {"info", "startup", "processes"} <= sections.keys() and len(_REPORT & sections.keys()) > 1

    def parse(self, data: bytes) -> Report:
        return summary.read(lenient.read_members(data, self.name), self.name)
