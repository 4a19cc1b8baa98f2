"""Spellings of guest paths, brought to one: `C:\\Folder\\name`, or a device below `\\\\.\\`."""

import fnmatch
import ntpath
import re
from collections.abc import Mapping

MAX_PATH_CHARS = 32_767
DEVICE_PREFIX = "\\\\.\\"
_DRIVE_PREFIXES = (
    "\\\\?\\globalroot\\device\\harddiskvolume2\\",
    "\\device\\harddiskvolume2\\",
    "\\\\?\\globalroot\\",
    "\\dosdevices\\",
    "\\global??\\",
    "\\??\\",
    "\\\\?\\",
    "\\\\.\\",
)
_DOS_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[1-9]|lpt[1-9]|conin\$|conout\$)(?:[.:].*)?", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:(?:\\|$)")
_VARIABLE = re.compile(r"%([^%]+)%")
_BAD_CHARACTERS = re.compile(r'[\x00-\x1f"<>|]')


def absolute(text: str, cwd: str) -> str:
    """`text` as an absolute path, relative ones taken from `cwd`; empty when `text` is. Case is kept as given."""
    text = text[:MAX_PATH_CHARS].replace("/", "\\")
    if not text:
        return ""
    lower = text.lower()
    if lower.startswith("\\systemroot"):
        return _normal("C:\\Windows" + text[11:])
    for prefix in _DRIVE_PREFIXES:
        if lower.startswith(prefix):
            return _without_prefix(text[len(prefix) :], prefix)
    if lower.startswith(("\\device\\", "\\\\")):
        return _normal_unc(text)
    if _DOS_DEVICES.fullmatch(ntpath.basename(text).rstrip(" ")):
        return DEVICE_PREFIX + ntpath.basename(text).split(".")[0].split(":")[0].upper()
    return _normal(_joined(text, cwd))


def _joined(text: str, cwd: str) -> str:
    """`text` below `cwd`, as the drive and the root in it say."""
    if _DRIVE.match(text):
        return text
    if text[1:2] == ":":
        base = cwd if cwd[:2].lower() == text[:2].lower() else text[:2] + "\\"
        return base + "\\" + text[2:]
    if text.startswith("\\"):
        return cwd[:2] + text
    return cwd + "\\" + text


def _without_prefix(rest: str, prefix: str) -> str:
    if prefix.endswith("harddiskvolume2\\"):
        return _normal("C:\\" + rest)
    if _DRIVE.match(rest):
        return _normal(rest)
    if rest.lower().startswith("unc\\"):
        return _normal_unc("\\\\" + rest[4:])
    if rest.lower().startswith("globalroot\\"):
        return absolute(rest[10:], "C:\\")
    if rest.lower().startswith("volume{"):
        return _normal("C:\\" + rest.partition("}")[2].lstrip("\\"))
    return DEVICE_PREFIX + rest


def _normal_unc(text: str) -> str:
    lower = text.lower()
    if lower.startswith("\\device\\namedpipe"):
        return DEVICE_PREFIX + "pipe" + text[17:]
    if lower.startswith("\\device\\"):
        return DEVICE_PREFIX + text[8:]
    return text.rstrip("\\")


def _normal(text: str) -> str:
    """`text`, which starts with a drive, without `.`, `..`, doubled separators, and dots and blanks at ends."""
    parts: list[str] = []
    for part in text[2:].split("\\"):
        if part == "..":
            del parts[-1:]
        elif part.strip(". "):
            parts.append(part.rstrip(". "))
    return text[0].upper() + ":\\" + "\\".join(parts)


def is_device(path: str) -> bool:
    """Whether `path` is a device, not a file: `\\\\.\\PhysicalDrive0`, `\\\\.\\pipe\\x`."""
    return path.startswith(DEVICE_PREFIX)


def is_remote(path: str) -> bool:
    """Whether `path` lies on another machine."""
    return path.startswith("\\\\") and not is_device(path)


def is_well_formed(path: str) -> bool:
    """Whether Windows would accept the characters of `path` in a file's name; wildcards are not."""
    return _BAD_CHARACTERS.search(path) is None and "*" not in path and "?" not in path


def stream_of(path: str) -> tuple[str, str]:
    """The file of `path` and its alternate data stream, empty for the file's own content."""
    folder, _, name = path.rpartition("\\")
    base, _, stream = name.partition(":")
    stream = stream.removesuffix(":$DATA").removesuffix(":$data")
    return (f"{folder}\\{base}" if folder else base), stream


def expanded(text: str, environment: Mapping[str, str]) -> str:
    """`text` with each `%NAME%` of `environment` (any case) replaced; unknown names stay."""
    lower = {name.lower(): value for name, value in environment.items()}
    return _VARIABLE.sub(lambda found: lower.get(found[1].lower(), found[0]), text)


def matches(name: str, pattern: str) -> bool:
    """Whether a file's `name` matches a DOS wildcard `pattern`; `*.*` and an empty one match all."""
    pattern = pattern.lower().translate(_DOS_WILDCARDS)
    if pattern in {"", "*", "*.*"}:
        return True
    name, pattern = name.lower(), pattern.replace("[", "[[]")
    return fnmatch.fnmatchcase(name, pattern) or ("." not in name and fnmatch.fnmatchcase(name + ".", pattern))


_DOS_WILDCARDS = str.maketrans({"<": "*", ">": "?", '"': "."})
"""What the Win32 layer makes of `*`, `?` and `.` before it asks the kernel."""
