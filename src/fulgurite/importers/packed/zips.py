"""ZIP files: plain, encrypted the old way, or with AES."""

import io
import stat
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pyzipper

from fulgurite.errors import InputError, MalformedReport, TooLarge
from fulgurite.importers.packed.caps import Budget

MARKS = (b"PK\x03\x04", b"PK\x05\x06")
_ENTRY_MARK = b"PK\x01\x02"
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1
_PIECE_BYTES = 1 << 18
_METHODS = frozenset({0, 8, 12, 14, 99})
"""Stored, deflated, bzip2, LZMA; 99 is what AES says in place of them."""
_BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pyzipper.BadZipFile,
    struct.error,
    zlib.error,
)
"""What the library raises over hostile bytes."""


class Zip:
    """One ZIP file."""

    def __init__(self, data: bytes, budget: Budget, passwords: tuple[str, ...]) -> None:
        """Reads the directory, after a look at how long it can be. Raises MalformedReport and TooLarge."""
        budget.members(data.count(_ENTRY_MARK))
        try:
            self._archive = pyzipper.AESZipFile(io.BytesIO(data))
            listed = self._archive.infolist()
        except _BROKEN as error:
            raise MalformedReport(f"its directory cannot be read ({error}); it may be cut off", where="zip") from error
        _refuse_overlap(listed)
        self._budget = budget
        self._passwords = passwords
        longest = budget.caps.name_characters
        if any(len(info.filename) > longest for info in listed):
            raise TooLarge(f"a name in it is longer than {longest:,} characters", where="zip")
        self._infos: dict[str, Any] = {
            info.filename: info
            for info in listed
            if not info.filename.endswith("/") and not stat.S_ISLNK(info.external_attr >> 16)
        }

    @property
    def names(self) -> list[str]:
        """Of its plain files, in its order. Of two of one name the later counts."""
        return list(self._infos)

    def expect(self, wanted: list[str]) -> None:
        """Nothing is to be done: every file comes out by itself."""

    def read(self, wanted: list[str]) -> Iterator[tuple[str, bytes | InputError]]:
        """The bytes of the files `wanted`, or why they could not be had. Raises TooLarge."""
        for name in wanted:
            info = self._infos[name]
            self._budget.announced(info.file_size, info.compress_size)
            try:
                yield name, self._content(info)
            except TooLarge:
                raise
            except InputError as error:
                yield name, error

    def _content(self, info: Any) -> bytes:
        if info.compress_type not in _METHODS:
            raise MalformedReport(
                f"it is compressed by method {info.compress_type}, which cannot be read; pack it anew", where="zip"
            )
        if info.flag_bits & _ENCRYPTED == 0:
            return self._opened(info, None)
        for password in self._passwords:
            try:
                return self._opened(info, password.encode("utf-8", "replace"))
            except MalformedReport:
                continue
        raise InputError("it is encrypted, and none of the passwords fits; give its password with it", where="zip")

    def _opened(self, info: Any, password: bytes | None) -> bytes:
        content = io.BytesIO()
        try:
            with self._archive.open(info, pwd=password) as file:
                while (piece := file.read(_PIECE_BYTES)) != b"":
                    content.write(piece)
                    self._budget.out(len(piece), content.tell())
        except _BROKEN as error:
            raise MalformedReport(f"it is damaged ({error})", where="zip") from error
        return content.getvalue()


def _refuse_overlap(infos: list[Any]) -> None:
    """One stretch of bytes that stands for many files is the trick of the densest bombs."""
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise TooLarge("its files overlap, as those of zip bombs do", where="zip")
        end = info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size
