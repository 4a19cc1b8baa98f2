"""threemon.pb."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.kernel import Threemon
from fulgurite.model.events import SyncObject
from tests import golden

WHOLE = golden.input_of(golden.DATA / "importers/threemon/events")
RECORD = b"\x07\x00\x00\x09\x08\x64\x10\x01\x22\x01M"


def test_told_by_its_records() -> None:
    assert Threemon().sniff(Content(WHOLE))
    assert Threemon().sniff(Content(RECORD))
    assert Threemon().sniff(Content(b"\x02\x00\x00\x7fab" + b"\x01\x00\x00\x64a" + RECORD))
    for data in (b"", b"\x00\x00\x00", b"MZ\x90\x00\x03", b'{"kind": 1}', b"\x01\x00\x00\x09\xff", RECORD[:-1]):
        assert not Threemon().sniff(Content(data))


def test_one_record() -> None:
    report = Threemon().parse(Content(RECORD))
    assert report.events == (SyncObject(object="mutant", name="M", op="MutantCreate", status=0, at_ms=0),)
    assert report.outcome == "completed"


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00\x01", b"\x00\x00\x00\xfe", b"\xff\xff\xff\x01abc"])
def test_what_holds_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        Threemon().parse(Content(data))


@given(st.integers(0, len(WHOLE)), st.binary(max_size=4), st.integers(0, 4))
def test_damaged_logs_are_read_or_refused(at: int, put: bytes, cut: int) -> None:
    damaged = WHOLE[:at] + put + WHOLE[at + cut :]
    Threemon().sniff(Content(damaged))
    with contextlib.suppress(MalformedReport):
        Threemon().parse(Content(damaged))
