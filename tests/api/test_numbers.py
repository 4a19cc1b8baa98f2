"""Numbers in query strings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from fulgurite.api.numbers import number
from fulgurite.api.problems import Problem


def asked(query: bytes) -> Request:
    return Request({"type": "http", "query_string": query, "headers": []})


@given(st.integers(0, 20))
def test_a_number_in_its_range(value: int) -> None:
    request = asked(b"n=%d" % value)
    if 1 <= value <= 9:
        assert number(request, "n", 5, 1, 9, fault=400028) == value
    else:
        with pytest.raises(Problem):
            number(request, "n", 5, 1, 9, fault=400028)


def test_none_is_the_default() -> None:
    assert number(asked(b""), "n", 5, 1, 9, fault=400028) == 5


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "x", "%31%00", "%D9%A1", "1" * 30])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(Problem, match="400028"):
        number(asked(b"n=" + text.encode()), "n", 5, 1, 9, fault=400028)
