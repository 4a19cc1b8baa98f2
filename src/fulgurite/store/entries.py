"""What the index says of a file, and how it is written there: see `fulgurite.store.index`."""

import struct
from enum import IntEnum
from typing import Final, NamedTuple

from zlib_ng.zlib_ng import crc32

from fulgurite.errors import Damaged
from fulgurite.store.packs import Place

NOTHING = bytes(12)
"""Where a sandbox_id could stand: there is none."""
ENTRY: Final = struct.Struct(">HqHI12s")
"""Check; time, score and privacy; number of the pack and offset in it; raw sandbox_id."""
_PLACE: Final = struct.Struct(">HI")
CHECK_BYTES: Final = 2
SCORE_SHIFT: Final = 4
SCORE_MASK: Final = 15
TIME_SHIFT: Final = 8
SHA512_KEPT: Final = 32
"""So much of a SHA-512 stands in the index."""


class Privacy(IntEnum):
    """How much of what is known of a file is private."""

    NONE = 0
    SOME = 1
    ALL = 2
    """To everybody but the owners and administrators, the file is unknown."""


PRIVACY_MASK: Final = 3


class Entry(NamedTuple):
    """What the index says of a file."""

    place: Place
    """Of the body of the last analysis; 0: there is none."""
    running: bytes = NOTHING
    """The raw sandbox_id of the newest analysis in progress, or NOTHING."""
    score: int = 0
    """Of the last analysis, 1-10; 0 when it makes no statement."""
    requested_us: int = 0
    """When the last analysis was asked for, in microseconds since 1970."""
    privacy: Privacy = Privacy.NONE
    """Not NONE: there is more than is told here, and for some only."""
    last: bytes = NOTHING
    """The raw sandbox_id of the last analysis, or NOTHING."""


def packed(digest: bytes, entry: Entry) -> bytes:
    """`entry` as it stands in the index for the file with this raw digest."""
    number = entry.requested_us << TIME_SHIFT | entry.score << SCORE_SHIFT | entry.privacy
    running = b"" if entry.running == NOTHING else entry.running
    rest = ENTRY.pack(0, number, entry.place >> 32, entry.place & 0xFFFFFFFF, entry.last)[CHECK_BYTES:] + running
    return (crc32(rest, crc32(digest)) & 0xFFFF).to_bytes(CHECK_BYTES, "big") + rest


def unpacked(digest: bytes, data: bytes) -> Entry:
    """The entry in what the index has for this raw digest. Raises Damaged."""
    if len(data) < ENTRY.size or crc32(data[CHECK_BYTES:], crc32(digest)) & 0xFFFF != int.from_bytes(data[:2], "big"):
        raise damaged(digest)
    _, number, pack, offset, last = ENTRY.unpack_from(data)
    running = data[ENTRY.size :] or NOTHING
    score = number >> SCORE_SHIFT & SCORE_MASK
    return Entry(pack << 32 | offset, running, score, number >> TIME_SHIFT, Privacy(number & PRIVACY_MASK), last)


def damaged(digest: bytes) -> Damaged:
    """What to raise when the entry of this digest is not what was put there."""
    return Damaged(f"the index entry of {digest.hex()} is damaged; `fulgurite store check --repair` makes it again")


def named(sha512: bytes, sha256: bytes) -> tuple[bytes, bytes]:
    """Key and value by which the index knows that these two raw digests are of the same file."""
    check = crc32(sha256, crc32(sha512)) & 0xFFFF
    return sha512[:SHA512_KEPT], check.to_bytes(CHECK_BYTES, "big") + sha256


def packed_place(place: Place) -> bytes:
    """`place` as it stands in the index."""
    return _PLACE.pack(place >> 32, place & 0xFFFFFFFF)


def place_of(data: bytes) -> Place:
    """The place in what `ids` has for a sandbox_id. Raises Damaged."""
    if len(data) != _PLACE.size:
        raise Damaged("an entry of the index is damaged; `fulgurite store check --repair` makes it again")
    number, offset = _PLACE.unpack(data)
    return Place(number << 32 | offset)
