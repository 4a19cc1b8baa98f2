"""JSON as sandboxes write it."""

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers import lenient, mending
from fulgurite.importers.content import Content
from fulgurite.importers.counting import Count
from tests.strategies import JSON


class _Item(msgspec.Struct):
    name: Any = None


def _value(data: bytes) -> Any:
    return lenient.anything(Content(data).sections("test")["a"])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a": NaN}', None),
        (b'{"a": [-Infinity, 1]}', [None, 1]),
        (b'{"a": "NaN, Infinity"}', "NaN, Infinity"),
        (b'{"a": "NaN", "b": NaN}', "NaN"),
        (b'{"a": "\\ud800"}', "\ufffd"),
        (b'{"a": "\\udc00\\ud800x"}', "\ufffd\ufffdx"),
        (b'{"a": "\\ud83d\\ude00"}', "\U0001f600"),
        (b'{"a": "\\\\ud800"}', "\\ud800"),
        (b'{"a": "\\\\ud83d\\ude00"}', "\\ud83d\ufffd"),
        (b'{"a": "\\\\\\ud800"}', "\\\ufffd"),
        (b'{"a": "\xff"}', "\ufffd"),
        (b'{"a": "x\x01\n"}', "x\x01\n"),
        (b'{"a": "\\u0000"}', "\0"),
        (b'\xef\xbb\xbf{"a": 1}', 1),
        ('{"a": 1}'.encode("utf-16"), 1),
        (b'{"a": 1, "a": 2}', 2),
        (b'{"a": 18446744073709551615}', 2**64 - 1),
    ],
)
def test_what_python_writes_is_read(data: bytes, expected: Any) -> None:
    assert _value(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        b'{"a": 1',
        b'{"a": 1} x',
        b"MZ\x90\x00",
        b'{"a":' * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a": NaN, ' * 50_000,
        b'"' * 100_001,
    ],
)
def test_what_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        Content(data).sections("test")


def test_items_of_another_shape_are_counted() -> None:
    count = Count()
    raw = msgspec.Raw(b'[{"name": "a"}, 5, {"name": [1]}, null]')
    assert [one.name for one in lenient.many(raw, _Item, "items", count)] == ["a", [1]]
    assert count.tally().left == {"unreadable items": 2}


def test_collapsed_lists_are_lists() -> None:
    count = Count()
    assert [one.name for one in lenient.many(msgspec.Raw(b'{"x": {"name": 1}}'), _Item, "items", count)] == [1]
    for nothing in (None, msgspec.Raw(b"null")):
        assert lenient.many(nothing, _Item, "items", count) == []
    assert count.faults() == ()


def test_one_and_its_absence() -> None:
    count = Count()
    assert lenient.one(None, _Item, "x", count) is None
    assert lenient.one(msgspec.Raw(b"[]"), _Item, "x", count) is None
    assert count.faults() == ()
    assert lenient.one(msgspec.Raw(b"5"), _Item, "x", count) is None
    assert count.tally().left == {"unreadable x": 1}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(b"null", 0), (b"[]", 0), (b"{}", 0), (b'""', 0), (b"[1,2]", 2), (b'{"a":1}', 1), (b"5", 1), (b'"long text"', 1)],
)
def test_sizes(raw: bytes, expected: int) -> None:
    assert lenient.size(msgspec.Raw(raw)) == expected
    assert lenient.size(None) == 0


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (Content(data).sections, Content(data).listed):
        with contextlib.suppress(MalformedReport):
            read("test")


@given(st.dictionaries(st.text(), JSON))
def test_plain_json_comes_back_whole(value: dict[str, Any]) -> None:
    written = json.dumps(value).encode()
    mended = json.loads(mending.mended(written))
    read = {name: lenient.anything(raw) for name, raw in lenient.read_members(written, "test").items()}
    assert read == mended
