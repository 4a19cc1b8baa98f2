"""Speakeasy's report in its three forms, told apart by what stands in them."""

import re
from collections.abc import Sequence

import msgspec

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient
from fulgurite.importers.content import Content
from fulgurite.importers.speakeasy import reader
from fulgurite.importers.speakeasy.shapes import EntryPoint
from fulgurite.model.report import Report

_LIST = re.compile(rb'\[\s*\{\s*"(?:ep_type|start_addr|ep_args|apihash)"\s*:')
"""How a list of entry points begins, as Speakeasy itself writes it."""
_MARKS = frozenset({"ep_type", "apihash", "start_addr", "ep_args"})


class Speakeasy:
    """1.x whole, as the bare list of entry points, or one entry point alone; 2.x to 5.x."""

    name = "speakeasy"

    def sniff(self, content: Content) -> bool:
        if _LIST.match(content.start) is not None:
            return True
        if content.start[:1] in {b"[", b"{"} and content.fault is not None:
            return b'"ep_type"' in content.data or b'"apihash"' in content.data
        return _is_whole(content.members) if content.start[:1] == b"{" else bool(_MARKS & content.keys)

    def parse(self, content: Content) -> Report:
        if content.start[:1] == b"[":
            points = lenient.tried(content.text, list[EntryPoint]) or content.objects
            if not points:
                raise MalformedReport(content.fault or "there are no entry points in it", where=self.name)
            return reader.read({}, points, self.name)
        sections = content.sections(self.name)
        if "entry_points" in sections:
            return reader.read(sections, _points(sections["entry_points"]), self.name)
        if "apis" not in sections and not _MARKS & sections.keys():
            raise MalformedReport("there are no entry points in it", where=self.name)
        return reader.read({}, [_folded(sections)], self.name)


def _points(raw: msgspec.Raw) -> Sequence[EntryPoint | lenient.Members | None]:
    """The entry points in a list, or the one in its place; None for each that is no object."""
    listed = lenient.tried(raw, list[EntryPoint])
    if listed is not None:
        return listed
    return [] if lenient.is_null(raw) else [lenient.tried(one, lenient.Members) for one in lenient.elements(raw)]


def _folded(point: lenient.Members) -> lenient.Members:
    """An entry point whose network events were flattened, as feature extractors do, in its own form."""
    flat = {name: point[f"network_events.{name}"] for name in ("dns", "traffic") if f"network_events.{name}" in point}
    if not flat or "network_events" in point:
        return point
    rest = {name: raw for name, raw in point.items() if not name.startswith("network_events.")}
    return {**rest, "network_events": msgspec.Raw(msgspec.json.encode(flat))}


def _is_whole(sections: lenient.Members) -> bool:
    if "entry_points" in sections:
        return bool({"emu_version", "report_version", "emulation_total_runtime", "os_run"} & sections.keys())
    return "apis" in sections and b'"api_name"' in bytes(sections["apis"])
