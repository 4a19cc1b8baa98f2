"""Several JSON documents in one file: a line each, or one behind the other."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from fulgurite.importers import lenient, mending
from fulgurite.importers.counting import Count

_DECODER = msgspec.json.Decoder()
_LINEAR = json.JSONDecoder()
_SPOILT = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_SNIFFED = 65_536


def lines(data: bytes, count: Count) -> Iterator[Any]:
    """The documents of `data`, one a line; lines that cannot be read are counted and left out."""
    for line in split(data):
        found = document(line)
        if found is None:
            count.unreadable("lines")
        else:
            yield found


def split(data: bytes) -> Iterator[bytes]:
    """The lines of `data` that are not blank, without copying the rest."""
    start, end = 0, len(data)
    while start < end:
        stop = data.find(b"\n", start)
        stop = end if stop < 0 else stop
        line = data[start:stop].strip()
        if line:
            yield line
        start = stop + 1


def document(line: bytes) -> Any:
    """The value that `line` is, mended where it must be; None where it is none."""
    try:
        return _DECODER.decode(line)
    except _SPOILT:
        pass
    try:
        return _DECODER.decode(mending.mended(line))
    except _SPOILT:
        return None


def first(data: bytes) -> dict[str, Any]:
    """The first document of `data` where it is an object, whatever follows; {} else. To tell formats apart."""
    start = lenient.trimmed(data[:_SNIFFED]).lstrip()
    if start[:1] == b"[":
        start = start[1:].lstrip()
    line = start.partition(b"\n")[0].strip().rstrip(b",")
    found = document(line)
    if found is None:
        found = next(behind_one_another(start), None)
    return found if isinstance(found, dict) else {}


def several(text: bytes, count: Count) -> Iterator[Any]:
    """The documents of `text`, a line each or one behind the other."""
    head = next(split(text), b"")
    return lines(text, count) if document(head) is not None else behind_one_another(text)


def behind_one_another(data: bytes) -> Iterator[Any]:
    """Documents without lines to part them, until one cannot be read."""
    text, at = data.decode("utf-8", "replace"), 0
    while at < len(text):
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return
        try:
            found, at = _LINEAR.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield found
