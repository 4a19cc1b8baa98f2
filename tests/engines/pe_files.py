"""Windows executables made by hand, byte by byte."""

import struct


def minimal_pe(
    code: bytes, *, machine: int = 0x8664, clr: int = 0, characteristics: int = 0x22, subsystem: int = 3
) -> bytes:
    """A PE with one section that holds `code`; PE32+ for machine 0x8664 and 0xAA64, else PE32."""
    wide = machine in (0x8664, 0xAA64)
    base, entry = 0x140000000 if wide else 0x400000, 0x1000
    optional = struct.pack("<HBBIIIII", 0x20B if wide else 0x10B, 14, 0, 0x200, 0, 0, entry, 0x1000)
    optional += struct.pack("<Q", base) if wide else struct.pack("<II", 0x2000, base)
    optional += struct.pack("<IIHHHHHHIIIIHH", 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x2000, 0x200, 0, subsystem, 0x8140)
    word = "<QQQQ" if wide else "<IIII"
    optional += struct.pack(word, 0x100000, 0x1000, 0x100000, 0x1000) + struct.pack("<II", 0, 16)
    directories = [(0, 0)] * 16
    directories[14] = (clr, 72 if clr else 0)
    optional += b"".join(struct.pack("<II", *entry_) for entry_ in directories)
    header = b"MZ" + b"\0" * 58 + struct.pack("<I", 0x40)
    header += b"PE\0\0" + struct.pack("<HHIIIHH", machine, 1, 0, 0, 0, len(optional), characteristics) + optional
    header += b".text\0\0\0" + struct.pack("<IIIIIIHHI", 0x1000, 0x1000, 0x200, 0x200, 0, 0, 0, 0, 0x60000020)
    return header.ljust(0x200, b"\0") + code.ljust(0x200, b"\xcc")
