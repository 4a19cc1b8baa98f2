"""What programs of Windows do to files."""

from fulgurite.engines.emulator.programs.disk import Disk
from fulgurite.model.events import FileAccess
from tests.engines.emulator.programs.conftest import Desk


def test_each_deed_has_its_event(desk: Desk) -> None:
    process = desk.guest.processes.start("C:\\Windows\\System32\\cmd.exe", "cmd", parent=None, cwd="C:\\Users\\Public")
    disk = Disk(desk.guest, process)
    assert disk.write("a.txt", b"one")
    assert disk.write("a.txt", b"two", appends=True)
    assert disk.read("a.txt") == b"onetwo"
    assert disk.read("b.txt") is None
    [node] = disk.matching("*.txt")
    assert disk.copy(node, disk.target(node, "C:\\ProgramData"))
    assert disk.move(node, disk.path("c.txt"))
    assert not disk.write("C:\\NoSuch\\x.txt", b"")
    assert disk.exists("C:\\ProgramData\\a.txt")
    assert disk.delete(node)
    assert [(e.verb, e.op, e.status) for e in desk.events(FileAccess)] == [
        ("write", "CreateModify", 0),
        ("write", "OpenModify", 0),
        ("read", "OpenRead", 0),
        ("read", "OpenRead", 0xC0000034),
        ("read", "OpenRead", 0),
        ("write", "CreateModify", 0),
        ("rename", "Rename", 0),
        ("write", "CreateModify", 0xC000003A),
        ("read", "Unknown", 0),
        ("delete", "Delete", 0),
    ]


def test_the_null_device_takes_all_and_tells_nothing(desk: Desk) -> None:
    process = desk.guest.processes.start("C:\\Windows\\System32\\cmd.exe", "cmd", parent=None)
    assert Disk(desk.guest, process).write("nul", b"x")
    assert desk.events(FileAccess) == []
