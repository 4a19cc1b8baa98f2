"""Views of sections."""

from pathlib import Path

from fulgurite.engines.emulator import opening, views
from fulgurite.engines.emulator.objects import Section
from fulgurite.engines.emulator.opening import Wanted
from tests.engines.emulator.workshop import Workshop


def test_views_of_one_section_see_each_other_when_mapped(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call = desk.call("MapViewOfFile")
    section = Section(0x2000, 4, content=bytearray(0x2000))
    first = views.mapped(call, section, 0, 0, 0, is_writable=True)
    desk.emu.mem_write(first, b"hello")
    second = views.mapped(call, section, 0, 0, 0x1000, is_writable=False)
    assert call.read(second, 5) == b"hello"
    assert views.unmapped(call, first + 5)
    assert not views.unmapped(call, first)


def test_a_view_of_a_file_is_written_back(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call = desk.call("MapViewOfFile")
    file = opening.opened(call, "C:\\a", Wanted(0xC0000000, opening.CREATE)).thing
    desk.guest.files.resize(file.node, "", 10, desk.process)
    section = Section(10, 4, content=file.node.data, source=file)
    base = views.mapped(call, section, 0, 0, 0, is_writable=True)
    desk.emu.mem_write(base, b"through")
    views.store_views(desk.guest)
    assert file.node.data == b"through\0\0\0"


def test_what_does_not_fit_is_not_mapped(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call = desk.call("MapViewOfFile")
    section = Section(0x1000, 4, content=bytearray(0x1000))
    assert views.mapped(call, section, 0, 0x9000, 0, is_writable=True) == 0
    assert views.mapped(call, section, 0, 0, 1 << 40, is_writable=True) == 0
    assert views.view_at(call, 0x1234) is None


def test_the_views_of_an_ended_process_are_stored_and_forgotten(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    section = Section(0x1000, 4, content=bytearray(0x1000))
    base = views.mapped(desk.call("MapViewOfFile"), section, 0, 0, 0, is_writable=True)
    desk.emu.mem_write(base, b"left")
    views.release_views(desk.guest, desk.emu)
    assert section.content[:4] == b"left"
    assert desk.guest.views == []
