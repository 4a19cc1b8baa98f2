"""Reports one behind the other in one file: a line each, or as pretty-printed documents."""

from collections.abc import Callable, Iterator

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient

_LOGS = frozenset(
    {"runlog", "eventlog", "etw", "drakvuf", "triage-kernel", "threemon", "procmon", "speakeasy", "vmray-flog"}
)
"""Formats whose files are lines themselves, or hold none: they stay whole."""
_NEXT = b"\n{"


def documents(data: bytes, format_of: Callable[[bytes], str | None]) -> Iterator[bytes] | None:
    """The documents in `data` where it is several reports; None where it is one, a log, or none.

    Documents begin with a brace at the beginning of a line, as no part of a pretty-printed one does.
    """
    if not data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or _NEXT not in data:
        return None
    first = next(_chunks(data))
    try:
        lenient.read_members(first, "")
    except MalformedReport:
        return None
    word = format_of(first)
    if word is None or word in _LOGS or format_of(data) in _LOGS:
        return None
    return _chunks(data)


def _chunks(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        end = data.find(_NEXT, at + 1)
        end = len(data) if end < 0 else end
        chunk = data[at:end].strip(b"\xef\xbb\xbf \t\r\n")
        at = end
        if chunk != b"":
            yield chunk
