"""Reports with something changed in them: values of other kinds, parts left out, bytes turned over."""

import contextlib
import copy
import json
from typing import Any

from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers import Importer
from fulgurite.importers.content import Content
from fulgurite.model.report import decode, encode
from tests.strategies import JSON

SCRAPS = JSON | st.sampled_from(
    ["", "0x", "-1", "T1055", "\u0000", "\\", 2**64, -(2**63), 1e300, [[]], [{}], {"id": {}}, [None], {"path": [1]}]
)


def places(whole: Any, limit: int = 2000) -> list[tuple[Any, ...]]:
    """The paths to all values within `whole`, the first `limit` of them."""
    found: list[tuple[Any, ...]] = []
    waiting: list[tuple[tuple[Any, ...], Any]] = [((), whole)]
    while waiting and len(found) < limit:
        path, value = waiting.pop()
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, child in inner:
            found.append((*path, key))
            waiting.append(((*path, key), child))
    return found


@st.composite
def changed(draw: st.DrawFn, whole: Any) -> Any:
    """`whole` with up to three values replaced."""
    result = copy.deepcopy(whole)
    for path in draw(st.lists(st.sampled_from(places(whole)), min_size=1, max_size=3)):
        holder = result
        with contextlib.suppress(KeyError, IndexError, TypeError):
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = copy.deepcopy(draw(SCRAPS))
    return result


def read_or_refused(importer: Importer, data: bytes) -> None:
    """Reads `data`: what comes out is told and read again as the same, or the bytes are refused cleanly."""
    importer.sniff(Content(data))
    with contextlib.suppress(MalformedReport):
        report = importer.parse(Content(data))
        assert decode(encode(report)) == report
        assert report.tally is not None
        assert report.tally.items == report.tally.carried + sum(report.tally.left.values())


def as_bytes(whole: Any, *, lines: bool) -> bytes:
    """`whole` as a file: one document, or a line each."""
    if lines:
        return b"".join(json.dumps(one).encode() + b"\n" for one in whole)
    return json.dumps(whole).encode()
