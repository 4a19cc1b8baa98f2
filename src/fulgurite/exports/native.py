"""The native form: the whole report as the model writes it, to be read back without loss."""

from fulgurite.model import report as reports
from fulgurite.model.report import Report


def body(report: Report) -> bytes:
    """`report` as compact JSON; importers.native reads it back equal."""
    return reports.encode(report)
