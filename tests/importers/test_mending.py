"""Text that is nearly JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.importers import mending
from tests.strategies import JSON


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a": NaN, "b": -Infinity, "NaN": [inf, -nan, -1]}', {"a": None, "b": None, "NaN": [None, None, -1]}),
        (b'["NaN \\" -Infinity", "Name", null, "-null"]', ['NaN " -Infinity', "Name", None, "-null"]),
        (b'"\\ud800\\ud83d\\ude00\\udc00"', "\ufffd\U0001f600\ufffd"),
        (b'"\\\\ud800 \\\\\\ud800"', "\\ud800 \\\ufffd"),
        (b'"x\x01\n\\"\x02"', 'x\x01\n"\x02'),
        (b'["\x00", "plain"\n, "\x1f"]', ["\0", "plain", "\x1f"]),
        (b'"\xff\xc3\xa9"', "\ufffdé"),
    ],
)
def test_mended(data: bytes, expected: Any) -> None:
    assert json.loads(mending.mended(data)) == expected


@pytest.mark.parametrize("data", [b'{"a": nano}', b'{"a": 1', b'"abc', b"Nan", b"", b"\\ud800x"[1:]])
def test_what_is_broken_otherwise_stays(data: bytes) -> None:
    assert mending.mended(data) == data


@pytest.mark.parametrize(
    "piece",
    [b'"', b"\\", b'"\\', b"N", b"-", b"NaN", b'"\x01', b"\x01", b"\\ud800", b'"\\ud800', b'\\"', b'{"a": NaN, ', b"n"],
)
def test_a_million_of_a_kind(piece: bytes) -> None:
    for data in (piece * 200_000, b'"' + piece * 200_000, piece * 200_000 + b"NaN"):
        assert isinstance(mending.mended(data), bytes)


@given(st.binary(), JSON)
def test_any_bytes(data: bytes, plain: Any) -> None:
    fixed = mending.mended(data)
    assert mending.is_utf8(fixed)
    assert mending.mended(fixed) == fixed
    written = json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace")
    assert mending.mended(written) == written
