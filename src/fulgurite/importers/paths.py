"""Paths as every report spells them, whatever their source: `HKLM\\...` and `C:\\...`."""

import re

_HIVES = {
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_CURRENT_USER": "HKCU",
    "HKEY_USERS": "HKU",
    "HKEY_CLASSES_ROOT": "HKCR",
    "0x80000000": "HKCR",
    "0xffffffff80000000": "HKCR",
    "0x80000001": "HKCU",
    "0xffffffff80000001": "HKCU",
    "0x80000002": "HKLM",
    "0xffffffff80000002": "HKLM",
    "0x80000003": "HKU",
    "0xffffffff80000003": "HKU",
}
_KERNEL = re.compile(r"\\registry\\(machine|user)(?=\\|$)", re.IGNORECASE)
_KERNEL_HIVES = {"machine": "HKLM", "user": "HKU"}
_NATIVE = ("\\??\\", "\\\\?\\", "\\DosDevices\\")
_VOLUME = re.compile(r"\\Device\\HarddiskVolume\d+(?=\\|$)", re.IGNORECASE)
_DRIVE = "C:"
"""The guests of all formats read here have one disk with one volume that has a letter."""


def registry(path: str) -> str:
    """`path` with its hive in short: `HKLM\\SOFTWARE\\X`. Backslashes that a writer doubled are single again."""
    if "\\\\" in path:
        path = path.replace("\\\\", "\\")
    hive, slash, rest = path.partition("\\")
    if hive == "":
        found = _KERNEL.match(path)
        return path if found is None else _KERNEL_HIVES[found[1].lower()] + path[found.end() :]
    short = _HIVES.get(hive) or _HIVES.get(hive.upper())
    return path if short is None else f"{short}{slash}{rest}"


def file(path: str) -> str:
    """`path` with a drive letter where the source has a native name: `\\??\\C:`, or the volume's device."""
    if not path.startswith("\\"):
        return path
    for prefix in _NATIVE:
        if path.startswith(prefix):
            rest = path[len(prefix) :]
            return _plain(path, rest)
    return _VOLUME.sub(_DRIVE, path, count=1) if path.startswith("\\Device\\") else path


def _plain(path: str, rest: str) -> str:
    """`rest` of a path after its native prefix; shares keep two backslashes, devices and volumes their prefix."""
    if rest[:4].upper() == "UNC\\":
        return "\\\\" + rest[4:]
    return rest if rest[1:2] == ":" else path


def joined(key: str, name: str | None) -> str:
    """The value `name` of the registry key `key` as one path; the default value is the key's own."""
    return key if name is None or name == "" else f"{key}\\{name}"


def address(host: str, port: int | None) -> str:
    """`host` and `port` as one text: `192.0.2.1:80`, `[2001:db8::1]:80`; the host alone without a port."""
    shown = f"[{host}]" if ":" in host else host
    return host if port is None else f"{shown}:{port}"


def is_address(host: str) -> bool:
    """Whether `host` is an IP address, not a name."""
    parts = host.split(".")
    return ":" in host or (len(parts) == 4 and all(part.isdecimal() for part in parts))  # noqa: PLR2004 - IPv4


def base_name(path: str) -> str:
    """The last part of `path`, whatever its slashes."""
    return path.replace("\\", "/").rpartition("/")[2]
