"""Digests of files: parsing what callers write, computing our own."""

import hashlib
import re
from typing import Final, NamedTuple, NewType

from fulgurite.errors import InvalidHash

Sha256 = NewType("Sha256", str)
"""A SHA-256 as 64 lower-case hex digits."""

_HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)
KINDS: Final = {32: "md5", 40: "sha1", 64: "sha256"}
"""Hex digits of each kind of hash under which something is kept."""
SHA512_DIGITS: Final = 128
SHA512_BYTES: Final = 64


class Digests(NamedTuple):
    """The three names of one file, each in lower-case hex."""

    md5: str
    sha1: str
    sha256: Sha256


def parse(text: str) -> bytes:
    """The raw digest that `text` spells: 16, 20 or 32 bytes by its kind.

    Raises InvalidHash unless `text` is exactly 32, 40 or 64 hex digits of any case.
    """
    if len(text) not in KINDS or _HEX.fullmatch(text) is None:
        raise InvalidHash("expected 32, 40 or 64 hex digits (MD5, SHA-1 or SHA-256)", where="hash")
    return bytes.fromhex(text)


def parse_any(text: str) -> bytes:
    """As `parse`, and the 64 bytes of a SHA-512: another name of a file, by which it can be looked up.

    Raises InvalidHash unless `text` is exactly 32, 40, 64 or 128 hex digits of any case.
    """
    if len(text) == SHA512_DIGITS and _HEX.fullmatch(text) is not None:
        return bytes.fromhex(text)
    return parse(text)


def sha256(text: str) -> Sha256:
    """`text` as a Sha256. Raises InvalidHash unless it is 64 hex digits."""
    if len(parse(text)) != 32:  # noqa: PLR2004 - the bytes of a SHA-256
        raise InvalidHash("expected 64 hex digits (SHA-256)", where="sha256")
    return Sha256(text.lower())


def sha256_of(data: bytes) -> Sha256:
    """The SHA-256 of `data`."""
    return Sha256(hashlib.sha256(data).hexdigest())


def sha512_of(data: bytes) -> bytes:
    """The raw SHA-512 of `data`."""
    return hashlib.sha512(data).digest()


def digests_of(data: bytes) -> Digests:
    """All three digests of `data`. MD5 and SHA-1 are names for lookup here, not protection."""
    return Digests(
        md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
        sha1=hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        sha256=sha256_of(data),
    )
