"""The guest's registry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.clock import Clock
from fulgurite.engines.emulator.profile import system, systems
from fulgurite.engines.emulator.registry import (
    MAX_DATA_BYTES,
    REG_BINARY,
    REG_DWORD,
    REG_MULTI_SZ,
    REG_SZ,
    Registry,
    Value,
    redirected,
)
from fulgurite.engines.emulator.status import NtFailure

CURRENT = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"


@pytest.fixture
def tree() -> Registry:
    return Registry(system("windows10"), Clock(0, 0))


@pytest.mark.parametrize("name", systems())
def test_what_programs_ask_for_is_there(name: str) -> None:
    guest = system(name)
    tree = Registry(guest, Clock(0, 0))
    assert tree.value(tree.at(CURRENT), "productname").shown == guest.version.product
    computer = tree.at("HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName")
    assert tree.value(computer, "ComputerName").shown == guest.computer
    assert tree.value(tree.at(CURRENT), "CurrentBuild").shown == str(guest.version.build)
    for path in (
        "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run",
        "HKLM\\SOFTWARE\\Microsoft\\Cryptography",
        "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows NT\\CurrentVersion",
        "HKLM\\SYSTEM\\ControlSet001\\Services\\Disk\\Enum",
        "HKCR\\exefile\\shell\\open\\command",
        f"HKU\\{guest.user_sid}\\Control Panel\\International",
    ):
        assert tree.find(path) is not None, path


def test_no_value_betrays_a_machine_that_is_not_real() -> None:
    texts = str(system("windows10").registry).lower() + str(system("windows7").registry).lower()
    assert [word for word in ("vmware", "vbox", "virtualbox", "qemu", "xen", "bochs", "hyper-v") if word in texts] == []


def test_the_user_has_one_hive(tree: Registry) -> None:
    key = tree.create("HKCU\\Software\\Own")
    assert tree.find(f"HKU\\{system('windows10').user_sid}\\software\\OWN") is key
    classes = tree.create("HKCU\\Software\\Classes\\own")
    assert tree.find("HKCR\\own") is classes


def test_values(tree: Registry) -> None:
    key = tree.create("HKCU\\Software\\Own")
    tree.set(key, Value("a", REG_SZ, "text\0".encode("utf-16-le")))
    tree.set(key, Value("b", REG_DWORD, b"\7\0\0\0"))
    tree.set(key, Value("c", REG_BINARY, b"\1\2"))
    tree.set(key, Value("d", REG_MULTI_SZ, "x\0y\0\0".encode("utf-16-le")))
    assert [(value.shown, value.op) for value in key.values.values()] == [
        ("text", "SetValueKeyStr"),
        (7, "SetValueKeyInt"),
        ("0102", "SetValueKeyDat"),
        ("x; y", "SetValueKeyStr"),
    ]
    tree.delete_value(key, "A")
    with pytest.raises(NtFailure):
        tree.value(key, "a")
    with pytest.raises(NtFailure):
        tree.set(key, Value("big", REG_BINARY, bytes(MAX_DATA_BYTES + 1)))


def test_what_cannot_be_made_or_deleted(tree: Registry) -> None:
    for path in ("HKXX\\a", "HKLM\\NewHive", "HKLM\\SOFTWARE\\" + "n" * 300, "HKCU\\" + "a\\" * 600):
        with pytest.raises(NtFailure):
            tree.create(path)
    for path in ("HKLM\\SOFTWARE", "HKLM", "HKLM\\SOFTWARE\\WOW6432Node"):
        with pytest.raises(NtFailure):
            tree.delete_tree(tree.at(path))
    assert tree.find("HKLM\\SOFTWARE\\WOW6432Node\\Microsoft") is not None
    with pytest.raises(NtFailure) as failure:
        tree.delete(tree.at("HKCU\\Software\\Microsoft"))
    assert failure.value.status == status.CANNOT_DELETE


def test_a_deleted_key_takes_nothing_more(tree: Registry) -> None:
    key = tree.create("HKCU\\Software\\Own\\Below")
    tree.delete_tree(tree.at("HKCU\\Software\\Own"))
    with pytest.raises(NtFailure) as failure:
        tree.set(key, Value("a", REG_SZ, b""))
    assert failure.value.status == status.KEY_DELETED


def test_redirection() -> None:
    assert redirected("HKLM\\Software\\Vendor") == "HKLM\\Software\\WOW6432Node\\Vendor"
    assert redirected("HKLM\\SOFTWARE") == "HKLM\\SOFTWARE\\WOW6432Node"
    assert redirected("HKLM\\SOFTWARE\\WOW6432Node\\x") == "HKLM\\SOFTWARE\\WOW6432Node\\x"
    for shared in ("HKLM\\SOFTWARE\\Policies\\Microsoft", "HKCU\\Software\\x", "HKLM\\SYSTEM\\Select"):
        assert redirected(shared) == shared


def test_native_names(tree: Registry) -> None:
    sid = system("windows10").user_sid
    assert tree.from_native("\\Registry\\Machine\\SOFTWARE\\x") == "HKLM\\SOFTWARE\\x"
    assert tree.from_native(f"\\REGISTRY\\USER\\{sid}\\Software") == "HKCU\\Software"
    assert tree.from_native(f"\\REGISTRY\\USER\\{sid}_Classes\\x") == "HKCU\\Software\\Classes\\x"
    assert tree.from_native("\\Registry\\User\\.DEFAULT") == "HKU\\.DEFAULT"
    assert tree.from_native("\\Other") == ""
    assert tree.to_native("HKCU\\Software") == f"\\REGISTRY\\USER\\{sid}\\Software"


@given(st.text(max_size=60))
def test_any_name_is_found_or_not(name: str) -> None:
    tree = Registry(system("windows10"), Clock(0, 0))
    tree.find(name)
    tree.from_native(name)
    path = f"HKCU\\Software\\{name}"
    try:
        key = tree.create(path)
    except NtFailure:
        return
    assert tree.find(path) is key
