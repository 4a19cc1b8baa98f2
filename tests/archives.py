"""Archives made for tests, good ones and bombs."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Sequence

import py7zr
import pyzipper

Files = Sequence[tuple[str, bytes]]


def zipped(files: Files) -> bytes:
    """A ZIP file, deflated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def aes_zipped(files: Files, password: str) -> bytes:
    """A ZIP file, encrypted with AES."""
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def crypto_zipped(name: str, data: bytes, password: bytes) -> bytes:
    """A ZIP file with one stored member, encrypted the old way (APPNOTE.TXT 6.1)."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = zlib.crc32(bytes([byte]), keys[0] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = zlib.crc32(bytes([keys[1] >> 24]), keys[2] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    for byte in password:
        update(byte)
    crc = zlib.crc32(data)
    secret = bytearray()
    for byte in bytes(11) + bytes([crc >> 24]) + data:
        word = (keys[2] & 0xFFFF) | 2
        secret.append(byte ^ (((word * (word ^ 1)) >> 8) & 0xFF))
        update(byte)
    text = name.encode()
    about = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0, 0x21, crc, len(secret), len(data), len(text), 0)
    local = b"PK\x03\x04" + about + text + bytes(secret)
    central = b"PK\x01\x02" + struct.pack("<H", 20) + about + struct.pack("<HHHII", 0, 0, 0, 0, 0) + text
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def overlapping(copies: int, size: int) -> bytes:
    """A ZIP file of which all members are the same bytes: a flat bomb that needs no nesting."""
    single = zipped([("a", bytes(size))])
    start = single.index(b"PK\x01\x02")
    end = single.index(b"PK\x05\x06")
    central = single[start:end] * copies
    tail = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, copies, copies, len(central), start, 0)
    return single[:start] + central + tail


def nested(levels: int, inmost: bytes = b"inmost") -> bytes:
    """ZIP files in ZIP files."""
    data = inmost
    for level in range(levels):
        data = zipped([("inmost" if level == 0 else f"{level}.zip", data)])
    return data


def seven_zipped(files: Files, password: str | None = None, *, hides_names: bool = False) -> bytes:
    """A 7z file; with a password, encrypted."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password, header_encryption=hides_names) as archive:
        for name, data in files:
            archive.writestr(data, name)
    return out.getvalue()


def tarred(files: Files, *, mode: str = "w", specials: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """A tar file, compressed as `mode` says. `specials`: name and type of what is no file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, kind in specials:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = "/etc/passwd"
            archive.addfile(info)
    return out.getvalue()
