"""Views of sections: pieces of files, or of shared memory, in the memory of processes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from speakeasy.errors import SpeakeasyError
from unicorn import UcError

from fulgurite.engines.emulator.objects import Section
from fulgurite.engines.emulator.opening import OpenFile, noted
from fulgurite.engines.emulator.status import NtFailure

if TYPE_CHECKING:
    from fulgurite.engines.emulator.call import Call
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

MAX_VIEW_BYTES = 256 << 20
PAGE = 0x1000
_FIRST_ADDRESS = 0x60000


@dataclass(eq=False)
class View:
    """A section as one process sees it."""

    section: Section
    process: GuestProcess
    emu: Any
    base: int
    offset: int
    size: int
    is_writable: bool
    seen: bytes = b""
    """The digest of what the view held when it last was what the section holds."""

    def store(self, guest: Guest) -> None:
        """Puts what the process wrote into the view back into the section, and into the file behind it."""
        data = self._data() if self.is_writable else None
        section, content = self.section, self.section.content
        if data is None or _digest(data) == self.seen:
            return
        self.seen = _digest(data)
        if bytes(content[self.offset : self.offset + self.size]) == data:
            return
        file = section.source
        if not isinstance(file, OpenFile):
            content[self.offset : self.offset + self.size] = data
            self._show_others(guest)
            return
        noted(guest, self.process, file, "write")
        data = data[: max(len(content) - self.offset, 0)]
        try:
            guest.files.write(file.node, file.stream, self.offset, data, self.process)
        except NtFailure:
            guest.log.note("a view of a file was not written back: the guest's drive is full")

    def _show_others(self, guest: Guest) -> None:
        """Puts what the section holds now into the other views of it that were not written to meanwhile."""
        for view in guest.views:
            if view is self or view.section.content is not self.section.content:
                continue
            data = view._data()  # noqa: SLF001 - of this class
            if data is not None and _digest(data) == view.seen:
                view.show()

    def show(self) -> None:
        """Puts what the section holds into the process's memory."""
        data = bytes(self.section.content[self.offset : self.offset + self.size])
        try:
            self.emu.mem_write(self.base, data)
        except (SpeakeasyError, UcError):
            return
        self.seen = _digest(self._data() or b"")

    def _data(self) -> bytes | None:
        try:
            return bytes(self.emu.mem_read(self.base, self.size))
        except (SpeakeasyError, UcError):
            return None


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def store_views(guest: Guest, section: Section | None = None) -> None:
    """Stores the views of `section` and of those with the same content; all views when it is None."""
    for view in guest.views:
        if section is None or view.section.content is section.content:
            view.store(guest)


def release_views(guest: Guest, emu: Any) -> None:
    """Stores and forgets the views of a process whose emulator has ended, so that its memory can go."""
    for view in [view for view in guest.views if view.emu is emu]:
        view.store(guest)
        guest.views.remove(view)


def view_at(call: Call, address: int) -> View | None:
    """The view of the calling process that holds `address`."""
    views = call.guest.views
    return next((v for v in views if v.emu is call.emu and v.base <= address < v.base + v.size), None)


def mapped(call: Call, section: Section, base: int, offset: int, size: int, *, is_writable: bool) -> int:
    """Maps a view into the calling process; its address, 0 when there is no room or nothing to map."""
    size = size or max(section.size - offset, 0)
    if not 0 < size <= MAX_VIEW_BYTES or offset + size > section.size + PAGE:
        return 0
    store_views(call.guest, section)
    try:
        start, length = call.emu.get_valid_ranges(size, addr=base or _FIRST_ADDRESS)
        address = int(call.emu.mem_map(length, base=start, tag="fulgurite.view"))
    except (SpeakeasyError, UcError, ValueError):
        return 0
    view = View(section, call.process, call.emu, address, offset, size, is_writable)
    view.show()
    call.guest.views.append(view)
    return address


def unmapped(call: Call, address: int) -> bool:
    """Takes the view at `address` out of the calling process; False when there is none."""
    view = view_at(call, address)
    if view is None:
        return False
    view.store(call.guest)
    call.guest.views.remove(view)
    try:
        call.emu.mem_free(view.base)
    except (SpeakeasyError, UcError):
        call.guest.log.note("a view could not be taken out of memory")
    return True
