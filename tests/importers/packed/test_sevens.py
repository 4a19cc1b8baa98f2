"""7z files."""

import io
import struct
import zlib

import py7zr
import pytest

from fulgurite.errors import InputError, MalformedReport, TooLarge
from fulgurite.importers.packed.caps import Budget, Caps
from fulgurite.importers.packed.sevens import SevenZip
from tests.importers.packed.made import sevened


def opened(data: bytes, *passwords: str) -> SevenZip:
    return SevenZip(data, Budget(Caps(), len(data)), passwords)


def _with_header(header: bytes) -> bytes:
    """A 7z file of a directory alone."""
    start = struct.pack("<QQL", 0, len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<L", zlib.crc32(start)) + start + header


def _encoded(packed_bytes: int, unpacked_bytes: int, dictionary: int) -> bytes:
    """A compressed directory, said to be of that size and to need that dictionary of LZMA."""
    sizes = b"\x06\x00\x01\x09" + b"\xff" + struct.pack("<Q", packed_bytes) + b"\x00"
    coder = b"\x07\x0b\x01\x00\x01\x23\x03\x01\x01\x05\x5d" + struct.pack("<L", dictionary)
    return b"\x17" + sizes + coder + b"\x0c\xff" + struct.pack("<Q", unpacked_bytes) + b"\x00\x00"


def _plain(
    files: dict[str, bytes], names: tuple[str, ...] = (), dictionary: int | None = None, method: bytes = b""
) -> bytes:
    """A 7z file whose directory is not compressed, with other names of the same lengths or another dictionary in it."""
    file = io.BytesIO()
    with py7zr.SevenZipFile(file, "w") as archive:
        archive.set_encoded_header_mode(False)
        for name, content in files.items():
            archive.writestr(content, name)
    data = file.getvalue()
    start = 32 + int.from_bytes(data[12:20], "little")
    header = data[start:]
    for old, new in zip(files, names, strict=False):
        header = header.replace(old.encode("utf-16-le"), new.encode("utf-16-le"))
    if dictionary is not None:
        at = header.index(b"\x21\x21\x01") + 3
        header = header[:at] + bytes([dictionary]) + header[at + 1 :]
    if method != b"":
        header = header.replace(b"\x21\x21\x01", method + b"\x01")
    sizes = data[12:28] + struct.pack("<L", zlib.crc32(header))
    return data[:8] + struct.pack("<L", zlib.crc32(sizes)) + sizes + data[32:start] + header


def test_files_come_out_in_any_order_and_number() -> None:
    archive = opened(sevened({"a": b"1" * 500, "b/c": b"2", "d": b""}))
    assert archive.names == ["a", "b/c", "d"]
    assert dict(archive.read(["d", "a"])) == {"a": b"1" * 500, "d": b""}
    assert list(archive.read([])) == []


def test_hostile_names_are_told_as_they_are() -> None:
    names = ("../../a.json", "/etc/b.json")
    spoilt = _plain({"aaaaaaaaaaaa": b"1", "bbbbbbbbbbb": b"2"}, names)
    assert dict(opened(spoilt).read([names[1]])) == {names[1]: b"2"}


def test_locked_ones_open_with_the_password_that_fits() -> None:
    for hidden in (False, True):
        locked = sevened({"a": b"1"}, "virus", header_encryption=hidden)
        assert dict(opened(locked, "no", "virus").read(["a"])) == {"a": b"1"}
        with pytest.raises(InputError, match="none of the passwords fits"):
            list(opened(locked, "no").read(["a"]))


def test_a_directory_that_would_take_too_much_memory_is_refused_unread() -> None:
    with pytest.raises(TooLarge, match="its directory alone takes 200,000,000 bytes"):
        opened(_with_header(_encoded(0, 200_000_000, 1 << 20)))
    with pytest.raises(TooLarge, match="unpacking it takes 4,294,967,295 bytes of memory"):
        opened(_with_header(_encoded(0, 100, 0xFFFFFFFF)))


def test_a_huge_dictionary_of_the_content_is_refused() -> None:
    with pytest.raises(TooLarge, match="unpacking it takes 4,294,967,295 bytes of memory"):
        opened(_plain({"a": bytes(100)}, dictionary=40))


def test_a_key_that_takes_too_long_to_make_is_refused() -> None:
    coder = b"\x07\x0b\x01\x00\x01\x24\x06\xf1\x07\x01\x0a\xd8\x07" + bytes(8)
    header = b"\x17\x06\x00\x01\x09\x10\x00" + coder + b"\x0c\x10\x00\x00"
    with pytest.raises(TooLarge, match=r"making its key takes 2\^24 rounds"):
        opened(_with_header(header), "x")


def test_a_method_that_is_not_known_is_said_to_be() -> None:
    archive = opened(_plain({"a": bytes(100)}, method=b"\x21\x22"))
    with pytest.raises(MalformedReport, match="a method that cannot be read"):
        list(archive.read(["a"]))
