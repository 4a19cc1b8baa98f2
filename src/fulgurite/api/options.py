"""Scan options of an upload beyond the sandbox: what its headers wish for."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from fulgurite.api.problems import Problem
from fulgurite.api.wire import Headers
from fulgurite.errors import InputError

_MAX_PASSWORD_BYTES = 1024
_WORDS = re.compile(rb"[\s,_]+")
_UNARCHIVE = "unarchive"
_PASSWORDS = (b"archivepwd", b"filepassword", b"password")
_SWITCHES: Mapping[bytes, tuple[int, tuple[bytes, ...]]] = {
    b"privateprocessing": (400020, (b"0", b"1")),
    b"samplesharing": (400142, (b"0", b"1", b"2")),
    b"xforcescan": (400141, (b"0", b"1")),
}
"""Header, without `-` and `_` -> the code for a value that it must not have, and its values."""


class Allowed(NamedTuple):
    """What may be wished for."""

    rules: Sequence[str] = ("multiscan", "sanitize", "cdr", "unarchive", "dlp", "sandbox")
    """Words of the `rule` header."""
    private_processing: bool = True
    check_fetch: Callable[[str], None] | None = None
    """Raises InputError for a URL that is not fetched; None: no URL is."""
    check_callback: Callable[[str], None] | None = None
    """Raises InputError for a URL that is not called; None: no URL is."""


class Options(NamedTuple):
    """What is wished for."""

    is_private: bool = False
    is_unpacking_asked: bool = False
    password: str | None = None
    download_from: str | None = None
    callback_url: str | None = None


def options(headers: Headers, allowed: Allowed) -> Options:
    """What `headers` wish for.

    Taken without effect: the words of `rule` for what we do not have, `samplesharing` (no sample is ever shared),
    `x-force-scan`, `rescan-count`, `metadata` and the like.

    Raises Problem 400020, 400141, 400142, 400143, 400156 for values, 400146 for a `downloadfrom` that is not fetched.
    """
    given: dict[bytes, bytes] = {}
    for name, value in headers:
        given.setdefault(name.replace(b"_", b"").replace(b"-", b""), value.strip())
    for name, (code, values) in _SWITCHES.items():
        if name in given and given[name] not in values:
            raise Problem(code, f"{name.decode()}: allowed values are {b', '.join(values).decode()}")
    is_private = given.get(b"privateprocessing") == b"1"
    if is_private and not allowed.private_processing:
        raise Problem(400143)
    return Options(
        is_private=is_private,
        is_unpacking_asked=_UNARCHIVE in _rule(given.get(b"rule", b""), allowed.rules),
        password=_password(given),
        download_from=_download(given.get(b"downloadfrom"), allowed.check_fetch),
        callback_url=_callback(given.get(b"callbackurl"), allowed.check_callback),
    )


def is_private(headers: Headers, allowed: Allowed) -> bool:
    """Whether `headers` wish for privacy. Raises Problem as `options` does."""
    return options([pair for pair in headers if pair[0] == b"privateprocessing"], allowed).is_private


def _rule(value: bytes, known: Sequence[str]) -> list[str]:
    words = [word.decode("latin-1").lower() for word in _WORDS.split(value) if word != b""]
    for word in words:
        if word not in known:
            raise Problem(400156, f"rule: allowed words are {', '.join(known)}")
    return words


def _password(given: Mapping[bytes, bytes]) -> str | None:
    for name in _PASSWORDS:
        if name in given:
            if len(given[name]) > _MAX_PASSWORD_BYTES:
                raise Problem(400020, f"{name.decode()}: longer than {_MAX_PASSWORD_BYTES} bytes")
            # Some clients send UTF-8, others Latin-1; what is valid UTF-8 is rarely anything else.
            return _text(unquote_to_bytes(given[name]))
    return None


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _download(value: bytes | None, check: Callable[[str], None] | None) -> str | None:
    if value is None:
        return None
    if check is None:
        raise Problem(400146, "downloadfrom: fetching URLs is off on this server (setting fetch_urls)")
    return _url("downloadfrom", value, 400146, check)


def _callback(value: bytes | None, check: Callable[[str], None] | None) -> str | None:
    if value is None:
        return None
    if check is None:
        raise Problem(400020, "callbackurl: webhooks are off on this server (setting callbacks)")
    return _url("callbackurl", value, 400020, check)


def _url(header: str, value: bytes, code: int, check: Callable[[str], None]) -> str:
    # Some clients quote the whole of it.
    text = unquote_to_bytes(value).decode("utf-8", "replace") if b"://" not in value else _text(value)
    try:
        check(text)
    except InputError as error:
        raise Problem(code, f"{header}: {error}") from error
    return text
