"""Request shapes: what the headers of a request say.

Header values are hostile text. Names come in as the server gives them: lower-case bytes.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from fulgurite.api.problems import Problem
from fulgurite.model.task import RunOptions
from fulgurite.service.names import display_name

DEFAULT_SYSTEM = "windows10"
"""The system of a request that names none: a `sandbox` word in the `rule` header."""

Headers = Iterable[tuple[bytes, bytes]]

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "system": ("sandbox",),
    "timeout": ("sandbox_timeout", "sandbox-timeout"),
    "browser": ("sandbox_browser", "sandbox-browser"),
    "shellcode": ("sandbox_shellcode", "sandbox-shellcode"),
}
"""Field of RunOptions -> the header's spellings; documentation and SDK differ. The first stands in messages."""

_FIELD_OF = {spelling.encode(): field for field, spellings in _FIELDS.items() for spelling in spellings}
_NAME_HEADERS = (b"filename", b"x-filename")
_STRIPPED = str.maketrans("", "", " _-\t")


class Choices(NamedTuple):
    """The values that the headers of an upload may have."""

    system: tuple[str, ...] = ("windows7", "windows10")
    timeout: tuple[str, ...] = ("short", "medium", "long")
    browser: tuple[str, ...] = ("os_default", "internet_explorer", "chrome", "firefox", "edge")
    shellcode: tuple[str, ...] = ("x86", "amd64")


class Wanted(NamedTuple):
    """What the headers of an upload ask for."""

    options: RunOptions | None
    """None: keep the file, run nothing."""
    file_name: str | None
    """A display name, cleaned; None when the headers have none."""


def wanted(headers: Headers, choices: Choices) -> Wanted:
    """What `headers` ask for. Raises Problem 400020 for a value that `choices` does not have."""
    asked: dict[str, str] = {}
    name: str | None = None
    for header, value in headers:
        field = _FIELD_OF.get(header)
        if field is not None:
            chosen = _chosen(field, value, choices)
            if asked.setdefault(field, chosen) != chosen:
                raise Problem(400020, f"{_FIELDS[field][0]}: given twice with different values")
        elif header == b"rule" and _has_sandbox(value):
            asked.setdefault("system", DEFAULT_SYSTEM)
        elif header in _NAME_HEADERS and name is None:
            name = display_name(unquote_to_bytes(value))
    if "system" not in asked:
        return Wanted(options=None, file_name=name)
    return Wanted(options=RunOptions(**asked), file_name=name)


def normal(value: str) -> str:
    """`value` as it is compared: lower-case, without spaces, `_` and `-`."""
    return value.translate(_STRIPPED).lower()


def _chosen(field: str, value: bytes, choices: Choices) -> str:
    allowed: tuple[str, ...] = getattr(choices, field)
    given = normal(value.decode("latin-1"))
    for choice in allowed:
        if normal(choice) == given:
            return choice
    raise Problem(400020, f"{_FIELDS[field][0]}: allowed values are {', '.join(allowed)}")


def _has_sandbox(rule: bytes) -> bool:
    return b"sandbox" in [word.strip().lower() for word in rule.split(b",")]
