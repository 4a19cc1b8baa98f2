"""Taking an archive apart, seen from outside: the child is started, watched, and what it says is checked again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

import msgspec

from fulgurite.engines.isolation import BARE_ENVIRONMENT
from fulgurite.service.archives import child
from fulgurite.service.archives.caps import ArchiveRefused, Caps
from fulgurite.service.archives.frames import MAX_LINE_BYTES, MemberLine, Order, Remark, Said, tell
from fulgurite.service.archives.readers import READERS
from fulgurite.service.filetype import file_type

_GRACE_S = 5
"""What starting and ending take beside the work."""
_LINE_ROOM_BYTES = 64 << 10
_LOCAL_HEADER = b"PK\x03\x04"


class Member(NamedTuple):
    """A file out of an archive."""

    name: str
    """As the archive has it: hostile text, perhaps empty."""
    parent: int | None
    """The number of the member that is the archive which it lies in; None: the archive itself."""
    size_bytes: int
    at: int
    """Where its bytes begin in what the child wrote."""


class Unpacked:
    """What came out of an archive. The bytes lie in an unnamed file; ask for them one by one."""

    def __init__(self, file: IO[bytes], members: tuple[Member, ...], remarks: tuple[Remark, ...]) -> None:
        self._file = file
        self.members = members
        self.remarks = remarks
        """What was left out, and why."""

    def data(self, member: Member) -> bytes:
        """The bytes of `member`."""
        self._file.seek(member.at)
        return self._file.read(member.size_bytes)


def kind_of(data: bytes, *, is_asked: bool) -> str | None:
    """The kind of archive that `data` is to be taken for; None for what is none.

    Documents, Java and Android programs are ZIP files inside, but only taken apart where that was asked for.
    """
    word = file_type(data).word
    if word in READERS:
        return word
    return "zip" if is_asked and data.startswith(_LOCAL_HEADER) else None


def is_archive(data: bytes, *, is_asked: bool) -> bool:
    """Whether `unpacked` would take `data` apart."""
    return kind_of(data, is_asked=is_asked) is not None


@contextmanager
def unpacked(data: bytes, password: str | None, caps: Caps, folder: Path, *, is_asked: bool) -> Iterator[Unpacked]:
    """What is in the archive `data`, for the length of the block. `folder` takes an unnamed file.

    Raises ArchiveRefused, also for what is no archive, and OSError.
    """
    kind = kind_of(data, is_asked=is_asked)
    if kind is None:
        raise ArchiveRefused("broken", "it is no archive of a known kind")
    with TemporaryFile(dir=folder) as source, TemporaryFile(dir=folder) as out:
        tell(source, Order(kind=kind, password=password, caps=caps))
        source.write(data)
        source.flush()
        source.seek(0)
        _run(source, out, caps, len(data))
        out.seek(0)
        yield _checked(out, caps)


def _run(source: IO[bytes], out: IO[bytes], caps: Caps, archive_bytes: int) -> None:
    room = caps.total_bytes + caps.entries * _LINE_ROOM_BYTES
    limits = (child.memory_bytes(caps, archive_bytes), caps.seconds + _GRACE_S, room)
    command = [sys.executable, "-I", "-m", child.__name__, *map(str, limits)]
    with subprocess.Popen(
        command, stdin=source, stdout=out, stderr=subprocess.DEVNULL, env=BARE_ENVIRONMENT, start_new_session=True
    ) as process:
        try:
            process.wait(caps.seconds + _GRACE_S)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise ArchiveRefused("cap", f"not taken apart within {caps.seconds} s") from error


def _checked(out: IO[bytes], caps: Caps) -> Unpacked:
    """What the child wrote, not believed: it may have been taken over by what it read."""
    members: list[Member] = []
    remarks: list[Remark] = []
    total = 0
    while True:
        said = _line(out)
        if said is None:
            raise ArchiveRefused("broken", "it cannot be read: the reader crashed over it")
        if said.refused is not None:
            raise ArchiveRefused(said.refused.fault, said.refused.message.removeprefix("archive: "))
        if said.is_end:
            return Unpacked(out, tuple(members), tuple(remarks))
        if said.remark is not None:
            remarks.append(said.remark)
        if said.member is not None:
            total += said.member.size_bytes
            members.append(_member(said.member, out.tell(), len(members)))
            if total > caps.total_bytes or len(members) + len(remarks) > 2 * caps.entries:
                raise ArchiveRefused("cap", "more than the caps allow")
            out.seek(members[-1].size_bytes, os.SEEK_CUR)


def _line(out: IO[bytes]) -> Said | None:
    try:
        return msgspec.json.decode(out.readline(MAX_LINE_BYTES), type=Said)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _member(line: MemberLine, at: int, count: int) -> Member:
    if line.size_bytes < 0 or (line.parent is not None and not 0 <= line.parent < count):
        raise ArchiveRefused("broken", "it cannot be read: the reader went wrong over it")
    return Member(line.name, line.parent, line.size_bytes, at)
