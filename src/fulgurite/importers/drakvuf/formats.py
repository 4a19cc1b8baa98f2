"""What DRAKVUF Sandbox leaves: drakmon.log or a log per plugin, and report.json."""

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.drakvuf import log, summary
from fulgurite.model.report import Report

_LINE = frozenset({"TimeStamp", "PID", "Event", "Method", "RunningProcess", "ProcessName", "EventUID"})
_REPORT = frozenset({"dns_queries", "modified_files", "deleted_files", "http_requests", "startup", "connections"})


class DrakvufLog:
    """JSON lines, each of one plugin."""

    name = "drakvuf"

    def sniff(self, content: Content) -> bool:
        return ("Plugin" in content.keys and bool(_LINE & content.keys)) or {"att&ck", "occurrences"} <= content.keys

    def parse(self, content: Content) -> Report:
        return log.read(content.text, self.name)


class DrakvufReport:
    """report.json, put together from the logs (drakrun 0.19 and later)."""

    name = "drakvuf-report"

    def sniff(self, content: Content) -> bool:
        sections = content.members
        return {"info", "startup", "processes"} <= sections.keys() and len(_REPORT & sections.keys()) > 1

    def parse(self, content: Content) -> Report:
        sections = content.sections(self.name)
        if "info" not in sections and "processes" not in sections:
            raise MalformedReport("there is neither `info` nor `processes` in it", where=self.name)
        return summary.read(sections, self.name)
