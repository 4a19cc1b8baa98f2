"""Raw code as a program: an image of its own whose one section is the code, readable, writable and executable."""

from __future__ import annotations

import struct

from fulgurite.engines.emulator.hosting import stub_image

BITS = {"x86": 32, "amd64": 64}
"""What RunOptions.shellcode may say, and the width of that machine."""
MAX_CODE_BYTES = 64 << 20
_OPTIONAL_AT = 0x58
_OPTIONAL_BYTES = {32: 0xE0, 64: 0xF0}
_SECTION_RVA = 0x1000
_RAW_AT = 0x400
_RWX_CODE = 0xE000_0020


def program_of(code: bytes, machine: str) -> bytes:
    """An executable whose entry point is the first byte of `code`; `machine` is `x86` or `amd64`.

    Code past MAX_CODE_BYTES is cut off.
    """
    bits = BITS[machine]
    code = code[:MAX_CODE_BYTES]
    image = bytearray(stub_image(bits)[:_RAW_AT])
    size = max(-(-len(code) // 0x1000), 1) * 0x1000
    struct.pack_into("<I", image, _OPTIONAL_AT + 4, size)
    struct.pack_into("<I", image, _OPTIONAL_AT + 56, _SECTION_RVA + size)
    section = _OPTIONAL_AT + _OPTIONAL_BYTES[bits]
    struct.pack_into("<IIII", image, section + 8, size, _SECTION_RVA, size, _RAW_AT)
    struct.pack_into("<I", image, section + 36, _RWX_CODE)
    return bytes(image) + code.ljust(size, b"\0")
