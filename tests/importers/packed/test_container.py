"""The one file in which the parts of one analysis are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers.packed import container
from tests.importers.packed.made import zipped

PARTS = [("logs/summary_v2.json", b"{}"), ("logs/flog.xml", bytes(range(256)))]


def test_the_parts_come_back_as_they_were_and_the_same_parts_make_the_same_bytes() -> None:
    data = container.joined(PARTS)
    assert container.parts(data) == PARTS
    assert container.joined(container.parts(data)) == data
    assert container.is_container(data)


def test_other_archives_are_none() -> None:
    assert not container.is_container(zipped({"a": b"b"}))
    with pytest.raises(MalformedReport, match="not stored"):
        container.parts(zipped({"a": b"b" * 100}))
    with pytest.raises(MalformedReport, match="more than 100 parts"):
        container.parts(container.joined([(str(number), b"") for number in range(101)]))


@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 3))
def test_damage_is_told(put: bytes, at: int, cut: int) -> None:
    whole = container.joined(PARTS)
    try:
        container.parts(whole[:at] + put + whole[at + cut :])
    except MalformedReport:
        return
