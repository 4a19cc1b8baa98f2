"""The process that takes one archive apart: gives up all it can, then reads from standard input, writes to output."""

import sys
from pathlib import Path
from typing import IO

import msgspec

from fulgurite.engines import isolation
from fulgurite.service.archives.caps import ArchiveRefused, Budget, Caps
from fulgurite.service.archives.frames import MemberLine, Order, Refusal, Remark, Said, tell
from fulgurite.service.archives.readers import FAULTS, READERS
from fulgurite.service.filetype import file_type

_MEMORY_BYTES = 768 << 20
"""For the program and the dictionaries of decompressors, beside the files themselves."""
_MAX_NAME_CHARACTERS = 4096


class Taking:
    """Takes one archive and the archives in it apart, and tells of it as it goes."""

    def __init__(self, order: Order, out: IO[bytes], archive_bytes: int) -> None:
        self._order = order
        self._out = out
        self._budget = Budget(order.caps, archive_bytes)
        self._count = 0

    def take(self, kind: str, data: bytes, parent: int | None, depth: int) -> None:
        """Tells of the members of `data`, and of the members of those. Raises ArchiveRefused, FAULTS, MemoryError."""
        if depth > self._order.caps.depth:
            raise ArchiveRefused("cap", f"archives in archives, more than {self._order.caps.depth} deep")
        for found in READERS[kind](data, self._order.password, self._budget):
            name = found.name[:_MAX_NAME_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
            if found.data is None:
                tell(self._out, Said(remark=Remark(name=name, text=found.remark or "")))
                continue
            number = self._count
            self._count += 1
            tell(self._out, Said(member=MemberLine(name=name, size_bytes=len(found.data), parent=parent)))
            self._out.write(found.data)
            self._inside(name, found.data, number, depth)

    def _inside(self, name: str, data: bytes, number: int, depth: int) -> None:
        kind = file_type(data).word
        if kind not in READERS:
            return
        try:
            self.take(kind, data, number, depth + 1)
        except ArchiveRefused as error:
            if error.fault == "cap":
                raise
            tell(self._out, Said(remark=Remark(name=name, text=str(error))))
        except FAULTS as error:
            tell(self._out, Said(remark=Remark(name=name, text=f"broken: {type(error).__name__}")))


def run(source: IO[bytes], out: IO[bytes]) -> None:
    """Does what the order in `source` says."""
    order = msgspec.json.decode(source.readline(), type=Order)
    data = source.read()
    try:
        Taking(order, out, len(data)).take(order.kind, data, None, 1)
        tell(out, Said(is_end=True))
    except ArchiveRefused as error:
        tell(out, Said(refused=Refusal(fault=error.fault, message=str(error))))
    except MemoryError:
        tell(out, Said(refused=Refusal(fault="cap", message="archive: it takes too much memory")))
    except FAULTS as error:
        tell(out, Said(refused=Refusal(fault="broken", message=f"archive: broken ({type(error).__name__})")))
    out.flush()


def memory_bytes(caps: Caps, archive_bytes: int) -> int:
    """The address space that the work needs at most: a file at every level, twice where it is put together."""
    return _MEMORY_BYTES + archive_bytes + (caps.depth + 2) * caps.file_bytes


def _main() -> None:
    limits = [int(argument) for argument in sys.argv[1:]]
    isolation.die_with_parent()
    isolation.limit(memory_bytes=limits[0], cpu_s=limits[1], file_bytes=limits[2])
    isolation.confine(Path("/"))
    run(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    _main()
