"""7z files, encrypted ones too. A solid block is one stream: what stands before a wanted file comes out with it.

What comes out waits for its turn deflated, so that thousands of reports out of one block take little memory.
"""

import io
import lzma
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import py7zr
from py7zr.io import Py7zIO, WriterFactory

from fulgurite.errors import InputError, MalformedReport, TooLarge
from fulgurite.importers.packed.caps import Budget
from fulgurite.importers.packed.streams import Squeezed

MARK = b"7z\xbc\xaf\x27\x1c"
_MOST_DICTIONARY_BYTES = 256 << 20
"""What 7-Zip's strongest preset takes."""
BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    py7zr.exceptions.ArchiveError,
    struct.error,
    zlib.error,
)
"""What the library, and those that it calls, raise over hostile bytes."""
_LOCKED = InputError("it is encrypted, and none of the passwords fits; give its password with it", where="7z")


class SevenZip:
    """One 7z file."""

    def __init__(self, data: bytes, budget: Budget, passwords: tuple[str, ...]) -> None:
        """Reads the directory, decrypted where it must be. Raises InputError."""
        self._data = data
        self._budget = budget
        self._passwords = passwords
        self._password: str | None = None
        self._expected: list[str] = []
        self._sheets: dict[str, _Sheet] = {}
        with self._opened() as archive:
            self._is_locked = archive.needs_password()
            entries = [_facts(entry) for entry in archive.files]
        budget.members(len(entries))
        longest = budget.caps.name_characters
        if any(len(name) > longest for name, _, _ in entries):
            raise TooLarge(f"a name in it is longer than {longest:,} characters", where="7z")
        self._sizes = [size for _, size, _ in entries]
        self._places = {name: place for place, (name, _, is_file) in enumerate(entries) if is_file}

    @property
    def names(self) -> list[str]:
        """Of its plain files, in its order. Of two of one name the later counts."""
        return list(self._places)

    def _opened(self) -> py7zr.SevenZipFile:
        """The archive with its directory read, under the first password that opens it."""
        _refuse_large_header(self._data, self._budget)
        for password in (self._password,) if self._password is not None else (None, *self._passwords):
            try:
                found = py7zr.SevenZipFile(io.BytesIO(self._data), password=password)
            except py7zr.exceptions.PasswordRequired:
                continue
            except MemoryError as error:
                raise TooLarge("its directory takes too much memory", where="7z") from error
            except BROKEN as error:
                if password is None:
                    raise MalformedReport(f"its directory cannot be read ({error})", where="7z") from error
                continue
            self._password = password
            _refuse_large_dictionaries(found)
            return found
        raise _LOCKED

    def expect(self, wanted: list[str]) -> None:
        """What comes out together at the first `read`: a solid block is gone through once."""
        self._expected = wanted

    def read(self, wanted: list[str]) -> Iterator[tuple[str, bytes | InputError]]:
        """The bytes of the files `wanted`. Raises InputError."""
        missing = [name for name in wanted if name not in self._sheets]
        if missing:
            self._draw(dict.fromkeys((*self._expected, *missing)))
        for name in wanted:
            yield name, self._sheets[name].content.taken()

    def _draw(self, wanted: Iterable[str]) -> None:
        places = {self._places[name]: name for name in wanted}
        for place in places:
            self._budget.announced(self._sizes[place])
        # All that stands before the last one may have to come out with it.
        self._budget.announced_together(sum(self._sizes[: max(places) + 1]))
        self._sheets = {places[place]: sheet for place, sheet in self._drawn(places).items()}

    def _drawn(self, places: dict[int, str]) -> dict[int, "_Sheet"]:
        tried = (self._password,) if self._password is not None or not self._is_locked else self._passwords
        for password in tried:
            drawer = _Drawer(self._budget)
            try:
                with py7zr.SevenZipFile(io.BytesIO(self._data), password=password) as archive:
                    # Under names of our own: the library refuses hostile ones, and tells members apart by them.
                    for number, entry in enumerate(archive.files.files_list):
                        entry["filename"] = str(number)
                    archive.extract(targets=[str(place) for place in places], factory=drawer)
            except MemoryError as error:
                raise TooLarge("it takes too much memory", where="7z") from error
            except py7zr.exceptions.UnsupportedCompressionMethodError as error:
                raise MalformedReport(
                    "it is packed by a method that cannot be read; pack it anew", where="7z"
                ) from error
            except BROKEN as error:
                if password is None:
                    raise MalformedReport(f"it is damaged ({error})", where="7z") from error
                continue
            return {place: drawer.found.get(str(place), _Sheet(self._budget)) for place in places}
        raise _LOCKED


def _facts(entry: Any) -> tuple[str, int, bool]:
    """Name, size, and whether it is a plain file."""
    told = entry.uncompressed or 0
    size = told if isinstance(told, int) else sum(told)
    is_special = entry.is_directory or entry.is_symlink or entry.is_junction or entry.is_socket
    return str(entry.filename), size, not is_special


def _refuse_large_header(data: bytes, budget: Budget) -> None:
    """The directory may be compressed itself; the library unpacks 256 MiB of it before anything can be asked.

    Raises TooLarge and MalformedReport.
    """
    try:
        header = py7zr.archiveinfo.SignatureHeader.retrieve(io.BytesIO(data))
        start = 32 + header.nextheaderofs
        file = io.BytesIO(data[start : start + header.nextheadersize])
        if file.read(1) != py7zr.properties.PROPERTY.ENCODED_HEADER:
            return
        folders = py7zr.archiveinfo.HeaderStreamsInfo.retrieve(file).unpackinfo.folders
        sizes = [folder.unpacksizes[-1] for folder in folders if folder.unpacksizes]
    except BROKEN as error:
        raise MalformedReport(f"its directory cannot be read ({error}); it may be cut off", where="7z") from error
    # Names take most of it: two bytes a character, and few facts beside each.
    if sum(sizes) > budget.caps.members * _HEADER_BYTES:
        raise TooLarge(f"its directory alone takes {sum(sizes):,} bytes", where="7z")
    _refuse_dictionaries(folders)


_HEADER_BYTES = 512
"""Of the directory, for one member at most on average."""
_LZMA, _LZMA2, _PPMD, _AES = b"\x03\x01\x01", b"\x21", b"\x03\x04\x01", b"\x06\xf1\x07\x01"
_MOST_ROUNDS_LOG = 20
"""Of making a key, 2 to this power; 7-Zip takes 19, and each password tried takes them all."""


def _refuse_large_dictionaries(archive: py7zr.SevenZipFile) -> None:
    streams = getattr(archive.header, "main_streams", None)
    if streams is not None:
        _refuse_dictionaries(streams.unpackinfo.folders)


def _refuse_dictionaries(folders: Any) -> None:
    """What decompression would ask of the memory is told in each coder's properties. Raises TooLarge."""
    for folder in folders:
        for coder in folder.coders:
            _refuse_slow_key(coder.get("method"), coder.get("properties"))
            asked = _dictionary(coder.get("method"), coder.get("properties"))
            if asked > _MOST_DICTIONARY_BYTES:
                raise TooLarge(f"unpacking it takes {asked:,} bytes of memory; pack it anew", where="7z")


def _refuse_slow_key(method: Any, properties: Any) -> None:
    if method == _AES and isinstance(properties, bytes) and properties:
        rounds_log = properties[0] & 0x3F
        if _MOST_ROUNDS_LOG < rounds_log < 0x3F:  # noqa: PLR2004 - all bits set say that there are none
            raise TooLarge(f"making its key takes 2^{rounds_log} rounds; pack it anew", where="7z")


def _dictionary(method: Any, properties: Any) -> int:
    if not isinstance(properties, bytes):
        return 0
    if method in {_LZMA, _PPMD} and len(properties) >= 5:  # noqa: PLR2004 - a byte of settings, then 32 bits
        return int.from_bytes(properties[1:5], "little")
    if method == _LZMA2 and properties:
        bits = properties[0]
        return 0xFFFFFFFF if bits >= 40 else (2 | bits & 1) << (bits // 2 + 11)  # noqa: PLR2004 - as LZMA2 codes it
    return 0


class _Sheet(Py7zIO):
    """The bytes of one member."""

    def __init__(self, budget: Budget) -> None:
        self.content = Squeezed()
        self._budget = budget
        self._length = 0

    def write(self, s: bytes | bytearray) -> int:
        self._length += len(s)
        self._budget.out(len(s), self._length)
        self.content.add(bytes(s))
        return len(s)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002 - as the library calls it
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 - as the library calls it
        return 0

    def flush(self) -> None:
        return

    def size(self) -> int:
        return self._length


class _Drawer(WriterFactory):
    """Takes what the library writes."""

    def __init__(self, budget: Budget) -> None:
        self.found: dict[str, _Sheet] = {}
        self._budget = budget

    def create(self, filename: str) -> Py7zIO:
        sheet = self.found[filename.rpartition("/")[2]] = _Sheet(self._budget)
        return sheet
