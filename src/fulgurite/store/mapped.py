"""A pack as one process reads it: its memory map, its descriptor, and notes of which records were found whole.

To read a record again that was found whole a moment ago proves nothing more about the disk: the page cache keeps what
was read. But it costs more than anything else of a lookup, since the bytes have to come from memory. So there is a note
for each 4 KB of a pack: which of the records that begin there was found whole last. That is half a megabyte for a pack
of a gigabyte, and exact for all but small records, which cost next to nothing to check.
"""

import mmap
import os
from pathlib import Path
from typing import Final, Self

UNIT: Final = 8
"""Records begin at multiples of so many bytes."""
NOTE_SHIFT: Final = 9
"""Of a unit's number: the number of its note, which is for 4 KB."""
NOTE_MASK: Final = (1 << NOTE_SHIFT) - 1
_NOTED_BYTES: Final = 1 << 30
"""Room for notes is made for so much, so that a pack may grow; nothing of it is in memory before it is used."""


class Pack:
    """One pack, mapped as long as it was when this was made. Threads may share it.

    It stays readable as long as this or the view is held, also when the file has been removed.
    """

    __slots__ = ("descriptor", "file", "native", "notes", "size", "view")

    def __init__(self, path: Path, before: Self | None = None) -> None:
        """Opens it. `before`: the same, when it was shorter, whose notes are kept. Raises OSError, ValueError."""
        self.native: object = None
        """What `fulgurite.native` made of it, to go with it."""
        self.descriptor = -1
        self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        """To be read from or sent from, for as long as this is held."""
        about = os.fstat(self.descriptor)
        self.file = (about.st_dev, about.st_ino)
        """Which it is, whatever its name."""
        self.view = memoryview(mmap.mmap(self.descriptor, 0, access=mmap.ACCESS_READ))
        self.size = len(self.view)
        room = max(_NOTED_BYTES, self.size) // (UNIT << NOTE_SHIFT) + 1
        self.notes: memoryview[int] = memoryview(bytearray(2 * room)).cast("H")
        """Of each 4 KB: which record there was found whole, as `note` has it."""
        if before is not None and before.file == self.file and len(before.notes) == room:
            self.notes = before.notes

    def __del__(self) -> None:
        """Closes the descriptor."""
        if self.descriptor >= 0:
            os.close(self.descriptor)

    def is_noted(self, unit: int) -> bool:
        """Whether the record that begins at this unit was found whole, as far as is known."""
        return self.notes[unit >> NOTE_SHIFT] == (unit & NOTE_MASK) + 1

    def note(self, unit: int) -> None:
        """The record that begins at this unit was found whole."""
        self.notes[unit >> NOTE_SHIFT] = (unit & NOTE_MASK) + 1

    def forget(self) -> None:
        """Nothing is known of any record."""
        self.notes = memoryview(bytearray(2 * len(self.notes))).cast("H")
