"""Items as events: each documented and own name typed, everything that does not fit exactly left as it came."""

from typing import Any

import pytest

from fulgurite.importers.metadefender.events import Reading
from fulgurite.model.events import (
    ApiCall,
    DnsAnswer,
    DnsQuery,
    Event,
    FileAccess,
    FlowOwner,
    FlowStart,
    ForeignEvent,
    HttpRequest,
    HttpResponse,
    Injection,
    Memory,
    ModuleLoad,
    ProcessCreate,
    ProcessTerminate,
    RegistryAccess,
    Search,
    Service,
    Suspicious,
    SyncObject,
    Task,
    TlsHandshake,
)
from tests.builders import process

A = {"name": "a.test", "type": "IN A", "value": "192.0.2.1"}
READING = Reading("windows", {1: process(1, pid=5, image="C:\\a.exe", cmd="a", orig=False)})
CREATION = {"status": 0, "kind": "Create", "pid": 5, "cmd": "a", "image": "C:\\a.exe", "orig": False, "proc": 1}

TYPED: list[tuple[str, str, dict[str, Any], Event]] = [
    ("processes", "windows.proc.terminate", {"status": 1, "pid": 5, "proc": 1}, ProcessTerminate(procid=1, status=1)),
    ("processes", "windows.proc.terminate", {"status": 1}, ProcessTerminate(status=1)),
    (
        "files",
        "windows.file.rename",
        {"op": "Rename", "path": "a", "dst": "b", "status": 0, "proc": 1, "time": 4, "count": 2},
        FileAccess(verb="rename", op="Rename", path="a", dst="b", status=0, procid=1, at_ms=4, count=2),
    ),
    (
        "registry",
        "windows.reg.write",
        {"op": "SetValueKeyInt", "path": "HKLM\\a", "status": 0, "value": 1},
        RegistryAccess(verb="write", op="SetValueKeyInt", path="HKLM\\a", status=0, value=1),
    ),
    (
        "mutex",
        "windows.event",
        {"op": "EventOpen", "event": "E", "status": 3221225524},
        SyncObject(object="event", op="EventOpen", name="E", status=3221225524),
    ),
    (
        "search",
        "windows.search.process",
        {"op": "Process32First", "target": "*"},
        Search(object="process", op="Process32First", target="*"),
    ),
    (
        "misc",
        "windows.inject",
        {"op": "QueueUserAPC", "proc_target": 2, "address": 1, "size": 3},
        Injection(op="QueueUserAPC", procid_target=2, address=1, size_bytes=3),
    ),
    ("misc", "windows.suspicious", {"event": "SetWindowsHookEx"}, Suspicious(act="SetWindowsHookEx")),
    ("misc", "windows.memory", {"op": "Protect", "protection": "rwx"}, Memory(op="Protect", protection="rwx")),
    ("misc", "windows.module", {"path": "a.dll"}, ModuleLoad(path="a.dll")),
    ("misc", "windows.service", {"op": "Create", "service": "s"}, Service(op="Create", name="s")),
    (
        "misc",
        "windows.task",
        {"op": "Register", "task": "t", "command": "c"},
        Task(op="Register", name="t", command="c"),
    ),
    ("misc", "windows.api", {"api": "a.b", "args": ["1"], "ret": "0"}, ApiCall(api="a.b", args=("1",), ret="0")),
    (
        "flowLabels",
        "net.flow.start",
        {"flow": 1, "proto": "udp", "remote_addr": "192.0.2.1", "remote_port": "53", "local_port": "0"},
        FlowStart(flow=1, proto="udp", remote_addr="192.0.2.1", remote_port=53, local_port=0),
    ),
    ("network", "net.flow.proc", {"flow": 1, "proc": 1, "time": 5}, FlowOwner(flow=1, procid=1, at_ms=5)),
    (
        "network",
        "net.dns.request",
        {"domains": ["a.test"], "questions": [{"name": "a.test", "type": "IN MX"}]},
        DnsQuery(name="a.test", type="MX"),
    ),
    (
        "network",
        "net.dns.response",
        {"domains": ["a.test"], "ip": ["192.0.2.1"], "answers": [A]},
        DnsAnswer(name="a.test", values=("192.0.2.1",)),
    ),
    ("network", "net.dns.response", {"domains": ["a.test"], "answers": []}, DnsAnswer(name="a.test")),
    (
        "network",
        "net.http.request",
        {"method": "GET", "url": "http://a.test/", "headers": ["A: b"], "index": 0},
        HttpRequest(method="GET", url="http://a.test/", headers=("A: b",), index=0),
    ),
    ("network", "net.http.response", {"status": "404", "flow": 2}, HttpResponse(status=404, flow=2)),
    ("network", "net.tls.client", {"sni": "a.test"}, TlsHandshake(sni="a.test")),
]

FOREIGN: list[tuple[str, str, dict[str, Any]]] = [
    ("misc", "windows.file.read", {"op": "OpenRead", "path": "a"}),
    ("files", "linux.file.read", {"op": "OpenRead", "path": "a"}),
    ("files", "windows.file.odd", {"op": "OpenRead", "path": "a"}),
    ("files", "windows.file.read", {"op": "OpenRead", "path": "a", "odd": 1}),
    ("files", "windows.file.read", {"op": "OpenRead"}),
    ("files", "windows.file.read", {"op": "OpenRead", "path": "a", "status": None}),
    ("files", "windows.file.read", {"op": "OpenRead", "path": "a", "status": 0.0}),
    ("files", "windows.file.read", {"op": "OpenRead", "path": "a", "status": True}),
    ("files", "windows.file.read", {"op": "OpenRead", "path": "a", "count": 1}),
    ("mutex", "windows.mutant", {"op": "EventOpen", "event": "E"}),
    ("mutex", "windows.mutant", {"op": "MutantCreate", "mutant": "M", "event": "E"}),
    ("processes", "windows.proc.terminate", {"status": 0, "pid": 6, "proc": 1}),
    ("processes", "windows.proc.terminate", {"status": 0, "pid": 6}),
    ("misc", "windows.api", {"api": "a.b", "args": []}),
    ("flowLabels", "net.flow.start", {"flow": 1, "proto": "udp", "remote_addr": "a", "remote_port": "080"}),
    ("flowLabels", "net.flow.start", {"flow": 1, "proto": "udp", "remote_addr": "a", "remote_port": "٣"}),
    ("flowLabels", "net.flow.start", {"flow": 1, "proto": "udp", "remote_addr": "a", "remote_port": 80}),
    ("network", "net.flow.start", {"flow": 1, "proto": "udp", "remote_addr": "a"}),
    ("network", "net.dns.request", {"domains": [], "questions": []}),
    ("network", "net.dns.request", {"domains": ["a"], "questions": [{"name": "b", "type": "IN A"}]}),
    ("network", "net.dns.request", {"domains": ["a"], "questions": [{"name": "a", "type": "A"}]}),
    ("network", "net.dns.response", {"domains": ["a.test"], "answers": [A]}),
    ("network", "net.dns.response", {"domains": ["b.test"], "ip": ["192.0.2.1"], "answers": [A]}),
    ("network", "net.dns.response", {"domains": ["a.test"], "answers": [A, {**A, "type": "IN MX"}]}),
    ("network", "net.dns.response", {"domains": ["a.test"], "answers": [{**A, "type": "A"}]}),
    ("network", "net.dns.response", {"domains": ["a.test", "b.test"], "answers": []}),
    ("network", "net.http.response", {"status": "OK"}),
]


@pytest.mark.parametrize(("bucket", "n", "d", "event"), TYPED)
def test_names_that_have_a_type(bucket: str, n: str, d: dict[str, Any], event: Event) -> None:
    assert READING.event(bucket, {"n": n, "d": d}) == event


@pytest.mark.parametrize(("bucket", "n", "d"), FOREIGN)
def test_what_does_not_fit_stays_as_it_came(bucket: str, n: str, d: dict[str, Any]) -> None:
    assert READING.event(bucket, {"n": n, "d": d}) == ForeignEvent(bucket=bucket, n=n, d=d, procid=d.get("proc"))


def test_a_creation_with_the_facts_of_its_process() -> None:
    item = {"n": "windows.proc.create", "d": CREATION, "name": "a.exe"}
    assert READING.event("processes", item) == ProcessCreate(procid=1)


@pytest.mark.parametrize(
    ("d", "name"),
    [
        ({**CREATION, "pid": 6}, "a.exe"),
        (CREATION, "b.exe"),
        (CREATION, None),
        ({**CREATION, "proc": 9}, "a.exe"),
        ({key: value for key, value in CREATION.items() if key != "proc"}, "a.exe"),
        ({**CREATION, "cmd": []}, "a.exe"),
        ({**CREATION, "image": 1}, None),
    ],
)
def test_a_creation_of_another_form_stays_as_it_came(d: dict[str, Any], name: str | None) -> None:
    item = {"n": "windows.proc.create", "d": d} if name is None else {"n": "windows.proc.create", "d": d, "name": name}
    event = READING.event("processes", item)
    assert isinstance(event, ForeignEvent)
    assert (event.d, event.name) == (d, name)


def test_a_command_line_of_several_words() -> None:
    reading = Reading("linux", {1: process(1, pid=5, ppid=None, image="/bin/a", cmd=("a", "-b"), orig=None)})
    d = {"status": 0, "kind": "Create", "pid": 5, "cmd": ["a", "-b"], "image": "/bin/a", "proc": 1}
    assert reading.event("processes", {"n": "linux.proc.create", "d": d, "name": "a"}) == ProcessCreate(procid=1)


def test_the_actor_of_a_foreign_event_is_a_whole_number() -> None:
    assert READING.event("misc", {"n": "x", "d": {"proc": "1"}}).procid is None
    assert READING.event("misc", {"n": "x", "d": {"proc": True}}).procid is None
