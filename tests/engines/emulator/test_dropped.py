"""Files that programs wrote, kept as artifacts."""

from pathlib import Path

from tests.engines.emulator.workshop import Workshop


def test_each_content_is_kept_once(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    node = desk.guest.files.create("C:\\Users\\Public\\a.exe", desk.process)
    desk.guest.dropped.keep(node)
    desk.guest.files.write(node, "", 0, b"MZ", desk.process)
    desk.guest.files.write(node, "Zone.Identifier", 0, b"[ZoneTransfer]", desk.process)
    desk.guest.dropped.keep(node)
    desk.guest.dropped.keep(node)
    assert [(a.path, a.size_bytes) for a in desk.dropped()] == [
        ("C:\\Users\\Public\\a.exe", 2),
        ("C:\\Users\\Public\\a.exe:zone.identifier", 14),
    ]
    first = desk.dropped()[0]
    assert (first.kind, first.origin, first.procid, first.is_kept) == ("martian", "dropped", desk.process.procid, True)
    assert first.name == f"files/0x{node.file_id:016x}-1.dat"


def test_what_no_program_wrote_is_not_kept(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    desk.guest.dropped.keep(desk.guest.files.at("C:\\Windows\\win.ini"))
    assert desk.dropped() == []
