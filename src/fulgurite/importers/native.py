"""The native form: what exports.native wrote."""

import re

from fulgurite.importers.content import Content
from fulgurite.model import report as reports
from fulgurite.model.report import Report

_START = re.compile(rb'\s*\{\s*"schema_version"\s*:')


class Native:
    """Reads reports in Fulgurite's own form."""

    name = "native"

    def sniff(self, content: Content) -> bool:
        """An object whose first field is the version, as every writer of this form has it."""
        return _START.match(content.start) is not None

    def parse(self, content: Content) -> Report:
        """The report in `content`. Raises MalformedReport for anything else."""
        return reports.decode(content.data)
