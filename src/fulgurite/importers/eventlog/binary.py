"""EVTX, the form in which Windows itself keeps event logs."""

import io
import struct
from collections.abc import Iterator
from typing import Any

import evtx

from fulgurite.errors import MalformedReport
from fulgurite.importers import jsonlines
from fulgurite.importers.counting import Count

MARK = b"ElfFile\0"
_FILE_HEADER_BYTES = 4096
_CHUNK_BYTES = 65_536
_TABLES = ((128, 64), (384, 32))
"""Within a chunk, where the first names and templates of each hash are told, and how many."""
_MOST_FAULTS = 10_000
"""Broken records in one log, after which the rest is left."""


def documents(data: bytes, count: Count, where: str) -> Iterator[Any]:
    """The events of the log `data` as evtx_dump writes them; records that cannot be read are counted and left out.

    Raises MalformedReport where its header cannot be read.
    """
    if _has_circles(data):
        raise MalformedReport("its names or templates lead in a circle: the log is damaged", where=where)
    try:
        # One thread: what is read here is read beside other files already.
        records = evtx.PyEvtxParser(io.BytesIO(data), number_of_threads=1).records_json()
    except (OSError, RuntimeError, ValueError) as error:
        raise MalformedReport(f"the header of the log cannot be read ({error})", where=where) from error
    faults = 0
    while faults < _MOST_FAULTS:
        try:
            record = next(records, None)
        except (OSError, RuntimeError, ValueError):
            faults += 1
            count.unreadable("records")
            continue
        if record is None:
            return
        found = jsonlines.document(record["data"].encode("utf-8", "replace"))
        if found is None:
            count.unreadable("records")
        else:
            yield found


def _has_circles(data: bytes) -> bool:
    """Whether a list of names or templates in a chunk leads back into itself: the library would follow it forever."""
    starts = range(_FILE_HEADER_BYTES, len(data), _CHUNK_BYTES)
    return any(_is_circular(data[start : start + _CHUNK_BYTES]) for start in starts)


def _is_circular(chunk: bytes) -> bool:
    followed: set[int] = set()
    for at in _firsts(chunk):
        path: set[int] = set()
        while 0 < at <= len(chunk) - 4 and at not in followed:
            if at in path:
                return True
            path.add(at)
            at = int.from_bytes(chunk[at : at + 4], "little")  # noqa: PLW2901 - on to the next of the list
        followed |= path
    return False


def _firsts(chunk: bytes) -> Iterator[int]:
    for start, count in _TABLES:
        table = chunk[start : start + 4 * count]
        yield from (first for (first,) in struct.iter_unpack("<L", table[: len(table) // 4 * 4]))
