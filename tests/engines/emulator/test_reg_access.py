"""Access to the registry as it is recorded."""

from pathlib import Path

import pytest

from fulgurite.engines.emulator import reg_access, status
from fulgurite.engines.emulator.registry import REG_BINARY, REG_SZ, Value
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.model.events import RegistryAccess
from tests.engines.emulator.workshop import Workshop

USER, MACHINE = 0x80000001, 0x80000002


@pytest.mark.parametrize("handle", [USER, 0xFFFFFFFF_80000001])
def test_predefined_handles_of_both_widths(tmp_path: Path, handle: int) -> None:
    assert reg_access.key_of(Workshop(tmp_path).call("x"), handle).path == "HKCU"


def test_no_handle(tmp_path: Path) -> None:
    with pytest.raises(NtFailure) as failure:
        reg_access.key_of(Workshop(tmp_path).call("x"), 0x1234)
    assert failure.value.status == status.INVALID_HANDLE


def test_a_key_and_its_values(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call = desk.call("RegX")
    key, is_new = reg_access.created(call, reg_access.key_of(call, USER), "Software\\Own\\", 0)
    assert is_new
    assert reg_access.stored(call, key, Value("v", REG_SZ, "x\0".encode("utf-16-le"))) == 0
    assert reg_access.queried(call, key, "V").shown == "x"
    assert reg_access.value_deleted(call, key, "v") == 0
    assert reg_access.value_deleted(call, key, "v") == status.OBJECT_NAME_NOT_FOUND
    assert reg_access.key_deleted(call, key.path) == 0
    with pytest.raises(NtFailure):
        reg_access.opened(call, reg_access.key_of(call, USER), "Software\\Own", 0)
    own = "HKCU\\Software\\Own"
    assert [(e.path, e.op) for e in desk.events(RegistryAccess)] == [
        (own, "CreateKeyEx"),
        (own + "\\v", "SetValueKeyStr"),
        (own + "\\V", "QueryValueKey"),
        (own + "\\v", "DeleteValueKey"),
        (own + "\\v", "DeleteValueKey"),
        (own, "DeleteKey"),
        (own, "OpenKeyEx"),
    ]


def test_the_view_of_a_32_bit_program(tmp_path: Path) -> None:
    call = Workshop(tmp_path, 32).call("x")
    assert reg_access.path_below(call, "HKLM", "SOFTWARE\\X", 0) == "HKLM\\SOFTWARE\\WOW6432Node\\X"
    assert reg_access.path_below(call, "HKLM", "SOFTWARE\\X", reg_access.WOW64_64KEY) == "HKLM\\SOFTWARE\\X"


def test_texts_are_stored_as_utf_16(tmp_path: Path) -> None:
    call = Workshop(tmp_path).call("RegSetValueExA")
    assert reg_access.from_guest(call, REG_SZ, b"a\0") == b"a\0\0\0"
    assert reg_access.to_guest(call, REG_SZ, b"a\0\0\0") == b"a\0"
    assert reg_access.from_guest(call, REG_BINARY, b"a") == b"a"
    assert reg_access.terminated(REG_SZ, b"a\0") == b"a\0\0\0"
