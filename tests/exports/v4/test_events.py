"""Events as `details` shows them, in the documented vocabulary."""

from typing import Any

import pytest

from fulgurite.exports.v4.events import details, some_of
from fulgurite.model.events import (
    DnsAnswer,
    DnsQuery,
    Event,
    FileAccess,
    FlowOwner,
    FlowStart,
    ForeignEvent,
    HttpRequest,
    HttpResponse,
    ProcessTerminate,
    RegistryAccess,
    SyncObject,
)
from tests.builders import created, process, report

SMSS = process(
    1,
    pid=336,
    ppid=None,
    image="C:\\Windows\\System32\\smss.exe",
    cmd="\\SystemRoot\\System32\\smss.exe",
    orig=True,
    existing=True,
)
SMSS_ITEM = {
    "name": "smss.exe",
    "d": {
        "status": 0,
        "orig": True,
        "pid": 336,
        "cmd": "\\SystemRoot\\System32\\smss.exe",
        "image": "C:\\Windows\\System32\\smss.exe",
        "kind": "Existing",
        "time": 94,
        "proc": 1,
    },
    "n": "windows.proc.create",
}


def _only(bucket: str, event: Event, **fields: Any) -> Any:
    shown = details(report(**{"events": (event,), **fields}))["data"]
    assert [name for name, items in shown.items() if items != []] == [bucket]
    (item,) = shown[bucket]
    return item


def test_a_creation_stands_in_two_lists() -> None:
    shown = details(report(processes=(SMSS,), events=(created(1, kind="Existing", at_ms=94),)))
    assert shown["procLabels"] == shown["data"]["processes"] == [SMSS_ITEM]


def test_a_creation_of_a_process_without_facts() -> None:
    item = _only("processes", created(5, at_ms=None), processes=())
    assert item == {"d": {"status": 0, "kind": "Create", "proc": 5}, "n": "windows.proc.create"}


def test_a_creation_of_a_process_without_image() -> None:
    item = _only("processes", created(1), processes=(process(1, image=None),))
    assert "name" not in item
    assert "image" not in item["d"]


@pytest.mark.parametrize(("processes", "pid"), [((process(1, pid=5),), {"pid": 5}), ((), {})])
def test_an_end_names_the_pid_where_it_is_known(processes: Any, pid: dict[str, int]) -> None:
    item = _only("processes", ProcessTerminate(procid=1, status=3), processes=processes)
    assert item == {"d": {**pid, "status": 3, "proc": 1}, "n": "windows.proc.terminate"}


def test_the_documented_names_of_what_a_process_does() -> None:
    assert _only("files", FileAccess(procid=66, verb="read", op="OpenRead", status=0, path="C:\\Windows")) == {
        "d": {"status": 0, "op": "OpenRead", "path": "C:\\Windows", "proc": 66},
        "n": "windows.file.read",
    }
    assert _only("registry", RegistryAccess(procid=66, verb="read", op="QueryKey", status=0, path="HKLM")) == {
        "d": {"path": "HKLM", "status": 0, "op": "QueryKey", "proc": 66},
        "n": "windows.reg.read",
    }
    assert _only(
        "mutex", SyncObject(procid=70, object="mutant", op="MutantCreate", status=1 << 30, name="Local\\M")
    ) == {
        "d": {"status": 1073741824, "op": "MutantCreate", "mutant": "Local\\M", "proc": 70},
        "n": "windows.mutant",
    }
    assert _only("network", FlowOwner(flow=2, at_ms=828, procid=33)) == {
        "d": {"flow": 2, "time": 828, "proc": 33},
        "n": "net.flow.proc",
    }


def test_a_flow_stands_in_flow_labels_alone_with_ports_as_text() -> None:
    event = FlowStart(
        flow=1,
        at_ms=0,
        proto="udp",
        local_addr="10.0.0.71",
        local_port=138,
        remote_addr="10.0.0.255",
        remote_port=138,
    )
    shown = details(report(events=(event,)))
    assert shown["data"]["network"] == []
    assert shown["flowLabels"] == [
        {
            "d": {
                "remote_port": "138",
                "remote_addr": "10.0.0.255",
                "local_port": "138",
                "local_addr": "10.0.0.71",
                "proto": "udp",
                "flow": 1,
                "time": 0,
            },
            "n": "net.flow.start",
        }
    ]


def test_a_flow_without_ports() -> None:
    (item,) = details(report(events=(FlowStart(flow=1, proto="icmp", remote_addr="192.0.2.1"),)))["flowLabels"]
    assert item["d"] == {"remote_addr": "192.0.2.1", "proto": "icmp", "flow": 1}


def test_names_and_requests_on_the_network() -> None:
    assert _only("network", DnsQuery(procid=1, name="a.test", flow=1))["d"] == {
        "flow": 1,
        "domains": ["a.test"],
        "questions": [{"name": "a.test", "type": "IN A"}],
        "proc": 1,
    }
    assert _only("network", DnsAnswer(name="a.test", values=("192.0.2.1",)))["d"] == {
        "domains": ["a.test"],
        "ip": ["192.0.2.1"],
        "answers": [{"name": "a.test", "type": "IN A", "value": "192.0.2.1"}],
    }
    assert _only("network", DnsAnswer(name="a.test", type="CNAME"))["d"] == {"domains": ["a.test"], "answers": []}
    assert _only("network", HttpRequest(method="GET", url="http://a.test/"))["d"] == {
        "method": "GET",
        "url": "http://a.test/",
    }
    assert _only("network", HttpResponse(status=404, headers=("Server: x",)))["d"] == {
        "status": "404",
        "headers": ("Server: x",),
    }


def test_repeats_are_told() -> None:
    assert _only("files", FileAccess(verb="read", op="OpenRead", path="a", count=3))["d"]["count"] == 3


def test_other_systems_have_names_of_their_own() -> None:
    assert _only("files", FileAccess(verb="read", op="OpenRead", path="/etc/passwd"), os="linux")["n"] == (
        "linux.file.read"
    )


def test_foreign_events_keep_their_place_and_form() -> None:
    d = {"odd": [1, {"a": None}]}
    assert _only("files", ForeignEvent(bucket="files", n="x.y", d=d)) == {"d": d, "n": "x.y"}
    assert _only("own", ForeignEvent(bucket="own", n="x.y", d=d, name="z")) == {"name": "z", "d": d, "n": "x.y"}
    shown = details(report(events=(ForeignEvent(bucket="flowLabels", n="net.flow.start", d=d),)))
    assert shown["flowLabels"] == [{"d": d, "n": "net.flow.start"}]
    assert "flowLabels" not in shown["data"]


def test_some_of_the_events_are_shown_with_their_numbers() -> None:
    events: tuple[Event, ...] = (
        created(1),
        FlowStart(flow=1, proto="tcp", remote_addr="192.0.2.1"),
        ForeignEvent(bucket="odd", n="odd.thing", d={"a": 1}),
        DnsQuery(name="a.test"),
    )
    shown = some_of(report(), [(number, events[number]) for number in (3, 1, 2, 0)])
    assert [(one["event"], one["list"], one["n"]) for one in shown] == [
        (3, "network", "net.dns.request"),
        (1, "flowLabels", "net.flow.start"),
        (2, "odd", "odd.thing"),
        (0, "processes", "windows.proc.create"),
    ]
    whole = details(report(events=events))
    assert shown[0] == {"event": 3, "list": "network", **whole["data"]["network"][0]}
