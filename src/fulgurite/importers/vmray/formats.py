"""VMRay's files, told apart by what stands in them."""

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient
from fulgurite.importers.content import Content
from fulgurite.importers.vmray import first, flog, second
from fulgurite.model.report import Report


class VmraySummary:
    """summary_v2.json, and summary.json of the versions before."""

    name = "vmray"

    def sniff(self, content: Content) -> bool:
        if content.is_broken:
            data = content.data
            return b'"analysis_metadata"' in data and b'"_type"' in data and b'"vti"' in data
        return _is_summary(content.members)

    def parse(self, content: Content) -> Report:
        sections = content.sections(self.name)
        if "analysis_metadata" in sections:
            return second.read(sections, self.name)
        if "analysis_details" not in sections:
            raise MalformedReport("there is neither `analysis_metadata` nor `analysis_details` in it", where=self.name)
        return first.read(sections, self.name)


def _is_summary(sections: lenient.Members) -> bool:
    if {"_type", "analysis_metadata"} <= sections.keys():
        return True
    return "analysis_details" in sections and bool({"sample_details", "vti"} & sections.keys())


class VmrayLog:
    """flog.xml: every call of every monitored process."""

    name = "vmray-flog"

    def sniff(self, content: Content) -> bool:
        start = content.start
        if start[:1] != b"<" or b"<analysis" not in start:
            return False
        return any(mark in start for mark in (b"<monitor_process", b"<fncall", b"<monitor_thread", b"<new_region"))

    def parse(self, content: Content) -> Report:
        return flog.read(content.data, self.name)
