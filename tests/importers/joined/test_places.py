"""Where the processes and flows of a log stand in the report of the same run."""

from fulgurite.importers.joined.places import Places
from fulgurite.model.events import DnsQuery, Injection
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from tests.builders import report

OURS = report(
    processes=(
        Process(procid=5, pid=10, image="C:\\a.exe"),
        Process(procid=6, pid=10, image="C:\\b.exe"),
        Process(procid=7, image="c.exe", cmd="c"),
    ),
    flows=(Flow(flow=3, proto="tcp", src="", dst="192.0.2.1:80"),),
)


def test_pids_that_are_used_again_are_told_apart_by_program() -> None:
    log = report(
        processes=(
            Process(procid=1, pid=10, image="B.EXE", started_ms=4, procid_parent=3),
            Process(procid=2, pid=11, image="D:\\c.exe", cmd="other"),
            Process(procid=3, pid=12, image="x.exe"),
        ),
        flows=(),
    )
    found = {process.procid: process for process in Places(OURS, log).processes()}
    assert list(found) == [5, 6, 7, 8]
    assert (found[6].started_ms, found[6].procid_parent, found[6].image) == (4, None, "C:\\b.exe")
    assert (found[7].cmd, found[8].pid) == ("c", 12)


def test_events_come_along() -> None:
    log = report(
        processes=(Process(procid=1, pid=10), Process(procid=2, pid=99)),
        flows=(
            Flow(flow=1, proto="tcp", src="", dst="192.0.2.1:80", procid=2, rx_bytes=7),
            Flow(flow=2, proto="tcp", src="", dst="192.0.2.1:80"),
        ),
    )
    places = Places(OURS, log)
    assert places.moved(Injection(procid=2, op="x", procid_target=1)) == Injection(procid=8, op="x", procid_target=5)
    assert places.moved(DnsQuery(name="a", flow=2)) == DnsQuery(name="a", flow=4)
    assert [(flow.flow, flow.procid, flow.rx_bytes) for flow in places.flows()] == [(3, 8, 7), (4, None, None)]
    assert places.is_new_flow(4)
    assert not places.is_new_flow(3)
