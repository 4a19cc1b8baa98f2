"""The guest's registry: one tree for all processes, with the names that Windows gives its parts."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.objects import GuestObject
from fulgurite.engines.emulator.status import NtFailure

if TYPE_CHECKING:
    from fulgurite.engines.emulator.clock import Clock
    from fulgurite.engines.emulator.profile import System

REG_NONE, REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD, REG_DWORD_BE, REG_LINK, REG_MULTI_SZ = range(8)
REG_QWORD = 11
TEXT_TYPES = frozenset({REG_SZ, REG_EXPAND_SZ, REG_LINK, REG_MULTI_SZ})
MAX_DATA_BYTES = 1 << 20
"""Longest value that is taken, as in Windows' own advice."""
MAX_KEYS = 100_000
MAX_NAME_CHARS = 255
MAX_DEPTH = 512
MAX_VALUE_NAME_CHARS = 16_383
MAX_STORED_BYTES = 64 << 20

HIVES = {
    0x8000_0000: "HKCR",
    0x8000_0001: "HKCU",
    0x8000_0002: "HKLM",
    0x8000_0003: "HKU",
    0x8000_0004: "HKPD",
    0x8000_0005: "HKCC",
    0x8000_0006: "HKDD",
    0x8000_0007: "HKCU\\Control Panel",
}
"""Predefined handles; the last is HKEY_CURRENT_USER_LOCAL_SETTINGS' place in this tree."""

_LINKS = (
    ("HKLM\\SYSTEM\\ControlSet001", "HKLM\\SYSTEM\\CurrentControlSet"),
    ("HKLM\\SOFTWARE\\Classes\\Wow6432Node", "HKLM\\SOFTWARE\\WOW6432Node\\Classes"),
)
_WOW64_SHARED = (
    "software\\classes\\appid",
    "software\\microsoft\\com3",
    "software\\microsoft\\cryptography\\calais",
    "software\\microsoft\\cryptography\\services",
    "software\\microsoft\\eventsystem",
    "software\\microsoft\\enterprisecertificates",
    "software\\microsoft\\systemcertificates",
    "software\\microsoft\\windows\\currentversion\\control panel\\cursors",
    "software\\microsoft\\windows\\currentversion\\explorer\\drivericons",
    "software\\microsoft\\windows\\currentversion\\explorer\\kindmap",
    "software\\microsoft\\windows\\currentversion\\group policy",
    "software\\microsoft\\windows\\currentversion\\policies",
    "software\\microsoft\\windows\\currentversion\\previewhandlers",
    "software\\microsoft\\windows\\currentversion\\setup",
    "software\\microsoft\\windows\\currentversion\\telephony\\locations",
    "software\\microsoft\\windows nt\\currentversion\\fontdpi",
    "software\\microsoft\\windows nt\\currentversion\\fontlink",
    "software\\microsoft\\windows nt\\currentversion\\fontmapper",
    "software\\microsoft\\windows nt\\currentversion\\fonts",
    "software\\microsoft\\windows nt\\currentversion\\fontsubstitutes",
    "software\\microsoft\\windows nt\\currentversion\\gre_initialize",
    "software\\microsoft\\windows nt\\currentversion\\image file execution options",
    "software\\microsoft\\windows nt\\currentversion\\networkcards",
    "software\\microsoft\\windows nt\\currentversion\\perflib",
    "software\\microsoft\\windows nt\\currentversion\\ports",
    "software\\microsoft\\windows nt\\currentversion\\print",
    "software\\microsoft\\windows nt\\currentversion\\profilelist",
    "software\\microsoft\\windows nt\\currentversion\\time zones",
    "software\\policies",
)
"""Keys of HKLM that 32-bit and 64-bit programs share since Windows 7 (Microsoft: Registry Keys Affected by WOW64)."""


@dataclass
class Value:
    """A registry value."""

    name: str
    type: int
    data: bytes

    @property
    def shown(self) -> str | int:
        """The value as an event tells it: text, a number, or bytes as hex."""
        if self.type in {REG_DWORD, REG_QWORD, REG_DWORD_BE}:
            return int.from_bytes(self.data[:8], "big" if self.type == REG_DWORD_BE else "little")
        if self.type in TEXT_TYPES:
            return self.data.decode("utf-16-le", "replace").rstrip("\0").replace("\0", "; ")
        return self.data.hex()

    @property
    def op(self) -> str:
        """The kind of a write of this value."""
        if self.type in {REG_DWORD, REG_QWORD, REG_DWORD_BE}:
            return "SetValueKeyInt"
        return "SetValueKeyStr" if self.type in TEXT_TYPES else "SetValueKeyDat"


@dataclass(eq=False)
class Key:
    """A registry key."""

    name: str
    parent: Key | None = None
    written: int = 0
    """FILETIME of its last change."""
    keys: dict[str, Key] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """`HKLM\\SOFTWARE\\...` as it stands in the tree."""
        names = []
        node: Key | None = self
        while node is not None and node.name:
            names.append(node.name)
            node = node.parent
        return "\\".join(reversed(names))

    @property
    def is_live(self) -> bool:
        """Whether it still stands in the tree."""
        return self.parent is None or self.parent.keys.get(self.name.lower()) is self


@dataclass(eq=False)
class OpenKey(GuestObject):
    """An open registry key."""

    key: Key
    path: str
    """As events name it: the program's own spelling below a root."""
    access: int = 0


class Registry:
    """All keys of one guest. Paths begin with HKLM, HKCU, HKU, HKCR or HKCC."""

    def __init__(self, system: System, clock: Clock) -> None:
        self._clock = clock
        self._keys = 0
        self._bytes = 0
        self._sid = system.user_sid
        self._is_seeded = False
        self.root = Key("")
        for name in ("HKLM", "HKU", "HKCC", "HKPD", "HKDD"):
            self._add(self.root, name)
        self.create(f"HKU\\{self._sid}")
        self.create(f"HKU\\{self._sid}_Classes")
        for path, values in system.registry.items():
            for place in {path, redirected(path)}:
                key = self.create(place)
                for name, seeded in values.items():
                    self.set(key, _value(name, seeded))
        self._is_seeded = True

    def _add(self, parent: Key, name: str) -> Key:
        if self._keys >= MAX_KEYS:
            raise NtFailure(status.DISK_FULL)
        self._keys += 1
        key = Key(name, parent, self._clock.filetime)
        parent.keys[name.lower()] = key
        return key

    # -- looking -----------------------------------------------------------------------------------------------------
    def _resolved(self, path: str) -> list[str]:
        """The names from the root of the tree to `path`: HKCU is the user's part of HKU, links are followed."""
        lower = path.lower()
        for link, target in _LINKS:
            if lower == link.lower() or lower.startswith(link.lower() + "\\"):
                path = target + path[len(link) :]
                lower = path.lower()
        if lower == "hkcu" or lower.startswith("hkcu\\"):
            path = f"HKU\\{self._sid}{path[4:]}"
            lower = path.lower()
        classes = f"hku\\{self._sid}\\software\\classes".lower()
        if lower == classes or lower.startswith(classes + "\\"):
            path = f"HKU\\{self._sid}_Classes{path[len(classes) :]}"
        return [name for name in path.split("\\") if name]

    def find(self, path: str) -> Key | None:
        """The key at `path`; below HKCR the user's classes come before the machine's."""
        if path[:4].lower() == "hkcr" and path[4:5] in {"", "\\"}:
            own = self.find("HKCU\\Software\\Classes" + path[4:]) if path[4:] else None
            return own or self.find("HKLM\\SOFTWARE\\Classes" + path[4:])
        key = self.root
        for name in self._resolved(path):
            below = key.keys.get(name.lower())
            if below is None:
                return None
            key = below
        return None if key is self.root else key

    def at(self, path: str) -> Key:
        """The key at `path`. Raises NtFailure when there is none."""
        key = self.find(path)
        if key is None:
            raise NtFailure(status.OBJECT_NAME_NOT_FOUND)
        return key

    # -- changing ----------------------------------------------------------------------------------------------------
    def create(self, path: str) -> Key:
        """The key at `path`, made with those above it as needed. Raises NtFailure for a path that cannot be."""
        existing = self.find(path)
        if existing is not None:
            return existing
        if path[:4].lower() == "hkcr":
            path = "HKLM\\SOFTWARE\\Classes" + path[4:]
        key = self.root
        for depth, name in enumerate(self._resolved(path)):
            below = key.keys.get(name.lower())
            if below is None:
                if depth == 0 or depth >= MAX_DEPTH or len(name) > MAX_NAME_CHARS:
                    raise NtFailure(status.OBJECT_NAME_INVALID)
                if depth == 1 and self._is_seeded:
                    raise NtFailure(status.INVALID_PARAMETER)
                below = self._add(key, name)
            key = below
        return key

    def set(self, key: Key, value: Value) -> None:
        """Puts a value. Raises NtFailure when the key is gone or there is too much."""
        self._check(key)
        if len(value.data) > MAX_DATA_BYTES or self._bytes + len(value.data) > MAX_STORED_BYTES:
            raise NtFailure(status.DISK_FULL)
        if len(value.name) > MAX_VALUE_NAME_CHARS:
            raise NtFailure(status.OBJECT_NAME_INVALID)
        self._bytes += len(value.data)
        key.values[value.name.lower()] = value
        key.written = self._clock.filetime

    def delete(self, key: Key) -> None:
        """Takes a key out of the tree. Raises NtFailure when it has keys below it, or is a root or a hive."""
        self._check(key)
        if key.keys:
            raise NtFailure(status.CANNOT_DELETE)
        if key.parent is None or self._is_top(key):
            raise NtFailure(status.ACCESS_DENIED)
        del key.parent.keys[key.name.lower()]
        self._keys -= 1

    def _is_top(self, key: Key) -> bool:
        """Whether `key` is a root, a hive or the 32-bit part of one."""
        above = key.parent
        if above is None or above is self.root or above.parent is self.root:
            return True
        return key.name.lower() == "wow6432node"

    def delete_tree(self, key: Key, *, keeps_top: bool = False) -> None:
        """Takes a key and all below it out of the tree."""
        if not keeps_top and self._is_top(key):
            raise NtFailure(status.ACCESS_DENIED)
        for below in tuple(key.keys.values()):
            self.delete_tree(below)
        if keeps_top:
            key.values.clear()
        else:
            self.delete(key)

    def delete_value(self, key: Key, name: str) -> None:
        """Takes a value away. Raises NtFailure when there is none."""
        self._check(key)
        if key.values.pop(name.lower(), None) is None:
            raise NtFailure(status.OBJECT_NAME_NOT_FOUND)
        key.written = self._clock.filetime

    @staticmethod
    def value(key: Key, name: str) -> Value:
        """The value of a key. Raises NtFailure when there is none."""
        found = key.values.get(name.lower())
        if found is None:
            raise NtFailure(status.OBJECT_NAME_NOT_FOUND)
        return found

    @staticmethod
    def _check(key: Key) -> None:
        if not key.is_live:
            raise NtFailure(status.KEY_DELETED)

    # -- names -------------------------------------------------------------------------------------------------------
    def from_native(self, path: str) -> str:
        """`path` of a system call (`\\Registry\\Machine\\...`) with the root's short name; empty when it is none."""
        lower = path.lower()
        roots = (
            (f"\\registry\\user\\{self._sid}_classes".lower(), "HKCU\\Software\\Classes"),
            (f"\\registry\\user\\{self._sid}".lower(), "HKCU"),
            ("\\registry\\machine", "HKLM"),
            ("\\registry\\user", "HKU"),
        )
        for native, short in roots:
            if lower == native or lower.startswith(native + "\\"):
                return short + path[len(native) :].rstrip("\\")
        return ""

    def to_native(self, path: str) -> str:
        """The name that a system call gives the key at `path`."""
        names = self._resolved(path)
        root = {"HKLM": "\\REGISTRY\\MACHINE", "HKU": "\\REGISTRY\\USER"}.get(names[0], "\\REGISTRY\\" + names[0])
        return "\\".join([root, *names[1:]])


def redirected(path: str) -> str:
    """`path` as a 32-bit program on 64-bit Windows reaches it: below HKLM\\SOFTWARE\\WOW6432Node."""
    parts = path.split("\\")
    lower = [part.lower() for part in parts]
    if lower[:2] != ["hklm", "software"] or lower[2:3] == ["wow6432node"]:
        return path
    below = "\\".join(lower[1:])
    if any(below == shared or below.startswith(shared + "\\") for shared in _WOW64_SHARED):
        return path
    return "\\".join([*parts[:2], "WOW6432Node", *parts[2:]])


def _value(name: str, seeded: Any) -> Value:
    """A value as guest.yml spells it (see profile.System.registry)."""
    match seeded:
        case str():
            return Value(name, REG_SZ, _text(seeded))
        case int():
            return Value(name, REG_DWORD, struct.pack("<I", seeded & 0xFFFFFFFF))
        case list():
            return Value(name, REG_MULTI_SZ, b"".join(map(_text, seeded)) + b"\0\0")
        case {"expand": text}:
            return Value(name, REG_EXPAND_SZ, _text(text))
        case {"hex": digits}:
            return Value(name, REG_BINARY, bytes.fromhex(digits))
        case {"qword": number}:
            return Value(name, REG_QWORD, struct.pack("<Q", number))
    raise ValueError(f"no registry value: {seeded!r}")


def _text(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")
