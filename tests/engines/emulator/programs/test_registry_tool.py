"""reg.exe and regedit.exe."""

from fulgurite.model.events import RegistryAccess
from tests.engines.emulator.programs.conftest import Desk


def test_values_are_added_queried_and_deleted(desk: Desk) -> None:
    key = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"
    desk.run(f'reg add {key} /v Me /t REG_SZ /d "C:\\a b.exe" /f', program="reg.exe")
    query = desk.run(f"reg query {key} /v Me", program="reg.exe")
    assert "C:\\a b.exe" in "".join(query.output)
    assert desk.run(f"reg delete {key} /v Me /f", program="reg.exe").exit_status == 0
    assert desk.run(f"reg query {key} /v Me", program="reg.exe").exit_status == 1
    assert [(e.verb, e.op, e.path, e.status) for e in desk.events(RegistryAccess)] == [
        ("write", "CreateKeyEx", key, 0),
        ("write", "SetValueKeyStr", f"{key}\\Me", 0),
        ("read", "QueryValueKey", f"{key}\\Me", 0),
        ("delete", "DeleteValueKey", f"{key}\\Me", 0),
        ("read", "QueryValueKey", f"{key}\\Me", 0xC0000034),
    ]


def test_a_file_is_imported(desk: Desk) -> None:
    desk.put(
        "C:\\Users\\Public\\x.reg",
        'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Made]\r\n"a\\\\b"="c:\\\\d"\r\n'
        '"n"=dword:0000002a\r\n@=hex:01,\\\r\n  02\r\n"n"=-\r\n[-HKEY_CURRENT_USER\\Software\\Made]\r\n',
    )
    desk.run("reg import C:\\Users\\Public\\x.reg", program="reg.exe")
    events = desk.events(RegistryAccess)
    assert [(e.op, e.value) for e in events] == [
        ("CreateKeyEx", None),
        ("SetValueKeyStr", "c:\\d"),
        ("SetValueKeyInt", 42),
        ("SetValueKeyDat", "0102"),
        ("DeleteValueKey", None),
        ("DeleteKey", None),
    ]
