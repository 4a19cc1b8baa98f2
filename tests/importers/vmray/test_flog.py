"""flog.xml: calls by process, texts as they were."""

import pytest

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.vmray import VmrayLog
from fulgurite.model.events import ApiCall, FlowStart, Injection, RegistryAccess
from fulgurite.model.report import Report

PROCESS = '<monitor_process ts="1" process_id="1" os_pid="0x64" image_name="a.exe"/>'


def _read(*elements: str) -> Report:
    inner = "".join(elements)
    return VmrayLog().parse(
        Content(f'<analysis log_version="2" analysis_date="99.99.2024 00:00:00">{PROCESS}{inner}</analysis>'.encode())
    )


def _call(name: str, inner: str, returned: str = "0x0") -> str:
    out = f'<out><param name="ret_val" value="{returned}"/></out>'
    return f'<fncall ts="5" process_id="1" name="{name}"><in>{inner}</in>{out}</fncall>'


def test_calls_become_events() -> None:
    key = '<param name="ObjectAttributes" value="0x1"><deref value="\\\\REGISTRY\\\\MACHINE\\\\X"/></param>'
    address = '<param name="ip" value="192.0.2.1"/><param name="port" value="80"/>'
    target = '<param name="ProcessId" value="0x9"/>'
    report = _read(
        _call("sys_NtOpenKey", key, "0xc0000034"),
        _call("connect", address),
        _call("WriteProcessMemory", target, "0x1"),
        _call("Odd", '<param name="a" value="&quot;b&quot;"/>', "0x1"),
        '<fncall name=""/>',
        "<unmonitor_process/>",
    )
    (key_event,) = [event for event in report.events if isinstance(event, RegistryAccess)]
    assert (key_event.path, key_event.status, key_event.at_ms) == ("HKLM\\X", 0xC0000034, 5)
    assert [event.remote_addr for event in report.events if isinstance(event, FlowStart)] == ["192.0.2.1"]
    assert [event.op for event in report.events if isinstance(event, Injection)] == ["WriteProcessMemory"]
    assert [event.args for event in report.events if isinstance(event, ApiCall)] == [("a=b",)]
    assert report.tally is not None
    assert report.tally.left == {"unreadable fncall": 1, "unmonitor_process": 1}
    assert report.requested_at is None


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxx">]><analysis><fncall name="&x;"/></analysis>'
    assert VmrayLog().sniff(Content(bomb))
    with pytest.raises(MalformedReport, match="entities"):
        VmrayLog().parse(Content(bomb))


def test_handles_lead_to_keys_and_addresses_are_no_names() -> None:
    opened = (
        '<fncall ts="2" process_id="1" name="RegOpenKeyExW"><in><param name="hKey" value="0xffffffff80000002"/>'
        '<param name="lpSubKey" value="0x1fe"><deref type="str" value="A"/></param></in><out>'
        '<param name="phkResult" value="0x412"><deref value="0x860"/></param>'
        '<param name="ret_val" value="0x0"/></out></fncall>'
    )
    asked = (
        '<fncall ts="3" process_id="1" name="RegQueryValueExW"><in><param name="hKey" value="0x860"/>'
        '<param name="lpValueName" value="0x0"><deref type="str"/></param></in></fncall>'
        '<fncall ts="4" process_id="1" name="CreateFileW"><in><param name="lpFileName" value="0x1fe0"/></in></fncall>'
    )
    report = VmrayLog().parse(Content(f'<analysis log_version="2">{opened}{asked}</analysis>'.encode()))
    paths = [event.path for event in report.events if isinstance(event, RegistryAccess)]
    assert paths == ["HKLM\\A", "HKLM\\A"]
    assert report.tally is not None
    assert report.tally.left == {"api CreateFileW": 1}
