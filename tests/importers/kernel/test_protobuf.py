"""The wire form."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.importers.kernel import protobuf


def test_all_wire_types() -> None:
    data = b"\x08\x96\x01" + b"\x12\x02ab" + b"\x1d\x01\x00\x00\x00" + b"\x21\x02" + b"\x00" * 7
    assert list(protobuf.fields(data)) == [(1, 150), (2, b"ab"), (3, 1), (4, 2)]


@pytest.mark.parametrize("data", [b"\x08", b"\x08\xff", b"\x12\x05ab", b"\x0b", b"\x08" + b"\xff" * 11, b"\x1d\x00"])
def test_broken_messages(data: bytes) -> None:
    with pytest.raises(protobuf.Broken):
        list(protobuf.fields(data))


@given(st.binary())
def test_any_bytes_end(data: bytes) -> None:
    with contextlib.suppress(protobuf.Broken):
        assert len(list(protobuf.fields(data))) <= len(data)
