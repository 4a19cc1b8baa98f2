"""EVTX, the form in which Windows itself keeps event logs."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import importers
from fulgurite.errors import InputError, MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.counting import Count
from fulgurite.importers.eventlog import binary
from tests.importers.eventlog.made import evtx_file

LAUNCHED = {
    "System": {"EventID": "1", "Channel": "Microsoft-Windows-Sysmon/Operational"},
    "EventData": {
        "UtcTime": "2024-01-02 03:04:05.678",
        "ProcessGuid": "{11111111-1111-1111-1111-111111111111}",
        "ProcessId": "4321",
        "Image": "C:\\bad.exe",
        "CommandLine": "bad.exe /x",
    },
}
DROPPED = {
    "System": {"EventID": "11", "Channel": "Microsoft-Windows-Sysmon/Operational"},
    "EventData": {
        "UtcTime": "2024-01-02 03:04:06.000",
        "ProcessGuid": "{11111111-1111-1111-1111-111111111111}",
        "ProcessId": "4321",
        "TargetFilename": "C:\\x.txt",
    },
}
LOG = evtx_file(LAUNCHED, DROPPED)


def test_events_go_the_way_of_those_in_json() -> None:
    report = importers.read(LOG)
    assert report.source.name == "eventlog"
    assert [(one.pid, one.image, one.cmd) for one in report.processes] == [(4321, "C:\\bad.exe", "bad.exe /x")]
    assert [getattr(event, "path", None) for event in report.events] == [None, "C:\\x.txt"]
    assert report.tally is not None
    assert report.tally.left == {}


def test_it_comes_out_of_archives() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Security.evtx", LOG)
    (document,) = importers.documents(file.getvalue())
    assert document.data == LOG


@pytest.mark.parametrize("data", [b"ElfFile\0", LOG[:4000], LOG[:4096], evtx_file()])
def test_a_log_without_events_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        importers.read(data)


def test_names_that_lead_in_a_circle_are_no_trap() -> None:
    spoilt = bytearray(LOG)
    spoilt[4096 + 128 : 4096 + 132] = (600).to_bytes(4, "little")
    spoilt[4096 + 600 : 4096 + 604] = (700).to_bytes(4, "little")
    spoilt[4096 + 700 : 4096 + 704] = (600).to_bytes(4, "little")
    with pytest.raises(MalformedReport, match="lead in a circle"):
        importers.read(bytes(spoilt))


def test_a_record_that_is_broken_is_counted() -> None:
    at = LOG.rindex(b"**\0\0")
    spoilt = LOG[: at + 28] + b"\xee" + LOG[at + 29 :]
    count = Count()
    assert len(list(binary.documents(spoilt, count, "x"))) == 1
    assert count.tally().left == {"unreadable records": 1}
    assert importers.importer_of(Content(spoilt)).name == "eventlog"


@given(st.data())
def test_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    spoilt = bytearray(LOG)
    for _ in range(data.draw(st.integers(1, 6))):
        spoilt[data.draw(st.integers(0, 6500))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InputError):
        importers.read(bytes(spoilt))
