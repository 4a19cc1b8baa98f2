"""Triage's reports, told by what stands in them."""

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient
from fulgurite.importers.triage import reader
from fulgurite.model.report import Report

_ANY_OF = frozenset({"processes", "signatures", "task", "tasks", "network", "dumped", "extracted"})


class Triage:
    """report_triage.json of 0.2 and 0.3, overview.json."""

    name = "triage"

    def sniff(self, data: bytes) -> bool:
        if b'"analysis"' not in data or b'"sample"' not in data or b'"version"' not in data:
            return False
        try:
            return _is_triage(lenient.read_members(data, self.name))
        except MalformedReport:
            return b'"procid_parent"' in data and b'"max_time_kernel"' in data

    def parse(self, data: bytes) -> Report:
        sections = lenient.read_members(data, self.name)
        if "sample" not in sections or "analysis" not in sections:
            raise MalformedReport("there are no sections `sample` and `analysis` in it", where=self.name)
        return reader.read(sections, self.name)


def _is_triage(sections: lenient.Members) -> bool:
    if not {"version", "sample", "analysis"} <= sections.keys() or not _ANY_OF & sections.keys():
        return False
    version = lenient.anything(sections["version"])
    return isinstance(version, str) and version.startswith("0.")
