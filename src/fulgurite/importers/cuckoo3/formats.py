"""post.json, told by what stands in it."""

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.cuckoo3 import reader
from fulgurite.model.report import Report


class Cuckoo3:
    """post.json."""

    name = "cuckoo3"

    def sniff(self, content: Content) -> bool:
        if content.is_broken:
            data = content.data
            return b'"task_id"' in data and b'"signatures"' in data and b'"parent_procid"' in data
        sections = content.members
        return {"task_id", "signatures"} <= sections.keys() and bool({"processes", "ttps"} & sections.keys())

    def parse(self, content: Content) -> Report:
        sections = content.sections(self.name)
        if "task_id" not in sections:
            raise MalformedReport("there is no `task_id` in it", where=self.name)
        return reader.read(sections, self.name)
