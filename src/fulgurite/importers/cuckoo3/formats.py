"""post.json, told by what stands in it."""

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient
from fulgurite.importers.cuckoo3 import reader
from fulgurite.model.report import Report


class Cuckoo3:
    """post.json."""

    name = "cuckoo3"

    def sniff(self, data: bytes) -> bool:
        if b'"task_id"' not in data or b'"signatures"' not in data:
            return False
        try:
            sections = lenient.read_members(data, self.name)
        except MalformedReport:
            return b'"parent_procid"' in data
        return {"task_id", "signatures"} <= sections.keys() and bool({"processes", "ttps"} & sections.keys())

    def parse(self, data: bytes) -> Report:
        sections = lenient.read_members(data, self.name)
        if "task_id" not in sections:
            raise MalformedReport("there is no `task_id` in it", where=self.name)
        return reader.read(sections, self.name)
