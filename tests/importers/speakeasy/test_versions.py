"""What versions of Speakeasy write differently: arguments as objects, events in other processes, flattened points."""

import json
from typing import Any

from fulgurite import importers
from fulgurite.model.events import (
    ApiCall,
    DnsQuery,
    FlowStart,
    HttpRequest,
    Injection,
    Memory,
    RegistryAccess,
    SyncObject,
)
from fulgurite.model.report import Report

POS = {"tick": 1, "tid": 2, "pid": 9, "pc": 3}


def _read(*events: dict[str, Any]) -> Report:
    listed = [{"pos": POS, **event} for event in events]
    whole = {"report_version": "5.0.0", "emulation_total_runtime": 1.5, "entry_points": [{"ep_type": "x"}]}
    whole["entry_points"] = [{"ep_type": "module_entry", "start_addr": "0x1", "events": listed}]
    return importers.read(json.dumps(whole).encode())


def _api(name: str, *args: tuple[str, str, Any, str]) -> dict[str, Any]:
    shown = [{"name": word, "type": kind, "value": value, "display": told} for word, kind, value, told in args]
    return {"event": "api", "api_name": name, "args": shown, "ret_val": "0x1"}


def test_arguments_that_are_objects() -> None:
    report = _read(
        _api(
            "kernel32.CreateMutexA",
            ("attributes", "ptr", 0, "0x0"),
            ("initial", "bool", 1, "TRUE"),
            ("name", "str", 4096, "M"),
        ),
        _api(
            "advapi32.RegOpenKeyExA",
            ("hKey", "handle", 0x80000002, "0x80000002"),
            ("lpSubKey", "str", 4096, "Software\\A"),
        ),
        _api(
            "kernel32.VirtualAlloc",
            ("a", "ptr", 0, "0x0"),
            ("s", "int", 4096, "0x1000"),
            ("t", "flags", 0x3000, "X|Y"),
            ("p", "flags", 0x40, "PAGE_EXECUTE_READWRITE"),
        ),
        _api("user32.Unheard", ("text", "str", 4096, "told"), ("", "int", 5, "0x5")),
    )
    assert [event.name for event in report.events if isinstance(event, SyncObject)] == ["M"]
    assert [event.path for event in report.events if isinstance(event, RegistryAccess)] == ["HKLM\\Software\\A"]
    assert [(e.protection, e.size_bytes) for e in report.events if isinstance(e, Memory)] == [("rwx", 4096)]
    assert [event.args for event in report.events if isinstance(event, ApiCall)] == [("text=told", "0x5")]


def test_events_that_are_about_another_process() -> None:
    report = _read(
        {"event": "process_create", "path": "C:\\b", "cmdline": "b", "pid": 12},
        {
            "event": "mem_alloc",
            "path": "C:\\b",
            "base": "0x1000",
            "size": "0x20",
            "protect": "PAGE_READWRITE",
            "pid": 12,
        },
        {"event": "mem_write", "path": "C:\\b", "base": "0x1000", "size": 32, "pid": 12},
        {"event": "mem_write", "path": "C:\\a", "base": "0x1000", "size": 32, "pid": 9},
        {"event": "thread_inject", "path": "C:\\b", "start_addr": "0x1000", "param": "0x0", "pid": 12},
    )
    assert [(one.pid, one.injected) for one in report.processes] == [(9, False), (12, True)]
    injections = [(e.op, e.procid_target, e.size_bytes) for e in report.events if isinstance(e, Injection)]
    assert injections == [("WriteProcessMemory", 2, 32), ("CreateRemoteThread", 2, None)]
    assert [(e.procid_target, e.protection) for e in report.events if isinstance(e, Memory)] == [(2, "rw-")]
    assert report.tally is not None
    assert report.tally.left == {"event mem_write": 1}


def test_process_events_of_the_first_version() -> None:
    point = {
        "ep_type": "module_entry",
        "process_events": [
            {"event": "create", "pid": 12, "path": "C:\\b", "cmdline": "b"},
            {"event": "mem_write", "pid": 12, "path": "C:\\b", "base": "0x1000", "size": 32},
            {"event": "thread_inject", "pid": 12, "path": "C:\\b", "start_addr": "0x1000"},
            {"event": "thread_create", "pid": 12, "path": "C:\\b"},
        ],
    }
    report = importers.read(json.dumps([point]).encode())
    assert [event.op for event in report.events if isinstance(event, Injection)] == [
        "WriteProcessMemory",
        "CreateRemoteThread",
    ]
    assert report.tally is not None
    assert report.tally.left == {"process_events thread_create": 1}


def test_traffic_without_a_server_and_sockets_that_listen() -> None:
    report = _read(
        {"event": "net_traffic", "server": "192.0.2.1", "port": 5, "proto": "tcp", "type": "connect"},
        {"event": "net_traffic", "server": "192.0.2.2", "port": 6, "proto": "tcp", "type": "bind"},
        {"event": "net_http", "server": "", "port": 443, "proto": "tcp.https", "headers": ""},
    )
    assert report.outcome == "completed"
    assert [event.remote_addr for event in report.events if isinstance(event, FlowStart)] == ["192.0.2.1"]
    assert report.tally is not None
    assert report.tally.left == {"traffic bind": 1, "traffic to no server": 1}


def test_a_point_with_its_network_events_flattened() -> None:
    point = {
        "apis": [{"api_name": "ws2_32.gethostbyname", "args": ["0xc0000"], "ret_val": "0x0"}],
        "network_events.traffic": [{"server": "a.test", "port": 80, "proto": "tcp.http"}],
        "network_events.dns": [{"query": "b.test"}],
        "unheard": [1, 2],
    }
    report = importers.read(json.dumps(point).encode())
    assert [event.url for event in report.events if isinstance(event, HttpRequest)] == ["http://a.test/"]
    assert [event.name for event in report.events if isinstance(event, DnsQuery)] == ["b.test"]
    assert report.tally is not None
    assert report.tally.left["entry point unheard"] == 2
