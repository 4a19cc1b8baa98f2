"""Event tracing of Windows as CAPE's auxiliary modules write it."""

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.etw import Etw, _end
from fulgurite.model.events import ApiCall, Suspicious
from fulgurite.model.report import Report
from tests import golden


def _read(case: str) -> Report:
    return importers.read(golden.input_of(golden.DATA / "importers/etw" / case))


def test_a_process_with_another_parent_than_its_maker_is_told() -> None:
    report = _read("processes")
    assert [(one.pid, one.ppid, one.image, one.existing) for one in report.processes if not one.existing] == [
        (4768, 100, "C:\\Users\\it's\\bad.exe", False),
        (4800, 200, "C:\\x.exe", False),
    ]
    (spoofed,) = (event for event in report.events if isinstance(event, Suspicious))
    assert spoofed.detail == "parent 200, created by 4768"
    assert spoofed.at_ms == 123
    assert report.requested_at is not None
    assert report.requested_at.isoformat() == "2024-01-17T21:20:00+00:00"
    assert report.tally is not None
    assert report.tally.left == {"IMAGELOAD event 7": 1, "ends of unknown processes": 1, "unreadable lines": 1}


def test_flows_belong_to_their_processes() -> None:
    report = _read("network")
    pids = {one.procid: one.pid for one in report.processes}
    assert [(flow.proto, flow.dst, pids[flow.procid or 0]) for flow in report.flows] == [
        ("udp", "192.0.2.53:53", 2548),
        ("tcp", "192.0.2.1:443", 1884),
        ("tcp", "[2001:db8::1]:80", 1884),
        ("tcp", "192.0.2.9:8080", 77),
        ("tcp", "192.0.2.10:6000", 77),
    ]


def test_what_was_asked_of_wmi_is_a_call_of_who_asked() -> None:
    (call,) = (event for event in _read("wmi").events if isinstance(event, ApiCall))
    assert call.args[0] == "Start IWbemServices::ExecQuery - root\\cimv2 : SELECT * FROM Win32_Process"


@pytest.mark.parametrize(
    ("told", "end"),
    [
        ("192.0.2.1:80", ("192.0.2.1", 80)),
        ("[::ffff:192.0.2.1%2]:53", ("192.0.2.1", 53)),
        ("[fe80::1%12]:5355", ("fe80::1", 5355)),
        ("[::ffff:0:0]:1", (None, 1)),
        ("x", None),
        (None, None),
        ("1:" * 50_000, None),
    ],
)
def test_ends_in_every_spelling(told: str | None, end: tuple[str | None, int | None] | None) -> None:
    assert _end(told) == end


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"{'EventHeader': 1}", b'{"QueryName": "a"}'])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        Etw().parse(Content(data))
