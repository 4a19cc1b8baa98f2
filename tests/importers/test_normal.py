"""Python's own spelling of values, as JSON."""

import ast
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulgurite.importers.normal import normal

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["it's", 'say "x"', "\u200e", "\U0001f600"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=40)
@given(st.lists(st.dictionaries(st.text(), VALUES, min_size=1), min_size=1, max_size=3))
def test_what_python_writes_is_read_as_it_was(lines: list[dict[str, Any]]) -> None:
    first = {"EventHeader": {}, **lines[0]}
    written = "\n".join(repr(line) for line in (first, *lines[1:])).encode("utf-8", "replace")
    told = normal(written).split(b"\n")
    assert [json.loads(line) for line in told] == [ast.literal_eval(line) for line in written.decode().splitlines()]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b"{'a': (1, 2,), 'b': b'\\x41\\\\', \"c\": None}", {"a": [1, 2], "b": "A\\", "c": None}),
        (b"[{'a': 'say \"x\"\\n\\U0001F600\\u200e\\d'}]", [{"a": 'say "x"\n\U0001f600\u200e\\d'}]),
        (b"\xef\xbb\xbf{'True': True}", {"True": True}),
    ],
)
def test_each_form(written: bytes, told: object) -> None:
    assert json.loads(normal(written)) == told


@pytest.mark.parametrize("data", [b'{"a": "it\'s", "b": (', b"", b"MZ", b"[1, 2]", b"{}", b"<a b='c'/>"])
def test_all_else_stays_as_it_is(data: bytes) -> None:
    assert normal(data) == data


def test_a_mark_in_front_is_left_out_and_utf_16_is_read() -> None:
    assert normal(b"\xef\xbb\xbf{}") == b"{}"
    assert normal('{"a": 1}'.encode("utf-16")) == b'{"a": 1}'


@given(st.binary(max_size=80))
def test_any_bytes(tail: bytes) -> None:
    normal(tail)
    normal(b"{'" + tail)


@pytest.mark.parametrize("piece", [b"(", b"'", b"\\", b"'\\", b"u'", b", ", b"\"'", b"\\U"])
def test_long_damage_takes_linear_time(piece: bytes) -> None:
    normal(b"{'" + piece * 200_000)
