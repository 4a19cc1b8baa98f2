"""VMRay's files, told apart by what stands in them."""

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient
from fulgurite.importers.vmray import first, flog, second
from fulgurite.model.report import Report


class VmraySummary:
    """summary_v2.json, and summary.json of the versions before."""

    name = "vmray"

    def sniff(self, data: bytes) -> bool:
        is_second = b'"analysis_metadata"' in data and b'"_type"' in data
        is_first = b'"analysis_details"' in data and (b'"sample_details"' in data or b'"vti_score"' in data)
        if not (is_second or is_first):
            return False
        try:
            return _is_summary(lenient.read_members(data, self.name))
        except MalformedReport:
            return is_second and b'"vti"' in data

    def parse(self, data: bytes) -> Report:
        sections = lenient.read_members(data, self.name)
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

    def sniff(self, data: bytes) -> bool:
        start = data[:65_536]
        if b"<analysis" not in start:
            return False
        return any(mark in start for mark in (b"<monitor_process", b"<fncall", b"<monitor_thread", b"<new_region"))

    def parse(self, data: bytes) -> Report:
        return flog.read(data, self.name)
