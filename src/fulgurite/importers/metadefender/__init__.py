"""The v4 body of MetaDefender Cloud's sandbox lookup as an import format."""

import re

from fulgurite.importers.metadefender.reader import NAME, parse
from fulgurite.model.report import Report

_OBJECT = re.compile(rb"\s*\{")
_MARKS = (b'"procLabels"', b'"flowLabels"', b'"infection_score"', b'"sandbox_version"')


class MetaDefender:
    """Reads the body of `GET /v4/hash/:hash/sandbox` as documented in 2021, and as our own export writes it."""

    name = NAME

    def sniff(self, data: bytes) -> bool:
        """An object with results, and with a mark that no other answer of that API has."""
        is_result = _OBJECT.match(data) is not None and b'"scan_results"' in data
        return is_result and any(mark in data for mark in _MARKS)

    def parse(self, data: bytes) -> Report:
        """The report in `data`. Raises MalformedReport for anything but a finished analysis."""
        return parse(data)


__all__ = ["MetaDefender"]
