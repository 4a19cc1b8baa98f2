"""What a program says over its own sockets, read: HTTP requests, TLS ClientHello, DNS questions. Pure functions.

Formats: RFC 9112 (HTTP/1.1), RFC 8446 §4.1.2 (ClientHello), RFC 6066 §3 (server_name), RFC 1035 §4 (DNS). Hostile bytes
give None, never an exception.
"""

from __future__ import annotations

import hashlib
import re
import struct
from typing import NamedTuple

MAX_HEAD_BYTES = 65_536
"""Longest head of an HTTP request that is waited for."""

_REQUEST_LINE = re.compile(
    rb"(GET|POST|HEAD|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PROPFIND|SEARCH) ([^ \r\n]+) HTTP/1\.[01]\r?\n"
)
_METHOD = re.compile(rb"[A-Z]{3,8}( |\Z)")
_EXTENSION_SNI = 0
_GREASE_BITS, _GREASE = 0x0F0F, 0x0A0A
_EXTENSION_GROUPS = 10
_EXTENSION_POINT_FORMATS = 11
_DNS_TYPES = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 255: "ANY"}


class Request(NamedTuple):
    """The head of one HTTP request."""

    method: str
    target: str
    """As sent: a path, an absolute URL or, for CONNECT, `host:port`."""
    headers: tuple[str, ...]
    head_bytes: int
    """Length of the head with its empty line."""
    body_bytes: int
    """What Content-Length says."""

    def header(self, name: str) -> str | None:
        """The value of header `name`; None when it was not sent."""
        prefix = name.lower() + ":"
        return next((line[len(prefix) :].strip() for line in self.headers if line.lower().startswith(prefix)), None)


def may_be_request(data: bytes) -> bool:
    """Whether `data` begins like an HTTP request that may still be incomplete."""
    return _METHOD.match(data[:9]) is not None


def http_request(data: bytes) -> Request | None:
    """The request whose head stands complete at the start of `data`; None when there is none."""
    match = _REQUEST_LINE.match(data)
    if match is None:
        return None
    end, gap = data.find(b"\r\n\r\n", 0, MAX_HEAD_BYTES), 4
    if end < 0:
        end, gap = data.find(b"\n\n", 0, MAX_HEAD_BYTES), 2
    if end < 0:
        return None
    lines = data[match.end() : end].decode("utf-8", "replace").splitlines()
    request = Request(
        method=match[1].decode(),
        target=match[2].decode("utf-8", "replace"),
        headers=tuple(line for line in lines if ":" in line),
        head_bytes=end + gap,
        body_bytes=0,
    )
    length = request.header("Content-Length") or ""
    return request._replace(body_bytes=int(length) if length.isascii() and length.isdigit() and len(length) < 12 else 0)  # noqa: PLR2004 - a length, not an attack


class Hello(NamedTuple):
    """What a ClientHello says."""

    sni: str | None
    ja3: str
    """MD5 of the JA3 text."""


class _Reader:
    """Reads big-endian fields; raises IndexError past the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        part = self._data[self._at : self._at + size]
        if len(part) != size:
            raise IndexError
        self._at += size
        return part

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size_of_length: int) -> bytes:
        return self.take(self.number(size_of_length))

    @property
    def is_at_end(self) -> bool:
        return self._at >= len(self._data)


def client_hello(data: bytes) -> Hello | None:
    """The ClientHello whose record stands at the start of `data`; None when there is none or it is not well-formed."""
    if data[:2] != b"\x16\x03" or data[5:6] != b"\x01":
        return None
    try:
        return _hello(_Reader(_Reader(data[3:]).vector(2)))
    except IndexError:
        return None


def _hello(record: _Reader) -> Hello:
    record.take(1)
    body = _Reader(record.vector(3))
    version = body.number(2)
    body.take(32)
    body.vector(1)
    ciphers = _numbers(body.vector(2))
    body.vector(1)
    extensions = _extensions(body.vector(2)) if not body.is_at_end else {}
    groups = extensions.get(_EXTENSION_GROUPS, b"")[2:]
    points = extensions.get(_EXTENSION_POINT_FORMATS, b"")[1:]
    fields = (
        str(version),
        "-".join(map(str, _without_grease(ciphers))),
        "-".join(map(str, _without_grease(list(extensions)))),
        "-".join(map(str, _without_grease(_numbers(groups)))),
        "-".join(map(str, points)),
    )
    ja3 = hashlib.md5(",".join(fields).encode(), usedforsecurity=False).hexdigest()
    return Hello(sni=_server_name(extensions.get(_EXTENSION_SNI)), ja3=ja3)


def _numbers(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data) - 1, 2)]


def _without_grease(numbers: list[int]) -> list[int]:
    """`numbers` without the reserved ones of RFC 8701."""
    return [n for n in numbers if n & _GREASE_BITS != _GREASE or n >> 8 != n & 0xFF]


def _extensions(data: bytes) -> dict[int, bytes]:
    reader = _Reader(data)
    out: dict[int, bytes] = {}
    while not reader.is_at_end:
        kind = reader.number(2)
        out[kind] = reader.vector(2)
    return out


def _server_name(data: bytes | None) -> str | None:
    if data is None:
        return None
    names = _Reader(_Reader(data).vector(2))
    names.take(1)
    return names.vector(2).decode("ascii", "replace")


class Question(NamedTuple):
    """The first question of a DNS message."""

    name: str
    kind: str
    """`A`, `AAAA` ...; `TYPE65` for one without a name here."""
    raw: bytes
    """The question as it stands in the message."""


def dns_question(data: bytes) -> Question | None:
    """The question of the DNS query `data`; None when it is none."""
    if len(data) < 17:  # noqa: PLR2004 - a header and the shortest question
        return None
    _, flags, questions = struct.unpack_from(">HHH", data)
    if flags & 0x8000 or questions != 1:
        return None
    labels: list[str] = []
    at = 12
    while at < len(data) and 0 < data[at] < 64 and len(labels) < 128:  # noqa: PLR2004 - RFC 1035 §2.3.4
        labels.append(data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace"))
        at += 1 + data[at]
    if at + 5 > len(data) or data[at] != 0:
        return None
    kind = int.from_bytes(data[at + 1 : at + 3], "big")
    return Question(".".join(labels), _DNS_TYPES.get(kind, f"TYPE{kind}"), data[12 : at + 5])


def dns_answer(query: bytes, question: Question, addresses: list[bytes]) -> bytes:
    """The message that answers `query` with `addresses` (packed); without any, the name does not exist."""
    flags = 0x8180 if addresses else 0x8183
    head = query[:2] + struct.pack(">HHHHH", flags, 1, len(addresses), 0, 0)
    kind = question.raw[-4:-2]
    records = b"".join(
        b"\xc0\x0c" + kind + b"\x00\x01" + struct.pack(">IH", 300, len(packed)) + packed for packed in addresses
    )
    return head + question.raw + records
