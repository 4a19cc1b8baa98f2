"""The wire form of protocol buffers, as far as flat messages need it."""

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MOST_VARINT_BYTES = 10


class Broken(Exception):
    """Bytes that are no message. Never leaves the importers."""


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of one message in order: number, and value as integer or bytes. Raises Broken."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, form = key >> 3, key & 7
        if form == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        length = 8
        if form == _BYTES:
            length, at = _varint(data, at)
        elif form == _FIXED32:
            length = 4
        elif form != _FIXED64:
            raise Broken(f"field {number} has a wire type that is not in use")
        piece = data[at : at + length]
        if len(piece) < length:
            raise Broken(f"field {number} is cut off")
        at += length
        yield number, piece if form == _BYTES else int.from_bytes(piece, "little")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_MOST_VARINT_BYTES):
        if at + place >= len(data):
            raise Broken("a number is cut off")
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 - the bit that says more follows
            return value & 0xFFFFFFFFFFFFFFFF, at + place + 1
    raise Broken("a number has more than 64 bits")
