"""A report of a log alone."""

from fulgurite.importers.calls import Contact
from fulgurite.importers.kernel.report import Log


def test_flows_have_both_sides_and_their_owner() -> None:
    log = Log("triage-kernel", "stahp", "linux")
    contact = Contact("tcp", "192.0.2.1", 80)
    log.draft.contacts.append((contact, None, 5))
    log.draft.local_ends[contact] = ("10.0.0.5", 5000)
    report = log.report()
    assert [(flow.src, flow.dst) for flow in report.flows] == [("10.0.0.5:5000", "192.0.2.1:80")]
    assert (report.os, report.source.engine, report.score) == ("linux", "stahp", None)
