"""Arguments by all their names; who is meant by a call."""

from tests.importers.calls.made import call, program


def test_arguments_are_found_under_each_name() -> None:
    one = call("x", FileName="", filepath="C:\\a", ProcessId="0xc8", lpName=["n"], Size=b"")
    assert one.text("FileName", "filepath") == "C:\\a"
    assert one.text("lpName") == "n"
    assert one.text("other") is None
    assert one.number("Size", "ProcessId") == 200


def test_status() -> None:
    assert call("NtOpenKey", ok=False, returned="0xffffffffc0000034").status == 0xC0000034
    assert call("CreateFileW", ok=False, returned="0xffffffff").status == 0xC0000001
    assert call("CreateFileW", returned="0x4").text_of_return() == "0x4"


def test_whom_a_call_reaches() -> None:
    assert call("x", ProcessId=200).target == 2
    assert call("x", ProcessId=100).target is None
    assert call("x", ProcessId=999).target is None
    assert call("x", ProcessId=999).is_elsewhere
    assert not call("x", process_identifier="100").is_elsewhere
    assert not call("x", ProcessHandle="0xffffffff").is_elsewhere
    assert not call("x", ProcessHandle="0xffffffffffffffff").is_elsewhere
    assert call("x", ProcessHandle="0x1c4").is_elsewhere
    assert not call("x").is_elsewhere


def test_a_program_begins_without_handles() -> None:
    assert (program().keys, program().files, program().hosts) == ({}, {}, {})
