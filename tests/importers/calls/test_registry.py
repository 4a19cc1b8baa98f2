"""Calls on the registry, in the words of CAPE, Cuckoo 1 and 2, and VirusTotal's fork."""

from typing import Any

import pytest

from fulgurite.model.events import RegistryAccess
from tests.importers.calls.made import made, program

RUN = "HKEY_CURRENT_USER\\Software\\Run"


@pytest.mark.parametrize(
    ("api", "args", "verb", "path", "op"),
    [
        (
            "RegOpenKeyExW",
            {"Registry": "0x80000001", "SubKey": "A", "FullName": RUN},
            "read",
            "HKCU\\Software\\Run",
            "OpenKeyEx",
        ),
        ("RegOpenKeyExA", {"Registry": "0x80000002", "SubKey": "A"}, "read", "HKLM\\A", "OpenKeyEx"),
        ("RegOpenKeyExA", {"hKey": "HKEY_LOCAL_MACHINE", "lpSubKey": "A"}, "read", "HKLM\\A", "OpenKeyEx"),
        ("RegOpenKeyExA", {"hKey": "0x000000a4", "lpSubKey": "A"}, "read", "0x000000a4\\A", "OpenKeyEx"),
        ("RegOpenKeyExA", {"hKey": "HKEY_CLASSES_ROOT", "lpSubKey": "(null)"}, "read", "HKCR", "OpenKeyEx"),
        ("RegQueryValueExA", {"hKey": "0x80000000", "lpValueName": "(null)"}, "read", "HKCR", "QueryValueKey"),
        ("NtOpenKey", {"regkey": RUN}, "read", "HKCU\\Software\\Run", "OpenKey"),
        ("NtOpenKeyEx", {"ObjectAttributes": "\\Registry\\Machine\\A"}, "read", "HKLM\\A", "OpenKeyEx"),
        (
            "RegQueryValueExW",
            {"FullName": RUN + "\\v", "ValueName": "v"},
            "read",
            "HKCU\\Software\\Run\\v",
            "QueryValueKey",
        ),
        ("RegEnumKeyExW", {"FullName": RUN}, "read", "HKCU\\Software\\Run", "EnumerateKey"),
        ("RegEnumValueA", {"FullName": RUN}, "read", "HKCU\\Software\\Run", "EnumerateValueKey"),
        ("NtQueryMultipleValueKey", {"FullName": RUN}, "read", "HKCU\\Software\\Run", "QueryMultipleValueKey"),
        ("NtQueryKey", {"KeyInformation": "\\REGISTRY\\MACHINE\\A"}, "read", "HKLM\\A", "QueryKey"),
        ("RegQueryInfoKeyW", {"regkey": RUN}, "read", "HKCU\\Software\\Run", "QueryKey"),
        ("RegCreateKeyExW", {"FullName": RUN, "Disposition": "1"}, "write", "HKCU\\Software\\Run", "CreateKeyEx"),
        ("RegCreateKeyExW", {"FullName": RUN, "Disposition": "2"}, "read", "HKCU\\Software\\Run", "CreateKeyEx"),
        ("NtCreateKey", {"ObjectAttributes": RUN}, "write", "HKCU\\Software\\Run", "CreateKey"),
        ("RegDeleteKeyW", {"FullName": RUN}, "delete", "HKCU\\Software\\Run", "DeleteKey"),
        ("ZwDeleteValueKey", {"FullName": RUN + "\\v"}, "delete", "HKCU\\Software\\Run\\v", "DeleteValueKey"),
    ],
)
def test_rows(api: str, args: dict[str, Any], verb: Any, path: str, op: str) -> None:
    assert made(api, **args) == RegistryAccess(procid=1, verb=verb, path=path, op=op, status=0)


@pytest.mark.parametrize(
    ("kind", "data", "op", "value"),
    [
        ("4", "0x10", "SetValueKeyInt", 16),
        ("REG_DWORD", "many", "SetValueKeyInt", "many"),
        ("1", "C:\\a.exe", "SetValueKeyStr", "C:\\a.exe"),
        ("3", "\\x00", "SetValueKeyDat", "\\x00"),
        (None, None, "SetValueKeyDat", None),
    ],
)
def test_values_that_are_written(kind: str | None, data: str | None, op: str, value: str | int | None) -> None:
    event = made("RegSetValueExW", FullName=RUN + "\\v", Type=kind, Buffer=data)
    path = "HKCU\\Software\\Run\\v"
    assert event == RegistryAccess(procid=1, verb="write", path=path, op=op, status=0, value=value)


def test_handles_lead_to_their_keys() -> None:
    by = program()
    made("RegOpenKeyExA", by=by, hKey="HKEY_CURRENT_USER", lpSubKey="A", returned="0x00000210")
    event = made("RegSetValueExA", by=by, hKey="0x00000210", lpValueName="v", dwType="1", lpData="x")
    assert isinstance(event, RegistryAccess)
    assert event.path == "HKCU\\A\\v"
    made("NtOpenKey", by=by, KeyHandle="0x30", ObjectAttributes=RUN)
    event = made("NtEnumerateValueKey", by=by, KeyHandle="0x30")
    assert isinstance(event, RegistryAccess)
    assert event.path == "HKCU\\Software\\Run"


def test_what_names_no_key_is_left() -> None:
    assert made("RegQueryValueExA", hKey="0x00000214", lpValueName="v") is None
    assert made("NtQueryKey", KeyHandle="0x30") is None
    assert made("RegSetValueExA") is None


def test_failing_calls_keep_their_status_and_open_nothing() -> None:
    by = program()
    event = made("RegOpenKeyExW", by=by, ok=False, returned="0x00000002", FullName=RUN, Handle="0x5")
    assert isinstance(event, RegistryAccess)
    assert event.status == 0xC0000034
    assert by.keys == {}


def test_handles_that_come_back_by_a_pointer() -> None:
    by = program()
    made("RegOpenKeyExW", by=by, returned="0x0", hKey="0x80000002", lpSubKey="A", phkResult="0x860")
    event = made("RegQueryValueExW", by=by, hKey="0x860", lpValueName="v")
    assert isinstance(event, RegistryAccess)
    assert event.path == "HKLM\\A\\v"
