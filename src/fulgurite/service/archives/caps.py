"""What an archive may hold, and why one is refused."""

import time
from typing import Literal

from fulgurite.errors import InputError
from fulgurite.model.base import Model

Fault = Literal["cap", "password", "broken"]

_FREE_BYTES = 16 << 20
"""So much may come out of however small an archive, before the ratio counts."""


class Caps(Model, frozen=True, kw_only=True):
    """How much may come out of one archive and all archives in it."""

    entries: int = 500
    total_bytes: int = 512 << 20
    file_bytes: int = 256 << 20
    """Of one file in it."""
    ratio: int = 200
    """What comes out may be so many times as large as the archive (16 MiB always may)."""
    depth: int = 3
    """Archives in archives: 1 takes out what is in the archive itself only."""
    seconds: int = 30
    """For all of it."""


class ArchiveRefused(InputError):
    """An archive that is not taken apart: over a cap, or its password is missing or wrong, or it is broken."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message, where="archive")
        self.fault = fault


class Budget:
    """What is left of the caps while one archive is taken apart."""

    def __init__(self, caps: Caps, archive_bytes: int) -> None:
        self.caps = caps
        self._entries = 0
        self._bytes = 0
        self._ratio_bytes = max(_FREE_BYTES, caps.ratio * archive_bytes)
        self._deadline = time.monotonic() + caps.seconds

    def announced(self, sizes: list[int]) -> None:
        """Looks at what an archive says of itself, before any of it comes out. Raises ArchiveRefused."""
        if self._entries + len(sizes) > self.caps.entries:
            raise ArchiveRefused("cap", f"more than {self.caps.entries} entries")
        if max(sizes, default=0) > self.caps.file_bytes:
            raise ArchiveRefused("cap", f"a file of more than {self.caps.file_bytes} bytes")
        self._weigh(self._bytes + sum(sizes))

    def entry(self) -> None:
        """Counts an entry. Raises ArchiveRefused."""
        self._entries += 1
        if self._entries > self.caps.entries:
            raise ArchiveRefused("cap", f"more than {self.caps.entries} entries")

    def out(self, size: int, so_far: int) -> None:
        """Counts bytes that came out; `so_far` of the same file, these included. Raises ArchiveRefused."""
        self._bytes += size
        if so_far > self.caps.file_bytes:
            raise ArchiveRefused("cap", f"a file of more than {self.caps.file_bytes} bytes")
        self._weigh(self._bytes)
        if time.monotonic() > self._deadline:
            raise ArchiveRefused("cap", f"not taken apart within {self.caps.seconds} s")

    def _weigh(self, total: int) -> None:
        if total > self.caps.total_bytes:
            raise ArchiveRefused("cap", f"more than {self.caps.total_bytes} bytes in it")
        if total > self._ratio_bytes:
            raise ArchiveRefused("cap", f"more than {self.caps.ratio} times its own size in it")
