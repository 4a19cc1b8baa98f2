"""Several documents in one file, in three ways."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.importers import jsonlines
from fulgurite.importers.content import Content
from fulgurite.importers.counting import Count
from tests.strategies import JSON


@pytest.mark.parametrize(
    "data",
    [b'{"a":1}\n\n{"a":2}\r\n', b'[{"a":1},{"a":2}]', b'{\n "a": 1\n}{\n "a": 2\n}\n', b'\xef\xbb\xbf{"a":1}\n{"a":2}'],
)
def test_three_ways(data: bytes) -> None:
    count = Count()
    assert list(Content(data).documents(count)) == [{"a": 1}, {"a": 2}]
    assert count.faults() == ()
    assert Content(data).first == {"a": 1}


def test_lines_that_cannot_be_read_are_counted() -> None:
    count = Count()
    assert list(jsonlines.several(b'{"a":NaN}\n{"a"\n', count)) == [{"a": None}]
    assert count.tally().left == {"unreadable lines": 1}


def test_nothing_in_it() -> None:
    assert list(jsonlines.several(b"\x89PNG", Count())) == []
    assert jsonlines.first(b"MZ") == {}
    assert jsonlines.document(b'{"a":' * 10_000) is None


@given(st.lists(JSON.filter(lambda one: one is not None), min_size=1, max_size=4))
def test_lines_come_back(listed: list[object]) -> None:
    data = b"\n".join(json.dumps(one).encode() for one in listed)
    assert len(list(jsonlines.lines(data, Count()))) == len(listed)


@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    jsonlines.first(data)
    list(jsonlines.several(data, Count()))
