"""One look at a document, shared by all formats."""

import gc
import sys
from collections import Counter
from types import FrameType
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport, UnknownFormat
from fulgurite.importers.content import Content


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b'{"a": 1, "b": {}}', {"a", "b"}),
        (b'\xef\xbb\xbf \n{"a": 1}', {"a"}),
        ('{"a": 1}'.encode("utf-16"), {"a"}),
        (b'[{"a": 1}, {"b": 2}]', {"a"}),
        (b'[1, {"b": 2}]', set()),
        (b'{"a": 1}\n{"b": 2}\n', {"a"}),
        (b'{\n"a": 1\n}{"b": 2}', {"a"}),
        (b'{"a": NaN, "b": "\\ud800"}', {"a", "b"}),
        (b'{"a": ', set()),
        (b"<a>", set()),
        (b"", set()),
        (b"[]", set()),
        (b"{}", set()),
    ],
)
def test_names_at_the_top(data: bytes, keys: set[str]) -> None:
    assert set(Content(data).keys) == keys


def test_what_it_holds() -> None:
    one = Content(b'{"a": {"b": 1}, "c": [2]}')
    assert (set(one.inner("a")), one.inner("c"), one.inner("x")) == ({"b"}, {}, {})
    assert one.first == one.whole == {"a": {"b": 1}, "c": [2]}
    assert (one.elements, one.is_broken) == ([], False)
    assert one.sections("test") == one.members
    listed = Content(b'[{"a": 1}, 2]')
    assert (listed.first, listed.whole, listed.members) == ({"a": 1}, [{"a": 1}, 2], {})
    assert [bytes(raw) for raw in listed.listed("test")] == [b'{"a": 1}', b"2"]
    lines = Content(b'{"a": 1}\n{"b": 2}')
    assert (lines.first, lines.whole, lines.is_broken) == ({"a": 1}, None, True)
    assert Content(b"[1]").first == {}


@pytest.mark.parametrize("data", [b"", b"MZ", b'{"a":', b'{"a": 1} x', b"[1", b"{" * 100_000, b'{"a":' * 100_000])
def test_what_is_neither_object_nor_list(data: bytes) -> None:
    content = Content(data)
    assert content.whole is None
    for read in (content.sections, content.listed):
        with pytest.raises(MalformedReport, match=r"^test: "):
            read("test")


def test_the_other_kind_is_refused() -> None:
    with pytest.raises(MalformedReport, match="expected a list"):
        Content(b"{}").listed("test")
    with pytest.raises(MalformedReport, match="expected an object"):
        Content(b"[]").sections("test")


@pytest.mark.parametrize("data", [b'{"a": [1, 2], "b": {"c": 3}}', b'[{"a": 1}]', b'{"a": 1}\n{"a": 2}\n'])
def test_all_formats_together_read_the_top_once(data: bytes) -> None:
    asked: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            asked[frame.f_code.co_name] += 1

    sys.setprofile(count)
    try:
        with pytest.raises(UnknownFormat):
            importers.read(data)
    finally:
        sys.setprofile(None)
    assert asked["read_members"] + asked["read_elements"] == 1
    assert asked["readable"] == 1
    assert asked["read_anything"] <= 1


def test_nothing_is_copied() -> None:
    data = b'{"a": "' + b"x" * 100_000 + b'"}'
    content = Content(data)
    assert content.data is data
    assert content.text is data
    assert data in gc.get_referents(content.__dict__)
