"""EVTX files, made by hand: one chunk, its records plain trees of elements without templates."""

import struct
import zlib
from typing import Any

_FILE_HEADER_BYTES = 4096
_CHUNK_BYTES = 65_536
_CHUNK_HEADER_BYTES = 512
_FILETIME = 133_500_000_000_000_000


def evtx_file(*events: dict[str, Any]) -> bytes:
    """A log of `events`: elements by name, each an object of elements or a text."""
    records = b""
    for number, event in enumerate(events, 1):
        start = _CHUNK_HEADER_BYTES + len(records) + 24
        tree = b"\x0f\x01\x01\x00" + _element("Event", event, start + 4) + b"\x00"
        size = 24 + len(tree) + 4
        records += struct.pack("<4sLQQ", b"**\0\0", size, number, _FILETIME) + tree + struct.pack("<L", size)
    return _header() + _chunk(records, len(events))


def _header() -> bytes:
    start = struct.pack("<8sQQQLHHHH76x", b"ElfFile\0", 0, 0, 2, 128, 1, 3, _FILE_HEADER_BYTES, 1)
    whole = start + struct.pack("<LL", 0, zlib.crc32(start))
    return whole.ljust(_FILE_HEADER_BYTES, b"\0")


def _chunk(records: bytes, count: int) -> bytes:
    end = _CHUNK_HEADER_BYTES + len(records)
    start = struct.pack("<8sQQQQLLLL64x", b"ElfChnk\0", 1, count, 1, count, 128, end, end, zlib.crc32(records))
    tables = bytes(_CHUNK_HEADER_BYTES - 128)
    check = struct.pack("<L", zlib.crc32(start[:120] + tables))
    return (start + struct.pack("<L", 0) + check + tables + records).ljust(_CHUNK_BYTES, b"\0")


def _element(name: str, content: Any, at: int) -> bytes:
    """One element, which begins `at` bytes into the chunk. Names stand where they are first used: everywhere here."""
    head = 9 + 4 + 4 + 2 * len(name) + 2
    inner = b""
    if isinstance(content, dict):
        for key, value in content.items():
            inner += _element(key, value, at + head + 1 + len(inner))
    else:
        inner = b"\x05\x01" + struct.pack("<H", len(content)) + content.encode("utf-16-le")
    spelt = struct.pack("<LHH", 0, _hash(name), len(name)) + name.encode("utf-16-le") + b"\0\0"
    body = b"\x02" + inner + b"\x04"
    return b"\x01" + struct.pack("<LL", 4 + len(spelt) + len(body), at + 9) + spelt + body


def _hash(name: str) -> int:
    value = 0
    for char in name:
        value = (value * 65599 + ord(char)) & 0xFFFFFFFF
    return value & 0xFFFF
