"""Reading and writing of what is open."""

from pathlib import Path

import pytest

from fulgurite.engines.emulator import opening, status, transfer
from fulgurite.engines.emulator.opening import Device, Pipe, Wanted
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.model.events import FileAccess, Suspicious
from tests.engines.emulator.workshop import Workshop


def test_positions_move_and_appending_goes_to_the_end(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call = desk.call("WriteFile")
    file = opening.opened(call, "C:\\a", Wanted(0xC0000000, opening.CREATE)).thing
    transfer.write_to(call, file, b"abc")
    transfer.write_to(call, file, b"x", 1)
    assert transfer.read_from(call, file, 10) == b"c"
    appending = opening.opened(call, "C:\\a", Wanted(opening.APPEND_DATA, opening.OPEN)).thing
    transfer.write_to(call, appending, b"!")
    assert file.node.data == b"axc!"
    assert transfer.size_of(call, file) == 4
    assert [e.verb for e in desk.events(FileAccess)] == ["write", "read", "write"]


def test_what_was_not_asked_for_is_refused(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call = desk.call("WriteFile")
    file = opening.opened(call, "C:\\Windows\\win.ini", Wanted(0x80000000, opening.OPEN)).thing
    with pytest.raises(NtFailure) as failure:
        transfer.write_to(call, file, b"x")
    assert failure.value.status == status.ACCESS_DENIED
    with pytest.raises(NtFailure):
        transfer.read_from(call, None, 1)


def test_pipes_and_devices(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call = desk.call("WriteFile")
    pipe, disk = Pipe("p"), Device("\\\\.\\PhysicalDrive0", 0)
    transfer.write_to(call, pipe, b"abc")
    assert transfer.read_from(call, pipe, 2) == b"ab"
    transfer.write_to(call, disk, b"abc")
    transfer.write_to(call, disk, b"abc")
    assert transfer.read_from(call, disk, 4) == bytes(4)
    assert len(desk.events(Suspicious)) == 1


def test_signs() -> None:
    assert [transfer.signed(value, 32) for value in (1, 0xFFFFFFFF, 0x1FFFFFFFE)] == [1, -1, -2]
