"""Readers: the members of one archive of each format, with their bytes, within a budget.

Names of members are told, never used: nothing is written under them. Links and devices are told and left out.
"""

import bz2
import io
import lzma
import stat
import tarfile
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import py7zr
import pyzipper
from py7zr.io import Py7zIO, WriterFactory

from fulgurite.importers.packed import sevens
from fulgurite.service.archives.caps import ArchiveRefused, Budget

_CHUNK_BYTES = 1 << 20
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1
_TAR_MAGIC_AT = 257

FAULTS = (*sevens.BROKEN, pyzipper.BadZipFile, tarfile.TarError)
"""What the libraries are known to raise over hostile bytes."""


class Found(NamedTuple):
    """One entry of an archive."""

    name: str
    """As the archive has it: hostile text."""
    data: bytes | None
    """None for what is no plain file."""
    remark: str | None = None
    """Why there are no bytes."""


Reader = Callable[[bytes, str | None, Budget], Iterator[Found]]
"""Gives the entries of `data`, opened with a password or None. Raises ArchiveRefused and FAULTS."""


def read_zip(data: bytes, password: str | None, budget: Budget) -> Iterator[Found]:
    """The entries of a ZIP file: stored, deflated and more, encrypted the old way or with AES."""
    with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        _refuse_overlap(archive.infolist())
        budget.announced([info.file_size for info in infos])
        secret = None if password is None else password.encode("utf-8", "replace")
        for info in infos:
            budget.entry()
            if stat.S_ISLNK(info.external_attr >> 16):
                yield Found(info.filename, None, "a link, not followed")
                continue
            yield Found(info.filename, _zip_member(archive, info, secret, budget))


def _refuse_overlap(infos: list[pyzipper.ZipInfo]) -> None:
    """One stretch of bytes that stands for many files is the trick of the densest bombs."""
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise ArchiveRefused("cap", "its files overlap, as those of zip bombs do")
        end = info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size


def _zip_member(archive: pyzipper.AESZipFile, info: pyzipper.ZipInfo, secret: bytes | None, budget: Budget) -> bytes:
    is_encrypted = info.flag_bits & _ENCRYPTED != 0
    if is_encrypted and secret is None:
        raise ArchiveRefused("password", "it is encrypted, and no password was given")
    try:
        with archive.open(info, pwd=secret if is_encrypted else None) as file:
            return _drained(file, budget)
    except FAULTS as error:
        if is_encrypted:
            raise ArchiveRefused("password", "the password is wrong, or it is broken") from error
        raise


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _drained(file: _Readable, budget: Budget) -> bytes:
    content = bytearray()
    while (piece := file.read(_CHUNK_BYTES)) != b"":
        content += piece
        budget.out(len(piece), len(content))
    return bytes(content)


def read_7z(data: bytes, password: str | None, budget: Budget) -> Iterator[Found]:
    """The entries of a 7z file, encrypted ones too. Their bytes come out together: a solid block is one stream."""
    try:
        with py7zr.SevenZipFile(io.BytesIO(data), password=password) as archive:
            if password is None and archive.needs_password():
                raise ArchiveRefused("password", "it is encrypted, and no password was given")
            entries = [entry for entry in archive.files if not entry.is_directory]
            sizes = [entry.uncompressed or 0 for entry in entries]
            budget.announced([size if isinstance(size, int) else sum(size) for size in sizes])
            # Under names of our own: the library refuses hostile ones, and tells members apart by them.
            names = [(entry.filename, entry.is_symlink or entry.is_junction or entry.is_socket) for entry in entries]
            for number, entry in enumerate(archive.files.files_list):
                entry["filename"] = str(number)
            own = [entry.filename for entry in archive.files if not entry.is_directory]
            drawer = _Drawer(budget)
            archive.extractall(factory=drawer)  # noqa: S202 - into the drawer
    except py7zr.exceptions.PasswordRequired as error:
        raise ArchiveRefused("password", "it is encrypted, and no password was given") from error
    except FAULTS as error:
        if password is not None:
            raise ArchiveRefused("password", "the password is wrong, or it is broken") from error
        raise
    for (name, is_special), key in zip(names, own, strict=True):
        budget.entry()
        found = drawer.found.get(key)
        if is_special:
            yield Found(name, None, "a link, not followed")
        else:
            yield Found(name, b"" if found is None else bytes(found.content))


class _Sheet(Py7zIO):
    """The bytes of one member."""

    def __init__(self, budget: Budget) -> None:
        self.content = bytearray()
        self._budget = budget

    def write(self, s: bytes | bytearray) -> int:
        self.content += s
        self._budget.out(len(s), len(self.content))
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        return bytes(self.content[:size])

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 - as the library calls it
        return 0

    def flush(self) -> None:
        return

    def size(self) -> int:
        return len(self.content)


class _Drawer(WriterFactory):
    """Takes what the library writes."""

    def __init__(self, budget: Budget) -> None:
        self.found: dict[str, _Sheet] = {}
        self._budget = budget

    def create(self, filename: str) -> Py7zIO:
        sheet = self.found[filename.rpartition("/")[2]] = _Sheet(self._budget)
        return sheet


def read_tar(data: bytes, _password: str | None, budget: Budget) -> Iterator[Found]:
    """The entries of a tar file."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for info in archive:
            if info.isdir():
                continue
            budget.entry()
            file = archive.extractfile(info) if info.isreg() and not info.issparse() else None
            if file is None:
                yield Found(info.name, None, "a link, device or sparse file, not taken")
            else:
                budget.announced([info.size])
                yield Found(info.name, _drained(file, budget))


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def read_gzip(data: bytes, _password: str | None, budget: Budget) -> Iterator[Found]:
    """What a gzip file holds: the files of a tar file, else one file."""
    return _of_stream(_gunzipped(data, budget), budget)


def read_bzip2(data: bytes, _password: str | None, budget: Budget) -> Iterator[Found]:
    """The same of bzip2."""
    return _of_stream(_decompressed(bz2.BZ2Decompressor(), data, budget), budget)


def read_xz(data: bytes, _password: str | None, budget: Budget) -> Iterator[Found]:
    """The same of xz."""
    return _of_stream(_decompressed(lzma.LZMADecompressor(memlimit=256 << 20), data, budget), budget)


def _gunzipped(data: bytes, budget: Budget) -> bytes:
    content = bytearray()
    rest = data
    # One member may follow another; what follows and is no gzip is left.
    while rest.startswith(b"\x1f\x8b"):
        stream = zlib.decompressobj(wbits=31)
        while not stream.eof:
            piece = stream.decompress(rest, _CHUNK_BYTES)
            rest = stream.unconsumed_tail
            if piece == b"" and rest == b"" and not stream.eof:
                raise EOFError("the gzip stream ends too early")
            content += piece
            budget.out(len(piece), len(content))
        rest = stream.unused_data.lstrip(b"\0")
    return bytes(content)


def _decompressed(stream: _Unpacker, data: bytes, budget: Budget) -> bytes:
    content = bytearray()
    given = data
    while not stream.eof:
        piece = stream.decompress(given, _CHUNK_BYTES)
        if piece == b"" and given == b"" and not stream.eof:
            raise EOFError("the stream ends too early")
        given = b""
        content += piece
        budget.out(len(piece), len(content))
    return bytes(content)


def _of_stream(content: bytes, budget: Budget) -> Iterator[Found]:
    if content[_TAR_MAGIC_AT:].startswith(b"ustar"):
        yield from read_tar(content, None, budget)
        return
    budget.entry()
    yield Found("", content)


READERS: dict[str, Reader] = {
    "zip": read_zip,
    "7z": read_7z,
    "tar": read_tar,
    "gzip": read_gzip,
    "bzip2": read_bzip2,
    "xz": read_xz,
}
"""By the words of `fulgurite.service.filetype`."""
