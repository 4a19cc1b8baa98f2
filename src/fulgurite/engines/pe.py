"""The few header fields of a Windows executable that decide whether and how it can be run.

Reads at fixed offsets with bounds checked, so that broken files give an answer too. Source: Microsoft PE format.
"""

import struct
from typing import NamedTuple

_MACHINES = {0x014C: "x86", 0x8664: "amd64", 0xAA64: "arm64", 0x01C0: "arm", 0x01C4: "arm", 0x0200: "ia64"}
_DLL = 0x2000
_SUBSYSTEM_NATIVE = 1
_SUBSYSTEM_WINDOWS = 2
_CLR_DIRECTORY = 14


class PeHeader(NamedTuple):
    """What the headers of a PE say."""

    machine: str
    """`x86`, `amd64`, or another machine's name; a hex number where it has no name here."""
    is_dll: bool
    is_driver: bool
    """Whether its subsystem is native: a kernel driver (or a boot-time program)."""
    is_dotnet: bool
    """Whether it has a CLR header."""


def pe_header(data: bytes) -> PeHeader | None:
    """The header fields of `data`, or None when it is no PE."""
    if data[:2] != b"MZ" or len(data) < 0x40:  # noqa: PLR2004 - the size of a DOS header
        return None
    (at,) = struct.unpack_from("<I", data, 0x3C)
    if data[at : at + 4] != b"PE\0\0" or len(data) < at + 24 + 96:
        return None
    machine, _sections, _, _, _, optional_size, characteristics = struct.unpack_from("<HHIIIHH", data, at + 4)
    optional = at + 24
    (magic,) = struct.unpack_from("<H", data, optional)
    if magic not in (0x10B, 0x20B):
        return None
    (subsystem,) = struct.unpack_from("<H", data, optional + 68)
    directories = optional + (96 if magic == 0x10B else 112)  # noqa: PLR2004 - PE32
    clr = directories + 8 * _CLR_DIRECTORY
    has_clr = clr + 8 <= min(len(data), optional + optional_size) and struct.unpack_from("<I", data, clr)[0] != 0
    is_dll = bool(characteristics & _DLL)
    return PeHeader(
        machine=_MACHINES.get(machine, f"0x{machine:04x}"),
        is_dll=is_dll,
        is_driver=subsystem == _SUBSYSTEM_NATIVE and not is_dll,
        is_dotnet=has_clr,
    )


def has_window(data: bytes) -> bool:
    """Whether `data` is a program of the window subsystem, which a command shell does not wait for."""
    if pe_header(data) is None:
        return False
    (at,) = struct.unpack_from("<I", data, 0x3C)
    (subsystem,) = struct.unpack_from("<H", data, at + 24 + 68)
    return bool(subsystem == _SUBSYSTEM_WINDOWS)
