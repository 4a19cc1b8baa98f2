"""Strings that stand in the resources of an image."""

from __future__ import annotations

from fulgurite.engines.emulator import hosting
from fulgurite.engines.emulator.call import Call, Hook, text_api

ERROR_NOT_FOUND = 1814
RT_STRING = 6
MAX_ENTRIES = 4_096
_IS_FOLDER = 0x8000_0000


def _below(call: Call, root: int, folder: int, wanted: int | None) -> int:
    """Where the entry `wanted` (None for the first) of the resource folder at `root + folder` lies; 0 when nowhere."""
    at = root + folder
    count = min(call.u16(at + 12) + call.u16(at + 14), MAX_ENTRIES)
    for entry in range(at + 16, at + 16 + 8 * count, 8):
        if wanted is None or call.u32(entry) == wanted:
            return call.u32(entry + 4)
    return 0


def string_at(call: Call, base: int, number: int) -> str | None:
    """The string `number` of the image that lies at `base`."""
    header = base + call.u32(base + 0x3C)
    directories = header + 24 + (112 if call.u16(header + 24) == 0x20B else 96)  # noqa: PLR2004 - PE32+
    root = call.u32(directories + 16)
    at = 0
    for wanted in (RT_STRING, (number >> 4) + 1, None):
        at = _below(call, base + root, at & ~_IS_FOLDER, wanted) if root else 0
        if at == 0:
            return None
    text = base + call.u32(base + root + at)
    for _ in range(number & 15):
        text += 2 + 2 * call.u16(text)
    return call.read(text + 2, 2 * call.u16(text)).decode("utf-16-le", "replace")


def load_string(call: Call) -> int:
    """LoadString(hInstance, uID, lpBuffer, cchBufferMax): characters written."""
    base = call.args[0] or hosting.base_of(call.process)
    text = string_at(call, base, call.args[1] & 0xFFFF)
    if not text:
        return call.fail(ERROR_NOT_FOUND)
    room = call.args[3] & 0x7FFFFFFF
    text = text[: room - 1] if room else ""
    return call.succeed(len(text) if call.write_text(call.args[2], text, room) else 0)


HOOKS: tuple[Hook, ...] = (text_api("LoadString", 4, load_string),)
