"""Deeds that sources list become events, each once where it is one."""

from typing import Any

import pytest

from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, entries, len_of, mapping, names_in, natural, objects
from fulgurite.model.events import DnsAnswer, DnsQuery, FileAccess, FlowOwner, RegistryAccess
from fulgurite.model.sample import Sample


@pytest.mark.parametrize(
    ("value", "expected"), [([1], [1]), (None, []), ("", []), ({}, []), ({"a": 1}, [{"a": 1}]), ("x", ["x"]), (0, [0])]
)
def test_entries(value: Any, expected: list[Any]) -> None:
    assert entries(value) == expected


def test_small_parts() -> None:
    assert (mapping([]), objects([1, {"a": 1}]), natural("-1"), natural("5")) == ({}, [{"a": 1}], None, 5)
    assert (len_of([1, 2]), len_of(""), len_of(5)) == (2, 0, 1)
    assert names_in(" a b ") == {"a", "b"}


def test_deeds() -> None:
    out = Gathered("test")
    parent = out.process(pid="10", image="a.exe")
    child = out.process(pid=20, ppid=10, cmd="b")
    out.births()
    out.file("write", "\\??\\C:\\x", child)
    out.copied("a", "b")
    out.moved("b", "c")
    out.key("write", "HKEY_LOCAL_MACHINE\\X", value=5)
    out.key("read", {"no": "text"})
    out.flow("tcp", Ends(None, None, "192.0.2.1", 80), child)
    out.flow("tcp", Ends(None, None, "192.0.2.1", 80))
    out.host("192.0.2.1")
    out.host("192.0.2.2")
    for _ in range(2):
        out.domain("a.test", ["192.0.2.1"])
    out.signature("s", score=12, ttps=["T1055"], evidence=["x", "x", None])
    out.family("f")
    out.tag("f")
    out.leave_rest({"rest": [1, 2], "read": [1]}, frozenset({"read"}))
    report = out.report(sample=Sample(), score=0.4)
    assert report.processes[1].procid_parent == parent
    assert (report.score, report.ttps, report.families, report.tags) == (1, ("T1055",), ("f",), ("f",))
    assert [flow.dst for flow in report.flows] == ["192.0.2.1:80", "192.0.2.2"]
    kinds = [type(event) for event in report.events]
    assert (kinds.count(DnsQuery), kinds.count(DnsAnswer), kinds.count(FlowOwner)) == (1, 1, 1)
    assert [event.path for event in report.events if isinstance(event, FileAccess)] == ["C:\\x", "a", "b", "b"]
    assert [event.value for event in report.events if isinstance(event, RegistryAccess)] == [5]
    assert report.outcome == "partial"
    assert report.tally is not None
    assert report.tally.left == {"rest": 2, "unreadable registry": 1}


def test_numbers_in_the_registry() -> None:
    gathered = Gathered("x")
    for value in ("DWORD (0x00000004)", "QWORD (0x00000001-0x00000005)", "Binary Data", 5, True, None):
        gathered.key("write", "HKLM\\A\\b", value=value)
    events = gathered.report(sample=Sample()).events
    assert [(event.op, event.value) for event in events if isinstance(event, RegistryAccess)] == [
        ("SetValueKeyInt", 4),
        ("SetValueKeyInt", 2**32 + 5),
        ("SetValueKeyStr", "Binary Data"),
        ("SetValueKeyStr", 5),
        ("SetValueKeyStr", None),
    ]
