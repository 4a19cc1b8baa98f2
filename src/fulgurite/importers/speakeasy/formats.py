"""Speakeasy's report in its three forms, told apart by what stands in them."""

import msgspec

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient
from fulgurite.importers.speakeasy import reader
from fulgurite.model.report import Report

_MARKS = frozenset({"ep_type", "apihash", "start_addr", "ep_args"})


class Speakeasy:
    """1.x whole, as the bare list of entry points, or one entry point alone; 2.x to 5.x."""

    name = "speakeasy"

    def sniff(self, data: bytes) -> bool:
        if b'"api_name"' not in data and b'"entry_points"' not in data and b'"ep_type"' not in data:
            return False
        start = lenient.trimmed(data[:64]).lstrip()[:1]
        try:
            return _is_listed(data) if start == b"[" else _is_whole(lenient.read_members(data, self.name))
        except MalformedReport:
            return b'"ep_type"' in data or b'"apihash"' in data

    def parse(self, data: bytes) -> Report:
        if lenient.trimmed(data[:64]).lstrip()[:1] == b"[":
            listed = lenient.read_elements(data, self.name)
            if not listed:
                raise MalformedReport("there are no entry points in it", where=self.name)
            return reader.read({}, msgspec.Raw(msgspec.json.encode(listed)), self.name)
        sections = lenient.read_members(data, self.name)
        if "entry_points" in sections:
            return reader.read(sections, sections["entry_points"], self.name)
        if "apis" not in sections and not _MARKS & sections.keys():
            raise MalformedReport("there are no entry points in it", where=self.name)
        return reader.read({}, msgspec.Raw(msgspec.json.encode([sections])), self.name)


def _is_listed(data: bytes) -> bool:
    found = lenient.read_elements(data, "list")
    first = None if not found else lenient.tried(found[0], lenient.Members)
    return first is not None and bool(_MARKS & first.keys())


def _is_whole(sections: lenient.Members) -> bool:
    if "entry_points" in sections:
        return bool({"emu_version", "report_version", "emulation_total_runtime", "os_run"} & sections.keys())
    return "apis" in sections and b'"api_name"' in bytes(sections["apis"])
