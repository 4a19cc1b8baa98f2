"""Profile strings: values in `.ini` files."""

from __future__ import annotations

from collections.abc import Callable

from fulgurite.engines.emulator import ini, status
from fulgurite.engines.emulator.call import Call, Hook, text_api
from fulgurite.engines.emulator.opening import OPEN, OPEN_IF, OpenFile, Wanted, full_path, opened
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.engines.emulator.transfer import signed

_READ, _WRITE = 0x8000_0000, 0x4000_0000
_MAX_INI_BYTES = 4 << 20
_WIN_INI = "C:\\Windows\\win.ini"
_FILE_NOT_FOUND = 2


def _path(call: Call, index: int | None) -> str:
    """The file that argument `index` names: below the Windows folder when it has no folder, win.ini when none is."""
    name = "" if index is None else call.arg_text(index)
    if not name:
        return _WIN_INI
    return full_path(call, name) if "\\" in name or "/" in name or ":" in name else f"C:\\Windows\\{name}"


def _decoded(data: bytes) -> str:
    if data[:2] == b"\xff\xfe":
        return data[2:].decode("utf-16-le", "replace")
    return data.decode("cp1252", "replace")


def _read(call: Call, path: str) -> str:
    """The text of the file, its reading recorded; empty when it is not there."""
    answer = opened(call, path, Wanted(_READ, OPEN, 0x40))
    if not isinstance(answer.thing, OpenFile):
        return ""
    return _decoded(bytes(call.guest.files.content(answer.thing.node)[:_MAX_INI_BYTES]))


def _write(call: Call, path: str, section: str, key: str | None, new: str | None) -> int:
    return _change(call, path, lambda text: ini.changed(text, section, key, new))


def _change(call: Call, path: str, change: Callable[[str], str]) -> int:
    """Changes the text of the file, which is made when needed; whether that worked."""
    answer = opened(call, path, Wanted(_READ | _WRITE, OPEN_IF, 0x40))
    if not isinstance(answer.thing, OpenFile):
        return call.fail(status.win32_of(answer.status))
    node = answer.thing.node
    old = bytes(call.guest.files.content(node)[:_MAX_INI_BYTES])
    text = change(_decoded(old))
    is_wide = old[:2] == b"\xff\xfe"
    data = b"\xff\xfe" + text.encode("utf-16-le", "replace") if is_wide else text.encode("cp1252", "replace")
    try:
        call.guest.files.resize(node, "", 0, call.process)
        call.guest.files.write(node, "", 0, data, call.process)
    except NtFailure as failure:
        return call.fail(status.win32_of(failure.status))
    return 1


def _given(call: Call, buffer: int, room: int, text: str) -> int:
    """Puts as much of `text` as fits with its NUL; its length."""
    room &= 0xFFFFFFFF
    if room == 0:
        return 0
    cut = text[: room - 1]
    call.write(buffer, call.encoded(cut))
    return len(cut)


def _listed(call: Call, buffer: int, room: int, items: list[str]) -> int:
    """Puts a list of texts, each with its NUL and one more at the end; its length without the last NUL."""
    room &= 0xFFFFFFFF
    text = "".join(item + "\0" for item in items)
    if len(text) + 1 > room:
        text = text[: max(room - 2, 0)] + "\0"
    if room:
        call.write(buffer, call.encoded(text))
    return max(len(text) - 1, 0) if len(text) + 1 > room else len(text)


# -- reading ---------------------------------------------------------------------------------------------------------
def _string(call: Call, file: int | None) -> int:
    section, key, default, buffer, room = call.args[:5]
    text = _read(call, _path(call, file))
    if section == 0:
        return _listed(call, buffer, room, ini.names(text))
    if key == 0:
        return _listed(call, buffer, room, [name for name, _ in ini.entries(text, call.text(section))])
    value = ini.value(text, call.text(section), call.text(key))
    return _given(call, buffer, room, call.text(default) if value is None else value)


def get_private_profile_string(call: Call) -> int:
    """GetPrivateProfileString(lpAppName, lpKeyName, lpDefault, lpReturnedString, nSize, lpFileName)."""
    return _string(call, 5)


def get_profile_string(call: Call) -> int:
    """GetProfileString(lpAppName, lpKeyName, lpDefault, lpReturnedString, nSize)."""
    return _string(call, None)


def _number(call: Call, file: int | None) -> int:
    value = ini.value(_read(call, _path(call, file)), call.arg_text(0), call.arg_text(1))
    if value is None:
        return call.args[2] & 0xFFFFFFFF
    text = value.strip()
    digits = "".join(char for char in text.lstrip("+-")[:20] if char.isascii() and char.isdigit())
    number = int(digits) if digits else 0
    return signed(-number if text.startswith("-") else number, 32) & 0xFFFFFFFF


def get_private_profile_int(call: Call) -> int:
    """GetPrivateProfileInt(lpAppName, lpKeyName, nDefault, lpFileName)."""
    return _number(call, 3)


def get_profile_int(call: Call) -> int:
    """GetProfileInt(lpAppName, lpKeyName, nDefault)."""
    return _number(call, None)


def get_private_profile_section(call: Call) -> int:
    """GetPrivateProfileSection(lpAppName, lpReturnedString, nSize, lpFileName)."""
    pairs = ini.entries(_read(call, _path(call, 3)), call.arg_text(0))
    return _listed(call, call.args[1], call.args[2], [f"{key}={value}" for key, value in pairs])


def get_private_profile_section_names(call: Call) -> int:
    """GetPrivateProfileSectionNames(lpszReturnBuffer, nSize, lpFileName)."""
    return _listed(call, call.args[0], call.args[1], ini.names(_read(call, _path(call, 2))))


# -- writing ---------------------------------------------------------------------------------------------------------
def write_private_profile_string(call: Call) -> int:
    """WritePrivateProfileString(lpAppName, lpKeyName, lpString, lpFileName)."""
    if call.args[0] == 0:
        return call.fail(_FILE_NOT_FOUND)
    key = call.arg_text(1) if call.args[1] else None
    return _write(call, _path(call, 3), call.arg_text(0), key, call.arg_text(2) if call.args[2] else None)


def write_profile_string(call: Call) -> int:
    """WriteProfileString(lpAppName, lpKeyName, lpString)."""
    key = call.arg_text(1) if call.args[1] else None
    return _write(call, _WIN_INI, call.arg_text(0), key, call.arg_text(2) if call.args[2] else None)


def write_private_profile_section(call: Call) -> int:
    """WritePrivateProfileSection(lpAppName, lpString, lpFileName): a list of `key=value`, each with its NUL."""
    section, address = call.arg_text(0), call.args[1]
    pairs: list[str] = []
    while len(pairs) < 1000 and (pair := call.text(address)):  # noqa: PLR2004 - hostile lists have no end
        pairs.append(pair)
        address += len(call.encoded(pair))
    return _change(call, _path(call, 2), lambda text: ini.replaced(text, section, pairs))


HOOKS: tuple[Hook, ...] = (
    text_api("GetPrivateProfileString", 6, get_private_profile_string),
    text_api("GetProfileString", 5, get_profile_string),
    text_api("GetPrivateProfileInt", 4, get_private_profile_int),
    text_api("GetProfileInt", 3, get_profile_int),
    text_api("GetPrivateProfileSection", 4, get_private_profile_section),
    text_api("GetPrivateProfileSectionNames", 3, get_private_profile_section_names),
    text_api("WritePrivateProfileString", 4, write_private_profile_string),
    text_api("WriteProfileString", 3, write_profile_string),
    text_api("WritePrivateProfileSection", 3, write_private_profile_section),
)
