"""The formats of the Cuckoo family, told apart by what stands in them, and out of the wrappers they come in."""

from typing import NamedTuple

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient
from fulgurite.importers.content import Content
from fulgurite.importers.cuckoo import reader
from fulgurite.importers.values import text
from fulgurite.model.report import Report

_CAPE_ONLY = frozenset({"CAPE", "malscore", "detections2pid", "curtain", "url_analysis"})
_SECTIONS = frozenset({"behavior", "signatures", "target", "network", "droidmon"})
_INFORMATION = frozenset({"version", "started", "machine", "score", "package", "duration"})


class Cape:
    """CAPE 2.x: report.json, lite.json, the web API's {"data": report}, PolySwarm's metadata."""

    name = "cape"

    def sniff(self, content: Content) -> bool:
        return _is_report(content, is_cape=True)

    def parse(self, content: Content) -> Report:
        return _read(content, self.name)


class Cuckoo:
    """Cuckoo 1 and 2, cuckoo-modified, CuckooDroid, VirusTotal's fork."""

    name = "cuckoo"

    def sniff(self, content: Content) -> bool:
        return _is_report(content, is_cape=False)

    def parse(self, content: Content) -> Report:
        return _read(content, self.name)


def _read(content: Content, name: str) -> Report:
    found = _found(content.sections(name), content)
    if found is None:
        raise MalformedReport("there is no section `info` with the run's facts in it", where=name)
    return reader.read(found.sections, name, found.beside)


def _is_report(content: Content, *, is_cape: bool) -> bool:
    """Whether it is a report of the family; where it is no whole JSON, whether it begins as one."""
    if content.is_broken:
        return _begins_as_report(content, is_cape=is_cape)
    found = _found(content.members, content)
    return found is not None and _is_family(found.sections) and _is_cape(found.sections) == is_cape


def _begins_as_report(content: Content, *, is_cape: bool) -> bool:
    """Whether broken JSON has the marks of the family: its reader then says what is broken."""
    data = content.data
    if content.start[:1] != b"{" or b'"info"' not in data:
        return False
    if is_cape:
        return b'"processtree"' in data or b'"malscore"' in data
    return b'"processtree"' in data or b'"apistats"' in data


def _is_family(sections: lenient.Members) -> bool:
    information = lenient.tried(sections.get("info", lenient.EMPTY), lenient.Members)
    if information is None or not _INFORMATION & information.keys():
        return False
    return bool(_SECTIONS & sections.keys())


def _is_cape(sections: lenient.Members) -> bool:
    return bool(_CAPE_ONLY & sections.keys()) or b"-CAPE" in bytes(sections.get("info", lenient.EMPTY))


class _Found(NamedTuple):
    """A report out of its wrapper."""

    sections: lenient.Members
    beside: dict[str, int]
    """What the wrapper holds besides, by kind."""


def _found(outer: lenient.Members, content: Content) -> _Found | None:
    """The report in the object `outer` that `content` is, out of its wrapper; None where there is none."""
    if "info" in outer:
        return _Found(outer, {})
    inner = content.inner("data")
    if "info" in inner:
        return _Found(inner, {})
    return _of_polyswarm(outer) if "metadata" in outer else None


def _of_polyswarm(outer: lenient.Members) -> _Found | None:
    """The newest of the analyses among PolySwarm's `metadata`, and how many other entries of which tools are there."""
    analyses: list[lenient.Members] = []
    others: dict[str, int] = {}
    for entry in lenient.elements(outer["metadata"]):
        tool = lenient.tried(entry, lenient.Members) or {}
        report = lenient.tried(tool.get("tool_metadata", lenient.EMPTY), lenient.Members)
        if report is not None and _is_family(report):
            analyses.append(report)
        else:
            kind = f"metadata {(text(lenient.anything(tool.get('tool'))) or 'unknown')[:40]}"
            others[kind] = others.get(kind, 0) + 1
    if not analyses:
        return None
    if len(analyses) > 1:
        others["analyses older than the newest"] = len(analyses) - 1
    return _Found(max(analyses, key=_started), others)


def _started(sections: lenient.Members) -> str:
    information = lenient.tried(sections["info"], lenient.Members) or {}
    return text(lenient.anything(information.get("started"))) or ""
