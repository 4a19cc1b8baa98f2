"""The v4 body of MetaDefender Cloud's sandbox lookup as an import format."""

from fulgurite.importers.content import Content
from fulgurite.importers.metadefender.reader import NAME, parse
from fulgurite.model.report import Report

_MARKS = (b'"procLabels"', b'"flowLabels"', b'"infection_score"', b'"sandbox_version"')


class MetaDefender:
    """Reads the body of `GET /v4/hash/:hash/sandbox` as documented in 2021, and as our own export writes it."""

    name = NAME

    def sniff(self, content: Content) -> bool:
        """An object with results, and with a mark that no other answer of that API has."""
        data = content.data
        if content.is_broken:
            is_result = content.start[:1] == b"{" and b'"scan_results"' in data
        else:
            is_result = "scan_results" in content.members
        return is_result and any(mark in data for mark in _MARKS)

    def parse(self, content: Content) -> Report:
        """The report in `content`. Raises MalformedReport for anything but a finished analysis."""
        return parse(content.data)


__all__ = ["MetaDefender"]
