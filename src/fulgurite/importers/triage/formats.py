"""Triage's reports, told by what stands in them."""

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient
from fulgurite.importers.content import Content
from fulgurite.importers.triage import reader
from fulgurite.model.report import Report

_ANY_OF = frozenset({"processes", "signatures", "task", "tasks", "network", "dumped", "extracted"})


class Triage:
    """report_triage.json of 0.2 and 0.3, overview.json."""

    name = "triage"

    def sniff(self, content: Content) -> bool:
        if content.is_broken:
            data = content.data
            return b'"analysis"' in data and b'"procid_parent"' in data and b'"max_time_kernel"' in data
        return _is_triage(content.members)

    def parse(self, content: Content) -> Report:
        sections = content.sections(self.name)
        if "sample" not in sections or "analysis" not in sections:
            raise MalformedReport("there are no sections `sample` and `analysis` in it", where=self.name)
        return reader.read(sections, self.name)


def _is_triage(sections: lenient.Members) -> bool:
    if not {"version", "sample", "analysis"} <= sections.keys() or not _ANY_OF & sections.keys():
        return False
    version = lenient.anything(sections["version"])
    return isinstance(version, str) and version.startswith("0.")
