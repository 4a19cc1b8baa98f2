"""Calls as events."""

from typing import Any

from fulgurite.model.events import ApiCall, Event, RegistryAccess, SyncObject
from tests.importers.cuckoo.made import called, process, read

KEY = "HKEY_LOCAL_MACHINE\\A"


def _events(*calls: dict[str, Any], **sections: Any) -> list[Event]:
    report = read(behavior={"processes": [process(1, *calls)]}, **sections)
    return list(report.events[1:])


def test_repeats_are_counts() -> None:
    calls = [called("NtOpenKey", ObjectAttributes=KEY, repeated=2), called("NtOpenKey", 6, ObjectAttributes=KEY)]
    expected = RegistryAccess(procid=1, verb="read", path="HKLM\\A", op="OpenKey", status=0, count=4, at_ms=0)
    assert _events(*calls) == [expected]


def test_arguments_may_be_an_object_a_list_or_nothing() -> None:
    calls = [
        called("NtCreateMutant", arguments={"mutant_name": "M"}, status=1),
        called("NtCreateMutant", arguments=[{"name": "MutexName", "value": ["N"]}, {"name": None}], status="SUCCESS"),
        called("NtCreateMutant", arguments=None, status=0),
    ]
    assert [event.name for event in _events(*calls) if isinstance(event, SyncObject)] == ["M", "N"]


def test_failures_in_all_spellings() -> None:
    calls = [called("CreateMutexW", lpName=str(status), status=status) for status in (False, 0, "FAILURE", "0")]
    assert {event.status for event in _events(*calls) if isinstance(event, SyncObject)} == {0xC0000001}


def test_calls_that_a_signature_points_to_are_kept() -> None:
    finding = {"name": "s", "severity": 1, "data": [{"type": "call", "pid": 1, "cid": 7}]}
    report = read(
        behavior={"processes": [process(1, called("NtClose", id=6), called("NtClose", id=7, Handle="0x1"))]},
        signatures=[finding],
    )
    (indicator,) = report.signatures[0].indicators
    assert indicator.event is not None
    assert report.events[indicator.event] == ApiCall(procid=1, api="NtClose", args=("Handle=0x1",), at_ms=0)
    assert report.tally is not None
    assert report.tally.left["api NtClose"] == 1


def test_calls_without_a_name_are_counted() -> None:
    report = read(behavior={"processes": [process(1, {"api": None}, called("Sleep"))]})
    assert report.outcome == "partial"
    assert report.tally is not None
    assert report.tally.left["unreadable calls"] == 1


def test_numbers_beyond_all_bounds() -> None:
    returned: dict[str, Any] = {"return": "0x" + "f" * 300}
    calls = [
        called("NtCreateMutant", MutexName="M", repeated=10**30, **returned),
        called("NtAllocateVirtualMemory", Protection=-1, BaseAddress=-5, ProcessId=10**40),
        called("connect", ip="192.0.2.1", port=10**9),
    ]
    assert len(_events(*calls)) > 1


def test_times_that_are_none_and_clocks_that_jump() -> None:
    calls = [
        called("NtCreateMutant", MutexName="a", timestamp="2024-01-02 03:04:05,500"),
        called("NtCreateMutant", MutexName="b", timestamp="soon"),
        called("NtCreateMutant", MutexName="c", timestamp="2024-01-02 03:04:05,100"),
    ]
    events = [event for event in _events(*calls) if isinstance(event, SyncObject)]
    assert [(event.name, event.at_ms) for event in events] == [("c", 0), ("a", 400), ("b", None)]


def test_clocks_that_were_set_between() -> None:
    services = process(4, first_seen="2024-01-02 01:00:00,000")
    sample = process(5, called("NtOpenFile", 5, FileName="C:\\a"), first_seen="2024-01-02 03:10:00,000")
    report = read(behavior={"processes": [services, sample]})
    assert [one.started_ms for one in report.processes] == [0, 0]
    assert [event.at_ms for event in report.events] == [0, 0, 0]
