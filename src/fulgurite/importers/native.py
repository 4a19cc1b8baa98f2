"""The native form: what exports.native wrote."""

import re

from fulgurite.model import report as reports
from fulgurite.model.report import Report

_START = re.compile(rb'\s*\{\s*"schema_version"\s*:')


class Native:
    """Reads reports in Fulgurite's own form."""

    name = "native"

    def sniff(self, data: bytes) -> bool:
        """An object whose first field is the version, as every writer of this form has it."""
        return _START.match(data) is not None

    def parse(self, data: bytes) -> Report:
        """The report in `data`. Raises MalformedReport for anything else."""
        return reports.decode(data)
